//! A call as the rules see it: the callee, its receiver and its arguments with their values.

use super::value::Value;
use crate::code::ir::{Call, Expr, Span};
use crate::names::{Labels, words};
use std::cell::OnceCell;

/// A call with its values.
pub(crate) struct Site<'e> {
    pub(crate) call: &'e Call,
    pub(crate) span: Span,
    /// The callee with dots, lower case.
    pub(crate) path: String,
    /// The last name of the callee, as written.
    pub(crate) last: &'e str,
    pub(crate) receiver: Value,
    /// The words of the last name, cut when they are first asked for.
    pub(super) cut: OnceCell<Vec<String>>,
    /// One for each argument of the call, in order.
    pub(crate) args: Vec<Value>,
}

impl Site<'_> {
    /// The words of the last name of the callee.
    pub(crate) fn words(&self) -> &[String] {
        self.cut.get_or_init(|| words(self.last))
    }

    /// The value of the argument with this name.
    pub(crate) fn named(&self, name: &str) -> Option<(&Expr, &Value)> {
        let at = self
            .call
            .args
            .iter()
            .position(|arg| arg.name.as_deref() == Some(name))?;
        Some((&self.call.args[at].value, &self.args[at]))
    }

    /// The value of the argument at this place, names apart.
    pub(crate) fn at(&self, index: usize) -> Option<(&Expr, &Value)> {
        let (at, arg) = self
            .call
            .args
            .iter()
            .enumerate()
            .filter(|(_, arg)| arg.name.is_none())
            .nth(index)?;
        Some((&arg.value, &self.args[at]))
    }

    pub(crate) fn union(&self) -> Labels {
        self.args
            .iter()
            .map(|value| value.labels)
            .reduce(Labels::joined)
            .unwrap_or_default()
    }
}
