//! One file from text to findings: decides which readings a file gets (form scan, syntax tree, configuration), which
//! findings of a test or an example count, and which of several about one literal stays.

use crate::allow;
use crate::catalogue::data::SDK_LOGS;
use crate::catalogue::keys::{DATABASE_PASSWORD, DISGUISED, OWN_KEY, SECRET};
use crate::catalogue::meta::NO_REASON;
use crate::catalogue::rule::Rule;
use crate::catalogue::rule::Severity;
use crate::code::ir::Span;
use crate::code::{self, Language};
use crate::config;
use crate::facts::Fact;
use crate::finding::{Draft, Edit, Finding};
use crate::flow::{self, FileFacts};
use crate::mask;
use crate::prefilter;
use crate::rules::{Found, keys, tools};
use crate::secret::scan::{self, Form};
use crate::source::{Format, Source, is_env_file};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// What a file gave.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    pub(crate) allowed: Vec<(Finding, String)>,
    pub(crate) kept: Vec<tools::Kept>,
    /// The code loads `.env` or reads the platform's variables.
    pub(crate) uses_env: bool,
    /// The code keeps what an SDK logs out of the log.
    pub(crate) filters_logs: bool,
    /// The code imports an SDK that logs all arguments: a finding, unless some file filters the log.
    pub(crate) sdk: Option<Finding>,
}

/// What git says about a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// Git will never take this file, so that keys may stand in it.
    pub(crate) is_ignored: bool,
}

/// Checks one file.
pub(crate) fn check(source: &Source, standing: Standing) -> Report {
    let mut report = Report::default();
    let text = source.text.as_str();
    report.uses_env =
        text.contains("load_dotenv") || text.contains("dotenv") || text.contains("from_env()");
    if source.is_generated() {
        return report;
    }
    let is_secret_place = is_env_file(&source.path) && standing.is_ignored;
    let mut drafts = if is_secret_place {
        Vec::new()
    } else {
        scanned(source)
    };
    match source.format {
        Format::Code(language) => analysed(language, source, text, 0, &mut drafts, &mut report),
        Format::Notebook => {
            for cell in config::notebook::cells(text) {
                notebook_cell(&cell, &mut drafts, &mut report);
            }
        }
        _ => drafts.extend(config::check(source, is_secret_place)),
    }
    drafts.retain(|draft| draft.is_certain || !source.is_test_at(draft.span.start));
    settle(&mut drafts);
    finish(source, drafts, &mut report);
    if source.format == Format::Code(Language::Python) && !source.is_test {
        report.filters_logs = Fact::LogFilter.inside(text);
        report.sdk = imported_sdk(source);
    }
    report
}

/// The line that imports an SDK that logs all arguments.
fn imported_sdk(source: &Source) -> Option<Finding> {
    if !Fact::AgentMark.inside(&source.text) {
        return None;
    }
    let imports = |line: &str| {
        let rest = Fact::LoggingSdk
            .patterns()
            .find_map(|start| line.strip_prefix(start));
        rest.is_some_and(|rest| rest.starts_with([' ', '.', ',']) || rest.is_empty())
    };
    let mut numbers = 1..=source.line_count();
    let number = numbers.find(|number| imports(source.line(*number)))?;
    let start = source.line_start(number);
    let end = start + source.line(number).len();
    let message = "this SDK logs the arguments of every call, and nothing filters its log";
    let draft = Draft::new(&SDK_LOGS, Span { start, end }, message);
    Some(shown(source, draft, &[], &mut HashMap::new()))
}

/// Secrets by form, anywhere in the text.
fn scanned(source: &Source) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for hit in scan::scan(&source.text) {
        let certain = !matches!(
            hit.form,
            Form::OwnShape | Form::AddressPassword | Form::Jwt | Form::EncryptionKey
        );
        let is_quiet = source.is_test_at(hit.span.start) || source.format == Format::Prose;
        if is_quiet && !certain {
            continue;
        }
        let (rule, message): (&'static Rule, String) = match hit.form {
            Form::OwnKey => (
                &OWN_KEY,
                "a key of the platform is written out; its checksum is right".to_owned(),
            ),
            Form::OwnShape => {
                let in_code =
                    !matches!(source.format, Format::Other) || source.format == Format::Env;
                if !in_code || is_comment(source, hit.span) {
                    continue;
                }
                (
                    &OWN_KEY,
                    "what looks like a key of the platform is written out".to_owned(),
                )
            }
            Form::Provider(owner) => (
                &SECRET,
                format!("{} {owner} is written out", article(owner)),
            ),
            Form::PrivateKey => (&SECRET, "a private key is written out".to_owned()),
            Form::AddressPassword => (
                &DATABASE_PASSWORD,
                "an address carries a password".to_owned(),
            ),
            Form::Jwt => (&SECRET, "a signed token is written out".to_owned()),
            Form::EncryptionKey => (&SECRET, "an encryption key is written out".to_owned()),
            Form::Encoded => (&DISGUISED, "a key is written out in base64".to_owned()),
        };
        let mut draft = Draft::new(rule, hit.span, message).secret(hit.span);
        draft.is_certain = certain;
        drafts.push(draft);
    }
    drafts
}

fn article(owner: &str) -> &'static str {
    if owner.starts_with(['A', 'E', 'I', 'O', 'a', 'e']) {
        "an"
    } else {
        "a"
    }
}

/// Whether a place is behind a comment sign, where the guide shows what not to write.
fn is_comment(source: &Source, span: Span) -> bool {
    let line = source.place(span.start).line;
    let before = source
        .text
        .get(source.line_start(line)..span.start)
        .unwrap_or("");
    let trimmed = before.trim_start();
    let starts = trimmed.starts_with('#')
        || trimmed.starts_with("//")
        || trimmed.starts_with('*')
        || trimmed.starts_with("--");
    starts && source.format != Format::Prose
}

fn analysed(
    language: Language,
    source: &Source,
    text: &str,
    base: usize,
    drafts: &mut Vec<Draft>,
    report: &mut Report,
) {
    // A file of more than two megabytes is data in the form of code; in a test only what the scan finds counts.
    if text.len() > 2_000_000 || source.is_test || !prefilter::is_worth_parsing(text) {
        return;
    }
    let body = code::parse(language, text);
    let (functions, declared) = tools::declared(&body, text);
    let facts = file_facts(text, &declared);
    let code = Found::default();
    flow::follow(language, &facts, &functions, &body, &code);
    let mut found = code.into_drafts();
    let mut kept = Vec::new();
    if !source.is_test {
        found.extend(tools::check(
            language, text, &declared, &functions, &mut kept,
        ));
    }
    for (at, tool, what) in kept {
        let line = source.place(base + at).line;
        report.kept.push(tools::Kept {
            file: source.path.clone(),
            line,
            tool,
            what,
        });
    }
    for mut draft in found {
        draft.span = moved(draft.span, base);
        draft.secret = draft.secret.map(|span| moved(span, base));
        if let Some(Edit::MoveToEnv { span, .. }) = &mut draft.edit {
            *span = moved(*span, base);
        }
        drafts.push(draft);
    }
}

/// What is known of the file as a whole.
fn file_facts(text: &str, declared: &[tools::Tool<'_>]) -> FileFacts {
    let has_tools = !declared.is_empty();
    FileFacts {
        tools: declared
            .iter()
            .map(|tool| tool.function.name_span.start)
            .collect(),
        is_agent: has_tools || Fact::AgentMark.inside(text),
        answers: has_tools || Fact::WebFramework.inside(text),
        speaks_to_others: Fact::ConnectionMark.inside(text),
        checks_scheme: Fact::SecureScheme.inside(text) && Fact::SchemeCheck.inside(text),
    }
}

fn moved(span: Span, base: usize) -> Span {
    Span {
        start: span.start + base,
        end: span.end + base,
    }
}

/// A cell is checked as a file of its own; its lines are lines of the notebook.
fn notebook_cell(cell: &config::notebook::Cell, drafts: &mut Vec<Draft>, report: &mut Report) {
    let inner = Source::new("cell.py".to_owned(), cell.text.clone());
    let mut found = Vec::new();
    analysed(Language::Python, &inner, &cell.text, 0, &mut found, report);
    for mut draft in found {
        let line = inner.place(draft.span.start).line;
        let Some(at) = cell.lines.get(line - 1) else {
            continue;
        };
        draft.span = *at;
        draft.secret = draft.secret.map(|_| *at);
        draft.edit = None;
        drafts.push(draft);
    }
}

/// One literal gives one finding about a secret; equal findings are one.
fn settle(drafts: &mut Vec<Draft>) {
    drafts.sort_by_key(|draft| {
        (
            keys::precedence(draft.rule).unwrap_or(usize::MAX),
            draft.span.start,
            draft.span.end,
        )
    });
    let mut seen: HashSet<(&str, usize)> = HashSet::new();
    let mut settled: Vec<Draft> = Vec::new();
    for mut draft in drafts.drain(..) {
        if keys::precedence(draft.rule).is_some() {
            let twin = settled.iter_mut().find(|kept| {
                keys::precedence(kept.rule).is_some()
                    && kept.span.start < draft.span.end
                    && draft.span.start < kept.span.end
            });
            if let Some(kept) = twin {
                // The finding that goes may know how to mend what the one that stays only names.
                kept.edit = kept.edit.take().or(draft.edit.take());
                continue;
            }
        }
        if seen.insert((draft.rule.id, draft.span.start)) {
            settled.push(draft);
        }
    }
    *drafts = settled;
    drafts.sort_by_key(|draft| (draft.span.start, draft.span.end));
}

fn finish(source: &Source, drafts: Vec<Draft>, report: &mut Report) {
    let allows = allow::find(source);
    if drafts.is_empty() && allows.is_empty() {
        return;
    }
    let secrets: Vec<Span> = drafts.iter().filter_map(|draft| draft.secret).collect();
    let mut occurrences: HashMap<String, usize> = HashMap::new();
    let mut lines: HashSet<(&'static str, usize)> = HashSet::new();
    for draft in drafts {
        let finding = shown(source, draft, &secrets, &mut occurrences);
        // Several faults of one kind on one line are one thing to mend.
        if !lines.insert((finding.id, finding.line)) && keys_apart(finding.id) {
            continue;
        }
        let allowed = allows.iter().find(|allow| {
            allow.line == finding.line && allow.ids.iter().any(|id| id == finding.id || id == "*")
        });
        match allowed {
            Some(allow) => report
                .allowed
                .push((finding, mask::text_only(&allow.reason))),
            None => report.findings.push(finding),
        }
    }
    // Prose shows how such a comment is written.
    let is_prose = source.format == Format::Prose;
    for allow in allows.iter().filter(|allow| {
        !is_prose && allow.reason.chars().filter(|c| c.is_alphanumeric()).count() < 3
    }) {
        let start = source.line_start(allow.own_line);
        let span = Span {
            start,
            end: start + source.line(allow.own_line).len(),
        };
        let draft = Draft::new(
            &NO_REASON,
            span,
            format!(
                "allow({}) stands here without a reason",
                mask::text_only(&allow.ids.join(", "))
            ),
        );
        report
            .findings
            .push(shown(source, draft, &secrets, &mut occurrences));
    }
}

/// Rules that report a line once.
fn keys_apart(id: &str) -> bool {
    !matches!(
        id,
        "tool-text-unbounded" | "secret-in-source" | "key-in-source" | "sensitive-data-returned"
    )
}

fn shown(
    source: &Source,
    draft: Draft,
    secrets: &[Span],
    occurrences: &mut HashMap<String, usize>,
) -> Finding {
    let start = source.place(draft.span.start);
    let end = source.place(draft.span.end);
    let excerpt = mask::line(source, start.line, secrets);
    let end_column = if end.line == start.line {
        end.column.max(start.column + 1)
    } else {
        source.line(start.line).chars().count().max(start.column) + 1
    };
    let mut key = format!("{}\n{}\n{}", draft.rule.id, source.path, excerpt);
    let count = occurrences.entry(key.clone()).or_insert(0);
    *count += 1;
    key.push_str(&format!("\n{count}"));
    let digest = Sha256::digest(key.as_bytes());
    let fingerprint = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let is_quiet = source.is_test;
    let severity = draft.severity.unwrap_or(draft.rule.severity);
    Finding {
        id: draft.rule.id,
        file: mask::certain(&source.path),
        line: start.line,
        column: start.column,
        end_column,
        severity: if is_quiet {
            severity.min(Severity::Warning)
        } else {
            severity
        },
        section: draft.rule.section,
        area: draft.rule.area,
        message: mask::certain(&draft.message),
        fix: draft.fix.unwrap_or_else(|| draft.rule.fix.to_owned()),
        excerpt,
        fingerprint,
        edit: draft.edit,
    }
}
