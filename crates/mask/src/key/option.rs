//! The password of a command's option: `curl -u name:password`, `mysql -psecret`.
//!
//! Decides by the commands and options in `data/commands.tsv`.

use std::sync::LazyLock;

use crate::data::rows;
use crate::kind::{Kind, Span};
use crate::lexicon::COMMAND;
use crate::place::Place;
use crate::token::DASH;

/// How far an option may stand from its command, in tokens.
const LINE_WORDS: usize = 24;
const LONGEST: usize = 300;

/// A command and its option with a secret.
struct CommandOption {
    commands: Vec<&'static str>,
    option: &'static str,
    /// A name and a colon stand before the secret.
    pair: bool,
}

static COMMANDS: LazyLock<Vec<CommandOption>> = LazyLock::new(|| {
    let rows = rows(include_str!("../../data/commands.tsv"));
    rows.map(|[commands, option, value, _]| CommandOption {
        commands: commands.split(' ').collect(),
        option,
        pair: value.contains(':'),
    })
    .collect()
});

/// The password of an option that begins at a place: `-u name:password`, `-psecret`.
pub(crate) fn option(place: &Place<'_, '_>) -> Option<Span> {
    let before = place.before();
    let dashed = before.ends_with(b" -") || before.ends_with(b"--");
    if !place.token().has(DASH) || !dashed {
        return None;
    }
    let known = COMMANDS.iter().find(|known| is_option(place, known))?;
    let bytes = place.view.bytes();
    let mut start = place.start() + known.option.len();
    let gap = bytes[start..].iter().take(3);
    start += gap.take_while(|b| matches!(b, b' ' | b'=')).count();
    let quote = bytes.get(start).copied();
    let quote = quote.filter(|b| matches!(b, b'"' | b'\''));
    start += usize::from(quote.is_some());
    let end = value_end(bytes, start, quote);
    if known.pair {
        start += bytes[start..end].iter().position(|b| *b == b':')? + 1;
    }
    let value = place.view.text.get(start..end)?;
    is_password(value, known.pair).then_some(Span {
        start,
        end,
        kind: Kind::Password,
    })
}

/// Whether the place's token is this option, of one of its commands.
fn is_option(place: &Place<'_, '_>, known: &CommandOption) -> bool {
    let word = place.view.text_of(place.at);
    let glued = known.option.len() == 1 && !known.pair && word.starts_with(known.option);
    let near = &place.view.tokens[place.at.saturating_sub(LINE_WORDS)..place.at];
    let text = place.view.text;
    let runs = || {
        near.iter()
            .any(|t| t.is(COMMAND) && known.commands.contains(&&text[t.start..t.end()]))
    };
    (word == known.option || glued) && runs()
}

fn value_end(bytes: &[u8], start: usize, quote: Option<u8>) -> usize {
    let ends = |b: &u8| quote.map_or(b.is_ascii_whitespace(), |q| *b == q) || *b == b'\n';
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    start + window.iter().position(ends).unwrap_or(window.len())
}

/// Not a variable, another option, or what was masked before; behind a name not only digits, which are a port.
fn is_password(value: &str, pair: bool) -> bool {
    let port = pair && value.bytes().all(|b| b.is_ascii_digit());
    value.len() >= 3 && !port && !value.starts_with(['$', '-', '[', '<', '*', '{'])
}
