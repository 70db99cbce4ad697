//! Client tokens: what opens a media socket, once, and for a short time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::mailbox::Mailbox;

/// How long a token may be used.
pub(crate) const TOKEN_LIMIT: Duration = Duration::from_secs(60);

/// Tokens that were given out and not used yet.
#[derive(Default)]
pub(crate) struct Tokens {
    waiting: Mutex<HashMap<String, (Duration, Mailbox)>>,
}

impl Tokens {
    /// Makes a token of 256 random bits for a session.
    pub(crate) fn issue(&self, random: [u8; 32], session: Mailbox) -> String {
        let token: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = clock::monotonic();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (until, _)| *until > now);
        waiting.insert(token.clone(), (now + TOKEN_LIMIT, session));
        token
    }

    /// Accepts a token: the second time it is nothing.
    pub(crate) fn redeem(&self, token: &str) -> Option<Mailbox> {
        let (until, session) = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(token)?;
        (until > clock::monotonic()).then_some(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::mailbox;

    #[test]
    fn media_token_opens_once() {
        let tokens = Tokens::default();
        let (session, _events) = mailbox();
        let token = tokens.issue([7; 32], session);
        assert!(tokens.redeem("").is_none());
        assert!(tokens.redeem(&token).is_some());
        assert!(tokens.redeem(&token).is_none());
    }
}
