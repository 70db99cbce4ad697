//! What the flow tells about a file while it goes through it. The flow knows no rule: whoever observes decides what an
//! event means.

use super::site::Site;
use super::value::Value;
use crate::code::ir::{Class, Expr, Function, Span};

/// Something that the flow met, with the values that it has there.
pub(crate) enum FlowEvent<'e> {
    /// A text literal that stands alone.
    Literal { text: &'e str, span: Span },
    /// A text that was put together from parts.
    Built { value: &'e Value, span: Span },
    /// A variable, an attribute, a field or a named argument gets a value.
    Assigned {
        name: &'e str,
        target: &'e Expr,
        written: &'e Expr,
        value: &'e Value,
    },
    /// A parameter has a default.
    Defaulted {
        name: &'e str,
        written: &'e Expr,
        value: &'e Value,
    },
    /// `a or b`: the last part is taken when the others are empty.
    FellBack {
        parts: &'e [Expr],
        values: &'e [Value],
    },
    /// Two or more parts are compared.
    Compared { parts: &'e [Expr] },
    /// A name or a path is used.
    Mentioned { path: &'e str, span: Span },
    /// A function is called.
    Called { site: &'e Site<'e> },
    /// A function gives something back.
    Returned { written: &'e Expr, value: &'e Value },
    /// A value is put where a framework takes its answer from.
    Answered { written: &'e Expr, value: &'e Value },
    /// A function starts; its body follows.
    Declared { function: &'e Function },
    /// A class or struct starts; its body follows.
    Class { class: &'e Class },
    /// A function of the file is entered from a call. What follows until `Left` is seen again where it stands.
    Entered,
    /// The entered function ends; `answers` tells whether the caller is a tool or answers a request.
    Left { answers: bool },
}
