//! Where the platform listens: in clear on loopback, with TLS anywhere, and never in clear beyond this machine.

mod connections;
mod waiting;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

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
    ) {
        connections::serve(self.tcp, self.tls, router, connections::HEAD_LIMIT, stop).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_in_clear_text_is_allowed_only_on_loopback_or_proxy() {
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
