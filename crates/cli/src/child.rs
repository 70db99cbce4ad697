//! The guide's agent as a process of its own: found or built, started, watched, and started again when it dies.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use conversimple_guard::apikey::ApiKey;
use tokio::process::{Child, Command};

/// The agent's program.
const PROGRAM: &str = "guide-agent";

/// The package that it is built from.
const PACKAGE: &str = "conversimple-guide";

/// An agent that ran at least this long is started again at once.
const STEADY: Duration = Duration::from_secs(10);

/// Longest wait before it is started again.
const WAIT_LIMIT: Duration = Duration::from_secs(10);

/// What the agent is started with.
pub(crate) struct Agent {
    pub(crate) program: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) key: ApiKey,
    pub(crate) customer_id: String,
    pub(crate) platform_url: String,
    pub(crate) encryption_key: String,
}

/// Finds the agent beside this program; in a checkout it is built first, so that what runs is what the source says.
pub(crate) fn program() -> Result<PathBuf> {
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let beside = own.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    let set_by_cargo = |name| std::env::var_os(name);
    let cargo = set_by_cargo("CARGO").zip(set_by_cargo("CARGO_MANIFEST_DIR"));
    if let Some((cargo, manifest)) = cargo {
        build(&cargo, Path::new(&manifest))?;
    }
    if !beside.is_file() {
        bail!(
            "{} is not there: build it with `cargo build --release --package {PACKAGE}`, or run `conversimple serve`",
            beside.display()
        );
    }
    Ok(beside)
}

/// Builds the agent from the workspace's root and by program, as this one was built: then all dependencies are the same and
/// there.
fn build(cargo: &OsStr, manifest: &Path) -> Result<()> {
    let mut build = std::process::Command::new(cargo);
    build
        .current_dir(manifest.join("../.."))
        .args(["build", "--bin", PROGRAM]);
    // What cargo tells the program it runs is no setting of this build; ring would be compiled again for it.
    let is_told = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    };
    for name in std::env::vars_os().map(|(name, _)| name).filter(is_told) {
        build.env_remove(name);
    }
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let status = build.status().context("cargo could not be started")?;
    if !status.success() {
        bail!("the guide's agent could not be built");
    }
    Ok(())
}

impl Agent {
    /// Keeps the agent running. Its key stands in its environment and nowhere else.
    pub(crate) async fn keep(self) {
        let mut wait = Duration::from_millis(200);
        loop {
            let started = Instant::now();
            match self.spawn() {
                Ok(mut child) => {
                    // Waiting would close the pipe by which the agent knows that we live.
                    let _held_open = child.stdin.take();
                    let ended = child.wait().await;
                    tracing::warn!(status = ?ended.ok().and_then(|status| status.code()), "the guide's agent ended");
                }
                Err(error) => tracing::error!(%error, "the guide's agent could not be started"),
            }
            wait = if started.elapsed() >= STEADY {
                Duration::from_millis(200)
            } else {
                (wait * 2).min(WAIT_LIMIT)
            };
            tokio::time::sleep(wait).await;
        }
    }

    fn spawn(&self) -> Result<Child> {
        let log = log_file(&self.folder)?;
        let child = Command::new(&self.program)
            .args(["--demo", "--until-stdin-closes"])
            .current_dir(&self.folder)
            .env("CONVERSIMPLE_API_KEY", self.key.expose())
            .env("CONVERSIMPLE_CUSTOMER_ID", &self.customer_id)
            .env("CONVERSIMPLE_PLATFORM_URL", &self.platform_url)
            .env("ENCRYPTION_KEY", &self.encryption_key)
            .env(
                "DATABASE_URL",
                format!("sqlite:{}", self.folder.join("guide.db").display()),
            )
            // The pipe closes when this program ends, however it ends; then the agent ends too.
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        Ok(child)
    }
}

fn log_file(folder: &Path) -> Result<std::fs::File> {
    let path = folder.join("agent.log");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path);
    file.with_context(|| format!("cannot write {}", path.display()))
}
