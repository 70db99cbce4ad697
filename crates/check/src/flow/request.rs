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
        || matches!(
            call.callee.last_name(),
            "exception_handler" | "errorhandler" | "Post" | "Get" | "Put" | "Patch" | "Delete"
                | "SubscribeMessage" | "MessagePattern"
        ))
    });
    let named = |at: usize, names: &[&str]| {
        function
            .params
            .get(at)
            .is_some_and(|param| names.contains(&param.name.as_str()))
    };
    let by_names = named(0, &["req", "request", "_req", "_request", "err", "error"])
        && (named(
            1,
            &["res", "response", "reply", "rep", "_res", "resp", "req"],
        ));
    let is_lambda =
        matches!(function.name.as_str(), "lambda_handler" | "handler") && named(0, &["event"]);
    let by_types = language == Language::Rust
        && function.params.iter().any(|param| {
            let head = param.kind.split('<').next().unwrap_or("");
            matches!(
                head.rsplit("::").next().unwrap_or(""),
                "Json" | "Query" | "Form" | "State" | "HttpRequest" | "HeaderMap" | "Data"
            )
        });
    by_decorator || by_names || is_lambda || by_types
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
    let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
    let is_function_call = says(&["function"]) && says(&["call", "calls"]);
    let acts = says(&[
        "call", "execute", "dispatch", "handle", "run", "invoke", "on", "perform",
    ]);
    let is_about_tools =
        says(&["tool", "tools"]) || is_function_call || function.name == "dispatch";
    acts && is_about_tools
}

/// The names under which a tool's arguments travel together.
pub(super) fn is_arguments(name: &str) -> bool {
    matches!(
        name,
        "args"
            | "arguments"
            | "params"
            | "input"
            | "kwargs"
            | "parameters"
            | "raw"
            | "raw_args"
            | "rawArgs"
            | "tool_input"
            | "toolInput"
    )
}

/// Whether a parameter of a function that serves requests is filled from the request.
pub(super) fn is_filled(language: Language, kind: &str, default: Option<&Expr>) -> bool {
    let is_provided = default.is_some_and(|default| {
        matches!(
            default.last_name(),
            "Depends" | "Security" | "BackgroundTasks" | "Inject"
        )
    }) || kind.contains("Depends(");
    if language == Language::Rust {
        let head = kind.split('<').next().unwrap_or("");
        return matches!(
            head.rsplit("::").next().unwrap_or(""),
            "Json" | "Query" | "Form" | "Path" | "Bytes"
        );
    }
    !is_provided && !matches!(kind, "User" | "CurrentUser" | "AsyncSession" | "Session")
}

/// What a path such as `req.body` says about its value.
pub(super) fn part_of_request(path: &str) -> Labels {
    let Some((base, part)) = path.rsplit_once('.') else {
        return Labels::NONE;
    };
    let holder = base.rsplit('.').next().unwrap_or("");
    if !matches!(holder, "req" | "request" | "_request" | "_req") && base != "event" {
        return Labels::NONE;
    }
    match part {
        "body" | "rawBody" | "form" | "json" | "data" | "get_json" | "values" | "get_data"
        | "rawbody" => Labels::INPUT | Labels::PAYLOAD,
        "headers" => Labels::PAYLOAD,
        "query"
        | "params"
        | "args"
        | "query_params"
        | "path_params"
        | "GET"
        | "POST"
        | "files"
        | "queryStringParameters"
        | "pathParameters" => Labels::INPUT,
        _ => Labels::NONE,
    }
}

/// Whether a call gives an answer to the other side of a connection.
pub(crate) fn is_answer(site: &Site<'_>) -> bool {
    let base = site.path.rsplit_once('.').map_or("", |(base, _)| base);
    let first = base.split('.').next().unwrap_or("");
    let on_response = matches!(
        first,
        "res" | "response" | "reply" | "resp" | "ws" | "socket" | "_res"
    ) && matches!(
        site.last,
        "json" | "send" | "end" | "jsonp" | "write" | "send_json" | "send_text" | "sendText"
    );
    let by_name = Fact::AnswerCall.has(site.last) || Fact::AnswerPath.has(&site.path);
    // Pipecat and others hand a function's result to a callback.
    let by_callback = matches!(site.last, "result_callback" | "resultCallback");
    let in_rust = site.path.starts_with("httpresponse.") && matches!(site.last, "body" | "json");
    on_response || by_name || by_callback || in_rust
}

/// Whether something is assigned to what the other side gets: `ctx.body = …`.
pub(super) fn is_answer_body(path: &str) -> bool {
    matches!(
        path,
        "ctx.body" | "context.body" | "ctx.response.body" | "response.body" | "res.body"
    )
}

/// Whether a function's first parameter is an error that a framework hands it.
pub(super) fn takes_error(function: &Function) -> bool {
    let is_registered = function.decorators.iter().any(|decorator| {
        matches!(&decorator.kind, Kind::Call(call)
            if matches!(call.callee.last_name(), "exception_handler" | "errorhandler" | "error"))
    });
    let named = |at: usize, names: &[&str]| {
        function
            .params
            .get(at)
            .is_some_and(|param| names.contains(&param.name.as_str()))
    };
    let errors = ["err", "error", "e", "exc", "exception"];
    (is_registered && named(0, &errors))
        || (named(0, &errors) && named(1, &["req", "request", "_req", "_request"]))
}

/// Whether a call reads a whole message from a socket.
pub(super) fn receives(site: &Site<'_>) -> bool {
    matches!(
        site.last,
        "recv" | "receive" | "receive_text" | "receive_json" | "recv_json" | "receive_str"
    ) && site.path.rsplit('.').nth(1).is_some_and(is_socket_name)
}

/// Whether a name is that of a socket whose messages come one by one.
pub(super) fn is_socket_name(name: &str) -> bool {
    matches!(
        name,
        "ws" | "websocket" | "socket" | "sock" | "connection" | "channel"
    )
}

impl Flow<'_> {
    /// What a value read from a request is.
    pub(super) fn request_part(&self, path: &str) -> Option<Value> {
        let labels = part_of_request(path.trim_end_matches("()"));
        (labels != Labels::NONE).then(|| Value::labelled(labels))
    }
}
