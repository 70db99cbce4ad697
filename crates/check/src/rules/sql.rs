//! SQL that is built from text. Decides from the shape of the text and of its holes, and from the call that takes it;
//! numbers, placeholders and constants may be put in.

use super::context::Context;
use crate::catalogue::input::SQL_FROM_TEXT;
use crate::code::Language;
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Skeleton, Value, has_hole};
use crate::names::Labels;
use crate::secret::url::HOLE;
use regex::Regex;
use std::sync::LazyLock;

static STATEMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?is)^[\s(]*(?:--[^\n]*\n\s*)*(?:explain\s+|with\s+\w+\s+as\s*\(\s*)?(?:",
        r"select\b.+?\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\S+\s+set\b|delete\s+from\b|",
        r"replace\s+into\b|merge\s+into\b|drop\s+(?:table|database|user|index|view)\b|alter\s+(?:table|user|database)\b|",
        r"create\s+(?:table|user|database|index|view|role)\b|truncate\s+(?:table\s+)?\S|grant\s+\S+.*\bto\b|",
        r"exec(?:ute)?\s+sp_|call\s+\w+\s*\(|select\s+\x01)"
    ))
    .ok()
});

static CLAUSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:where|from|set|values|join|order by|group by|limit|like|into|and|or|in)\b[^\x01]*\x01|\x01[^\x01]*\b(?:where|from|order by|limit|set)\b").ok()
});

static COMPARISON: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:[=<>]|\blike\b|\bin\b)\s*\(?['"%]*\x01"#).ok());

/// A text that was put together: reported where it is, as soon as it is surely SQL.
pub(crate) fn built(cx: &Context<'_, '_>, value: &Value, span: Span) {
    let Some(skeleton) = &value.skeleton else {
        return;
    };
    if is_statement(skeleton) && is_written_as_sql(&skeleton.text) && unsafe_hole(skeleton) {
        report(cx, skeleton, span);
    }
}

/// A call that takes SQL: the text need not look like much to be one.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    let takes_condition = Fact::SqlCondition.has(site.last);
    if !(Fact::SqlCall.has(site.last) || takes_condition) || site.call.tagged {
        return;
    }
    let argument = site.args.iter().take(2).find(|value| {
        value
            .skeleton
            .as_ref()
            .is_some_and(|skeleton| has_hole(&skeleton.text))
    });
    let Some(argument) = argument else { return };
    let Some(skeleton) = &argument.skeleton else {
        return;
    };
    let is_clause = CLAUSE
        .as_ref()
        .is_some_and(|clause| clause.is_match(&skeleton.text));
    let is_general = Fact::GeneralCall.has(site.last);
    // What is plainly SQL was reported where it was put together.
    if is_statement(skeleton) && is_written_as_sql(&skeleton.text) {
        return;
    }
    let is_condition = takes_condition
        && COMPARISON
            .as_ref()
            .is_some_and(|comparison| comparison.is_match(&skeleton.text));
    let is_sql = is_condition
        || is_statement(skeleton)
        || (is_clause && !is_general && !skeleton.text.contains("://"));
    if is_sql && unsafe_hole(skeleton) {
        let skeleton = skeleton.clone();
        report(cx, &skeleton, argument.at);
    }
}

fn report(cx: &Context<'_, '_>, skeleton: &Skeleton, span: Span) {
    let from_tool = skeleton
        .holes
        .iter()
        .any(|labels| labels.any(Labels::INPUT));
    let message = if from_tool {
        "SQL is built from text with a tool's argument in it"
    } else {
        "SQL is built from text with values in it"
    };
    let fix = match cx.language() {
        Language::Python => {
            "write a placeholder and pass the value: execute(\"… WHERE id = ?\", (value,))"
        }
        Language::Rust => {
            "write a placeholder and bind the value: query(\"… WHERE id = ?\").bind(value)"
        }
        _ => "write a placeholder and pass the value: query(\"… WHERE id = $1\", [value])",
    };
    cx.report(Draft::new(&SQL_FROM_TEXT, span, message).fix(fix));
}

fn is_statement(skeleton: &Skeleton) -> bool {
    has_hole(&skeleton.text)
        && STATEMENT
            .as_ref()
            .is_some_and(|statement| statement.is_match(&skeleton.text))
}

/// Keywords all in capitals or all small, as people write SQL and not sentences.
fn is_written_as_sql(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word: String = first
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    let is_upper = word.chars().all(char::is_uppercase);
    let is_lower = word.chars().all(char::is_lowercase);
    let lower = text.to_lowercase();
    let has_structure = Fact::SqlMark.inside(&lower);
    (is_upper && word.len() > 3) || (is_lower && has_structure)
}

/// Whether a hole takes something that can carry SQL.
fn unsafe_hole(skeleton: &Skeleton) -> bool {
    let mut before = ' ';
    let mut holes = skeleton.holes.iter();
    for c in skeleton.text.chars() {
        if c == HOLE {
            let labels = holes.next().copied().unwrap_or_default();
            // `$1`, `:name` and `@p` with a counted number are placeholders.
            let is_placeholder = matches!(before, '$' | ':' | '@' | '?');
            if !is_placeholder && !labels.any(Labels::NUMBER) {
                return true;
            }
        }
        before = c;
    }
    false
}
