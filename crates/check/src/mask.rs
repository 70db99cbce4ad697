//! The last look at every line before it is shown: whatever a rule found secret, and whatever else looks like one, is
//! replaced. Decides what a reader of the report may see.

use crate::code::ir::Span;
use crate::secret::scan;
use crate::source::Source;
use regex::Regex;
use std::sync::LazyLock;

/// What stands for a secret.
pub(crate) const MASK: &str = "****";
/// Longest line that is shown, in characters.
const LINE_LIMIT: usize = 160;

/// A value in quotes or after an equals sign, under a name that may mean a secret; placeholders are masked as well,
/// because here a wrong guess costs nothing.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)((?:password|passwd|passphrase|pwd|secret|token|api_?-?key|private_?key|access_?key|credential|encryption_?key|cvv|ssn|auth_?token)[\w\-]*["']?\s*(?:[:=]|==|,|=>)+\s*[rbfu]{0,2}["'`]?)([^\s"'`,;)\]}]{4,})"#,
    )
    .ok()
});

/// Long runs without a space that no name of code has.
static RANDOM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/=_\-]{10,}").ok());

/// The line of a finding as it may be shown; `secrets` are all secret places of the file.
pub(crate) fn line(source: &Source, number: usize, secrets: &[Span]) -> String {
    let start = source.line_start(number);
    let text = source.line(number);
    let end = start + text.len();
    let mut shown = String::new();
    let mut at = start;
    let mut inside: Vec<&Span> = secrets
        .iter()
        .filter(|span| span.start < end && span.end > start)
        .collect();
    inside.sort_by_key(|span| span.start);
    for span in inside {
        let from = span.start.clamp(at, end);
        let to = span.end.clamp(from, end);
        shown.push_str(source.text.get(at..from).unwrap_or(""));
        if to > from {
            // A literal keeps its quotes, so that the line still reads as code.
            let secret = source.text.get(from..to).unwrap_or("");
            let quote = secret
                .chars()
                .next_back()
                .filter(|c| "\"'`".contains(*c))
                .map(String::from)
                .unwrap_or_default();
            shown.push_str(&quote);
            shown.push_str(MASK);
            shown.push_str(&quote);
        }
        at = to;
    }
    shown.push_str(source.text.get(at..end).unwrap_or(""));
    // The same secret may stand on a line of its own finding and again, unnoticed, on this one.
    for value in secrets.iter().filter_map(|span| value(source, *span)) {
        if shown.contains(value) {
            shown = shown.replace(value, MASK);
        }
    }
    cut(&text_only(&shown))
}

/// What stands at a secret place, without its quotes.
fn value(source: &Source, span: Span) -> Option<&str> {
    let written = source.text.get(span.start..span.end)?;
    let inner = written
        .trim_start_matches(['b', 'r', 'f', 'u'])
        .trim_matches(['"', '\'', '`']);
    let is_telling = (5..200).contains(&inner.len()) && !inner.contains([' ', '(', '\n']);
    is_telling.then_some(inner)
}

/// Masks what has the form of a secret: for paths and messages, whose other words must stay as they are.
pub(crate) fn certain(text: &str) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for hit in scan::scan(text) {
        if hit.span.start < at {
            continue;
        }
        shown.push_str(text.get(at..hit.span.start).unwrap_or(""));
        shown.push_str(MASK);
        at = hit.span.end;
    }
    shown.push_str(text.get(at..).unwrap_or(""));
    shown
}

/// Masks all that may be a secret in a text of somebody's: a line, a reason.
pub(crate) fn text_only(text: &str) -> String {
    let mut shown = certain(text);
    if let Some(named) = NAMED.as_ref() {
        shown = named
            .replace_all(&shown, |found: &regex::Captures<'_>| {
                let value = &found[2];
                // Code that fetches or names a value may be read.
                let is_code = value.contains(['(', '[', '.', '{', '$'])
                    || value.chars().all(|c| c.is_lowercase() || c == '_');
                if is_code {
                    found[0].to_owned()
                } else {
                    format!("{}{MASK}", &found[1])
                }
            })
            .into_owned();
    }
    if let Some(random) = RANDOM.as_ref() {
        shown = random
            .replace_all(&shown, |found: &regex::Captures<'_>| {
                let run = &found[0];
                if crate::secret::value::looks_random(run) {
                    MASK.to_owned()
                } else {
                    run.to_owned()
                }
            })
            .into_owned();
    }
    shown
        .chars()
        .map(|c| if c.is_control() && c != '\t' { ' ' } else { c })
        .collect()
}

fn cut(line: &str) -> String {
    let trimmed = line.trim();
    if trimmed.chars().count() <= LINE_LIMIT {
        return trimmed.to_owned();
    }
    let mut short: String = trimmed.chars().take(LINE_LIMIT).collect();
    short.push('…');
    short
}
