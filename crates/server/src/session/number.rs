//! What the platform asks and says of a number that a caller gives in answer to a question: how many digits it should have, and
//! what is missing. It tells counts and never digits.

use std::ops::RangeInclusive;

use conversimple_conversation::Expectation;
use conversimple_guard::capture::{Question, Remark};
use conversimple_mask::Kind;
use conversimple_wire::ToolSpec;
use serde_json::Value;

/// What the caller was asked, as it concerns what is captured of their words.
pub(super) fn question<'a>(
    expects: Option<&Expectation>,
    spec: impl FnOnce(&str) -> Option<&'a ToolSpec>,
) -> Question {
    match expects {
        None => Question::None,
        Some(Expectation::YesNo | Expectation::Open) => Question::Plain,
        Some(Expectation::Secret {
            tool,
            argument,
            kind,
        }) => Question::Secret {
            kind: *kind,
            lengths: spec(tool).and_then(|spec| lengths(spec, argument)),
        },
    }
}

/// How many digits the declaration of an argument asks for.
fn lengths(spec: &ToolSpec, argument: &str) -> Option<RangeInclusive<usize>> {
    let schema = spec
        .arguments()
        .find(|known| known.name == argument)?
        .schema;
    let bound = |name: &str| {
        let value = schema.get(name).and_then(Value::as_u64)?;
        usize::try_from(value).ok()
    };
    let pattern = schema.get("pattern").and_then(Value::as_str);
    let by_pattern = pattern.and_then(figures);
    let by_length = || Some(bound("minLength")?..=bound("maxLength")?);
    by_pattern
        .or_else(by_length)
        .filter(|lengths| lengths.start() <= lengths.end())
}

/// The counts of a pattern that says how many figures there are and nothing else: `^[0-9]{4}$`, `^\d{4,6}$`.
fn figures(pattern: &str) -> Option<RangeInclusive<usize>> {
    let counted = ["^[0-9]{", r"^\d{"]
        .iter()
        .find_map(|start| pattern.strip_prefix(start))?;
    let counts = counted.strip_suffix("}$")?;
    let (least, most) = counts.split_once(',').unwrap_or((counts, counts));
    Some(least.parse().ok()?..=most.parse().ok()?)
}

/// What the caller hears of a number that is not whole.
pub(super) fn sentence(remark: &Remark) -> String {
    match remark {
        Remark::Missing {
            have, of: Some(of), ..
        } => format!("I have {have} of {of} digits so far. Please go on."),
        Remark::Missing { have, .. } => format!("I have {} so far. Please go on.", digits(*have)),
        Remark::Mistaken {
            have, of: Some(of), ..
        } => format!(
            "I got {}, but it should be {of}. Please give me the whole number again, or use the keypad.",
            digits(*have)
        ),
        Remark::Mistaken { kind, have, .. } => {
            let what = match kind {
                Kind::Card => "card number",
                _ => "number",
            };
            format!(
                "The {} that I got are no valid {what}, so one of them may be wrong. Please give me the whole number again, or use the \
                 keypad.",
                digits(*have)
            )
        }
    }
}

fn digits(count: usize) -> String {
    match count {
        1 => "1 digit".to_owned(),
        many => format!("{many} digits"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sentence_tells_counts_and_what_to_do() {
        let (kind, have) = (Kind::Card, 8);
        let of = Some(16);
        for (remark, expected) in [
            (
                Remark::Missing { kind, have, of },
                "I have 8 of 16 digits so far. Please go on.",
            ),
            (
                Remark::Missing {
                    kind,
                    have: 1,
                    of: None,
                },
                "I have 1 digit so far. Please go on.",
            ),
            (
                Remark::Mistaken { kind, have: 17, of },
                "I got 17 digits, but it should be 16. Please give me the whole number again, or use the keypad.",
            ),
            (
                Remark::Mistaken {
                    kind,
                    have: 16,
                    of: None,
                },
                "The 16 digits that I got are no valid card number, so one of them may be wrong. Please give me the whole number \
                 again, or use the keypad.",
            ),
        ] {
            assert_eq!(sentence(&remark), expected);
        }
    }

    #[test]
    fn length_is_what_the_declaration_says() {
        for (schema, expected) in [
            (
                json!({"type": "string", "pattern": "^[0-9]{4}$"}),
                Some(4..=4),
            ),
            (
                json!({"type": "string", "pattern": r"^\d{4,6}$"}),
                Some(4..=6),
            ),
            (
                json!({"type": "string", "minLength": 6, "maxLength": 6}),
                Some(6..=6),
            ),
            (json!({"type": "string", "minLength": 6}), None),
            (json!({"type": "string", "pattern": "^[0-9a-f]{4}$"}), None),
            (json!({"type": "string", "pattern": r"^\d{6,4}$"}), None),
            (json!({"type": "string"}), None),
        ] {
            let spec = ToolSpec {
                name: "enter".into(),
                description: String::new(),
                parameters: json!({"type": "object", "properties": {"pin": schema}}),
            };
            assert_eq!(lengths(&spec, "pin"), expected, "{schema}");
            assert_eq!(lengths(&spec, "other"), None);
        }
    }
}
