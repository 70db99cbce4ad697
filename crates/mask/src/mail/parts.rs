//! The two parts of a written address.

/// Bytes of a name and of a domain (RFC 5321, 4.5.3.1).
const NAME_BYTES: usize = 64;
const DOMAIN_BYTES: usize = 253;

/// The address around the sign `at..after` (`@` or `%40`): its start, its end, and whether its domain has a dot.
pub(super) fn parts(text: &str, at: usize, after: usize) -> Option<(usize, usize, bool)> {
    let (start, end) = (name(text, at), domain(text, after));
    (start < at && after < end).then(|| (start, end, is_dotted(&text[after..end])))
}

/// Where the name before the sign begins.
fn name(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let local = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || b"._%+-'!#&=^~|{}$".contains(b);
    let before = bytes[..at].iter().rev().take(NAME_BYTES);
    let mut start = at - before.take_while(|b| local(b)).count();
    while start < at && (!text.is_char_boundary(start) || b"'.=&{}|$!#".contains(&bytes[start])) {
        start += 1;
    }
    // `to=bob@x.com`: the name before the equals sign is not part of it.
    let field = |b: &u8| matches!(b, b'=' | b'&');
    let equals = bytes[start..at].iter().rposition(field);
    equals.map_or(start, |equals| start + equals + 1)
}

/// Where the domain behind the sign ends.
fn domain(text: &str, after: usize) -> usize {
    let bytes = text.as_bytes();
    let domain = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'.' | b'-');
    let rest = bytes
        .get(after..)
        .unwrap_or_default()
        .iter()
        .take(DOMAIN_BYTES);
    let mut end = after + rest.take_while(|b| domain(b)).count();
    while end > after && (!text.is_char_boundary(end) || matches!(bytes[end - 1], b'.' | b'-')) {
        end -= 1;
    }
    end
}

/// A host, a dot, and a label of at least two letters.
fn is_dotted(domain: &str) -> bool {
    let Some((host, tld)) = domain.rsplit_once('.') else {
        return false;
    };
    let letters = tld.chars().all(|c| c.is_alphabetic() || c == '-');
    !host.is_empty() && letters && tld.chars().count() >= 2
}
