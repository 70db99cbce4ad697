//! The contract of a language engine: what it is told, what it may want, and in which form it says so.
//!
//! An engine decides words and wishes and nothing else: a call that it wants is withheld, refused or sent by others, and
//! the words that it hears carry tokens in place of secrets. It decides part by part, so that the first sentence of an
//! answer can be said while the rest is still being decided. It is asked on forks: an unwanted fork is dropped together with the
//! decision that it is making.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use conversimple_mask::Kind;
use conversimple_wire::ToolOutcome;
use conversimple_wire::tool::{OWN_THINGS_TOOL, OwnThing, OwnThings};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// An event that an engine decides about.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineEvent {
    /// The conversation begins.
    Begin,
    /// The caller said something; secrets are tokens.
    Heard(String),
    /// The caller said no to the read-back of a call.
    Declined {
        /// The tool that will not be called.
        tool: String,
    },
    /// A tool call ended.
    Outcome {
        /// The tool's name.
        tool: String,
        /// The arguments that it was called with; secrets are tokens.
        arguments: Map<String, Value>,
        /// Its result, or why there is none.
        outcome: ToolOutcome,
    },
    /// The answer to [`Act::Own`]. No things means that there are none, or that they could not be had.
    OwnThings {
        /// The kind.
        kind: String,
        /// The caller's things of that kind.
        things: Vec<OwnThing>,
    },
}

/// What an engine must take note of at once, whatever it is doing. There is nothing to decide.
#[derive(Clone, PartialEq)]
pub enum Observation {
    /// Words that the caller said earlier turn out to belong to a secret: they are known by its token from now on.
    Hidden {
        /// The words, as they were heard.
        words: Zeroizing<String>,
        /// The token.
        token: String,
    },
    /// The engine gets no outcome of this call: the call was withdrawn, or its turn was given up.
    Abandoned {
        /// The tool's name.
        tool: String,
        /// The arguments that it was called with; secrets are tokens.
        arguments: Map<String, Value>,
    },
}

/// Without the words that are to be forgotten.
impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden { token, .. } => write!(f, "Hidden as {token}"),
            Self::Abandoned { tool, .. } => write!(f, "Abandoned {tool}"),
        }
    }
}

/// What an engine wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Say this.
    Say(String),
    /// Call a tool; its end is told by [`EngineEvent::Outcome`], the caller's no by [`EngineEvent::Declined`].
    Call {
        /// The tool's name.
        tool: String,
        /// The arguments; secrets are tokens.
        arguments: Map<String, Value>,
    },
    /// Find out what the caller owns of a kind; the answer comes as [`EngineEvent::OwnThings`].
    Own {
        /// The kind, as `x-own` names it.
        kind: String,
    },
}

/// Whether the caller is likely to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EndOfTurn {
    /// What was said is complete.
    Likely,
    /// Something is missing that the caller may be about to say.
    #[default]
    Unlikely,
    /// The caller is in the middle of something, as of a number that is said in groups.
    Incomplete,
}

/// What the caller is expected to say next, where something was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// A secret, which is swapped for a token before the engine hears it.
    Secret {
        /// The tool that will get it.
        tool: String,
        /// The argument that it is for.
        argument: String,
        /// Its kind.
        kind: Kind,
    },
    /// Yes or no.
    YesNo,
    /// An answer of any other form.
    Open,
}

impl Expectation {
    /// The kind of secret that is expected, if one is.
    pub fn secret(&self) -> Option<Kind> {
        match self {
            Self::Secret { kind, .. } => Some(*kind),
            Self::YesNo | Self::Open => None,
        }
    }
}

/// A part of a decision. What is known of the caller comes before what is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Whether the caller is likely to go on.
    EndOfTurn(EndOfTurn),
    /// What the caller is asked for.
    Expects(Expectation),
    /// What the engine wants next.
    Act(Act),
}

/// A decision that is made at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// What the engine wants, in order.
    pub acts: Vec<Act>,
    /// Whether the caller is likely to go on.
    pub end_of_turn: EndOfTurn,
    /// What the caller is asked for.
    pub expects: Option<Expectation>,
}

impl Decision {
    /// A decision to do these things.
    pub fn new(acts: Vec<Act>, end_of_turn: EndOfTurn) -> Self {
        Self {
            acts,
            end_of_turn,
            expects: None,
        }
    }

    /// A decision to say one thing, after which the caller is likely to have said all.
    pub fn say(text: impl Into<String>) -> Self {
        Self::new(vec![Act::Say(text.into())], EndOfTurn::Likely)
    }

    /// The same decision, asking the caller for something.
    #[must_use]
    pub fn expecting(mut self, expects: Expectation) -> Self {
        self.expects = Some(expects);
        self
    }

    /// The same decision after a sentence.
    #[must_use]
    pub fn after(mut self, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        if !sentence.is_empty() {
            self.acts.insert(0, Act::Say(sentence));
        }
        self
    }

    /// The same decision with a sentence at its end.
    #[must_use]
    pub fn and(mut self, sentence: impl Into<String>) -> Self {
        self.acts.push(Act::Say(sentence.into()));
        self
    }

    /// All that is said, in one text.
    pub fn said(&self) -> String {
        let said = self.acts.iter().filter_map(|act| match act {
            Act::Say(text) => Some(text.as_str()),
            Act::Call { .. } | Act::Own { .. } => None,
        });
        said.collect::<Vec<_>>().join(" ")
    }

    /// The decision part by part.
    pub fn into_parts(self) -> impl Iterator<Item = Part> {
        let end_of_turn = Part::EndOfTurn(self.end_of_turn);
        let expects = self.expects.map(Part::Expects);
        let acts = self.acts.into_iter().map(Part::Act);
        std::iter::once(end_of_turn).chain(expects).chain(acts)
    }
}

/// An engine is out of order.
#[derive(Debug)]
pub struct EngineError(Box<dyn std::error::Error + Send + Sync>);

impl EngineError {
    /// An engine is out of order for this reason, which goes to the log and nowhere else.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for EngineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// The parts of a decision, as the engine gets to them.
pub type Parts<'a> = Pin<Box<dyn Stream<Item = Result<Part, EngineError>> + Send + 'a>>;

/// The parts of a decision that is made at once.
pub fn at_once<'a>(
    decision: impl Future<Output = Result<Decision, EngineError>> + Send + 'a,
) -> Parts<'a> {
    let parts = stream::once(decision).flat_map(|decision| {
        let (parts, error) = match decision {
            Ok(decision) => (Some(decision.into_parts()), None),
            Err(error) => (None, Some(Err(error))),
        };
        stream::iter(parts.into_iter().flatten().map(Ok).chain(error))
    });
    Box::pin(parts)
}

/// One conversation's engine.
pub trait Engine: Send + Sync {
    /// What the engine wants now. `today` is the caller's day.
    ///
    /// The stream may be dropped before its end: then nobody waits for the rest, and what it has given so far is what the
    /// engine has said and asked for. After an error, which is the stream's last item, the caller hears an apology if
    /// nothing was said before.
    fn step(&mut self, event: EngineEvent, today: time::Date) -> Parts<'_>;

    /// Takes note of something.
    fn observe(&mut self, observation: &Observation);

    /// A copy that can be asked on trial and dropped. It must be cheap.
    fn fork(&self) -> Box<dyn Engine>;

    /// Words that the caller is likely to say next, in lower case: a recogniser in doubt prefers them.
    fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        Arc::default()
    }

    /// How often the words of one turn may be tried on it while the caller may still go on. An engine that costs money is
    /// tried once; what is said after that is asked when the caller's silence has lasted.
    fn trials_limit(&self) -> usize {
        1
    }
}

/// A call through which the platform finds out what the caller owns of a kind.
pub(crate) fn own_things_call(kind: &str) -> (String, Map<String, Value>) {
    let arguments = json!({ "kind": kind });
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    (OWN_THINGS_TOOL.to_owned(), arguments)
}

impl EngineEvent {
    /// What an engine is told of a call's end.
    pub(crate) fn outcome(
        tool: &str,
        arguments: &Map<String, Value>,
        outcome: &ToolOutcome,
    ) -> Self {
        if tool != OWN_THINGS_TOOL {
            return Self::Outcome {
                tool: tool.to_owned(),
                arguments: arguments.clone(),
                outcome: outcome.clone(),
            };
        }
        let things = match outcome {
            ToolOutcome::Result(value) => serde_json::from_value(value.clone()).unwrap_or_default(),
            ToolOutcome::Failed(_) => OwnThings::default(),
        };
        let kind = arguments.get("kind").and_then(Value::as_str);
        Self::OwnThings {
            kind: kind.unwrap_or_default().to_owned(),
            things: things.things,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decision_made_at_once_comes_as_its_parts_and_an_error_alone() {
        let decision = Decision::say("Hello.").expecting(Expectation::YesNo);
        let parts = |made: Result<Decision, EngineError>| {
            let parts = at_once(std::future::ready(made)).collect::<Vec<_>>();
            futures_util::FutureExt::now_or_never(parts).expect("nothing to wait for")
        };
        let made: Vec<Part> = parts(Ok(decision))
            .into_iter()
            .map(|part| part.expect("a part"))
            .collect();
        assert_eq!(
            made,
            [
                Part::EndOfTurn(EndOfTurn::Likely),
                Part::Expects(Expectation::YesNo),
                Part::Act(Act::Say("Hello.".into())),
            ]
        );
        let failed = parts(Err(EngineError::new("no connection")));
        assert!(matches!(failed.as_slice(), [Err(error)] if error.to_string() == "no connection"));
    }
}
