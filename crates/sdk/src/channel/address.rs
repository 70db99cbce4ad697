//! Finds whom to answer when a message cannot be read: the call id and conversation id of a broken tool call.
//!
//! A message that is no strict JSON (a key twice, `NaN`, a lone surrogate, nesting without end) is never taken. But a
//! caller waits behind it, so the two ids are looked for by a scanner that understands strings and brackets only. What
//! it finds is used as an address for a refusal and for nothing else.

use conversimple_wire::{CallId, ConversationId};

/// Finds the ids directly inside the payload, which is the second level in both forms of a frame. An id that stands there
/// twice with different values is no address.
pub(crate) fn find(text: &str) -> Option<(CallId, ConversationId)> {
    let (mut call, mut conversation) = (None, None);
    let mut depth = 0_u32;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let (mark, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = after;
        match mark {
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {
                let (word, after) = string(after)?;
                rest = after;
                let slot = match word {
                    "call_id" if depth == 2 => &mut call,
                    "conversation_id" if depth == 2 => &mut conversation,
                    _ => continue,
                };
                let Some(value) = value(after) else { continue };
                if slot.is_some_and(|found| found != value) {
                    return None;
                }
                *slot = Some(value);
            }
        }
    }
    Some((
        CallId::parse(call?).ok()?,
        ConversationId::parse(conversation?).ok()?,
    ))
}

/// The text value after a key, if one follows.
fn value(after_key: &str) -> Option<&str> {
    let after = after_key.trim_start().strip_prefix(':')?;
    let (word, _) = string(after.trim_start().strip_prefix('"')?)?;
    Some(word)
}

/// Splits at the end of a string whose opening quote was taken.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn call_ids_are_found_in_unreadable_request() {
        let call = |arguments: &str| {
            format!(
                r#"{{"topic":"customer:x","event":"tool_call_request","payload":{{"call_id":"c1","arguments":{arguments},"conversation_id":"v1"}}}}"#
            )
        };
        for (text, found) in [
            (call(r#"{"amount":NaN}"#), true),
            (call(r#"{"amount":1,"amount":2}"#), true),
            (call(r#"{"query":"\ud800"}"#), true),
            (call(r#"{"call_id":"other","query":"a \" } b"}"#), true),
            (call(r#""call_id":"other","#), false),
            (r#"[null,null,"t","e",{"call_id":"c1","conversation_id":"v1","arguments":{"a":NaN}}]"#.to_owned(), true),
            (r#"{"call_id":"c1","conversation_id":"v1"}"#.to_owned(), false),
            (r#"{"payload":{"call_id":"c1","call_id":"c2","conversation_id":"v1"}}"#.to_owned(), false),
            ("{".repeat(10_000), false),
            (String::new(), false),
        ] {
            let ids = find(&text).map(|(c, v)| (c.to_string(), v.to_string()));
            let wanted = found.then(|| ("c1".to_owned(), "v1".to_owned()));
            assert_eq!(ids, wanted, "{}", &text[..text.len().min(200)]);
        }
    }

    proptest! {
        #[test]
        fn call_id_scan_of_any_text_does_not_panic(text in "\\PC*") {
            find(&text);
        }
    }
}
