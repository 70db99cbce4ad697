//! What follows from a tool's answer: a sentence, another try, a login, or what was put aside.

use conversimple_wire::tool::Role;
use conversimple_wire::{ToolOutcome, ToolSpec};
use serde_json::{Map, Value};

use super::Dialog;
use super::frame::Frame;
use crate::heard::{Act, Decision};
use crate::say::result_sentence;
use crate::wording::spoken_text;
use crate::words::{identifier_words, stem};

/// Logins that fail before the dialog stops asking.
const LOGIN_TRIES_LIMIT: u8 = 3;

impl Dialog {
    pub(super) fn take_outcome(
        &mut self,
        tool: &str,
        arguments: &Map<String, Value>,
        outcome: &ToolOutcome,
    ) -> Decision {
        let Some(at) = self.index.find(tool) else {
            return Decision::say("");
        };
        let mut task = match self.running.take_if(|task| task.tool == at) {
            Some(task) => task,
            None => Frame::new(at, ""),
        };
        task.arguments = arguments.clone();
        self.misses = 0;
        match outcome {
            ToolOutcome::Result(value) if succeeded(outcome, value) => self.success(task, value),
            _ => self.refused(task, outcome),
        }
    }

    fn success(&mut self, task: Frame, result: &Value) -> Decision {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        match spec.role() {
            Role::Login => return self.after_login(spec, &task, result),
            Role::Logout => {
                let said = spec
                    .say()
                    .map(|_| self.result_sentence(spec, &task, result));
                self.forget_caller();
                return Decision::say(said.unwrap_or_else(|| "You are logged out.".into()));
            }
            Role::Ordinary => {}
        }
        let sentence = self.result_sentence(spec, &task, result);
        self.last = Some(task);
        self.then_resume(Decision::say(sentence))
    }

    fn result_sentence(&self, spec: &ToolSpec, task: &Frame, result: &Value) -> String {
        result_sentence(spec, &task.arguments, result, |kind, id| {
            self.own_name(kind, id)
        })
    }

    fn after_login(&mut self, spec: &ToolSpec, task: &Frame, result: &Value) -> Decision {
        self.forget_caller();
        self.logged_in = true;
        self.login_tries = 0;
        let sentence = match (spec.say(), result.get("user").and_then(Value::as_str)) {
            (Some(_), _) => self.result_sentence(spec, task, result),
            (None, Some(user)) => {
                format!("Thank you, {}. You are logged in.", spoken_text(user, 60))
            }
            (None, None) => "Thank you. You are logged in.".into(),
        };
        match self.parked.pop() {
            Some(waiting) => self.advance(waiting).after(sentence),
            None => {
                let mut step = Decision::say(sentence).and("What can I do for you?");
                // The names of their things are learned now, while nobody waits for them.
                step.acts
                    .extend(self.own_kinds().into_iter().map(|kind| Act::Own { kind }));
                step
            }
        }
    }

    /// The kinds of own things that the tools ask for.
    fn own_kinds(&self) -> Vec<String> {
        let arguments = self
            .index
            .tools
            .iter()
            .flat_map(|tool| tool.spec.arguments());
        let mut kinds: Vec<String> = arguments
            .filter_map(|a| a.own().map(str::to_owned))
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    fn forget_caller(&mut self) {
        self.logged_in = false;
        self.own = Default::default();
        self.used.clear();
        self.last = None;
    }

    fn refused(&mut self, mut task: Frame, outcome: &ToolOutcome) -> Decision {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let code = outcome.refusal().unwrap_or_default().to_owned();
        let message = outcome
            .message()
            .filter(|text| !text.trim().is_empty())
            .unwrap_or("That did not work.");
        let message = sentence_of(message);
        if matches!(
            code.as_str(),
            "authentication_required" | "step_up_required" | "not_authenticated" | "login_required"
        ) && spec.role() != Role::Login
            && let Some(login) = self.login_tool()
        {
            self.logged_in = false;
            return self.log_in_for(task, login, &message);
        }
        if matches!(
            code.as_str(),
            "confirmation_required" | "not_confirmed" | "turn_interrupted"
        ) {
            self.last = Some(task);
            return Decision::say(message);
        }
        if spec.role() == Role::Login && is_about_arguments(&code) {
            return self.login_again(task, &message);
        }
        if let Some(argument) = argument_at_fault(spec, &task.arguments, &code, outcome) {
            task.arguments.remove(&argument);
            task.request.clear();
            task.tries += 1;
            task.asked = None;
            return self.advance(task).after(message);
        }
        self.last = Some(task);
        self.then_resume(Decision::say(apology(&message)))
    }

    fn login_again(&mut self, mut task: Frame, message: &str) -> Decision {
        self.login_tries += 1;
        if self.login_tries >= LOGIN_TRIES_LIMIT {
            self.login_tries = 0;
            self.parked.clear();
            return Decision::say(format!("{message} Let's leave it for now."));
        }
        // Who they are was said; what is asked for again is the secret, and what is none but was given as a token of one.
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        task.arguments.retain(|name, value| {
            let is_secret = spec.argument(name).is_none_or(|it| it.secret().is_some());
            !is_secret && !value.as_str().is_some_and(|text| text.contains('⟨'))
        });
        task.asked = None;
        self.advance(task)
            .after(format!("{message} Let's try again."))
    }
}

fn succeeded(outcome: &ToolOutcome, value: &Value) -> bool {
    outcome.refusal().is_none() && value.get("success") != Some(&Value::Bool(false))
}

fn sentence_of(message: &str) -> String {
    let text = spoken_text(message, 200);
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

fn apology(message: &str) -> String {
    let polite = message.starts_with("I'm sorry")
        || message.starts_with("Sorry")
        || message.starts_with("I can't");
    if polite {
        message.to_owned()
    } else {
        format!("I'm sorry. {message}")
    }
}

/// Whether another value may help, as the code says.
fn is_about_arguments(code: &str) -> bool {
    code.starts_with("invalid")
        || [
            "_too_large",
            "_too_small",
            "_too_long",
            "_too_short",
            "_too_high",
            "_too_low",
            "_out_of_range",
            "_required",
            "_invalid",
        ]
        .iter()
        .any(|end| code.ends_with(end))
}

/// The argument that a refusal is about: named in `fields`, in the code, or the only one there is.
fn argument_at_fault(
    spec: &ToolSpec,
    given: &Map<String, Value>,
    code: &str,
    outcome: &ToolOutcome,
) -> Option<String> {
    let names: Vec<&str> = spec
        .arguments()
        .map(|argument| argument.name)
        .filter(|name| given.contains_key(*name))
        .collect();
    if let ToolOutcome::Result(value) = outcome
        && let Some(fields) = value.get("fields").and_then(Value::as_object)
        && let Some(name) = names.iter().find(|name| fields.contains_key(**name))
    {
        return Some((*name).to_owned());
    }
    if !is_about_arguments(code) {
        return None;
    }
    let words: Vec<String> = identifier_words(code)
        .iter()
        .map(|word| stem(word))
        .collect();
    let named = |name: &&&str| {
        identifier_words(name)
            .iter()
            .any(|word| words.contains(&stem(word)))
    };
    if let Some(name) = names.iter().find(named) {
        return Some((*name).to_owned());
    }
    match names.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}
