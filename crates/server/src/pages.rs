//! The pages: files that are part of the program, and the headers that keep them what they are.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use conversimple_wire::Code;

use crate::platform::Platform;
use crate::refused::Refused;

macro_rules! assets {
    ($($name:literal: $type:literal,)*) => {
        /// Every file of the pages, with its type.
        const ASSETS: &[(&str, &str, &str)] = &[$(($name, $type, include_str!(concat!("../assets/", $name))),)*];
    };
}

assets! {
    "base.css": "text/css; charset=utf-8",
    "capture.js": "text/javascript; charset=utf-8",
    "composer.js": "text/javascript; charset=utf-8",
    "dashboard.css": "text/css; charset=utf-8",
    "dashboard.html": "text/html; charset=utf-8",
    "dashboard.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "line.js": "text/javascript; charset=utf-8",
    "playback.js": "text/javascript; charset=utf-8",
    "policy.js": "text/javascript; charset=utf-8",
    "resample.js": "text/javascript; charset=utf-8",
    "sound.js": "text/javascript; charset=utf-8",
    "talk.css": "text/css; charset=utf-8",
    "talk.html": "text/html; charset=utf-8",
    "talk.js": "text/javascript; charset=utf-8",
    "transcript.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
    "views.js": "text/javascript; charset=utf-8",
    "visualizer.js": "text/javascript; charset=utf-8",
}

/// No script, style or connection but our own, no frame around us, and no text that becomes markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; worker-src 'self'; media-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

pub(crate) async fn talk() -> Response {
    file("talk.html")
}

pub(crate) async fn dashboard() -> Response {
    file("dashboard.html")
}

pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    match ASSETS.iter().find(|(asset, _, _)| *asset == name) {
        Some((_, mime, text)) => ([(header::CONTENT_TYPE, *mime)], *text).into_response(),
        None => Refused::from(Code::NotFound).into_response(),
    }
}

/// Headers of every answer.
pub(crate) async fn headers(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("microphone=(self), camera=(), geolocation=()"),
    );
    if platform.secure {
        let year = "max-age=31536000; includeSubDomains";
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(year),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would need a looser policy, turn text into markup, keep something in the browser or ask another host.
    const NEVER: &[&str] = &[
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "eval(",
        "new Function",
        "localStorage",
        "sessionStorage",
        "document.cookie",
        " style=\"",
        " onclick=",
        "<style",
        "javascript:",
        "//cdn",
        "https://",
        "http://",
    ];

    /// The name of a language, not an address.
    const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";

    #[test]
    fn pages_contain_nothing_their_csp_forbids() {
        for (name, _, text) in ASSETS {
            let text = text.replace(SVG_NAMESPACE, "");
            for never in NEVER {
                assert!(!text.contains(never), "{name}: {never}");
            }
        }
    }

    #[test]
    fn page_assets_are_all_embedded() {
        let mut seen = 0;
        for (name, _, text) in ASSETS {
            for piece in text.split(['"', '\'', '(', ')']) {
                let wanted = match piece.strip_prefix("/assets/").or(piece.strip_prefix("./")) {
                    Some(wanted) if wanted.contains('.') => wanted,
                    _ => continue,
                };
                assert!(
                    ASSETS.iter().any(|(asset, _, _)| *asset == wanted),
                    "{name}: {wanted}"
                );
                seen += 1;
            }
        }
        assert!(seen > 10, "{seen}");
    }
}
