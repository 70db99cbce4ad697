//! Where a value was made, as far as an assignment tells: from a key, or as the same bytes at every run.

use super::event::FlowEvent;
use super::state::Flow;
use super::value::Value;
use crate::code::Language;
use crate::code::ir::{Expr, Kind};
use crate::facts::Fact;
use crate::names::{Labels, words};
use crate::secret::scan;
use crate::secret::value::is_secret;

impl Flow<'_> {
    /// A name gets a value: tells so, and adds to the value what its name says of its origin.
    pub(super) fn named(&self, name: &str, target: &Expr, written: &Expr, value: &mut Value) {
        self.emit(FlowEvent::Assigned {
            name,
            target,
            written,
            value,
        });
        self.mark_origin(name, target, written, value);
    }

    /// Adds to a value what its new name tells about where it comes from.
    fn mark_origin(&self, name: &str, target: &Expr, written: &Expr, value: &mut Value) {
        // The assignment has been reported; a use of the id is no second fault.
        if makes_customer_id(name, value) {
            value.labels = value.labels.without(Labels::FROM_KEY);
        }
        if self.holds_key(name, target, value) {
            value.labels |= Labels::FROM_KEY;
        }
        let is_buffer = self.language == Language::Rust && matches!(written.kind, Kind::List(_));
        if is_buffer && is_nonce_name(name) && is_fixed(written, value) {
            value.labels |= Labels::FIXED;
        }
    }

    fn holds_key(&self, name: &str, target: &Expr, value: &Value) -> bool {
        let Some(text) = value.constant() else {
            return false;
        };
        let is_own =
            text.starts_with("cs_") && scan::plain(text).iter().any(|hit| hit.span.start == 0);
        let labels = if signs_cookies(name, target) {
            Labels::KEY
        } else {
            self.meaning(name)
        };
        is_own || is_secret(labels, text)
    }
}

/// Whether a value is the same at every run.
pub(crate) fn is_fixed(written: &Expr, value: &Value) -> bool {
    match &written.kind {
        Kind::Text(_) => true,
        Kind::List(parts) => {
            !parts.is_empty()
                && parts
                    .iter()
                    .all(|part| matches!(part.kind, Kind::Literal(_)))
        }
        Kind::Call(call) => {
            let only_numbers = call
                .args
                .iter()
                .all(|arg| matches!(arg.value.kind, Kind::Literal(_)));
            let path = call.callee.path();
            let is_known = Fact::BytesMaker.has(call.callee.last_name()) || path == "Buffer.alloc";
            (is_known && only_numbers && !call.args.is_empty()) || value.constant().is_some()
        }
        Kind::Name(_) | Kind::Member(..) | Kind::Binary(..) | Kind::Sum(_) => {
            value.constant().is_some()
        }
        _ => false,
    }
}

/// Whether a customer's id gets a value that was made from a key.
pub(crate) fn makes_customer_id(name: &str, value: &Value) -> bool {
    if !value.labels.any(Labels::FROM_KEY) {
        return false;
    }
    let mut named = words(name);
    named.dedup();
    let is_made = value.skeleton.is_some() || value.labels.any(Labels::SAFE | Labels::WEAK_HASHER);
    let is_bare = matches!(named.as_slice(), [only] if only == "customer");
    is_made && is_bare || is_customer_id(&named)
}

/// Whether the words of a name say that it is the id of a customer.
pub(crate) fn is_customer_id(words: &[String]) -> bool {
    words
        .windows(2)
        .any(|pair| Fact::CustomerWord.has(pair[0].as_str()) && pair[1] == "id")
}

/// Koa signs its cookies with `app.keys`.
pub(crate) fn signs_cookies(name: &str, target: &Expr) -> bool {
    name == "keys" && Fact::CookieKeys.has(target.path().as_str())
}

/// Whether a name is that of a nonce or an initialisation vector.
pub(crate) fn is_nonce_name(name: &str) -> bool {
    let words = words(name);
    words.len() < 4
        && words
            .last()
            .is_some_and(|last| Fact::NonceWord.has(last.as_str()))
}
