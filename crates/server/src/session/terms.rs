//! What the platform makes of something that an engine wants, before the conversation hears of it: words without tokens,
//! and for a call the terms on which it may be made.

use conversimple_conversation::{Act, CallTerms};
use conversimple_wire::Code;

use super::answer_prefix::answer_prefix;
use super::gate::Gate;

/// An act as it may be done. A tool that engines do not know is one that does not exist.
pub(super) fn on_terms(act: Act, gate: &Gate) -> (Act, Option<Box<CallTerms>>) {
    match act {
        Act::Say(text) => (Act::Say(gate.sayable(text)), None),
        Act::Own { .. } => (act, None),
        Act::Call { tool, .. } if gate.is_internal(&tool) => {
            (Act::Say(Code::ToolNotFound.sentence().into()), None)
        }
        Act::Call { tool, arguments } => {
            let own = |kind: &str, id: &str| gate.own_name(kind, id);
            let spec = gate.spec(&tool);
            let terms = CallTerms {
                read_back: gate.read_back(&tool, &arguments),
                answer_prefix: spec.and_then(|spec| answer_prefix(spec, &arguments, own)),
                changes: gate.changes(&tool),
                repeat: gate.repeat_question(&tool, &arguments),
            };
            (Act::Call { tool, arguments }, Some(Box::new(terms)))
        }
    }
}
