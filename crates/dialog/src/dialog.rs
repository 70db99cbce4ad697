//! The state of one conversation's dialog: what is being filled, what runs, what was interrupted.
//!
//! This file holds the state and its doors; `hear` decides what an utterance means (with `reply` while something is
//! asked, `again` for corrections, `chat` for talk), `advance` what a task still needs, `outcome` what follows from a
//! tool's answer.

mod advance;
mod again;
mod chat;
mod frame;
mod hear;
mod outcome;
mod reply;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use conversimple_wire::tool::{OwnThing, Role};
use conversimple_wire::{Code, ToolOutcome, ToolSpec};
use serde_json::{Map, Value};

use crate::heard::{Act, Decision, EndOfTurn, Expectation, Heard, spoken_name};
use crate::index::{Index, add_telling};
use crate::own::{Pick, pick};
use crate::phrase::deed;
use crate::wording::{list, spoken_text};
use frame::{Frame, Question, Waiting};

/// One conversation's dialog. Cloning is cheap, so that an utterance can be tried on a clone.
#[derive(Debug, Clone)]
pub struct Dialog {
    index: Arc<Index>,
    /// The words of the tools and of the caller's own things.
    vocabulary: Arc<BTreeSet<String>>,
    logged_in: bool,
    /// What is being filled.
    task: Option<Frame>,
    /// The call that was asked for and has no outcome yet.
    running: Option<Frame>,
    /// The last call that ended.
    last: Option<Frame>,
    /// Tasks put aside for another, the last one on top.
    parked: Vec<Frame>,
    question: Option<Question>,
    /// The second of two wishes.
    waiting: Option<Waiting>,
    own: Arc<BTreeMap<String, Vec<OwnThing>>>,
    /// The thing of each kind that was used last.
    used: BTreeMap<String, String>,
    /// The last thing said, for "say that again".
    said: Decision,
    /// Utterances in a row that were not understood.
    misses: u8,
    login_tries: u8,
}

/// Tasks that are put aside at most.
const PARKED_LIMIT: usize = 3;

/// Own things of one kind that are kept at most, and kinds.
const OWN_LIMIT: usize = 100;

impl Dialog {
    /// A dialog at its beginning.
    pub fn new(index: Arc<Index>) -> Self {
        Self {
            vocabulary: index.vocabulary().clone(),
            index,
            logged_in: false,
            task: None,
            running: None,
            last: None,
            parked: Vec::new(),
            question: None,
            waiting: None,
            own: Arc::default(),
            used: BTreeMap::new(),
            said: Decision::say(""),
            misses: 0,
            login_tries: 0,
        }
    }

    /// The first sentence, from what the tools can do.
    pub fn greet(&self) -> Decision {
        let example = self
            .index
            .tools
            .iter()
            .find(|tool| tool.spec.role() == Role::Ordinary);
        let example = example.and_then(|tool| {
            tool.spec
                .examples()
                .first()
                .map(|text| spoken_text(text, 80))
        });
        if let Some(example) = example.filter(|text| !text.is_empty()) {
            return Decision::say(format!(
                "Hello! How can I help you? You can say, for example: {example}."
            ));
        }
        let deeds = self.deeds(2);
        if deeds.is_empty() {
            return Decision::say("Hello! How can I help you?");
        }
        Decision::say(format!(
            "Hello! I can {}. How can I help you?",
            list(&deeds, "or")
        ))
    }

    /// Decides what the caller's words ask for.
    pub fn heard(&mut self, heard: Heard<'_>) -> Decision {
        let step = self.hear(heard);
        self.remember(step)
    }

    /// Takes the end of a call.
    pub fn outcome(
        &mut self,
        tool: &str,
        arguments: &Map<String, Value>,
        outcome: &ToolOutcome,
    ) -> Decision {
        let step = self.take_outcome(tool, arguments, outcome);
        self.remember(step)
    }

    /// The call that runs will have no outcome: what it would have led to is forgotten.
    pub fn abandon(&mut self, tool: &str, arguments: &Map<String, Value>) {
        let running = self.running.as_ref().map(|task| task.tool);
        if running.is_some() && running == self.index.find(tool) {
            let outcome = ToolOutcome::Failed(Code::TurnInterrupted);
            let _unsaid = self.take_outcome(tool, arguments, &outcome);
        }
    }

    /// Takes the answer to [`crate::Act::Own`]. No things means that there are none, or that they could not be had.
    pub fn own_things(&mut self, kind: &str, mut things: Vec<OwnThing>) -> Decision {
        things.truncate(OWN_LIMIT);
        let own = Arc::make_mut(&mut self.own);
        if own.len() < OWN_LIMIT || own.contains_key(kind) {
            let vocabulary = Arc::make_mut(&mut self.vocabulary);
            for name in things.iter().flat_map(|thing| &thing.names).take(OWN_LIMIT) {
                add_telling(name, vocabulary);
            }
            own.insert(kind.to_owned(), things);
        }
        let step = match self.task.take() {
            Some(task) => self.advance(task),
            None => Decision::new(Vec::new(), EndOfTurn::Likely),
        };
        self.remember(step)
    }

    /// Words that were heard earlier turn out to belong to a secret: they are known by its token from now on, and what
    /// was made of them is forgotten.
    pub fn hide(&mut self, words: &str, token: &str) {
        let doing = [&mut self.task, &mut self.running, &mut self.last];
        for task in doing.into_iter().flatten().chain(&mut self.parked) {
            task.hide(words, token);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.text = waiting.text.replace(words, token);
        }
        if let Some(Question::Which(_, _, request)) = &mut self.question {
            *request = request.replace(words, token);
        }
        for act in &mut self.said.acts {
            if let Act::Say(text) = act {
                *text = text.replace(words, token);
            }
        }
    }

    /// The caller said no to the call that was read back.
    pub fn declined(&mut self, tool: &str) -> Decision {
        if let Some(task) = self
            .running
            .take_if(|task| self.index.tools[task.tool].spec.name == tool)
        {
            self.last = Some(task);
        }
        self.parked.clear();
        let step = Decision::say("All right, I won't do that.");
        let step = match self.waiting.is_some() {
            true => self.take_up(step),
            false => step.and("What else can I do for you?"),
        };
        self.remember(step)
    }

    /// What the caller calls one of their own things.
    fn own_name(&self, kind: &str, id: &str) -> Option<String> {
        let thing = self.own.get(kind)?.iter().find(|thing| thing.id == id)?;
        Some(spoken_name(thing).to_owned())
    }

    /// Words that the caller is likely to say next, in lower case, so that a recogniser in doubt may prefer them. There
    /// are none while a secret is asked for: it is not made of the tools' words.
    pub fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        match self.said.expects {
            Some(Expectation::Secret { .. }) => Arc::default(),
            Some(Expectation::YesNo | Expectation::Open) | None => self.vocabulary.clone(),
        }
    }

    /// Whether a login succeeded in this conversation and no logout since.
    pub fn logged_in(&self) -> bool {
        self.logged_in
    }

    /// Which own thing of a kind some words mean. `asked`: they answer "which one?".
    fn pick(&self, kind: &str, text: &str, asked: bool) -> Pick {
        let things = self.own.get(kind).map(Vec::as_slice).unwrap_or_default();
        pick(
            kind,
            things,
            text,
            asked,
            self.used.get(kind).map(String::as_str),
        )
    }

    fn spec(&self, tool: usize) -> &ToolSpec {
        &self.index.tools[tool].spec
    }

    fn login_tool(&self) -> Option<usize> {
        self.index
            .tools
            .iter()
            .position(|tool| tool.spec.role() == Role::Login)
    }

    /// What the tools do, logins left out; at most so many.
    fn deeds(&self, limit: usize) -> Vec<String> {
        let tools = self
            .index
            .tools
            .iter()
            .filter(|tool| tool.spec.role() == Role::Ordinary);
        let mut deeds: Vec<String> = tools
            .clone()
            .take(limit)
            .map(|tool| deed(&tool.spec))
            .collect();
        if tools.count() > limit {
            deeds.push("do more".to_owned());
        }
        deeds
    }

    fn park(&mut self, task: Frame) {
        if self.parked.len() >= PARKED_LIMIT {
            self.parked.remove(0);
        }
        self.parked.push(task);
    }

    fn remember(&mut self, step: Decision) -> Decision {
        if !step.said().is_empty() {
            self.said = step.clone();
            self.said.acts.retain(|act| !matches!(act, Act::Own { .. }));
        }
        step
    }
}
