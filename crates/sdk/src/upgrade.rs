//! The upgrade of a connection to a WebSocket (RFC 6455, section 4.1), with the key in its header.
//!
//! Done here because a refusal's status, `Retry-After` and code decide what follows, and because a platform need not
//! choose the subprotocol that is offered. Decides whether the other side is a WebSocket; what it says is the channel's.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use zeroize::Zeroizing;

use crate::channel::Ending;
use crate::endpoint::Endpoint;
use crate::key::ApiKey;

const SUBPROTOCOL: &str = "phoenix-websocket";

/// Longest head of an answer, in bytes.
const HEAD_LIMIT_BYTES: usize = 16 * 1024;

/// Most headers of an answer.
const HEADERS_LIMIT: usize = 64;

/// How much of a refusal's body is looked at, in bytes, and how long it is waited for.
const BODY_LIMIT_BYTES: usize = 4096;
const BODY_WAIT: Duration = Duration::from_secs(2);

const NOT_A_PLATFORM: Ending = Ending::Unreachable("not_a_platform");

/// Encrypted or not, it is read and written alike.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Upgrades the connection, and gives what was read beyond the answer's head.
pub(crate) async fn upgrade(
    io: &mut Box<dyn Io>,
    endpoint: &Endpoint,
    key: &ApiKey,
) -> Result<Vec<u8>, Ending> {
    let nonce = generate_key();
    let request = request(endpoint, key, &nonce);
    io.write_all(request.as_bytes())
        .await
        .map_err(|_| Ending::Unreachable("unreachable"))?;
    drop(request);
    let mut read = Vec::new();
    let head = loop {
        if let Some(head) = Head::parse(&read)? {
            break head;
        }
        if read.len() >= HEAD_LIMIT_BYTES || !more(io, &mut read).await {
            return Err(NOT_A_PLATFORM);
        }
    };
    let mut rest = read.split_off(head.length);
    if head.status == 101 {
        let accepted = head.accept.as_deref() == Some(derive_accept_key(nonce.as_bytes()).as_str());
        let protocol = head
            .protocol
            .as_deref()
            .is_none_or(|chosen| chosen == SUBPROTOCOL);
        return if accepted && head.upgrades && protocol {
            Ok(rest)
        } else {
            Err(NOT_A_PLATFORM)
        };
    }
    let wanted = head
        .body_bytes
        .unwrap_or(BODY_LIMIT_BYTES)
        .min(BODY_LIMIT_BYTES);
    let body = async { while rest.len() < wanted && more(io, &mut rest).await {} };
    // A body that does not come in time says nothing; the status says enough.
    let _ = tokio::time::timeout(BODY_WAIT, body).await;
    Err(Ending::Refused {
        status: head.status,
        code: code(&rest),
        retry_after: head.retry_after,
    })
}

fn request(endpoint: &Endpoint, key: &ApiKey, nonce: &str) -> Zeroizing<String> {
    let host = endpoint.uri.authority().map_or("", |host| host.as_str());
    let path = endpoint.uri.path();
    let version = env!("CARGO_PKG_VERSION");
    let bearer = key.expose();
    Zeroizing::new(format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\
         Authorization: Bearer {bearer}\r\nUser-Agent: conversimple-rust/{version}\r\n\r\n"
    ))
}

async fn more(io: &mut Box<dyn Io>, read: &mut Vec<u8>) -> bool {
    let mut chunk = [0; 2048];
    match io.read(&mut chunk).await {
        Ok(count @ 1..) => {
            read.extend_from_slice(&chunk[..count]);
            true
        }
        _ => false,
    }
}

/// What matters of an answer's head.
#[derive(Debug, PartialEq)]
struct Head {
    length: usize,
    status: u16,
    upgrades: bool,
    accept: Option<String>,
    protocol: Option<String>,
    retry_after: Option<Duration>,
    body_bytes: Option<usize>,
}

impl Head {
    /// Reads the head; `None` while it is not whole.
    fn parse(read: &[u8]) -> Result<Option<Self>, Ending> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
        let mut response = httparse::Response::new(&mut headers);
        let length = match response.parse(read) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(NOT_A_PLATFORM),
        };
        let find = |name: &str| {
            let mut headers = response.headers.iter();
            let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(header.value).ok().map(str::trim)
        };
        Ok(Some(Self {
            length,
            status: response.code.unwrap_or_default(),
            upgrades: find("upgrade").is_some_and(|to| to.eq_ignore_ascii_case("websocket")),
            accept: find("sec-websocket-accept").map(str::to_owned),
            protocol: find("sec-websocket-protocol").map(str::to_owned),
            retry_after: find("retry-after")
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs),
            body_bytes: find("content-length").and_then(|bytes| bytes.parse().ok()),
        }))
    }
}

/// The public code in a refusal's body.
fn code(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let body = conversimple_wire::json::parse(text, BODY_LIMIT_BYTES).ok()?;
    ["code", "error", "reason", "error_type", "message"]
        .iter()
        .find_map(|name| body.get(name)?.as_str())
        .filter(|code| code.len() <= 64)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn http_head_is_parsed_only_when_complete() {
        let text =
            b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\n{}";
        let head = Head::parse(text).expect("HTTP").expect("whole");
        assert_eq!(
            (head.status, head.retry_after),
            (503, Some(Duration::from_secs(7)))
        );
        assert_eq!((head.length, head.body_bytes), (text.len() - 2, Some(2)));
        assert_eq!(Head::parse(&text[..40]), Ok(None));
        assert_eq!(Head::parse(b"SSH-2.0-OpenSSH\r\n"), Err(NOT_A_PLATFORM));
    }

    #[test]
    fn refusal_code_is_found_in_any_known_field() {
        for (body, found) in [
            (r#"{"code":"auth_key_revoked"}"#, Some("auth_key_revoked")),
            (
                r#"{"message":"No.","error":"auth_invalid_key"}"#,
                Some("auth_invalid_key"),
            ),
            (r#"{"message":"invalid_api_key"}"#, Some("invalid_api_key")),
            ("<html>", None),
            ("{}", None),
        ] {
            assert_eq!(code(body.as_bytes()).as_deref(), found, "{body}");
        }
    }

    proptest! {
        #[test]
        fn http_response_of_any_bytes_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Head::parse(&bytes);
            code(&bytes);
        }
    }
}
