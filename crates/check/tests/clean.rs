//! Agents that follow the guide give no finding, and nothing that ships in this crate looks like a secret.

use conversimple_check::{Format, Options, run};
use std::path::Path;

fn check(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/clean")
        .join(folder);
    let outcome = run(&Options::new(root)).expect("the folder is there");
    assert!(
        outcome.findings.is_empty(),
        "{}",
        outcome.render(Format::Text { colour: false })
    );
    assert_eq!(outcome.exit_code(), 0);
    assert_eq!(outcome.score(), 9);
}

#[test]
fn python_agent_following_guide_has_no_findings() {
    check("python");
}

#[test]
fn typescript_agent_following_guide_has_no_findings() {
    check("javascript");
}

#[test]
fn agents_in_other_style_have_no_findings() {
    check("python-bank");
    check("javascript-bank");
}

#[test]
fn rust_agent_is_clean_and_lists_guarantees_of_its_types() {
    check("rust");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/clean/rust");
    let outcome = run(&Options::new(root)).expect("the folder is there");
    let kept: Vec<String> = outcome
        .kept
        .iter()
        .map(|kept| format!("{}: {}", kept.tool, kept.what))
        .collect();
    for expected in [
        "get_balance: ownership",
        "process_payment: login",
        "process_payment: confirmation",
        "process_payment: limit: 5/min",
        "search_products: validation",
    ] {
        assert!(
            kept.iter().any(|line| line.starts_with(expected)),
            "{expected} in {kept:?}"
        );
    }
}

#[test]
fn check_crate_source_has_no_findings() {
    let outcome = run(&Options::new(env!("CARGO_MANIFEST_DIR"))).expect("the folder is there");
    assert!(
        outcome.findings.is_empty(),
        "{}",
        outcome.render(Format::Text { colour: false })
    );
}
