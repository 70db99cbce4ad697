//! What an utterance means in the state that the dialog is in.
//!
//! In this order: an answer to what was asked, talk that needs no tool, a correction, a follow-up, a new request.

use conversimple_wire::tool::Role;
use serde_json::Value;

use super::Dialog;
use super::task::{Question, Task};
use crate::calendar::ordinal_word;
use crate::choose::{Choice, INTERRUPT, choose, ranked};
use crate::fill::{Utterance, answer, fill};
use crate::own::{Pick, pick};
use crate::phrase::{deed, list};
use crate::shape::{Shape, shape};
use crate::step::{Act, Expect, Heard, Patience, Step};
use crate::talk::{Answer, Chat, chat, trails_off, yes_no};

/// The longest answer that is taken before another request is looked for, in words.
const SHORT_ANSWER_WORDS: usize = 7;

impl Dialog {
    pub(super) fn hear(&mut self, heard: Heard<'_>) -> Step {
        let utterance = Utterance::new(heard.text, heard.today);
        if utterance.words.is_empty() {
            return Step::new(Vec::new(), Patience::Long);
        }
        let open = trails_off(utterance.text, &utterance.words);
        let mut step = self.understand(&heard, utterance);
        if open {
            step.patience = Patience::Long;
        }
        step
    }

    fn understand(&mut self, heard: &Heard<'_>, utterance: Utterance<'_>) -> Step {
        if let Some(question) = self.question.take()
            && let Some(step) = self.settle(question, &utterance)
        {
            return step;
        }
        if let Some(task) = self.task.take() {
            return self.answer_or_turn(task, heard, utterance);
        }
        if let Some(chat) = chat(&utterance.words) {
            return self.small_talk(chat);
        }
        if let Some(step) = self.correction(heard, &utterance) {
            return step;
        }
        self.request(heard, utterance)
    }

    /// The answer to a question that is not about an argument. `None`: it was no answer.
    fn settle(&mut self, question: Question, utterance: &Utterance<'_>) -> Option<Step> {
        match question {
            Question::Resume => match yes_no(utterance.text) {
                Some(Answer::Yes) => {
                    let task = self.parked.pop()?;
                    Some(self.advance(task))
                }
                Some(Answer::No) => {
                    self.parked.clear();
                    Some(Step::say("All right. What else can I do for you?"))
                }
                None => {
                    self.parked.clear();
                    None
                }
            },
            Question::Which(a, b, request) => {
                let has = |word: &str| utterance.words.iter().any(|other| other.lower == word);
                let place = utterance
                    .words
                    .iter()
                    .find_map(|word| ordinal_word(&word.lower));
                if has("neither") || yes_no(utterance.text) == Some(Answer::No) {
                    return Some(Step::say("All right. What can I do for you?"));
                }
                let tool = match place {
                    Some(1) => a,
                    Some(2) => b,
                    _ => {
                        let scores = self.index.fits(utterance.text, None);
                        let (a_fit, b_fit) = (scores.get(a)?.tfidf, scores.get(b)?.tfidf);
                        if a_fit.max(b_fit) < 0.2 || (a_fit - b_fit).abs() < 0.05 {
                            return None;
                        }
                        if a_fit > b_fit { a } else { b }
                    }
                };
                let mut inside = Utterance::new(&request, utterance.today);
                Some(self.begin(tool, &request, &mut inside))
            }
        }
    }

    /// An argument was asked for: the utterance answers, or is about something else.
    fn answer_or_turn(
        &mut self,
        mut task: Task,
        heard: &Heard<'_>,
        mut utterance: Utterance<'_>,
    ) -> Step {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let asked = task.asked.clone().unwrap_or_default();
        let argument = spec.argument(&asked);
        let own = argument.as_ref().and_then(|argument| argument.own());
        let talk = chat(&utterance.words);
        if let Some(talk) = talk
            && let Some(step) = self.talk_while_asked(talk, &task)
        {
            return step;
        }
        let scores = ranked(&self.index, utterance.text, heard.meaning, heard.today);
        let other = scores
            .first()
            .filter(|(tool, score)| *tool != task.tool && *score >= INTERRUPT)
            .copied();
        let mut rest = Utterance::new(heard.text, heard.today);
        let value = argument
            .as_ref()
            .and_then(|argument| answer(argument, &mut rest));
        let typed = argument
            .as_ref()
            .is_some_and(|argument| !is_open_text(&shape(argument)));
        let short = utterance.words.len() <= SHORT_ANSWER_WORDS;
        let picked = own.is_some_and(|kind| {
            let things = self.own.get(kind).map(Vec::as_slice).unwrap_or_default();
            matches!(
                pick(
                    kind,
                    things,
                    utterance.text,
                    true,
                    self.used.get(kind).map(String::as_str)
                ),
                Pick::One(_)
            ) || (things.len() == 1 && yes_no(utterance.text) == Some(Answer::Yes))
        });
        let answers = (value.is_some() && typed) || picked;
        if let Some((tool, _)) = other
            && !(answers && short)
        {
            self.park(task);
            return self.begin(tool, heard.text, &mut utterance);
        }
        if picked {
            task.request = utterance.text.to_owned();
            if let Some(kind) = own
                && yes_no(utterance.text) == Some(Answer::Yes)
                && let Some(thing) = self.own.get(kind).and_then(|things| things.first())
            {
                task.arguments
                    .insert(asked.clone(), Value::String(thing.id.clone()));
            }
        } else if let Some(value) = value {
            if typed {
                task.arguments.insert(asked.clone(), value);
                let more = fill(spec, &mut rest, &task.arguments);
                task.arguments.extend(
                    more.into_iter()
                        .filter(|(_, value)| !value.as_str().is_some_and(|text| text.len() > 60)),
                );
            } else {
                let more = fill(spec, &mut rest, &task.arguments);
                let led = more.contains_key(&asked) && more.len() > 1;
                task.arguments.extend(more);
                if !led {
                    task.arguments.insert(asked.clone(), value);
                }
            }
        } else {
            let more = fill(spec, &mut rest, &task.arguments);
            let gave = !more.is_empty();
            task.arguments.extend(more);
            if own.is_some() {
                task.request = utterance.text.to_owned();
            }
            if !gave || !task.arguments.contains_key(&asked) {
                task.tries += 1;
                let mut step = self.advance(task);
                step.patience = Patience::Long;
                return step;
            }
        }
        task.tries = 0;
        self.advance(task)
    }

    /// Talk in answer to a question about an argument. `None`: it may well be the answer.
    fn talk_while_asked(&mut self, talk: Chat, task: &Task) -> Option<Step> {
        match talk {
            Chat::Acknowledged => None,
            Chat::Declined if self.asks_yes_no(task) => None,
            Chat::Cancel | Chat::Goodbye | Chat::Declined => {
                self.question = None;
                self.parked.clear();
                Some(if talk != Chat::Goodbye {
                    Step::say("All right, I'll leave that. What else can I do for you?")
                } else {
                    self.small_talk(talk)
                })
            }
            Chat::Hesitation => {
                self.task = Some(task.clone());
                Some(Step::new(Vec::new(), Patience::Long))
            }
            Chat::Repeat => {
                self.task = Some(task.clone());
                Some(self.said.clone())
            }
            Chat::DontKnow => {
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

    fn asks_yes_no(&self, task: &Task) -> bool {
        let asked = task
            .asked
            .as_deref()
            .and_then(|name| self.spec(task.tool).argument(name));
        asked.is_some_and(|argument| shape(&argument) == Shape::Boolean)
    }

    fn small_talk(&mut self, talk: Chat) -> Step {
        self.misses = 0;
        if let Some(task) = self.running.clone()
            && self.spec(task.tool).confirm()
            && !matches!(talk, Chat::Cancel | Chat::Goodbye | Chat::Hesitation)
        {
            // The call waits for a yes: it is read back again.
            return self.advance(task);
        }
        let deeds = self.deeds(4);
        let abilities = if deeds.is_empty() {
            "I'm sorry, there is nothing that I can do right now.".to_owned()
        } else {
            format!("I can {}. What would you like?", list(&deeds, "or"))
        };
        match talk {
            Chat::Hello => Step::say("Hello! How can I help you?"),
            Chat::Thanks => Step::say("You're welcome. Is there anything else I can do for you?"),
            Chat::Goodbye => {
                self.running = None;
                Step::say("Thank you for calling. Goodbye!")
            }
            Chat::Repeat if self.said.said().is_empty() => {
                Step::say("I haven't said anything yet. How can I help you?")
            }
            Chat::Repeat => {
                let mut step = self.said.clone();
                step.acts.retain(|act| matches!(act, Act::Say(_)));
                step
            }
            Chat::Cancel => {
                self.running = None;
                self.parked.clear();
                Step::say("All right. What else can I do for you?")
            }
            Chat::Abilities => Step::say(abilities),
            Chat::HowAreYou => Step::say("I'm fine, thank you. How can I help you?"),
            Chat::Who | Chat::Robot => {
                Step::say("I'm an automated voice assistant. How can I help you?")
            }
            Chat::SomethingElse => Step::say("Sure. What would you like?"),
            Chat::Acknowledged => Step::say("Is there anything else I can do for you?"),
            Chat::Declined => Step::say("All right. Just tell me when you need anything."),
            Chat::DontKnow => Step::say(format!("That's all right. {abilities}")),
            Chat::Hesitation => Step::new(Vec::new(), Patience::Long),
        }
    }

    /// "No, make it thirty", "I meant savings": the last task with another value. A request for another tool is none.
    fn correction(&mut self, heard: &Heard<'_>, utterance: &Utterance<'_>) -> Option<Step> {
        let target = self.running.as_ref().or(self.last.as_ref())?.clone();
        let (lead, plain) = correction_lead(utterance)?;
        let rest = &utterance.text[utterance.words.get(lead)?.start..];
        let scores = ranked(&self.index, rest, None, heard.today);
        let other = scores
            .first()
            .is_some_and(|(tool, score)| *tool != target.tool && *score >= 0.0);
        let open = self
            .spec(target.tool)
            .arguments()
            .any(|argument| is_open_text(&shape(&argument)));
        if other || (open && !plain) {
            return None;
        }
        self.again_with(target, rest, utterance.today)
    }

    /// A task once more, with the values that some words give.
    fn again_with(&mut self, mut task: Task, text: &str, today: time::Date) -> Option<Step> {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let mut changed = false;
        for argument in spec.arguments() {
            let Some(kind) = argument.own() else { continue };
            let things = self.own.get(kind).map(Vec::as_slice).unwrap_or_default();
            if things.len() > 1
                && let Pick::One(at) = pick(
                    kind,
                    things,
                    text,
                    true,
                    self.used.get(kind).map(String::as_str),
                )
            {
                task.arguments.insert(
                    argument.name.to_owned(),
                    Value::String(things[at].id.clone()),
                );
                changed = true;
            }
        }
        if !changed {
            let mut inside = Utterance::new(text, today);
            let found = fill(spec, &mut inside, &serde_json::Map::new());
            changed = !found.is_empty();
            task.arguments.extend(found);
        }
        if !changed {
            let mut inside = Utterance::new(text, today);
            let mut given = spec.arguments().filter(|argument| {
                task.arguments.contains_key(argument.name) && argument.secret().is_none()
            });
            let (Some(argument), None) = (given.next(), given.next()) else {
                return None;
            };
            if inside.words.len() > 5 {
                return None;
            }
            let value = answer(&argument, &mut inside)?;
            task.arguments.insert(argument.name.to_owned(), value);
        }
        self.running = None;
        Some(self.advance(task))
    }

    /// A new request, or a follow-up of the last one.
    fn request(&mut self, heard: &Heard<'_>, mut utterance: Utterance<'_>) -> Step {
        let scores = ranked(&self.index, utterance.text, heard.meaning, heard.today);
        let chosen = choose(&scores);
        let last_tool = self.last.as_ref().map(|task| task.tool);
        let follows = matches!(chosen, Choice::None)
            || matches!(chosen, Choice::Tool(tool) if Some(tool) == last_tool && utterance.words.len() < 5);
        if follows && let Some(step) = self.follow_up(&utterance) {
            return step;
        }
        if let Some(task) = self
            .running
            .take_if(|task| index_confirms(&self.index, task.tool))
            && !matches!(chosen, Choice::None)
        {
            self.park(task);
        }
        match chosen {
            Choice::Tool(tool) => self.begin(tool, heard.text, &mut utterance),
            Choice::Between(a, b) => {
                let text = crate::words::limited(heard.text, 400).to_owned();
                let (one, other) = (deed(self.spec(a)), deed(self.spec(b)));
                self.question = Some(Question::Which(a, b, text));
                let mut step = Step::say(format!("Would you like to {one}, or to {other}?"))
                    .expecting(Expect::Open);
                step.patience = Patience::Long;
                step
            }
            Choice::None => self.not_understood(),
        }
    }

    fn follow_up(&mut self, utterance: &Utterance<'_>) -> Option<Step> {
        let task = self.last.clone()?;
        if utterance.words.len() > 8 {
            return None;
        }
        let lower = |at: usize| {
            utterance
                .words
                .get(at)
                .map_or("", |word| word.lower.as_str())
        };
        if matches!(
            (lower(0), lower(1)),
            ("try", "again") | ("do", "it") | ("retry", _) | ("try", "it")
        ) && utterance.words.len() < 5
        {
            return Some(self.advance(task));
        }
        let lead = match (lower(0), lower(1)) {
            ("what" | "how", "about") => 2,
            ("and", "what" | "how") if lower(2) == "about" => 3,
            ("and" | "also" | "then", _) => 1,
            _ if utterance.words.len() <= 4 => 0,
            _ => return None,
        };
        let rest = &utterance.text[utterance.words.get(lead)?.start..];
        if lead == 0 {
            let kinds: Vec<&str> = self
                .spec(task.tool)
                .arguments()
                .filter_map(|argument| argument.own())
                .map(|_| "own")
                .collect();
            let named = !kinds.is_empty()
                || utterance
                    .words
                    .iter()
                    .any(|word| word.capital && !word.initial);
            if !named {
                return None;
            }
            let index = self.index.clone();
            let picks = index.tools[task.tool]
                .spec
                .arguments()
                .filter_map(|argument| argument.own().map(str::to_owned))
                .any(|kind| {
                    let things = self.own.get(&kind).map(Vec::as_slice).unwrap_or_default();
                    things.len() > 1
                        && matches!(
                            pick(
                                &kind,
                                things,
                                rest,
                                false,
                                self.used.get(&kind).map(String::as_str)
                            ),
                            Pick::One(_)
                        )
                });
            if !picks {
                return None;
            }
        }
        self.again_with(task, rest, utterance.today)
    }

    /// Begins a task with what its request already gives.
    fn begin(&mut self, tool: usize, request: &str, utterance: &mut Utterance<'_>) -> Step {
        self.misses = 0;
        let index = self.index.clone();
        let spec = &index.tools[tool].spec;
        let mut task = Task::new(tool, request);
        task.arguments = fill(spec, utterance, &task.arguments);
        if spec.role() == Role::Login {
            self.login_tries = 0;
        }
        let mut step = self.advance(task);
        // What this tool needs may still be on its way; a login that comes first is asked for at once.
        if step.expects.is_some() && self.task.as_ref().is_some_and(|task| task.tool == tool) {
            step.patience = Patience::Long;
        }
        step
    }

    fn not_understood(&mut self) -> Step {
        if let Some(task) = self.running.clone() {
            return self.advance(task);
        }
        self.misses = self.misses.saturating_add(1);
        let deeds = self.deeds(3);
        let sentence = if self.misses > 1 && !deeds.is_empty() {
            format!(
                "I'm sorry, I can't help with that. I can {}.",
                list(&deeds, "or")
            )
        } else {
            "I'm sorry, I can't help with that. Is there something else I can do for you?"
                .to_owned()
        };
        let mut step = Step::say(sentence);
        step.patience = Patience::Long;
        step
    }
}

fn index_confirms(index: &crate::Index, tool: usize) -> bool {
    index
        .tools
        .get(tool)
        .is_some_and(|tool| tool.spec.confirm())
}

fn is_open_text(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Query
            | Shape::Text
            | Shape::Person
            | Shape::Place
            | Shape::Username
            | Shape::Id
            | Shape::List(_)
    )
}

/// After how many words of "no, make it" and the like the new value begins, and whether they can mean nothing else.
fn correction_lead(utterance: &Utterance<'_>) -> Option<(usize, bool)> {
    const PLAIN: &[&str] = &[
        "i mean",
        "i meant",
        "make it",
        "make that",
        "change it to",
        "change that to",
        "i said",
        "let's make it",
        "can you make it",
        "could you make it",
        "please make it",
        "not that one",
        "rather",
    ];
    const LOOSE: &[&str] = &[
        "no",
        "nope",
        "sorry",
        "actually",
        "wait",
        "change the",
        "instead",
        "yes",
        "but",
        "i wanted",
        "better",
        "not that",
        "please",
        "um",
        "uh",
    ];
    let longest = |list: &[&str], from: usize| {
        list.iter()
            .map(|lead| lead.split(' ').collect::<Vec<_>>())
            .filter(|lead| {
                lead.iter().enumerate().all(|(i, word)| {
                    utterance
                        .words
                        .get(from + i)
                        .is_some_and(|other| other.lower == *word)
                })
            })
            .map(|lead| lead.len())
            .max()
    };
    let (mut from, mut plain) = (
        0,
        utterance
            .words
            .last()
            .is_some_and(|word| word.lower == "instead"),
    );
    while let Some(len) = longest(PLAIN, from)
        .inspect(|_| plain = true)
        .or_else(|| longest(LOOSE, from))
    {
        from += len;
    }
    let rest = utterance.words.len().saturating_sub(from);
    ((from > 0 || plain) && (1..=10).contains(&rest)).then_some((from, plain))
}
