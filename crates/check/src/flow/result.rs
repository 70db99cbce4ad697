//! What a call gives back, as far as its name tells. Decides which functions keep, change or remove what is known of
//! a value; calls that nobody knows give what their name says.

use super::event::FlowEvent;
use super::request;
use super::site::Site;
use super::state::Flow;
use super::value::{Skeleton, Value, braces};
use crate::facts::Fact;
use crate::names::{Labels, words};
use crate::secret::scan::decode_text;
use std::rc::Rc;

/// The value of a call.
pub(super) fn of(flow: &mut Flow<'_>, site: &Site<'_>) -> Value {
    let last = site.last;
    let first = site.args.first().cloned().unwrap_or_default();
    let path = site.path.as_str();
    if let Some(value) = environment(flow, site) {
        return value;
    }
    if let Some(value) = flow.request_part(&site.call.callee.path()) {
        return value;
    }
    if request::receives(site) {
        return Value::labelled(Labels::PAYLOAD);
    }
    if let Some(value) = folded(site, &first) {
        return value;
    }
    match last {
        "format" if site.receiver.skeleton.is_some() => {
            let Some(skeleton) = &site.receiver.skeleton else {
                return first;
            };
            let value = braces(skeleton, &site.args, site.span);
            flow.emit(FlowEvent::Built {
                value: &value,
                span: site.span,
            });
            return value;
        }
        _ if Fact::TraceCall.has(last) => {
            return Value::labelled(Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE);
        }
        "get" | "pop" | "getItem" | "get_mut" if site.args.len() <= 2 => {
            if let Some(key) = first.constant() {
                return flow.field(&site.receiver, key);
            }
            if site.receiver.is_choice() {
                return Value::labelled(Labels::NUMBER);
            }
        }
        // A request is worth its address, a template its text.
        "Request" | "Template"
            if site
                .args
                .first()
                .is_some_and(|value| value.skeleton.is_some()) =>
        {
            return first;
        }
        "substitute" | "safe_substitute" if site.receiver.skeleton.is_some() => {
            let Some(skeleton) = &site.receiver.skeleton else {
                return first;
            };
            let value = super::value::dollars(skeleton, &site.args, site.span);
            flow.emit(FlowEvent::Built {
                value: &value,
                span: site.span,
            });
            return value;
        }
        "dict" if first.fields.is_none() && site.call.args.iter().all(|arg| arg.name.is_some()) => {
            let names = site.call.args.iter().map(|arg| arg.name.clone());
            return Value::collection(names.zip(site.args.iter().cloned()).collect());
        }
        "params" | "named_params" | "params_from_iter" => {
            return Value::collection(
                site.args
                    .iter()
                    .map(|value| (None, value.clone()))
                    .collect(),
            );
        }
        "promisify"
            if site.call.args.iter().any(|arg| {
                matches!(
                    arg.value.path().as_str(),
                    "exec" | "cp.exec" | "child_process.exec" | "childProcess.exec"
                )
            }) =>
        {
            return Value::labelled(Labels::SHELL);
        }
        "args" | "args_os" if path.ends_with("env.args") || path.ends_with("env.args_os") => {
            return Value::labelled(Labels::ARGV);
        }
        "Literal" | "identifier" | "Identifier" | "quote" | "escape" | "mogrify"
            if path.contains("sql") || path.contains("shlex") =>
        {
            return Value::labelled(Labels::NUMBER | Labels::SAFE);
        }
        _ => {}
    }
    if site.receiver.labels.any(Labels::ARGV) {
        return Value::labelled(Labels::ARGV);
    }
    if is_shell_builder(site) {
        return Value::labelled(Labels::SHELL | site.receiver.labels);
    }
    if site.receiver.labels.any(Labels::SHELL) {
        return site.receiver.clone();
    }
    if matches!(path, "sql.sql" | "psycopg2.sql.sql" | "psycopg.sql.sql") {
        return Value::labelled(Labels::NUMBER);
    }
    if is_hash(site) {
        return hashed(site);
    }
    if is_number(last) {
        return Value::labelled(Labels::NUMBER | Labels::SAFE);
    }
    let name = words(last);
    let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
    if says(&[
        "encrypt",
        "seal",
        "encrypted",
        "tokenize",
        "wrap",
        "cipher",
        "protect",
        "vault",
    ]) {
        return Value::labelled(site.union().only(Labels::SECURITY_CODE));
    }
    if says(&[
        "mask",
        "masked",
        "redact",
        "redacted",
        "obfuscate",
        "anonymize",
        "censor",
        "scrub",
        "hash",
        "hashpw",
        "last4",
        "last",
        "fingerprint",
        "argon2",
        "bcrypt",
        "scrypt",
        "pbkdf2",
    ]) {
        return Value::labelled((site.union() | site.receiver.labels).made_safe());
    }
    if matches!(
        last,
        "slice" | "substring" | "substr" | "slice_ref" | "take" | "split_at" | "chars"
    ) {
        let labels = site.receiver.labels.made_safe().without(Labels::NUMBER);
        return Value {
            origin: site.receiver.origin.clone(),
            ..Value::labelled(labels)
        };
    }
    if keeps(last, path) {
        return kept(site, &first);
    }
    if last.starts_with(|c: char| c.is_uppercase())
        && !path.contains("error")
        && !last.contains("Client")
    {
        // A constructor holds what it was given.
        let fields = site
            .call
            .args
            .iter()
            .zip(&site.args)
            .map(|(arg, value)| (arg.name.clone(), value.clone()))
            .collect();
        let mut value = Value::collection(fields);
        value.labels = value
            .labels
            .without(Labels::KEY | Labels::FROM_KEY | Labels::ARGUMENT | Labels::TOKEN);
        return value;
    }
    let mut labels = if gives_what_it_names(&name) {
        flow.meaning(last)
    } else {
        Labels::NONE
    };
    // What was hashed or cut stays so when something formats it.
    labels |= site
        .args
        .iter()
        .filter(|value| value.labels.any(Labels::SAFE))
        .fold(Labels::NONE, |known, value| {
            known | value.labels.only(Labels::FROM_KEY)
        });
    if says(&[
        "error", "fail", "failure", "response", "reply", "jsonify", "json", "dict", "result",
        "refusal", "refuse", "custom", "msg", "internal", "err", "new", "fmt", "render",
    ]) {
        labels |= site
            .union()
            .only(Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE);
    }
    if matches!(
        last,
        "urlparse" | "urlsplit" | "URL" | "parse" | "normpath" | "join" | "urljoin"
    ) {
        labels |= (site.union() | site.receiver.labels).only(Labels::INPUT | Labels::ARGUMENT);
    }
    let origin = first.origin.or_else(|| site.receiver.origin.clone());
    Value {
        origin,
        ..Value::labelled(labels)
    }
}

/// `get_password()` and `card_number()` give what they are called; `by_password()` and `change_password()` do not.
fn gives_what_it_names(name: &[String]) -> bool {
    const FIRST: &[&str] = &[
        "get", "fetch", "read", "load", "find", "decrypt", "retrieve", "generate", "random",
        "card", "user", "db", "customer", "account", "api", "secret", "my", "current", "full",
        "raw", "plain", "access", "private", "auth", "credit", "debit", "social", "security",
        "ask", "input", "prompt", "expose", "reveal", "open",
    ];
    name.len() == 1
        || name
            .first()
            .is_some_and(|first| FIRST.contains(&first.as_str()))
}

fn environment(flow: &mut Flow<'_>, site: &Site<'_>) -> Option<Value> {
    let path = site.path.as_str();
    let is_environment = path.ends_with("getenv")
        || path.ends_with("environ.get")
        || path.ends_with("env.var")
        || path.ends_with("env.get")
        || path.ends_with("environ.pop")
        || path == "env"
        || path == "config"
        || path.ends_with("env.var_os");
    if !is_environment {
        return None;
    }
    let labels = site
        .args
        .first()
        .and_then(Value::constant)
        .map_or(Labels::NONE, |name| flow.meaning(name));
    Some(Value::labelled(labels))
}

/// Calls on known texts are worked out, so that a key in pieces or in an encoding is still seen.
fn folded(site: &Site<'_>, first: &Value) -> Option<Value> {
    let hidden = |text: String| {
        let skeleton = Skeleton {
            text,
            is_encoded: true,
            ..Skeleton::default()
        };
        Some(Value {
            skeleton: Some(Rc::new(skeleton)),
            at: site.span,
            ..Value::default()
        })
    };
    let path = site.path.as_str();
    let is_base64 = path.contains("b64decode")
        || path.ends_with("atob")
        || (path.contains("base64") && site.last == "decode")
        || (path == "buffer.from" && site.args.get(1).and_then(Value::constant) == Some("base64"));
    let is_hex = path.ends_with("fromhex")
        || path.ends_with("unhexlify")
        || path == "hex.decode"
        || (path == "buffer.from" && site.args.get(1).and_then(Value::constant) == Some("hex"));
    if is_base64 {
        return hidden(decode_text(first.constant()?)?);
    }
    if is_hex {
        let digits = first.constant()?;
        let bytes: Option<Vec<u8>> = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            })
            .collect();
        return hidden(String::from_utf8(bytes?).ok()?);
    }
    match site.last {
        "reversed" | "reverse" => {
            let whole = first.constant().or_else(|| site.receiver.constant());
            if let Some(whole) = whole {
                return hidden(whole.chars().rev().collect());
            }
            // `[...text].reverse()` and `text.split("").reverse()`.
            site.receiver
                .fields
                .is_some()
                .then(|| Value::labelled(site.receiver.labels))
        }
        "split"
            if site.args.first().and_then(Value::constant) == Some("")
                && site.receiver.constant().is_some() =>
        {
            Some(site.receiver.clone())
        }
        // `"".join(traceback.format_exception(error))` is the trace.
        "join" if first.labels.any(Labels::TRACE) => Some(first.clone()),
        "join" => {
            let (list, separator) = if site.receiver.fields.is_some() || first.fields.is_none() {
                (&site.receiver, first)
            } else {
                (first, &site.receiver)
            };
            // A comprehension of equal literals, such as `"?" for _ in ids`, is worth its literal.
            if list.skeleton.is_some() {
                return Some(list.clone());
            }
            let separator_text = match separator.constant() {
                Some(text) => text,
                // Without an argument JavaScript puts commas.
                None if site.args.is_empty() => ",",
                None => return None,
            };
            let fields = list.fields.as_ref()?;
            let mut parts = Vec::new();
            for (index, (_, value)) in fields.iter().enumerate() {
                if index > 0 && !separator_text.is_empty() {
                    parts.push(Value::text(separator_text, site.span));
                }
                parts.push(value.clone());
            }
            Some(Value::concat(&parts, site.span))
        }
        "map" => {
            let function = site
                .call
                .args
                .iter()
                .position(|arg| matches!(arg.value.kind, crate::code::ir::Kind::Function(_)))?;
            Some(site.args[function].clone())
        }
        "concat" if site.receiver.skeleton.is_some() => {
            let mut parts = vec![site.receiver.clone()];
            parts.extend(site.args.iter().cloned());
            Some(Value::concat(&parts, site.span))
        }
        "concat" if site.receiver.fields.is_some() => {
            let fields = site.receiver.fields.as_ref()?;
            let parts: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
            Some(Value::concat(&parts, site.span))
        }
        "fromCharCode" | "chr" => {
            let codes: Option<String> = site
                .args
                .iter()
                .map(|value| {
                    value
                        .number
                        .and_then(|number| char::from_u32(number as u32))
                })
                .collect();
            hidden(codes?)
        }
        "bytes" | "bytearray" => {
            let fields = first.fields.as_ref()?;
            let codes: Option<String> = fields
                .iter()
                .map(|(_, value)| {
                    value
                        .number
                        .and_then(|number| char::from_u32(number as u32))
                })
                .collect();
            hidden(codes?)
        }
        _ => None,
    }
}

fn is_shell_builder(site: &Site<'_>) -> bool {
    site.path.ends_with("command.new")
        && site
            .args
            .first()
            .and_then(Value::constant)
            .is_some_and(|program| Fact::Shell.has(program))
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
    let finishes = matches!(site.last, "hexdigest" | "digest" | "finalize" | "compute")
        && !site.path.contains("createhash()");
    let hasher = if finishes {
        Labels::NONE
    } else {
        Labels::WEAK_HASHER
    };
    Value::labelled(from | hasher | Labels::SAFE)
}

fn is_number(last: &str) -> bool {
    matches!(
        last,
        "len"
            | "int"
            | "float"
            | "bool"
            | "Number"
            | "parseInt"
            | "parseFloat"
            | "isinstance"
            | "hasattr"
            | "type"
            | "Decimal"
            | "round"
            | "abs"
            | "min"
            | "max"
            | "sum"
            | "hash"
            | "id"
            | "Boolean"
            | "is_empty"
            | "is_some"
            | "is_none"
            | "startswith"
            | "startsWith"
            | "endswith"
            | "endsWith"
            | "includes"
            | "contains"
            | "isdigit"
            | "exists"
            | "UUID"
            | "Uuid"
            | "count"
            | "test"
            | "is_ok"
            | "is_err"
            | "kind"
            | "timestamp"
            | "time"
            | "status"
            | "range"
            | "index"
            | "indexOf"
    )
}

/// Calls whose result is still what went in.
fn keeps(last: &str, path: &str) -> bool {
    const KEEPING: &[&str] = &[
        "strip",
        "lstrip",
        "rstrip",
        "trim",
        "trimEnd",
        "trimStart",
        "encode",
        "decode",
        "lower",
        "upper",
        "to_string",
        "to_owned",
        "clone",
        "into",
        "as_str",
        "as_bytes",
        "as_ref",
        "unwrap",
        "expect",
        "unwrap_or",
        "unwrap_or_default",
        "ok",
        "toString",
        "toLowerCase",
        "toUpperCase",
        "to_lowercase",
        "to_uppercase",
        "replace",
        "replaceAll",
        "str",
        "String",
        "repr",
        "dumps",
        "stringify",
        "quote",
        "quote_plus",
        "urlencode",
        "encodeURIComponent",
        "encodeURI",
        "bytes",
        "from",
        "to_vec",
        "Some",
        "Ok",
        "Err",
        "resolve",
        "reject",
        "into_bytes",
        "from_utf8",
        "dict",
        "list",
        "tuple",
        "set",
        "copy",
        "deepcopy",
        "assign",
        "fromEntries",
        "to_string_pretty",
        "to_value",
        "to_vec_pretty",
        "stringify_pretty",
        "title",
        "zfill",
        "ljust",
        "rjust",
        "padStart",
        "padEnd",
        "normalize",
        "URLSearchParams",
        "items",
        "entries",
        "values",
        "json",
        "sorted",
        "filter",
        "map",
        "collect",
        "iter",
        "display",
        "format",
        "format_args",
        "ascii",
        "vars",
        "asdict",
        "to_dict",
        "toJSON",
        "model_dump",
        "Format",
        "text",
        "TextClause",
        "b64encode",
        "btoa",
        "hexlify",
        "as_deref",
        "cloned",
        "splitlines",
        "split",
        "append_pair",
        "query_pairs_mut",
        "pformat",
        "inspect",
        "gettext",
        "to_json",
        "loads",
        "from_str",
        "from_slice",
        "fromhex",
        "unhexlify",
        "b64decode",
        "decodebytes",
        "to_thread",
        "as_slice",
        "as_array",
        "unwrap_or_else",
        "into_response",
        "ok_or",
        "ok_or_else",
        "to_hex",
        "finish",
        "copied",
        "as_mut",
        "push_str",
    ];
    KEEPING.contains(&last) || path.ends_with("string.from") || path.ends_with("json.parse")
}

fn kept(site: &Site<'_>, first: &Value) -> Value {
    let is_method = site.receiver.skeleton.is_some()
        || site.receiver.labels != Labels::NONE
        || site.receiver.fields.is_some();
    let mut labels = if is_method && !site.args.is_empty() {
        site.receiver.labels | site.union().without(Labels::SAFE | Labels::NUMBER)
    } else if is_method {
        site.receiver.labels
    } else {
        site.union()
    };
    let is_text = matches!(
        site.last,
        "str"
            | "String"
            | "repr"
            | "to_string"
            | "toString"
            | "dumps"
            | "stringify"
            | "format"
            | "inspect"
            | "pformat"
            | "display"
    );
    if is_text && labels.any(Labels::ERROR) {
        labels |= Labels::ERROR_TEXT;
    }
    // A text with something replaced in it is no longer the literal it was.
    let changes = matches!(
        site.last,
        "replace"
            | "replaceAll"
            | "lower"
            | "upper"
            | "title"
            | "split"
            | "encode64"
            | "map"
            | "filter"
    );
    let source = if is_method { &site.receiver } else { first };
    let mut value = Value {
        origin: source.origin.clone(),
        ..Value::labelled(labels)
    };
    if !changes {
        value.skeleton = source.skeleton.clone();
        value.fields = source.fields.clone();
    }
    value
}
