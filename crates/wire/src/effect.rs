//! What a tool does to the world: the one judgement that the platform, the SDK's macros and `check` share.
//!
//! Decides a tool's [`Effect`] from its declaration, or else from the words of its name, description and arguments, and
//! which of its arguments are sums of money. What follows from an effect (who must have logged in, what needs a yes) is decided
//! by the guard.

mod cut;
mod kind;
mod lexicon;
mod phrase;
mod score;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use kind::Effect;

use crate::ToolSpec;
use crate::tool::tool_key;
use lexicon::{Role, Term, terms};
use phrase::{Evidence, Source};

/// Why a tool has the effect that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// `x-effect` or `x-role` says so.
    Declared,
    /// Its name speaks.
    Name,
    /// Its description speaks, where the name says nothing.
    Description,
    /// Its arguments speak, where neither says anything.
    Arguments,
    /// Nothing is known, which is read as a change.
    Unknown,
}

/// An argument that holds a sum of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyArgument {
    /// The argument's name.
    pub name: String,
    /// Whether it counts hundredths: `amount_cents`.
    pub minor: bool,
}

/// What is known of a tool's effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What the tool does.
    pub effect: Effect,
    /// How that is known.
    pub why: Why,
    /// Whether the tool is about what is somebody's own: an account, an order, an inbox.
    pub personal: bool,
    /// The arguments that hold sums of money, in the schema's order. Empty unless the effect is [`Effect::Pay`].
    pub money: Vec<MoneyArgument>,
}

/// Whether a word is a verb that asks for a deed: "pay", "look up", "cancel".
pub fn is_deed(word: &str) -> bool {
    let deed = |term: Term| {
        [Role::Verb, Role::Both, Role::Light]
            .into_iter()
            .any(|role| term.is(role))
    };
    terms(&[word.to_owned()]).into_iter().any(deed)
}

/// `x-effect` holds something that is no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("x-effect must be one of read, write, send, pay, delete, login, logout")]
pub struct UnknownEffect;

/// Judges a tool by its declaration, or else by its words.
///
/// # Errors
/// `UnknownEffect` if `x-effect` is there and is none.
pub fn judge(spec: &ToolSpec) -> Result<Judgement, UnknownEffect> {
    let name = terms(&cut::identifier(&spec.name));
    let (effect, why) = match declared(spec)? {
        Some(effect) => (effect, Why::Declared),
        None => judged(spec),
    };
    Ok(Judgement {
        effect,
        why,
        personal: is_personal(spec, &name),
        money: if effect == Effect::Pay {
            money(spec)
        } else {
            Vec::new()
        },
    })
}

/// What the declaration says: `x-effect`, or a role that says the same.
fn declared(spec: &ToolSpec) -> Result<Option<Effect>, UnknownEffect> {
    if let Some(value) = spec.parameters.get(tool_key::EFFECT) {
        let effect = value.as_str().and_then(Effect::parse);
        return effect.map(Some).ok_or(UnknownEffect);
    }
    let role = spec.parameters.get(tool_key::ROLE).and_then(Value::as_str);
    Ok(role
        .and_then(Effect::parse)
        .filter(|effect| matches!(effect, Effect::Login | Effect::Logout)))
}

/// What the words say.
fn judged(spec: &ToolSpec) -> (Effect, Why) {
    let sentences = cut::sentences(&spec.description);
    let name = phrase::of_name(&cut::identifier(&spec.name), &sentences);
    let description = phrase::of_description(&sentences);
    let arguments = of_arguments(spec);
    let why = if name.iter().any(|piece| piece.source != Source::NameLight) {
        Why::Name
    } else if !description.is_empty() {
        Why::Description
    } else if !arguments.is_empty() {
        Why::Arguments
    } else {
        Why::Unknown
    };
    let evidence: Vec<Evidence> = [name, description, arguments].concat();
    (score::decide(&evidence), why)
}

/// An instrument of payment, or a sum with somebody to get it, speaks for a payment; words with somebody to get them, for a
/// message.
fn of_arguments(spec: &ToolSpec) -> Vec<Evidence> {
    let any = |role| spec.arguments().any(|it| argument_is(it.name, role));
    let sum = spec
        .arguments()
        .any(|it| argument_is(it.name, Role::Sum) && is_numeric(it.schema));
    let instrument = any(Role::Instrument);
    let pays = [instrument, instrument, sum, sum && any(Role::Party)];
    let sends = any(Role::Content) && any(Role::Party);
    let piece = |effect| Evidence {
        effect,
        source: Source::Argument,
    };
    let pays = pays
        .into_iter()
        .filter(|it| *it)
        .map(|_| piece(Effect::Pay));
    pays.chain(sends.then(|| piece(Effect::Send))).collect()
}

fn argument_is(name: &str, role: Role) -> bool {
    terms(&cut::identifier(name))
        .iter()
        .any(|term| term.is(role))
}

fn is_numeric(schema: &Value) -> bool {
    let numeric = |value: &Value| matches!(value.as_str(), Some("number" | "integer"));
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(numeric),
        Some(one) => numeric(one),
        None => schema
            .get("anyOf")
            .and_then(Value::as_array)
            .is_some_and(|options| {
                options
                    .iter()
                    .filter_map(|option| option.get("type"))
                    .any(numeric)
            }),
    }
}

fn money(spec: &ToolSpec) -> Vec<MoneyArgument> {
    let sums = spec.arguments().filter(|argument| {
        let counts =
            argument_is(argument.name, Role::Sum) || argument_is(argument.name, Role::Minor);
        counts && is_numeric(argument.schema)
    });
    sums.map(|argument| MoneyArgument {
        name: argument.name.to_owned(),
        minor: argument_is(argument.name, Role::Minor),
    })
    .collect()
}

/// Whether the name, or the description's possessives, say that it is about somebody's own things.
fn is_personal(spec: &ToolSpec, name: &[Term]) -> bool {
    let any = |terms: &[Term], role| terms.iter().any(|term| term.is(role));
    if any(name, Role::Personal) {
        return !any(name, Role::Public);
    }
    let sentences = cut::sentences(&spec.description);
    sentences
        .iter()
        .any(|words| any(&terms(words), Role::Whose))
}
