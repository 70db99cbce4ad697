//! What a task still needs: a login, the caller's own things, an argument; or nothing, and the call is made.

use conversimple_mask::Kind;
use conversimple_wire::tool::{Argument, Role};
use serde_json::{Map, Value};

use super::Dialog;
use super::frame::{Frame, Question};
use crate::heard::{Act, Decision, EndOfTurn, Expectation};
use crate::own::{Pick, offer};
use crate::phrase::{deed, question};
use crate::shape::{Shape, shape};
use crate::wording::{label, list, spoken_text};

/// Answers in a row that give nothing, after which the task is left.
const TRIES_LIMIT: u8 = 3;

enum Need {
    /// Everything is there.
    Nothing,
    /// The list of own things of a kind.
    Own(String),
    /// The caller has to say it.
    Ask(Decision),
    /// It cannot be had.
    GiveUp(String),
}

impl Dialog {
    /// Takes a task one step on.
    pub(super) fn advance(&mut self, mut task: Frame) -> Decision {
        let spec = self.spec(task.tool);
        if spec.caller()
            && !self.logged_in
            && spec.role() != Role::Login
            && let Some(login) = self.login_tool()
        {
            return self.log_in_for(task, login, "For that, please log in first.");
        }
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        for argument in spec.arguments() {
            match self.need(&mut task, &argument) {
                Need::Nothing => {}
                Need::Own(kind) => {
                    self.task = Some(task);
                    return Decision::new(vec![Act::Own { kind }], EndOfTurn::Likely);
                }
                Need::Ask(step) => {
                    task.asked = Some(argument.name.to_owned());
                    self.task = Some(task);
                    return step;
                }
                Need::GiveUp(sentence) => return self.then_resume(Decision::say(sentence)),
            }
        }
        self.call(task)
    }

    /// Puts a task aside for the login, and goes on with it afterwards.
    pub(super) fn log_in_for(&mut self, mut task: Frame, login: usize, sentence: &str) -> Decision {
        task.asked = None;
        self.park(task);
        let begun = self.parked.iter().position(|parked| parked.tool == login);
        let task = begun.map_or_else(|| Frame::new(login, ""), |at| self.parked.remove(at));
        self.advance(task).after(sentence)
    }

    fn call(&mut self, mut task: Frame) -> Decision {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let tool = spec.name.clone();
        for argument in spec.arguments() {
            if let (Some(kind), Some(Value::String(id))) =
                (argument.own(), task.arguments.get(argument.name))
            {
                self.used.insert(kind.to_owned(), id.clone());
            }
        }
        task.asked = None;
        task.tries = 0;
        let declared = spec.arguments().filter_map(|argument| {
            Some((
                argument.name.to_owned(),
                task.arguments.get(argument.name)?.clone(),
            ))
        });
        let arguments: Map<String, Value> = declared.collect();
        self.running = Some(task);
        Decision::new(vec![Act::Call { tool, arguments }], EndOfTurn::Likely)
    }

    fn need(&self, task: &mut Frame, argument: &Argument<'_>) -> Need {
        if task.arguments.contains_key(argument.name) {
            return Need::Nothing;
        }
        if let Some(doubt) = task.doubts.get(argument.name) {
            return self.ask(task, argument, doubt.question());
        }
        if let Some(kind) = argument.own() {
            return self.need_own(task, argument, kind);
        }
        if !argument.required {
            return Need::Nothing;
        }
        self.ask(task, argument, question(argument))
    }

    fn need_own(&self, task: &mut Frame, argument: &Argument<'_>, kind: &str) -> Need {
        let Some(things) = self.own.get(kind) else {
            return if argument.required {
                Need::Own(kind.to_owned())
            } else {
                Need::Nothing
            };
        };
        let names = label(kind);
        if things.is_empty() {
            let sentence = format!("I'm sorry, I can't find any {names} of yours.");
            return if argument.required {
                Need::GiveUp(sentence)
            } else {
                Need::Nothing
            };
        }
        let asked = task.asked.as_deref() == Some(argument.name);
        let found = self.pick(kind, &task.request, asked);
        if let Pick::One(at) = found {
            task.arguments.insert(
                argument.name.to_owned(),
                Value::String(things[at].id.clone()),
            );
            return Need::Nothing;
        }
        if !argument.required {
            return Need::Nothing;
        }
        let all: Vec<String> = offer(things)
            .into_iter()
            .take(5)
            .map(str::to_owned)
            .collect();
        let ask = argument
            .ask()
            .map_or_else(|| format!("Which {names}"), |ask| spoken_text(ask, 200));
        let offered = all
            .iter()
            .any(|name| ask.to_lowercase().contains(&name.to_lowercase()));
        let ask = if offered {
            ask
        } else {
            format!(
                "{}: {}?",
                ask.trim_end_matches(['?', '.', ':']),
                list(&all, "or")
            )
        };
        let sentence = match (found, all.as_slice()) {
            (Pick::NotTheirs, [only]) => {
                format!("I can't find that {names}. You have {only}. Shall I take that one?")
            }
            (Pick::NotTheirs, _) => format!("I can't find that {names}. {ask}"),
            _ => ask,
        };
        self.ask(task, argument, sentence)
    }

    fn ask(&self, task: &Frame, argument: &Argument<'_>, sentence: String) -> Need {
        if task.tries >= TRIES_LIMIT {
            return Need::GiveUp(
                "I'm sorry, I didn't get that. Let's leave it for now. What else can I do for you?"
                    .into(),
            );
        }
        let again = task.tries > 0 && task.asked.as_deref() == Some(argument.name);
        let sentence = if again {
            format!("Sorry, I didn't get that. {sentence}")
        } else {
            sentence
        };
        let expects = match shape(argument) {
            Shape::Secret(kind) => Expectation::Secret {
                tool: self.spec(task.tool).name.clone(),
                argument: argument.name.to_owned(),
                kind: Kind::from_name(&kind).unwrap_or(Kind::Password),
            },
            Shape::Boolean => Expectation::YesNo,
            _ => Expectation::Open,
        };
        Need::Ask(Decision::say(sentence).expecting(expects))
    }

    /// After a task ended: offers to go on with what was put aside.
    pub(super) fn then_resume(&mut self, step: Decision) -> Decision {
        if self.waiting.is_some() {
            return self.take_up(step);
        }
        let Some(task) = self.parked.last() else {
            return step;
        };
        let what = deed(self.spec(task.tool));
        self.question = Some(Question::Resume);
        step.and(format!("Shall we go on with your request to {what}?"))
            .expecting(Expectation::YesNo)
    }
}
