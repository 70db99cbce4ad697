//! Passwords and other values that only their name gives away: "my password is sunflower", `password=hunter2`, `"token": "…"`,
//! `Authorization: Bearer …`.
//!
//! Decides where such a value ends: a written one at its quote or space, a spoken one at the clause. "my password is not
//! working" has no value.

use super::kind::{Kind, Span};
use super::lexicon::{CLAUSE, COPULA, FILLER, MIXED, NATO, NO_VALUE, Number, PLAIN, SPEAKS};
use super::names::secret;
use super::phrases::Words;
use super::scan::Scan;
use super::token::{
    COLON, COMMA, DASH, EQUALS, LINE, OTHER, PAREN, QUOTE, SLASH, SPACE, STOP, Token,
};

/// A spoken password longer than this goes on without us.
const WORDS: usize = 12;
/// One that is spelled.
const SPELLED: usize = 40;
/// The longest written value that is looked for.
const VALUE_BYTES: usize = 2048;

/// A longer word is no path to a value in code.
const PATH_BYTES: usize = 256;

/// A longer word is no name of a secret.
const NAME_BYTES: usize = 64;

/// What stands in place of a value: a list, a token of the vault, a variable, a template, a type, what was masked before.
const NO_START: [char; 6] = ['[', '⟨', '$', '{', '<', '*'];

/// A written value whose name ends with or contains token `at`: the place of the value.
pub(super) fn named(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let bytes = scan.text.as_bytes();
    let token = scan.tokens[at];
    let in_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let tail = bytes[token.end()..]
        .iter()
        .take(40)
        .take_while(|b| in_name(b))
        .count();
    let name_end = token.end() + tail;
    let (colon, value) = separator(bytes, name_end)?;
    // Only the last word of a name that is not known by itself looks back, so that no byte is read often.
    if tail > 0 && !token.info().is(super::lexicon::SECRET_NAME) {
        return None;
    }
    let back = bytes[..token.start]
        .iter()
        .rev()
        .take(40)
        .take_while(|b| in_name(b))
        .count();
    let mut start = token.start - back;
    while !scan.text.is_char_boundary(start) {
        start += 1;
    }
    let bearer = scan.leads().text_of(at).eq_ignore_ascii_case("bearer");
    let name = scan.text.get(start..name_end)?;
    let kind = secret(name).filter(|kind| {
        matches!(
            kind,
            Kind::Password
                | Kind::ApiKey
                | Kind::Secret
                | Kind::SecurityCode
                | Kind::Pin
                | Kind::Ssn
                | Kind::Expiry
        )
    })?;
    let flag = bytes[..start].ends_with(b"--") || name.starts_with("--");
    if colon == Separator::Space && !flag && !bearer {
        return None;
    }
    // What begins like this is no value, and is not read to its end at each of many names.
    if scan.text[value..].starts_with(NO_START) {
        return None;
    }
    let (from, to, quoted) = value_at(scan.text, value)?;
    let (from, kind) = scheme(scan.text, from, to, kind);
    let text = scan.text.get(from..to)?;
    let scheme_word = Words::Schemes.has(text);
    if scheme_word
        || name.eq_ignore_ascii_case("pass") && !is_mixed(text)
        || is_code(bytes, text, to, quoted)
    {
        return None;
    }
    // `password=password,`, `self.password = password`: one name is given another.
    let named = !quoted
        && text.len() <= NAME_BYTES
        && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        && secret(text).is_some();
    let shouted = text.bytes().all(|b| !b.is_ascii_lowercase());
    let passed = shouted || value > name_end + 1 || matches!(bytes.get(to), Some(b',' | b')'));
    let placeholder = text.len() > 5
        && text.as_bytes()[..4].eq_ignore_ascii_case(b"your")
        && matches!(text.as_bytes()[4], b'_' | b'-');
    if named && passed || placeholder {
        return None;
    }
    let to = phrase_end(scan, at, value, to, quoted, kind);
    is_value(scan, at, text, kind, colon, quoted, value > name_end + 1).then_some(Span {
        start: from,
        end: to,
        kind,
    })
}

/// Letters and digits or signs, as a password has and a word has not.
fn is_mixed(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let cases = text.bytes().skip(1).any(|b| b.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase());
    let signs = text.bytes().filter(|b| b"!@#$%^&*+=~?".contains(b)).count();
    text.len() >= 5 && (digits + signs > 0 || cases) && digits < text.len()
}

/// `settings.password`, `os.environ[`, `crate::read(`: code that fetches a value is none.
fn is_code(bytes: &[u8], text: &str, to: usize, quoted: bool) -> bool {
    if quoted {
        return false;
    }
    let path = text
        .bytes()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b':' | b'&'))
        && (text.contains("::") || text.trim_end_matches('.').contains('.'));
    path || text.contains(['[', '(']) || matches!(bytes.get(to), Some(b'[' | b'('))
}

/// The end of a phrase that one colon announces: "passphrase: green tea kettle moon", "password: capital t i g e r".
fn phrase_end(
    scan: &Scan<'_>,
    at: usize,
    value: usize,
    to: usize,
    quoted: bool,
    kind: Kind,
) -> usize {
    let Some(from) =
        (at + 1..at + 4).find(|j| scan.tokens.get(*j).is_some_and(|t| t.start == value))
    else {
        return to;
    };
    let leads = scan.leads();
    let said = is_spelled(scan, from)
        || leads.text_of(at).eq_ignore_ascii_case("passphrase")
        || Words::Spelling.has(leads.text_of(from));
    if quoted || kind != Kind::Password || !said {
        return to;
    }
    spoken(scan, at).map_or(to, |span| span.end.max(to))
}

#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Equals,
    Colon,
    Space,
}

/// What stands between a name and its value, and where the value begins.
fn separator(bytes: &[u8], name_end: usize) -> Option<(Separator, usize)> {
    let mut at = name_end;
    let spaces = |mut at: usize| {
        let end = at + 4;
        while at < end && matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    };
    while matches!(bytes.get(at), Some(b'"' | b'\'' | b']' | b'\\')) && at < name_end + 4 {
        at += 1;
    }
    let quoted = at > name_end;
    at = spaces(at);
    let kind = match bytes.get(at)? {
        b'=' => Separator::Equals,
        b':' => Separator::Colon,
        _ if at > name_end && !quoted => return Some((Separator::Space, at)),
        _ => return None,
    };
    at += 1;
    if matches!(bytes.get(at), Some(b'=' | b'>')) {
        at += 1;
    }
    Some((kind, spaces(at)))
}

/// The value that begins here: inside its quotes, or up to a space or closing sign.
fn value_at(text: &str, start: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let mut start = start;
    let escaped = bytes.get(start) == Some(&b'\\');
    start += usize::from(escaped);
    let quote = bytes
        .get(start)
        .copied()
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote {
        let from = start + 1;
        let window = &bytes[from..bytes.len().min(from + VALUE_BYTES)];
        if let Some(len) = window.iter().position(|b| *b == quote || *b == b'\n') {
            let len = len - usize::from(escaped && len > 0 && window[len - 1] == b'\\');
            return (len > 0).then_some((from, from + len, true));
        }
        start = from;
    }
    let stops = |b: &u8| {
        b.is_ascii_whitespace()
            || matches!(
                b,
                b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b'<' | b'>' | b'}' | b')' | b']' | b'|'
            )
    };
    let window = &bytes[start..bytes.len().min(start + VALUE_BYTES)];
    let stop = (0..window.len()).find(|at| stops(&window[*at]) && !is_inner(&window[*at..]));
    let mut end = start + stop.unwrap_or(window.len());
    if bytes.get(end - usize::from(end > start)) == Some(&b'.') {
        end -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (end > start).then_some((start, end, false))
}

/// Whether the `&` that `rest` begins with is a sign of the value ("dor&3"): no field ("&user=") and no command follows.
fn is_inner(rest: &[u8]) -> bool {
    let [b'&', after @ ..] = rest else {
        return false;
    };
    let word = after.iter().take(17);
    let len = word.take_while(|b| !b.is_ascii_whitespace() && !b"&=,;'\"<>".contains(b));
    let len = len.count();
    len > 0 && len <= 16 && !matches!(after.get(len), Some(b'=' | b'&' | b';'))
}

/// `Bearer …` and `Basic …`: the scheme is no secret.
fn scheme(text: &str, from: usize, to: usize, kind: Kind) -> (usize, Kind) {
    let rest = &text[from..];
    for name in ["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token "] {
        if rest.starts_with(name) && kind == Kind::ApiKey && from + name.len() < to {
            let jwt = rest[name.len()..].starts_with("eyJ");
            return (from + name.len(), if jwt { Kind::Jwt } else { kind });
        }
    }
    (
        from,
        if rest.starts_with("eyJ") {
            Kind::Jwt
        } else {
            kind
        },
    )
}

fn is_value(
    scan: &Scan<'_>,
    at: usize,
    text: &str,
    kind: Kind,
    separator: Separator,
    quoted: bool,
    spaced: bool,
) -> bool {
    if text.is_empty() || text.starts_with(NO_START) || text.contains(['(', '\u{27E8}']) && !quoted
    {
        return false;
    }
    if Words::NoValues.has(text) {
        return false;
    }
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    match kind {
        Kind::Password => {
            let prose = separator == Separator::Colon && spaced && !quoted;
            let next = scan.tokens.get(at + 1);
            let word = next.is_some_and(|t| t.info().is(NO_VALUE) && t.len as usize >= text.len());
            !(prose && word) && (quoted || !text.starts_with('='))
        }
        Kind::SecurityCode => {
            text.bytes().all(|b| b.is_ascii_digit()) && (3..=4).contains(&text.len())
        }
        Kind::Expiry => text.len() <= 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'/'),
        Kind::Ssn => text.bytes().filter(u8::is_ascii_digit).count() == 9,
        Kind::Pin => text.bytes().all(|b| b.is_ascii_digit()) && (3..=12).contains(&text.len()),
        _ if separator == Separator::Space => text.len() >= 16 && digit,
        _ if separator == Separator::Equals && !spaced => text.len() >= 4,
        _ => text.len() >= 8 && digit || quoted && text.len() >= 6 && !text.contains(' '),
    }
}

/// The password that is said after the word "password" at token `at`.
pub(super) fn spoken(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let Some(from) = value_after(scan, at) else {
        return value_before(scan, at);
    };
    let first = scan.tokens.get(from)?;
    // A written value right after the name was decided by `named`.
    let path = from == at + 1 && first.has(COLON) && {
        let word = word_at(scan.text, first.start);
        is_code(scan.text.as_bytes(), word, first.start + word.len(), false)
    };
    let code = first.has(EQUALS) || path || is_code(scan.text.as_bytes(), "", first.end(), false);
    let typed = from == at + 1
        && first.has(COLON)
        && first.word == PLAIN
        && Words::Types.has(scan.leads().text_of(from));
    if first.is_atom() || code || typed {
        return None;
    }
    let quote = first.has(QUOTE);
    let mut end = from;
    while end < scan.tokens.len() && end - from < SPELLED {
        let token = &scan.tokens[end];
        let spelled =
            token.len == 1 || token.info().number != Number::None || token.info().is(SPEAKS | NATO);
        if end - from >= WORDS && !spelled {
            break;
        }
        let both = scan.leads().before(from, "from") && scan.leads().before(end + 1, "to");
        if end > from && (token.is_atom() || !both && ends_before(scan, end, from, quote)) {
            break;
        }
        end += 1;
    }
    // Fillers at the end belong to nobody.
    let filler = |t: &Token| {
        t.info().is(FILLER) && t.info().number == Number::None && (2..=3).contains(&t.len)
    };
    while end > from + 1 && filler(&scan.tokens[end - 1]) {
        end -= 1;
    }
    let (start, end) = (
        first.start,
        glyphs_after(scan.text, scan.tokens[end - 1].end()),
    );
    let digits = scan.tokens[from..]
        .iter()
        .take_while(|t| t.start < end)
        .all(|t| t.is_digits() || t.info().number != Number::None || t.info().is(FILLER));
    let passcode = Words::PassCode.has(scan.leads().text_of(at));
    Some(Span {
        start,
        end,
        kind: if digits && passcode {
            Kind::Pin
        } else {
            Kind::Password
        },
    })
}

/// What stands between signs that end a written word, and no more of it than a path of code has.
fn word_at(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    let window = &rest.as_bytes()[..rest.len().min(PATH_BYTES)];
    let ends = |b: &u8| matches!(b, b' ' | b',' | b';' | b')' | b'\n' | b'"');
    let mut end = window.iter().position(ends).unwrap_or(window.len());
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    &rest[..end]
}

/// `hunter2!` and `p@ss#`: signs glued to the last word are part of a written password.
fn glyphs_after(text: &str, end: usize) -> usize {
    let signs = text.as_bytes()[end..]
        .iter()
        .take(8)
        .take_while(|b| {
            matches!(
                b,
                b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'@' | b'+' | b'=' | b'_' | b'~'
            )
        })
        .count();
    let bang = text.as_bytes()[end + signs..].starts_with(b"!")
        && text[..end]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphanumeric)
            .any(|b| b.is_ascii_digit());
    end + signs + usize::from(bang)
}

/// The token where the value begins, if a value follows.
fn value_after(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let leads = scan.leads();
    let set = tokens[at.saturating_sub(6)..at]
        .iter()
        .any(|t| Words::Sets.has(&scan.text[t.start..t.end()]));
    let (mut here, mut said) = (at + 1, leads.text_of(at).ends_with("'s"));
    while here < tokens.len() && here - at <= 12 {
        let token = &tokens[here];
        let text = leads.text_of(here).to_ascii_lowercase();
        let asks = scan.text[tokens[here - 1].end()..token.start].contains('?');
        let answers = asks && Words::Its.has(&text);
        if token.has(STOP | LINE) && !said && !answers || token.has(OTHER | PAREN | SLASH) {
            return None;
        }
        said |= token.has(COLON | EQUALS);
        let word = token.info();
        match text.as_str() {
            word if set && Words::ToAsFrom.has(word) => said = true,
            word if Words::Said.has(word) => said = true,
            // "oh four one" begins with a zero.
            "oh" if said
                && tokens
                    .get(here + 1)
                    .is_some_and(|t| t.info().number == Number::Unit) =>
            {
                return Some(here);
            }
            word if Words::Hums.has(word) => {}
            "let" if said => here += 2,
            "i" if said && leads.next_in(here, Words::Believes) => here += 1,
            word if said && Words::HoldOn.has(word) && leads.next(here, "on") => here += 1,
            "correct"
                if said
                    && tokens
                        .get(here + 1)
                        .is_some_and(|t| t.word == PLAIN && t.gap == SPACE) =>
            {
                return Some(here);
            }
            "it" if !said && token.has(STOP) => {}
            word if !said && Words::ForWhat.has(word) => {}
            word if !said && (Words::Chose.has(word) || Words::BetweenName.has(word)) => {}
            word if said && Words::Spelling.has(word) => {
                return Some(here);
            }
            word if said
                && Words::Softens.has(word)
                && tokens.get(here + 1).is_some_and(|t| !t.info().is(NO_VALUE)) => {}
            _ if said => {
                return (!word.is(NO_VALUE)
                    || text.len() == 1 && text != "a" && text != "i"
                    || is_spelled(scan, here))
                .then_some(here);
            }
            _ if here == at + 1 && token.gap & !(SPACE | QUOTE) == 0 && looks_typed(scan, here) => {
                return Some(here);
            }
            _ if here == at + 1 && credentials_before(scan, at) => {
                return (!word.is(NO_VALUE | COPULA) || is_spelled(scan, here)).then_some(here);
            }
            _ => return None,
        }
        here += 1;
    }
    None
}

/// "password Welcome2026!", "password capital t i g e r": nothing stands between, and no word of a sentence looks like this.
fn looks_typed(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let text = scan.leads().text_of(at).to_ascii_lowercase();
    let bytes = scan.text.as_bytes()[token.start..].iter().take(40);
    let word: Vec<u8> = bytes
        .take_while(|b| !b.is_ascii_whitespace())
        .copied()
        .collect();
    let glued = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
    let mixed = (token.word == MIXED || glued)
        && word.len() >= 5
        && !Words::Technical.list().iter().any(|t| {
            text.strip_prefix(t)
                .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        });
    let spelling =
        Words::Capitals.has(&text) && scan.tokens.get(at + 1).is_some_and(|t| t.len == 1);
    let nato = token.info().is(NATO) && scan.tokens.get(at + 1).is_some_and(|t| t.info().is(NATO));
    mixed || spelling || nato
}

/// "sunflower is my password": the one word before.
fn value_before(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let leads = scan.leads();
    let my = at
        .checked_sub(1)
        .filter(|_| leads.before_in(at, Words::Whose))?;
    let is = my
        .checked_sub(1)
        .filter(|_| leads.before_in(my, Words::IsSaid))?;
    let word = is.checked_sub(1).map(|j| scan.tokens[j])?;
    let unknown = matches!(word.word, PLAIN | MIXED) && word.len > 2;
    let close = scan.tokens[is].gap & !(SPACE | COMMA) == 0;
    (unknown && close).then_some(Span {
        start: word.start,
        end: word.end(),
        kind: Kind::Password,
    })
}

/// "user alice password sunflower": a name was given just before.
fn credentials_before(scan: &Scan<'_>, at: usize) -> bool {
    scan.tokens[at.saturating_sub(6)..at]
        .iter()
        .any(|t| Words::Users.has(&scan.text[t.start..t.end()]))
}

/// A single letter or digit, then another.
fn is_spelled(scan: &Scan<'_>, at: usize) -> bool {
    let small =
        |t: Option<&Token>| t.is_some_and(|t| t.len == 1 || t.info().number != Number::None);
    small(scan.tokens.get(at)) && small(scan.tokens.get(at + 1))
}

/// Whether the password ends before token `here`.
fn ends_before(scan: &Scan<'_>, here: usize, from: usize, quoted: bool) -> bool {
    let token = &scan.tokens[here];
    let info = token.info();
    let small = token.len == 1 || info.number != Number::None || token.is_digits();
    let spelling = small
        && (scan.tokens[here - 1].len == 1
            || scan.tokens[here - 1].info().number != Number::None
            || scan.tokens[here - 1].is_digits());
    if token.has(LINE) || quoted && token.has(QUOTE) {
        return true;
    }
    if token.has(STOP | COMMA | COLON | EQUALS | PAREN | OTHER) && token.has(SPACE | LINE) {
        return !spelling || token.has(STOP);
    }
    if token.has(STOP) && !token.has(SPACE) || token.has(DASH) && token.has(SPACE) {
        return false;
    }
    let joined = token.gap & SPACE == 0;
    let number = info.number != Number::None && !matches!(info.number, Number::Soft);
    let soft = info.number == Number::Soft && spelling;
    if joined
        || number
        || soft
        || info.is(SPEAKS) && token.gap == SPACE && here - from < SPELLED && !info.is(CLAUSE)
    {
        return false;
    }
    info.is(CLAUSE) && token.len > 1 || info.is(CLAUSE) && !spelling
}
