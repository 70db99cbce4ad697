//! Why a tool is withheld, and the sentence that says what to write.

use std::fmt;

use conversimple_wire::effect::{Effect, UnknownEffect};

use super::policy::PolicyError;

/// Why a tool is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It needs a caller who has logged in, and no tool of the agent logs anybody in.
    NoLogin(Effect),
    /// `x-effect` is none.
    Effect(UnknownEffect),
    /// The declaration is not taken.
    Policy(PolicyError),
    /// The operator's policy was written for another declaration; this is the digest of the new one.
    Changed(String),
    /// The operator's policy speaks of an argument that the tool has not.
    UnknownArgument(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLogin(effect) => write!(
                f,
                "its effect is `{}`, which needs a caller who has logged in, and no tool of this agent is a login: add one (named \
                 `login`, or declared with `role = \"login\"`, on the wire `x-role`), or, if anybody at all may call it, declare `public` \
                 (`x-public: true`); if the effect is another, declare it with `effect` (`x-effect`)",
                effect.as_str()
            ),
            Self::Effect(error) => error.fmt(f),
            Self::Policy(error) => error.fmt(f),
            Self::Changed(digest) => write!(
                f,
                "its declaration has changed since the policy of this agent was written: look at it, then write the policy again, \
                 or `digest = \"{digest}\"` for this tool"
            ),
            Self::UnknownArgument(name) => {
                write!(
                    f,
                    "the policy of this agent speaks of its argument `{name}`, which it has not"
                )
            }
        }
    }
}
