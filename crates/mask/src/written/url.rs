//! The password in `scheme://user:password@host`, and private keys in PEM form.

use crate::kind::{Kind, Span};
use crate::place::Place;
use crate::token::{COLON, DASH, SLASH};

/// The longest authority of a URL that is looked at.
const AUTHORITY_BYTES: usize = 600;
/// The longest title between the dashes of a PEM line.
const TITLE_BYTES: usize = 60;

/// The password of a URL whose authority begins at a place.
pub(crate) fn url_password(place: &Place<'_, '_>) -> Option<Span> {
    if !(place.token().has(SLASH) && place.token().has(COLON)) {
        return None;
    }
    // A user without a name: `redis://:password@host`.
    let nameless = usize::from(place.before().ends_with(b"://:"));
    let start = place.start() - nameless;
    if !place.view.bytes()[..start].ends_with(b"://") {
        return None;
    }
    let stop = |b: &u8| b.is_ascii_whitespace() || b"/?\"<>".contains(b);
    let rest = &place.view.bytes()[start..];
    let window = &rest[..rest.len().min(AUTHORITY_BYTES)];
    let authority = &window[..window.iter().position(stop).unwrap_or(window.len())];
    let at = authority.iter().rposition(|b| *b == b'@')?;
    let colon = authority[..at].iter().position(|b| *b == b':')?;
    let secret = &authority[colon + 1..at];
    let masked = secret.starts_with(b"[") && secret.ends_with(b"]");
    (!secret.is_empty() && !masked).then_some(Span {
        start: start + colon + 1,
        end: start + at,
        kind: Kind::Password,
    })
}

/// A PEM private key: from its first dash to its end line, or to the end of the text.
pub(crate) fn private_key(place: &Place<'_, '_>) -> Option<Span> {
    let begin = place.rest().starts_with(b"BEGIN ") && place.token().has(DASH);
    if !begin || !place.before().ends_with(b"-----") {
        return None;
    }
    let rest = &place.view.text[place.start() + 6..];
    let title = rest.bytes().take(TITLE_BYTES).position(|b| b == b'-')?;
    let (title, body) = rest.split_at_checked(title)?;
    if !title.ends_with("PRIVATE KEY") && !title.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let len = body.find("-----END ").map_or(body.len(), |at| {
        let line = &body[at + 9..];
        let dashes = line.find("-----").map_or(line.len(), |dashes| dashes + 5);
        at + 9 + dashes
    });
    Some(Span {
        start: place.start() - 5,
        end: place.view.text.len() - body.len() + len,
        kind: Kind::ApiKey,
    })
}
