//! Whether a caller wants to talk to a person, and which tool puts them through to one.

use conversimple_wire::ToolSpec;

use crate::lexicon::{HANDOFF_NOUNS, HANDOFF_TOOLS, HANDOFF_WORDS};
use crate::words::{Word, identifier_words, is_function_word};

/// Whether a whole utterance asks for a person: "get me an operator", "can I please talk to a real human being".
pub(crate) fn wants_person(list: &[Word]) -> bool {
    let mut noun = None;
    let mut reaches = false;
    for word in list {
        let lower = word.lower.as_str();
        if let Some(kind) = HANDOFF_NOUNS.get(lower) {
            noun = noun.max(Some(kind == "plain"));
        } else if HANDOFF_WORDS.has(lower) {
            reaches = true;
        } else if !is_function_word(lower) {
            return false;
        }
    }
    // "Somebody" may be anybody; an operator is wanted for one thing only.
    noun.is_some_and(|is_plain| is_plain || reaches)
}

/// Whether a tool puts the caller through to a person.
pub(crate) fn puts_through(spec: &ToolSpec) -> bool {
    let name = identifier_words(&spec.name);
    let is_person = name.iter().any(|word| HANDOFF_NOUNS.has(word));
    let does = name.iter().any(|word| HANDOFF_TOOLS.has(word));
    let whole = name.concat();
    HANDOFF_TOOLS.has(&whole) || does && (is_person || name.len() == 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::words::words;

    #[test]
    fn person_is_asked_for_in_many_words() {
        for text in [
            "I want to talk to a human",
            "get me an operator",
            "let me speak to a real person",
            "operator",
            "can you please put me through to customer service",
            "I'd like to speak with somebody",
            "representative!",
            "connect me to an agent now please",
            "I need a human being",
        ] {
            assert!(wants_person(&words(text)), "{text}");
        }
        for text in [
            "pay somebody",
            "somebody",
            "a table for one person",
            "what does the agent cost",
            "book a table",
            "",
        ] {
            assert!(!wants_person(&words(text)), "{text}");
        }
    }

    #[test]
    fn tool_that_puts_through_is_known_by_its_name() {
        let tool = |name: &str| ToolSpec {
            name: name.into(),
            description: String::new(),
            parameters: json!({}),
        };
        for name in [
            "transfer_to_human",
            "handoff",
            "escalateToAgent",
            "connect_operator",
            "hand_off",
        ] {
            assert!(puts_through(&tool(name)), "{name}");
        }
        for name in [
            "transfer_money",
            "find_agent",
            "human_resources",
            "connect_device",
        ] {
            assert!(!puts_through(&tool(name)), "{name}");
        }
    }
}
