//! JSON, with comments and trailing commas forgiven. Decides names and places; broken input gives what could be read.

use super::setting::{Setting, Settings};
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::source::Source;

/// The settings of a file.
pub(super) fn settings(source: &Source) -> Settings {
    let mut found = Settings::default();
    let is_manifest =
        source.path.ends_with("package.json") || source.path.ends_with("composer.json");
    walk(&source.text, &mut |keys, value, span| {
        let name = keys.last().map_or("", String::as_str);
        let is_script = keys.iter().any(|key| Fact::JsonCommand.has(key.as_str()));
        if is_script {
            found.commands.push((value.to_owned(), span));
        }
        if !(is_manifest && is_script) {
            found.settings.push(Setting {
                name: name.to_owned(),
                value: value.to_owned(),
                span,
            });
        }
    });
    named_values(&mut found);
    found
}

/// `{"name": "API_KEY", "value": "…"}` names its value by the first half.
fn named_values(found: &mut Settings) {
    for index in 1..found.settings.len() {
        let (before, rest) = found.settings.split_at_mut(index);
        let (Some(first), Some(second)) = (before.last_mut(), rest.first_mut()) else {
            continue;
        };
        if first.name.eq_ignore_ascii_case("name") && second.name.eq_ignore_ascii_case("value") {
            second.name.clone_from(&first.value);
        }
    }
}

/// Calls `visit` with the keys above, the decoded text and the place of every scalar.
pub(super) fn walk(text: &str, visit: &mut dyn FnMut(&[String], &str, Span)) {
    let bytes = text.as_bytes();
    let mut keys: Vec<String> = Vec::new();
    // For each open bracket: whether it is an object, and how many keys stood above it.
    let mut open: Vec<(bool, usize)> = Vec::new();
    let mut pending: Option<String> = None;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                open.push((bytes[at] == b'{', keys.len()));
                keys.extend(pending.take());
                at += 1;
            }
            b'}' | b']' => {
                if let Some((_, above)) = open.pop() {
                    keys.truncate(above);
                }
                pending = None;
                at += 1;
            }
            b',' => {
                pending = None;
                at += 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
            b'"' => {
                let (decoded, end) = string(text, at);
                let after = bytes[end..]
                    .iter()
                    .position(|byte| !byte.is_ascii_whitespace())
                    .map(|skip| bytes[end + skip]);
                let is_key = open.last().is_some_and(|(is_object, _)| *is_object)
                    && pending.is_none()
                    && after == Some(b':');
                if is_key {
                    pending = Some(decoded);
                } else {
                    let mut path = keys.clone();
                    path.extend(pending.take());
                    visit(
                        &path,
                        &decoded,
                        Span {
                            start: at + 1,
                            end: end.saturating_sub(1).max(at + 1),
                        },
                    );
                }
                at = end;
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'-' => {
                let length = bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || b"-+._".contains(byte))
                    .count();
                if let (Some(word), Some(key)) = (text.get(at..at + length), pending.take()) {
                    let mut path = keys.clone();
                    path.push(key);
                    visit(
                        &path,
                        word,
                        Span {
                            start: at,
                            end: at + length,
                        },
                    );
                }
                at += length;
            }
            _ => at += 1,
        }
    }
}

/// The text in the quotes at `start`, and where it ends.
fn string(text: &str, start: usize) -> (String, usize) {
    let mut decoded = String::new();
    let mut chars = text[start + 1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (decoded, start + 1 + at + 1),
            '\\' => match chars.next() {
                Some((_, 'n')) => decoded.push('\n'),
                Some((_, 't')) => decoded.push('\t'),
                Some((_, 'r')) => decoded.push('\r'),
                Some((_, 'u')) => {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    decoded.extend(
                        u32::from_str_radix(&digits, 16)
                            .ok()
                            .and_then(char::from_u32),
                    );
                }
                Some((_, other)) => decoded.push(other),
                None => break,
            },
            _ => decoded.push(c),
        }
    }
    (decoded, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_scalars_are_found_under_their_key_path() {
        let mut found = Vec::new();
        walk(
            r#"{"a": {"b": "x\n", "c": [1, "y"]}, // z
            "d": false,}"#,
            &mut |keys, value, _| found.push((keys.join("."), value.to_owned())),
        );
        let expected = [("a.b", "x\n"), ("a.c", "y"), ("d", "false")];
        assert_eq!(
            found,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }
}
