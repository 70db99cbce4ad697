//! What goes into the dialog and what comes out of it: the words heard, and one decision in answer, as the contract of
//! language engines has it.

pub use conversimple_conversation::engine::{Act, Decision, EndOfTurn, Expectation};
use conversimple_wire::tool::OwnThing;

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

/// The name by which a thing is called aloud; its id is never said.
pub(crate) fn spoken_name(thing: &OwnThing) -> &str {
    thing
        .names
        .iter()
        .map(|name| name.trim())
        .find(|name| !name.is_empty() && *name != thing.id)
        .unwrap_or("one of them")
}
