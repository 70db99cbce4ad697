//! What comes over the sockets: whatever the bytes are, nothing panics; what is accepted is what a second reader sees, and
//! means the same when it is written and read again.
#![no_main]

use conversimple_fuzz::json::{counted, members};
use conversimple_guard::canonical;
use conversimple_wire::agent::{FromAgent, ToAgent};
use conversimple_wire::frame::{FRAME_LIMIT_BYTES, ReplyStatus};
use conversimple_wire::json::{DEPTH_LIMIT, JsonError, parse};
use conversimple_wire::media::{self, FromCaller, ToCaller};
use conversimple_wire::rest;
use conversimple_wire::{ConversationId, Form, Frame, ToolSpec};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    sound(data);
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(value) = json(text) {
        bodies(&value);
        tool(&value);
    }
    frame(text);
    if let Ok(id) = ConversationId::parse(text) {
        assert_eq!(id.as_str(), text);
    }
});

/// The parser against `serde_json` and a count of the text's signs.
fn json(text: &str) -> Option<Value> {
    let read = parse(text, text.len());
    if !text.is_empty() {
        assert_eq!(parse(text, text.len() - 1), Err(JsonError::TooLarge));
    }
    let second = serde_json::from_str::<Value>(text);
    let Ok(second) = second else {
        assert!(read.is_err(), "taken although it is no JSON");
        return None;
    };
    let counted = counted(text);
    let strict = counted.depth <= DEPTH_LIMIT && counted.members == members(&second);
    assert_eq!(read.is_ok(), strict, "{counted:?}");
    let value = read.ok()?;
    assert_eq!(value, second);
    for written in [value.to_string(), canonical::to_text(&value)] {
        let again = parse(&written, usize::MAX).expect("what is written is read");
        assert_eq!(again, value, "{written}");
        assert_eq!(canonical::to_text(&again), canonical::to_text(&value));
    }
    Some(value)
}

fn frame(text: &str) {
    let Ok((frame, form)) = Frame::parse(text) else {
        return;
    };
    assert_ne!(format!("{frame:?}"), "");
    for (frame, form) in [
        (&frame, form),
        (&frame, Form::Array),
        (
            &frame.reply(ReplyStatus::Ok, frame.payload.clone()),
            Form::Object,
        ),
    ] {
        let written = frame.encode(form);
        if written.len() <= FRAME_LIMIT_BYTES {
            let again = Frame::parse(&written);
            // A reply puts its payload one level deeper, which may be one too deep.
            if frame.event != "phx_reply" || again.is_ok() {
                assert_eq!(again.as_ref(), Ok(&(frame.clone(), form)), "{written}");
            }
        }
    }
    from_agent(&frame);
    to_agent(&frame);
}

fn from_agent(frame: &Frame) {
    let Ok(message) = FromAgent::read(frame) else {
        return;
    };
    assert_ne!(format!("{message:?}"), "");
    if message == FromAgent::Unknown {
        return;
    }
    let (event, payload) = message.write(None);
    let again = FromAgent::read(&Frame::push(frame.topic.as_str(), event, payload));
    assert!(again == Ok(message), "{event} changes when it is written");
}

fn to_agent(frame: &Frame) {
    let Ok(message) = ToAgent::read(frame) else {
        return;
    };
    let (event, payload) = message.write();
    let again = ToAgent::read(&Frame::push(frame.topic.as_str(), event, payload));
    assert_eq!(again, Ok(message));
}

/// Messages of the media socket and bodies of the REST interface.
fn bodies(value: &Value) {
    again::<FromCaller>(value);
    again::<ToCaller>(value);
    again::<rest::OpenConversation>(value);
    again::<rest::OpenedConversation>(value);
    again::<rest::Problem>(value);
}

fn again<T: Serialize + DeserializeOwned + PartialEq>(value: &Value) {
    let Ok(read) = serde_json::from_value::<T>(value.clone()) else {
        return;
    };
    let written = serde_json::to_value(&read).expect("a message is JSON");
    let again: T = serde_json::from_value(written).expect("what is written is read");
    assert!(again == read, "a message changes when it is written");
}

/// A declaration is asked everything that it can be asked.
fn tool(value: &Value) {
    let Ok(spec) = serde_json::from_value::<ToolSpec>(value.clone()) else {
        return;
    };
    let _ = (spec.confirm(), spec.internal(), spec.caller(), spec.role());
    let _ = (spec.limit(), spec.examples(), spec.say());
    for argument in spec.arguments() {
        let _ = (argument.secret(), argument.own(), argument.ask());
        let _ = argument.refuse("minimum");
        assert_eq!(
            spec.argument(argument.name).map(|found| found.name),
            Some(argument.name)
        );
    }
}

fn sound(data: &[u8]) {
    if let Some(samples) = media::samples(data) {
        assert_eq!(media::bytes(&samples), data);
    }
}
