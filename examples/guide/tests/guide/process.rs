//! The process: its start, its end, its connection.

use std::process::Stdio;
use std::sync::Arc;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;

use crate::platform::{Platform, patient};
use crate::rig::{Guide, command, made_up_key};

#[tokio::test]
async fn reconnect_restores_conversations_and_answers() {
    let mut guide = Guide::of_alice().await;
    guide
        .peer
        .ask("call_before", "v1", "process_payment", r#"{"amount":20}"#)
        .await;
    let (_, before) = guide.peer.answer().await;
    let Guide {
        peer,
        platform,
        child: _child,
        folder: _folder,
        ..
    } = guide;
    peer.cut();
    let mut peer = platform.accept().await;
    let registered = peer.read().await;
    assert_eq!(registered["event"], "register_conversation_tools");
    assert_eq!(registered["payload"]["conversation_id"], "v1");
    peer.ask("call_before", "v1", "process_payment", r#"{"amount":20}"#)
        .await;
    assert_eq!(peer.answer().await, ("call_before".to_owned(), before));
    let balance = peer
        .call("v1", "get_balance", json!({"account_id": "acc_1001"}))
        .await;
    assert_eq!(balance["balance"], 1250.0);
}

#[tokio::test]
async fn permanent_refusal_ends_process_with_advice() {
    for (status, body, advice) in [
        (
            "401 Unauthorized",
            r#"{"code":"auth_key_revoked"}"#,
            "keys create",
        ),
        (
            "401 Unauthorized",
            r#"{"error":"auth_invalid_key"}"#,
            "CONVERSIMPLE_API_KEY",
        ),
        ("403 Forbidden", "", "ask whoever runs it"),
    ] {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = command(folder.path(), &platform.url())
            .spawn()
            .expect("started");
        platform.refuse(status, "", body).await;
        let ended = patient(child.wait()).await.expect("ended");
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("stderr");
        stderr.read_to_string(&mut said).await.expect("text");
        assert!(!ended.success(), "{said}");
        assert!(said.contains(advice), "{said}");
        assert!(!said.contains(&made_up_key()), "{said}");
    }
}

#[tokio::test]
async fn setting_missing_or_wrong_is_reported_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = async |changes: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(folder.path(), "ws://127.0.0.1:1/sdk/websocket");
        command
            .env("RUST_BACKTRACE", "1")
            .envs(changes.iter().copied())
            .args(arguments);
        let output = patient(command.output()).await.expect("ended");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (changes, arguments, hint) in [
        (
            &[("CONVERSIMPLE_API_KEY", "")][..],
            &[][..],
            "CONVERSIMPLE_API_KEY is not set",
        ),
        (
            &[("CONVERSIMPLE_PLATFORM_URL", "ws://platform.example.com")],
            &[],
            "wss://",
        ),
        (&[], &["--demo"], "ENCRYPTION_KEY is not set"),
        (&[("ENCRYPTION_KEY", "short")], &[], "ENCRYPTION_KEY"),
        (
            &[("DATABASE_URL", "postgresql://user:hunter2@db/x")],
            &[],
            "sqlite:guide.db",
        ),
        (&[], &["cs_live_in_argv"], "guide-agent takes --demo"),
    ] {
        let said = run(changes, arguments).await;
        assert!(said.contains(hint), "{hint}: {said}");
        assert!(
            !said.contains("hunter2") && !said.contains("in_argv"),
            "{said}"
        );
        assert!(
            said.lines().count() <= 3 && !said.contains(".rs:"),
            "{said}"
        );
    }
}

/// A platform behind TLS whose certificate is its own authority.
struct Encrypted {
    listener: tokio::net::TcpListener,
    acceptor: tokio_rustls::TlsAcceptor,
    certificate: NamedTempFile,
}

impl Encrypted {
    async fn start() -> Self {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = NamedTempFile::new().expect("a file");
        std::fs::write(certificate.path(), made.cert.pem()).expect("written");
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())
            .expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a configuration");
        Self {
            listener: tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port"),
            acceptor: Arc::new(config).into(),
            certificate,
        }
    }

    /// The event of the first frame of the next agent that accepts the certificate.
    async fn first_event(&self) -> Option<Value> {
        let (tcp, _) = patient(self.listener.accept()).await.expect("a socket");
        let tls = patient(self.acceptor.accept(tcp)).await.ok()?;
        let mut socket = patient(tokio_tungstenite::accept_async(tls)).await.ok()?;
        let message = patient(socket.next()).await?.ok()?;
        let frame: Value = serde_json::from_str(message.to_text().ok()?).ok()?;
        Some(frame["event"].clone())
    }
}

#[tokio::test]
async fn tls_certificate_is_trusted_only_with_its_ca_file() {
    let platform = Encrypted::start().await;
    let port = platform.listener.local_addr().expect("an address").port();
    let url = format!("wss://localhost:{port}");
    let folder = tempfile::tempdir().expect("a folder");
    for (trusted, event) in [(false, None), (true, Some(json!("phx_join")))] {
        let mut command = command(folder.path(), &url);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if trusted {
            command.env("SSL_CERT_FILE", platform.certificate.path());
        }
        let _child = command.spawn().expect("started");
        assert_eq!(platform.first_event().await, event, "trusted: {trusted}");
    }
}
