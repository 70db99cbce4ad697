//! A platform of a test's own: `conversimple dev` on a free port with a data folder that goes with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const CONVERSIMPLE: &str = env!("CARGO_BIN_EXE_conversimple");

/// A running platform; it is killed when the test is over.
pub(crate) struct Platform {
    child: Child,
    pub(crate) url: String,
    pub(crate) code: String,
    pub(crate) data: PathBuf,
    _folder: Option<TempDir>,
}

impl Platform {
    /// `dev` with a voice.
    pub(crate) fn speaking() -> Self {
        Self::start(&[], None)
    }

    /// `dev` without one: it starts at once.
    pub(crate) fn typing() -> Self {
        Self::start(&["--no-voice"], None)
    }

    /// `dev` on a folder that was used before.
    pub(crate) fn again(data: &Path) -> Self {
        Self::start(&["--no-voice"], Some(data))
    }

    fn start(more: &[&str], data: Option<&Path>) -> Self {
        let folder = data.is_none().then(|| TempDir::new().expect("a folder"));
        let data = data.map_or_else(
            || folder.as_ref().expect("a folder").path().join("data"),
            Path::to_owned,
        );
        let mut child = command()
            .args(["dev", "--no-open", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the platform starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut line = |start: &str| {
            let found = lines
                .by_ref()
                .map_while(Result::ok)
                .find(|line| line.starts_with(start));
            found.unwrap_or_else(|| panic!("the platform ended before it said {start:?}"))
        };
        let talk = line("Talk to");
        let look = line("Look at");
        let url = word_with(&talk, "http://").trim_end_matches('/').to_owned();
        let code = word_with(&look, "#code=")
            .rsplit('=')
            .next()
            .unwrap_or_default()
            .to_owned();
        // The rest of the output is read away, so that the pipe never fills.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            url,
            code,
            data,
            _folder: folder,
        }
    }

    /// What stands sealed in the database.
    pub(crate) fn opened(&self) -> String {
        let opened = crate::opened::opened(&self.data);
        opened.into_iter().map(|(_, text)| text).collect()
    }

    /// A conversation by typed lines; its report.
    pub(crate) fn type_lines(&self, lines: &[&str]) -> Value {
        let mut call = command();
        call.args(["call", "--json", "--url", &self.url, "--text"])
            .args(lines);
        report(call.output().expect("the call runs"))
    }

    /// A conversation by wav files; its report.
    pub(crate) fn play_files(&self, files: &[PathBuf], more: &[&str]) -> Value {
        let mut call = command();
        call.args(["call", "--json", "--url", &self.url])
            .args(more)
            .args(files);
        report(call.output().expect("the call runs"))
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// What its agent wrote to its log.
    pub(crate) fn agent_log(&self) -> String {
        std::fs::read_to_string(self.data.join("guide").join("agent.log")).unwrap_or_default()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// The program, with nothing of the caller's own settings.
pub(crate) fn command() -> Command {
    let mut command = Command::new(CONVERSIMPLE);
    // Under cargo, `dev` would build the agent again; the test's runner has built it.
    command
        .env_remove("CARGO")
        .env_remove("CONVERSIMPLE_API_KEY")
        .env_remove("CONVERSIMPLE_DATABASE_URL");
    command
}

fn report(output: Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the call failed: {said}");
    serde_json::from_slice(&output.stdout).expect("a report")
}

fn word_with<'a>(line: &'a str, part: &str) -> &'a str {
    line.split_whitespace()
        .find(|word| word.contains(part))
        .unwrap_or_else(|| panic!("no {part} in {line}"))
}

/// What was said in a turn of a report.
pub(crate) fn said(report: &Value, turn: usize) -> &str {
    report["turns"][turn]["said"].as_str().unwrap_or_default()
}

/// Names and verdicts of a turn's calls.
pub(crate) fn calls(report: &Value, turn: usize) -> Vec<(&str, &str)> {
    let calls = report["turns"][turn]["tool_calls"].as_array();
    calls
        .map(|calls| {
            calls
                .iter()
                .map(|call| {
                    (
                        call["name"].as_str().unwrap_or_default(),
                        call["verdict"].as_str().unwrap_or_default(),
                    )
                })
                .filter(|(name, _)| *name != "conversimple_own_things")
                .collect()
        })
        .unwrap_or_default()
}
