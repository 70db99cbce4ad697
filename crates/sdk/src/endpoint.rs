//! The platform's address: which URLs are taken, and why the others are not.
//!
//! `wss://` to anywhere; `ws://` to this machine alone. A key never stands in an address, so an address with a query or
//! a user name is refused, and nothing ever prints more of it than host and port.

use std::fmt;
use std::net::IpAddr;

use tokio_tungstenite::tungstenite::http::Uri;

use crate::environment::SettingsError;

/// The setting.
pub(crate) const NAME: &str = "CONVERSIMPLE_PLATFORM_URL";

/// Where the agent connects when nothing is said: the platform on this machine.
const DEFAULT: &str = "ws://127.0.0.1:4000/sdk/websocket";

/// An address that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Whether the connection is encrypted. Where it is not, the host's address must turn out to be a loopback one.
    pub(crate) tls: bool,
    /// The host, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// The address for the upgrade request.
    pub(crate) uri: Uri,
}

impl Endpoint {
    /// Reads the address, or takes the platform on this machine.
    pub(crate) fn read(url: Option<&str>) -> Result<Self, SettingsError> {
        Self::parse(url.unwrap_or(DEFAULT)).map_err(|problem| SettingsError::Wrong {
            name: NAME,
            problem: problem.to_owned(),
        })
    }

    fn parse(url: &str) -> Result<Self, &'static str> {
        const SHAPE: &str =
            "this is no address: write it like wss://platform.example.com/sdk/websocket";
        let uri: Uri = url.trim().parse().map_err(|_| SHAPE)?;
        let authority = uri.authority().ok_or(SHAPE)?;
        if authority.as_str().contains('@') {
            return Err(
                "a user name or key does not belong into the address; the API key goes into CONVERSIMPLE_API_KEY",
            );
        }
        if uri.query().is_some() {
            return Err(
                "leave out everything from the `?` on: the API key travels in a header, never in the address",
            );
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(SHAPE);
        }
        let tls = match uri.scheme_str() {
            Some("wss") => true,
            Some("ws") if is_loopback_name(&host) => false,
            Some("ws") => {
                return Err(
                    "ws:// is not encrypted and is taken for this machine only (localhost, 127.0.0.1, [::1]): \
                     write wss:// instead",
                );
            }
            Some("https" | "http") => {
                return Err(
                    "an agent socket's address begins with wss:// (ws:// for this machine)",
                );
            }
            _ => return Err(SHAPE),
        };
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = match uri.path() {
            "" | "/" => "/sdk/websocket",
            path => path,
        };
        let scheme = if tls { "wss" } else { "ws" };
        let uri = format!("{scheme}://{authority}{path}")
            .parse()
            .map_err(|_| SHAPE)?;
        Ok(Self {
            tls,
            host,
            port,
            uri,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn is_loopback_name(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_with_tls_or_loopback_is_accepted() {
        for (url, uri) in [
            (
                "wss://platform.example.com",
                "wss://platform.example.com/sdk/websocket",
            ),
            (
                "wss://platform.example.com:8443/customer_sdk/websocket",
                "wss://platform.example.com:8443/customer_sdk/websocket",
            ),
            (
                "ws://127.0.0.1:4000/sdk/websocket",
                "ws://127.0.0.1:4000/sdk/websocket",
            ),
            ("ws://127.3.4.5:4000/", "ws://127.3.4.5:4000/sdk/websocket"),
            ("ws://localhost:4000", "ws://localhost:4000/sdk/websocket"),
            ("ws://[::1]:4000", "ws://[::1]:4000/sdk/websocket"),
        ] {
            let endpoint = Endpoint::read(Some(url)).expect(url);
            assert_eq!(endpoint.uri.to_string(), uri);
            assert_eq!(endpoint.tls, url.starts_with("wss"));
        }
        assert_eq!(Endpoint::read(None).map(|e| e.port), Ok(4000));
    }

    #[test]
    fn endpoint_in_clear_or_malformed_is_refused_with_advice() {
        for (url, hint) in [
            ("ws://platform.example.com/sdk/websocket", "wss://"),
            ("ws://10.0.0.1/sdk/websocket", "wss://"),
            ("ws://127.0.0.1.example.com", "wss://"),
            ("ws://localhost.example.com", "wss://"),
            ("https://platform.example.com", "wss://"),
            (
                "wss://platform.example.com/sdk/websocket?auth_token=x",
                "header",
            ),
            ("wss://key@platform.example.com", "CONVERSIMPLE_API_KEY"),
            ("platform.example.com", "wss://"),
            ("", "wss://"),
            ("ftp://x", "wss://"),
        ] {
            let error = Endpoint::read(Some(url)).expect_err(url).to_string();
            assert!(error.contains(hint), "{url}: {error}");
            assert!(
                !error.contains("auth_token=x") && !error.contains("key@"),
                "{error}"
            );
        }
    }
}
