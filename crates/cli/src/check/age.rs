//! How old the key of the checked folder is, by the platform's own word, where it can be reached.
//!
//! The platform is asked only about the key that it issued, over TLS or on this machine, and half a second at most: a
//! check works without it.

use std::path::Path;
use std::time::Duration;

use conversimple::Environment;
use conversimple_check::KeyRecord;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

/// The setting with the key.
const KEY: &str = "CONVERSIMPLE_API_KEY";

/// How long the platform may take.
const LIMIT: Duration = Duration::from_millis(500);

/// The key's record, or nothing when there is no key or no platform that answers.
pub(super) fn of_key(folder: &Path) -> Option<KeyRecord> {
    let (endpoint, key) = settings(folder)?;
    crate::call::check_address(&endpoint).ok()?;
    let created = ask(&endpoint, &key)?;
    Some(KeyRecord {
        created: created.into(),
    })
}

/// Where the platform is, and the key.
fn settings(folder: &Path) -> Option<(String, Zeroizing<String>)> {
    let process = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // The folder may be a stranger's: whoever checks it does not send a key of their own to an address of its.
    let own = process(KEY).map(Zeroizing::new);
    let environment = Environment::in_folder(folder).ok()?;
    let setting = |name: &str| match own {
        Some(_) => process(name),
        None => environment
            .text(name)
            .map(|value| value.as_str().to_owned()),
    };
    let endpoint = setting("CONVERSIMPLE_API_ENDPOINT")
        .or_else(|| rest_address(&setting("CONVERSIMPLE_PLATFORM_URL")?))?;
    let key = own.or_else(|| environment.text(KEY))?;
    Some((endpoint, key))
}

/// When the platform made the key.
fn ask(endpoint: &str, key: &str) -> Option<OffsetDateTime> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(LIMIT))
        .build();
    let url = format!("{}/api/v1/settings/api-key", endpoint.trim_end_matches('/'));
    let request = ureq::Agent::from(config)
        .get(&url)
        .header("Authorization", format!("Bearer {key}"));
    let answer: Value = request.call().ok()?.body_mut().read_json().ok()?;
    let created = answer["data"]["created_at"].as_str()?;
    OffsetDateTime::parse(created, &Rfc3339).ok()
}

/// The address of the REST interface that belongs to a socket's.
fn rest_address(socket: &str) -> Option<String> {
    let (scheme, rest) = socket.split_once("://")?;
    let host = rest.split('/').next()?;
    match scheme {
        "wss" => Some(format!("https://{host}")),
        "ws" => Some(format!("http://{host}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_address_is_derived_from_socket_address() {
        for (socket, rest) in [
            (
                "wss://voice.example/sdk/websocket",
                Some("https://voice.example"),
            ),
            (
                "ws://127.0.0.1:4000/sdk/websocket",
                Some("http://127.0.0.1:4000"),
            ),
            ("http://x", None),
            ("x", None),
        ] {
            assert_eq!(rest_address(socket).as_deref(), rest, "{socket}");
        }
    }
}
