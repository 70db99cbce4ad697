//! E-mail addresses, written and spoken ("j o h n dot smith at gmail dot com").
//!
//! Decides at an "@" or "at" whether there is an address. Where its name begins and its domain ends is decided by `mail/local.rs`
//! and `mail/domain.rs`. "look at amazon dot com" is no address.

mod domain;
mod ends;
mod local;
mod parts;

use super::kind::{Kind, Span};
use super::lexicon::{COPULA, DOT, FILLER, JOIN, LINK, NO_VALUE, PROVIDER, ROLE};
use super::phrases::Words;
use super::place::Place;
use super::token::{AT_SIGN, COLON, COMMA, OTHER, SPACE, STOP, Token};
use super::view::View;
use domain::Domain;
use ends::Ends;
use parts::parts;

/// How many words of an address may be said before its "at".
const NAME_WORDS: usize = 20;
/// How many words may follow the "at" of an address that grows.
const GROWING_WORDS: usize = 6;
/// How many words an announced address that grows may have.
const ANNOUNCED_WORDS: usize = 24;

/// The address around the `@` before a place.
pub(super) fn written(place: &Place<'_, '_>) -> Option<Span> {
    let encoded = place.token().has(OTHER)
        && place.before().ends_with(b"%")
        && place.rest().starts_with(b"40");
    if !place.token().has(AT_SIGN) && !encoded {
        return None;
    }
    let (view, at) = (place.view, place.at);
    let from = view.tokens[at.checked_sub(1)?].end();
    let (sign, after) = match view.text[from..place.start()].rfind('@') {
        Some(sign) => (from + sign, from + sign + 1),
        // A sign in a URL: `pat%40example.com`.
        None => (place.start() - 1, place.start() + 2),
    };
    if is_remote(view, sign, after) || is_masked(&view.text[..sign]) {
        return None;
    }
    let ends = Ends::new(place);
    let (start, end) = match parts(view.text, sign, after) {
        Some((start, end, dotted)) => {
            let domain = || ends.domain(at, true).map(|domain| domain.end);
            let end = if dotted { end } else { domain()? };
            (ends.before_written(at - 1, start), end)
        }
        // "john smith @ gmail . com": the sign stands alone, as a spoken "at" does.
        None => {
            let domain = ends.domain(at, false)?;
            (ends.local(at - 1, &domain)?, domain.end)
        }
    };
    Some(span(start, end))
}

fn span(start: usize, end: usize) -> Span {
    Span {
        start,
        end,
        kind: Kind::Email,
    }
}

/// `git@host:owner/repository` is an address of nobody.
fn is_remote(view: View<'_>, sign: usize, after: usize) -> bool {
    let host = view
        .bytes()
        .get(after..)
        .unwrap_or_default()
        .iter()
        .take(100);
    let mut host = host.take_while(|b| !b.is_ascii_whitespace());
    view.text[..sign].ends_with("git") && host.any(|b| *b == b':')
}

/// Whether the local part before the sign is masked already, to one letter at most: `a***@example.com`.
fn is_masked(before_sign: &str) -> bool {
    let Some(shown) = before_sign.strip_suffix("***") else {
        return false;
    };
    let mut letters = shown.chars().rev();
    let first = letters.next();
    let begins = |c: char| !c.is_alphanumeric() && !"._-+*".contains(c);
    first.is_none_or(|c| !c.is_alphanumeric()) || letters.next().is_none_or(begins)
}

/// The address around the word "at" at a place.
pub(super) fn spoken(place: &Place<'_, '_>) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    let ends = Ends::new(place);
    // "at sign", and "at the rate", as it is said in India.
    let rate = view.next(at, "the") && view.next(at + 1, "rate");
    let of = rate && view.next(at + 2, "of");
    let sign = usize::from(view.next_in(at, Words::SignNouns));
    let host = at + 1 + sign + 2 * usize::from(rate) + usize::from(of);
    let joined = at > 1 && ends.flag(at - 2, DOT | JOIN);
    let domain = ends.domain(host, joined)?;
    if at == 0 || !ends.only(at, SPACE | COMMA) {
        return None;
    }
    let start = ends.local(at - 1, &domain)?;
    Some(span(start, domain.end))
}

/// An address that is still being said, "tom dash hughes at proton dot", around the "at" at a place.
pub(super) fn growing(place: &Place<'_, '_>) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    let ends = Ends::new(place);
    let rest = &view.tokens[at + 1..];
    let provider = rest.iter().any(|t| t.is(PROVIDER));
    let joined = at > 1 && ends.flag(at - 2, DOT | JOIN) || ends.announced() || provider;
    let over = rest.len() > GROWING_WORDS || rest.iter().any(|t| t.has(STOP));
    if at == 0 || over || !joined {
        return None;
    }
    let domain = Domain {
        end: view.text.trim_end().len(),
        words: 1,
        provider,
    };
    let start = ends.local(at - 1, &domain)?;
    Some(span(start, domain.end))
}

/// "my email is jane dot": what follows its lead, which begins at byte `lead`, is held back while it grows.
pub(super) fn announced(view: View<'_>, lead: usize) -> Option<Span> {
    let after = view.tokens.partition_point(|t| t.start <= lead);
    let rest = &view.tokens[after..];
    let said = rest.iter().position(|t| t.is(COPULA) || t.has(COLON))?;
    let opens = |t: &&Token| t.is_single() || !t.is(COPULA | LINK | FILLER);
    let first = rest[said..].iter().find(opens)?;
    let value = rest.len() <= ANNOUNCED_WORDS && !first.is(NO_VALUE) || first.is_single();
    value.then(|| span(first.start, view.text.trim_end().len()))
}

/// "mark underscore becker", "j a n e", "info": the next turn may begin with "at". Where such a name begins at most.
pub(super) fn open(view: View<'_>) -> Option<usize> {
    let [.., before, last] = view.tokens else {
        return None;
    };
    let joined = before.is(DOT | JOIN) || last.is(DOT | JOIN | ROLE);
    let spelled = last.is_single() && before.is_single();
    let from = view.tokens.len().saturating_sub(NAME_WORDS);
    (joined || spelled).then(|| view.tokens[from].start)
}
