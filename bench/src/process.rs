//! The processes that are measured: the real platform and the real agents, each with a folder that goes with it.
//!
//! Decides how they are started, where they are reached and how the system's account of them is read. The programs are
//! those beside this one; under cargo they are built first, so that what is measured is what the source says.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use conversimple_wire::AgentId;
use conversimple_wire::rest::{CreatedKey, OpenConversation, OpenedConversation};
use tempfile::TempDir;

/// Ticks of the processor's account a second; Linux shows it in these to every program.
const TICKS_PER_SECOND: u64 = 100;

/// Lines of a log that are shown when something went wrong.
const LAST_LINES: usize = 8;

/// The name of the guide's agent.
pub(crate) const GUIDE: &str = "guide-agent";

/// A program beside this one.
///
/// # Errors
/// When it is not there.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let path = own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        path.is_file(),
        "{name} is not there: build it with `cargo build --release`"
    );
    Ok(path)
}

/// Builds the programs that are measured, where cargo runs this one.
///
/// # Errors
/// When they do not compile.
pub(crate) fn build() -> Result<()> {
    let (Some(cargo), Some(folder)) = (
        std::env::var_os("CARGO"),
        std::env::var_os("CARGO_MANIFEST_DIR"),
    ) else {
        return Ok(());
    };
    let mut build = Command::new(cargo);
    build.current_dir(folder).args([
        "build",
        "--quiet",
        "--package",
        "conversimple-cli",
        "--package",
        "conversimple-guide",
    ]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let built = build.status().context("cargo could not be started")?;
    ensure!(
        built.success(),
        "the programs to measure could not be built"
    );
    Ok(())
}

/// A running platform; it is killed when it is dropped.
pub(crate) struct Platform {
    child: Child,
    url: String,
    key: Option<String>,
    folder: TempDir,
}

impl Platform {
    /// `conversimple dev`: with the guide's agent, with or without a voice.
    pub(crate) fn dev(voice: bool) -> Result<Self> {
        let more: &[&str] = if voice { &[] } else { &["--no-voice"] };
        Self::start(&[&["dev", "--no-open"], more].concat(), "Talk to")
    }

    /// `conversimple serve` without a voice: for an agent of our own, whose key is made here.
    pub(crate) fn serve() -> Result<(Self, CreatedKey)> {
        let mut platform = Self::start(&["serve", "--no-voice"], "conversimple listens")?;
        let made = command()?
            .args(["keys", "create", "--customer", "bench", "--json"])
            .arg("--data-dir")
            .arg(platform.data())
            .output()?;
        ensure!(made.status.success(), "no key could be made");
        let made: CreatedKey = serde_json::from_slice(&made.stdout)?;
        platform.key = Some(made.api_key.clone());
        Ok((platform, made))
    }

    fn start(arguments: &[&str], line_start: &str) -> Result<Self> {
        let folder = TempDir::new()?;
        let log = folder.path().join("platform.log");
        let mut child = command()?
            .args(arguments)
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?)
            .spawn()?;
        let output = child.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(output).lines();
        let found = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.starts_with(line_start));
        let Some(line) = found else {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let _over = child.wait();
            anyhow::bail!("the platform did not start: {said}");
        };
        // The rest of the output is read away, so that the pipe never fills.
        std::thread::spawn(move || lines.for_each(drop));
        let url = address(&line).context("the platform named no address")?;
        Ok(Self {
            child,
            url,
            key: None,
            folder,
        })
    }

    /// Where it is: `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.url
    }

    /// A folder that goes with the platform.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it is, and the end of its log: for whoever finds that it does not answer.
    pub(crate) fn last_words(&mut self) -> String {
        // Its sockets close a moment before the system says how it ended.
        std::thread::sleep(Duration::from_millis(500));
        let state = match self.child.try_wait() {
            Ok(Some(status)) => format!("the platform ended ({status})"),
            _ => "the platform runs".to_owned(),
        };
        let log = fs::read_to_string(self.folder.path().join("platform.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
        format!("{state}; its last words:\n{}", last.join("\n"))
    }

    /// Opens a conversation with an agent, or with the only one that there is.
    pub(crate) fn open_conversation(&self, agent: Option<&str>) -> Result<OpenedConversation> {
        let mut request = ureq::post(format!("http://{}/api/v1/conversations", self.url));
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let body = OpenConversation {
            agent_id: agent.map(AgentId::parse).transpose()?,
            ..OpenConversation::default()
        };
        let mut response = request
            .send_json(body)
            .context("the platform opens no conversation")?;
        Ok(response.body_mut().read_json()?)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A child process that is killed when it is dropped.
pub(crate) struct Running(Child);

impl Running {
    /// Starts this program again as the agent of the tool calls.
    pub(crate) fn agent(platform: &Platform, key: &CreatedKey) -> Result<Self> {
        let log = fs::File::create(platform.folder().join("agent.log"))?;
        let child = Command::new(std::env::current_exe()?)
            .arg("agent")
            .current_dir(platform.folder())
            .env("CONVERSIMPLE_API_KEY", &key.api_key)
            .env("CONVERSIMPLE_CUSTOMER_ID", key.customer_id.as_str())
            .env(
                "CONVERSIMPLE_PLATFORM_URL",
                // conversimple: allow(clear-text-connection) the platform under measurement listens on loopback
                format!("ws://{}/sdk/websocket", platform.address()),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// The program, with nothing of the caller's own settings. Without CARGO it does not build its agent again.
fn command() -> Result<Command> {
    let mut command = Command::new(program("conversimple")?);
    command
        .env_remove("CARGO")
        .env_remove("CONVERSIMPLE_API_KEY")
        .env_remove("CONVERSIMPLE_DATABASE_URL");
    Ok(command)
}

fn address(line: &str) -> Option<String> {
    let (_, after) = line.split_once("://")?;
    let end = after.find(['/', ' ']).unwrap_or(after.len());
    Some(after[..end].to_owned())
}

/// Time that a process has had of the processors, to 10 ms.
///
/// # Errors
/// When there is no such process.
pub(crate) fn processor_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat).context("the system's account of a process was not understood")?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// User and system time: fields 14 and 15, counted after the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Memory that a process has now, in MB of a million bytes.
///
/// # Errors
/// When there is no such process.
pub(crate) fn memory_mb(pid: u32) -> Result<f64> {
    status_mb(pid, "VmRSS:")
}

/// The most memory that a process has had, in MB of a million bytes.
///
/// # Errors
/// When there is no such process.
pub(crate) fn peak_memory_mb(pid: u32) -> Result<f64> {
    status_mb(pid, "VmHWM:")
}

fn status_mb(pid: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|kib| kib.trim().parse::<f64>().ok())
        .context("the system's account of a process was not understood")?;
    Ok(kib * 1024.0 / 1e6)
}

/// The process that this one started under a name.
///
/// # Errors
/// When there is none.
pub(crate) fn child_of(pid: u32, name: &str) -> Result<u32> {
    let children = fs::read_dir(format!("/proc/{pid}/task"))?
        .filter_map(Result::ok)
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .collect::<Vec<_>>()
        .join(" ");
    children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .find(|child: &u32| {
            fs::read_to_string(format!("/proc/{child}/comm")).is_ok_and(|comm| comm.trim() == name)
        })
        .with_context(|| format!("{name} does not run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_stat_with_parenthesis_in_name_gives_cpu_ticks() {
        let stat = "42 (a ) b) S 1 1 1 0 -1 4194560 100 0 0 0 700 55 0 0 20 0 4 0 100";
        assert_eq!(ticks(stat), Some(755));
        assert_eq!(ticks("nothing"), None);
        let own = std::process::id();
        assert!(memory_mb(own).expect("memory") <= peak_memory_mb(own).expect("memory"));
    }

    #[test]
    fn address_is_found_in_platform_startup_line() {
        for line in [
            "Talk to the guide's agent   http://127.0.0.1:4000/",
            "Talk to the guide's agent   http://127.0.0.1:4000/   (typing only: --no-voice)",
            "conversimple listens on ws://127.0.0.1:4000/sdk/websocket",
        ] {
            assert_eq!(address(line).as_deref(), Some("127.0.0.1:4000"), "{line}");
        }
    }
}
