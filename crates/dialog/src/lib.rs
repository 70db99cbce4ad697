//! The dialog engine that needs no language model.
//!
//! From the registered tools alone it decides which tool an utterance asks for, which argument each part of it fills, what
//! to ask, how to say what came back, and what talk needs no tool. It is pure: no model, clock, socket, file or random
//! source; the meaning of the words and the day are given to it, and the same words always get the same decision.
//! [`DialogEngine`] makes it an engine as `conversimple-conversation` asks for one.
//!
//! What it leaves to others: whether a call is allowed (`conversimple-guard`), the caller's yes before a risky one and
//! the withdrawal of interrupted turns (`conversimple-conversation`), and the swap of secrets for tokens, which happens
//! before any word comes here. The dialog is no security boundary. It never makes up an own thing's id and never calls
//! an internal tool, but the guard checks both again.

mod choose;
mod dialog;
mod engine;
mod fill;
mod handoff;
mod heard;
mod index;
mod lexicon;
mod negation;
mod own;
mod phrase;
mod reading;
mod say;
mod shape;
mod talk;
mod verb;
mod wording;
mod words;

use conversimple_spoken::{calendar, number};

pub use dialog::Dialog;
pub use engine::{DialogEngine, Meaning, MeaningOf};
pub use heard::{Act, Decision, EndOfTurn, Expectation, Heard};
pub use index::Index;
pub use phrase::{ReadBackSentences, read_back};
pub use reading::Reading;
