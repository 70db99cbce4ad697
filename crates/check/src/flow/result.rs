//! What a call gives back, as far as its name tells. Decides which functions keep, change or remove what is known of
//! a value; calls that nobody knows give what their name says. Texts that can be worked out are left to `folded`.

use super::event::FlowEvent;
use super::folded::folded;
use super::request;
use super::site::Site;
use super::state::Flow;
use super::value::{Value, braces, dollars};
use crate::facts::Fact;
use crate::names::Labels;

/// One way in which the name of a call tells its value.
type Stage = fn(&mut Flow<'_>, &Site<'_>) -> Option<Value>;

/// The ways, in the order in which they are tried: exact names before words of names.
const STAGES: [Stage; 22] = [
    environment,
    request_part,
    received,
    |_, site| folded(site),
    formatted,
    traced,
    member,
    wrapped_text,
    named_fields,
    bound_parameters,
    promised_shell,
    command_line,
    quoted,
    started_program,
    |_, site| is_hash(site).then(|| hashed(site)),
    number,
    sealed,
    masked,
    part,
    kept,
    constructed,
    |flow, site| Some(unknown(flow, site)),
];

/// The value of a call.
pub(super) fn of(flow: &mut Flow<'_>, site: &Site<'_>) -> Value {
    STAGES
        .iter()
        .find_map(|stage| stage(flow, site))
        .unwrap_or_default()
}

fn environment(flow: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let path = site.path.as_str();
    let reads = Fact::EnvironmentCall.has(path)
        || Fact::ReadsEnvironment
            .patterns()
            .any(|end| path.ends_with(end));
    if !reads {
        return None;
    }
    let name = site.args.first().and_then(Value::constant);
    let labels = name.map_or(Labels::NONE, |name| flow.meaning(name));
    Some(Value::labelled(labels))
}

fn request_part(flow: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    flow.request_part(&site.call.callee.path())
}

fn received(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    request::receives(site).then(|| Value::labelled(Labels::PAYLOAD))
}

/// `"…".format(…)` and `Template("…").substitute(…)`.
fn formatted(flow: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let skeleton = site.receiver.skeleton.as_ref()?;
    let value = match site.last {
        "format" => braces(skeleton, &site.args, site.span),
        "substitute" | "safe_substitute" => dollars(skeleton, &site.args, site.span),
        _ => return None,
    };
    flow.emit(FlowEvent::Built {
        value: &value,
        span: site.span,
    });
    Some(value)
}

fn traced(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::TraceCall
        .has(site.last)
        .then(|| Value::labelled(Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE))
}

/// `row.get("card")`.
fn member(flow: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    if !Fact::MemberCall.has(site.last) || site.args.len() > 2 {
        return None;
    }
    if let Some(key) = site.args.first().and_then(Value::constant) {
        return Some(flow.field(&site.receiver, key));
    }
    site.receiver
        .is_choice()
        .then(|| Value::labelled(Labels::NUMBER))
}

/// A request is worth its address, a template its text.
fn wrapped_text(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let first = site.args.first()?;
    (Fact::TextHolder.has(site.last) && first.skeleton.is_some()).then(|| first.clone())
}

/// `dict(card=…)`.
fn named_fields(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let has_fields = site
        .args
        .first()
        .is_some_and(|first| first.fields.is_some());
    let all_named = site.call.args.iter().all(|arg| arg.name.is_some());
    (site.last == "dict" && !has_fields && all_named).then(|| fields(site))
}

/// The arguments of a call, as parts of what it makes.
fn fields(site: &Site<'_>) -> Value {
    let names = site.call.args.iter().map(|arg| arg.name.clone());
    Value::collection(names.zip(site.args.iter().cloned()).collect())
}

/// `params![card]`.
fn bound_parameters(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::BindingCall.has(site.last).then(|| {
        let values = site.args.iter().map(|value| (None, value.clone()));
        Value::collection(values.collect())
    })
}

/// `promisify(exec)`.
fn promised_shell(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let mut args = site.call.args.iter();
    let is_shell = site.last == "promisify"
        && args.any(|arg| Fact::ShellFunction.has(arg.value.path().as_str()));
    is_shell.then(|| Value::labelled(Labels::SHELL))
}

fn command_line(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let reads = Fact::ArgvCall
        .patterns()
        .any(|end| site.path.ends_with(end));
    (reads || site.receiver.labels.any(Labels::ARGV)).then(|| Value::labelled(Labels::ARGV))
}

/// A name or a value that a library quotes for SQL or for a shell.
fn quoted(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let path = site.path.as_str();
    let is_quoted = Fact::QuotingCall.has(site.last) && Fact::QuotingModule.inside(path);
    if is_quoted {
        return Some(Value::labelled(Labels::NUMBER | Labels::SAFE));
    }
    Fact::SqlWrapper
        .has(path)
        .then(|| Value::labelled(Labels::NUMBER))
}

/// `Command::new("sh")`, and what is called on it.
fn started_program(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let program = site.args.first().and_then(Value::constant);
    let is_shell =
        site.path.ends_with("command.new") && program.is_some_and(|name| Fact::Shell.has(name));
    if is_shell {
        return Some(Value::labelled(Labels::SHELL | site.receiver.labels));
    }
    site.receiver
        .labels
        .any(Labels::SHELL)
        .then(|| site.receiver.clone())
}

/// Whether a call hashes, fit for files or not.
pub(crate) fn is_hash(site: &Site<'_>) -> bool {
    let last = site.last.to_lowercase();
    let is_hasher = Fact::Hasher.has(&last);
    let base = site.path.rsplit('.').nth(1).unwrap_or("");
    let on_hasher = Fact::HasherModule.has(base) && Fact::HasherMethod.has(&last);
    let continues = site.receiver.labels.any(Labels::WEAK_HASHER);
    is_hasher || on_hasher || continues
}

fn hashed(site: &Site<'_>) -> Value {
    let from = (site.union() | site.receiver.labels).only(Labels::FROM_KEY);
    let finishes = Fact::HashEnd.has(site.last) && !site.path.contains("createhash()");
    let hasher = if finishes {
        Labels::NONE
    } else {
        Labels::WEAK_HASHER
    };
    Value::labelled(from | hasher | Labels::SAFE)
}

fn number(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::NumberCall
        .has(site.last)
        .then(|| Value::labelled(Labels::NUMBER | Labels::SAFE))
}

fn sealed(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::SealingWord
        .in_words(site.words())
        .then(|| Value::labelled(site.union().only(Labels::SECURITY_CODE)))
}

fn masked(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::MaskingWord
        .in_words(site.words())
        .then(|| Value::labelled((site.union() | site.receiver.labels).made_safe()))
}

/// The last four characters, say.
fn part(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    Fact::PartCall.has(site.last).then(|| {
        let labels = site.receiver.labels.made_safe().without(Labels::NUMBER);
        Value {
            origin: site.receiver.origin.clone(),
            ..Value::labelled(labels)
        }
    })
}

/// Calls whose result is still what went in.
fn kept(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let keeps = Fact::KeepingCall.has(site.last)
        || Fact::KeepingPath
            .patterns()
            .any(|end| site.path.ends_with(end));
    if !keeps {
        return None;
    }
    let receiver = &site.receiver;
    let is_method =
        receiver.skeleton.is_some() || receiver.labels != Labels::NONE || receiver.fields.is_some();
    let mut labels = kept_labels(site, is_method);
    if Fact::TextMaker.has(site.last) && labels.any(Labels::ERROR) {
        labels |= Labels::ERROR_TEXT;
    }
    let first = site.args.first().cloned().unwrap_or_default();
    let source = if is_method { receiver } else { &first };
    let mut value = Value {
        origin: source.origin.clone(),
        ..Value::labelled(labels)
    };
    // A text with something replaced in it is no longer the literal it was.
    if !Fact::ChangingCall.has(site.last) {
        value.skeleton = source.skeleton.clone();
        value.fields = source.fields.clone();
    }
    Some(value)
}

fn kept_labels(site: &Site<'_>, is_method: bool) -> Labels {
    if !is_method {
        return site.union();
    }
    if site.args.is_empty() {
        return site.receiver.labels;
    }
    site.receiver.labels | site.union().without(Labels::SAFE | Labels::NUMBER)
}

/// A constructor holds what it was given.
fn constructed(_: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let is_constructor = site.last.starts_with(|c: char| c.is_uppercase())
        && !site.path.contains("error")
        && !site.last.contains("Client");
    is_constructor.then(|| {
        let mut value = fields(site);
        value.labels = value
            .labels
            .without(Labels::KEY | Labels::FROM_KEY | Labels::ARGUMENT | Labels::TOKEN);
        value
    })
}

/// A call that no row knows gives what its name says.
fn unknown(flow: &Flow<'_>, site: &Site<'_>) -> Value {
    let name = site.words();
    let mut labels = if gives_what_it_names(name) {
        flow.meaning(site.last)
    } else {
        Labels::NONE
    };
    // What was hashed or cut stays so when something formats it.
    for value in site
        .args
        .iter()
        .filter(|value| value.labels.any(Labels::SAFE))
    {
        labels |= value.labels.only(Labels::FROM_KEY);
    }
    if Fact::ErrorCarrier.in_words(name) {
        labels |= site
            .union()
            .only(Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE);
    }
    if Fact::AddressCall.has(site.last) {
        labels |= (site.union() | site.receiver.labels).only(Labels::INPUT | Labels::ARGUMENT);
    }
    let first = site.args.first().and_then(|first| first.origin.clone());
    Value {
        origin: first.or_else(|| site.receiver.origin.clone()),
        ..Value::labelled(labels)
    }
}

/// `get_password()` and `card_number()` give what they are called; `by_password()` and `change_password()` do not.
fn gives_what_it_names(name: &[String]) -> bool {
    name.len() == 1
        || name
            .first()
            .is_some_and(|first| Fact::NamingWord.has(first))
}
