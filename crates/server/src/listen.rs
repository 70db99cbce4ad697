//! Where the platform listens: in clear on loopback, with TLS anywhere, and never in clear beyond this machine.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Connections whose handshake is going on or done and not taken up.
const BACKLOG: usize = 64;

/// Why the platform cannot listen. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// In clear, and others could listen.
    #[error(
        "{0} is not this machine's loopback address, and without TLS everybody on the way could listen: give --tls-cert and \
         --tls-key, or --behind-proxy if a proxy in front speaks TLS, or listen on 127.0.0.1"
    )]
    InClear(SocketAddr),
    /// Somebody else listens there.
    #[error("{0} is taken: stop what listens there, or choose another port with --listen")]
    Taken(SocketAddr),
    /// Not allowed there.
    #[error(
        "listening on {0} is not allowed: ports below 1024 need a right that this program does not have"
    )]
    Forbidden(SocketAddr),
    /// The address is not this machine's, or something else.
    #[error("cannot listen on {0}: {1}")]
    Address(SocketAddr, io::ErrorKind),
    /// The certificate or its key cannot be read.
    #[error("{0} cannot be read as PEM: it must hold {1}")]
    Pem(PathBuf, &'static str),
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("the certificate and the key cannot be used together")]
    Certificate,
}

/// Certificate chain and key, both PEM files.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// A bound address, with or without TLS.
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Binds an address.
    ///
    /// # Errors
    /// [`ListenError`], each of which says what to do.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<&Tls>,
        behind_proxy: bool,
    ) -> Result<Self, ListenError> {
        check_exposure(address, tls.is_some(), behind_proxy)?;
        let tls = tls.map(acceptor).transpose()?;
        let tcp = TcpListener::bind(address)
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::AddrInUse => ListenError::Taken(address),
                io::ErrorKind::PermissionDenied => ListenError::Forbidden(address),
                kind => ListenError::Address(address, kind),
            })?;
        let address = tcp
            .local_addr()
            .map_err(|error| ListenError::Address(address, error.kind()))?;
        Ok(Self { tcp, address, tls })
    }

    /// The address that was bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn serve(
        self,
        router: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        match self.tls {
            None => {
                axum::serve(NoDelay(self.tcp), router)
                    .with_graceful_shutdown(stop)
                    .await
            }
            Some(acceptor) => {
                let listener = TlsListener::start(self.tcp, acceptor, self.address);
                axum::serve(listener, router)
                    .with_graceful_shutdown(stop)
                    .await
            }
        }
    }
}

/// Refuses to listen in clear where others could listen too.
///
/// # Errors
/// [`ListenError::InClear`].
pub fn check_exposure(
    address: SocketAddr,
    tls: bool,
    behind_proxy: bool,
) -> Result<(), ListenError> {
    if tls || behind_proxy || address.ip().is_loopback() {
        Ok(())
    } else {
        Err(ListenError::InClear(address))
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ListenError> {
    let pem = |path: &PathBuf, what| ListenError::Pem(path.clone(), what);
    let certificates = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|_| pem(&tls.certificate, "a certificate chain"))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|_| pem(&tls.key, "a private key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| ListenError::Certificate)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|_| ListenError::Certificate)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Small messages leave at once: a frame of sound that waits for company is late.
struct NoDelay(TcpListener);

impl axum::serve::Listener for NoDelay {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.0).await;
        let _best_effort = stream.set_nodelay(true);
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Handshakes run beside each other, so that one slow client does not keep the others out.
struct TlsListener {
    ready: tokio::sync::mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    fn start(tcp: TcpListener, acceptor: TlsAcceptor, address: SocketAddr) -> Self {
        let (sender, ready) = tokio::sync::mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            let mut tcp = NoDelay(tcp);
            while !sender.is_closed() {
                let (stream, peer) = axum::serve::Listener::accept(&mut tcp).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(Ok(stream)) = timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await
                    {
                        let _stopping = sender.send((stream, peer)).await;
                    }
                });
            }
        });
        Self { ready, address }
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_clear_only_on_loopback() {
        let check = |address: &str, tls, proxy| {
            check_exposure(address.parse().expect("an address"), tls, proxy).is_ok()
        };
        assert!(check("127.0.0.1:4000", false, false));
        assert!(check("[::1]:4000", false, false));
        assert!(!check("0.0.0.0:4000", false, false));
        assert!(!check("192.0.2.1:4000", false, false));
        assert!(check("0.0.0.0:4000", true, false));
        assert!(check("0.0.0.0:4000", false, true));
    }
}
