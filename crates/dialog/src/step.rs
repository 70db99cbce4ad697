//! What goes into the dialog and what comes out of it: the words heard, and one step in answer.

use conversimple_wire::tool::OwnThing;
use serde_json::{Map, Value};

/// Words of the caller.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The words, with every secret already swapped for its token.
    pub text: &'a str,
    /// The meaning of the words: 384 numbers of length 1, from the same model as the index's. Without it the words
    /// alone decide.
    pub meaning: Option<&'a [f32]>,
    /// The caller's day, for "tomorrow" and "next Monday".
    pub today: time::Date,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// In this order.
    pub acts: Vec<Act>,
    /// Whether the caller has probably said all.
    pub end_of_turn: EndOfTurn,
    /// What the caller is expected to say next, where something was asked.
    pub expects: Option<Expect>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Say a sentence.
    Say(String),
    /// Call a tool; its end is told by [`crate::Dialog::outcome`], a caller's no by [`crate::Dialog::declined`].
    Call {
        /// A registered tool that is not internal.
        tool: String,
        /// Declared arguments only, all required ones among them.
        arguments: Map<String, Value>,
    },
    /// Find out what the caller owns of a kind; the answer goes to [`crate::Dialog::own_things`].
    Own {
        /// The kind, as `x-own` names it.
        kind: String,
    },
}

/// How long to wait for more words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfTurn {
    /// The utterance is complete: answer soon.
    Likely,
    /// The caller may go on.
    Unlikely,
}

/// What the caller is expected to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// A secret: it must be swapped for a token before the dialog hears it.
    Secret {
        /// The tool that will get it.
        tool: String,
        /// The argument that it is for.
        argument: String,
        /// The kind, such as `password`, `pin` or `card`.
        kind: String,
    },
    /// Yes or no.
    YesNo,
    /// An answer of any other form.
    Open,
}

impl Step {
    pub(crate) fn new(acts: Vec<Act>, end_of_turn: EndOfTurn) -> Self {
        Self {
            acts,
            end_of_turn,
            expects: None,
        }
    }

    pub(crate) fn say(text: impl Into<String>) -> Self {
        Self::new(vec![Act::Say(text.into())], EndOfTurn::Likely)
    }

    pub(crate) fn expecting(mut self, expects: Expect) -> Self {
        self.expects = Some(expects);
        self
    }

    /// The same step after a sentence.
    pub(crate) fn after(mut self, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        if !sentence.is_empty() {
            self.acts.insert(0, Act::Say(sentence));
        }
        self
    }

    /// The same step with a sentence at its end.
    pub(crate) fn and(mut self, sentence: impl Into<String>) -> Self {
        self.acts.push(Act::Say(sentence.into()));
        self
    }

    /// All sentences of the step in one text.
    pub fn said(&self) -> String {
        let said = self.acts.iter().filter_map(|act| match act {
            Act::Say(text) => Some(text.as_str()),
            _ => None,
        });
        said.collect::<Vec<_>>().join(" ")
    }
}

/// The name by which a thing is called aloud; its id is never said.
pub(crate) fn spoken_name(thing: &OwnThing) -> &str {
    thing
        .names
        .iter()
        .map(|name| name.trim())
        .find(|name| !name.is_empty() && *name != thing.id)
        .unwrap_or("one of them")
}
