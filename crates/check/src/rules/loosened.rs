//! Words that make a default of the platform looser. Decides which words of a tool's declaration and which policy keys do;
//! whether they are meant is for whoever reads the report, so a finding is a note.

use super::context::Context;
use crate::catalogue::access::LOOSENED;
use crate::code::ir::{Arg, Expr, Kind, Span};
use crate::facts::Fact;
use crate::finding::Draft;

/// A policy key that gets a value, in an object or by an assignment.
pub(crate) fn assigned(cx: &Context<'_, '_>, name: &str, written: &Expr) {
    if name.starts_with("x-")
        && let Some(draft) = key(name, scalar(written).unwrap_or(""), written.span)
    {
        cx.report(draft);
    }
}

/// What a setting of a configuration or a policy key of code says.
pub(crate) fn key(name: &str, value: &str, span: Span) -> Option<Draft> {
    let says = format!("{name}={value}").to_lowercase();
    Fact::LooseningKey
        .has(&says)
        .then(|| draft(&format!("{name}: {value}"), span))
}

/// A word of the declaration of a tool.
pub(crate) fn word(arg: &Arg) -> Option<Draft> {
    let written = scalar(&arg.value)?;
    let (says, shown) = match &arg.name {
        Some(name) => (format!("{name}={written}"), format!("{name} = {written}")),
        None if matches!(arg.value.kind, Kind::Name(_)) => (written.to_owned(), written.to_owned()),
        None => return None,
    };
    Fact::LooseningWord
        .has(&says.to_lowercase())
        .then(|| draft(&shown, arg.value.span))
}

fn draft(shown: &str, span: Span) -> Draft {
    let message = format!("`{shown}` makes a default of the platform looser");
    Draft::new(&LOOSENED, span, message)
}

/// A value in one word, as it is written.
fn scalar(written: &Expr) -> Option<&str> {
    match &written.kind {
        Kind::Text(text) | Kind::Literal(text) | Kind::Name(text) => Some(text),
        _ => None,
    }
}
