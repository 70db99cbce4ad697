//! What a refused call answers: a code, a sentence, and which arguments were at fault.
//!
//! Decides the shape of a refusal and the order in which several faults are told. Which faults there are is decided by
//! the schema, the quotas and the stages of a call. A refusal never carries a value that somebody sent: paths are names
//! from the declaration, sentences come from the table of codes or from the declaration.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use conversimple_wire::Code;
use serde_json::{Map, Value, json};

/// One argument that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where: `amount`, `address.street`, `items[2]`. Names that the declaration does not know stand as `(unknown)`.
    pub path: String,
    /// The public code.
    pub code: Cow<'static, str>,
    /// The sentence.
    pub message: Cow<'static, str>,
}

/// Why a call, a key or a message is refused: safe to show to a model, a caller and a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The public code: a row of [`Code`], or one that a tool declares for a bound.
    pub code: Cow<'static, str>,
    /// The sentence that a person hears.
    pub message: Cow<'static, str>,
    /// Every argument at fault, in the order of the declaration.
    pub fields: Vec<FieldProblem>,
    /// When to come back, where that is known.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal for too many requests, with the time to wait.
    pub fn limited(retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..Self::from(Code::RateLimitExceeded)
        }
    }

    /// A refusal with a code and sentence of a tool's own.
    pub fn declared(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            fields: Vec::new(),
            retry_after: None,
        }
    }

    /// A refusal that names all arguments at fault; the first one gives code and sentence. An empty list is a plain
    /// `invalid_parameters`.
    pub fn of_fields(fields: Vec<FieldProblem>) -> Self {
        let Some(first) = fields.first() else {
            return Code::InvalidParameters.into();
        };
        let (code, detail) = (first.code.clone(), first.message.clone());
        // A fault that has no sentence of its own is told with the table's: its detail is meant for whoever
        // fills in the form, not for an ear.
        let message = match Code::find(&code) {
            Some(known @ (Code::InvalidType | Code::InvalidParameters)) => known.sentence().into(),
            _ => detail,
        };
        Self {
            code,
            message,
            fields,
            retry_after: None,
        }
    }

    /// The refusal as a tool's result: `{"error", "message", "fields"?: {path: sentence}, "retry_after_seconds"?}`.
    /// Seconds are whole and rounded up.
    pub fn to_result(&self) -> Value {
        let mut result = Map::new();
        result.insert("error".into(), json!(self.code));
        result.insert("message".into(), json!(self.message));
        if !self.fields.is_empty() {
            let mut fields = Map::new();
            for field in &self.fields {
                fields
                    .entry(field.path.clone())
                    .or_insert_with(|| json!(field.message));
            }
            result.insert("fields".into(), Value::Object(fields));
        }
        if let Some(wait) = self.retry_after {
            result.insert("retry_after_seconds".into(), json!(whole_seconds(wait)));
        }
        Value::Object(result)
    }

    /// Whether the code is this one.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.as_str()
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::declared(code.as_str(), code.sentence())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str, code: &'static str, message: &'static str) -> FieldProblem {
        FieldProblem {
            path: path.into(),
            code: code.into(),
            message: message.into(),
        }
    }

    #[test]
    fn refusal_takes_code_of_first_fault_and_lists_all_fields() {
        let refusal = Refusal::of_fields(vec![
            problem("amount", "invalid_amount", "Amount must be positive"),
            problem("currency", "invalid_type", "must be a text"),
        ]);
        assert_eq!(
            refusal.to_result(),
            json!({"error": "invalid_amount", "message": "Amount must be positive",
                   "fields": {"amount": "Amount must be positive", "currency": "must be a text"}})
        );
    }

    #[test]
    fn refusal_with_general_code_uses_table_sentence() {
        let refusal = Refusal::of_fields(vec![problem("a", "invalid_type", "must be a text")]);
        assert_eq!(refusal.message, Code::InvalidType.sentence());
        assert_eq!(
            Refusal::of_fields(Vec::new()),
            Code::InvalidParameters.into()
        );
    }

    #[test]
    fn retry_after_is_rounded_up_to_whole_seconds() {
        let result = Refusal::limited(Some(Duration::from_millis(11_001))).to_result();
        assert_eq!(
            result,
            json!({"error": "rate_limit_exceeded", "message": "Too many requests. Please try again later.",
                   "retry_after_seconds": 12})
        );
    }
}
