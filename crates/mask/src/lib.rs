//! Finds and masks secrets in text: written ones, and spoken ones as speech recognition writes them down.
//!
//! [`find`] says where secrets stand and of which kind they are, [`mask()`] puts something in their place, [`mask_json`] does so
//! for the strings and members of a JSON value, and [`Watch`] follows a conversation, where a secret may be spread over two
//! turns. [`names`] says what an identifier tells of its value. The crate knows nothing of any framework.
//!
//! ```
//! use conversimple_mask::mask;
//!
//! let line = "my card is four one one one, one one one one, one one one one, one one one one";
//! assert_eq!(mask(line), "my card is ****1111");
//! assert_eq!(mask("mail bob@example.com, password=tulip4rose"), "mail [email], password=[password]");
//! ```
//!
//! How it decides, from top to bottom: `token` cuts the text into words and numbers, `lexicon` says what each word can be.
//! `scan` goes over the tokens once and offers each place to the detectors: `written`, `mail`, `key` and `password` for what has
//! a form or a name, `leads` for words that announce something, `judge` for runs of digits (which `digits` reads). A detector
//! looks at a `view` that it cannot change and returns what it found; `scan` decides what overlaps and which lead holds
//! on. What shapes and check digits cannot tell is asked of `score`, which is trained on labelled lines. The tables stand in
//! `data/`; a new word is a row there, and a new noun beside a doubtful number is a line in `training/`.
//!
//! The time is linear in the length of the text, and no input makes it panic.
//!
//! # What it does not protect
//! The mask reads text, so it is the last net and never the only one: give secrets types of their own. It does not know
//! names of people, or a password that nobody announced. One-time codes, bank accounts, dates of birth, numbers of a state,
//! postal addresses and answers to security questions are found where they are said to be one ("my sort code is …"), not by
//! themselves; [`Kinds`] leaves any of them out. A number that is announced as an order's, a parcel's, a ticket's or the like is
//! left alone even when it is a card's. It knows English words, and digits in Spanish, French and German; written forms are
//! found in any language. A secret that is encoded (base64, reversed, spread over more than two turns with other
//! talk between) passes. Loopback addresses are not masked: they name nobody.

mod checks;
mod data;
mod digits;
mod find;
mod groups;
mod json;
mod judge;
mod key;
mod kind;
mod lead;
mod leads;
mod lexicon;
mod lines;
mod mail;
pub mod names;
mod password;
mod personal;
mod phrases;
mod place;
mod replace;
mod scan;
mod score;
mod token;
mod typed;
mod view;
mod watch;
mod written;

#[cfg(any(test, feature = "corpus"))]
#[doc(hidden)]
pub mod corpus;

#[cfg(test)]
mod tests;

pub use digits::digits_in;
pub use find::{find, find_kinds, in_characters};
pub use json::mask_json;
pub use kind::{Kind, Kinds, Span};
pub use lines::Lines;
pub use replace::{mask, mask_kinds, replace};
#[cfg(feature = "training")]
#[doc(hidden)]
pub use score::training;
pub use typed::{spoken_digits, spoken_text};
pub use watch::{Heard, Watch};
