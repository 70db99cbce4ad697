//! YAML: compose files, CI pipelines, Kubernetes. Decides the name of each scalar: its key, the `name` beside a
//! `value`, or what stands before `=` in a list of variables.

use super::lines;
use super::setting::{Setting, Settings};
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::source::Source;
use saphyr_parser::{Event, Parser, ScalarStyle};

struct Level {
    is_map: bool,
    /// The key whose value comes next.
    key: Option<String>,
    name: Option<String>,
    value: Option<Setting>,
}

/// The settings of all documents, or nothing when this is not YAML.
pub(super) fn settings(source: &Source) -> Option<Settings> {
    let mut found = Settings::default();
    let mut levels: Vec<Level> = Vec::new();
    for event in Parser::new_from_str(&source.text) {
        let (event, place) = event.ok()?;
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if levels.len() > 200 {
                    return None;
                }
                let is_map = matches!(event, Event::MappingStart(..));
                levels.push(Level {
                    is_map,
                    key: None,
                    name: None,
                    value: None,
                });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(level) = levels.pop()
                    && let (Some(name), Some(mut setting)) = (level.name, level.value)
                {
                    setting.name = name;
                    found.settings.push(setting);
                }
                if let Some(above) = levels.last_mut().filter(|level| level.is_map) {
                    above.key = None;
                }
            }
            Event::Scalar(text, style, ..) => {
                let span = span(source, place.start.line(), &text);
                scalar(source, &mut levels, &text, style, span, &mut found);
            }
            Event::Alias(_) => {
                if let Some(level) = levels.last_mut().filter(|level| level.is_map) {
                    level.key = None;
                }
            }
            _ => {}
        }
    }
    Some(found)
}

fn scalar(
    source: &Source,
    levels: &mut [Level],
    text: &str,
    style: ScalarStyle,
    span: Span,
    found: &mut Settings,
) {
    let above: Vec<String> = levels
        .iter()
        .filter_map(|level| level.key.clone())
        .collect();
    let Some(level) = levels.last_mut() else {
        return;
    };
    if level.is_map && level.key.is_none() {
        level.key = Some(text.to_owned());
        return;
    }
    let key = if level.is_map {
        level.key.take()
    } else {
        above.last().cloned()
    };
    let key = key.unwrap_or_default();
    let is_command = above
        .iter()
        .chain([&key])
        .any(|key| Fact::YamlCommand.has(key.as_str()));
    let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    if is_command || is_block {
        for (index, line) in text.lines().enumerate() {
            let at = if is_block {
                block_line(source, span, index, line)
            } else {
                span
            };
            // `["agent", "--api-key", "…"]`: an option and its value stand apart.
            let option = found.commands.last().filter(|(before, _)| {
                is_command && !level.is_map && !is_block && before.starts_with('-')
            });
            if let Some((option, _)) = option.filter(|(before, _)| !before.contains([' ', '='])) {
                found.commands.push((format!("{option} {line}"), at));
            }
            found.commands.push((line.to_owned(), at));
            if is_block {
                found.settings.extend(lines::setting(line, at.start, "=:"));
            }
        }
        if is_command {
            return;
        }
    }
    let setting = Setting {
        name: key.clone(),
        value: text.to_owned(),
        span,
    };
    if level.is_map {
        match key.as_str() {
            "name" => level.name = Some(text.to_owned()),
            "value" | "default" => level.value = Some(setting.clone()),
            _ => {}
        }
        if key != "value" {
            found.settings.push(setting);
        }
    } else if let Some((name, value)) = text.split_once('=') {
        let start = span.start + name.len() + 1;
        found.settings.push(Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            span: Span {
                start,
                end: span.end.max(start),
            },
        });
    } else {
        found.settings.push(setting);
    }
}

/// Where a scalar's text stands, as near as its line tells.
fn span(source: &Source, line: usize, text: &str) -> Span {
    let start = source.line_start(line);
    let first = text.lines().next().unwrap_or("");
    let written = source.line(line);
    let at = if first.is_empty() {
        0
    } else {
        written.rfind(first).unwrap_or(0)
    };
    Span {
        start: start + at,
        end: start + at + first.len().min(written.len() - at),
    }
}

/// The line of a block scalar with this text, at or after its expected place.
fn block_line(source: &Source, span: Span, index: usize, text: &str) -> Span {
    let first = source.place(span.start).line;
    for number in first + index..first + index + 4 {
        if let Some(at) = source.line(number).find(text).filter(|_| !text.is_empty()) {
            let start = source.line_start(number) + at;
            return Span {
                start,
                end: start + text.len(),
            };
        }
    }
    span
}
