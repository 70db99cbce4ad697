//! Finds and masks the secrets of a caller in text: written, and spoken as speech recognition writes them down.
//!
//! Decides what is a secret (`find`) and what stands in its place (`mask`). Used for every log line, every tool result that is
//! shown and `conversimple redact`; a live conversation uses `Watch`, which also sees a secret that is spread over two
//! turns, and `capture`, which keeps the value for the tool that needs it.
//!
//! Linear in the length of the text, without backtracking, and total: no input makes it panic.
//!
//! **What it does not protect.** The mask reads text, so it is the last net and never the only one: secrets have types of
//! their own. It does not know names, addresses, account numbers, or a password that nobody announced. A number that is announced as an order,
//! tracking, ticket or similar number is left alone even when it is a card's. It knows English words only (written forms are
//! found in any language). A secret that is encoded (base64, reversed, spread over more than two turns with other talk between)
//! passes. Loopback addresses are not masked: they name nobody.

mod data;
mod digits;
mod json;
mod judge;
mod key;
mod leads;
mod lexicon;
mod mail;
pub mod names;
mod password;
mod phrases;
mod scan;
mod score;
mod token;
mod typed;
mod watch;
mod written;

#[cfg(any(test, feature = "corpus"))]
#[doc(hidden)]
pub mod corpus;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use json::mask_json;
#[cfg(feature = "training")]
#[doc(hidden)]
pub use score::training;
pub use typed::{spoken_digits, spoken_text};
pub use watch::{Heard, Watch};

use scan::{Scan, Setting};

/// What kind of secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A payment card's number, whole or still growing.
    Card,
    /// The three or four digits on a card (CVV, CVC).
    SecurityCode,
    /// A card's month and year of expiry.
    Expiry,
    /// A United States social security number.
    Ssn,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// An international bank account number.
    Iban,
    /// An IPv4 or IPv6 address, loopback excepted.
    Ip,
    /// A key, token or private key of a service.
    ApiKey,
    /// A JSON web token.
    Jwt,
    /// A password or passphrase.
    Password,
    /// A personal identification number.
    Pin,
    /// Anything that was asked for as a secret and is none of the others.
    Secret,
}

impl Kind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 13] = [
        Self::Card,
        Self::SecurityCode,
        Self::Expiry,
        Self::Ssn,
        Self::Phone,
        Self::Email,
        Self::Iban,
        Self::Ip,
        Self::ApiKey,
        Self::Jwt,
        Self::Password,
        Self::Pin,
        Self::Secret,
    ];

    /// The stable lower-case name: "card", "cvv", "expiry" …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SecurityCode => "cvv",
            Self::Expiry => "expiry",
            Self::Ssn => "ssn",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Iban => "iban",
            Self::Ip => "ip",
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
            Self::Password => "password",
            Self::Pin => "pin",
            Self::Secret => "secret",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What replaces a whole secret of this kind.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Card => "[card]",
            Self::SecurityCode => "[cvv]",
            Self::Expiry => "[expiry]",
            Self::Ssn => "[ssn]",
            Self::Phone => "[phone]",
            Self::Email => "[email]",
            Self::Iban => "[iban]",
            Self::Ip => "[ip]",
            Self::ApiKey => "[api_key]",
            Self::Jwt => "[jwt]",
            Self::Password => "[password]",
            Self::Pin => "[pin]",
            Self::Secret => "[secret]",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a secret stands: `start..end` are byte offsets on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte of the secret.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Texts longer than this are looked at in pieces (a secret across such a seam would be missed).
const PIECE_BYTES: usize = 1 << 30;

/// All secrets in `text`, sorted and not overlapping.
#[must_use]
pub fn find(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = text.len().min(start + PIECE_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = Scan::new(&text[start..end], Setting::default()).run().spans;
        spans.extend(found.into_iter().map(|s| Span {
            start: s.start + start,
            end: s.end + start,
            kind: s.kind,
        }));
        start = end;
    }
    spans
}

/// The same spans with offsets in characters (Unicode scalar values) in place of bytes.
#[must_use]
pub fn in_characters(text: &str, spans: &[Span]) -> Vec<Span> {
    let (mut bytes, mut characters) = (0, 0);
    let mut count = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |part| part.chars().count());
        bytes = to;
        characters
    };
    spans
        .iter()
        .map(|span| Span {
            start: count(span.start),
            end: count(span.end),
            kind: span.kind,
        })
        .collect()
}

/// How often a masked text is looked at again: replacing a secret can only bring its neighbours closer together once or twice.
const ROUNDS: usize = 4;

/// `text` with every secret replaced: cards and phones by their last four (`****1111`), the rest by their kind (`[email]`).
///
/// Masking a masked text changes nothing.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let spans = find(text);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = replace(text, &spans);
    for _ in 1..ROUNDS {
        let spans = find(&masked);
        if spans.is_empty() {
            break;
        }
        masked = replace(&masked, &spans);
    }
    Cow::Owned(masked)
}

/// `text` with `spans` (sorted, not overlapping) replaced as `mask` does.
#[must_use]
pub fn replace(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let (Some(before), Some(secret)) =
            (text.get(at..span.start), text.get(span.start..span.end))
        else {
            continue;
        };
        out.push_str(before);
        out.push_str(&stand_in(secret, span.kind));
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What is shown in place of `secret`. The last four are kept only where enough is hidden before them.
fn stand_in(secret: &str, kind: Kind) -> Cow<'static, str> {
    let shown = match kind {
        Kind::Card => 12,
        Kind::Phone => 10,
        _ => return Cow::Borrowed(kind.label()),
    };
    let digits = digits_in(secret);
    if digits.len() < shown {
        return Cow::Borrowed(kind.label());
    }
    let last: String = digits[digits.len() - 4..]
        .iter()
        .map(|d| char::from(b'0' + d))
        .collect();
    Cow::Owned(format!("****{last}"))
}

/// The digits that a written or spoken number stands for, each 0 to 9, corrections not applied.
pub fn digits_in(text: &str) -> Vec<u8> {
    let tokens = token::tokens(text);
    let (mut out, mut at, mut run) = (Vec::new(), 0, digits::Run::default());
    while at < tokens.len() {
        if digits::run_at(text, &tokens, at, digits::Reading::VALUE, &mut run) {
            out.extend_from_slice(&run.digits);
            at = run.next();
        } else {
            at += 1;
        }
    }
    out
}
