//! What conditions and declarations say: which names a condition really compares, which parameters are the
//! framework's, which types hold numbers or hide their content.

use super::state::Flow;
use crate::code::Language;
use crate::code::ir::{Call, Expr, Kind, Stmt};
use crate::facts::Fact;
use crate::names::Labels;
use std::collections::HashSet;

impl Flow<'_> {
    /// Takes note of what the types of the file hold as plain text.
    pub(super) fn learn_types(&mut self, body: &[Stmt]) {
        for stmt in body {
            let Stmt::Class(class) = stmt else { continue };
            let mut labels = Labels::NONE;
            for field in &class.fields {
                let bare = field
                    .kind
                    .replace("Optional[", "")
                    .replace("Option<", "")
                    .replace(" | None", "");
                let is_plain = Fact::PlainType.has(bare.trim_matches(|c: char| "]>& ".contains(c)));
                if is_plain {
                    labels |= self
                        .meaning(&field.name)
                        .only(Labels::NEVER_SAID | Labels::BANK | Labels::KEY);
                }
            }
            if labels != Labels::NONE && !class.name.is_empty() {
                self.types.insert(class.name.clone(), labels);
            }
        }
    }

    /// What a value of this type shows, also when a framework's extractor is around it.
    pub(super) fn shown_by(&self, kind: &str) -> Labels {
        let mut bare = kind
            .trim_start_matches(['&', ' '])
            .trim_start_matches("mut ");
        if let Some((wrapper, inner)) = bare.split_once('<')
            && Fact::WrapperType.has(wrapper.rsplit("::").next().unwrap_or(""))
        {
            bare = inner.trim_end_matches('>').trim();
        }
        self.types.get(bare).copied().unwrap_or_default()
    }

    /// Names that a condition compares with a list or with another value have been checked from there on; a look at
    /// a length or a number says nothing about where an address leads.
    pub(super) fn mark_checked(&mut self, condition: &Expr) {
        let mut names = HashSet::new();
        condition.walk(&mut |expr| match &expr.kind {
            Kind::Compare(parts)
                if parts.len() > 1
                    && !parts
                        .iter()
                        .any(|part| matches!(part.kind, Kind::Literal(_))) =>
            {
                for part in parts.iter().filter(|part| !is_measure(part)) {
                    collect_names(part, &mut names);
                }
            }
            Kind::Call(call) if is_choice(call) => {
                collect_names(&call.callee, &mut names);
                for arg in &call.args {
                    collect_names(&arg.value, &mut names);
                }
            }
            _ => {}
        });
        for name in names {
            if let Some(value) = self.lookup(&name)
                && value.labels.any(Labels::INPUT | Labels::ARGUMENT)
            {
                let mut value = value.clone();
                value.labels |= Labels::CHECKED;
                // What a part of it was taken from counts as checked with it.
                if let Some(origin) = value
                    .origin
                    .clone()
                    .filter(|origin| origin.as_ref() != name)
                    && let Some(from) = self.lookup(&origin)
                {
                    let mut from = from.clone();
                    from.labels |= Labels::CHECKED;
                    self.bind(&origin, from);
                }
                self.bind(&name, value);
            }
        }
    }
}

fn collect_names(expr: &Expr, names: &mut HashSet<String>) {
    expr.walk(&mut |part| {
        if let Kind::Name(name) = &part.kind {
            names.insert(name.clone());
        }
    });
}

fn is_measure(expr: &Expr) -> bool {
    Fact::MeasureName.has(expr.last_name())
}

/// A call that says whether a value is one of those that are wanted.
fn is_choice(call: &Call) -> bool {
    let last = call.callee.last_name();
    let by_name = Fact::ChoiceWord.in_words(&crate::names::words(last));
    let is_prefix = Fact::EdgeCall.has(last)
        && call.args.iter().any(|arg| match &arg.value.kind {
            // A scheme alone leaves the host open.
            Kind::Text(text) => !text.ends_with("//") && text.len() > 7,
            _ => true,
        });
    by_name || is_prefix
}

/// Whether a parameter is the framework's rather than the model's.
pub(crate) fn is_context(name: &str, kind: &str) -> bool {
    let bare = kind.trim_start_matches(['&', ' ']);
    let head = bare
        .split(['<', '[', '('])
        .next()
        .unwrap_or("")
        .rsplit(['.', ':'])
        .next()
        .unwrap_or("")
        .trim();
    Fact::ContextType.has(head) || Fact::ContextName.has(name)
}

/// What a parameter's type says about errors.
pub(super) fn thrown(kind: &str) -> Labels {
    let bare = kind
        .trim_start_matches(['&', ' '])
        .trim_start_matches("mut ")
        .trim_start_matches("dyn ");
    let last = bare.split('<').next().unwrap_or("");
    let last = last.rsplit(['.', ':']).next().unwrap_or("").trim();
    if last.ends_with("Exception") || Fact::ErrorType.has(last) {
        Labels::ERROR
    } else {
        Labels::NONE
    }
}

/// Types that keep their content to themselves.
pub(super) fn is_wrapped(kind: &str) -> bool {
    Fact::SealedType.inside(kind)
}

/// Types that hold a number, whatever comes in. Python and TypeScript check nothing at run time.
pub(super) fn is_number_type(kind: &str, language: Language) -> bool {
    let bare = kind.trim_start_matches(['&', ' ']);
    language == Language::Rust && Fact::RustNumberType.has(bare)
}
