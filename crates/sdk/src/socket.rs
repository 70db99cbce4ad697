//! One socket to the platform: connect, check the certificate, upgrade, then carry texts both ways until it ends.
//!
//! Decides nothing about what the texts mean. An unencrypted connection is made to a loopback address only, whatever the
//! host's name resolves to.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::channel::{Ending, SocketId};
use crate::endpoint::Endpoint;
use crate::key::ApiKey;
use crate::upgrade::{self, Io};

/// Longest message that is read at all. What is longer than a frame may be is still read, so that it can be refused to
/// whoever waits for an answer; what is longer than this ends the connection.
const READ_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// Texts that wait to be sent before the platform counts as stuck: a registration for each of the conversations that
/// an agent may hold, and room for answers.
const OUTBOX_LIMIT: usize = crate::channel::CONVERSATIONS_LIMIT + 4096;

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// What a socket tells its driver.
pub(crate) enum Event {
    Opened,
    Text(String),
    Closed(Ending),
}

/// The driver's end of a socket. Dropping it closes the socket after what was sent.
pub(crate) struct Outbox(mpsc::Sender<String>);

impl Outbox {
    /// Sends a text. `false` when the socket is gone or stuck.
    pub(crate) fn send(&self, text: String) -> bool {
        self.0.try_send(text).is_ok()
    }
}

/// Starts a socket. Its events come with its number.
pub(crate) fn start(
    id: SocketId,
    endpoint: Arc<Endpoint>,
    key: ApiKey,
    events: mpsc::Sender<(SocketId, Event)>,
) -> Outbox {
    let (sender, receiver) = mpsc::channel(OUTBOX_LIMIT);
    tokio::spawn(async move {
        let ending = run(id, &endpoint, key, &events, receiver).await;
        // Nobody listens any more when the agent is shutting down.
        let _ = events.send((id, Event::Closed(ending))).await;
    });
    Outbox(sender)
}

async fn run(
    id: SocketId,
    endpoint: &Endpoint,
    key: ApiKey,
    events: &mpsc::Sender<(SocketId, Event)>,
    mut outbox: mpsc::Receiver<String>,
) -> Ending {
    let connected = tokio::time::timeout(CONNECT_LIMIT, connect(endpoint, &key)).await;
    let mut stream = match connected {
        Ok(Ok(stream)) => stream,
        Ok(Err(ending)) => return ending,
        Err(_) => return Ending::Unreachable("timeout"),
    };
    if events.send((id, Event::Opened)).await.is_err() {
        return Ending::Lost;
    }
    loop {
        tokio::select! {
            read = stream.next() => match read {
                Some(Ok(Message::Text(text))) => {
                    if events.send((id, Event::Text(text.as_str().to_owned()))).await.is_err() {
                        return Ending::Lost;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ending::Lost,
                Some(Ok(_)) => {}
            },
            text = outbox.recv() => {
                let Some(text) = text else {
                    let _ = tokio::time::timeout(Duration::from_secs(2), stream.close(None)).await;
                    return Ending::Lost;
                };
                if stream.send(Message::text(text)).await.is_err() {
                    return Ending::Lost;
                }
            }
        }
    }
}

type Stream = WebSocketStream<Box<dyn Io>>;

async fn connect(endpoint: &Endpoint, key: &ApiKey) -> Result<Stream, Ending> {
    let tcp = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|_| Ending::Unreachable("unreachable"))?;
    let peer = tcp
        .peer_addr()
        .map_err(|_| Ending::Unreachable("unreachable"))?;
    if !endpoint.tls && !peer.ip().is_loopback() {
        return Err(Ending::Unreachable("not_loopback"));
    }
    // Small frames go out at once. A system that cannot do that is slower and no less right.
    let _ = tcp.set_nodelay(true);
    let mut io: Box<dyn Io> = if endpoint.tls {
        let name = ServerName::try_from(endpoint.host.clone())
            .map_err(|_| Ending::Unreachable("certificate"))?;
        let encrypted = TlsConnector::from(tls()?).connect(name, tcp).await;
        Box::new(encrypted.map_err(|error| tls_ending(&error))?)
    } else {
        Box::new(tcp)
    };
    let read_already = upgrade::upgrade(&mut io, endpoint, key).await?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(READ_LIMIT_BYTES))
        .max_frame_size(Some(READ_LIMIT_BYTES))
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0);
    let stream =
        WebSocketStream::from_partially_read(io, read_already, Role::Client, Some(config)).await;
    Ok(stream)
}

fn tls_ending(error: &std::io::Error) -> Ending {
    // What rustls refuses comes as invalid data.
    match error.kind() {
        std::io::ErrorKind::InvalidData => Ending::Unreachable("certificate"),
        _ => Ending::Unreachable("unreachable"),
    }
}

/// Certificates are checked against the system's roots, or those of `SSL_CERT_FILE`.
fn tls() -> Result<Arc<ClientConfig>, Ending> {
    static CONFIG: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    CONFIG
        .get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .ok()?
                .with_root_certificates(roots)
                .with_no_client_auth();
            Some(Arc::new(config))
        })
        .clone()
        .ok_or(Ending::Unreachable("certificate"))
}
