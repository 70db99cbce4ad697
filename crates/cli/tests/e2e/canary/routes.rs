//! Requests with secrets wherever a request can hold one, to every route of the platform's own table, and to none.

use std::collections::BTreeSet;

use conversimple_mask::Kind;
use conversimple_server::AuditEvent;
use serde_json::{Value, json};

use super::Pile;
use super::house::House;
use super::markers::Markers;
use crate::http::{Answer, raw, request};

/// Each route with a good key and with a wrong one, with secrets in the path, the query, the headers and the body.
pub(super) fn every_route(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let mut count = 0;
    for (method, path) in conversimple_server::routes() {
        count += 1;
        let method = method.to_uppercase();
        let route = format!("{method} {path}");
        let good = format!("Bearer {}", house.key);
        let wrong = format!("Bearer {}", markers.value(&route, Kind::ApiKey));
        for key in [&good, &wrong] {
            for body in bodies(&route, markers) {
                let target = target(&route, &path, markers);
                let cookie = format!(
                    "conversimple_session={}; __Host-session={}",
                    markers.value(&route, Kind::Jwt),
                    markers.value(&route, Kind::ApiKey)
                );
                let password = markers.carry(&route, Kind::Password);
                let headers = [
                    ("Authorization", key.as_str()),
                    ("Cookie", &cookie),
                    ("X-Conversimple", "dashboard"),
                    ("X-Note", &password),
                    ("User-Agent", &password),
                    ("Referer", &password),
                ];
                let body = (method != "GET").then_some(body.as_str());
                let answer = request(house.address, &method, &target, &headers, body);
                assert_ne!(answer.status, 0, "{route} was not answered");
                pile.add(format!("the answer of {route}"), answer.text);
            }
        }
    }
    assert!(count > 30, "the table of routes is empty");
}

/// The path with a secret for each parameter, and secrets in the query.
fn target(route: &str, path: &str, markers: &mut Markers) -> String {
    let mut target = String::new();
    for part in path.split_inclusive('/') {
        match part.strip_prefix('{') {
            Some(_) => {
                target.push_str(&markers.value(route, Kind::Card));
                target.push_str(if part.ends_with('/') { "/" } else { "" });
            }
            None => target.push_str(part),
        }
    }
    let secrets = [
        ("auth_token", Kind::ApiKey),
        ("api_key", Kind::ApiKey),
        ("password", Kind::Password),
        ("customer_id", Kind::Card),
        ("limit", Kind::Card),
        ("page", Kind::Iban),
    ];
    let query = secrets.map(|(name, kind)| format!("{name}={}", markers.value(route, kind)));
    format!("{target}?{}", query.join("&"))
}

/// Bodies with secrets as values of the wrong type, as names, outside of JSON, and at a place where it breaks off.
fn bodies(route: &str, markers: &mut Markers) -> Vec<String> {
    let mut value = |kind| markers.value(route, kind);
    let wrong_types = json!({
        "text": {"card": value(Kind::Card)}, "name": [value(Kind::Iban)], "agent_id": value(Kind::Jwt),
        "channel": value(Kind::Password), "api_key": value(Kind::ApiKey), "code": value(Kind::Password),
        "description": {"password": value(Kind::Password)}, "environment": value(Kind::Card),
    });
    let unknown =
        json!({ value(Kind::Card): value(Kind::Password), "password": value(Kind::Password) });
    let twice = format!(
        r#"{{"text":"{}","text":"{}"}}"#,
        value(Kind::Card),
        value(Kind::Card)
    );
    let cut = format!(r#"{{"password":"{}"#, value(Kind::Password));
    let words = value(Kind::Jwt);
    vec![
        wrong_types.to_string(),
        unknown.to_string(),
        twice,
        cut,
        words,
    ]
}

/// Paths, methods and bytes that nothing answers to.
pub(super) fn what_is_no_route(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let path = "what is no route";
    let mut value = |kind| markers.value(path, kind);
    let requests = [
        format!(
            "GET /{}/x?password={} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            value(Kind::Card),
            value(Kind::Password)
        ),
        format!(
            "{} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            value(Kind::Iban)
        ),
        format!("GET / HTTP/9.{}\r\n\r\n", value(Kind::Pin)),
        format!(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nBad Header {}: {}\r\n\r\n",
            value(Kind::Card),
            value(Kind::Password)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Long: {}{}\r\n\r\n",
            value(Kind::Jwt),
            "x".repeat(600_000),
            value(Kind::Password)
        ),
        format!("\u{16}\u{3}\u{1} {}\r\n\r\n", value(Kind::ApiKey)),
    ];
    for request in requests {
        pile.add(
            "the answer to no route",
            raw(house.address, request.as_bytes()).text,
        );
    }
    let body = format!(
        r#"{{"text":"{}{}"}}"#,
        "x".repeat(70_000),
        value(Kind::Card)
    );
    let key = format!("Bearer {}", house.key);
    let answer = request(
        house.address,
        "POST",
        "/api/v1/conversations",
        &[("Authorization", &key)],
        Some(&body),
    );
    pile.add("the answer to a body that is too large", answer.text);
}

/// What the dashboard and other programs are shown afterwards; and a key that is taken in place of another.
pub(super) fn what_people_look_at(
    house: &House,
    conversation: &str,
    markers: &mut Markers,
    pile: &mut Pile,
) {
    let body = json!({"api_key": house.key}).to_string();
    let page = ("X-Conversimple", "dashboard");
    let opened = request(
        house.address,
        "POST",
        "/api/v1/session",
        &[page],
        Some(&body),
    );
    let cookie = opened.header("set-cookie").expect("a cookie");
    let cookie = cookie
        .split(';')
        .next()
        .expect("a name and a value")
        .to_owned();
    let (_, session) = cookie.split_once('=').expect("a name and a value");
    markers.add("the cookie of a dashboard session", Kind::Secret, session);
    let key = format!("Bearer {}", house.key);
    for path in [
        "/",
        "/dashboard",
        "/health",
        "/metrics",
        "/api/openapi.json",
        "/api/v1/conversations",
        "/api/v1/agents",
        "/api/v1/agents/trouble/policy",
        "/api/v1/agents/trouble/tools",
        &format!("/api/v1/conversations/{conversation}"),
        "/api/v1/audit?limit=500",
        "/api/v1/audit/verify",
        "/api/v1/settings/api-key",
        "/api/v1/settings/api-key/usage",
    ] {
        for header in [("Cookie", cookie.as_str()), ("Authorization", key.as_str())] {
            let answer = request(house.address, "GET", path, &[header, page], None);
            pile.add(format!("GET {path}"), answer.text);
        }
    }
    let shown = get(
        house,
        &key,
        &format!("/api/v1/conversations/{conversation}"),
    );
    let turns = shown.json()["data"]["turns"].as_array().map_or(0, Vec::len);
    assert!(turns > 10, "the timeline is empty: {}", shown.text);
    let audit = get(house, &key, "/api/v1/audit?limit=500").json();
    let records = audit["data"].as_array().map_or(0, Vec::len);
    assert!(records > 10, "the trail is empty: {audit}");

    an_agent_and_a_deployment(house, &key, pile);
    let rotate = "/api/v1/settings/api-key/rotate";
    let answer = request(
        house.address,
        "POST",
        rotate,
        &[("Authorization", &key)],
        Some("{}"),
    );
    let new = answer.json()["data"]["new_api_key"].clone();
    let new = new.as_str().unwrap_or_else(|| panic!("{}", answer.text));
    markers.add("a key in the place of another", Kind::ApiKey, new);
    let info = get(house, &format!("Bearer {new}"), "/api/v1/settings/api-key");
    assert_eq!(info.json()["data"]["status"], Value::from("active"));
    pile.add("what is known of a key", info.text);
    let audit = get(house, &format!("Bearer {new}"), "/api/v1/audit?limit=500").json();
    let records = audit["data"].as_array().into_iter().flatten();
    let found: BTreeSet<&str> = records
        .filter_map(|record| record["event"].as_str())
        .collect();
    let known: BTreeSet<&str> = AuditEvent::ALL.map(AuditEvent::as_str).into();
    assert_eq!(found, known, "kinds of records that nothing here causes");
    pile.add("the trail", audit.to_string());
}

/// What a customer sets up, from its beginning to its end.
fn an_agent_and_a_deployment(house: &House, key: &str, pile: &mut Pile) {
    let mut ask = |method: &str, path: &str, body: Value| {
        let path = format!("/api/v1/{path}");
        let body = body.to_string();
        let headers = [("Authorization", key)];
        let answer = request(house.address, method, &path, &headers, Some(&body));
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        let id = answer.json()["data"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        pile.add(format!("{method} {path}"), answer.text);
        id
    };
    let agent = ask(
        "POST",
        "agents",
        json!({"name": "Bank", "description": "d"}),
    );
    let deployment =
        json!({"name": "d", "agent_id": agent, "channel": "sdk", "environment": "dev"});
    let deployment = ask("POST", "deployments", deployment);
    ask(
        "PUT",
        &format!("deployments/{deployment}"),
        json!({"name": "e"}),
    );
    ask(
        "POST",
        &format!("deployments/{deployment}/activate"),
        json!({}),
    );
    ask(
        "POST",
        &format!("deployments/{deployment}/deactivate"),
        json!({}),
    );
    ask("DELETE", &format!("deployments/{deployment}"), json!({}));
    ask("PUT", &format!("agents/{agent}"), json!({"name": "Banks"}));
    let policy = json!({"tools": {"get_balance": {"public": true}}});
    ask("PUT", &format!("agents/{agent}/policy"), policy);
    ask("POST", &format!("agents/{agent}/publish"), json!({}));
    ask("DELETE", &format!("agents/{agent}"), json!({}));
    // One of each stays, so that there is something to open in the database.
    let config = json!({"greeting": "hello"});
    let agent = json!({"name": "Shop", "description": "d", "agent_config": config});
    let agent = ask("POST", "agents", agent);
    let deployment = json!({"name": "d", "agent_id": agent, "channel": "sdk", "environment": "dev",
                            "channel_config": config});
    ask("POST", "deployments", deployment);
}

fn get(house: &House, key: &str, path: &str) -> Answer {
    request(house.address, "GET", path, &[("Authorization", key)], None)
}
