//! Masks every string in a JSON value, and whole values under names that say secret.
//!
//! Decides by the name first (`password`, `api_key`, `cvv` …), then by what the string or number looks like. Names of members
//! are never changed. What it does not protect: a secret spread over several members or array elements.

use serde_json::Value;

use super::checks::is_card;
use super::kind::Kind;
use super::names;
use super::replace::{mask, stand_in};

/// Deeper values are replaced whole: nothing of ours is so deep, and a recursion must end.
const DEPTH: usize = 128;

/// Masks `value` in place. A number that is a card's becomes text (`****1111`).
///
/// ```
/// use conversimple_mask::mask_json;
/// use serde_json::json;
///
/// let mut value = json!({"userPassword": "tulip", "note": "mail bob@example.com", "max_tokens": 12});
/// mask_json(&mut value);
/// assert_eq!(value, json!({"userPassword": "[password]", "note": "mail [email]", "max_tokens": 12}));
/// ```
pub fn mask_json(value: &mut Value) {
    walk(value, None, DEPTH);
}

fn walk(value: &mut Value, named: Option<Kind>, depth: usize) {
    if depth == 0 {
        *value = Value::from(Kind::Secret.label());
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::String(text) => {
            let masked = match named {
                Some(kind) if !text.is_empty() => mask_named(text, kind),
                _ => mask(text).into_owned(),
            };
            if masked != *text {
                *text = masked;
            }
        }
        Value::Number(number) => {
            let digits: Vec<u8> = number
                .to_string()
                .bytes()
                .filter(u8::is_ascii_digit)
                .map(|b| b - b'0')
                .collect();
            let whole = number.is_u64() || number.is_i64();
            if let Some(kind) = named {
                *value = Value::from(stand_in(&number.to_string(), kind).into_owned());
            } else if whole && is_card(&digits) {
                *value = Value::from(stand_in(&number.to_string(), Kind::Card).into_owned());
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| walk(item, named, depth - 1)),
        Value::Object(members) => {
            for (name, item) in members.iter_mut() {
                walk(item, named_kind(name).or(named), depth - 1);
            }
        }
    }
}

/// The kind of secret that a member of this name holds. A member `card` is most often a record, with a brand and the last four.
fn named_kind(name: &str) -> Option<Kind> {
    names::secret(name).filter(|_| !name.eq_ignore_ascii_case("card"))
}

/// A whole text under a secret name; what was masked before, or is a vault's token, stays.
fn mask_named(text: &str, kind: Kind) -> String {
    let tokens = super::token::tokens(text);
    if let [only] = tokens.as_slice()
        && only.is_atom()
        && only.start == 0
        && only.end() == text.len()
    {
        return text.to_owned();
    }
    if kind == Kind::ApiKey
        && let [scheme, only] = tokens.as_slice()
        && only.is_atom()
        && scheme.start == 0
    {
        return text.to_owned();
    }
    stand_in(text, kind).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_secret_names_and_values_are_masked_and_rest_kept() {
        for (before, after) in [
            (
                json!({"password": "hunter2"}),
                json!({"password": "[password]"}),
            ),
            (
                json!({"db_password": "x", "user": "bob"}),
                json!({"db_password": "[password]", "user": "bob"}),
            ),
            (
                json!({"pin": 4271, "shipping": 4271}),
                json!({"pin": "[pin]", "shipping": 4271}),
            ),
            (json!({"cvv": "123"}), json!({"cvv": "[cvv]"})),
            (
                json!({"apiKey": "abc", "client-secret": "d"}),
                json!({"apiKey": "[api_key]", "client-secret": "[api_key]"}),
            ),
            (
                json!({"card_number": "4111 1111 1111 1112"}),
                json!({"card_number": "****1112"}),
            ),
            (json!({"n": 4111111111111111_u64}), json!({"n": "****1111"})),
            (
                json!({"n": 4111111111111112_u64}),
                json!({"n": 4111111111111112_u64}),
            ),
            (json!(["mail bob@example.com"]), json!(["mail [email]"])),
            (
                json!({"secret": {"a": ["x", 1, null, true]}}),
                json!({"secret": {"a": ["[secret]", "[secret]", null, true]}}),
            ),
            (
                json!({"password": "⟨password 1⟩"}),
                json!({"password": "⟨password 1⟩"}),
            ),
            (
                json!({"password_reset": "sent", "token_count": 12}),
                json!({"password_reset": "sent", "token_count": 12}),
            ),
            (
                json!({"balance": 1250.0, "account_id": "acc_1001"}),
                json!({"balance": 1250.0, "account_id": "acc_1001"}),
            ),
        ] {
            let mut value = before.clone();
            mask_json(&mut value);
            assert_eq!(value, after, "{before}");
            mask_json(&mut value);
            assert_eq!(value, after, "twice: {before}");
        }
    }
}
