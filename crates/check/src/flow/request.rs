//! Where a request comes in and its answer goes out: decides which functions serve requests, which parts of a request
//! the other side has written, and which calls and functions answer it. What may be in an answer is decided by `rules`.

use super::site::Site;
use super::state::Flow;
use super::value::Value;
use crate::code::Language;
use crate::code::ir::{Call, Expr, Function, Kind};
use crate::facts::Fact;
use crate::names::{Labels, words};

/// Whether a call registers a function for a path: `app.post("/pay", …)`.
pub(crate) fn is_route(call: &Call) -> bool {
    matches!(&call.callee.kind, Kind::Member(..))
        && Fact::RouteVerb.has(call.callee.last_name())
        && matches!(call.args.first().map(|arg| &arg.value.kind), Some(Kind::Text(path)) if path.starts_with('/'))
}

/// Whether a function serves requests: by its decorator, its parameters or their types.
pub(super) fn serves(language: Language, function: &Function) -> bool {
    let by_decorator = function.decorators.iter().any(|decorator| {
        matches!(&decorator.kind, Kind::Call(call) if is_route(call)
        || Fact::HandlerDecorator.has(call.callee.last_name()))
    });
    let by_names =
        is_param(function, 0, Fact::HandlerFirst) && is_param(function, 1, Fact::HandlerSecond);
    let is_lambda = Fact::LambdaName.has(&function.name) && is_param(function, 0, Fact::EventName);
    let by_types = language == Language::Rust
        && function.params.iter().any(|param| {
            let head = param.kind.split('<').next().unwrap_or("");
            Fact::RequestType.has(head.rsplit("::").next().unwrap_or(""))
        });
    by_decorator || by_names || is_lambda || by_types
}

/// Whether the parameter at a place has a name of this fact.
fn is_param(function: &Function, at: usize, name: Fact) -> bool {
    function
        .params
        .get(at)
        .is_some_and(|param| name.has(&param.name))
}

/// Whether a function hands a tool call on by its name: its arguments are what the model wrote.
pub(super) fn dispatches(function: &Function) -> bool {
    let takes = function
        .params
        .iter()
        .any(|param| is_arguments(&param.name));
    if !takes {
        return false;
    }
    let name = words(&function.name);
    let is_function_call = Fact::FunctionWord.in_words(&name) && Fact::CallWord.in_words(&name);
    let acts = Fact::DispatchWord.in_words(&name);
    let is_about_tools =
        Fact::ToolWord.in_words(&name) || is_function_call || function.name == "dispatch";
    acts && is_about_tools
}

/// The names under which a tool's arguments travel together.
pub(super) fn is_arguments(name: &str) -> bool {
    Fact::ArgumentsName.has(name)
}

/// Whether a parameter of a function that serves requests is filled from the request.
pub(super) fn is_filled(language: Language, kind: &str, default: Option<&Expr>) -> bool {
    let is_provided = default.is_some_and(|default| Fact::ProvidedDefault.has(default.last_name()))
        || kind.contains("Depends(");
    if language == Language::Rust {
        let head = kind.split('<').next().unwrap_or("");
        return Fact::FilledType.has(head.rsplit("::").next().unwrap_or(""));
    }
    !is_provided && !Fact::ProvidedType.has(kind)
}

/// What a path such as `req.body` says about its value.
pub(super) fn part_of_request(path: &str) -> Labels {
    let Some((base, part)) = path.rsplit_once('.') else {
        return Labels::NONE;
    };
    let holder = base.rsplit('.').next().unwrap_or("");
    if !Fact::RequestName.has(holder) && base != "event" {
        return Labels::NONE;
    }
    if Fact::WholePart.has(part) {
        Labels::INPUT | Labels::PAYLOAD
    } else if part == "headers" {
        Labels::PAYLOAD
    } else if Fact::InputPart.has(part) {
        Labels::INPUT
    } else {
        Labels::NONE
    }
}

/// Whether a call gives an answer to the other side of a connection.
pub(crate) fn is_answer(site: &Site<'_>) -> bool {
    let base = site.path.rsplit_once('.').map_or("", |(base, _)| base);
    let first = base.split('.').next().unwrap_or("");
    let on_response = Fact::ResponseHolder.has(first) && Fact::ResponseMethod.has(site.last);
    let by_name = Fact::AnswerCall.has(site.last) || Fact::AnswerPath.has(&site.path);
    // Pipecat and others hand a function's result to a callback.
    let by_callback = Fact::ResultCallback.has(site.last);
    let in_rust = site.path.starts_with("httpresponse.") && Fact::BuilderMethod.has(site.last);
    on_response || by_name || by_callback || in_rust
}

/// Whether something is assigned to what the other side gets: `ctx.body = …`.
pub(super) fn is_answer_body(path: &str) -> bool {
    Fact::AnswerBody.has(path)
}

/// Whether a function's first parameter is an error that a framework hands it.
pub(super) fn takes_error(function: &Function) -> bool {
    let is_registered = function.decorators.iter().any(|decorator| {
        matches!(&decorator.kind, Kind::Call(call)
            if Fact::ErrorHandler.has(call.callee.last_name()))
    });
    is_param(function, 0, Fact::ErrorName)
        && (is_registered || is_param(function, 1, Fact::RequestName))
}

/// Whether a call reads a whole message from a socket.
pub(super) fn receives(site: &Site<'_>) -> bool {
    Fact::SocketReader.has(site.last) && site.path.rsplit('.').nth(1).is_some_and(is_socket_name)
}

/// Whether a name is that of a socket whose messages come one by one.
pub(super) fn is_socket_name(name: &str) -> bool {
    Fact::SocketName.has(name)
}

impl Flow<'_> {
    /// What a value read from a request is.
    pub(super) fn request_part(&self, path: &str) -> Option<Value> {
        let labels = part_of_request(path.trim_end_matches("()"));
        (labels != Labels::NONE).then(|| Value::labelled(labels))
    }
}
