//! `--fix`: writes the ignore rules and moves literal keys to `.env`. Decides what is safe to change without a person:
//! only whole literals in Python, JavaScript and Rust; everything else stays a finding.

use crate::code::Language;
use crate::finding::{Edit, Finding};
use crate::source::{Format, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// What was mended.
#[derive(Debug, Default)]
pub struct Repair {
    /// Sentences for people, without secrets.
    pub done: Vec<String>,
}

const IGNORED: &[&str] = &[".env", ".env.local", "*.env"];

/// Mends what can be mended in the findings of a check of `root`.
///
/// # Errors
/// When a file cannot be read or written; files that were written before stay mended.
pub fn fix(root: &Path, findings: &[Finding]) -> io::Result<Repair> {
    // A check of one file names it as in its folder.
    let root = if root.is_file() {
        root.parent().unwrap_or(root)
    } else {
        root
    };
    let mut repair = Repair::default();
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    let mut must_ignore = false;
    for finding in findings {
        match &finding.edit {
            Some(Edit::IgnoreEnv) => must_ignore = true,
            Some(edit) => by_file.entry(finding.file.as_str()).or_default().push(edit),
            None => {}
        }
    }
    for (file, edits) in by_file {
        let path = root.join(file);
        let text = std::fs::read_to_string(&path)?;
        let Some((changed, names)) = rewritten(file, &text, &edits, &mut moved) else {
            continue;
        };
        std::fs::write(&path, changed)?;
        for name in names {
            repair.done.push(format!(
                "{file}: a literal became the environment variable {name}"
            ));
        }
    }
    if !moved.is_empty() {
        append_env(root, &moved)?;
        repair.done.push(format!(
            ".env: {} value{} moved here; replace them, they have been in the code",
            moved.len(),
            if moved.len() == 1 { "" } else { "s" }
        ));
        must_ignore = true;
    }
    if must_ignore && ignore(root)? {
        repair
            .done
            .push(".gitignore: .env, .env.local and *.env added".to_owned());
    }
    Ok(repair)
}

/// The text with its literals replaced, and the variables that stand there now.
fn rewritten(
    file: &str,
    text: &str,
    edits: &[&Edit],
    moved: &mut BTreeMap<String, String>,
) -> Option<(String, BTreeSet<String>)> {
    let source = Source::new(file.to_owned(), text.to_owned());
    let Format::Code(language) = source.format else {
        return None;
    };
    let mut changed = text.to_owned();
    let mut names = BTreeSet::new();
    let mut places: Vec<(usize, usize, &String, &String)> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::MoveToEnv { span, name, value } => Some((span.start, span.end, name, value)),
            Edit::IgnoreEnv => None,
        })
        .collect();
    places.sort();
    for (start, end, name, value) in places.into_iter().rev() {
        // A constant in Rust cannot read the environment.
        let line = source.line(source.place(start).line).trim_start();
        let is_constant = language == Language::Rust
            && (line.starts_with("const ")
                || line.starts_with("pub const ")
                || line.starts_with("static ")
                || line.starts_with("pub static "));
        let is_whole = text.get(start..end).is_some_and(|literal| {
            literal.contains(value.as_str()) && literal.len() <= value.len() + 4
        });
        if !is_whole || is_constant || value.contains(['\n', '"']) {
            continue;
        }
        let name = unused(name, value, moved);
        changed.replace_range(start..end, &reading(language, &name));
        moved.insert(name.clone(), value.clone());
        names.insert(name);
    }
    if names.is_empty() {
        return None;
    }
    if language == Language::Python
        && !text
            .lines()
            .any(|line| line.trim() == "import os" || line.starts_with("import os,"))
    {
        changed = with_import(&changed);
    }
    Some((changed, names))
}

fn reading(language: Language, name: &str) -> String {
    match language {
        Language::Python => format!("os.environ[\"{name}\"]"),
        Language::Rust => format!("&std::env::var(\"{name}\").expect(\"{name} is set\")"),
        _ => format!("process.env.{name}"),
    }
}

/// A name that does not stand for another value yet.
fn unused(name: &str, value: &str, moved: &BTreeMap<String, String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while moved.get(&candidate).is_some_and(|taken| taken != value) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}

/// `import os` after the module's text and its `from __future__` imports.
fn with_import(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = lines
        .iter()
        .position(|line| {
            (line.starts_with("import ") || line.starts_with("from "))
                && !line.starts_with("from __future__")
        })
        .or_else(|| {
            lines.iter().position(|line| {
                !line.trim().is_empty()
                    && !line.starts_with('#')
                    && !line.starts_with("from __future__")
            })
        })
        .unwrap_or(0);
    // Before the first import is never inside the module's documentation.
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index == at && !in_documentation(&lines[..index]) {
            out.push_str("import os\n");
        }
        out.push_str(line);
    }
    if out.contains("import os\n") {
        out
    } else {
        format!("import os\n{text}")
    }
}

fn in_documentation(before: &[&str]) -> bool {
    let quotes: usize = before
        .iter()
        .map(|line| line.matches("\"\"\"").count() + line.matches("'''").count())
        .sum();
    quotes % 2 == 1
}

fn append_env(root: &Path, moved: &BTreeMap<String, String>) -> io::Result<()> {
    let path = root.join(".env");
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let has = |text: &str, name: &str| {
        text.lines()
            .any(|line| line.trim_start().starts_with(&format!("{name}=")))
    };
    for (name, value) in moved {
        if !has(&text, name) {
            text.push_str(&format!("{name}={value}\n"));
        }
    }
    write_private(&path, &text)
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    std::fs::write(path, text)
}

/// Adds what is missing to `.gitignore`; whether anything was.
fn ignore(root: &Path) -> io::Result<bool> {
    let path = root.join(".gitignore");
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let missing: Vec<&str> = IGNORED
        .iter()
        .copied()
        .filter(|rule| !text.lines().any(|line| line.trim() == *rule))
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for rule in missing {
        text.push_str(rule);
        text.push('\n');
    }
    std::fs::write(&path, text)?;
    Ok(true)
}
