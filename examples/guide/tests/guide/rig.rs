//! The guide agent as a process with the demo data, joined to a platform of the test's own.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};
use tokio::process::{Child, Command};

use crate::platform::{Peer, Platform, patient};

/// A guide agent with the demo data, joined to a platform of the test's own.
pub(crate) struct Guide {
    pub(crate) platform: Platform,
    pub(crate) peer: Peer,
    pub(crate) child: Child,
    pub(crate) folder: TempDir,
    /// What it writes to its streams; a pipe that nobody reads would stop it.
    pub(crate) log: NamedTempFile,
    pub(crate) fernet_key: String,
}

impl Guide {
    /// A guide that says and records everything.
    pub(crate) async fn start() -> Self {
        Self::started(|command, folder| {
            command
                .env("CONVERSIMPLE_LOG_LEVEL", "trace")
                .env("CONVERSIMPLE_AUDIT_FILE", folder.join("audit.jsonl"));
        })
        .await
    }

    /// A guide for thousands of calls, which need not each be on disk before the next.
    pub(crate) async fn quiet() -> Self {
        Self::started(|command, _| {
            command.env("CONVERSIMPLE_LOG_LEVEL", "error");
        })
        .await
    }

    async fn started(more: impl FnOnce(&mut Command, &Path)) -> Self {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let fernet_key = fernet_key();
        let log = tempfile::NamedTempFile::new().expect("a file");
        let writer = || Stdio::from(log.reopen().expect("the file"));
        let mut command = command(folder.path(), &platform.url());
        more(&mut command, folder.path());
        let child = command
            .env("ENCRYPTION_KEY", &fernet_key)
            .arg("--demo")
            .stdout(writer())
            .stderr(writer())
            .spawn()
            .expect("started");
        let peer = platform.accept().await;
        Self {
            platform,
            peer,
            child,
            folder,
            log,
            fernet_key,
        }
    }

    /// A guide with one conversation that alice has logged in to.
    pub(crate) async fn of_alice() -> Self {
        let mut guide = Self::start().await;
        guide.peer.begin("v1").await;
        let answer = guide.log_in("v1", "alice", "sunflower").await;
        assert_eq!(answer, json!({"success": true, "user": "alice"}));
        guide
    }

    pub(crate) async fn log_in(&mut self, conversation: &str, name: &str, password: &str) -> Value {
        let credentials = json!({"username": name, "password": password});
        self.call(conversation, "login", credentials).await
    }

    pub(crate) async fn call(&mut self, conversation: &str, tool: &str, arguments: Value) -> Value {
        self.peer.call(conversation, tool, arguments).await
    }

    /// Ends the process and gives everything that it wrote: to its streams and into its folder.
    pub(crate) async fn stop(mut self) -> (String, Vec<u8>) {
        drop(self.peer);
        patient(self.child.kill()).await.expect("killed");
        let written = std::fs::read(self.log.path()).expect("a log");
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).expect("a folder") {
            kept.extend(std::fs::read(entry.expect("an entry").path()).expect("a file"));
        }
        (String::from_utf8_lossy(&written).into_owned(), kept)
    }

    /// A new conversation that alice has logged in to: a tool's limit counts by conversation.
    pub(crate) async fn fresh(&mut self, name: &str) -> String {
        let conversation = format!("fresh_{name}");
        self.peer.begin(&conversation).await;
        let answer = self.log_in(&conversation, "alice", "sunflower").await;
        assert_eq!(answer["success"], true, "{answer}");
        conversation
    }
}

pub(crate) fn command(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guide-agent"));
    command
        .current_dir(folder)
        .env_clear()
        .env("CONVERSIMPLE_API_KEY", made_up_key())
        .env("CONVERSIMPLE_PLATFORM_URL", url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

pub(crate) fn made_up_key() -> String {
    format!("cs_test_{}", "visiblyfake".repeat(3))
}

/// A fresh Fernet key: 32 random bytes in URL-safe base64.
pub(crate) fn fernet_key() -> String {
    use std::hash::{BuildHasher, RandomState};
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |i: u64, most: u64| {
        let random = RandomState::new().hash_one(i) % most;
        char::from(ALPHABET[usize::try_from(random).expect("small")])
    };
    // The last of 43 letters holds four bits of the key.
    let last = char::from(
        ALPHABET[usize::try_from(RandomState::new().hash_one(42) % 16 * 4).expect("small")],
    );
    (0..42).map(|i| letter(i, 64)).chain([last, '=']).collect()
}

pub(crate) fn assert_code(answer: &Value, code: &str, context: &str) {
    assert_eq!(answer["error"], code, "{context}: {answer}");
    assert!(answer["message"].is_string(), "{context}: {answer}");
}
