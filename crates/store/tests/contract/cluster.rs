//! A PostgreSQL of the test's own: a cluster in a temporary folder, reached through a socket in that folder, gone
//! with the test. Postgres refuses to run as root, so under root it runs as Debian's user `postgres`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const SETTINGS: [&str; 10] = [
    "-c",
    "listen_addresses=",
    "-c",
    "fsync=off",
    "-c",
    "max_connections=60",
    "-c",
    "shared_buffers=16MB",
    "-c",
    "timezone=UTC",
];

/// A running cluster.
pub(crate) struct Cluster {
    folder: TempDir,
    server: Child,
    programs: PathBuf,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a temporary folder");
        if is_root() {
            run(Command::new("chown")
                .arg("postgres:postgres")
                .arg(folder.path()));
        }
        let data = folder.path().join("data");
        run(as_owner(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&data));
        let server = as_owner(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(SETTINGS)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let mut cluster = Self {
            folder,
            server,
            programs,
        };
        cluster.wait_until_ready();
        cluster
    }

    /// Makes an empty database and returns its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        run(Command::new(self.programs.join("createdb"))
            .args(["-U", "postgres", "-h"])
            .arg(self.folder.path())
            .arg(name));
        let socket = self.folder.path().display();
        format!("postgres:///{name}?user=postgres&host={socket}")
    }

    fn wait_until_ready(&mut self) {
        loop {
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-t", "10", "-h"])
                .arg(self.folder.path())
                .status()
                .expect("pg_isready runs");
            if ready.success() {
                return;
            }
            let ended = self.server.try_wait().expect("the server's state is known");
            assert_eq!(ended, None, "postgres ended at its start");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The folder goes next; what the server would still write is of no use.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Runs a program as somebody whom postgres accepts, and lets it die with the test.
fn as_owner(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=KILL");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").output().expect("the program runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where Debian or the search path has PostgreSQL's programs; the newest release first.
fn programs() -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("PostgreSQL is not installed: `apt-get install postgresql`, or `cargo xtask test`, which does it")
}
