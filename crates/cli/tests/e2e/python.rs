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
    print("ready", flush=True)
    await asyncio.Event().wait()

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
fn the_published_client_works_unchanged_and_is_guarded() {
    let platform = Platform::typing();
    let data = platform.data.to_str().expect("a path");
    let created = command()
        .args([
            "keys",
            "create",
            "--customer",
            "weather",
            "--json",
            "--data-dir",
            data,
        ])
        .output()
        .expect("it runs");
    let created: serde_json::Value = serde_json::from_slice(&created.stdout).expect("JSON");
    let key = created["api_key"].as_str().expect("a key");
    let _agent = start(&platform, key);
    let lines = [
        "what is the weather in Paris",
        "and in Atlantis",
        "subscribe ann@example.com to the newsletter",
    ];
    let output = command()
        .args(["call", "--json", "--url", &platform.url, "--text"])
        .args(lines)
        .env("CONVERSIMPLE_API_KEY", key)
        .output()
        .expect("the call runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
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

fn start(platform: &Platform, key: &str) -> Agent {
    let mut child = Command::new(interpreter())
        .args(["-c", AGENT])
        .env("CONVERSIMPLE_API_KEY", key)
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
