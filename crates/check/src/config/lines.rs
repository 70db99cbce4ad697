//! Formats with one setting a line: `.env`, INI, properties, shell, Dockerfile. Decides what is name and what value.

use super::setting::{Setting, Settings};
use crate::code::ir::Span;
use crate::source::Source;

/// `NAME=value` or `name: value`, a line each.
pub(super) fn settings(source: &Source, separators: &str) -> Settings {
    let mut found = Settings::default();
    for number in 1..=source.line_count() {
        let line = source.line(number);
        let trimmed = line.trim_start();
        if trimmed.is_empty()
            || trimmed.starts_with(['#', ';', '['])
            || trimmed.starts_with("//")
            || line.len() > 10_000
        {
            continue;
        }
        found
            .settings
            .extend(setting(line, source.line_start(number), separators));
    }
    found
}

/// Lines of which nobody knows more: settings, and commands too.
pub(super) fn each(source: &Source, separators: &str) -> Settings {
    let mut found = settings(source, separators);
    for number in 1..=source.line_count() {
        let (line, start) = (source.line(number), source.line_start(number));
        let span = Span {
            start,
            end: start + line.len(),
        };
        if line.len() < 10_000 {
            found.commands.push((line.to_owned(), span));
        }
    }
    found
}

/// Shell: assignments are settings, and every line may be a command.
pub(super) fn shell(source: &Source) -> Settings {
    let mut found = settings(source, "=");
    found.settings.retain(|setting| !setting.name.contains(' '));
    found.commands = vec![(
        source.text.clone(),
        Span {
            start: 0,
            end: source.text.len(),
        },
    )];
    found
}

/// A Dockerfile: `ENV` and `ARG` are settings, the rest are commands.
pub(super) fn dockerfile(source: &Source) -> Settings {
    let mut found = Settings::default();
    for number in 1..=source.line_count() {
        let line = source.line(number);
        let start = source.line_start(number);
        let indent = line.len() - line.trim_start().len();
        let trimmed = &line[indent..];
        let verb: String = trimmed
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_uppercase();
        let rest = &trimmed[verb.len()..];
        let at = start + indent + verb.len();
        if matches!(verb.as_str(), "ENV" | "ARG") {
            let separators = if rest.contains('=') { "=" } else { " " };
            let skipped = rest.len() - rest.trim_start().len();
            found
                .settings
                .extend(setting(&rest[skipped..], at + skipped, separators));
        } else if !trimmed.starts_with('#') {
            found.commands.push((
                line.to_owned(),
                Span {
                    start,
                    end: start + line.len(),
                },
            ));
        }
    }
    found
}

/// One setting; `start` is where the line starts in the file.
pub(super) fn setting(line: &str, start: usize, separators: &str) -> Option<Setting> {
    let at = line.find(|c: char| separators.contains(c))?;
    let mut name = line[..at].trim();
    for prefix in [
        "export ",
        "set ",
        "declare -x ",
        "local ",
        "readonly ",
        "- ",
        "env ",
    ] {
        name = name.strip_prefix(prefix).unwrap_or(name).trim();
    }
    let name = name.trim_start_matches("$env:").trim_matches(['"', '\'']);
    if name.is_empty()
        || name.len() > 100
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-. ".contains(c))
    {
        return None;
    }
    let rest = &line[at + 1..];
    let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '=', '>']).len();
    let rest = &rest[skipped..];
    let from = at + 1 + skipped;
    let (value, offset) = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => (rest[1..].split(quote).next().unwrap_or(""), 1),
        _ => {
            let end = rest.find(" #").unwrap_or(rest.len());
            (rest[..end].trim_end().trim_end_matches([',', ';']), 0)
        }
    };
    let begin = start + from + offset;
    Some(Setting {
        name: name.to_owned(),
        value: value.to_owned(),
        span: Span {
            start: begin,
            end: begin + value.len(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, name: &str, value: &str) {
        let found = setting(line, 0, "=:").map(|setting| (setting.name, setting.value));
        assert_eq!(found, Some((name.to_owned(), value.to_owned())), "{line}");
    }

    #[test]
    fn config_line_is_split_into_name_and_value() {
        check("A=b", "A", "b");
        check("export A=\"b c\" # why", "A", "b c");
        check("name: 'x'", "name", "x");
        check("  A = b # why", "A", "b");
    }
}
