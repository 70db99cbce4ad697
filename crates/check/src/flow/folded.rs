//! Calls on known texts are worked out, so that a key in pieces or in an encoding is still seen. Decides which texts
//! come out of decoding, reversing, joining and the like; what they are is decided by `secret::scan`.

use super::site::Site;
use super::value::{Skeleton, Value};
use crate::code::ir::Kind;
use crate::facts::Fact;
use crate::names::Labels;
use crate::secret::scan::decode_text;
use std::rc::Rc;

/// The value of a call whose text can be worked out.
pub(super) fn folded(site: &Site<'_>) -> Option<Value> {
    if is_base64(site) {
        let encoded = site.args.first()?.constant()?;
        return Some(hidden(site, decode_text(encoded)?));
    }
    if is_hex(site) {
        let digits = site.args.first()?.constant()?;
        return Some(hidden(site, from_hex(digits)?));
    }
    match site.last {
        "reversed" | "reverse" => reversed(site),
        "split" => split(site),
        "join" => joined(site),
        "map" => mapped(site),
        "concat" => concatenated(site),
        "fromCharCode" | "chr" => characters(site, &mut site.args.iter()),
        "bytes" | "bytearray" => {
            let fields = site.args.first()?.fields.as_ref()?;
            characters(site, &mut fields.iter().map(|(_, value)| value))
        }
        _ => None,
    }
}

/// A text that does not stand in the file as it is.
fn hidden(site: &Site<'_>, text: String) -> Value {
    let skeleton = Skeleton {
        text,
        is_encoded: true,
        ..Skeleton::default()
    };
    Value {
        skeleton: Some(Rc::new(skeleton)),
        at: site.span,
        ..Value::default()
    }
}

/// `Buffer.from(text, "base64")` names its encoding.
fn buffer_from(site: &Site<'_>, encoding: &str) -> bool {
    site.path == "buffer.from" && site.args.get(1).and_then(Value::constant) == Some(encoding)
}

fn is_base64(site: &Site<'_>) -> bool {
    let path = site.path.as_str();
    Fact::Base64Call.inside(path)
        || path.ends_with("atob")
        || (path.contains("base64") && site.last == "decode")
        || buffer_from(site, "base64")
}

fn is_hex(site: &Site<'_>) -> bool {
    let path = site.path.as_str();
    Fact::HexCall.patterns().any(|end| path.ends_with(end))
        || path == "hex.decode"
        || buffer_from(site, "hex")
}

fn from_hex(digits: &str) -> Option<String> {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// `reversed(text)`, `[...text].reverse()` and `text.split("").reverse()`.
fn reversed(site: &Site<'_>) -> Option<Value> {
    let first = site.args.first().and_then(Value::constant);
    if let Some(whole) = first.or_else(|| site.receiver.constant()) {
        return Some(hidden(site, whole.chars().rev().collect()));
    }
    let is_list = site.receiver.fields.is_some();
    is_list.then(|| Value::labelled(site.receiver.labels))
}

fn split(site: &Site<'_>) -> Option<Value> {
    let by_nothing = site.args.first().and_then(Value::constant) == Some("");
    (by_nothing && site.receiver.constant().is_some()).then(|| site.receiver.clone())
}

fn joined(site: &Site<'_>) -> Option<Value> {
    let none = Value::default();
    let first = site.args.first().unwrap_or(&none);
    // `"".join(traceback.format_exception(error))` is the trace.
    if first.labels.any(Labels::TRACE) {
        return Some(first.clone());
    }
    let on_list = site.receiver.fields.is_some() || first.fields.is_none();
    let (list, separator) = match on_list {
        true => (&site.receiver, first),
        false => (first, &site.receiver),
    };
    // A comprehension of equal literals, such as `"?" for _ in ids`, is worth its literal.
    if list.skeleton.is_some() {
        return Some(list.clone());
    }
    // Without an argument JavaScript puts commas.
    let comma = site.args.is_empty().then_some(",");
    let separator = separator.constant().or(comma)?;
    let mut parts = Vec::new();
    for (index, (_, value)) in list.fields.as_ref()?.iter().enumerate() {
        if index > 0 && !separator.is_empty() {
            parts.push(Value::text(separator, site.span));
        }
        parts.push(value.clone());
    }
    Some(Value::concat(&parts, site.span))
}

/// A list that a function goes through gives what the function gives.
fn mapped(site: &Site<'_>) -> Option<Value> {
    let mut args = site.call.args.iter();
    let function = args.position(|arg| matches!(arg.value.kind, Kind::Function(_)))?;
    Some(site.args[function].clone())
}

fn concatenated(site: &Site<'_>) -> Option<Value> {
    let parts: Vec<Value> = if site.receiver.skeleton.is_some() {
        let receiver = std::iter::once(&site.receiver);
        receiver.chain(&site.args).cloned().collect()
    } else {
        let fields = site.receiver.fields.as_ref()?;
        fields.iter().map(|(_, value)| value.clone()).collect()
    };
    Some(Value::concat(&parts, site.span))
}

fn characters(site: &Site<'_>, codes: &mut dyn Iterator<Item = &Value>) -> Option<Value> {
    let text: Option<String> = codes
        .map(|value| {
            value
                .number
                .and_then(|number| char::from_u32(number as u32))
        })
        .collect();
    Some(hidden(site, text?))
}
