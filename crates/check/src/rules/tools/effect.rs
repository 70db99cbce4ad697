//! What a tool does to the world, as the platform judges it when the tool is registered. Decides how a declaration in
//! source code is read as one on the wire; the judgement itself is `conversimple_wire::effect`.

use super::inputs::bare_kind;
use super::tool::Tool;
use crate::code::ir::Param;
use crate::facts::Fact;
use crate::flow::is_context;
use conversimple_wire::ToolSpec;
use conversimple_wire::effect::{Effect, Judgement, Why, judge};
use conversimple_wire::tool::tool_key;
use serde_json::{Map, Value, json};

/// The platform's judgement of a tool; of one that declares an effect which is none, what its words say.
pub(super) fn judged(tool: &Tool<'_>) -> Judgement {
    let mut spec = ToolSpec {
        name: tool.name.clone(),
        description: tool.words().to_owned(),
        parameters: parameters(tool),
    };
    judge(&spec).unwrap_or_else(|_| {
        if let Some(keys) = spec.parameters.as_object_mut() {
            keys.remove(tool_key::EFFECT);
        }
        judge(&spec).unwrap_or(Judgement {
            effect: Effect::Write,
            why: Why::Unknown,
            personal: false,
            money: Vec::new(),
        })
    })
}

/// The schema of the arguments, as far as names and types tell.
fn parameters(tool: &Tool<'_>) -> Value {
    let arguments = tool
        .function
        .params
        .iter()
        .filter(|param| !is_context(&param.name, &param.kind));
    let properties: Map<String, Value> = arguments
        .map(|param| (param.name.clone(), property(param)))
        .collect();
    let mut parameters = json!({ "properties": properties });
    for key in ["effect", "role"] {
        let wire = format!("x-{key}");
        if let Some(value) = tool.option(key).or_else(|| tool.policy(&wire)) {
            parameters[wire] = value.into();
        }
    }
    parameters
}

fn property(param: &Param) -> Value {
    let kind = bare_kind(&param.kind);
    if Fact::SumType.has(&kind) {
        json!({ "type": "number" })
    } else if Fact::TextType.has(&kind) || Fact::RustTextType.has(&kind) {
        json!({ "type": "string" })
    } else {
        json!({})
    }
}
