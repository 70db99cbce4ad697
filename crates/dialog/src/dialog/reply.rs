//! What an utterance means while an argument is asked for: an answer, talk, or another request.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::Value;

use super::Dialog;
use super::chat::ANEW;
use super::frame::Frame;
use crate::choose::{INTERRUPT, ranked};
use crate::fill::{Doubt, Utterance, answer, fill, one_of};
use crate::heard::{Decision, EndOfTurn, Heard};
use crate::own::Pick;
use crate::shape::{Shape, is_open_text, shape};
use crate::talk::{Answer, SmallTalk, chat, yes_no};

/// The longest answer that is taken before another request is looked for, in words.
const SHORT_ANSWER_WORDS: usize = 7;

/// Longest text that fills an argument which was not asked for, in bytes.
const BYCATCH_LIMIT_BYTES: usize = 60;

impl Dialog {
    /// An argument was asked for: the utterance answers, or is about something else.
    pub(super) fn answer_or_turn(
        &mut self,
        mut task: Frame,
        heard: &Heard<'_>,
        mut utterance: Utterance<'_>,
    ) -> Decision {
        if !self.names_listed_value(&task, &utterance)
            && let Some(talk) = chat(&utterance.words)
            && let Some(step) = self.talk_while_asked(talk, &task)
        {
            return step;
        }
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let asked = task.asked.clone().unwrap_or_default();
        let asked_name = asked.clone();
        let argument = spec.argument(&asked);
        let picked = argument.and_then(|argument| self.picked(&argument, utterance.text));
        let mut rest = Utterance::new(heard.text, heard.today);
        let doubt = task.doubts.remove(&asked);
        let chosen = doubt
            .as_ref()
            .and_then(|doubt| doubt.picked(rest.text, &rest.words));
        let value =
            argument.and_then(|argument| chosen.or_else(|| answer(spec, &argument, &mut rest)));
        let typed = argument.is_some_and(|argument| !is_open_text(&shape(&argument)));
        let answers = (value.is_some() && typed) || picked.is_some();
        let short = utterance.words.len() <= SHORT_ANSWER_WORDS;
        if !(answers && short)
            && let Some(other) = self.interrupting(&task, utterance.text, heard)
        {
            self.waiting = None;
            self.park(task);
            return self.begin(other, heard.text, &mut utterance);
        }
        let took = match (picked, value) {
            (Some(id), _) => {
                task.arguments.insert(asked, Value::String(id));
                true
            }
            (None, Some(value)) => take_value(spec, &mut task, &asked, value, typed, &mut rest),
            (None, None) => take_others(spec, &mut task, &asked, utterance.text, &mut rest),
        };
        // A doubt is asked about; the same one once more gets no further.
        let doubted = task.take_doubts(&mut rest) && task.doubts.get(&asked_name) != doubt.as_ref();
        if took || doubted {
            task.answered.push(asked_name);
            task.tries = 0;
            return self.advance(task);
        }
        task.tries += 1;
        let mut step = self.advance(task);
        step.end_of_turn = EndOfTurn::Unlikely;
        step
    }

    /// Whether the words are one of the values that the question is about: then "reset" is no talk.
    fn names_listed_value(&self, task: &Frame, utterance: &Utterance<'_>) -> bool {
        let asked = task.asked.as_deref();
        let argument = asked.and_then(|name| self.spec(task.tool).argument(name));
        argument.is_some_and(|argument| match shape(&argument) {
            Shape::Choice(values) => one_of(utterance, &values).is_some(),
            _ => false,
        })
    }

    /// The own thing that an answer names.
    fn picked(&self, argument: &Argument<'_>, text: &str) -> Option<String> {
        let kind = argument.own()?;
        let things = self.own.get(kind)?;
        match self.pick(kind, text, true) {
            Pick::One(at) => Some(things.get(at)?.id.clone()),
            // "Shall I take that one?" was asked about the only one.
            _ if yes_no(text) == Some(Answer::Yes) && things.len() == 1 => {
                Some(things.first()?.id.clone())
            }
            _ => None,
        }
    }

    /// Another tool that is asked for so clearly that the question can wait.
    fn interrupting(&self, task: &Frame, text: &str, heard: &Heard<'_>) -> Option<usize> {
        let scores = ranked(&self.index, text, heard.meaning, heard.today);
        let (tool, score) = *scores.first()?;
        (tool != task.tool && score >= INTERRUPT).then_some(tool)
    }

    /// Talk in answer to a question about an argument. `None`: it may well be the answer.
    fn talk_while_asked(&mut self, talk: SmallTalk, task: &Frame) -> Option<Decision> {
        match talk {
            SmallTalk::Acknowledged => None,
            SmallTalk::Declined if self.asks_yes_no(task) => None,
            SmallTalk::Cancel | SmallTalk::Goodbye | SmallTalk::Declined => {
                self.question = None;
                self.waiting = None;
                self.parked.clear();
                Some(if talk != SmallTalk::Goodbye {
                    Decision::say("All right, I'll leave that. What else can I do for you?")
                } else {
                    self.small_talk(talk)
                })
            }
            SmallTalk::Hesitation => {
                self.task = Some(task.clone());
                Some(Decision::new(Vec::new(), EndOfTurn::Unlikely))
            }
            SmallTalk::Hold => {
                let mut step = self.advance(task.clone());
                step.acts = Decision::say("All right, take your time.").acts;
                Some(step)
            }
            SmallTalk::StartOver => {
                let step = self.advance(Frame::new(task.tool, ""));
                Some(step.after(ANEW))
            }
            SmallTalk::GoBack => Some(self.step_back(task.clone())),
            SmallTalk::Repeat => {
                self.task = Some(task.clone());
                Some(self.said.clone())
            }
            SmallTalk::DontKnow => {
                let step = self.advance(task.clone());
                Some(step.after("I need that to go on. You can also say: never mind."))
            }
            other => {
                let sentence = self.small_talk(other).said();
                let step = self.advance(task.clone());
                Some(
                    step.after(
                        sentence
                            .replace(" How can I help you?", "")
                            .replace(" What can I do for you?", ""),
                    ),
                )
            }
        }
    }

    fn asks_yes_no(&self, task: &Frame) -> bool {
        let doubt = task.asked.as_ref().and_then(|name| task.doubts.get(name));
        if matches!(doubt, Some(Doubt::Misheard(..))) {
            return true;
        }
        let asked = task
            .asked
            .as_deref()
            .and_then(|name| self.spec(task.tool).argument(name));
        asked.is_some_and(|argument| shape(&argument) == Shape::Boolean)
    }
}

/// Takes the answer, and what else of the task's arguments was said with it.
fn take_value(
    spec: &ToolSpec,
    task: &mut Frame,
    asked: &str,
    value: Value,
    typed: bool,
    rest: &mut Utterance<'_>,
) -> bool {
    if typed {
        task.arguments.insert(asked.to_owned(), value);
        let more = fill(spec, rest, &task.arguments);
        let small = |value: &Value| {
            value
                .as_str()
                .is_none_or(|text| text.len() <= BYCATCH_LIMIT_BYTES)
        };
        task.arguments
            .extend(more.into_iter().filter(|(_, value)| small(value)));
        return true;
    }
    // "My name is alice and my password is …" holds more than the name that was asked for.
    let more = fill(spec, rest, &task.arguments);
    let several = more.contains_key(asked) && more.len() > 1;
    task.arguments.extend(more);
    if !several {
        task.arguments.insert(asked.to_owned(), value);
    }
    true
}

/// Takes what was said of other arguments than the one asked for; whether the one asked for is among them.
fn take_others(
    spec: &ToolSpec,
    task: &mut Frame,
    asked: &str,
    text: &str,
    rest: &mut Utterance<'_>,
) -> bool {
    task.arguments.extend(fill(spec, rest, &task.arguments));
    if spec
        .argument(asked)
        .is_some_and(|argument| argument.own().is_some())
    {
        task.retell(text);
    }
    task.arguments.contains_key(asked)
}
