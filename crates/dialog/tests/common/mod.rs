//! What the tables of sentences share: how a tool is declared, and what follows from sentences as one line of text.

use std::sync::Arc;

use conversimple_dialog::{Act, Decision, Dialog, Heard, Index};
use conversimple_wire::ToolSpec;
use serde_json::{Value, json};

/// A tool by its name, its description and the schemas of its arguments.
pub(crate) fn tool(
    name: &str,
    description: &str,
    properties: &Value,
    required: &[&str],
) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters: json!({"type": "object", "properties": properties, "required": required}),
    }
}

/// A dialog that has heard nothing yet.
pub(crate) fn dialog(tools: &[ToolSpec]) -> Dialog {
    Dialog::new(Arc::new(Index::new(tools)))
}

/// What follows from one more sentence: what is said, and calls with their arguments.
pub(crate) fn hear(dialog: &mut Dialog, text: &str) -> String {
    let today = time::Date::from_calendar_date(2026, time::Month::May, 4).expect("a day");
    told(&dialog.heard(Heard {
        text,
        meaning: None,
        today,
    }))
}

/// What follows from the last of some sentences.
pub(crate) fn last(tools: &[ToolSpec], script: &[&str]) -> String {
    let mut dialog = dialog(tools);
    let said = script.iter().map(|text| hear(&mut dialog, text));
    said.last().unwrap_or_default()
}

/// A decision in one line.
pub(crate) fn told(decision: &Decision) -> String {
    let acts = decision.acts.iter().map(|act| match act {
        Act::Say(text) => text.clone(),
        Act::Call { tool, arguments } => format!("{tool} {}", Value::Object(arguments.clone())),
        Act::Own { kind } => format!("own {kind}"),
    });
    acts.collect::<Vec<_>>().join(" ")
}
