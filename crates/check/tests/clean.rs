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
fn a_python_agent_that_follows_the_guide_is_clean() {
    check("python");
}

#[test]
fn a_typescript_agent_that_follows_the_guide_is_clean() {
    check("javascript");
}

#[test]
fn agents_in_another_style_are_clean_too() {
    check("python-bank");
    check("javascript-bank");
}

#[test]
fn a_rust_agent_that_follows_the_guide_is_clean_and_shows_what_its_types_keep() {
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
fn this_crate_itself_is_clean() {
    let outcome = run(&Options::new(env!("CARGO_MANIFEST_DIR"))).expect("the folder is there");
    assert!(
        outcome.findings.is_empty(),
        "{}",
        outcome.render(Format::Text { colour: false })
    );
}
