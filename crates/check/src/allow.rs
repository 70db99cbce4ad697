//! `conversimple: allow(ID) reason` in a comment. Decides which lines accept which rules and whether a reason stands
//! there; leaves counting to `run`.

use crate::code::Language;
use crate::source::{Format, Source};

/// An allow comment.
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    /// The line it speaks of, counted from 1.
    pub(crate) line: usize,
    /// The line it stands on.
    pub(crate) own_line: usize,
    pub(crate) ids: Vec<String>,
    pub(crate) reason: String,
}

const MARK: &str = "conversimple: allow(";

/// The allow comments of a file. One that stands alone on its line speaks of the next line of code.
pub(crate) fn find(source: &Source) -> Vec<Allow> {
    let mut allows = Vec::new();
    if memchr::memmem::find(source.text.as_bytes(), MARK.as_bytes()).is_none() {
        return allows;
    }
    for number in 1..=source.line_count() {
        let text = source.line(number);
        let Some(at) = text.find(MARK) else { continue };
        let before = text[..at].trim_end();
        let openers: &[&str] = match source.format {
            Format::Code(Language::Python)
            | Format::Env
            | Format::Yaml
            | Format::Toml
            | Format::Shell
            | Format::Dockerfile
            | Format::Notebook => &["#"],
            Format::Code(_) | Format::Json => &["//", "/*"],
            _ => &["#", "//", "--", "/*", "<!--", ";"],
        };
        let opener = openers.iter().find(|opener| before.ends_with(**opener));
        let Some(opener) = opener else { continue };
        let rest = &text[at + MARK.len()..];
        let Some((ids, reason)) = rest.split_once(')') else {
            continue;
        };
        let is_alone = before[..before.len() - opener.len()].trim().is_empty();
        let line = if is_alone {
            next_code_line(source, number)
        } else {
            number
        };
        allows.push(Allow {
            line,
            own_line: number,
            ids: ids.split(',').map(|id| id.trim().to_owned()).collect(),
            reason: reason
                .trim()
                .trim_end_matches("*/")
                .trim_end_matches("-->")
                .trim()
                .to_owned(),
        });
    }
    allows
}

fn next_code_line(source: &Source, from: usize) -> usize {
    (from + 1..=source.line_count())
        .find(|number| {
            let text = source.line(*number).trim();
            !text.is_empty() && !text.contains(MARK)
        })
        .unwrap_or(from)
}
