//! The rules' own examples as tests: every bad one gives its rule, every good one gives nothing at all.

use conversimple_check::{Outcome, check_text, example_with_secrets, rules};

fn ids(outcome: &Outcome) -> Vec<(&'static str, usize)> {
    outcome
        .findings
        .iter()
        .map(|finding| (finding.id, finding.line))
        .collect()
}

#[test]
fn bad_example_of_every_rule_triggers_that_rule() {
    let mut missed = Vec::new();
    for rule in rules() {
        for example in &rule.examples {
            for seed in 1..6 {
                let text = example_with_secrets(example.bad, seed);
                let found = check_text(example.file, &text);
                if !found.findings.iter().any(|finding| finding.id == rule.id) {
                    missed.push(format!(
                        "{} in {} (seed {seed}): {:?}\n{}",
                        rule.id,
                        example.file,
                        ids(&found),
                        example.bad
                    ));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn good_example_of_every_rule_has_no_findings() {
    let mut wrong = Vec::new();
    for rule in rules() {
        for example in &rule.examples {
            let text = example_with_secrets(example.good, 7);
            let found = check_text(example.file, &text);
            if !found.findings.is_empty() {
                wrong.push(format!(
                    "{} in {}: {:?}\n{}",
                    rule.id,
                    example.file,
                    ids(&found),
                    example.good
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
