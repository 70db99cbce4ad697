//! An agent in this process, served by the SDK's own shell against a platform of the test's.

mod platform;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use conversimple::prelude::*;
use platform::{Platform, patient};
use serde::Serialize;
use serde_json::{Value, json};

/// An agent of which everything that can go wrong does.
#[derive(Default)]
struct Trouble {
    runs: Arc<AtomicU32>,
}

#[derive(Serialize)]
struct Seen {
    text: String,
}

#[derive(Default, Clone, Serialize)]
struct Basket {
    things: Vec<String>,
}

/// What to book
#[derive(Input)]
struct Booking {
    /// How many people come
    #[input(
        min = 1,
        max = 8,
        code = "party_too_large",
        say = "We have room for eight."
    )]
    people: u8,
    #[input(length = 2..=20, pattern = "^[a-z ]+$", code = "invalid_dish", say = "We do not know that dish.")]
    dish: Option<String>,
    #[serde(default)]
    table: Place,
}

/// When to come, and where to answer
#[derive(Input)]
#[input(
    less(from, to),
    code = "invalid_period",
    say = "The end is before the beginning."
)]
#[input(exactly_one(mail, phone))]
struct Visit {
    #[input(name = "from_day")]
    from: conversimple::Date,
    to: Option<conversimple::Date>,
    mail: Option<conversimple::EmailAddress>,
    phone: Option<conversimple::PhoneNumber>,
}

#[derive(Input, Default, Serialize, Clone, Copy, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Place {
    #[default]
    NearWindow,
    Outside,
}

#[derive(Serialize)]
struct Booked {
    people: u8,
    dish: Option<String>,
    table: Place,
}

struct Locker(String);

#[agent("trouble")]
impl Trouble {
    #[tool("Panic with a card number in the words", public)]
    async fn panic(&self) -> Reply<Seen> {
        panic!("card 4111 1111 1111 1111 is not accepted");
    }

    #[tool("Fail with a host and a password in the words", public)]
    async fn fail(&self) -> Reply<Seen> {
        Err(std::io::Error::other(
            "db.internal:5432 refused password hunter2",
        ))?
    }

    #[tool("Refuse in words of its own", public)]
    async fn refuse(&self) -> Reply<Seen> {
        Err(Failure::refused("shop_closed", "The shop opens at nine."))
    }

    #[tool("Wait for ever", public)]
    async fn wait(&self) -> Reply<Seen> {
        std::future::pending().await
    }

    #[tool("Say too much", public)]
    fn tell(&self) -> Reply<Seen> {
        Ok(Seen {
            text: "card 4111111111111111, mail somebody@example.com".to_owned(),
        })
    }

    #[tool("Count a run", public)]
    async fn count(&self) -> Reply<u32> {
        Ok(self.runs.fetch_add(1, Ordering::Relaxed) + 1)
    }

    #[tool("Put a thing into the basket", public)]
    async fn put(&self, conversation: Conversation, thing: Name) -> Reply<Basket> {
        conversation.update(|basket: &mut Basket| basket.things.push(thing.as_str().to_owned()));
        Ok(conversation.state())
    }

    #[tool("Book a table", public)]
    async fn book(&self, booking: Booking) -> Reply<Booked> {
        let Booking {
            people,
            dish,
            table,
        } = booking;
        Ok(Booked {
            people,
            dish,
            table,
        })
    }

    #[tool("Plan a visit", limit = "100/min", public)]
    async fn visit(&self, visit: Visit) -> Reply<Seen> {
        let answer = visit
            .mail
            .map(String::from)
            .or(visit.phone.map(String::from));
        let text = format!("{} {}", visit.to.unwrap_or(visit.from), answer.is_some());
        Ok(Seen { text })
    }

    #[tool("Log out and fail", role = "logout")]
    async fn log_out_badly(&self) -> Reply<Seen> {
        Err("the farewell is broken")?
    }

    #[tool("Enter with a number", role = "login", limit = "100/min")]
    async fn enter(&self, language: Place, member: u32, code: Pin) -> Reply<Login> {
        let _ = language;
        Ok(if code.is("2468") {
            Login::accepted(member.to_string(), "member")
        } else {
            Login::refused()
        })
    }

    #[tool("Log in for ever", role = "login", limit = "100/min")]
    async fn log_in_for_ever(&self, _name: Name) -> Reply<Login> {
        std::future::pending().await
    }

    #[tool("Log in with a code", role = "login")]
    async fn log_in(&self, name: Name, code: Pin) -> Reply<Login> {
        Ok(if code.is("2468") {
            Login::accepted(format!("user-{name}"), name.as_str())
        } else {
            Login::refused()
        })
    }

    #[tool("Log out", role = "logout")]
    async fn log_out(&self) -> Reply<Seen> {
        Ok(Seen {
            text: "bye".to_owned(),
        })
    }

    #[tool("Open a locker")]
    async fn open(
        &self,
        locker: Owned<Locker>,
        #[input(max = 9)] shelf: Option<i64>,
    ) -> Reply<Seen> {
        let text = format!("{} {}", locker.0, shelf.unwrap_or_default());
        Ok(Seen { text })
    }

    #[tool(
        "Spend money",
        sum = "amount: 100/hour",
        caller_limit = "3/hour",
        step_up = "5min"
    )]
    async fn spend(&self, _caller: Caller, amount: Decimal) -> Reply<Seen> {
        Ok(Seen {
            text: amount.to_string(),
        })
    }
}

impl Ownership<Locker> for Trouble {
    const KIND: &'static str = "locker";

    async fn list(&self, caller: &Caller) -> Reply<Vec<OwnThing>> {
        let id = format!("locker-of-{}", caller.id());
        Ok(vec![OwnThing {
            id,
            names: vec!["my locker".to_owned()],
        }])
    }

    async fn find(&self, caller: &Caller, id: &str) -> Reply<Option<Locker>> {
        let own = format!("locker-of-{}", caller.id());
        Ok((id == own).then_some(Locker(own)))
    }
}

/// Writes the settings of an agent into a folder's `.env`.
fn settings(folder: &Path, platform: &Platform, more: &str) -> Environment {
    let key = folder.join("key");
    std::fs::write(&key, "cs_test_visiblyfake_one\n").expect("written");
    let text = format!(
        "CONVERSIMPLE_API_KEY_FILE='{}'\nCONVERSIMPLE_PLATFORM_URL={}\n{more}\n",
        key.display(),
        platform.url()
    );
    std::fs::write(folder.join(".env"), text).expect("written");
    Environment::in_folder(folder).expect("settings")
}

struct Rig {
    platform: Platform,
    peer: platform::Peer,
    folder: tempfile::TempDir,
    runs: Arc<AtomicU32>,
}

impl Rig {
    async fn start() -> Self {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let agent =
            Agent::from_environment(&settings(folder.path(), &platform, "")).expect("an agent");
        let trouble = Trouble::default();
        let runs = trouble.runs.clone();
        tokio::spawn(agent.serve(trouble));
        let peer = platform.accept().await;
        Self {
            platform,
            peer,
            folder,
            runs,
        }
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.peer.call("v1", tool, arguments).await
    }
}

#[tokio::test]
async fn tool_body_failure_is_generic_and_agent_keeps_serving() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    let unavailable = json!({"error": "service_unavailable", "message": "Unable to process request. Please try again."});
    for (tool, answer) in [
        ("panic", unavailable.clone()),
        ("fail", unavailable),
        (
            "refuse",
            json!({"error": "shop_closed", "message": "The shop opens at nine."}),
        ),
        ("count", json!({"result": 1})),
    ] {
        assert_eq!(rig.call(tool, json!({})).await, answer, "{tool}");
    }
    let told = rig.call("tell", json!({})).await.to_string();
    assert!(
        !told.contains("4111111111111111") && !told.contains("somebody@"),
        "{told}"
    );
}

#[tokio::test]
async fn slow_call_times_out_and_delays_no_other() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    let request = json!({"call_id": "call_slow", "conversation_id": "v1", "tool_name": "wait", "arguments": {},
                         "timeout_seconds": 0.1});
    rig.peer.push("tool_call_request", request).await;
    let counted = rig.peer.call("v1", "count", json!({}));
    assert_eq!(counted.await, json!({"result": 1}));
    let (id, answer) = rig.peer.answer().await;
    assert_eq!(
        (id.as_str(), &answer["error"]),
        ("call_slow", &json!("tool_timeout"))
    );
}

#[tokio::test]
async fn declaration_gives_both_schema_and_validation() {
    let mut rig = Rig::start().await;
    let tools = rig.peer.begin("v1").await;
    let find = |name: &str| {
        tools
            .as_array()
            .expect("tools")
            .iter()
            .find(|t| t["name"] == name)
            .expect("the tool")["parameters"]
            .clone()
    };
    let book = find("book");
    assert_eq!(book["required"], json!(["people"]));
    assert_eq!(book["additionalProperties"], false);
    let people = &book["properties"]["people"];
    assert_eq!(
        (&people["minimum"], &people["maximum"]),
        (&json!(1), &json!(8))
    );
    assert_eq!(people["description"], "How many people come");
    assert_eq!(
        people["x-refuse"]["maximum"],
        json!({"code": "party_too_large", "message": "We have room for eight."})
    );
    assert_eq!(
        book["properties"]["table"]["enum"],
        json!(["near-window", "outside"])
    );
    assert_eq!(find("open")["required"], json!(["locker_id"]));
    assert_eq!(
        find("spend")["x-sum"],
        json!({"argument": "amount", "limit": "100/hour"})
    );
    for (arguments, answer) in [
        (
            json!({"people": 2}),
            json!({"people": 2, "dish": null, "table": "near-window"}),
        ),
        (
            json!({"people": 8, "dish": "rice", "table": "outside"}),
            json!({"people": 8, "dish": "rice", "table": "outside"}),
        ),
    ] {
        assert_eq!(rig.call("book", arguments).await, answer);
    }
    for (arguments, code) in [
        (json!({"people": 9}), "party_too_large"),
        (json!({"people": 2, "dish": "R"}), "invalid_dish"),
        (json!({"people": 2, "table": "cellar"}), "invalid_place"),
        (json!({"people": 2.5}), "invalid_type"),
        (json!({"people": 2, "dish": null}), "invalid_type"),
    ] {
        let answer = rig.call("book", arguments.clone()).await;
        assert_eq!(answer["error"], code, "{arguments}: {answer}");
    }
    let several = rig.call("book", json!({"people": 9, "dish": "R"})).await;
    let fields = several["fields"].as_object().expect("fields");
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["people", "dish"]);
}

#[tokio::test]
async fn rule_between_fields_refuses_with_code_and_message() {
    let mut rig = Rig::start().await;
    let tools = rig.peer.begin("v1").await;
    let mut tools = tools.as_array().expect("tools").iter();
    let visit = tools.find(|t| t["name"] == "visit").expect("the tool");
    assert_eq!(
        visit["parameters"]["x-rules"],
        json!([{"rule": "less", "of": ["from_day", "to"], "code": "invalid_period",
                "message": "The end is before the beginning."},
               {"rule": "exactly_one", "of": ["mail", "phone"]}])
    );
    let (from, mail, phone) = ("2026-12-01", "somebody@example.com", "+49 30 1234567");
    for (arguments, code) in [
        (json!({"from_day": from, "mail": mail}), None),
        (
            json!({"from_day": from, "to": "2026-12-02", "phone": phone}),
            None,
        ),
        (
            json!({"from_day": from, "to": "2026-11-30", "mail": mail}),
            Some("invalid_period"),
        ),
        (
            json!({"from_day": from, "to": from, "mail": mail}),
            Some("invalid_period"),
        ),
        (json!({"from_day": from}), Some("invalid_parameters")),
        (
            json!({"from_day": from, "mail": mail, "phone": phone}),
            Some("invalid_parameters"),
        ),
    ] {
        let answer = rig.call("visit", arguments.clone()).await;
        assert_eq!(
            answer.get("error").and_then(Value::as_str),
            code,
            "{arguments}: {answer}"
        );
    }
    let both = json!({"from_day": from, "to": from, "mail": mail, "phone": phone});
    let answer = rig.call("visit", both).await;
    assert_eq!(answer["message"], "The end is before the beginning.");
    let fields = answer["fields"].as_object().expect("fields");
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["from_day", "mail"]);
}

struct Muddle;

/// Nobody can obey: one is always given.
#[derive(Input)]
#[input(exactly_one(mail, phone))]
struct Muddled {
    mail: String,
    phone: Option<String>,
}

#[agent]
impl Muddle {
    #[tool("One thing")]
    async fn one(&self, muddled: Muddled) -> Reply<Seen> {
        let text = muddled.mail + &muddled.phone.unwrap_or_default();
        Ok(Seen { text })
    }
}

#[tokio::test]
async fn agent_with_unsatisfiable_rule_does_not_start() {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::from_environment(&settings(folder.path(), &platform, "")).expect("an agent");
    let error = agent
        .serve(Muddle)
        .await
        .expect_err("a mistake")
        .to_string();
    assert!(error.contains("`mail` always is"), "{error}");
}

#[tokio::test]
async fn login_failures_are_counted_for_numeric_account() {
    let mut rig = Rig::start().await;
    let mut enter = async |conversation: &str, member: u32, code: &str| {
        rig.peer.begin(conversation).await;
        let arguments = json!({"language": "outside", "member": member, "code": code});
        rig.peer.call(conversation, "enter", arguments).await
    };
    for i in 0..5 {
        let answer = enter(&format!("v{i}"), 7, "1357").await;
        assert_eq!(answer["error"], "invalid_credentials", "{answer}");
    }
    assert_eq!(enter("v8", 7, "2468").await["error"], "rate_limit_exceeded");
    assert_eq!(enter("v9", 8, "2468").await["success"], true);
}

#[tokio::test]
async fn queued_logins_delay_no_other_call() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    for i in 0..70 {
        let (id, name) = (format!("login_{i}"), r#"{"name":"ann"}"#);
        rig.peer.ask(&id, "v1", "log_in_for_ever", name).await;
    }
    assert_eq!(rig.call("count", json!({})).await, json!({"result": 1}));
}

#[tokio::test]
async fn queued_call_does_not_run_in_next_conversation() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    let request = |call: &str, conversation: &str, tool: &str, seconds: f64| {
        json!({"call_id": call, "conversation_id": conversation, "tool_name": tool, "arguments": {},
               "timeout_seconds": seconds})
    };
    // As many bodies as run at a time.
    for i in 0..64 {
        let conversation = format!("busy{}", i / 8);
        if i % 8 == 0 {
            rig.peer.begin(&conversation).await;
        }
        let request = request(&format!("wait_{i}"), &conversation, "wait", 1.0);
        rig.peer.push("tool_call_request", request).await;
    }
    let queued = request("call_queued", "v1", "count", 30.0);
    rig.peer.push("tool_call_request", queued).await;
    rig.peer.end("v1").await;
    rig.peer.begin("v1").await;
    for _ in 0..64 {
        assert_eq!(rig.peer.answer().await.1["error"], "tool_timeout");
    }
    let counted = rig.call("count", json!({})).await;
    assert_eq!(counted, json!({"result": 1}));
}

#[tokio::test]
async fn failed_logout_still_logs_out() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    rig.call("log_in", json!({"name": "ann", "code": "2468"}))
        .await;
    let things = json!({"kind": "locker"});
    assert!(rig.call("conversimple_own_things", things.clone()).await["things"].is_array());
    assert_eq!(
        rig.call("log_out_badly", json!({})).await["error"],
        "service_unavailable"
    );
    assert_eq!(
        rig.call("conversimple_own_things", things).await["error"],
        "authentication_required"
    );
}

#[tokio::test]
async fn state_and_login_end_with_their_conversation() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    rig.call("put", json!({"thing": "tea"})).await;
    let basket = rig.call("put", json!({"thing": "bread"})).await;
    assert_eq!(basket, json!({"things": ["tea", "bread"]}));
    rig.peer.end("v1").await;
    rig.peer.begin("v1").await;
    assert_eq!(
        rig.call("put", json!({"thing": "milk"})).await,
        json!({"things": ["milk"]})
    );

    let locker = json!({"locker_id": "locker-of-user-ann", "shelf": 3});
    assert_eq!(
        rig.call("open", locker.clone()).await["error"],
        "authentication_required"
    );
    let login = rig
        .call("log_in", json!({"name": "ann", "code": "2468"}))
        .await;
    assert_eq!(login, json!({"success": true, "user": "ann"}));
    assert_eq!(
        rig.call("open", locker.clone()).await,
        json!({"text": "locker-of-user-ann 3"})
    );
    let things = rig
        .call("conversimple_own_things", json!({"kind": "locker"}))
        .await;
    assert_eq!(things["things"][0]["id"], "locker-of-user-ann");
    assert_eq!(
        rig.call("open", json!({"locker_id": "locker-of-user-bo"}))
            .await["error"],
        "unauthorized"
    );
    rig.call("log_out", json!({})).await;
    assert_eq!(
        rig.call("open", locker).await["error"],
        "authentication_required"
    );
}

#[tokio::test]
async fn sum_and_caller_limits_span_conversations() {
    let mut rig = Rig::start().await;
    for conversation in ["v1", "v2"] {
        rig.peer.begin(conversation).await;
        rig.peer
            .call(
                conversation,
                "log_in",
                json!({"name": "ann", "code": "2468"}),
            )
            .await;
    }
    let mut spend = async |conversation: &str, amount: i64| {
        let answer = rig
            .peer
            .call(conversation, "spend", json!({"amount": amount}))
            .await;
        answer
            .get("error")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    assert_eq!(spend("v1", 60).await, None);
    assert_eq!(
        spend("v2", 60).await.as_deref(),
        Some("rate_limit_exceeded")
    );
    assert_eq!(spend("v2", 30).await, None);
    assert_eq!(spend("v1", 1).await.as_deref(), Some("rate_limit_exceeded"));
}

#[tokio::test]
async fn new_key_in_file_takes_over_beside_old_connection() {
    let mut rig = Rig::start().await;
    rig.peer.begin("v1").await;
    let key = |peer: &platform::Peer| {
        peer.request.headers()["authorization"]
            .to_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(key(&rig.peer), "Bearer cs_test_visiblyfake_one");
    std::fs::write(rig.folder.path().join("key"), "cs_test_visiblyfake_two\n").expect("written");
    let mut second = rig.platform.accept().await;
    assert_eq!(key(&second), "Bearer cs_test_visiblyfake_two");
    let registered = second.read().await;
    assert_eq!(registered["payload"]["conversation_id"], "v1");
    assert_eq!(
        second.call("v1", "count", json!({})).await,
        json!({"result": 1})
    );
    // The old connection owes nothing, so it says good-bye.
    let rest = rig.peer.closed().await;
    assert_eq!(
        rest.last().map(|frame| frame["event"].clone()),
        Some(json!("phx_leave"))
    );
    assert_eq!(rig.runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn overloaded_platform_is_retried_after_its_delay() {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::from_environment(&settings(folder.path(), &platform, "")).expect("an agent");
    let served = tokio::spawn(agent.serve(Trouble::default()));
    platform
        .refuse("503 Service Unavailable", "retry-after: 1\r\n", "")
        .await;
    let mut peer = platform.accept().await;
    peer.begin("v1").await;
    assert!(!served.is_finished());
}

#[tokio::test]
async fn join_permanently_refused_stops_agent() {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::from_environment(&settings(folder.path(), &platform, "")).expect("an agent");
    let served = tokio::spawn(agent.serve(Trouble::default()));
    let mut peer = platform.accept_unjoined().await;
    let join = peer.read().await;
    peer.reply(&join, "error", json!({"reason": "customer_suspended"}))
        .await;
    let stopped = patient(served).await.expect("no panic");
    let error = stopped.expect_err("a refusal").to_string();
    assert!(
        error.contains("customer_suspended") && error.contains("ask whoever"),
        "{error}"
    );
}

struct Twice;

#[agent]
impl Twice {
    #[tool("One thing")]
    async fn one(&self, #[input(pattern = "(")] text: String) -> Reply<Seen> {
        Ok(Seen { text })
    }
}

#[tokio::test]
async fn agent_with_invalid_declaration_does_not_start() {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::from_environment(&settings(folder.path(), &platform, "")).expect("an agent");
    let error = agent.serve(Twice).await.expect_err("a mistake").to_string();
    assert!(
        error.contains("tool `one`") && error.contains("pattern"),
        "{error}"
    );
}
