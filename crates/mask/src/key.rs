//! Keys without a known form, told by what announces them: "my api key is …", `Authorization: Basic …`; and passwords on a command
//! line: `curl -u name:password`, `sshpass -p …`.
//!
//! Decides where such a value begins and ends. A word that nothing announces is left alone, however random it looks: ids and hashes do too.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::data::rows;
use super::kind::{Kind, Span};
use super::lexicon::{COMMAND, COPULA, FILLER, LINK, SECRET_NAME};
use super::phrases::Words;
use super::scan::Scan;
use super::token::{DASH, LINE, OTHER, STOP};

/// How far a key may stand from the word that announces it, in tokens.
const NEAR: usize = 6;
/// How far an option may stand from its command, in tokens.
const LINE_WORDS: usize = 24;
/// The shortest value that is taken for a key, in bytes.
const SHORTEST: usize = 14;
const LONGEST: usize = 300;

/// A key in the sense of this module around token `at`, which is long or mixes letters and digits.
pub(super) fn announced(scan: &Scan<'_>, at: usize) -> Option<Span> {
    if !is_announced(scan, at) {
        return None;
    }
    let (start, end) = word_around(scan.text.as_bytes(), scan.tokens[at].start);
    let near = start >= scan.tokens[at].start.saturating_sub(LONGEST);
    let random = is_random(&scan.text.as_bytes()[start..end]);
    (near && random).then_some(Span {
        start,
        end,
        kind: Kind::ApiKey,
    })
}

/// Letters and digits as no word has them.
fn is_random(value: &[u8]) -> bool {
    let count = |class: fn(&u8) -> bool| value.iter().filter(|b| class(b)).count();
    let (digits, upper, lower) = (
        count(u8::is_ascii_digit),
        count(u8::is_ascii_uppercase),
        count(u8::is_ascii_lowercase),
    );
    let turns = value
        .windows(2)
        .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        .count();
    let mixed = digits >= 2 || digits == 1 && upper > 1 && lower > 1 || turns >= 4;
    value.len() >= SHORTEST && upper + lower >= 2 && mixed
}

/// "api key is", "secret token:", "the key you gave me is" stands before token `at`.
fn is_announced(scan: &Scan<'_>, at: usize) -> bool {
    let leads = scan.leads();
    let mut said = false;
    for j in (at.saturating_sub(NEAR)..at).rev() {
        if scan.tokens[j + 1].has(LINE | STOP) {
            return false;
        }
        let word = scan.tokens[j].info();
        let text = leads.text_of(j).to_ascii_lowercase();
        if word.is(SECRET_NAME) && Words::KeyNouns.has(&text) {
            let named = leads.before_in(j, Words::KeyNames);
            let harmless = j > 0 && Words::HarmlessKeys.has(leads.text_of(j - 1));
            return !harmless
                && (named
                    || said
                    || text == "apikey"
                    || scan.tokens[j + 1].has(super::token::COLON | super::token::EQUALS));
        }
        said |= word.is(COPULA);
        if !word.is(LINK | FILLER | COPULA) && !Words::People.has(&text) {
            return false;
        }
    }
    false
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

/// The word of key characters around a place, without a full stop at its end.
fn word_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let start = at
        - bytes[..at]
            .iter()
            .rev()
            .take(LONGEST)
            .take_while(|b| is_key_byte(**b) && **b != b'=')
            .count();
    let mut end = at
        + bytes[at..]
            .iter()
            .take(LONGEST)
            .take_while(|b| is_key_byte(**b))
            .count();
    while end > at && bytes[end - 1] == b'.' {
        end -= 1;
    }
    (start, end)
}

/// `Authorization: Basic …`, `Authorization: Token …`, and `Basic …` alone where it is a name and a password: token `at` is the scheme.
pub(super) fn after_scheme(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let leads = scan.leads();
    let scheme = leads.text_of(at).to_ascii_lowercase();
    if !Words::Schemes.has(&scheme) {
        return None;
    }
    let bytes = scan.text.as_bytes();
    let from = scan.tokens[at].end();
    let start = from
        + bytes[from..]
            .iter()
            .take(3)
            .take_while(|b| **b == b' ')
            .count();
    let len = bytes[start..]
        .iter()
        .take(2048)
        .take_while(|b| is_key_byte(**b))
        .count();
    let value = scan.text.get(start..start + len)?;
    let authorised = leads.before_in(at, Words::AuthHeaders);
    let credentials = || {
        STANDARD
            .decode(value)
            .is_ok_and(|plain| plain.is_ascii() && plain.contains(&b':'))
    };
    let fits =
        start > from && len >= 8 && (authorised || scheme == "basic" && len >= 12 && credentials());
    fits.then_some(Span {
        start,
        end: start + len,
        kind: Kind::ApiKey,
    })
}

/// A command and its option with a secret.
struct CommandOption {
    commands: Vec<&'static str>,
    option: &'static str,
    /// A name and a colon stand before the secret.
    pair: bool,
}

static COMMANDS: LazyLock<Vec<CommandOption>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/commands.tsv"));
    rows.map(|[commands, option, value, _]| CommandOption {
        commands: commands.split(' ').collect(),
        option,
        pair: value.contains(':'),
    })
    .collect()
});

/// The password of a command's option that begins at token `at`: `-u name:password`, `-psecret`.
pub(super) fn option(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let (token, bytes) = (scan.tokens[at], scan.text.as_bytes());
    if !token.has(DASH)
        || token.start < 2
        || bytes[token.start - 1] != b'-'
        || !matches!(bytes[token.start - 2], b' ' | b'-')
    {
        return None;
    }
    let leads = scan.leads();
    let word = leads.text_of(at);
    let near = &scan.tokens[at.saturating_sub(LINE_WORDS)..at];
    let runs = |names: &[&str]| {
        near.iter()
            .any(|t| t.info().is(COMMAND) && names.contains(&&scan.text[t.start..t.end()]))
    };
    let CommandOption { option, pair, .. } = COMMANDS.iter().find(|known| {
        let option = known.option;
        let glued = option.len() == 1 && !known.pair && word.starts_with(option);
        (word == option || glued) && runs(&known.commands)
    })?;
    let mut start = token.start + option.len();
    start += bytes[start..]
        .iter()
        .take(3)
        .take_while(|b| matches!(b, b' ' | b'='))
        .count();
    let quote = bytes
        .get(start)
        .copied()
        .filter(|b| matches!(b, b'"' | b'\''));
    start += usize::from(quote.is_some());
    let ends = |b: &u8| quote.map_or(b.is_ascii_whitespace(), |q| *b == q) || *b == b'\n';
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let end = start + window.iter().position(ends).unwrap_or(window.len());
    if *pair {
        start += window[..end - start].iter().position(|b| *b == b':')? + 1;
    }
    let value = scan.text.get(start..end)?;
    let plain = value.len() >= 3
        && !value.starts_with(['$', '-', '[', '<', '*', '{'])
        && !(*pair && value.bytes().all(|b| b.is_ascii_digit()));
    plain.then_some(Span {
        start,
        end,
        kind: Kind::Password,
    })
}

/// A bot token of Telegram: eight to ten digits (token `at`), a colon, and 35 characters.
pub(super) fn bot_token(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let (token, bytes) = (scan.tokens[at], scan.text.as_bytes());
    if !token.is_digits()
        || !(8..=10).contains(&token.len)
        || bytes.get(token.end()) != Some(&b':')
        || token.has(OTHER)
    {
        return None;
    }
    let body = &bytes[token.end() + 1..];
    let len = body
        .iter()
        .take(50)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count();
    let letters = body[..len]
        .iter()
        .filter(|b| b.is_ascii_alphabetic())
        .count();
    ((33..=37).contains(&len) && letters >= 10).then_some(Span {
        start: token.start,
        end: token.end() + 1 + len,
        kind: Kind::ApiKey,
    })
}
