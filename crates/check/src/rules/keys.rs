//! Keys and secrets in code that need more than their form: literals under telling names, keys in pieces, keys in
//! addresses, on the command line, as defaults, and customer ids made from keys. Whole keys are found by `secret::scan`.

use super::context::Context;
use crate::catalogue::keys::{
    CUSTOMER_FROM_KEY, DISGUISED, KEY_AS_DEFAULT, KEY_IN_ARGV, KEY_IN_URL, SECRET,
};
use crate::catalogue::rule::Rule;
use crate::code::Language;
use crate::code::ir::{Class, Expr, Kind, Span};
use crate::facts::Fact;
use crate::finding::{Draft, Edit};
use crate::flow::{Site, Value, has_hole, is_customer_id, makes_customer_id, signs_cookies};
use crate::names::{Labels, words};
use crate::secret::placeholder::is_placeholder;
use crate::secret::scan;
use crate::secret::url::{HOLE, is_key_parameter, key_parameters};
use crate::secret::value::{is_secret, looks_random};

const SECRETS: Labels = Labels::KEY;

/// A text literal: one that is joined from neighbours or written with escapes may hold a key that no scan sees.
pub(crate) fn literal(cx: &Context<'_, '_>, text: &str, span: Span) {
    if text.len() < 16 || text.len() > 8192 {
        return;
    }
    let hits = scan::plain(text);
    let hides = hits
        .iter()
        .any(|hit| hit.form != scan::Form::OwnShape && hit.form != scan::Form::AddressPassword);
    let is_whole = |hit: &scan::Hit| hit.span.start == 0 && hit.span.end == text.len();
    if hides || hits.iter().any(is_whole) {
        // Where the key stands whole in the file the scan's own finding replaces this one.
        let mut draft = Draft::new(
            &DISGUISED,
            span,
            "a key is written in pieces or with escapes",
        )
        .secret(span);
        if hits.iter().any(is_whole) {
            let name = if text.starts_with("cs_") {
                "CONVERSIMPLE_API_KEY"
            } else {
                "APP_SECRET"
            };
            draft = draft.edit(Edit::MoveToEnv {
                span,
                name: name.to_owned(),
                value: text.to_owned(),
            });
        }
        cx.report(draft);
    }
    if let Some((name, _)) = key_parameters(text)
        .iter()
        .find(|(_, value)| !is_placeholder(value) && value.len() >= 12 && looks_random(value))
        && text.contains("://")
    {
        let message = format!("a key travels in the query of an address, as {name}");
        cx.report(Draft::new(&KEY_IN_URL, span, message).secret(span));
    }
}

/// A text that was put together: a key in pieces, or a key in an address.
pub(crate) fn built(cx: &Context<'_, '_>, value: &Value, span: Span) {
    disguised(cx, value, span);
    let Some(skeleton) = &value.skeleton else {
        return;
    };
    let text = &skeleton.text;
    bearer(cx, text, span);
    if !text.contains(['?', '&']) {
        return;
    }
    // A key that stands in a constant of the file has become part of the text.
    if text.contains("://")
        && key_parameters(text)
            .iter()
            .any(|(_, value)| !is_placeholder(value) && value.len() >= 12 && looks_random(value))
    {
        cx.report(
            Draft::new(
                &KEY_IN_URL,
                span,
                "a key travels in the query of an address",
            )
            .secret(span),
        );
        return;
    }
    let mut holes = skeleton.holes.iter();
    for (at, _) in text.char_indices().filter(|(_, c)| *c == HOLE) {
        let labels = holes.next().copied().unwrap_or_default();
        let before = &text[..at];
        let is_in_query = before.contains(['?', '&']) && before.ends_with(['=', '?', '&']);
        let parameter = before
            .trim_end_matches('=')
            .rsplit(['?', '&'])
            .next()
            .unwrap_or("");
        let is_key = labels.exposed(Labels::KEY | Labels::PASSWORD) != Labels::NONE
            || (labels.exposed(Labels::TOKEN) != Labels::NONE && is_key_parameter(parameter));
        if is_in_query && is_key && !before.contains("sslmode") {
            cx.report(Draft::new(
                &KEY_IN_URL,
                span,
                "a key travels in the query of an address",
            ));
            return;
        }
    }
}

/// `Bearer` and a literal: the value of a header that is written out.
fn bearer(cx: &Context<'_, '_>, text: &str, span: Span) {
    let given = ["Bearer ", "bearer ", "Basic ", "Token "]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    if let Some(given) = given
        && !has_hole(given)
        && given.len() >= 16
        && !is_placeholder(given)
        && looks_random(given)
    {
        cx.report(Draft::new(&SECRET, span, "a secret is written out in a header").secret(span));
    }
}

/// A name that gets a value.
pub(crate) fn assigned(
    cx: &Context<'_, '_>,
    name: &str,
    target: &Expr,
    written: &Expr,
    value: &Value,
) {
    let at = written.span;
    if makes_customer_id(name, value) {
        let message = "the customer id is made from the key";
        cx.report(Draft::new(&CUSTOMER_FROM_KEY, at, message));
    }
    let labels = if signs_cookies(name, target) {
        cookie_keys(cx, value, at);
        Labels::KEY
    } else {
        cx.meaning(name)
    };
    let is_key = labels.any(SECRETS | Labels::PASSWORD | Labels::TOKEN)
        || words(name).iter().any(|word| word == "key");
    if value.labels.any(Labels::ARGV) && is_key {
        let message = "a key is taken from the command line";
        cx.report(Draft::new(&KEY_IN_ARGV, target.span, message));
    }
    disguised(cx, value, at);
    if let Some(text) = value.constant().filter(|text| is_secret(labels, text)) {
        written_out(cx, name, written, value, text);
    }
}

/// The keys with which a framework signs its cookies.
fn cookie_keys(cx: &Context<'_, '_>, value: &Value, at: Span) {
    for (_, field) in value.fields.iter().flat_map(|fields| fields.iter()) {
        let text = field.constant();
        if text.is_some_and(|text| is_secret(Labels::KEY, text)) {
            let draft = Draft::new(&SECRET, at, "a secret is written out");
            cx.report(draft.secret(field.at));
        }
    }
}

/// A secret that a name gets, whole, in pieces or encoded.
fn written_out(cx: &Context<'_, '_>, name: &str, written: &Expr, value: &Value, text: &str) {
    let at = written.span;
    let is_whole = matches!(written.kind, Kind::Text(_));
    let is_hidden = value
        .skeleton
        .as_ref()
        .is_some_and(|skeleton| skeleton.is_encoded || !skeleton.cuts.is_empty());
    let (rule, message) = if is_hidden {
        (&DISGUISED, "a secret is written in pieces or encoded")
    } else {
        (&SECRET, "a secret is written out")
    };
    // A name that only repeats another one does not make it a second secret.
    if !is_whole && !is_hidden && !matches!(written.kind, Kind::Call(_)) {
        return;
    }
    let mut draft = Draft::new(rule, at, message).secret(at);
    if is_whole {
        draft = draft.edit(Edit::MoveToEnv {
            span: at,
            name: variable(name),
            value: text.to_owned(),
        });
    }
    cx.report(draft);
}

/// A parameter's default.
pub(crate) fn defaulted(cx: &Context<'_, '_>, name: &str, written: &Expr, value: &Value) {
    let labels = cx.meaning(name);
    if let Some(text) = value.constant()
        && is_default_secret(labels, text)
    {
        default_found(cx, written.span);
    }
}

/// `environment or literal`.
pub(crate) fn fallback(cx: &Context<'_, '_>, parts: &[Expr], values: &[Value]) {
    let (Some(first), Some(last), Some(written)) = (values.first(), values.last(), parts.last())
    else {
        return;
    };
    if let Some(text) = last.constant()
        && values.len() == 2
        && is_default_secret(first.labels, text)
    {
        default_found(cx, written.span);
    }
}

/// A comparison with a literal password.
pub(crate) fn compared(cx: &Context<'_, '_>, parts: &[Expr]) {
    let labels = parts
        .iter()
        .map(Expr::last_name)
        .filter(|name| !name.is_empty())
        .map(|name| cx.meaning(name))
        .fold(Labels::NONE, |known, labels| known | labels);
    for part in parts {
        if let Kind::Text(text) = &part.kind
            && is_secret(labels, text)
        {
            cx.report(
                Draft::new(&SECRET, part.span, "a secret is compared with a literal")
                    .secret(part.span),
            );
        }
    }
}

/// A call: environment defaults, options of the command line, programs that are started, query parameters.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    for value in &site.args {
        disguised(cx, value, value.at);
    }
    signed_with(cx, site);
    environment_default(cx, site);
    command_line(cx, site);
    query_parameters(cx, site);
}

/// What a function gives back.
pub(crate) fn returned(cx: &Context<'_, '_>, written: &Expr, value: &Value) {
    let name = words(&cx.frame().name);
    if is_customer_id(&name) && value.labels.any(Labels::FROM_KEY) {
        cx.report(Draft::new(
            &CUSTOMER_FROM_KEY,
            written.span,
            "the customer id is made from the key",
        ));
    }
}

/// The fields of a command line's struct.
pub(crate) fn class(cx: &Context<'_, '_>, class: &Class) {
    let is_command_line = class
        .decorators
        .iter()
        .any(|decorator| match &decorator.kind {
            Kind::Call(call) => {
                call.callee.last_name() == "derive"
                    && call
                        .args
                        .iter()
                        .any(|arg| Fact::OptionsDerive.has(arg.value.last_name()))
            }
            _ => false,
        });
    if !is_command_line {
        return;
    }
    for field in &class.fields {
        let labels = cx.meaning(&field.name);
        let from_environment = field.attributes.contains("env");
        if labels.any(SECRETS | Labels::PASSWORD)
            && !from_environment
            && !field.attributes.contains("skip")
        {
            cx.report(Draft::new(
                &KEY_IN_ARGV,
                field.span,
                "a key is an option of the command line",
            ));
        }
    }
}

/// A key that was folded from pieces, decoded or reversed.
fn disguised(cx: &Context<'_, '_>, value: &Value, span: Span) {
    let Some(skeleton) = &value.skeleton else {
        return;
    };
    let is_known = skeleton.holes.is_empty() && (16..=8192).contains(&skeleton.text.len());
    if !is_known || (!skeleton.is_encoded && skeleton.cuts.is_empty()) {
        return;
    }
    // A key that stands whole in one of the pieces is found there.
    let is_hidden = |span: Span| {
        skeleton.is_encoded
            || skeleton
                .cuts
                .iter()
                .any(|cut| span.start < *cut && *cut < span.end)
    };
    if scan::plain(&skeleton.text)
        .iter()
        .any(|hit| is_hidden(hit.span))
    {
        cx.report(
            Draft::new(&DISGUISED, span, "a key is written in pieces or encoded").secret(span),
        );
    }
}

/// A token that is signed, or a message that is authenticated, with a literal.
fn signed_with(cx: &Context<'_, '_>, site: &Site<'_>) {
    let at = match site.path.as_str() {
        "jwt.encode" | "jwt.sign" | "jwt.verify" | "jwt.decode" | "jsonwebtoken.sign"
        | "crypto.createhmac" | "createhmac" => 1,
        "hmac.new" | "hmac.digest" => 0,
        _ => return,
    };
    let Some((_, value)) = site.at(at) else {
        return;
    };
    if value
        .constant()
        .is_some_and(|text| is_secret(Labels::KEY, text))
    {
        let span = value.at;
        cx.report(
            Draft::new(
                &SECRET,
                span,
                "a token is signed with a secret that is written out",
            )
            .secret(span),
        );
    }
}

fn environment_default(cx: &Context<'_, '_>, site: &Site<'_>) {
    let path = site.path.as_str();
    let reads = path.ends_with("getenv")
        || path.ends_with("environ.get")
        || path.ends_with("env.get")
        || path == "config"
        || path == "env";
    let falls_back = Fact::FallbackCall.has(site.last);
    let (labels, default) = if reads {
        let name = site.args.first().and_then(Value::constant).unwrap_or("");
        (cx.meaning(name) | environment_key(name), site.args.get(1))
    } else if falls_back {
        let mut labels = site.receiver.labels;
        site.call.callee.walk(&mut |part| {
            if let Kind::Text(name) = &part.kind {
                labels |= environment_key(name);
            }
        });
        (labels, site.args.first())
    } else {
        return;
    };
    if let Some((text, value)) =
        default.and_then(|value| value.constant().map(|text| (text, value)))
        && is_default_secret(labels, text)
    {
        default_found(cx, value.at);
    }
}

/// `PAY_KEY`: what an environment variable of this ending holds, whoever's key it is.
fn environment_key(name: &str) -> Labels {
    let is_public = name.contains("PUBLIC") || name.contains("PRIMARY") || name.contains("CACHE");
    if name.ends_with("_KEY") && !name.contains(char::is_lowercase) && !is_public {
        Labels::KEY
    } else {
        Labels::NONE
    }
}

fn is_default_secret(labels: Labels, text: &str) -> bool {
    is_secret(labels, text)
        || (labels.any(Labels::KEY | Labels::PASSWORD) && !scan::plain(text).is_empty())
}

fn default_found(cx: &Context<'_, '_>, span: Span) {
    cx.report(Draft::new(&KEY_AS_DEFAULT, span, "a key stands as the default value").secret(span));
}

fn command_line(cx: &Context<'_, '_>, site: &Site<'_>) {
    let declares = Fact::OptionCall.has(site.last) && !site.path.contains("env");
    if declares && site.named("envvar").is_none() {
        let mut options = site.args.iter().take(3);
        if let Some(value) = options.find(|value| is_key_option(cx, site, value)) {
            let message = "a key is an option of the command line";
            cx.report(Draft::new(&KEY_IN_ARGV, value.at, message));
            return;
        }
    }
    if !starts_program(cx, site) {
        return;
    }
    // The environment of the new process is the right place.
    let args = site.call.args.iter().zip(&site.args);
    let mut passed = args.filter(|(arg, _)| !matches!(arg.name.as_deref(), Some("env" | "input")));
    if let Some((_, value)) = passed.find(|(_, value)| carries_key(value)) {
        let message = "a key is passed on the command line of another program";
        cx.report(Draft::new(&KEY_IN_ARGV, value.at, message));
    }
}

/// Whether an argument names an option whose value is a key.
fn is_key_option(cx: &Context<'_, '_>, site: &Site<'_>, value: &Value) -> bool {
    let Some(text) = value.constant() else {
        return false;
    };
    let mut parts = text.split([' ', '=', ',']);
    let option = parts.find(|part| part.starts_with("--")).unwrap_or(text);
    let is_option = option.starts_with('-') || site.last == "long" || site.last == "option";
    let labels = cx.meaning(&option.trim_start_matches('-').replace('-', "_"));
    is_option && labels.any(SECRETS | Labels::PASSWORD)
}

fn starts_program(cx: &Context<'_, '_>, site: &Site<'_>) -> bool {
    let adds_argument = cx.language() == Language::Rust
        && Fact::ProgramArgument.has(site.last)
        && site.path.contains("command.new");
    adds_argument || site.path.starts_with("subprocess.") || Fact::ProgramStart.has(site.last)
}

/// Whether a key stands in an argument, or in a list without names.
fn carries_key(value: &Value) -> bool {
    let is_key = |labels: Labels| labels.exposed(Labels::KEY | Labels::PASSWORD) != Labels::NONE;
    match &value.fields {
        Some(fields) => fields
            .iter()
            .any(|(key, value)| key.is_none() && is_key(value.labels)),
        None => is_key(value.labels),
    }
}

fn query_parameters(cx: &Context<'_, '_>, site: &Site<'_>) {
    if carries_key_in_query(site) || sets_key_in_query(site) {
        let message = "a key travels in the query of an address";
        cx.report(Draft::new(&KEY_IN_URL, site.span, message));
    }
}

/// `get(url, params={"key": key})`.
fn carries_key_in_query(site: &Site<'_>) -> bool {
    if site.last != "query" && !crate::rules::transport::opens(site) {
        return false;
    }
    let fields = query_of(site).and_then(|value| value.fields);
    fields.is_some_and(|fields| {
        fields
            .iter()
            .any(|(key, value)| is_key_pair(key.as_deref(), value))
    })
}

/// The parameters of a query among the arguments of a call.
fn query_of(site: &Site<'_>) -> Option<Value> {
    if let Some((_, value)) = site.named("params") {
        return Some(value.clone());
    }
    let option = |value: &Value| {
        value
            .field("params")
            .or_else(|| value.field("query"))
            .cloned()
    };
    let on_builder = site.last == "query" && site.path.contains("()");
    site.args
        .iter()
        .find_map(option)
        .or_else(|| site.args.first().filter(|_| on_builder).cloned())
}

/// Whether a parameter carries a key; Rust writes the parameters as pairs.
fn is_key_pair(key: Option<&str>, value: &Value) -> bool {
    let pair = value.fields.as_ref().filter(|pair| pair.len() == 2);
    let (key, value) = match (key, pair) {
        (None, Some(pair)) => (pair[0].1.constant(), &pair[1].1),
        (key, _) => (key, value),
    };
    key.is_some_and(|key| is_key_parameter(key) && key != "auth") && shows_key(value)
}

/// `url.searchParams.set("key", key)`.
fn sets_key_in_query(site: &Site<'_>) -> bool {
    let on_query = site.path.contains("searchparams") || site.path.contains("query_pairs");
    let name = site.args.first().and_then(Value::constant).unwrap_or("");
    Fact::QuerySetter.has(site.last)
        && on_query
        && is_key_parameter(name)
        && site.args.get(1).is_some_and(shows_key)
}

fn shows_key(value: &Value) -> bool {
    let keys = Labels::KEY | Labels::TOKEN | Labels::PASSWORD;
    value.labels.exposed(keys) != Labels::NONE
}

/// The environment variable for a value with this name.
pub(crate) fn variable(name: &str) -> String {
    let name = words(name).join("_").to_uppercase();
    match name.as_str() {
        "" | "KEY" | "SECRET" | "TOKEN" | "VALUE" => "APP_SECRET".to_owned(),
        "API_KEY" => "CONVERSIMPLE_API_KEY".to_owned(),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("APP_{name}"),
        _ => name,
    }
}

/// Which rules speak of secrets, so that one literal gives one finding: the first in this list wins.
pub(crate) fn precedence(rule: &Rule) -> Option<usize> {
    [
        "key-as-default",
        "key-in-source",
        "key-in-url",
        "password-in-address",
        "secret-in-source",
        "secret-in-disguise",
    ]
    .iter()
    .position(|id| *id == rule.id)
}
