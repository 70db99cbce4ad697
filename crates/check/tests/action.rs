//! The GitHub action's own step, run as GitHub runs it: which options reach the program and which exit code comes back.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// The script of the step that checks, out of `action.yml`.
fn script() -> String {
    let action = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../action.yml");
    let text = fs::read_to_string(action).expect("the action is there");
    let (_, body) = text
        .rsplit_once("run: |\n")
        .expect("the last step is a script");
    body.lines()
        .map(|line| line.trim_start_matches("        "))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Runs the step with a program that notes how it was called and exits as told.
fn check(baseline: &str, sarif: &str, exit: i32, expected: (i32, &[&str])) {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = folder.path().join("action/target/release");
    fs::create_dir_all(&programs).expect("a folder");
    let program = programs.join("conversimple");
    let calls = folder.path().join("calls");
    let stub = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nexit {exit}\n",
        calls.display()
    );
    fs::write(&program, stub).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("made a program");
    let status = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script()])
        .current_dir(folder.path())
        .env("GITHUB_ACTION_PATH", folder.path().join("action"))
        .env("CHECK_PATH", "my agent")
        .env("CHECK_BASELINE", baseline)
        .env("CHECK_SARIF", sarif)
        .status()
        .expect("bash runs");
    let called = fs::read_to_string(&calls).unwrap_or_default();
    let called: Vec<&str> = called.lines().collect();
    assert_eq!(
        (status.code(), called.as_slice()),
        (Some(expected.0), expected.1)
    );
}

#[test]
fn action_forwards_inputs_and_fails_on_findings() {
    check("", "", 0, (0, &["check my agent --format github"]));
    check("", "", 1, (1, &["check my agent --format github"]));
    check(
        "old",
        "",
        0,
        (0, &["check my agent --baseline old --format github"]),
    );
    check(
        "",
        "out.sarif",
        1,
        (
            1,
            &[
                "check my agent --format sarif",
                "check my agent --format github",
            ],
        ),
    );
    check("", "out.sarif", 2, (2, &["check my agent --format sarif"]));
}
