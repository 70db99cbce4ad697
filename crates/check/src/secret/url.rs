//! Addresses: who is named in them, whether they travel in the clear, and whether a password or key rides along.
//! Decides from the text alone; a hole (a value put in at run time) is one `HOLE` character.

use super::placeholder::is_placeholder;
use crate::facts::Fact;

/// Stands for a value that is not known in a text that otherwise is.
pub(crate) const HOLE: char = '\u{1}';

/// The parts of an address that the rules ask for; positions are bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: Option<&'a str>,
    pub(crate) host: &'a str,
    /// Path, query and fragment.
    pub(crate) rest: &'a str,
}

/// Reads an address that starts at the start of `text`.
pub(crate) fn address(text: &str) -> Option<Address<'_>> {
    let (scheme, after) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme.len() <= 30
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_scheme {
        return None;
    }
    let end = after
        .find(|c: char| {
            c == '/' || c == '?' || c == '#' || c.is_whitespace() || "\"'`<>\\".contains(c)
        })
        .unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    Some(Address {
        scheme,
        user,
        password,
        host: without_port(host),
        rest,
    })
}

fn without_port(host: &str) -> &str {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split(']').next().unwrap_or(inner);
    }
    host.split(':').next().unwrap_or(host)
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "::1"
        || host == "0.0.0.0"
        || host == "::"
        || host == "host.docker.internal"
        // A machine's own metadata service speaks nothing else and is not on any network.
        || host.starts_with("169.254.")
        || host.starts_with("fd00:ec2")
        || (host.starts_with("127.") && host.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Whether an address travels unencrypted to another machine.
pub(crate) fn is_clear(address: &Address<'_>) -> bool {
    let is_clear_scheme = matches!(address.scheme.to_ascii_lowercase().as_str(), "ws" | "http");
    let host = address.host;
    is_clear_scheme
        && !host.is_empty()
        && !is_loopback(host)
        && !host.starts_with("...")
        && !host.starts_with(['<', '$', '*', '%'])
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || ".-_:{}".contains(c) || c == HOLE)
}

/// Names of XML and schema namespaces look like addresses and are never opened.
pub(crate) fn is_namespace(host: &str) -> bool {
    let mut hosts = Fact::NamespaceHost.patterns();
    hosts.any(|known| host == known || (known.ends_with('.') && host.starts_with(known)))
}

/// The password in an address, if it is one: no reference, no placeholder, not the user's name again.
pub(crate) fn password<'a>(address: &Address<'a>) -> Option<&'a str> {
    let password = address.password?;
    let is_trivial_here =
        is_loopback(address.host) && password.chars().all(|c| c.is_ascii_lowercase());
    let is_none = password.len() < 3
        || password == address.user
        || password.contains([HOLE, '{', '}', '$', '<', '*'])
        || is_placeholder(password)
        || is_trivial_here
        || address.host.is_empty();
    if is_none { None } else { Some(password) }
}

/// Names of query parameters that carry a key.
pub(crate) fn is_key_parameter(name: &str) -> bool {
    Fact::KeyParameter.has(name.to_ascii_lowercase().replace('-', "_").as_str())
}

/// The key-carrying parameters in the query of an address, with their values.
pub(crate) fn key_parameters(text: &str) -> Vec<(&str, &str)> {
    let Some((_, query)) = text.split_once('?') else {
        return Vec::new();
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            let end = value
                .find(|c: char| c.is_whitespace() || "\"'`#".contains(c))
                .unwrap_or(value.len());
            (name, &value[..end])
        })
        .filter(|(name, _)| is_key_parameter(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(text: &str, expected: bool) {
        let found = address(text).is_some_and(|address| is_clear(&address));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn clear_text_url_is_reported_except_on_loopback() {
        clear("ws://platform.conversimple.com/sdk", true);
        clear("http://10.0.0.5:8080/x", true);
        clear("ws://localhost:4000/sdk", false);
        clear("ws://127.0.0.1:4000", false);
        clear("ws://[::1]:4000", false);
        clear("wss://platform.conversimple.com", false);
        clear("ws://127.0.0.1.evil.example", true);
        clear("ws://localhost.evil.example", true);
        clear("ws://localhost@evil.example/", true);
        clear("ws://", false);
        clear("ws://...", false);
    }

    #[test]
    fn url_password_literal_is_found_and_reference_is_not() {
        let find = |text: &str| {
            address(text)
                .and_then(|address| password(&address))
                .is_some()
        };
        // Put together here so that no scanner finds it.
        let real = format!("postgresql://app:{}@db.internal/shop", "k7wQx2Lp");
        assert!(find(&real));
        assert!(!find("postgresql://app:password@db/shop"));
        assert!(!find("postgresql://app:${DB_PASSWORD}@db/shop"));
        assert!(!find("postgresql://postgres:postgres@localhost/shop"));
        assert!(!find("postgresql://..."));
    }
}
