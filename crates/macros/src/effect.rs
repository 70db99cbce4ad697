//! Whether a tool that pays, sends or deletes knows who calls it. Decides at compile time, by the judgement that the
//! platform shares (`conversimple_wire::effect`), from the tool's name, description and the names and types of its arguments.

use conversimple_wire::ToolSpec;
use conversimple_wire::effect::{self, Effect, Why};
use serde_json::{Map, Value, json};
use syn::{Ident, LitStr, Type};

/// What a tool's attribute and signature say that matters for its effect.
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) description: &'a LitStr,
    pub(crate) effect: Option<&'a LitStr>,
    pub(crate) public: bool,
    /// It is a login or a logout.
    pub(crate) has_role: bool,
    pub(crate) arguments: Vec<(&'a str, &'a Type)>,
}

impl Declared<'_> {
    /// Refuses a tool with an effect that cannot be taken back and without a caller, unless it says that it is public.
    pub(crate) fn check(&self) -> syn::Result<()> {
        let knows_caller = self.arguments.iter().any(|(_, ty)| names_caller(ty));
        if knows_caller && self.public {
            return Err(syn::Error::new(
                self.name.span(),
                "a public tool does not ask who calls: take away `public`, or the parameter that needs the caller",
            ));
        }
        let Ok(judgement) = effect::judge(&self.spec()) else {
            return Ok(());
        };
        if knows_caller || self.public || self.has_role || !judgement.effect.is_risky() {
            return Ok(());
        }
        Err(syn::Error::new(
            self.name.span(),
            format!(
                "`{}` {} {}, so it must know who calls: take a parameter `caller: Caller`. If anybody at all may call it, write \
                 `public`; if it does something else, write which: effect = \"read\" or \"write\"",
                self.name,
                deed(judgement.effect),
                source(judgement.why),
            ),
        ))
    }

    fn spec(&self) -> ToolSpec {
        let properties: Map<String, Value> = self
            .arguments
            .iter()
            .map(|(name, ty)| ((*name).to_owned(), schema(ty)))
            .collect();
        let mut parameters = json!({"type": "object", "properties": properties});
        if let Some(effect) = self.effect {
            parameters["x-effect"] = json!(effect.value());
        }
        ToolSpec {
            name: self.name.to_string(),
            description: self.description.value(),
            parameters,
        }
    }
}

fn deed(effect: Effect) -> &'static str {
    match effect {
        Effect::Pay => "moves money",
        Effect::Send => "sends something to somebody",
        _ => "deletes or ends something",
    }
}

fn source(why: Why) -> &'static str {
    match why {
        Why::Declared => "as its effect says",
        Why::Name => "by its name",
        Why::Description => "by its description",
        Why::Arguments | Why::Unknown => "by its arguments",
    }
}

fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

/// Who takes a `Caller`, or something of theirs, cannot be called without one.
fn names_caller(ty: &Type) -> bool {
    last_name(ty).is_some_and(|name| matches!(name.as_str(), "Caller" | "Owned"))
}

fn schema(ty: &Type) -> Value {
    const NUMBERS: [&str; 15] = [
        "Decimal", "f64", "f32", "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64",
        "u128", "isize", "usize",
    ];
    match last_name(ty) {
        Some(name) if NUMBERS.contains(&name.as_str()) => json!({"type": "number"}),
        _ => json!({}),
    }
}
