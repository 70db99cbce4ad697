//! Unencrypted connections and unchecked certificates in code. Decides from addresses in texts, from the calls that
//! open them and from the switches that turn verification off.

use super::context::Context;
use crate::catalogue::connection::{CLEAR, CLEAR_ACCEPTED, TLS_OFF};
use crate::catalogue::rule::Severity;
use crate::code::ir::{Class, Expr, Kind, Span, Stmt};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Value, has_hole};
use crate::names::{Labels, words};
use crate::secret::url::{Address, HOLE, address, is_clear, is_loopback, is_namespace};

/// A text literal: a socket address in the clear is wrong wherever it stands.
pub(crate) fn literal(cx: &Context<'_, '_>, text: &str, span: Span) {
    let Some(found) = address(text.trim()) else {
        return;
    };
    if found.scheme.eq_ignore_ascii_case("ws") && is_clear(&found) {
        report(cx, found.host, span);
    }
}

/// A text with values in it.
pub(crate) fn built(cx: &Context<'_, '_>, value: &Value, span: Span) {
    let Some(skeleton) = value.skeleton.as_ref() else {
        return;
    };
    if !has_hole(&skeleton.text) {
        // All pieces are known: it is a literal that was put together.
        if !skeleton.cuts.is_empty()
            && let Some(found) = address(skeleton.text.trim())
            && found.scheme.eq_ignore_ascii_case("ws")
            && is_clear(&found)
        {
            report(cx, found.host, span);
        }
        return;
    }
    let Some(found) = address(&skeleton.text) else {
        return;
    };
    let is_known_host = !found.host.contains(HOLE);
    if found.scheme.eq_ignore_ascii_case("ws") && is_clear(&found) {
        let draft = Draft::new(&CLEAR, span, message(found.host));
        cx.report(if is_known_host {
            draft
        } else {
            draft.severity(Severity::Warning)
        });
    } else if found.scheme == "http"
        && is_clear(&found)
        && is_known_host
        && !is_namespace(found.host)
    {
        report(cx, found.host, span);
    }
}

/// A name that gets an address or a switch.
pub(crate) fn assigned(cx: &Context<'_, '_>, name: &str, written: &Expr, value: &Value) {
    if let Some(text) = value.constant() {
        let is_place = words(name).iter().any(|word| Fact::PlaceWord.has(word));
        let is_proxy = words(name).iter().any(|word| Fact::DescribedWord.has(word));
        // `url` in a class or module says where something is described as often as where it is called.
        let is_mark = cx.frame().name.is_empty() && matches!(name, "url" | "uri");
        if let Some(found) = address(text.trim()).filter(|_| is_place && !is_proxy && !is_mark)
            && found.scheme == "http"
            && is_clear(&found)
            && !is_namespace(found.host)
        {
            report(cx, found.host, written.span);
        }
        if name == "NODE_TLS_REJECT_UNAUTHORIZED" && text == "0" {
            off(cx, written.span);
        }
    }
    if name == "checkServerIdentity" && accepts_everything(written) {
        off(cx, written.span);
    }
    let Kind::Literal(literal) = &written.kind else {
        return;
    };
    let is_false = Fact::FalseWord.has(literal.as_str());
    let is_true = Fact::TrueWord.has(literal.as_str());
    let switches_off = is_false && Fact::TlsVerify.has(name) || is_true && Fact::TlsSkip.has(name);
    if switches_off && (name != "verify" || cx.facts().speaks_to_others) {
        off(cx, written.span);
    }
}

/// Fields of a struct whose attribute gives an address as the default.
pub(crate) fn class(cx: &Context<'_, '_>, class: &Class) {
    for field in &class.fields {
        let Some(at) = field.attributes.find("ws://") else {
            continue;
        };
        let written = field.attributes[at..].split('"').next().unwrap_or("");
        if let Some(found) = address(written)
            && is_clear(&found)
        {
            report(cx, found.host, field.span);
        }
    }
}

/// A function that says yes to every server.
fn accepts_everything(written: &Expr) -> bool {
    let Kind::Function(function) = &written.kind else {
        return false;
    };
    match function.body.as_slice() {
        [] => true,
        [Stmt::Return(value) | Stmt::Expr(value)] => {
            matches!(&value.kind, Kind::Literal(_) | Kind::Map(_))
                || matches!(&value.kind, Kind::Name(name) if name == "undefined")
        }
        _ => false,
    }
}

/// A constant that stands for no verification.
pub(crate) fn mentioned(cx: &Context<'_, '_>, path: &str, span: Span) {
    // Asking whether verification is off does not turn it off.
    if cx.comparing() > 0 {
        return;
    }
    let last = path.rsplit(['.', ':']).next().unwrap_or(path);
    if Fact::UncheckedTls.has(last)
        || path.ends_with("SslVerifyMode.NONE")
        || path.ends_with("SslVerifyMode::NONE")
    {
        off(cx, span);
    }
}

/// A call that opens a connection or turns verification off.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    verified(cx, site);
    if site.last == "set_ciphers" {
        return;
    }
    if opens(site) || Fact::ConnectCall.has(site.last) || makes_client(site) {
        for value in site.args.iter().take(2) {
            let found = value.constant().map(str::trim).and_then(address);
            if let Some(found) = found.filter(is_clear_http) {
                report(cx, found.host, value.at);
            }
        }
    }
    weakened(cx, site);
    accepts_any(cx, site);
}

/// A call that turns the check of certificates off.
fn verified(cx: &Context<'_, '_>, site: &Site<'_>) {
    let is_true = site.at(0).is_some_and(|(written, _)| {
        matches!(&written.kind, Kind::Literal(text) if text == "true" || text == "True")
    });
    if is_true && Fact::TlsAccept.has(site.last) {
        off(cx, site.span);
    }
    if site.last == "with_custom_certificate_verifier" && site.path.contains("dangerous") {
        // A verifier of one's own may well verify.
        let message = "certificates are checked by a verifier of your own";
        cx.report(Draft::new(&TLS_OFF, site.span, message).severity(Severity::Warning));
    }
    if let Some((written, _)) = site.named("ssl").filter(|_| opens_https(site))
        && matches!(&written.kind, Kind::Literal(text) if text == "False")
    {
        off(cx, written.span);
    }
}

/// `ServerProxy("http://…")`, `new ApiClient("http://…")`: what is made here connects later.
fn makes_client(site: &Site<'_>) -> bool {
    let name = site.words();
    site.last.starts_with(char::is_uppercase)
        && name.last().is_some_and(|last| Fact::ClientWord.has(last))
}

fn is_clear_http(found: &Address<'_>) -> bool {
    found.scheme == "http" && is_clear(found) && !is_namespace(found.host)
}

/// `url.replace("wss://", "ws://")`, and an address in the clear as what an environment variable falls back to.
fn weakened(cx: &Context<'_, '_>, site: &Site<'_>) {
    let text = |index: usize| site.args.get(index).and_then(Value::constant);
    let (Some(from), Some(to)) = (text(0), text(1)) else {
        return;
    };
    let strips = site.last == "replace"
        && matches!(
            (from, to),
            ("wss://" | "wss:" | "wss", "ws://" | "ws:" | "ws")
                | (
                    "https://" | "https:" | "https",
                    "http://" | "http:" | "http"
                )
        );
    if strips {
        report(cx, "", site.span);
    }
    let reads = site.path.ends_with("getenv") || site.path.ends_with("environ.get");
    if reads
        && let Some(found) = address(to.trim())
        && found.scheme == "http"
        && is_clear(&found)
        && !is_namespace(found.host)
        && found.host.contains('.')
    {
        report(cx, found.host, site.args[1].at);
    }
}

/// A socket opened to an address that nobody looked at.
fn accepts_any(cx: &Context<'_, '_>, site: &Site<'_>) {
    let is_socket = Fact::SocketPath.has(site.path.as_str())
        || Fact::SocketCall.has(site.last)
        || site.path.starts_with("websockets.") && site.last.ends_with("connect");
    if !is_socket || cx.facts().checks_scheme {
        return;
    }
    let Some(value) = site.args.first() else {
        return;
    };
    let is_open = match &value.skeleton {
        Some(skeleton) => skeleton.text.starts_with(HOLE),
        None => !value.labels.any(Labels::NUMBER),
    };
    if is_open && value.constant().is_none() {
        cx.report(Draft::new(
            &CLEAR_ACCEPTED,
            value.at,
            "a socket is opened to a configured address, ws:// included",
        ));
    }
}

/// Whether a call opens an HTTP address.
pub(crate) fn opens(site: &Site<'_>) -> bool {
    let base = site.path.rsplit_once('.').map_or("", |(base, _)| base);
    let base_last = base.rsplit('.').next().unwrap_or("").trim_end_matches("()");
    // `Client::new().get(…)` names the client before the constructor.
    let holder = match base_last {
        "new" | "build" | "builder" | "default" | "unwrap" | "expect" => base,
        _ => base_last,
    };
    let is_client = words(holder).iter().any(|word| Fact::HttpClient.has(word));
    let is_verb = Fact::HttpVerb.has(site.last);
    (is_client && is_verb) || Fact::HttpPath.has(&site.path) || Fact::HttpCall.has(site.last)
}

fn opens_https(site: &Site<'_>) -> bool {
    opens(site) || Fact::TlsCall.has(site.last)
}

fn message(host: &str) -> String {
    if host.contains(HOLE) || host.is_empty() {
        "a connection in the clear, unless its host is this machine".to_owned()
    } else if is_loopback(host) {
        "a connection in the clear".to_owned()
    } else {
        format!("a connection in the clear to {host}")
    }
}

fn report(cx: &Context<'_, '_>, host: &str, span: Span) {
    cx.report(Draft::new(&CLEAR, span, message(host)));
}

fn off(cx: &Context<'_, '_>, span: Span) {
    cx.report(Draft::new(
        &TLS_OFF,
        span,
        "certificates are not checked here",
    ));
}
