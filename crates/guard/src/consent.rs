//! The caller's consent to a risky call: what was read back, what counts as a yes to it, and what that yes permits.
//!
//! A [`ReadBack`] is made from the validated arguments of one call. Once the caller has heard it to its end it is a
//! [`HeardReadBack`], and a [`Yes`] comes from that and an [`Agreement`], which only the grammar of answers gives. There
//! is no other constructor. The last stage of a call compares the yes with what is about to be sent, so another amount,
//! another payee, a default that changed meanwhile or a second call needs another yes.
//!
//! Leaves to others: when a read-back is spoken, repeated and dropped (`conversimple-conversation`), and its wording.
//! It does not protect a caller who says yes without listening.

mod digest;
mod grammar;
mod phrases;

use conversimple_wire::ConversationId;
use conversimple_wire::tool::Confirmation;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::call::{Accepts, Policy};
use crate::capture::InputSource;
use crate::refusal::Refusal;

pub use digest::ArgumentsDigest;
pub use grammar::Unclear;

/// What the caller's words are to a read-back.
#[derive(Debug)]
pub enum Answer {
    /// A plain yes, or the word or key that the tool asks for.
    Yes(Agreement),
    /// A plain no.
    No,
    /// Neither, and no wish either: the caller should be asked again.
    Unclear(Unclear),
    /// Something else, perhaps a new wish: an engine decides.
    Other,
}

/// The proof that the caller's words were a yes to one read-back. It does not say that the read-back was heard.
#[derive(Debug)]
pub struct Agreement {
    digest: ArgumentsDigest,
}

/// The sentences of a read-back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentences {
    /// The whole question.
    pub ask: String,
    /// The shorter question for a caller whose answer was unclear; it names the same arguments.
    pub again: String,
}

/// A question that names exactly what a call will do. It cannot be copied: one question permits one call at most.
#[derive(Debug)]
pub struct ReadBack {
    conversation_id: ConversationId,
    digest: ArgumentsDigest,
    confirmation: Confirmation,
    sentences: Sentences,
}

impl ReadBack {
    /// Makes the read-back of a call. The arguments are resolved and validated as [`crate::call::Call::validated_with`]
    /// does it, defaults filled in; `word` turns them, with secrets left out, into sentences.
    ///
    /// The digest is taken over the resolved arguments and not over tokens, so that it binds the very values that will
    /// be sent, also when a token comes to stand for something else.
    ///
    /// # Errors
    /// The refusal that the call would meet when it is sent.
    pub fn of(
        conversation_id: &ConversationId,
        policy: &Policy,
        mut arguments: Map<String, Value>,
        resolve: impl FnMut(&Accepts, &str) -> Option<Zeroizing<String>>,
        word: impl FnOnce(Map<String, Value>) -> Sentences,
    ) -> Result<Self, Refusal> {
        policy.resolve(&mut arguments, resolve)?;
        let arguments = policy.schema().check(arguments)?;
        Ok(Self {
            conversation_id: conversation_id.clone(),
            digest: ArgumentsDigest::of(policy.name(), &arguments),
            confirmation: policy.confirmation().cloned().unwrap_or(Confirmation::Yes),
            sentences: word(policy.without_secrets(&arguments)),
        })
    }

    /// The whole question.
    pub fn text(&self) -> &str {
        &self.sentences.ask
    }

    /// What identifies the call: the tool and its resolved arguments.
    pub fn digest(&self) -> ArgumentsDigest {
        self.digest
    }

    /// Whether only a key of the keypad is a yes.
    pub fn wants_keys(&self) -> bool {
        matches!(self.confirmation, Confirmation::Keys(_))
    }

    /// Reads the caller's words as an answer to this question.
    pub fn answer(&self, words: &str, source: InputSource) -> Answer {
        match grammar::read(words, source, &self.confirmation) {
            grammar::Read::Yes => Answer::Yes(Agreement {
                digest: self.digest,
            }),
            grammar::Read::No => Answer::No,
            grammar::Read::Unclear(kind) => Answer::Unclear(kind),
            grammar::Read::Other => Answer::Other,
        }
    }

    /// The caller has heard the question to its end.
    pub fn heard(self) -> HeardReadBack {
        HeardReadBack(self)
    }
}

/// A read-back that the caller has heard to its end.
#[derive(Debug)]
pub struct HeardReadBack(ReadBack);

impl HeardReadBack {
    /// The question.
    pub fn question(&self) -> &ReadBack {
        &self.0
    }

    /// The caller's yes. Nothing when the agreement was to another question.
    pub fn agreed(self, agreement: Agreement) -> Option<Yes> {
        (agreement.digest == self.0.digest).then_some(Yes {
            conversation_id: self.0.conversation_id,
            digest: self.0.digest,
        })
    }

    /// The question is put again, by its shorter sentence, and must be heard again.
    pub fn again(self) -> ReadBack {
        let mut question = self.0;
        question.sentences.ask.clone_from(&question.sentences.again);
        question
    }
}

/// The caller's yes to one call. It cannot be copied, so it permits one call.
#[must_use = "a yes that nothing uses permits nothing"]
pub struct Yes {
    conversation_id: ConversationId,
    digest: ArgumentsDigest,
}

impl Yes {
    pub(crate) fn covers(&self, conversation_id: &ConversationId, digest: ArgumentsDigest) -> bool {
        self.conversation_id == *conversation_id && self.digest == digest
    }
}

impl std::fmt::Debug for Yes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Yes")
            .field("conversation_id", &self.conversation_id)
            .finish_non_exhaustive()
    }
}

/// On what ground a call goes ahead.
#[derive(Debug)]
pub enum Consent {
    /// Nobody was asked: enough for a tool that does not ask.
    None,
    /// The caller's word.
    Spoken(Yes),
    /// The platform, which hears the caller, has held the call back until the yes. An agent says this, because the
    /// protocol carries no proof of a yes: an agent trusts its platform in this.
    HeldByPlatform,
}

#[cfg(test)]
pub(crate) mod tests;
