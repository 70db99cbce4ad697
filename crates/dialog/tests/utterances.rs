//! Right tool or right silence on sentences of callers, some as a recogniser writes them, by words alone.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;

use conversimple_dialog::{Act, Dialog, Expectation, Heard, Index};
use conversimple_wire::ToolSpec;
use serde_json::Value;

fn table() -> (Vec<ToolSpec>, Vec<(String, Option<String>)>) {
    let file: Value = serde_json::from_str(include_str!("../testdata/guide.json")).unwrap();
    (
        serde_json::from_value(file["tools"].clone()).unwrap(),
        serde_json::from_value(file["utterances"].clone()).unwrap(),
    )
}

/// The tool that a first sentence leads to: called, or about to be filled.
fn tool_of(tools: &[ToolSpec], text: &str) -> Option<String> {
    let index = Arc::new(Index::new(tools));
    let today = time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap();
    index
        .reading(Heard {
            text,
            meaning: None,
            today,
        })
        .tool
}

#[test]
fn tool_choice_by_words_is_right_for_95_percent_of_utterances() {
    let (tools, table) = table();
    let wrong: Vec<_> = table
        .iter()
        .filter(|(text, expected)| tool_of(&tools, text) != *expected)
        .collect();
    let right = 1.0 - wrong.len() as f64 / table.len() as f64;
    assert!(right >= 0.95, "{right:.3}: {wrong:#?}");
}

#[test]
fn unseen_agents_tool_choice_is_right_for_95_percent() {
    let agents: Vec<Value> = serde_json::from_str(include_str!("../testdata/others.json")).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for agent in &agents {
        let tools: Vec<ToolSpec> = serde_json::from_value(agent["tools"].clone()).unwrap();
        let rows: Vec<(String, Option<String>)> =
            serde_json::from_value(agent["utterances"].clone()).unwrap();
        count += rows.len();
        wrong.extend(
            rows.into_iter()
                .filter(|(text, expected)| tool_of(&tools, text) != *expected),
        );
    }
    let right = 1.0 - wrong.len() as f64 / count as f64;
    assert!(right >= 0.95, "{right:.3}: {wrong:#?}");
}

#[test]
fn utterance_without_matching_tool_calls_none() {
    let (tools, table) = table();
    let index = Arc::new(Index::new(&tools));
    let today = time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap();
    for (text, _) in table.iter().filter(|(_, expected)| expected.is_none()) {
        let step = Dialog::new(index.clone()).heard(Heard {
            text,
            meaning: None,
            today,
        });
        assert!(
            !step
                .acts
                .iter()
                .any(|act| matches!(act, Act::Call { .. } | Act::Own { .. })),
            "{text}: {step:?}"
        );
        assert!(
            !matches!(step.expects, Some(Expectation::Secret { .. })),
            "{text}: {step:?}"
        );
    }
}
