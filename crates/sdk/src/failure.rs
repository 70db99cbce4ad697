//! How a tool ends when it does not end well: refused in words that the caller may hear, or failed in words that nobody
//! outside may.
//!
//! Every error that a tool's body meets becomes a [`Failure`] through `?`. Only a [`Refusal`] keeps its code and sentence;
//! of anything else the caller learns `service_unavailable`, and the cause goes to the audit record under an id.

use std::error::Error;
use std::fmt;

use conversimple_guard::refusal::Refusal;

/// What a tool returns.
pub type Reply<T> = Result<T, Failure>;

/// Why a tool did not do what it was asked.
pub struct Failure(Kind);

enum Kind {
    Refused(Refusal),
    Failed(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A refusal with a code and a sentence of the tool's own: safe to hear.
    pub fn refused(code: &'static str, sentence: &'static str) -> Self {
        Self(Kind::Refused(Refusal::declared(code, sentence)))
    }

    /// The refusal, or the cause that only the audit record may know.
    pub(crate) fn split(self) -> Result<Refusal, Box<dyn Error + Send + Sync>> {
        match self.0 {
            Kind::Refused(refusal) => Ok(refusal),
            Kind::Failed(cause) => Err(cause),
        }
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        match error.into().downcast::<Refusal>() {
            Ok(refusal) => Self(Kind::Refused(*refusal)),
            Err(cause) => Self(Kind::Failed(cause)),
        }
    }
}

impl fmt::Debug for Failure {
    /// The code of a refusal; of a failure that it is one, because its cause may say anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Refused(refusal) => write!(f, "Refused({})", refusal.code),
            Kind::Failed(_) => f.write_str("Failed(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversimple_wire::Code;

    #[test]
    fn failure_other_than_refusal_keeps_no_message() {
        fn refused() -> Reply<()> {
            Err(Refusal::from(Code::InvalidCard))?
        }
        fn failed() -> Reply<()> {
            "12x".parse::<u8>()?;
            Ok(())
        }
        fn told() -> Reply<()> {
            Err("db.internal refused password hunter2")?
        }
        let split = |reply: Reply<()>| reply.expect_err("a failure").split();
        assert_eq!(
            split(refused())
                .map(|r| r.code.into_owned())
                .ok()
                .as_deref(),
            Some("invalid_card")
        );
        assert!(split(failed()).is_err());
        assert!(!format!("{:?}", told().expect_err("a failure")).contains("hunter2"));
        assert!(split(told()).is_err());
    }
}
