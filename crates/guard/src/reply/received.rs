//! What an agent answered, on its way into a conversation.
//!
//! The one place through which everything passes that an agent says of a call, before anything else sees it. Decides, in
//! this order: a token in it is the agent's own text; what the caller said in secret becomes its token; a code is one of the
//! platform's table or of the tool's declaration; what looks like a secret is masked; what is too large is a failure. And it
//! reads whom a login's answer names.

use conversimple_wire::{Code, ToolOutcome};
use serde_json::Value;

use super::Clear;
use crate::call::Policy;
use crate::capture::{Vault, neutralise};

/// An answer that the conversation may know.
pub struct Answer {
    /// The outcome.
    pub outcome: ToolOutcome,
    /// Whom it names as the caller.
    pub caller: Option<NamedCaller>,
}

/// Whom an answer names as the caller. It has no Debug: the id may be anything.
pub struct NamedCaller {
    /// For counting against limits, never to be shown. Nothing when the agent named the caller by something secret.
    pub id: Option<String>,
    /// As it may be recorded.
    pub shown: String,
}

/// Takes in what an agent said of a call. `policy` is that of the tool that was called.
pub fn received(outcome: ToolOutcome, vault: &Vault, policy: Option<&Policy>) -> Answer {
    let mut value = match outcome {
        ToolOutcome::Result(value) => value,
        // A code of the table holds no words of the agent's.
        failed @ ToolOutcome::Failed(_) => {
            return Answer {
                outcome: failed,
                caller: None,
            };
        }
    };
    if !super::fits(&value) {
        return Answer {
            outcome: ToolOutcome::Failed(Code::ResultTooLarge),
            caller: None,
        };
    }
    neutralise(&mut value);
    let id = caller_named(&value);
    let was_secret = vault.hide(&mut value);
    // Only a name that the vault has nothing in is good to count by.
    let id = id.filter(|id| !was_secret || caller_named(&value).as_ref() == Some(id));
    let known = |code: &str| {
        Code::find(code).is_some() || policy.is_some_and(|policy| policy.has_code(code))
    };
    let value = Clear::new(value).masked_with(known).sealed().into_value();
    let caller = caller_named(&value).map(|shown| NamedCaller { id, shown });
    Answer {
        outcome: ToolOutcome::Result(value),
        caller,
    }
}

/// Who the agent says that the caller is: for our limits and the trail, never an argument.
fn caller_named(result: &Value) -> Option<String> {
    let keys = ["user_id", "user", "customer_id", "id"];
    keys.iter()
        .find_map(|key| result.get(*key)?.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use conversimple_mask::Kind;
    use conversimple_wire::ToolSpec;
    use serde_json::json;
    use zeroize::Zeroizing;

    use super::*;
    use crate::call::Author;

    fn take(value: Value) -> Answer {
        let mut vault = Vault::new();
        let secret = Zeroizing::new("sunflower77x".to_owned());
        vault.hold_typed(Kind::Password, secret).expect("room");
        let spec = ToolSpec {
            name: "log_in".into(),
            description: String::new(),
            parameters: json!({"properties": {"account": {"type": "string"}}}),
        };
        let policy = Policy::of(&spec, Author::Foreign).expect("a policy");
        received(ToolOutcome::Result(value), &vault, Some(&policy))
    }

    #[test]
    fn secret_of_caller_never_comes_back() {
        let failed = Code::ToolExecutionError;
        for (sent, told) in [
            (json!("sunflower77x"), json!({"result": "⟨password 1⟩"})),
            (
                json!({"echo": "Sunflower 77 X!"}),
                json!({"echo": "⟨password 1⟩!"}),
            ),
            (
                json!({"error": "sunflower77x"}),
                json!({"error": failed.as_str(), "message": "⟨password 1⟩"}),
            ),
            (
                json!({"error": "moonflower12", "message": "It is sunflower77x."}),
                json!({"error": failed.as_str(), "message": "It is ⟨password 1⟩."}),
            ),
            (
                json!({"error": "some_words_of_mine"}),
                json!({"error": failed.as_str(), "message": failed.sentence()}),
            ),
            (
                json!({"error": "invalid_account", "message": "No such account"}),
                json!({"error": "invalid_account", "message": "No such account"}),
            ),
            (
                json!({"note": "⟨password 1⟩"}),
                json!({"note": "‹password 1›"}),
            ),
            (
                json!({"things": [{"id": "sunflower77x", "names": ["sunflower77x", "a"]}]}),
                json!({"things": [{"id": "⟨password 1⟩", "names": ["⟨password 1⟩", "a"]}]}),
            ),
        ] {
            let received = take(sent.clone());
            assert_eq!(received.outcome, ToolOutcome::Result(told), "{sent}");
        }
    }

    #[test]
    fn caller_named_by_secret_is_masked_and_not_counted_by_it() {
        for (answer, id, shown) in [
            (json!({"user": "alice"}), Some("alice"), "alice"),
            (json!({"user": "sunflower77x"}), None, "⟨password 1⟩"),
            (
                json!({"user": "alice", "echo": "sunflower77x"}),
                Some("alice"),
                "alice",
            ),
            (
                json!({"id": "4111111111111111"}),
                Some("4111111111111111"),
                "****1111",
            ),
        ] {
            let named = take(answer.clone()).caller.expect("a name");
            assert_eq!(named.id.as_deref(), id, "{answer}");
            assert_eq!(named.shown, shown, "{answer}");
        }
    }

    #[test]
    fn oversized_answer_is_a_failure() {
        let received = take(json!({"user": "alice", "text": "x ".repeat(40_000)}));
        assert_eq!(received.outcome, ToolOutcome::Failed(Code::ResultTooLarge));
        assert!(received.caller.is_none());
    }
}
