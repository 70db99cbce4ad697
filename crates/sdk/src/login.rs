//! A login's answer: who it is, or that nobody was recognised.
//!
//! A tool with `role = "login"` returns a [`Login`]. What follows from it is not the tool's: the conversation becomes the
//! caller's, failures are counted, and both answers have one form.

use conversimple_wire::Code;
use serde_json::{Value, json};

use crate::failure::Reply;
use crate::password;
use crate::secret::Password;

/// What is stored of somebody who may log in.
pub struct Registered<'a> {
    /// The customer's own id of the person; `Caller::id` from then on.
    pub id: &'a str,
    /// The name that the answer shows.
    pub name: &'a str,
    /// The password's hash, as `HashedPassword` gave it.
    pub password_hash: &'a str,
}

/// The outcome of a login.
pub struct Login(Option<Identity>);

pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Login {
    /// Compares the password with what is stored. For a name that is not there pass `None`: a decoy is compared, and the
    /// answer takes the same time.
    ///
    /// # Errors
    /// A failure when the stored hash has another form, or the machine has no memory for the comparison.
    pub async fn by_password(
        password: &Password,
        registered: Option<Registered<'_>>,
    ) -> Reply<Self> {
        let hash = registered
            .as_ref()
            .map(|registered| registered.password_hash);
        let right = password::verify(password, hash).await?;
        Ok(match registered {
            Some(registered) if right => Self::accepted(registered.id, registered.name),
            _ => Self::refused(),
        })
    }

    /// Somebody who was recognised by other means than a password, such as a one-time code.
    pub fn accepted(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self(Some(Identity {
            id: id.into(),
            name: name.into(),
        }))
    }

    /// Nobody was recognised.
    pub fn refused() -> Self {
        Self(None)
    }

    pub(crate) fn identity(self) -> Option<Identity> {
        self.0
    }
}

pub(crate) fn accepted_answer(name: &str) -> Value {
    json!({"success": true, "user": name})
}

pub(crate) fn refused_answer() -> Value {
    let code = Code::InvalidCredentials;
    json!({"success": false, "error": code.as_str(), "message": code.sentence()})
}
