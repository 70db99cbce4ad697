//! The published Python client, unchanged, against our platform: an agent that the dialog has never seen.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::platform::{Platform, calls, command, said};

const AGENT: &str = r#"
import asyncio, os, sys
from conversimple import ConversimpleAgent, tool

class Weather(ConversimpleAgent):
    @tool("Get current weather for a city")
    def get_weather(self, city: str) -> dict:
        if city.lower() == "atlantis":
            raise RuntimeError("postgres://admin:hunter2@db.internal/weather is down")
        return {"city": city, "temperature": 21, "sky": "clear"}

    @tool("Subscribe an e-mail address to the newsletter")
    def subscribe(self, email: str) -> dict:
        return {"subscribed": email == "ann@example.com"}

async def main():
    agent = Weather(api_key=os.environ["CONVERSIMPLE_API_KEY"], platform_url=os.environ["URL"])
    await agent.start()
    for known in agent.registered_tools:
        if known["name"] == "subscribe":
            known["parameters"].update({"x-effect": "write", "x-public": True})
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

/// Every tool says whether it was called as it should be, and nothing else.
const SHOP: &str = r#"
import asyncio, os
from conversimple import ConversimpleAgent, tool

class Shop(ConversimpleAgent):
    @tool("Send a confirmation e-mail")
    def send_confirmation(self, email: str) -> dict:
        return {"right": email == "jane@example.com"}

    @tool("Request a callback")
    def request_callback(self, phone: str) -> dict:
        return {"right": phone == "5551234567"}

    @tool("Add a note to the file")
    def add_note(self, note: str) -> dict:
        return {"right": "⟨" in note and "555" not in note and "jane" not in note}

    @tool("Mail the receipt of an order")
    def mail_receipt(self, email: str) -> dict:
        return {"right": email == "jane@example.com"}

    @tool("Verify a PIN")
    def verify(self, pin: int) -> dict:
        return {"right": pin == 4271}

async def main():
    agent = Shop(api_key=os.environ["CONVERSIMPLE_API_KEY"], platform_url=os.environ["URL"])
    await agent.start()
    for known in agent.registered_tools:
        known["parameters"]["x-public"] = True
        known["parameters"]["x-confirm"] = known["name"] == "mail_receipt"
        if known["name"] == "mail_receipt":
            known["parameters"]["x-say"] = "The receipt went to {email}, right is {right}."
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

/// A door that opens for nobody.
const DOOR: &str = r#"
import asyncio, os
from conversimple import ConversimpleAgent, tool

class Door(ConversimpleAgent):
    @tool("Log in")
    def login(self, username: str, password: str) -> dict:
        return {"success": False}

async def main():
    agent = Door(api_key=os.environ["CONVERSIMPLE_API_KEY"], platform_url=os.environ["URL"])
    await agent.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

/// One of many banks, which opens for nobody.
const BANKS: &str = r#"
import asyncio, os
from conversimple import ConversimpleAgent, tool

class Banks(ConversimpleAgent):
    @tool("Log in")
    def login(self, bank: str, username: str, password: str) -> dict:
        return {"success": False}

async def main():
    agent = Banks(api_key=os.environ["CONVERSIMPLE_API_KEY"], platform_url=os.environ["URL"])
    await agent.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

/// Thirteen tools that declare nothing, beside a login.
const BANK: &str = r#"
import asyncio, os
from conversimple import ConversimpleAgent, tool

TOOLS = [line.split(": ") for line in os.environ["TOOLS"].splitlines()]

class Bank(ConversimpleAgent):
    @tool("Log in")
    def login(self, username: str, password: str) -> dict:
        return {"success": True, "user": "u1"}

def act(name, description):
    def run(self) -> dict:
        return {"done": True}
    run.__name__ = name
    return tool(description)(run)

for name, description in TOOLS:
    setattr(Bank, name, act(name, description))

async def main():
    agent = Bank(api_key=os.environ["CONVERSIMPLE_API_KEY"], platform_url=os.environ["URL"])
    await agent.start()
    assert len(agent.registered_tools) == 14, agent.registered_tools
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

/// Name and description of each.
const RISKY: &str = "delete_account: Delete my account
wire_funds: Wire the funds
pay_bill: Pay my electricity bill
send_email: Send an e-mail to the landlord
cancel_subscription: Cancel my subscription
transfer_money: Transfer money to savings
refund_order: Refund my last order
close_account: Close the savings account
forward_statement: Forward my statement
purge_history: Purge the history
withdraw_cash: Withdraw cash
share_document: Share the contract
terminate_lease: Terminate the lease";

/// A caller at the media socket: sends each of its arguments, a control message, and waits for the end of its turn.
/// Everything that it hears is written out, and at last what the platform kept of the turns.
const CALLER: &str = r#"
import asyncio, json, os, sys, urllib.request
import websockets

def ask(path, body=None):
    request = urllib.request.Request(os.environ["URL"] + path, data=body, headers={
        "Authorization": "Bearer " + os.environ["CONVERSIMPLE_API_KEY"], "Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))

async def main():
    opened = ask("/api/v1/conversations", b"{}")
    url = os.environ["URL"].replace("http:", "ws:") + "/media/websocket"
    async with websockets.connect(url, origin=os.environ["URL"]) as socket:
        async def turn():
            while True:
                line = await socket.recv()
                print(line)
                if json.loads(line)["type"] == "turn_end":
                    return
        await socket.send(json.dumps({"type": "start", "token": opened["client_token"], "rate_hz": 16000, "voice": False}))
        await turn()
        for message in sys.argv[1:]:
            await socket.send(message)
            await turn()
    print(json.dumps(ask("/api/v1/conversations/" + opened["id"]), ensure_ascii=False))

asyncio.run(main())
"#;

struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
fn published_python_client_works_unchanged_and_is_guarded() {
    let platform = Platform::typing();
    let report = talk(
        &platform,
        AGENT,
        &[
            "what is the weather in Paris",
            "and in Atlantis",
            "subscribe ann@example.com to the newsletter",
        ],
    );
    assert_eq!(calls(&report, 0), [("get_weather", "allowed")], "{report}");
    assert_eq!(
        report["turns"][0]["tool_calls"][0]["arguments"]["city"],
        "Paris"
    );
    assert!(said(&report, 0).contains("21"), "{report}");
    assert_eq!(calls(&report, 2), [("subscribe", "allowed")], "{report}");
    assert!(
        !report.to_string().contains("ann@"),
        "an address is used and not shown: {report}"
    );
    assert!(
        !report.to_string().contains("hunter2"),
        "what a tool died of is nobody's business: {report}"
    );
}

#[test]
fn tools_that_pay_send_or_delete_wait_for_a_caller_and_a_yes_where_nothing_is_declared() {
    let platform = Platform::typing();
    let key = customer(&platform);
    let _agent = start(&platform, BANK, &key);
    for line in RISKY.lines() {
        let (tool, wish) = line.split_once(": ").expect("name and description");
        let stranger = converse(&platform, &key, &[wish, "yes"]);
        let known = converse(&platform, &key, &["log in", "ann", "maple", wish]);
        for report in [&stranger, &known] {
            let turns = report["turns"].as_array().expect("turns");
            let ran = (0..turns.len())
                .flat_map(|turn| calls(report, turn))
                .any(|call| call == (tool, "allowed"));
            assert!(!ran, "{tool} ran without a yes: {report}");
        }
        assert!(
            said(&known, 3).contains('?'),
            "{tool} is read back: {known}"
        );
    }
    let asked = converse(
        &platform,
        &key,
        &["log in", "ann", "maple", "delete my account", "yes"],
    );
    assert_eq!(calls(&asked, 4), [("delete_account", "allowed")], "{asked}");
}

#[test]
fn policy_file_loosens_one_tool_and_the_dashboard_shows_it() {
    let platform = Platform::typing();
    let key = customer(&platform);
    let _agent = start(&platform, BANK, &key);
    let ran = |tool: &str, wish: &str| {
        let report = converse(&platform, &key, &[wish]);
        calls(&report, 0).contains(&(tool, "allowed"))
    };
    assert!(!ran("delete_account", "Delete my account"));
    let ask = |path: &str| {
        let address = platform
            .url
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let bearer = format!("Bearer {key}");
        let path = format!("/api/v1{path}");
        crate::http::request(address, "GET", &path, &[("Authorization", &bearer)], None).json()
    };
    let held = ask("/conversations");
    let id = held["data"][0]["agent_id"].as_str().expect("an agent");
    let folder = platform.data.join("policies");
    std::fs::create_dir_all(&folder).expect("a folder");
    let policy = "[tools.delete_account]\npublic = true\nconfirm = false\n";
    std::fs::write(folder.join(format!("{id}.toml")), policy).expect("a file");
    assert!(ran("delete_account", "Delete my account"));
    assert!(
        !ran("wire_funds", "Wire the funds"),
        "the others are as they were"
    );
    let shown = ask(&format!("/agents/{id}/policy"))["data"].take();
    let loosened = serde_json::json!([{"tool": "delete_account", "words": ["public", "no_confirm"], "by_policy": true}]);
    assert_eq!(shown["loosened"], loosened);
    assert_eq!(
        shown["toml"].as_str(),
        Some("[tools.delete_account]\npublic = true\nconfirm = false\n")
    );
    let tools = shown["tools"].as_array().expect("tools").len();
    assert_eq!(tools, 14);
}

#[test]
fn guesses_at_one_user_wait_though_the_bank_changes() {
    let platform = Platform::typing();
    let key = customer(&platform);
    let _agent = start(&platform, BANKS, &key);
    let verdict = |bank: &str, user: &str| {
        let wish = format!("login, my bank is {bank}");
        let report = converse(&platform, &key, &[&wish, user, "maple"]);
        let call = &report["turns"][2]["tool_calls"][0]["arguments"];
        assert_eq!(
            (&call["bank"], &call["username"]),
            (&bank.into(), &user.into()),
            "{report}"
        );
        let (tool, verdict) = calls(&report, 2)[0];
        assert_eq!(tool, "login", "{report}");
        verdict.to_owned()
    };
    for bank in ["north", "south", "east", "west", "central"] {
        assert_eq!(verdict(bank, "ann"), "allowed");
    }
    assert_eq!(verdict("coast", "ann"), "rate_limit_exceeded");
    for user in ["bob", "cleo", "dora", "emil", "fred", "gina"] {
        assert_eq!(verdict("north", user), "allowed", "{user}");
    }
}

#[test]
fn contact_reaches_only_argument_that_accepts_it() {
    let platform = Platform::typing();
    let report = talk(
        &platform,
        SHOP,
        &[
            "send a confirmation to jane at example dot com",
            "please send a confirmation",
            "jane@example.com",
            "request a callback at 555-123-4567",
            "add a note that jane@example.com called",
            "mail the receipt to jane@example.com",
            "yes",
            "verify my pin",
            "four two seven one",
        ],
    );
    for (turn, tool) in [
        (0, "send_confirmation"),
        (2, "send_confirmation"),
        (3, "request_callback"),
        (4, "add_note"),
        (6, "mail_receipt"),
        (8, "verify"),
    ] {
        assert_eq!(calls(&report, turn), [(tool, "allowed")], "{report}");
        let said = said(&report, turn).to_lowercase();
        assert!(
            said.contains("right: yes") || said.contains("right is yes"),
            "turn {turn}: {report}"
        );
    }
    let read_back = said(&report, 5);
    assert!(
        read_back.contains("starting with j and ending in example.com"),
        "the caller can tell which address is meant: {report}"
    );
    let shown = report.to_string();
    let opened = platform.opened();
    assert!(
        opened.contains("receipt"),
        "what was said is kept: {opened}"
    );
    for secret in ["jane", "555", "123-4567", "4271", "four two seven one"] {
        assert!(!shown.contains(secret), "{secret}: {report}");
        // Three figures may be anything among times.
        let found = opened.contains(secret) && secret.len() > 3;
        assert!(!found, "{secret}: {opened}");
        for name in ["conversimple.db", "conversimple.db-wal"] {
            let bytes = std::fs::read(platform.data.join(name)).unwrap_or_default();
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            // Three figures may be anything in a database.
            assert!(!found || secret.len() < 4, "{secret} in {name}");
        }
    }
}

#[test]
fn keypad_digits_go_to_vault_and_early_digits_are_redacted() {
    let platform = Platform::typing();
    let key = customer(&platform);
    let _agent = start(&platform, SHOP, &key);
    let output = Command::new(interpreter())
        .args(["-c", CALLER])
        .args([
            r#"{"type": "text", "text": "verify my pin"}"#,
            r#"{"type": "keypad", "digits": "4271#"}"#,
            r#"{"type": "keypad", "digits": "98765"}"#,
            r#"{"type": "text", "text": "four one one one"}"#,
            r#"{"type": "text", "text": "one one one one one one one one one one one one"}"#,
        ])
        .env("CONVERSIMPLE_API_KEY", &key)
        .env("URL", &platform.url)
        .output()
        .expect("the caller runs");
    let heard = String::from_utf8_lossy(&output.stdout);
    let has = |part: &str| assert!(heard.contains(part), "{part}: {heard}");
    has(r#""text":"⟨pin 1⟩""#);
    has("yes");
    has(r#""text":"⟨secret 1⟩""#);
    has(r#"{"type":"rewritten","turn":4,"text":"⟨card 1⟩"}"#);
    for secret in ["4271", "98765"] {
        assert!(!heard.contains(secret), "{secret}: {heard}");
    }
    let kept = heard.lines().last().unwrap_or_default();
    assert!(
        kept.contains("⟨card 1⟩") && !kept.contains("one one one"),
        "nothing of the number is kept: {kept}"
    );
}

#[test]
fn login_guesses_across_conversations_are_limited_by_platform() {
    let platform = Platform::typing();
    let key = customer(&platform);
    let _agent = start(&platform, DOOR, &key);
    let verdicts: Vec<String> = (0..6)
        .map(|guess| {
            let report = converse(
                &platform,
                &key,
                &["log in", "ann", &format!("maple{guess}")],
            );
            let (tool, verdict) = calls(&report, 2)[0];
            assert_eq!(tool, "login", "{report}");
            verdict.to_owned()
        })
        .collect();
    assert_eq!(verdicts[..5], ["allowed"; 5]);
    assert_eq!(verdicts[5], "rate_limit_exceeded");
}

/// A conversation by typed lines with an agent of a customer of its own; its report.
fn talk(platform: &Platform, agent: &str, lines: &[&str]) -> serde_json::Value {
    let key = customer(platform);
    let _agent = start(platform, agent, &key);
    converse(platform, &key, lines)
}

/// A conversation by typed lines with the agent that holds this key; its report.
fn converse(platform: &Platform, key: &str, lines: &[&str]) -> serde_json::Value {
    let output = command()
        .args(["call", "--json", "--url", &platform.url, "--text"])
        .args(lines)
        .env("CONVERSIMPLE_API_KEY", key)
        .output()
        .expect("the call runs");
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// A customer's key.
fn customer(platform: &Platform) -> String {
    let data = platform.data.to_str().expect("a path");
    let created = command()
        .args(["keys", "create", "--customer", "python", "--json"])
        .args(["--data-dir", data])
        .output()
        .expect("it runs");
    let created: serde_json::Value = serde_json::from_slice(&created.stdout).expect("JSON");
    created["api_key"].as_str().expect("a key").to_owned()
}

fn start(platform: &Platform, agent: &str, key: &str) -> Agent {
    let mut child = Command::new(interpreter())
        .args(["-c", agent])
        .env("CONVERSIMPLE_API_KEY", key)
        .env("TOOLS", RISKY)
        .env(
            "URL",
            format!(
                "{}/customer_sdk/websocket",
                platform.url.replace("http://", "ws://")
            ),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the Python client is installed by `cargo xtask test`");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    // The client logs to its output; the line that counts is ours.
    let ready = lines
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .any(|line| line.trim() == "ready");
    assert!(ready, "the agent ended before it was connected");
    std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
    Agent(child)
}

/// The Python that `cargo xtask test` made.
fn interpreter() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("target/xtask/python/bin/python")
}
