//! The processes under test, each as loud as it can be: the platform, the agent behind a wire tap, and everything that
//! they write.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use conversimple_mask::Kind;
use serde_json::Value;
use tempfile::TempDir;

use super::agent::{BE_AGENT, Own, TEST};
use super::markers::Markers;
use crate::platform::command;
use crate::tap::{Side, Tap};

/// A platform and an agent that write down all they can.
pub(super) struct House {
    pub(super) address: SocketAddr,
    pub(super) key: String,
    pub(super) tap: Tap,
    folder: TempDir,
    platform: Child,
    agent: Child,
}

impl House {
    /// A platform that reads and writes.
    pub(super) fn start(markers: &mut Markers) -> Self {
        Self::with(&["--no-voice"], markers)
    }

    /// A platform that hears and speaks.
    pub(super) fn speaking(markers: &mut Markers) -> Self {
        Self::with(&[], markers)
    }

    fn with(options: &[&str], markers: &mut Markers) -> Self {
        let folder = TempDir::new().expect("a folder");
        let data = folder.path().join("data");
        let key = make_key(&data, "canary", markers);
        let (platform, address) = start_platform(folder.path(), &data, options);
        let tap = Tap::to(address);
        let agent = start_agent(folder.path(), &key, tap.address, markers);
        // The join is answered when the agent can be called.
        tap.wait_for(Side::Platform, |text| text.contains("phx_reply"));
        Self {
            address,
            key,
            tap,
            folder,
            platform,
            agent,
        }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What reached the agent's tools.
    pub(super) fn witness(&self) -> String {
        std::fs::read_to_string(witness(self.folder.path())).unwrap_or_default()
    }

    /// Command lines and environments of the processes.
    pub(super) fn processes(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for (name, child) in [("platform", &self.platform), ("agent", &self.agent)] {
            for file in ["cmdline", "environ"] {
                let path = format!("/proc/{}/{file}", child.id());
                let bytes = std::fs::read(path).unwrap_or_default();
                found.push((format!("{file} of the {name}"), bytes));
            }
        }
        found
    }

    /// Every file that either wrote: logs, databases with what is not checkpointed, audit.
    pub(super) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![
            self.folder.path().join("data"),
            self.folder.path().join("logs"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).expect("inside");
                    // A file of SQLite may be gone between the listing and now.
                    let bytes = std::fs::read(&path).unwrap_or_default();
                    found.push((name.display().to_string(), bytes));
                }
            }
        }
        found
    }

    /// What stands sealed in the platform's database, opened with its own key: in the file it could not be found.
    pub(super) fn opened(&self) -> Vec<(String, String)> {
        crate::opened::opened(&self.data())
    }

    /// Ends both, as a power cut would.
    pub(super) fn stop(&mut self) {
        for child in [&mut self.agent, &mut self.platform] {
            let _ended = child.kill();
            let _ended = child.wait();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A new customer's key. It is shown this once; from then on it is a secret.
pub(super) fn make_key(data: &Path, customer: &str, markers: &mut Markers) -> String {
    let output = command()
        .args([
            "keys",
            "create",
            "--json",
            "--customer",
            customer,
            "--data-dir",
        ])
        .arg(data)
        .output()
        .expect("it runs");
    let created: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let key = created["api_key"].as_str().expect("a key").to_owned();
    markers.add("the key of a customer", Kind::ApiKey, &key);
    key
}

fn start_platform(folder: &Path, data: &Path, options: &[&str]) -> (Child, SocketAddr) {
    let logs = folder.join("logs");
    std::fs::create_dir_all(&logs).expect("a folder");
    let log = File::create(logs.join("platform.log")).expect("a file");
    let mut child = command()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .args(options)
        .env("CONVERSIMPLE_LOG_LEVEL", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the platform starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let listens = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("ws://")?.1.split('/').next()?.to_owned()));
    // The rest is read away, so that the pipe never fills.
    let mut rest = File::create(logs.join("platform.out")).expect("a file");
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _full = writeln!(rest, "{line}");
        }
    });
    let address = listens.expect("an address").parse().expect("an address");
    (child, address)
}

fn start_agent(folder: &Path, key: &str, platform: SocketAddr, markers: &mut Markers) -> Child {
    let secrets = folder.join("secrets");
    std::fs::create_dir_all(&secrets).expect("a folder");
    let key_file = secrets.join("key");
    std::fs::write(&key_file, key).expect("a file");
    let log = File::create(folder.join("logs/agent.log")).expect("a file");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([TEST, "--exact", "--nocapture"])
        .current_dir(&secrets)
        .env(BE_AGENT, "1")
        .env("CONVERSIMPLE_API_KEY_FILE", key_file)
        .env_remove("CONVERSIMPLE_API_KEY")
        .env(
            "CONVERSIMPLE_PLATFORM_URL",
            format!("ws://{platform}/sdk/websocket"),
        )
        .env(
            "CONVERSIMPLE_AUDIT_FILE",
            folder.join("data/agent-audit.jsonl"),
        )
        .env("CONVERSIMPLE_LOG_LEVEL", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a file"))
        .stderr(log)
        .spawn()
        .expect("this program starts");
    let own = Own {
        result: markers.carry_all("a tool's result"),
        error: markers.carry_all("a tool's error"),
        panic: markers.carry_all("a tool's panic"),
        log: markers.carry_all("a tool's own log line"),
        password: markers.value("a field of a tool named password", Kind::Password),
        witness: witness(folder),
    };
    let line = serde_json::to_string(&own).expect("JSON");
    let mut input = child.stdin.take().expect("its input");
    writeln!(input, "{line}").expect("told");
    child.stdin = Some(input);
    child
}

fn witness(folder: &Path) -> PathBuf {
    folder.join("witness")
}
