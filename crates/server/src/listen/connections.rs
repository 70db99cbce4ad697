//! The accept loop: how many connections there may be, how long each may take to ask for something, and when it ends.
//!
//! Handshakes and requests run beside each other. A connection that does not finish its handshake or the head of a
//! request in time is closed; so is one that waits while others need its descriptor (`waiting`). Some descriptors are
//! kept back for the database, the agents' files and those who are in already.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use super::waiting::{Place, WaitingRoom};

/// How long a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long the head of a request may take, from the acceptance or from the last answer.
pub(super) const HEAD_LIMIT: Duration = Duration::from_secs(15);

/// Largest head of a request, in bytes.
const HEAD_LIMIT_BYTES: usize = 32 * 1024;

/// Descriptors that connections do not get.
const KEPT_BACK: u64 = 128;

/// Connections where the system sets no limit, and at most.
const CONNECTIONS_LIMIT: u64 = 200_000;

/// How long the acceptance rests when the system has nothing left to accept with.
const REST: Duration = Duration::from_millis(50);

/// How long a new connection waits for the descriptor of one that was closed for it.
const TURN_LIMIT: Duration = Duration::from_secs(1);

/// Serves until `stop` is done; then what is being answered is finished.
pub(super) async fn serve(
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    head_limit: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut stop = std::pin::pin!(stop);
    // Each connection holds a receiver, so that the last one that ends is noticed.
    let (stopping, running) = watch::channel(false);
    let door = Door {
        tls,
        router,
        head_limit,
        room: Arc::default(),
        free: Arc::new(Semaphore::new(connections())),
    };
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = tcp.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (door, running) = (door.clone(), running.clone());
                tokio::spawn(async move { door.admit(stream, peer, running).await });
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                door.room.close_one();
                sleep(REST).await;
            }
        }
    }
    drop((tcp, running));
    let _nobody_left = stopping.send(true);
    stopping.closed().await;
}

/// What all connections share.
#[derive(Clone)]
struct Door {
    tls: Option<TlsAcceptor>,
    router: Router,
    head_limit: Duration,
    room: Arc<WaitingRoom>,
    free: Arc<Semaphore>,
}

impl Door {
    async fn admit(self, stream: TcpStream, peer: SocketAddr, running: watch::Receiver<bool>) {
        let Some(permit) = self.permit().await else {
            return;
        };
        // Small messages leave at once: a frame of sound that waits for company is late.
        let _best_effort = stream.set_nodelay(true);
        let place = Arc::new(Place::new(&self.room, peer.ip()));
        let stream = Counted {
            stream,
            _permit: permit,
        };
        let (router, head_limit) = (self.router, self.head_limit);
        tokio::select! {
            () = place.given_up() => {}
            () = async {
                match self.tls {
                    None => answer(stream, router, head_limit, &place, running).await,
                    Some(acceptor) => {
                        if let Ok(Ok(stream)) = timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
                            answer(stream, router, head_limit, &place, running).await;
                        }
                    }
                }
            } => {}
        }
    }

    /// The right to a descriptor, if need be that of a connection that waits.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.free.clone().try_acquire_owned() {
            return Some(permit);
        }
        if !self.room.close_one() {
            tracing::warn!("a connection was refused: all of them are in use");
            return None;
        }
        let permit = timeout(TURN_LIMIT, self.free.clone().acquire_owned()).await;
        permit.ok()?.ok()
    }
}

/// Answers the requests of one connection, one after another.
async fn answer<S>(
    stream: S,
    router: Router,
    head_limit: Duration,
    place: &Arc<Place>,
    mut running: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(|request: Request<Incoming>| {
        let (mut router, place) = (router.clone(), place.clone());
        async move {
            place.work();
            let answer = router.call(request.map(Body::new)).await;
            waits_again(&place, &answer);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_limit)
        .max_buf_size(HEAD_LIMIT_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stopped(&mut running) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn stopped(running: &mut watch::Receiver<bool>) {
    let _gone = running.wait_for(|stopping| *stopping).await.is_err();
}

/// A connection that became a WebSocket waits for nothing; any other may send its next request.
fn waits_again(place: &Place, answer: &Result<Response, Infallible>) {
    let upgraded = answer
        .as_ref()
        .is_ok_and(|answer| answer.status() == StatusCode::SWITCHING_PROTOCOLS);
    if !upgraded {
        place.wait();
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// How many connections there may be: the descriptors that the system allows, as many as it can be moved to, without
/// those that are kept back.
fn connections() -> usize {
    let allowed = rlimit::increase_nofile_limit(CONNECTIONS_LIMIT).unwrap_or(CONNECTIONS_LIMIT);
    let most = allowed
        .saturating_sub(KEPT_BACK)
        .clamp(KEPT_BACK / 2, CONNECTIONS_LIMIT);
    usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)
}

/// A stream that holds its right to a descriptor for as long as it is open, also as a WebSocket.
struct Counted {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    use super::*;

    async fn start(
        head_limit: Duration,
        stop: oneshot::Receiver<()>,
    ) -> (SocketAddr, tokio::task::JoinHandle<()>) {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = tcp.local_addr().expect("an address");
        let router = Router::new().route("/", get(|| async { "here" }));
        let stop = async move { stop.await.unwrap_or_default() };
        let serving = tokio::spawn(serve(tcp, None, router, head_limit, stop));
        (address, serving)
    }

    /// What the server sends to a client that has written this, until it closes the connection.
    async fn talk(address: SocketAddr, written: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(written.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("a text");
        answer
    }

    #[tokio::test]
    async fn connection_without_a_whole_request_is_closed_in_time() {
        let (_go_on, stop) = oneshot::channel();
        let (address, _serving) = start(Duration::from_millis(20), stop).await;
        for (written, answered) in [
            ("", false),
            ("GET / HTTP/1.1\r\nHo", false),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
        ] {
            assert_eq!(talk(address, written).await.contains("here"), answered);
        }
    }

    #[tokio::test]
    async fn stop_finishes_what_is_being_answered_and_closes_the_rest() {
        let (go, stop) = oneshot::channel();
        let (address, serving) = start(HEAD_LIMIT, stop).await;
        let _idle = TcpStream::connect(address).await.expect("a connection");
        let answer = talk(
            address,
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        )
        .await;
        assert!(answer.contains("here"));
        go.send(()).expect("it runs");
        serving.await.expect("it ends");
        assert!(TcpStream::connect(address).await.is_err());
    }
}
