//! Every command of the program, as its own help lists them, with secrets where a command can be given one.

use std::io::Write as _;
use std::process::{Output, Stdio};

use conversimple_mask::Kind;
use serde_json::{Value, json};

use super::Pile;
use super::house::House;
use super::markers::Markers;
use crate::platform::command;

/// Runs each command once and keeps what it printed.
pub(super) fn every_command(house: &House, markers: &mut Markers, pile: &mut Pile) {
    for name in subcommands(&[]) {
        let path = format!("conversimple {name}");
        match name.as_str() {
            // What runs in this test, and the same with an agent; and what prints nothing but itself.
            "serve" | "dev" | "help" => {}
            "call" => call(&path, house, markers, pile),
            "redact" => redact(&path, markers, pile),
            "check" => check(&path, markers, pile),
            "new" => new(&path, pile),
            "models" => pile.add(path, printed(run(&["models", "list"]))),
            "keys" => keys(house, markers, pile),
            "audit" => audit(house, pile),
            other => {
                panic!("`conversimple {other}` has no driver: write one in canary/commands.rs")
            }
        }
    }
}

/// The names that `--help` lists.
fn subcommands(of: &[&str]) -> Vec<String> {
    let help = printed(run(&[of, &["--help"]].concat()));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.map_while(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 1, "{help}");
    names
}

fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("it runs")
}

/// Both streams of a command.
fn printed(output: Output) -> String {
    let streams = [output.stdout, output.stderr];
    streams
        .map(|stream| String::from_utf8_lossy(&stream).into_owned())
        .join("\n")
}

fn call(path: &str, house: &House, markers: &mut Markers, pile: &mut Pile) {
    let texts = markers.carry_all(path);
    for form in [&["--json"][..], &[]] {
        let output = command()
            .arg("call")
            .args(form)
            .args(["--url", &house.url(), "--text"])
            .args(&texts)
            .env("CONVERSIMPLE_API_KEY", &house.key)
            .output()
            .expect("it runs");
        assert!(output.status.success());
        pile.add(path, printed(output));
    }
}

fn redact(path: &str, markers: &mut Markers, pile: &mut Pile) {
    for as_json in [false, true] {
        let lines = markers
            .carry_all(path)
            .into_iter()
            .map(|line| match as_json {
                true => json!({"text": line}).to_string(),
                false => line,
            });
        let text = lines.collect::<Vec<_>>().join("\n");
        let mut child = command()
            .arg("redact")
            .args(as_json.then_some("--json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(text.as_bytes()).expect("written");
        drop(input);
        let said = printed(child.wait_with_output().expect("it ends"));
        assert!(said.lines().count() >= 12, "{said}");
        pile.add(path, said);
    }
}

/// A finding names the place and not what stands there.
fn check(path: &str, markers: &mut Markers, pile: &mut Pile) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let key = markers.value(path, Kind::ApiKey);
    let password = markers.value(path, Kind::Password);
    let source = format!("API_KEY = \"{key}\"\nPASSWORD = \"{password}\"\n");
    std::fs::write(folder.path().join("agent.py"), source).expect("a file");
    for format in ["text", "json", "sarif"] {
        let output = command()
            .args(["check", "--format", format])
            .arg(folder.path())
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(1), "the key is found");
        pile.add(path, printed(output));
    }
}

fn new(path: &str, pile: &mut Pile) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let output = command()
        .current_dir(folder.path())
        .args(["new", "canary-agent"])
        .output()
        .expect("it runs");
    pile.add(path, printed(output));
}

fn keys(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let data = house.data();
    let data = data.to_str().expect("a path");
    let created = super::house::make_key(&house.data(), "keys", markers);
    let list = run(&[
        "keys",
        "list",
        "--json",
        "--customer",
        "keys",
        "--data-dir",
        data,
    ]);
    let listed: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    for name in subcommands(&["keys"]) {
        let path = format!("conversimple keys {name}");
        match name.as_str() {
            // `create` shows its key this once, and ran above.
            "create" | "help" => {}
            "list" => pile.add(path, printed(run(&["keys", "list", "--data-dir", data]))),
            "rotate" => {
                let output = run(&["keys", "rotate", &id, "--json", "--data-dir", data]);
                let rotated: Value = serde_json::from_slice(&output.stdout).expect("JSON");
                let key = rotated["api_key"].as_str().expect("a key").to_owned();
                markers.add(&path, Kind::ApiKey, &key);
                pile.add(path, printed(output).replace(&key, "(shown this once)"));
            }
            "revoke" => {
                // Whoever confuses a key with its id has typed a secret.
                let output = run(&["keys", "revoke", &created, "--data-dir", data]);
                pile.add(path.as_str(), printed(output));
                let output = run(&["keys", "revoke", &id, "--data-dir", data]);
                pile.add(path, printed(output));
            }
            "rotate-encryption" => {
                rewrap(&path, markers, pile);
                let output = run(&["keys", "rotate-encryption", "--json", "--data-dir", data]);
                assert!(output.status.success());
                pile.add(path, printed(output));
            }
            other => {
                panic!("`conversimple keys {other}` has no driver: write one in canary/commands.rs")
            }
        }
    }
    pile.add("conversimple keys list", printed(list));
}

/// A database address with a password, and keys that seal nothing.
fn rewrap(path: &str, markers: &mut Markers, pile: &mut Pile) {
    let password = markers.value(path, Kind::Password);
    let address = format!("postgres://user:{password}@127.0.0.1:1/none");
    let output = command()
        .args(["keys", "rotate-encryption", "--help"])
        .env("CONVERSIMPLE_DATABASE_URL", &address)
        .env("DATABASE_URL", &address)
        .env("ENCRYPTION_KEY", markers.value(path, Kind::Jwt))
        .output()
        .expect("it runs");
    pile.add(path, printed(output));
}

fn audit(house: &House, pile: &mut Pile) {
    let data = house.data();
    let data = data.to_str().expect("a path");
    for name in subcommands(&["audit"]) {
        let path = format!("conversimple audit {name}");
        match name.as_str() {
            "help" => {}
            "verify" | "key" => {
                pile.add(path, printed(run(&["audit", &name, "--data-dir", data])));
            }
            other => panic!(
                "`conversimple audit {other}` has no driver: write one in canary/commands.rs"
            ),
        }
    }
}
