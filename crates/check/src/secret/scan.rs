//! Finds secrets by form in any text: our own keys, known providers' keys, private keys, signed tokens, addresses with
//! a password, and all of these in base64. One pass for the prefixes, then a look at each place; linear in the text.

use super::forms::{Alphabet, FORMS};
use super::placeholder::is_placeholder;
use super::url;
use super::value::{entropy, looks_random};
use crate::code::ir::Span;
use crate::facts::Fact;
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use std::sync::LazyLock;

/// What kind of secret stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A key of the platform whose checksum is right.
    OwnKey,
    /// A key of the platform's shape with a wrong or no checksum: another platform's, or made up.
    OwnShape,
    /// A known provider's key.
    Provider(&'static str),
    /// A private key in PEM.
    PrivateKey,
    /// An address with a password.
    AddressPassword,
    /// A signed JSON web token.
    Jwt,
    /// 32 random bytes in URL-safe base64, as Fernet keys are.
    EncryptionKey,
    /// Any of these, in base64.
    Encoded,
}

/// A secret and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// Prefixes that need a look of their own, behind those of the table; the look is given the place and the end of the prefix.
const LOOKS: [(&str, Look); 7] = [
    ("cs_live_", |text, start, _| own(text, start)),
    ("cs_test_", |text, start, _| own(text, start)),
    ("PRIVATE KEY", |text, start, _| private_key(text, start)),
    ("://", |text, start, _| address(text, start)),
    ("eyJ", |text, start, _| jwt(text, start)),
    ("hooks.slack.com/services/T", |text, start, end| {
        let span = body(text, start, end, Alphabet::Base64, 30, 80)?;
        let form = Form::Provider("Slack webhook");
        Some(Hit { span, form })
    }),
    ("AccountKey=", |text, _, end| {
        let span = body(text, end, end, Alphabet::Base64, 80, 100)?;
        let form = Form::Provider("Azure storage key");
        Some(Hit { span, form })
    }),
];

type Look = fn(&str, usize, usize) -> Option<Hit>;

static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let known = FORMS.iter().map(|form| form.prefix);
    let prefixes = known.chain(LOOKS.iter().map(|(prefix, _)| *prefix));
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(prefixes)
        .ok()
});

/// Every secret by form in `text`, in order of place.
pub(crate) fn scan(text: &str) -> Vec<Hit> {
    let mut hits = plain(text);
    for span in encoded(text) {
        let overlaps = hits
            .iter()
            .any(|hit| hit.span.start < span.end && span.start < hit.span.end);
        if overlaps {
            continue;
        }
        let run = &text[span.start..span.end];
        let hides = decode_text(run).is_some_and(|decoded| {
            plain(&decoded)
                .iter()
                .any(|hit| hit.form != Form::OwnShape && hit.form != Form::Jwt)
        });
        if hides {
            hits.push(Hit {
                span,
                form: Form::Encoded,
            });
        } else if is_fernet_key(run) && !is_digest(text, span) {
            hits.push(Hit {
                span,
                form: Form::EncryptionKey,
            });
        }
    }
    hits.sort_by_key(|hit| (hit.span.start, hit.span.end));
    hits
}

/// The secrets that stand in `text` without an encoding around them.
pub(crate) fn plain(text: &str) -> Vec<Hit> {
    let Some(prefixes) = PREFIXES.as_ref() else {
        return Vec::new();
    };
    let mut hits: Vec<Hit> = Vec::new();
    for found in prefixes.find_overlapping_iter(text) {
        let which = found.pattern().as_usize();
        let hit = match LOOKS.get(which.wrapping_sub(FORMS.len())) {
            Some((_, look)) => look(text, found.start(), found.end()),
            None => provider(text, found.start(), which),
        };
        let Some(hit) = hit else { continue };
        match hits.last() {
            Some(last) if last.span.start <= hit.span.start && hit.span.end <= last.span.end => {}
            _ => hits.push(hit),
        }
    }
    hits
}

fn own_checksum(text: &str) -> bool {
    conversimple_guard::apikey::has_valid_checksum(text)
}

fn own(text: &str, start: usize) -> Option<Hit> {
    let end = run(text, start, Alphabet::Word);
    let key = text.get(start..end)?.trim_end_matches(['-', '_']);
    let span = Span {
        start,
        end: start + key.len(),
    };
    if !is_word_start(text, start) {
        return None;
    }
    if own_checksum(key) {
        return Some(Hit {
            span,
            form: Form::OwnKey,
        });
    }
    let body = key.get("cs_live_".len()..)?;
    let has_digit = body.bytes().any(|b| b.is_ascii_digit());
    let is_followed_by_hole =
        text[end..].starts_with(['.', '…', '*', '<', '{', '$']) && !text[end..].starts_with(". ");
    let is_shape = body.len() >= 6 && has_digit && !is_placeholder(key) && !is_followed_by_hole;
    is_shape.then_some(Hit {
        span,
        form: Form::OwnShape,
    })
}

fn provider(text: &str, start: usize, which: usize) -> Option<Hit> {
    let form = &FORMS[which];
    if !is_word_start(text, start) {
        return None;
    }
    let from = start + form.prefix.len();
    let span = body(text, start, from, form.alphabet, form.least, form.most)?;
    let key = text.get(from..span.end)?;
    let is_random = entropy(key)
        >= if form.alphabet == Alphabet::Hex {
            2.8
        } else {
            3.1
        };
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    // A prefix of two or three letters says little; the body has to look random by itself.
    let is_clear = form.prefix.len() > 3 || (looks_random(key) && digits >= 3);
    if !is_random || digits == 0 || !is_clear || is_placeholder(text.get(start..span.end)?) {
        return None;
    }
    Some(Hit {
        span,
        form: Form::Provider(form.owner),
    })
}

/// The run of `alphabet` from `from`, when its length fits, with everything from `start` on as the span.
fn body(
    text: &str,
    start: usize,
    from: usize,
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Option<Span> {
    let end = run(text, from, alphabet);
    let length = end - from;
    (least..=most)
        .contains(&length)
        .then_some(Span { start, end })
}

fn run(text: &str, from: usize, alphabet: Alphabet) -> usize {
    let bytes = text.as_bytes();
    let length = bytes[from..]
        .iter()
        .take(600)
        .take_while(|byte| alphabet.has(**byte))
        .count();
    from + length
}

fn is_word_start(text: &str, start: usize) -> bool {
    start == 0
        || !matches!(text.as_bytes()[start - 1], b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')
}

/// A PEM block: its header, and at least one line of base64 that is not dots.
fn private_key(text: &str, at: usize) -> Option<Hit> {
    let mut from = at.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let dashes = "-".repeat(5);
    let opening = format!("{dashes}BEGIN");
    let start = from + text[from..at].rfind(&opening)?;
    let rest = &text[at..];
    let header_end = rest.find(&dashes)? + dashes.len();
    if header_end > 40 {
        return None;
    }
    let content = rest.get(header_end..)?;
    let limit = content.find(&dashes).unwrap_or(content.len());
    // Line breaks may be real or written as two characters inside a literal.
    let mut material = 0;
    let mut sample = String::new();
    for c in content[..limit].replace("\\n", "\n").chars().take(4000) {
        if c.is_ascii_alphanumeric() || "+/=".contains(c) {
            material += 1;
            sample.push(c);
        } else if !c.is_whitespace() && !"\"'\\,+:()|->".contains(c) {
            break;
        }
    }
    if material < 40 || !looks_random(&sample) {
        return None;
    }
    Some(Hit {
        span: Span {
            start,
            end: at + header_end + limit,
        },
        form: Form::PrivateKey,
    })
}

fn jwt(text: &str, start: usize) -> Option<Hit> {
    if !is_word_start(text, start) {
        return None;
    }
    let length = text.as_bytes()[start..]
        .iter()
        .take(4000)
        .take_while(|byte| Alphabet::Dotted.has(**byte))
        .count();
    let token = text.get(start..start + length)?;
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return None;
    };
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .ok()?;
    let is_header = serde_json::from_slice::<serde_json::Value>(&header)
        .ok()
        .is_some_and(|header| header.get("alg").is_some());
    // The token that every introduction shows names John Doe; its claims are known.
    let is_example = claims.starts_with("eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6Ikpva");
    let is_signed = claims.starts_with("eyJ") && signature.len() >= 20 && !is_example;
    (is_header && is_signed).then_some(Hit {
        span: Span {
            start,
            end: start + length,
        },
        form: Form::Jwt,
    })
}

fn address(text: &str, at: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let back = bytes[..at]
        .iter()
        .rev()
        .take(24)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte))
        .count();
    let start = at - back;
    let mut end = (at + 2000).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let found = url::address(text.get(start..end)?)?;
    let password = url::password(&found)?;
    let base = found
        .scheme
        .split('+')
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    let is_known = Fact::DatabaseScheme.has(&base)
        || base.starts_with("postgres")
        || base.starts_with("mongodb");
    let is_web = base.starts_with("http");
    if !is_known || (is_web && !looks_random(password) && password.len() < 8) {
        return None;
    }
    let offset = password.as_ptr() as usize - text.as_ptr() as usize;
    Some(Hit {
        span: Span {
            start: offset,
            end: offset + password.len(),
        },
        form: Form::AddressPassword,
    })
}

/// Runs that may be base64 and are long enough to hold a key.
fn encoded(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let is_part = |byte: u8| Alphabet::Base64.has(byte) || byte == b'-' || byte == b'_';
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // A run of 24 has one of every 24th byte, so most bytes need no look.
        if !bytes.get(at + 23).is_some_and(|byte| is_part(*byte)) {
            at += 24;
            continue;
        }
        let back = bytes[..at + 23]
            .iter()
            .rev()
            .take(23)
            .take_while(|byte| is_part(**byte))
            .count();
        let start = at + 23 - back;
        let length = bytes[start..]
            .iter()
            .take_while(|byte| is_part(**byte))
            .count();
        // An assignment without spaces puts a name before the value.
        let value = text[start..start + length]
            .trim_end_matches('=')
            .rfind('=')
            .map_or(start, |equals| start + equals + 1);
        let span = Span {
            start: value,
            end: start + length,
        };
        if (24..=4096).contains(&(span.end - span.start)) {
            found.push(span);
        }
        at = start + length.max(1);
    }
    found
}

/// 32 bytes in URL-safe base64 with its padding: what Fernet generates.
fn is_fernet_key(text: &str) -> bool {
    text.len() == 44
        && text.ends_with('=')
        && looks_random(text.trim_end_matches('='))
        && base64::engine::general_purpose::URL_SAFE
            .decode(text)
            .is_ok_and(|bytes| bytes.len() == 32 && !bytes.iter().all(|byte| is_printable(*byte)))
}

/// A checksum of 256 bits looks the same as a key; the words around it tell.
fn is_digest(text: &str, span: Span) -> bool {
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let before = text[line_start..span.start].to_ascii_lowercase();
    let is_named = Fact::DigestWord.inside(&before);
    let is_bare = !before.ends_with(['"', '\'', '`', '=', ' ', ':']);
    is_named || is_bare
}

/// Decodes standard or URL-safe base64 when the result is printable text.
pub(crate) fn decode_text(encoded: &str) -> Option<String> {
    let trimmed = encoded.trim().trim_end_matches('=');
    if trimmed.len() < 8
        || !trimmed
            .bytes()
            .any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    {
        return None;
    }
    // A look at the first bytes settles most cases.
    let standard = &base64::engine::general_purpose::STANDARD_NO_PAD;
    let safe = &base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let head = standard
        .decode(trimmed.get(..8)?)
        .or_else(|_| safe.decode(&trimmed[..8]))
        .ok()?;
    if !head.iter().all(|byte| is_printable(*byte)) {
        return None;
    }
    let decoded = standard
        .decode(trimmed)
        .or_else(|_| safe.decode(trimmed))
        .ok()?;
    if !decoded.iter().all(|byte| is_printable(*byte)) {
        return None;
    }
    String::from_utf8(decoded).ok()
}

fn is_printable(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) || matches!(byte, b'\n' | b'\r' | b'\t')
}
