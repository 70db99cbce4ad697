//! What of a tool's own error may be told.
//!
//! Decides which errors are public: a code, a sentence for a person, the arguments at fault, and when to come back. A
//! sentence that smells of the inside (a class of exceptions, a line number, a path, a host, a piece of SQL) is replaced
//! by the general one, and whatever else stands beside it is left out. It is a filter for agents that were written
//! without this crate; ours never get so far. It cannot know every way to say too much in plain words.

use std::sync::LazyLock;

use conversimple_wire::Code;
use regex::Regex;
use serde_json::{Map, Value, json};

/// Longest sentence of a tool's own, in characters.
const SENTENCE_LIMIT_CHARS: usize = 300;

/// Longest code, in bytes.
const CODE_LIMIT_BYTES: usize = 64;

/// Members that only a debugger wants.
const INSIDE: &[&str] = &[
    "stack_trace",
    "stacktrace",
    "traceback",
    "exception",
    "debug",
    "sql",
];

/// Members of an error that may be told beside its code and sentence.
const BESIDE: &[&str] = &["success", "fields", "retry_after_seconds"];

static INNER: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        r"traceback|stack ?trace|exception|panicked|core dumped|segfault",
        r"\b[a-z]+(error|fault)\b.*[:(]|\b(\w+\.)+\w*(error|exception)\b",
        r"\bline \d+|\.(py|rs|js|ts|java|go|rb|php|cs)\b(:\d+)?",
        r"errno|sqlstate|0x[0-9a-f]{4}|\w+::\w+",
        r"\w+://|/(usr|home|var|etc|opt|srv|tmp|root|app)/|[a-z]:\\",
        r"\blocalhost\b|\b\d{1,3}(\.\d{1,3}){3}\b|:\d{4,5}\b|hostname|host not found|connection (refused|reset)|name or service",
        r"\bselect\b.+\bfrom\b|\binsert into\b|\bdelete from\b|\bupdate\b.+\bset\b|\bdrop table\b|syntax error|constraint failed",
        r"\b(table|column|database|schema|relation|role|user) [\x22'`]",
        r"\b(password|secret|token|api[_ ]?key)\s*[=:]",
    ];
    Regex::new(&format!("(?i){}", patterns.join("|"))).expect("a constant pattern")
});

/// A class of exceptions by its name: `DatabaseConnectionError`.
static CLASS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b([A-Z][a-z0-9]+){1,}(Error|Exception|Fault|Failure)\b")
        .expect("a constant pattern")
});

/// The public part of a result.
pub(super) fn public(
    mut result: Map<String, Value>,
    known: &dyn Fn(&str) -> bool,
) -> Map<String, Value> {
    let is_known = |code: &String| is_code(code) && known(code);
    let failed = || Code::ToolExecutionError.as_str().to_owned();
    for name in INSIDE {
        result.remove(*name);
    }
    let (code, message) = match result.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => return result,
        Some(Value::String(text)) if text.is_empty() => return result,
        Some(Value::String(text)) if is_code(text) => {
            let code = Some(text).filter(|code| is_known(code)).cloned();
            (
                code.or_else(|| Some(failed())),
                text_of(result.get("message")),
            )
        }
        Some(Value::String(text)) => (None, Some(text.clone())),
        Some(Value::Object(error)) => {
            let code = text_of(error.get("code").or_else(|| error.get("type")));
            (code.filter(is_known), text_of(error.get("message")))
        }
        Some(_) => (None, None),
    };
    let message = message.filter(|message| is_for_people(message));
    let mut public = Map::new();
    for name in BESIDE {
        if let Some(value) = result.remove(*name) {
            public.insert((*name).to_owned(), value);
        }
    }
    let (code, message) = match (code, message) {
        (Some(code), message) => {
            let sentence = Code::find(&code)
                .unwrap_or(Code::ToolExecutionError)
                .sentence();
            (code, message.unwrap_or_else(|| sentence.to_owned()))
        }
        (None, Some(message)) => (failed(), message),
        (None, None) => {
            let code = Code::ServiceUnavailable;
            (code.as_str().to_owned(), code.sentence().to_owned())
        }
    };
    public.insert("error".to_owned(), json!(code));
    public.insert("message".to_owned(), json!(message));
    public
}

fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn is_code(text: &str) -> bool {
    text.len() <= CODE_LIMIT_BYTES
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_for_people(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().take(SENTENCE_LIMIT_CHARS + 1).count() <= SENTENCE_LIMIT_CHARS
        && !text.contains(['\n', '{', '<'])
        && !INNER.is_match(text)
        && !CLASS.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(result: Value) -> Value {
        let Value::Object(map) = result else {
            panic!("an object")
        };
        Value::Object(public(map, &|_| true))
    }

    #[test]
    fn reply_error_with_code_and_plain_message_is_kept() {
        for same in [
            json!({"error": "invalid_amount", "message": "Amount must be positive"}),
            json!({"success": false, "error": "invalid_credentials", "message": "That name or password is not right."}),
            json!({"retry_after_seconds": 12, "error": "rate_limit_exceeded", "message": "Too many requests. Please try again later."}),
            json!({"balance": 5, "error": null}),
            json!({"balance": 5}),
            json!({"error": "", "city": "Oslo"}),
        ] {
            assert_eq!(told(same.clone()), same);
        }
        assert_eq!(
            told(json!({"error": "invalid_currency"})),
            json!({"error": "invalid_currency", "message": Code::ToolExecutionError.sentence()})
        );
        assert_eq!(
            told(json!({"error": "City not found"})),
            json!({"error": "tool_execution_error", "message": "City not found"})
        );
    }

    #[test]
    fn reply_error_with_internal_details_is_withheld() {
        for inside in [
            "DatabaseConnectionError at line 42: host not found",
            "Traceback (most recent call last):\n  File \"x.py\", line 3",
            "could not connect to db.internal:5432",
            "connection refused",
            "psycopg2.OperationalError: FATAL",
            "SELECT * FROM users WHERE id = 'x'",
            "no such table: users in /var/lib/app.db",
            "https://internal.example.com/charge failed",
            "KeyError: 'amount'",
            "called `Option::unwrap()` on a `None` value",
            "UNIQUE constraint failed: users.name",
            "password=hunter2",
            "relation \"cards\" does not exist",
        ] {
            for result in [
                json!({"error": inside, "stack_trace": "x"}),
                json!({"error": true, "message": inside}),
                json!({"error": {"message": inside, "host": "x"}}),
            ] {
                assert_eq!(
                    told(result.clone()),
                    json!({"error": "service_unavailable", "message": "Unable to process request. Please try again."}),
                    "{result}"
                );
            }
            let with_code =
                told(json!({"error": "service_unavailable", "message": inside, "detail": inside}));
            assert_eq!(
                with_code,
                json!({"error": "service_unavailable", "message": Code::ServiceUnavailable.sentence()})
            );
        }
    }

    #[test]
    fn debug_fields_of_good_result_are_removed() {
        assert_eq!(
            told(json!({"ok": 1, "traceback": "x", "debug": {}})),
            json!({"ok": 1})
        );
    }
}
