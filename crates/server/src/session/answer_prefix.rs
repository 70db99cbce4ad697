//! The words with which an answer will begin, known before the tool has run.
//!
//! A tool that declares how its result is said has said the beginning already: "Your checking balance is …". The
//! beginning is synthesised while the caller's silence still runs. It is a guess: what is said in the end decides
//! whether it is used.

use conversimple_wire::ToolSpec;
use serde_json::{Map, Value};

/// Fewer words are not worth a breath of their own.
const LEAST_WORDS: usize = 2;

/// The beginning of a declared sentence, up to the first thing that only the result knows.
pub(super) fn answer_prefix(
    spec: &ToolSpec,
    arguments: &Map<String, Value>,
    own: impl Fn(&str, &str) -> Option<String>,
) -> Option<String> {
    let mut answer_prefix = String::new();
    let mut rest = spec.say()?;
    while let Some((before, after)) = rest.split_once('{') {
        answer_prefix.push_str(before);
        let (name, tail) = after.split_once('}')?;
        let Some(known) = own_thing(spec, name, arguments, &own) else {
            return enough(&answer_prefix);
        };
        answer_prefix.push_str(&known);
        rest = tail;
    }
    answer_prefix.push_str(rest);
    enough(&answer_prefix)
}

/// A placeholder that names a kind of own thing is known when an argument names one of that kind.
fn own_thing(
    spec: &ToolSpec,
    name: &str,
    arguments: &Map<String, Value>,
    own: impl Fn(&str, &str) -> Option<String>,
) -> Option<String> {
    let argument = spec
        .arguments()
        .find(|argument| argument.own() == Some(name))?;
    own(name, arguments.get(argument.name)?.as_str()?)
}

/// The whole words of it, if there are enough.
fn enough(answer_prefix: &str) -> Option<String> {
    let whole = if answer_prefix.ends_with([' ', '.']) {
        answer_prefix
    } else {
        answer_prefix.rsplit_once(' ')?.0
    };
    (whole.split_whitespace().count() >= LEAST_WORDS).then(|| whole.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answer_prefix_ends_before_first_result_value() {
        for (say, expected) in [
            (
                "Your {account} balance is {balance}.",
                Some("Your checking balance is"),
            ),
            ("Done. I paid {amount}.", Some("Done. I paid")),
            ("You are logged in.", Some("You are logged in.")),
            ("Your {thing}", None),
            ("It costs ${price}", Some("It costs")),
            ("{all}", None),
        ] {
            let spec = ToolSpec {
                name: "t".into(),
                description: String::new(),
                parameters: json!({"x-say": say, "properties": {"account_id": {"x-own": "account"}}}),
            };
            let arguments = json!({"account_id": "acc_1"})
                .as_object()
                .cloned()
                .expect("an object");
            let own = |_: &str, id: &str| (id == "acc_1").then(|| "checking".to_owned());
            assert_eq!(
                answer_prefix(&spec, &arguments, own).as_deref(),
                expected,
                "{say}"
            );
        }
    }
}
