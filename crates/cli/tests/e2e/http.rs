//! Requests as bytes: what is sent is exactly what a test says, well formed or not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line, headers and body.
    pub(crate) text: String,
}

impl Answer {
    /// The body, where it is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }

    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.text
            .lines()
            .skip(1)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// One request with these headers, and a body where there is one.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        let length = body.len();
        head.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {length}\r\n"
        ));
    }
    let body = body.unwrap_or_default();
    raw(address, format!("{head}\r\n{body}").as_bytes())
}

/// These very bytes, and what came back until the other side closed.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut socket = TcpStream::connect(address).expect("the platform listens");
    // A server that refuses a head or a body may close before all of it was sent or read.
    let _refused = socket.write_all(bytes);
    // Reached only when a test fails.
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).expect("a time limit");
    let mut answer = Vec::new();
    let _reset = socket.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        text,
    }
}
