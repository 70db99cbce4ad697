//! The outcome: formats, exit codes, comments, baseline, git, repairs; and that no secret is ever shown.

use conversimple_check::{
    Baseline, CheckError, Format, KeyRecord, Options, Outcome, Severity, check_text,
    example_with_secrets, explain, fix, rules, run,
};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, example_with_secrets(text, 42)).expect("a file");
}

fn check(root: &Path) -> Outcome {
    run(&Options::new(root)).expect("the folder is there")
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    outcome.findings.iter().map(|finding| finding.id).collect()
}

/// Runs git with nobody's configuration.
fn git(root: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn report_in_any_format_shows_no_secret() {
    let marks = [
        "{{OWN}}",
        "{{STRIPE}}",
        "{{STRIPE_A}}",
        "{{STRIPE_B}}",
        "{{STRIPE_64}}",
        "{{OPENAI}}",
        "{{AWS}}",
        "{{HEX}}",
        "{{FERNET}}",
        "{{PASSWORD}}",
    ];
    for seed in 1..3 {
        let secrets: Vec<String> = marks
            .iter()
            .map(|mark| example_with_secrets(mark, seed))
            .collect();
        for example in rules().flat_map(|rule| &rule.examples) {
            // Also beside another finding on the same line, and in an allow comment's reason.
            let bad = example_with_secrets(example.bad, seed);
            let all = example_with_secrets(&marks.join(" "), seed);
            let texts = [
                bad.clone(),
                bad.lines()
                    .map(|line| format!("{line}  # {all}\n"))
                    .collect(),
                bad.lines()
                    .map(|line| format!("{line}  # conversimple: allow(sql-from-text) {all}\n"))
                    .collect(),
            ];
            for text in texts {
                let outcome = check_text(example.file, &text);
                for format in FORMATS {
                    let shown = outcome.render(Format::find(format).expect("a known name"));
                    for secret in secrets
                        .iter()
                        .filter(|secret| text.contains(secret.as_str()))
                    {
                        assert!(
                            !shown.contains(secret.as_str()),
                            "{format} of {}:\n{}\n{shown}",
                            example.file,
                            example.bad
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn sarif_report_matches_published_schema() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../testdata/sarif-schema-2.1.0.json")).expect("JSON");
    // This pattern of the published schema has a stray bracket that only JavaScript forgives; we give no language.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"]["pattern"] =
            "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let bad = example_with_secrets(
        "db.execute(f\"SELECT * FROM a WHERE b = '{c}'\")  # conversimple: allow(sql-from-text) a reason\nkey = '{{STRIPE}}'\nprint(card_number)\n",
        1,
    );
    for (name, text) in [
        ("agent with space.py", bad.as_str()),
        ("clean.py", "x = 1\n"),
    ] {
        let log: Value =
            serde_json::from_str(&check_text(name, text).render(Format::Sarif)).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(log["version"], "2.1.0");
    }
}

#[test]
fn json_report_has_findings_boxes_files_and_millis() {
    let outcome = check_text("a.py", "db.execute(f\"SELECT * FROM a WHERE b = '{c}'\")\n");
    let shown: Value = serde_json::from_str(&outcome.render(Format::Json)).expect("JSON");
    let finding = &shown["findings"][0];
    assert_eq!(finding["id"], "sql-from-text");
    assert_eq!(finding["file"], "a.py");
    assert_eq!(finding["line"], 1);
    assert_eq!(finding["column"], 12);
    assert_eq!(finding["severity"], "error");
    for field in ["section", "message", "fix"] {
        assert!(
            finding[field].as_str().is_some_and(|text| text.len() > 10),
            "{field}"
        );
    }
    assert_eq!(shown["boxes"].as_array().map(Vec::len), Some(9));
    assert_eq!(shown["boxes"][3]["ticked"], false);
    assert_eq!(shown["files"], 1);
    assert!(shown["millis"].is_u64());
}

#[test]
fn github_report_has_one_line_per_finding() {
    let outcome = check_text("a,b.py", "print(card_number)\nprint(cvv)\n");
    let shown = outcome.render(Format::Github);
    assert_eq!(shown.lines().count(), 2);
    assert!(
        shown.starts_with("::error file=a%2Cb.py,line=1,col=7,"),
        "{shown}"
    );
}

#[test]
fn exit_code_is_0_clean_1_findings_2_error() {
    let clean = folder(&[("a.py", "x = 1\n")]);
    assert_eq!(check(clean.path()).exit_code(), 0);
    let faulty = folder(&[("a.py", "print(card_number)\n")]);
    assert_eq!(check(faulty.path()).exit_code(), 1);
    let refused = run(&Options::new(clean.path().join("nowhere")));
    assert_eq!(refused.err().map(|error| error.exit_code()), Some(2));
}

#[test]
fn allow_comment_without_rule_or_reason_allows_nothing() {
    let text = "print(card_number)  # conversimple: allow(sensitive-data-logged) a test number\n";
    let outcome = check_text("a.py", text);
    assert_eq!((outcome.findings.len(), outcome.allowed.len()), (0, 1));
    assert!(
        outcome
            .render(Format::Text { colour: false })
            .contains("a test number")
    );
    let above = check_text(
        "a.py",
        format!(
            "# conversimple: allow(sensitive-data-logged) a test number\n{}",
            "print(card_number)\n"
        ),
    );
    assert_eq!(above.findings.len(), 0);
    let bare = check_text(
        "a.py",
        "print(card_number)  # conversimple: allow(sensitive-data-logged)\n",
    );
    assert_eq!(ids(&bare), ["allow-without-reason"]);
    let other = check_text(
        "a.py",
        "print(card_number)  # conversimple: allow(sql-from-text) a reason\n",
    );
    assert_eq!(ids(&other), ["sensitive-data-logged"]);
    let script = check_text(
        "a.js",
        "console.log(cvv); // conversimple: allow(sensitive-data-logged) a test number\n",
    );
    assert_eq!((script.findings.len(), script.allowed.len()), (0, 1));
    let in_text = check_text(
        "a.py",
        "print(card_number, 'conversimple: allow(sensitive-data-logged) not a comment')\n",
    );
    assert_eq!(ids(&in_text), ["sensitive-data-logged"]);
}

#[test]
fn baseline_accepts_moved_finding_and_reports_new_one() {
    let project = folder(&[("a.py", "print(card_number)\n")]);
    let before = Baseline::of(&check(project.path()).findings);
    let text = before.render();
    assert!(!text.contains("print("));
    write(
        project.path(),
        "a.py",
        "import os\n\n\nprint(card_number)\nprint(cvv)\n",
    );
    let mut options = Options::new(project.path());
    options.baseline = Some(Baseline::parse(&text).expect("its own text"));
    let after = run(&options).expect("the folder is there");
    assert_eq!(after.in_baseline, 1);
    assert_eq!(
        after
            .findings
            .iter()
            .map(|finding| finding.line)
            .collect::<Vec<_>>(),
        [5]
    );
    assert!(Baseline::parse("{}").is_err());
}

#[test]
fn findings_below_least_severity_are_left_out() {
    let project = folder(&[("a.py", "logger.info(payload)\nprint(cvv)\n")]);
    let mut options = Options::new(project.path());
    options.least = Severity::Error;
    assert_eq!(
        ids(&run(&options).expect("the folder is there")),
        ["sensitive-data-logged"]
    );
}

#[test]
fn secret_in_env_file_is_allowed_only_if_git_ignores_it() {
    let open = folder(&[(".env", "STRIPE_KEY={{STRIPE}}\n")]);
    assert_eq!(
        ids(&check(open.path())),
        ["env-not-ignored", "secret-in-source"]
    );
    let ignored = folder(&[
        (".env", "STRIPE_KEY={{STRIPE}}\n"),
        (".gitignore", ".env\n"),
    ]);
    assert_eq!(ids(&check(ignored.path())), [""; 0]);
    let nested = folder(&[
        ("app/.env.local", "STRIPE_KEY={{STRIPE}}\n"),
        (".gitignore", ".env*\n"),
    ]);
    assert_eq!(ids(&check(nested.path())), [""; 0]);
    let taken_back = folder(&[(".env", "A=1\n"), (".gitignore", "*.env\n!.env\n")]);
    assert_eq!(ids(&check(taken_back.path())), ["env-not-ignored"]);
    let expected = folder(&[
        ("a.py", "from dotenv import load_dotenv\nload_dotenv()\n"),
        (".gitignore", "*.pyc\n"),
    ]);
    assert_eq!(ids(&check(expected.path())), ["env-not-ignored"]);
}

#[test]
fn key_removed_from_file_is_found_in_git_history() {
    let bad = example_with_secrets("KEY = \"{{OWN}}\"\n", 3);
    let project = folder(&[("a.py", bad.as_str()), ("test_a.py", bad.as_str())]);
    let root = project.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "one"]);
    write(root, "a.py", "import os\n");
    write(root, "test_a.py", "import os\n");
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "two"]);
    let outcome = check(root);
    assert_eq!(ids(&outcome), ["key-in-history"]);
    assert_eq!(outcome.findings[0].file, "a.py");
    // While it stands in a file it is found there, once.
    write(root, "b.py", &bad);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "three"]);
    assert_eq!(ids(&check(root)), ["key-in-source"]);
}

#[test]
fn env_file_tracked_now_or_before_is_reported() {
    let project = folder(&[("a.py", "x = 1\n"), (".env", "A=1\n")]);
    let root = project.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "one"]);
    assert_eq!(ids(&check(root)), ["env-tracked"]);
    write(root, ".gitignore", ".env\n");
    git(root, &["rm", "-q", "--cached", ".env"]);
    git(root, &["add", ".gitignore"]);
    git(root, &["commit", "-q", "-m", "two"]);
    assert_eq!(ids(&check(root)), ["env-in-history"]);
    git(root, &["gc", "-q", "--aggressive"]);
    assert_eq!(
        ids(&check(root)),
        ["env-in-history"],
        "packed objects are read too"
    );
    // From a folder inside the repository only what is below it counts.
    write(root, "sub/b.py", "x = 1\n");
    assert_eq!(ids(&check(&root.join("sub"))), [""; 0]);
}

#[test]
fn staged_check_reads_only_staged_content() {
    let project = folder(&[("old.py", "print(card_number)\n"), ("a.py", "x = 1\n")]);
    let root = project.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "one"]);
    write(root, "a.py", "print(cvv)\n");
    git(root, &["add", "a.py"]);
    write(root, "a.py", "x = 1\n");
    let mut options = Options::new(root);
    options.staged = true;
    let outcome = run(&options).expect("a repository");
    assert_eq!(outcome.files, 1);
    assert_eq!(ids(&outcome), ["sensitive-data-logged"]);
    let outside = folder(&[]);
    let mut options = Options::new(outside.path());
    options.staged = true;
    assert!(matches!(run(&options), Err(CheckError::NoRepository)));
}

#[test]
fn key_older_than_ninety_days_is_reported() {
    let day = Duration::from_secs(86_400);
    let project = folder(&[
        (
            ".env",
            "# created: 2026-01-10\nCONVERSIMPLE_API_KEY={{OWN}}\n",
        ),
        (".gitignore", ".env\n"),
    ]);
    let january_10 = SystemTime::UNIX_EPOCH + day * 20_463;
    let at = |days: u32| {
        let mut options = Options::new(project.path());
        options.now = january_10 + day * days;
        ids(&run(&options).expect("the folder is there")).len()
    };
    assert_eq!((at(89), at(91)), (0, 1));
    let mut options = Options::new(project.path());
    options.now = january_10 + day * 91;
    options.key = Some(KeyRecord {
        created: january_10 + day * 80,
    });
    assert_eq!(
        ids(&run(&options).expect("the folder is there")),
        [""; 0],
        "the platform knows better"
    );
}

#[test]
fn fix_writes_ignore_rules_and_moves_literal_keys() {
    let files = [
        (
            "agent.py",
            "\"\"\"Doc.\"\"\"\nfrom x import y\n\nagent = Agent(api_key=\"{{OWN}}\")\nstripe_key = '{{STRIPE}}'\n",
        ),
        (
            "agent.js",
            "const config = { dbPassword: '{{PASSWORD}}' };\n",
        ),
        (
            "src/main.rs",
            "fn f() { let twilio_auth_token = \"{{HEX}}\"; }\n",
        ),
        ("other.txt", "nothing\n"),
    ];
    let project = folder(&files);
    let root = project.path();
    let before = check(root);
    assert_eq!(before.findings.len(), 4, "{:?}", ids(&before));
    let repair = fix(root, &before.findings).expect("writable");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    assert!(
        read("agent.py").contains("api_key=os.environ[\"CONVERSIMPLE_API_KEY\"]"),
        "{}",
        read("agent.py")
    );
    assert!(
        read("agent.py").contains("import os\nfrom x import y\n"),
        "{}",
        read("agent.py")
    );
    assert_eq!(
        read("agent.js"),
        "const config = { dbPassword: process.env.DB_PASSWORD };\n"
    );
    assert!(read("src/main.rs").contains("std::env::var(\"TWILIO_AUTH_TOKEN\")"));
    let env = read(".env");
    assert!(
        env.contains(&example_with_secrets("CONVERSIMPLE_API_KEY={{OWN}}", 42)),
        "{env}"
    );
    assert!(
        env.contains(&example_with_secrets("STRIPE_KEY={{STRIPE}}", 42)),
        "{env}"
    );
    assert_eq!(read(".gitignore"), ".env\n.env.local\n*.env\n");
    let told = repair.done.join("\n");
    assert!(!told.contains(&example_with_secrets("{{STRIPE}}", 42)));
    assert_eq!(ids(&check(root)), [""; 0]);
    let again = fix(root, &check(root).findings).expect("writable");
    assert!(again.done.is_empty());
}

#[test]
fn explain_known_rule_has_page_and_unknown_has_none() {
    for rule in rules() {
        let page = explain(rule.id).expect("a page");
        assert!(
            page.contains(rule.title)
                && page.contains(rule.why)
                && !page.contains("{{OWN")
                && !page.contains("{{STRIPE"),
            "{page}"
        );
    }
    assert!(explain("nothing").is_none());
}

#[test]
fn vendored_ignored_and_binary_files_are_skipped() {
    let project = folder(&[
        ("node_modules/x/a.js", "console.log(cvv);\n"),
        (".venv/lib/a.py", "print(cvv)\n"),
        ("ignored/a.py", "print(cvv)\n"),
        (".gitignore", "ignored/\n"),
        ("a.min.js", "console.log(cvv);\n"),
        ("tests/test_a.py", "print(cvv)\n"),
    ]);
    std::fs::write(project.path().join("a.py"), b"print(cvv)\n\0\x01").expect("a file");
    assert_eq!(ids(&check(project.path())), [""; 0]);
}

#[test]
fn certain_secret_in_test_file_is_reported() {
    let project = folder(&[(
        "tests/test_a.py",
        "KEY = '{{OWN}}'\npassword = '{{PASSWORD}}'\n",
    )]);
    assert_eq!(ids(&check(project.path())), ["key-in-source"]);
}

#[test]
fn loosening_words_are_notes_with_place_in_every_format() {
    let text =
        "#[tool(\"Tell the hours\", public)]\nasync fn hours(&self) -> Reply<Done> { Ok(Done) }\n";
    let outcome = check_text("src/shop.rs", text);
    assert_eq!(ids(&outcome), ["default-loosened"]);
    assert_eq!(outcome.findings[0].severity, Severity::Note);
    assert_eq!((outcome.exit_code(), outcome.score()), (0, 9));
    let shown = outcome.render(Format::Text { colour: false });
    assert!(shown.contains("src/shop.rs:1:"), "{shown}");
    let json: Value = serde_json::from_str(&outcome.render(Format::Json)).expect("JSON");
    assert_eq!(json["findings"][0]["severity"], "note");
    assert_eq!(json["findings"][0]["line"], 1);
    let sarif: Value = serde_json::from_str(&outcome.render(Format::Sarif)).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["level"], "note");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/shop.rs");
    assert_eq!(place["region"]["startLine"], 1);
}

#[test]
fn risky_tool_with_public_written_needs_no_caller() {
    let text = |word: &str| {
        format!(
            "#[tool(\"Send the hours to somebody\"{word})]\nasync fn send_hours(&self, to: Phone) -> Reply<Done> {{ self.sms.hours(&to).await }}\n"
        )
    };
    let open = check_text("src/a.rs", text(""));
    assert_eq!(ids(&open), ["tool-without-caller"]);
    let public = check_text("src/a.rs", text(", public"));
    assert_eq!(ids(&public), ["default-loosened"]);
    let read = check_text("src/a.rs", text(", effect = \"read\""));
    assert_eq!(ids(&read), [""; 0]);
}

#[test]
fn box_of_logged_data_is_open_for_published_sdk_without_log_filter() {
    let agent = "from conversimple import ConversimpleAgent\n\nagent = ConversimpleAgent()\n";
    let data = |files: &[(&str, &str)]| {
        let outcome = check(folder(files).path());
        let mut boxes = outcome.boxes().into_iter();
        let ticked = boxes
            .find(|state| state.id == "data")
            .map(|state| state.ticked);
        (ids(&outcome).join(" "), ticked)
    };
    let open = ("sdk-logs-arguments".to_owned(), Some(false));
    let closed = (String::new(), Some(true));
    assert_eq!(data(&[("agent.py", agent)]), open);
    assert_eq!(
        data(&[("agent.py", agent), ("test_agent.py", "log.addFilter(f)\n")]),
        open
    );
    let level = "import logging\nlogging.getLogger(\"conversimple\").setLevel(logging.WARNING)\n";
    assert_eq!(data(&[("agent.py", agent), ("logs.py", level)]), closed);
    let filter = "import logging\nlogging.getLogger().addFilter(Masked())\n";
    assert_eq!(data(&[("agent.py", agent), ("logs.py", filter)]), closed);
    assert_eq!(
        data(&[("agent.py", "from conversimples import x\n")]),
        closed
    );
}
