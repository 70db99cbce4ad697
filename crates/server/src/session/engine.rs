//! The language engine of a session: asked on forks, so that what was only tried leaves no trace.
//!
//! The engine decides on a copy of itself, part by part. When the turn is taken the copy takes its place, even while it is
//! still deciding; when the caller goes on it is dropped together with what it was deciding; when a turn is taken back,
//! the engine from before it returns. What an engine must take note of reaches every copy, those that are deciding as soon
//! as they are back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use conversimple_conversation::engine::{Engine, EngineEvent, Observation, Part};
use conversimple_conversation::{Act, AskId, EndOfTurn};
use conversimple_wire::{Code, ToolSpec};
use futures_util::StreamExt as _;
use tokio::sync::oneshot;

use crate::clock;
use crate::engines::Engines;
use crate::mailbox::{Event, Mailbox};

/// How often the session looks for an agent before a caller's words are answered with an apology.
const WAITS_LIMIT: u32 = 8;

/// Parts of one decision; an engine that goes on for ever is not listened to any longer.
const PARTS_LIMIT: usize = 64;

pub(super) struct EngineDriver {
    engines: Arc<Engines>,
    events: Mailbox,
    /// The engine; not there before it is built, nor while it decides.
    current: Option<Box<dyn Engine>>,
    /// The fork that was asked last, until it takes the engine's place or is dropped.
    fork: Option<Fork>,
    before_turn: Option<Box<dyn Engine>>,
    /// What was asked while the engine was not there.
    waiting: Option<(AskId, EngineEvent)>,
    waits: u32,
    /// No engine could be made for the agent's tools.
    broken: bool,
    /// Whose turn it is to make an engine, and which set of tools is the newest.
    building: Arc<tokio::sync::Mutex<()>>,
    newest: Arc<AtomicU64>,
}

/// A copy of the engine that was asked something.
struct Fork {
    ask: AskId,
    state: State,
    /// Its turn was taken while it was deciding: it becomes the engine when it is back. Until then this is the engine
    /// from before, in case it does not come back.
    adopted: Option<Box<dyn Engine>>,
    /// The agent's tools have changed since: it still answers what it was asked, and becomes the engine no more.
    is_outdated: bool,
}

enum State {
    Deciding {
        /// Dropped or used, it ends the decision.
        cancel: Option<oneshot::Sender<()>>,
        /// What it must take note of when it is back.
        observed: Vec<Observation>,
    },
    Decided(Box<dyn Engine>),
    /// It panicked.
    Lost,
}

impl EngineDriver {
    pub(super) fn new(engines: Arc<Engines>, events: Mailbox) -> Self {
        Self {
            engines,
            events,
            current: None,
            fork: None,
            before_turn: None,
            waiting: None,
            waits: 0,
            broken: false,
            building: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// The words that the caller is likely to say next.
    pub(super) fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        let engine = self.current.as_ref();
        engine.map(|engine| engine.vocabulary()).unwrap_or_default()
    }

    /// How often the words of one turn may be tried.
    pub(super) fn trials_limit(&self) -> usize {
        let engine = self.current.as_ref();
        engine.map_or(usize::MAX, |engine| engine.trials_limit())
    }

    pub(super) fn is_ready(&self) -> bool {
        self.current.is_some() || self.fork.is_some()
    }

    /// Makes an engine for a set of tools. The meaning of their phrases takes a moment the first time.
    pub(super) fn build(&mut self, tools: Vec<ToolSpec>) {
        let (engines, events) = (self.engines.clone(), self.events.clone());
        let (turn, newest) = (self.building.clone(), self.newest.clone());
        let mine = newest.fetch_add(1, Ordering::SeqCst) + 1;
        // One at a time, and of those that wait only the newest.
        tokio::spawn(async move {
            let _turn = turn.lock().await;
            if newest.load(Ordering::SeqCst) != mine {
                return;
            }
            let made = tokio::task::spawn_blocking(move || {
                let engine = engines.for_tools(&tools);
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

    pub(super) fn ready(&mut self, engine: Option<Box<dyn Engine>>) {
        self.broken = engine.is_none();
        self.current = engine;
        self.before_turn = None;
        if let Some(fork) = &mut self.fork {
            fork.is_outdated = true;
            fork.adopted = None;
        }
        self.ask_waiting();
    }

    fn ask_waiting(&mut self) {
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

    pub(super) fn ask(&mut self, ask: AskId, event: EngineEvent) {
        let Some(current) = &self.current else {
            if self.broken {
                return self.apologise(ask);
            }
            self.waits = 0;
            self.waiting = Some((ask, event));
            return;
        };
        let (cancel, cancelled) = oneshot::channel();
        let deciding = decide(current.fork(), ask, event, cancelled, self.events.clone());
        // An earlier fork that was not adopted is void, and its decision ends with it.
        self.fork = Some(Fork {
            ask,
            state: State::Deciding {
                cancel: Some(cancel),
                observed: Vec::new(),
            },
            adopted: None,
            is_outdated: false,
        });
        let events = self.events.clone();
        tokio::spawn(async move {
            // A panic ends the decision and nothing else.
            let engine = tokio::spawn(deciding).await.ok();
            let _over = events.send(Event::Decided { ask, engine });
        });
    }

    /// Whether this is what the engine is deciding about.
    pub(super) fn is_deciding(&self, ask: AskId) -> bool {
        let fork = self.fork.as_ref().filter(|fork| fork.ask == ask);
        fork.is_some_and(|fork| matches!(fork.state, State::Deciding { .. }))
    }

    /// The fork is back.
    pub(super) fn decided(&mut self, ask: AskId, engine: Option<Box<dyn Engine>>) {
        let Some(mut fork) = self.fork.take_if(|fork| fork.ask == ask) else {
            return;
        };
        let observed = match &mut fork.state {
            State::Deciding { observed, .. } => std::mem::take(observed),
            State::Decided(_) | State::Lost => Vec::new(),
        };
        if fork.is_outdated {
            return;
        }
        let engine = engine.map(|mut engine| {
            observed
                .iter()
                .for_each(|observation| engine.observe(observation));
            engine
        });
        match fork.adopted.take() {
            Some(before) => {
                self.current = Some(engine.unwrap_or(before));
                self.ask_waiting();
            }
            None => {
                fork.state = engine.map_or(State::Lost, State::Decided);
                self.fork = Some(fork);
            }
        }
    }

    /// The fork becomes the engine.
    pub(super) fn adopt(&mut self, ask: AskId, begins_turn: bool) {
        // An apology for a missing engine is nobody's to adopt.
        let Some(mut fork) = self
            .fork
            .take_if(|fork| fork.ask == ask && !fork.is_outdated)
        else {
            return;
        };
        let Some(before) = self.current.take() else {
            return;
        };
        if begins_turn {
            self.before_turn = Some(before.fork());
        }
        match fork.state {
            State::Decided(engine) => self.current = Some(engine),
            State::Lost => self.current = Some(before),
            State::Deciding { .. } => {
                fork.adopted = Some(before);
                self.fork = Some(fork);
            }
        }
    }

    /// Ends a decision that nobody waits for. A copy that has taken the engine's place comes back with what it has decided.
    pub(super) fn give_up(&mut self, is_wanted: impl Fn(AskId) -> bool) {
        self.waiting.take_if(|(ask, _)| !is_wanted(*ask));
        let unwanted = self.fork.as_mut().filter(|fork| !is_wanted(fork.ask));
        let Some(fork) = unwanted else { return };
        match &mut fork.state {
            State::Deciding { cancel, .. } if fork.adopted.is_some() => drop(cancel.take()),
            _ => self.fork = None,
        }
    }

    /// The engine from before the turn returns.
    pub(super) fn revert(&mut self) {
        if let Some(before) = self.before_turn.take() {
            self.current = Some(before);
            self.fork = None;
        }
    }

    /// Every copy takes note of something.
    pub(super) fn observe(&mut self, observation: &Observation) {
        let mut copies: Vec<&mut Box<dyn Engine>> = Vec::new();
        copies.extend(&mut self.current);
        copies.extend(&mut self.before_turn);
        if let Some(fork) = &mut self.fork {
            copies.extend(&mut fork.adopted);
            match &mut fork.state {
                State::Decided(engine) => copies.push(engine),
                State::Deciding { observed, .. } => observed.push(observation.clone()),
                State::Lost => {}
            }
        }
        for engine in copies {
            engine.observe(observation);
        }
    }

    fn apologise(&self, ask: AskId) {
        let apology = Act::Say(Code::AgentUnavailable.sentence().into());
        for part in [Part::EndOfTurn(EndOfTurn::Likely), Part::Act(apology)] {
            let _over = self.events.send(Event::Part { ask, part });
        }
        let _over = self.events.send(Event::Decided { ask, engine: None });
    }
}

/// Asks a fork and tells each part of what it decides as it comes, until it has decided or nobody waits any more.
async fn decide(
    mut engine: Box<dyn Engine>,
    ask: AskId,
    event: EngineEvent,
    mut cancelled: oneshot::Receiver<()>,
    events: Mailbox,
) -> Box<dyn Engine> {
    let mut parts = engine.step(event, clock::today()).take(PARTS_LIMIT);
    let mut has_acted = false;
    loop {
        let part = tokio::select! {
            biased;
            _ = &mut cancelled => break,
            part = parts.next() => part,
        };
        let part = match part {
            None => break,
            Some(Ok(part)) => part,
            Some(Err(error)) => {
                tracing::error!(%error, "the language engine failed");
                if has_acted {
                    break;
                }
                Part::Act(Act::Say(Code::InternalError.sentence().into()))
            }
        };
        has_acted |= matches!(part, Part::Act(_));
        if events.send(Event::Part { ask, part }).is_err() {
            break;
        }
    }
    drop(parts);
    engine
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use conversimple_conversation::Decision;
    use conversimple_conversation::engine::{Parts, at_once};
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;
    use crate::mailbox::{Inbox, mailbox};

    const WORDS: &str = "four one one one";

    /// An engine that decides when it is let, and remembers in which copy it took note of what.
    struct Slow {
        history: Vec<String>,
        world: Arc<World>,
    }

    /// What the test sees and decides.
    struct World {
        /// Parts of decisions, as the test gives them.
        parts: tokio::sync::Mutex<mpsc::UnboundedReceiver<Part>>,
        /// Decisions that were begun, and those that were dropped before their end.
        begun: Mutex<usize>,
        dropped: Mutex<usize>,
    }

    /// Counts a decision that ends before it is whole.
    struct Deciding<'a> {
        world: &'a World,
        is_whole: bool,
    }

    impl Drop for Deciding<'_> {
        fn drop(&mut self) {
            if !self.is_whole {
                *self.world.dropped.lock().expect("no panic") += 1;
            }
        }
    }

    impl Engine for Slow {
        fn step(&mut self, event: EngineEvent, _today: time::Date) -> Parts<'_> {
            let EngineEvent::Heard(text) = event else {
                return at_once(async { Ok(Decision::default()) });
            };
            self.history.push(text.clone());
            let world = &*self.world;
            *world.begun.lock().expect("no panic") += 1;
            let deciding = Deciding {
                world,
                is_whole: false,
            };
            Box::pin(stream::unfold(deciding, |mut deciding| async move {
                let next = deciding.world.parts.lock().await.recv().await;
                deciding.is_whole = next.is_none();
                next.map(|part| match part {
                    Part::Act(Act::Say(text)) if text == "panic" => panic!("as the test wants"),
                    part => (Ok(part), deciding),
                })
            }))
        }

        fn observe(&mut self, observation: &Observation) {
            if let Observation::Hidden { words, token } = observation {
                for text in &mut self.history {
                    *text = text.replace(words.as_str(), token);
                }
            }
        }

        fn fork(&self) -> Box<dyn Engine> {
            Box::new(Self {
                history: self.history.clone(),
                world: self.world.clone(),
            })
        }

        /// What this copy remembers, for the test.
        fn vocabulary(&self) -> Arc<BTreeSet<String>> {
            Arc::new(self.history.iter().cloned().collect())
        }
    }

    struct Bench {
        driver: EngineDriver,
        inbox: Inbox,
        world: Arc<World>,
        parts: Option<mpsc::UnboundedSender<Part>>,
    }

    impl Bench {
        fn new() -> Self {
            let (parts, decided) = mpsc::unbounded_channel();
            let world = Arc::new(World {
                parts: tokio::sync::Mutex::new(decided),
                begun: Mutex::default(),
                dropped: Mutex::default(),
            });
            let (events, inbox) = mailbox();
            let mut driver = EngineDriver::new(Arc::new(Engines::new(None, None)), events);
            driver.ready(Some(Box::new(Slow {
                history: Vec::new(),
                world: world.clone(),
            })));
            Self {
                driver,
                inbox,
                world,
                parts: Some(parts),
            }
        }

        fn ask(&mut self, ask: u64, words: &str) {
            self.driver
                .ask(AskId(ask), EngineEvent::Heard(words.to_owned()));
        }

        fn give(&self, text: &str) {
            let parts = self.parts.as_ref().expect("still deciding");
            parts
                .send(Part::Act(Act::Say(text.to_owned())))
                .expect("an engine");
        }

        /// The next part, or none when the decision is over and the fork was handed back.
        async fn next(&mut self) -> Option<Part> {
            match self.inbox.recv().await {
                Some(Event::Part { part, .. }) => Some(part),
                Some(Event::Decided { ask, engine }) => {
                    self.driver.decided(ask, engine);
                    None
                }
                _ => unreachable!("nothing else happens"),
            }
        }

        /// Asks the first question, and has its decision begun.
        async fn begin(&mut self, words: &str, says: &str) {
            self.ask(1, words);
            self.give(says);
            assert!(self.next().await.is_some());
        }

        fn hide(&mut self) {
            self.driver.observe(&Observation::Hidden {
                words: WORDS.to_owned().into(),
                token: "⟨card 1⟩".to_owned(),
            });
        }

        /// What the engine remembers, of which nothing may be the secret.
        fn remembered(&self) -> Vec<String> {
            self.driver.vocabulary().iter().cloned().collect()
        }
    }

    #[tokio::test]
    async fn redaction_reaches_a_fork_that_is_still_deciding() {
        let mut bench = Bench::new();
        bench.begin(WORDS, "One moment.").await;
        bench.hide();
        bench.parts = None;
        assert!(bench.next().await.is_none());
        bench.driver.adopt(AskId(1), true);
        assert_eq!(bench.remembered(), ["⟨card 1⟩"]);
    }

    #[tokio::test]
    async fn redaction_reaches_an_adopted_fork_and_the_engine_from_before() {
        let mut bench = Bench::new();
        bench.begin(WORDS, "One moment.").await;
        bench.driver.adopt(AskId(1), true);
        bench.hide();
        bench.parts = None;
        assert!(bench.next().await.is_none());
        assert_eq!(bench.remembered(), ["⟨card 1⟩"]);
        bench.ask(2, "and then");
        assert!(bench.next().await.is_none());
        bench.driver.adopt(AskId(2), true);
        bench.hide();
        bench.driver.revert();
        assert_eq!(bench.remembered(), ["⟨card 1⟩"]);
    }

    #[tokio::test]
    async fn fork_that_nobody_wants_is_cancelled_and_leaves_no_trace() {
        let mut bench = Bench::new();
        bench.begin("what is the", "One moment.").await;
        bench.driver.give_up(|_| false);
        assert!(bench.next().await.is_none());
        assert_eq!(*bench.world.dropped.lock().expect("no panic"), 1);
        bench.driver.adopt(AskId(1), true);
        assert!(bench.remembered().is_empty());
    }

    #[tokio::test]
    async fn adopted_fork_that_is_cancelled_comes_back_and_answers_what_waits() {
        let mut bench = Bench::new();
        bench.begin("a long story", "Once upon a time.").await;
        bench.driver.adopt(AskId(1), true);
        bench.ask(2, "stop");
        bench.driver.give_up(|ask| ask == AskId(2));
        assert!(bench.next().await.is_none());
        assert_eq!(bench.remembered(), ["a long story"]);
        bench.give("All right.");
        assert!(bench.next().await.is_some());
        bench.driver.adopt(AskId(2), true);
        bench.parts = None;
        assert!(bench.next().await.is_none());
        assert_eq!(bench.remembered(), ["a long story", "stop"]);
        assert_eq!(*bench.world.begun.lock().expect("no panic"), 2);
    }

    #[tokio::test]
    async fn engine_that_panics_is_replaced_by_the_one_before() {
        let mut bench = Bench::new();
        bench.begin("hello", "Hello.").await;
        bench.driver.adopt(AskId(1), true);
        bench.give("panic");
        assert!(bench.next().await.is_none());
        assert!(bench.driver.is_ready() && bench.remembered().is_empty());
    }

    #[tokio::test]
    async fn fork_of_an_engine_that_was_replaced_answers_and_is_not_adopted() {
        let mut bench = Bench::new();
        bench.begin("hello", "One moment.").await;
        bench.driver.ready(Some(Box::new(Slow {
            history: vec!["of the new tools".to_owned()],
            world: bench.world.clone(),
        })));
        bench.give("Hello.");
        assert!(bench.next().await.is_some(), "the caller hears the answer");
        bench.driver.adopt(AskId(1), true);
        bench.parts = None;
        assert!(bench.next().await.is_none());
        assert_eq!(bench.remembered(), ["of the new tools"]);
    }
}
