//! Turns a tool's result into a sentence: by the declared template, or from the keys and values of the JSON.
//!
//! Tokens and secrets are not said, ids only in a list whose items have no other name; lists are cut after three. Everything said is plain text of bounded length.

use conversimple_spoken::currency::by_code;
use conversimple_spoken::money::thousands;
use conversimple_spoken::say::without_layout;
use conversimple_wire::ToolSpec;
use serde_json::{Map, Value};

use crate::fill::holds_secret;
use crate::lexicon::{MONEY_KEYS, UNSAID};
use crate::wording::{capital_first, currency_of, label, list, one_line, spoken_text};
use crate::words::{identifier_words, limited};

/// Items of a list that are said.
const ITEMS_LIMIT: usize = 3;

/// Longest id that is said, in bytes; a longer one is for machines.
const ID_LIMIT_BYTES: usize = 24;

/// Longest text of a tool that is looked at, in bytes.
const TEXT_LIMIT_BYTES: usize = 4_000;

/// Longest answer, in bytes: about half a minute of speech.
const SAID_LIMIT_BYTES: usize = 500;

/// The sentence that tells a result.
///
/// `own` gives the name of one of the caller's own things by kind and id.
pub(crate) fn result_sentence(
    spec: &ToolSpec,
    arguments: &Map<String, Value>,
    result: &Value,
    own: impl Fn(&str, &str) -> Option<String>,
) -> String {
    let currency = result
        .get("currency")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or_else(|| currency_of(spec, arguments));
    let currency = currency.as_deref();
    let given = with_names(spec, arguments, own);
    let templated = spec
        .say()
        .and_then(|template| fill_template(template, &given, result, currency));
    let text = templated.unwrap_or_else(|| free_sentence(result, currency));
    let cut = one_line(&text, SAID_LIMIT_BYTES);
    if cut.is_empty() { "Done.".into() } else { cut }
}

/// The arguments, with the names of own things in place of their ids, under the argument's name and their kind.
fn with_names(
    spec: &ToolSpec,
    arguments: &Map<String, Value>,
    own: impl Fn(&str, &str) -> Option<String>,
) -> Map<String, Value> {
    let mut given = arguments.clone();
    for argument in spec.arguments() {
        let Some(kind) = argument.own() else { continue };
        let id = arguments.get(argument.name).and_then(Value::as_str);
        let name = id.and_then(|id| own(kind, id)).unwrap_or_default();
        given.insert(argument.name.to_owned(), Value::from(name.as_str()));
        given.insert(kind.to_owned(), Value::from(name));
    }
    given
}

/// Fills `{key}`, `{a.b}` and `{list}`. `None` where the result has no such key.
fn fill_template(
    template: &str,
    arguments: &Map<String, Value>,
    result: &Value,
    currency: Option<&str>,
) -> Option<String> {
    let mut out = String::new();
    let mut rest = limited(template, 1_000);
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let close = rest[open..].find('}')?;
        let path = rest[open + 1..open + close].trim();
        out.push_str(&at_path(path, arguments, result, currency)?);
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    Some(out)
}

fn at_path(
    path: &str,
    arguments: &Map<String, Value>,
    result: &Value,
    currency: Option<&str>,
) -> Option<String> {
    let mut value = result;
    let mut key = "";
    for part in path.split('.').take(8) {
        key = part;
        let next = match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            other => other.get(part),
        };
        match next {
            Some(next) => value = next,
            None if !path.contains('.') => {
                let said = arguments.get(part)?;
                // An address is said by a hint, which the platform puts in its token's place; a secret not at all.
                let secret = said.as_str().is_some_and(holds_secret);
                return (!secret && !is_hidden(part)).then(|| value_text(part, said, currency));
            }
            None => return None,
        }
    }
    match value {
        Value::Array(items) if items.is_empty() => Some(format!("no {}", label(key))),
        Value::Null => None,
        _ => Some(value_text(key, value, currency)),
    }
}

fn free_sentence(result: &Value, currency: Option<&str>) -> String {
    if let Some(text) = content_text(result) {
        return text_sentence(&text);
    }
    match result {
        Value::Null | Value::Bool(true) => "Done.".into(),
        Value::Bool(false) => "The answer is no.".into(),
        Value::Number(_) => format!("The answer is {}.", figure(result)),
        Value::String(text) => text_sentence(text),
        Value::Array(items) => items_sentence("results", items, currency),
        Value::Object(map) => object_sentences(map, currency),
    }
}

/// A text as the tool wrote it; an empty one says that there is nothing.
fn text_sentence(text: &str) -> String {
    let said = limited(text, TEXT_LIMIT_BYTES);
    let said = without_layout(said)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if said.is_empty() {
        return "I found nothing.".to_owned();
    }
    ended(&unmasked(&said))
}

/// The text of a result in the form of the Model Context Protocol: `{"content": [{"type": "text", "text": "…"}]}`.
fn content_text(result: &Value) -> Option<String> {
    let items = match result {
        Value::Array(items) if !items.is_empty() => items,
        other => other.get("content")?.as_array()?,
    };
    let text = |item: &Value| {
        let is_text = item.get("type").and_then(Value::as_str) == Some("text");
        is_text
            .then(|| item.get("text")?.as_str().map(str::to_owned))
            .flatten()
    };
    let texts: Vec<String> = items.iter().filter_map(text).collect();
    (!texts.is_empty() || items.is_empty()).then(|| texts.join("\n"))
}

fn object_sentences(map: &Map<String, Value>, currency: Option<&str>) -> String {
    let mut sentences = Vec::new();
    if map.get("success") == Some(&Value::Bool(true)) {
        sentences.push("Done.".to_owned());
    }
    if let Some(message) = map.get("message").and_then(Value::as_str) {
        sentences.push(ended(&spoken_text(message, 300)));
        return sentences.join(" ");
    }
    let has_money = map.keys().any(|key| is_money_key(key));
    let mut facts = Vec::new();
    for (key, value) in map {
        if is_hidden(key)
            || key == "success"
            || key == "status" && value == "ok"
            || (key == "currency" && has_money)
        {
            continue;
        }
        match value {
            Value::Array(items) => sentences.push(items_sentence(key, items, currency)),
            Value::Object(inner) => sentences.push(object_sentences(inner, currency)),
            Value::Null => {}
            _ if facts.len() < 5 => facts.push(fact(key, value, currency)),
            _ => {}
        }
    }
    if !facts.is_empty() {
        let at = usize::from(sentences.first().is_some_and(|first| first == "Done."));
        sentences.insert(at, format!("{}.", capital_first(&list(&facts, "and"))));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn fact(key: &str, value: &Value, currency: Option<&str>) -> String {
    let name = label(key);
    match value {
        Value::Bool(flag) => format!("{name}: {}", if *flag { "yes" } else { "no" }),
        _ if is_last_four(key) => format!("it ends in {}", value_text("", value, None)),
        _ => format!("the {name} is {}", value_text(key, value, currency)),
    }
}

fn items_sentence(key: &str, items: &[Value], currency: Option<&str>) -> String {
    let name = label(key);
    match items.len() {
        0 => format!("I found no {name}."),
        1 => format!("I found one: {}.", item_text(&items[0], currency)),
        count => format!("I found {count} {name}: {}.", list_text(items, currency)),
    }
}

/// Some items of a list, and how many are left unsaid.
fn list_text(items: &[Value], currency: Option<&str>) -> String {
    let mut said: Vec<String> = items
        .iter()
        .take(ITEMS_LIMIT)
        .map(|item| item_text(item, currency))
        .collect();
    if items.len() > ITEMS_LIMIT {
        said.push(format!("{} more", items.len() - ITEMS_LIMIT));
    }
    list(&said, "and")
}

fn item_text(item: &Value, currency: Option<&str>) -> String {
    let Value::Object(map) = item else {
        return value_text("", item, currency);
    };
    let currency = map.get("currency").and_then(Value::as_str).or(currency);
    let head = [
        "name",
        "title",
        "label",
        "type",
        "kind",
        "brand",
        "description",
        "username",
        "date",
    ]
    .into_iter()
    .find_map(|key| Some((key, map.get(key)?.as_str()?)));
    let mut out = head
        .map(|(_, text)| spoken_text(text, 80))
        .unwrap_or_default();
    let price = map
        .iter()
        .find(|(key, value)| is_money_key(key) && value.is_number());
    if let Some((_, value)) = price {
        let lead = if out.is_empty() { "" } else { " for " };
        out.push_str(&format!("{lead}{}", money(value, currency)));
    }
    if let Some((_, value)) = map.iter().find(|(key, _)| is_last_four(key)) {
        let lead = if out.is_empty() { "one" } else { "" };
        out.push_str(&format!("{lead} ending in {}", value_text("", value, None)));
    }
    if out.is_empty() {
        let id = map
            .iter()
            .find(|(key, _)| is_id(key))
            .map(|(_, value)| match value {
                Value::String(text) => spoken_text(text, ID_LIMIT_BYTES + 1),
                other => other.to_string(),
            });
        let id = id.filter(|id| !id.is_empty() && id.len() <= ID_LIMIT_BYTES);
        let pairs = map
            .iter()
            .filter(|(key, value)| {
                !is_hidden(key) && !value.is_null() && !value.is_object() && !value.is_array()
            })
            .take(3)
            .map(|(key, value)| format!("{} {}", label(key), value_text(key, value, currency)));
        out = id.into_iter().chain(pairs).collect::<Vec<_>>().join(", ");
    }
    if out.is_empty() {
        "one without a name".into()
    } else {
        out
    }
}

fn value_text(key: &str, value: &Value, currency: Option<&str>) -> String {
    match value {
        Value::Number(_) if is_money_key(key) => money(value, currency),
        Value::Number(_) => figure(value),
        Value::String(text) => unmasked(&spoken_text(text, 300)),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Null => "nothing".into(),
        Value::Array(items) => list_text(items, currency),
        Value::Object(_) => item_text(value, currency),
    }
}

/// A value that the guard masked as it is said: what is left of it. Any other text stays as it is.
fn unmasked(text: &str) -> String {
    let tail = text
        .strip_prefix("***")
        .map(|tail| tail.strip_prefix('*').unwrap_or(tail));
    let tail = tail.map(|tail| tail.strip_prefix('-').unwrap_or(tail));
    match tail {
        Some("") if text == "***" => "hidden".into(),
        Some(last) if (1..=4).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_digit()) => {
            format!("ending in {last}")
        }
        _ => text.to_owned(),
    }
}

/// Whether a key's value names its thing and nothing secret: `id`, `order_id`, not `session_id`.
fn is_id(key: &str) -> bool {
    let words = identifier_words(key);
    let Some((last, rest)) = words.split_last() else {
        return false;
    };
    last == "id" && !rest.iter().any(|word| UNSAID.has(word))
}

/// Whether a key's value is not said: ids and whatever looks secret.
fn is_hidden(key: &str) -> bool {
    identifier_words(key).iter().any(|word| UNSAID.has(word))
}

fn is_last_four(key: &str) -> bool {
    matches!(
        identifier_words(key).join(" ").as_str(),
        "last four" | "last4" | "last 4" | "last four digits" | "last digits" | "last"
    )
}

fn is_money_key(key: &str) -> bool {
    identifier_words(key)
        .last()
        .is_some_and(|word| MONEY_KEYS.has(word))
}

/// A sum as it is said and shown: `$1,250`, `20.50 euros`.
pub(crate) fn money(value: &Value, currency: Option<&str>) -> String {
    match currency {
        Some("USD") => match sum_figure(value).strip_prefix("minus ") {
            Some(rest) => format!("minus ${rest}"),
            None => format!("${}", sum_figure(value)),
        },
        Some(code) => format!(
            "{} {}",
            sum_figure(value),
            currency_name(code, value).trim_start_matches("British ")
        ),
        None => sum_figure(value),
    }
}

/// A currency's name for a sum: "US dollars", "euro".
pub(crate) fn currency_name(code: &str, value: &Value) -> String {
    let one = value
        .as_f64()
        .is_some_and(|value| (value.abs() - 1.0).abs() < f64::EPSILON);
    by_code(code).map_or_else(|| spoken_text(code, 20), |known| known.full(one).to_owned())
}

/// A number with thousands apart and at most four places.
pub(crate) fn figure(value: &Value) -> String {
    figure_with(value, |number| {
        let text = format!("{number:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    })
}

/// A sum without its currency: no places or two.
pub(crate) fn sum_figure(value: &Value) -> String {
    figure_with(value, |number| {
        let text = format!("{number:.2}");
        text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
    })
}

fn figure_with(value: &Value, places: impl Fn(f64) -> String) -> String {
    if let Some(whole) = value.as_i64() {
        return grouped(&whole.unsigned_abs().to_string(), whole < 0);
    }
    let Some(number) = value.as_f64() else {
        return spoken_text(value.as_str().unwrap_or_default(), 40);
    };
    if number.abs() >= 1e15 || !number.is_finite() {
        return format!("{number:e}");
    }
    let text = places(number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let whole = grouped(whole, number < 0.0);
    if fraction.is_empty() {
        whole
    } else {
        format!("{whole}.{fraction}")
    }
}

fn grouped(digits: &str, negative: bool) -> String {
    let minus = if negative { "minus " } else { "" };
    format!("{minus}{}", thousands(digits))
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(say: Option<&str>, result: Value, expected: &str) {
        let mut parameters =
            json!({"x-currency": "USD", "properties": {"amount": {"type": "number"}}});
        if let Some(say) = say {
            parameters["x-say"] = json!(say);
        }
        let spec = ToolSpec {
            name: "t".into(),
            description: String::new(),
            parameters,
        };
        let arguments = json!({"city": "Paris", "password": "⟨password 1⟩"})
            .as_object()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            result_sentence(&spec, &arguments, &result, |_, _| None),
            expected,
            "{result}"
        );
    }

    #[test]
    fn result_with_template_is_spoken_by_template() {
        check(
            Some("Your balance is {balance}."),
            json!({"balance": 1250.0}),
            "Your balance is $1,250.",
        );
        check(
            Some("You have {cards}."),
            json!({"cards": [{"id": "c1", "type": "Visa", "last_four": "1111"}, {"id": "c2", "type": "Mastercard", "last_four": "4444"}]}),
            "You have Visa ending in 1111 and Mastercard ending in 4444.",
        );
        check(
            Some("{a.b} degrees in {city}."),
            json!({"a": {"b": 21}}),
            "21 degrees in Paris.",
        );
        check(
            Some("You have {cards}."),
            json!({"cards": []}),
            "You have no cards.",
        );
        check(
            Some("{missing}"),
            json!({"balance": 3}),
            "The balance is $3.",
        );
        check(Some("{password}"), json!({"ok": 3}), "The ok is 3.");
        check(Some("{unclosed"), json!({"ok": 3}), "The ok is 3.");
    }

    #[test]
    fn result_without_template_is_spoken_by_its_keys() {
        check(
            None,
            json!({"balance": 8400.5}),
            "The balance is $8,400.50.",
        );
        check(
            None,
            json!({"success": true, "payment_id": "pay_1", "amount": 20, "currency": "EUR"}),
            "Done. The amount is 20 euros.",
        );
        check(
            None,
            json!({"temperature": 21.5, "condition": "sunny"}),
            "The temperature is 21.5 and the condition is sunny.",
        );
        check(None, json!({"products": []}), "I found no products.");
        check(
            None,
            json!({"products": [{"name": "A", "price": 1}, {"name": "B", "price": 2.5}, {"name": "C"}, {"name": "D"}, {"name": "E"}]}),
            "I found 5 products: A for $1, B for $2.50, C and 2 more.",
        );
        check(
            None,
            json!({"email": "a***@example.com", "phone": "***-0134"}),
            "The email is a***@example.com and the phone is ending in 0134.",
        );
        check(None, json!("It is sunny in Paris"), "It is sunny in Paris.");
        check(None, json!(""), "I found nothing.");
        check(None, json!(" \n"), "I found nothing.");
        check(None, json!("less than <5, {ok}"), "less than <5, {ok}.");
        check(None, json!("**Open**\n- one\n- two"), "Open, one, two.");
        check(
            None,
            json!({"content": [{"type": "text", "text": "It is open."}, {"type": "text", "text": "Until nine"}]}),
            "It is open. Until nine.",
        );
        check(None, json!({"content": []}), "I found nothing.");
        check(None, json!([{"type": "text", "text": "Open"}]), "Open.");
        check(
            None,
            json!({"orders": [{"id": "ord_1", "status": "shipped"}, {"order_id": 17, "status": "open"}]}),
            "I found 2 orders: ord_1, status shipped and 17, status open.",
        );
        check(
            None,
            json!(["acc_1001", "acc_1002"]),
            "I found 2 results: acc_1001 and acc_1002.",
        );
        check(
            None,
            json!({"size": "2*3*4", "note": "• 20 and ** 30", "card": "****1111", "pin_hint": "none"}),
            "The size is 2*3*4, the note is • 20 and ** 30 and the card is ending in 1111.",
        );
        check(None, json!(null), "Done.");
        check(None, json!(42), "The answer is 42.");
        check(None, json!({"success": true}), "Done.");
        check(None, json!({"message": "Order placed"}), "Order placed.");
        check(None, json!({"id": "x", "token": "y"}), "Done.");
        check(None, json!([1, 2]), "I found 2 results: 1 and 2.");
    }
}
