//! The envelope of the agent socket: a Phoenix frame in its two forms.
//!
//! A v1 client sends objects, a v2 client arrays. Whoever reads a frame learns its form, and answers in the same.

use std::fmt;

use serde_json::{Value, json};

use crate::json::{self, JsonError};

/// How a client writes its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// `{"join_ref": …, "ref": …, "topic": …, "event": …, "payload": …}`: Phoenix v1, and the published SDK.
    #[default]
    Object,
    /// `[join_ref, ref, topic, event, payload]`: Phoenix v2.
    Array,
}

/// Longest frame of the agent socket, in bytes. A tool's result is the largest thing that travels; the guard caps it
/// lower.
pub const FRAME_LIMIT_BYTES: usize = 256 * 1024;

/// Longest frame that is looked at at all: one over [`FRAME_LIMIT_BYTES`] only to learn which call it belongs to.
pub const FRAME_READ_LIMIT_BYTES: usize = 1024 * 1024;

/// Longest reference, topic or event name, in bytes.
const NAME_LIMIT_BYTES: usize = 256;

/// One frame.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// Reference of the join that this frame belongs to, where the client keeps one.
    pub join_ref: Option<String>,
    /// Reference that a reply repeats; absent where no reply is expected.
    pub reference: Option<String>,
    /// What the frame is about: `customer:…`, or `phoenix` for the client library's own heartbeat.
    pub topic: String,
    /// Which message this is.
    pub event: String,
    /// The message.
    pub payload: Value,
}

impl fmt::Debug for Frame {
    /// The envelope without the payload, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("reference", &self.reference)
            .field("topic", &self.topic)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Why a text is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No strict JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON, but neither of the two forms.
    #[error(
        "the message is no frame: an object with topic, event and payload, or an array of five"
    )]
    Shape,
}

impl Frame {
    /// A message that starts from our side and expects no reply.
    pub fn push(topic: impl Into<String>, event: impl Into<String>, payload: Value) -> Self {
        Self {
            join_ref: None,
            reference: None,
            topic: topic.into(),
            event: event.into(),
            payload,
        }
    }

    /// The `phx_reply` to this frame.
    pub fn reply(&self, status: ReplyStatus, response: Value) -> Self {
        let status = match status {
            ReplyStatus::Ok => "ok",
            ReplyStatus::Error => "error",
        };
        Self {
            join_ref: self.join_ref.clone(),
            reference: self.reference.clone(),
            topic: self.topic.clone(),
            event: "phx_reply".into(),
            payload: json!({"status": status, "response": response}),
        }
    }

    /// Reads a frame and says in which form it came.
    ///
    /// # Errors
    /// `Json` for what is no strict JSON or over [`FRAME_LIMIT_BYTES`], `Shape` for JSON of another shape.
    pub fn parse(text: &str) -> Result<(Self, Form), FrameError> {
        Self::parse_within(text, FRAME_LIMIT_BYTES)
    }

    /// As [`Frame::parse`], with another limit.
    ///
    /// # Errors
    /// As [`Frame::parse`].
    pub fn parse_within(text: &str, limit_bytes: usize) -> Result<(Self, Form), FrameError> {
        match json::parse(text, limit_bytes)? {
            Value::Object(mut map) => {
                let mut take = |key: &str| map.remove(key).unwrap_or(Value::Null);
                let parts = [
                    take("join_ref"),
                    take("ref"),
                    take("topic"),
                    take("event"),
                    take("payload"),
                ];
                Self::from_parts(parts).map(|frame| (frame, Form::Object))
            }
            Value::Array(items) => {
                let parts: [Value; 5] = items.try_into().map_err(|_| FrameError::Shape)?;
                Self::from_parts(parts).map(|frame| (frame, Form::Array))
            }
            _ => Err(FrameError::Shape),
        }
    }

    /// Writes the frame in a form.
    pub fn encode(&self, form: Form) -> String {
        match form {
            Form::Object => json!({
                "join_ref": self.join_ref, "ref": self.reference, "topic": self.topic,
                "event": self.event, "payload": self.payload,
            })
            .to_string(),
            Form::Array => json!([
                self.join_ref,
                self.reference,
                self.topic,
                self.event,
                self.payload
            ])
            .to_string(),
        }
    }

    fn from_parts(
        [join_ref, reference, topic, event, payload]: [Value; 5],
    ) -> Result<Self, FrameError> {
        Ok(Self {
            join_ref: reference_text(join_ref)?,
            reference: reference_text(reference)?,
            topic: name(topic)?,
            event: name(event)?,
            payload: if payload.is_null() {
                json!({})
            } else {
                payload
            },
        })
    }
}

/// How a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStatus {
    /// Done.
    Ok,
    /// Refused; the response carries a `reason`.
    Error,
}

/// References are strings; some Phoenix clients send whole numbers.
fn reference_text(value: Value) -> Result<Option<String>, FrameError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.len() <= NAME_LIMIT_BYTES => Ok(Some(text)),
        Value::Number(number) if number.is_u64() => Ok(Some(number.to_string())),
        _ => Err(FrameError::Shape),
    }
}

fn name(value: Value) -> Result<String, FrameError> {
    match value {
        Value::String(text) if !text.is_empty() && text.len() <= NAME_LIMIT_BYTES => Ok(text),
        _ => Err(FrameError::Shape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_object_and_array_forms_parse_and_encode_alike() {
        let object =
            r#"{"join_ref":null,"ref":"2","topic":"customer:x","event":"heartbeat","payload":{}}"#;
        let array = r#"[null,"2","customer:x","heartbeat",{}]"#;
        let (a, form_a) = Frame::parse(object).expect("object");
        let (b, form_b) = Frame::parse(array).expect("array");
        assert_eq!(a, b);
        assert_eq!((form_a, form_b), (Form::Object, Form::Array));
        for form in [Form::Object, Form::Array] {
            assert_eq!(Frame::parse(&a.encode(form)), Ok((a.clone(), form)));
        }
    }

    #[test]
    fn reply_frame_repeats_topic_and_refs() {
        let (frame, _) = Frame::parse(r#"["1","2","customer:x","phx_join",{}]"#).expect("frame");
        let reply = frame.reply(ReplyStatus::Ok, json!({}));
        assert_eq!(
            reply.encode(Form::Array),
            r#"["1","2","customer:x","phx_reply",{"status":"ok","response":{}}]"#
        );
    }

    #[test]
    fn malformed_frame_is_refused() {
        for text in [
            "1",
            "[]",
            "{}",
            r#"["1","2","t","e"]"#,
            r#"[1.5,"2","t","e",{}]"#,
            r#"[null,null,"","e",{}]"#,
        ] {
            assert_eq!(Frame::parse(text), Err(FrameError::Shape), "{text}");
        }
    }
}
