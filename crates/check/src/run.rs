//! A whole check: which files, with how many threads, against which baseline; and the outcome with its boxes and
//! score. Decides the exit code; leaves single files to `file`, git and ignore rules to `project`.

use crate::catalogue::rule::{Area, Severity};
use crate::file::{self, Report, Standing};
use crate::finding::Finding;
use crate::git::Repository;
use crate::options::{CheckError, Options};
use crate::project;
use crate::rules::tools::Kept;
use crate::source::Source;
use crate::walk::{self, Entry, IgnoreRules};
use serde::Serialize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One of the guide's nine boxes.
#[derive(Clone, Debug, Serialize)]
pub struct BoxState {
    /// Its short name.
    pub id: &'static str,
    /// Its words.
    pub title: &'static str,
    /// Whether nothing but notes speaks against ticking it.
    pub ticked: bool,
    /// How many findings do.
    pub findings: usize,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Ordered by file and line.
    pub findings: Vec<Finding>,
    /// Accepted by a comment on their line, with the reason.
    pub allowed: Vec<(Finding, String)>,
    /// Accepted by the baseline.
    pub in_baseline: usize,
    /// What the types of Rust tools guarantee.
    pub kept: Vec<Kept>,
    /// How many files were read.
    pub files: usize,
    /// How many bytes they had.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// The nine boxes in the guide's order.
    pub fn boxes(&self) -> Vec<BoxState> {
        Area::ALL
            .iter()
            .map(|area| {
                let findings = self
                    .findings
                    .iter()
                    .filter(|finding| finding.area == *area && finding.severity > Severity::Note)
                    .count();
                BoxState {
                    id: area.slug(),
                    title: area.title(),
                    ticked: findings == 0,
                    findings,
                }
            })
            .collect()
    }

    /// How many of the nine boxes are ticked.
    pub fn score(&self) -> usize {
        self.boxes().iter().filter(|state| state.ticked).count()
    }

    /// 0 when clean, 1 with findings; a note is to be read and refuses nothing.
    pub fn exit_code(&self) -> u8 {
        let mut findings = self.findings.iter();
        u8::from(findings.any(|finding| finding.severity > Severity::Note))
    }
}

/// Checks a folder.
///
/// # Errors
/// `CheckError` when nothing can be said about the folder; single files that cannot be read are passed over.
pub fn run(options: &Options) -> Result<Outcome, CheckError> {
    let began = Instant::now();
    let root = options
        .root
        .canonicalize()
        .map_err(|_| CheckError::Unreadable)?;
    let folder = if root.is_file() {
        root.parent().map_or_else(|| root.clone(), Path::to_owned)
    } else {
        root.clone()
    };
    let repository = Repository::around(&folder);
    let rules = IgnoreRules::read(
        &folder,
        repository
            .as_ref()
            .map(|repository| repository.top.as_path()),
    );
    let mut outcome = Outcome::default();
    let (mut uses_env, mut filters_logs, mut sdk) = (false, false, Vec::new());
    let standing = |path: &str| Standing {
        is_ignored: rules.ignores(path),
    };
    let reports = if options.staged {
        let repository = repository.as_ref().ok_or(CheckError::NoRepository)?;
        let staged: Vec<(String, Vec<u8>)> = repository
            .staged()?
            .into_iter()
            .filter(|(path, _)| walk::is_looked_at(path))
            .collect();
        outcome.files = staged.len();
        outcome.bytes = staged.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        staged
            .into_iter()
            // What is staged is on its way into the repository, whatever the ignore rules say.
            .map(|(path, bytes)| one(path, bytes, Standing::default()))
            .collect()
    } else {
        let entries = walk::files(&root);
        outcome.files = entries.len();
        outcome.bytes = entries.iter().map(|entry| entry.length_bytes).sum();
        in_parallel(&entries, options, &standing)
    };
    for report in reports {
        uses_env |= report.uses_env;
        outcome.findings.extend(report.findings);
        outcome.allowed.extend(report.allowed);
        outcome.kept.extend(report.kept);
        filters_logs |= report.filters_logs;
        sdk.extend(report.sdk);
    }
    // A filter may stand in another file than the agent.
    if !filters_logs && !options.staged {
        outcome.findings.extend(sdk.into_iter().min_by(order));
    }
    let facts = project::Facts {
        root: &folder,
        repository: repository.as_ref(),
        rules: &rules,
        uses_env,
        is_file: root.is_file(),
    };
    outcome.findings.extend(project::check(&facts, options)?);
    settle(&mut outcome, options);
    outcome.took = began.elapsed();
    Ok(outcome)
}

/// Checks the content of one file as if it stood at `path`; git and the folder have no say.
pub fn check_text(path: &str, content: impl AsRef<[u8]>) -> Outcome {
    let content = content.as_ref();
    let report = one(path.to_owned(), content.to_vec(), Standing::default());
    let mut outcome = Outcome {
        findings: report.findings,
        allowed: report.allowed,
        kept: report.kept,
        files: 1,
        bytes: content.len() as u64,
        ..Outcome::default()
    };
    outcome.findings.sort_by(order);
    outcome
}

fn settle(outcome: &mut Outcome, options: &Options) {
    outcome
        .findings
        .retain(|finding| finding.severity >= options.least);
    if let Some(baseline) = &options.baseline {
        let before = outcome.findings.len();
        outcome.findings.retain(|finding| !baseline.has(finding));
        outcome.in_baseline = before - outcome.findings.len();
    }
    outcome.findings.sort_by(order);
    outcome
        .allowed
        .sort_by(|left, right| order(&left.0, &right.0));
    outcome
        .kept
        .sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
}

fn order(left: &Finding, right: &Finding) -> std::cmp::Ordering {
    (&left.file, left.line, left.column, left.id).cmp(&(
        &right.file,
        right.line,
        right.column,
        right.id,
    ))
}

fn one(path: String, bytes: Vec<u8>, standing: Standing) -> Report {
    match Source::decode(bytes) {
        Some(text) => file::check(&Source::new(path, text), standing),
        None => Report::default(),
    }
}

/// The stack of a worker: syntax trees are walked by recursion up to a fixed depth.
const STACK_BYTES: usize = 32 * 1024 * 1024;

fn in_parallel(
    entries: &[Entry],
    options: &Options,
    standing: &(dyn Fn(&str) -> Standing + Sync),
) -> Vec<Report> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = if options.threads == 0 {
        cores
    } else {
        options.threads
    };
    let count = wanted.min(entries.len().max(1)).min(16);
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let reports: Mutex<Vec<Report>> = Mutex::new(Vec::new());
    let work = || {
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Ok(bytes) = std::fs::read(&entry.at) {
                let is_env = crate::source::is_env_file(&entry.path);
                let standing = if is_env {
                    standing(&entry.path)
                } else {
                    Standing::default()
                };
                let report = one(entry.path.clone(), bytes, standing);
                let is_empty = report.findings.is_empty()
                    && report.allowed.is_empty()
                    && report.kept.is_empty()
                    && report.sdk.is_none()
                    && !report.filters_logs
                    && !report.uses_env;
                if !is_empty && let Ok(mut all) = reports.lock() {
                    all.push(report);
                }
            }
            let finished = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = &options.progress {
                progress(finished, entries.len());
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..count {
            let spawned = std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, work);
            if spawned.is_err() {
                work();
            }
        }
    });
    reports.into_inner().unwrap_or_default()
}
