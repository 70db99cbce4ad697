//! The language engine of a session: asked on forks, so that what was only tried leaves no trace.
//!
//! The engine decides on a copy of itself. When the turn is taken the copy takes its place; when the caller goes on it
//! is dropped; when a turn is taken back, the engine from before it returns. What it decides becomes what the machine
//! understands here, and here a call of a `confirm` tool gets the sentence that the caller must say yes to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use conversimple_conversation as machine;
use conversimple_conversation::{AskId, Decision};
use conversimple_providers::language::{Act, EndOfTurn, EngineEvent, Expect, Language, Step};
use conversimple_wire::tool::{OWN_THINGS_TOOL, OwnThings};
use conversimple_wire::{Code, ToolOutcome, ToolSpec};
use serde_json::{Map, Value, json};

use super::answer_prefix::answer_prefix;
use super::gate::Gate;
use crate::clock;
use crate::mailbox::{Event, Mailbox};
use crate::platform::Platform;

/// How often the session looks for an agent before a caller's words are answered with an apology.
const WAITS_LIMIT: u32 = 8;

pub(super) struct Engine {
    platform: Arc<Platform>,
    events: Mailbox,
    current: Option<Box<dyn Language>>,
    before_turn: Option<Box<dyn Language>>,
    trial: Option<Trial>,
    /// The engine has asked the caller something.
    asks: bool,
    /// What was asked before the engine was there.
    waiting: Option<(AskId, machine::Event)>,
    waits: u32,
    /// No engine could be made for the agent's tools.
    broken: bool,
    /// Whose turn it is to make an engine, and which set of tools is the newest.
    building: Arc<tokio::sync::Mutex<()>>,
    newest: Arc<AtomicU64>,
}

/// A fork that has decided and is not adopted.
struct Trial {
    ask: AskId,
    engine: Box<dyn Language>,
    asks: bool,
}

impl Engine {
    pub(super) fn new(platform: Arc<Platform>, events: Mailbox) -> Self {
        Self {
            platform,
            events,
            current: None,
            before_turn: None,
            trial: None,
            asks: false,
            waiting: None,
            waits: 0,
            broken: false,
            building: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// The words that the caller is likely to say next.
    pub(super) fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        self.current
            .as_ref()
            .map(|engine| engine.vocabulary())
            .unwrap_or_default()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.current.is_some()
    }

    /// Makes an engine for a set of tools. The meaning of their phrases takes a moment the first time.
    pub(super) fn build(&mut self, tools: Vec<ToolSpec>) {
        let (platform, events) = (self.platform.clone(), self.events.clone());
        let (turn, newest) = (self.building.clone(), self.newest.clone());
        let mine = newest.fetch_add(1, Ordering::SeqCst) + 1;
        // One at a time, and of those that wait only the newest.
        tokio::spawn(async move {
            let _turn = turn.lock().await;
            if newest.load(Ordering::SeqCst) != mine {
                return;
            }
            let made = tokio::task::spawn_blocking(move || {
                let engine = platform.engines.for_tools(&tools, platform.meaning.clone());
                engine
                    .inspect_err(
                        |error| tracing::error!(%error, "no engine could be made for an agent's tools"),
                    )
                    .ok()
            });
            let engine = made.await.unwrap_or_default();
            let _over = events.send(Event::EngineReady(engine));
        });
    }

    pub(super) fn ready(&mut self, engine: Option<Box<dyn Language>>) {
        self.broken = engine.is_none();
        self.current = engine;
        self.before_turn = None;
        self.trial = None;
        if let Some((ask, event)) = self.waiting.take() {
            self.ask(ask, event);
        }
    }

    /// Called while no agent is connected: at some point the caller gets an answer all the same.
    pub(super) fn give_up_waiting(&mut self) {
        self.waits += 1;
        if self.waits >= WAITS_LIMIT
            && let Some((ask, _)) = self.waiting.take()
        {
            self.apologise(ask);
        }
    }

    pub(super) fn ask(&mut self, ask: AskId, event: machine::Event) {
        let Some(current) = &self.current else {
            if self.broken {
                return self.apologise(ask);
            }
            self.waits = 0;
            self.waiting = Some((ask, event));
            return;
        };
        let (mut fork, unasked) = (current.fork(), current.fork());
        let events = self.events.clone();
        tokio::spawn(async move {
            let asked = tokio::spawn(async move {
                let step = fork.step(happening(event)).await;
                (fork, step)
            });
            let (engine, step) = match asked.await {
                Ok((fork, Ok(step))) => (fork, Some(step)),
                Ok((fork, Err(error))) => {
                    tracing::error!(%error, "the language engine failed");
                    (fork, None)
                }
                // The caller hears an apology, and the conversation goes on from before the question.
                Err(_panicked) => (unasked, None),
            };
            let _over = events.send(Event::Decided { ask, engine, step });
        });
    }

    /// Keeps the fork until the machine says whether it is adopted, and says what it wants in the machine's terms.
    pub(super) fn decided(
        &mut self,
        ask: AskId,
        engine: Box<dyn Language>,
        step: Option<Step>,
        gate: &Gate,
    ) -> Decision {
        // A fork that took longer than a later one is void: it must not take that one's place.
        if self.trial.as_ref().is_none_or(|later| later.ask < ask) {
            let asks = step.as_ref().is_some_and(|step| step.expects.is_some());
            self.trial = Some(Trial { ask, engine, asks });
        }
        let Some(step) = step else {
            return say(Code::InternalError);
        };
        Decision {
            end_of_turn: match step.end_of_turn {
                // A card's number comes in groups, with pauses between them.
                _ if gate.is_unfinished() => machine::EndOfTurn::Unlikely,
                EndOfTurn::Likely => machine::EndOfTurn::Likely,
                EndOfTurn::Unlikely => machine::EndOfTurn::Unlikely,
            },
            expects: match &step.expects {
                Some(Expect::Secret { kind, .. }) => Some(kind.clone()),
                _ => None,
            },
            acts: step
                .acts
                .into_iter()
                .map(|act| self.act(act, gate))
                .collect(),
        }
    }

    fn act(&self, act: Act, gate: &Gate) -> machine::Act {
        match act {
            Act::Say(text) => machine::Act::Say(gate.sayable(text)),
            Act::Call { tool, .. } if gate.is_internal(&tool) => {
                machine::Act::Say(Code::ToolNotFound.sentence().into())
            }
            Act::Call { tool, arguments } => {
                let own = |kind: &str, id: &str| gate.own_name(kind, id);
                let read_back = gate.read_back(&tool, &arguments).map(Box::new);
                let answer_prefix = gate
                    .spec(&tool)
                    .and_then(|spec| answer_prefix(spec, &arguments, own));
                let repeat = gate.repeat_question(&tool, &arguments).map(Box::new);
                machine::Act::Call {
                    changes: gate.changes(&tool),
                    tool,
                    arguments,
                    read_back,
                    answer_prefix,
                    repeat,
                }
            }
            Act::Own { kind } => {
                let arguments = json!({"kind": kind})
                    .as_object()
                    .cloned()
                    .unwrap_or_default();
                machine::Act::Call {
                    tool: OWN_THINGS_TOOL.into(),
                    arguments,
                    read_back: None,
                    answer_prefix: None,
                    changes: false,
                    repeat: None,
                }
            }
        }
    }

    pub(super) fn adopt(&mut self, ask: AskId, begins_turn: bool) {
        // An apology for a missing engine is nobody's to adopt.
        let Some(Trial { engine, asks, .. }) = self.trial.take_if(|trial| trial.ask == ask) else {
            return;
        };
        self.asks = asks;
        if self.current.is_none() {
            return;
        }
        let before = self.current.replace(engine);
        if begins_turn {
            self.before_turn = before;
        }
    }

    pub(super) fn revert(&mut self) {
        if let Some(before) = self.before_turn.take() {
            self.current = Some(before);
        }
    }

    /// Whether the caller was asked something that is still open.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Words that the engine has heard turn out to be part of a secret: it knows them by a token from now on.
    pub(super) fn forget(&mut self, words: &str, token: &str) {
        let engines = [&mut self.current, &mut self.before_turn];
        let trial = self.trial.as_mut().map(|trial| &mut trial.engine);
        for engine in engines.into_iter().flatten().chain(trial) {
            let step = engine.step(EngineEvent::Hidden {
                words: words.to_owned(),
                token: token.to_owned(),
            });
            // There is nothing to decide, and so nothing to wait for.
            let _nothing = futures_util::FutureExt::now_or_never(step);
        }
    }

    /// The engine waits for an outcome that it will not get: its turn is over.
    pub(super) fn abandon(&mut self, tool: String, arguments: Map<String, Value>) {
        let Some(current) = &self.current else { return };
        let mut fork = current.fork();
        let outcome = ToolOutcome::Failed(Code::TurnInterrupted);
        // Engines answer an outcome without waiting for anything; what it would like to say is not said.
        let step = fork.step(happening(machine::Event::Outcome {
            tool,
            arguments,
            outcome,
        }));
        if futures_util::FutureExt::now_or_never(step).is_some() {
            self.current = Some(fork);
        }
    }

    fn apologise(&self, ask: AskId) {
        let empty = self.platform.engines.empty();
        let step = Step {
            acts: vec![Act::Say(Code::AgentUnavailable.sentence().into())],
            end_of_turn: EndOfTurn::Likely,
            expects: None,
        };
        let _over = self.events.send(Event::Decided {
            ask,
            engine: empty,
            step: Some(step),
        });
    }
}

fn say(code: Code) -> Decision {
    Decision {
        acts: vec![machine::Act::Say(code.sentence().into())],
        ..Decision::default()
    }
}

fn happening(event: machine::Event) -> EngineEvent {
    match event {
        machine::Event::Begin => EngineEvent::Begin,
        machine::Event::Heard(text) => EngineEvent::Heard {
            text,
            today: clock::today(),
        },
        machine::Event::Declined { tool } => EngineEvent::Declined { tool },
        machine::Event::Outcome {
            tool,
            arguments,
            outcome,
        } if tool == OWN_THINGS_TOOL => {
            let things = match outcome {
                ToolOutcome::Result(value) => {
                    serde_json::from_value::<OwnThings>(value).unwrap_or_default()
                }
                ToolOutcome::Failed(_) => OwnThings::default(),
            };
            let kind = arguments
                .get("kind")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            EngineEvent::OwnThings {
                kind,
                things: things.things,
            }
        }
        machine::Event::Outcome {
            tool,
            arguments,
            outcome,
        } => EngineEvent::Outcome {
            tool,
            arguments,
            outcome,
        },
    }
}
