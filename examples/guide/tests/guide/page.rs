//! A page with one parameter before something that takes a text, and sqlmap, which is let loose on the page.
//!
//! Decides nothing about what is found: a test says what must be.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::Mutex;

/// How many payloads and how many ways around them: sqlmap's `--level` and `--risk`.
#[derive(Clone, Copy)]
pub(crate) enum Depth {
    /// About a hundred: level 2, risk 2. For what is slow by design, as a login is.
    Brief,
    /// About five hundred: level 3, risk 3.
    Usual,
    /// All that there are, more than a thousand: level 5, risk 3.
    Full,
}

/// Something that takes a text and answers.
pub(crate) trait Target: Send + 'static {
    /// Answers a text, and everything that went wrong with it.
    fn ask(&mut self, text: String) -> impl Future<Output = Value> + Send;
}

/// What sqlmap said, and what it was answered.
pub(crate) struct Probe {
    /// Whether it found a way in.
    pub(crate) hole: bool,
    /// What it printed.
    pub(crate) report: String,
    /// How many answers there were of each code; those without an error are under the empty one.
    pub(crate) answers: BTreeMap<String, usize>,
}

impl Probe {
    /// Lets sqlmap try everything that it knows of SQLite on the parameter, which begins as `value`.
    pub(crate) async fn of(target: impl Target, value: &str, depth: Depth) -> Self {
        let page = Arc::new(Mutex::new(Page {
            target,
            answers: BTreeMap::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/", get(answer))
            .with_state(page.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        let value = value.replace(' ', "+");
        let report = sqlmap(&format!("http://{address}/?text={value}"), depth).await;
        serving.abort();
        let hole = report.contains("sqlmap identified the following injection point");
        // Anything else, such as a page that did not answer, is no verdict.
        assert!(
            hole || report.contains("all tested parameters do not appear to be injectable"),
            "sqlmap came to no end: {report}"
        );
        let answers = std::mem::take(&mut page.lock().await.answers);
        Self {
            hole,
            report,
            answers,
        }
    }

    /// How many answers there were.
    pub(crate) fn asked(&self) -> usize {
        self.answers.values().sum()
    }
}

struct Page<T> {
    target: T,
    answers: BTreeMap<String, usize>,
}

/// Every answer is a 200 with the tool's own words: nothing of HTTP stands between sqlmap and the tool.
async fn answer<T: Target>(
    State(page): State<Arc<Mutex<Page<T>>>>,
    Query(mut parameters): Query<HashMap<String, String>>,
) -> Json<Value> {
    let mut page = page.lock().await;
    let answer = page
        .target
        .ask(parameters.remove("text").unwrap_or_default())
        .await;
    let code = answer["error"].as_str().unwrap_or_default().to_owned();
    *page.answers.entry(code).or_default() += 1;
    Json(answer)
}

async fn sqlmap(url: &str, depth: Depth) -> String {
    let (level, risk) = match depth {
        Depth::Brief => ("2", "2"),
        Depth::Usual => ("3", "3"),
        Depth::Full => ("5", "3"),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/xtask/python");
    let output = Command::new(python.join("bin/python"))
        .arg(python.join("bin/sqlmap"))
        .args(["--batch", "--disable-coloring", "--ignore-proxy"])
        .args(["--dbms", "sqlite", "--technique", "BEUSTQ"])
        .args(["--level", level, "--risk", risk, "-p", "text", "-u", url])
        .arg("--output-dir")
        .arg(folder.path().join("output"))
        // It keeps settings and history in a home folder.
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("sqlmap is installed by `cargo xtask test`");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
