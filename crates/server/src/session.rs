//! One conversation, running: the task that carries what happens to the state machine and does what it says.
//!
//! Everything that decides stands elsewhere: turns and calls in `conversimple-conversation`, permission in [`gate`],
//! words in the language engine. This file owns the task, its queue of events, and the order in which they are taken.

mod answer_prefix;
mod audit_writer;
mod engine;
mod gate;
mod number;
mod recognition;
mod terms;
mod transcript_writer;
mod voice;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use conversimple_conversation::calls::OpenCall;
use conversimple_conversation::engine::{Engine, Observation, Part};
use conversimple_conversation::{
    Act, AskId, Awaited, Conversation, EndOfTurn, Expectation, Input, Output,
};
use conversimple_guard::capture::{Caught, Correction, InputSource, Question};
use conversimple_guard::consent::Consent;
use conversimple_mask::Kind;
use conversimple_store::Tenant;
use conversimple_wire::agent::ToAgent;
use conversimple_wire::media::{FromCaller, ToCaller};
use conversimple_wire::tool::{CallView, Party, ToolCall};
use conversimple_wire::{CallId, Code, ConversationId, ToolOutcome, ToolSpec, TurnId};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until};

use crate::agent_socket::AgentSocket;
use crate::clock;
use crate::line::{Line, ToLine};
use crate::mailbox::{Event, Inbox, Mailbox, mailbox};
use crate::platform::Platform;
use engine::EngineDriver;
use gate::{Begun, Gate};
use terms::on_terms;
use transcript_writer::TranscriptWriter;
use voice::{AudioPipeline, Hints};

/// The fewest figures that are taken for a secret when nobody asked for anything.
const PIN_FIGURES: usize = 4;

/// How long a tool may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// How long a lost agent may take to come back before the caller hears an apology for an open call.
const RETURN_LIMIT: Duration = Duration::from_secs(3);

/// How often an unanswered announcement is made to the next candidate.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(500);

/// How long a conversation may last without a caller on the line or a typed turn.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// How long a conversation may last at all.
const LENGTH_LIMIT: Duration = Duration::from_secs(2 * 3600);

/// Longest typed turn, in characters.
pub(crate) const TEXT_LIMIT_CHARS: usize = 2000;

/// Opens a conversation and starts its task.
pub(crate) fn open(
    platform: &Arc<Platform>,
    tenant: Tenant,
    id: ConversationId,
    party: Party,
) -> Mailbox {
    let (events, inbox) = mailbox();
    platform.registry.open(id.clone(), party, events.clone());
    let session = Session::new(platform.clone(), tenant, id, events.clone());
    tokio::spawn(session.run(inbox));
    events
}

struct Session {
    platform: Arc<Platform>,
    id: ConversationId,
    events: Mailbox,
    conversation: Option<Conversation>,
    line: Option<Line>,
    audio: Option<AudioPipeline>,
    engine: EngineDriver,
    gate: Gate,
    transcript: TranscriptWriter,
    agent: Option<AgentSocket>,
    announce_at: Instant,
    idle_since: Duration,
    began: Duration,
    greeted: bool,
}

impl Session {
    fn new(platform: Arc<Platform>, tenant: Tenant, id: ConversationId, events: Mailbox) -> Self {
        let now = clock::monotonic();
        Self {
            engine: EngineDriver::new(platform.engines.clone(), events.clone()),
            gate: Gate::new(platform.clone(), tenant.clone(), id.clone()),
            transcript: TranscriptWriter::new(platform.store.clone(), tenant, id.clone()),
            platform,
            id,
            events,
            conversation: None,
            line: None,
            audio: None,
            agent: None,
            announce_at: Instant::now() + ANNOUNCE_EVERY,
            idle_since: now,
            began: now,
            greeted: false,
        }
    }

    async fn run(mut self, mut inbox: Inbox) {
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                event = inbox.recv() => match event {
                    None | Some(Event::Stop) => break,
                    Some(event) => self.event(event).await,
                },
                frame = sound(self.line.as_ref()) => self.hear(&frame).await,
                () = sleep_until(wake) => {
                    if self.is_over() {
                        break;
                    }
                    self.input(Input::Tick).await;
                    self.look_for_agent();
                }
            }
        }
        self.end().await;
    }

    /// When the task must look up even if nothing happens.
    fn wake(&self) -> Instant {
        // A caller who is silent on an open line is not idle.
        let idle = self.line.is_none().then_some(self.idle_since + IDLE_LIMIT);
        let over = (self.began + LENGTH_LIMIT).min(idle.unwrap_or(Duration::MAX));
        let over = Instant::from_std(clock::instant(over));
        let machine = self.conversation.as_ref().and_then(Conversation::wake);
        let machine = machine.map(|at| Instant::from_std(clock::instant(at)));
        let announce = self.agent.is_none().then_some(self.announce_at);
        [machine, announce]
            .into_iter()
            .flatten()
            .fold(over, Instant::min)
    }

    fn is_over(&self) -> bool {
        let now = clock::monotonic();
        let idle = self.line.is_none() && now.saturating_sub(self.idle_since) >= IDLE_LIMIT;
        idle || now.saturating_sub(self.began) >= LENGTH_LIMIT
    }

    fn look_for_agent(&mut self) {
        if self.agent.is_none() && Instant::now() >= self.announce_at {
            self.announce_at = Instant::now() + ANNOUNCE_EVERY;
            self.platform.registry.announce(&self.id);
            self.engine.give_up_waiting();
        }
    }

    async fn event(&mut self, event: Event) {
        self.idle_since = clock::monotonic();
        match event {
            Event::Line(line) => self.line_opened(line).await,
            Event::LineLost => self.line_lost(),
            Event::FromCaller { message, room } => {
                self.caller_says(message).await;
                drop(room);
            }
            Event::Typed { text, done } => {
                self.transcript.wait_for_turn(done);
                self.typed(&text).await;
            }
            Event::Agent {
                socket,
                tools,
                remembers,
            } => self.agent_attached(socket, tools, remembers).await,
            Event::AgentLost => {
                self.agent = None;
                self.announce_at = Instant::now() + ANNOUNCE_EVERY;
                self.input(Input::AgentLost {
                    until: clock::monotonic() + RETURN_LIMIT,
                })
                .await;
            }
            Event::Reply {
                call_id,
                socket,
                outcome,
            } => {
                self.platform.registry.forget_reply(&call_id);
                let outcome = self.gate.clear_reply(&call_id, outcome);
                self.input(Input::Outcome {
                    call_id,
                    socket: Some(socket),
                    outcome,
                })
                .await;
            }
            Event::Recognised { ask, text } => self.recognised(ask, &text).await,
            Event::Intonation { ask, complete } => {
                self.input(Input::Intonation { ask, complete }).await
            }
            Event::Part { ask, part } => self.part(ask, part).await,
            Event::Decided { ask, engine } => self.decided(ask, engine).await,
            Event::EngineReady(engine) => self.engine_ready(engine),
            Event::Synthesized { clause, samples } => {
                self.input(Input::Sound { clause, samples }).await
            }
            Event::Stop => {}
        }
    }

    // ---- the caller ----

    async fn line_opened(&mut self, line: Line) {
        let voice = line.voice.then(|| self.platform.voice.clone()).flatten();
        self.begin_conversation().await;
        if let Some(conversation) = &mut self.conversation {
            conversation.on_line(line.rate_hz, voice.is_some(), clock::monotonic());
        }
        self.audio =
            voice.map(|voice| AudioPipeline::new(voice, line.rate_hz, self.events.clone()));
        let ready = ToCaller::Ready {
            conversation_id: self.id.clone(),
            rate_hz: line.rate_hz,
            voice: self.audio.is_some(),
        };
        self.line = Some(line);
        self.show(ready);
        if !self.greeted {
            self.greeted = true;
            self.input(Input::Begin).await;
        }
    }

    /// Makes the conversation, if there is none yet, and tells it of the agent that is there already.
    async fn begin_conversation(&mut self) {
        if self.conversation.is_some() {
            return;
        }
        let platform = self.platform.clone();
        let new_call_id = move || CallId::from_random(platform.random());
        let mut conversation = Conversation::new(16_000, false, CALL_LIMIT, new_call_id);
        conversation.limit_trials(self.engine.trials_limit());
        self.conversation = Some(conversation);
        if let Some(agent) = &self.agent {
            let socket = agent.id;
            self.input(Input::AgentAttached {
                socket,
                remembers: false,
            })
            .await;
        }
    }

    fn line_lost(&mut self) {
        self.line = None;
        self.audio = None;
        // A caller who hung up does not come back on this line; what was begun for them stops.
        let _over = self.events.send(Event::Stop);
    }

    async fn caller_says(&mut self, message: FromCaller) {
        match message {
            FromCaller::Text { text } => self.typed(&text).await,
            FromCaller::Keypad { digits } => {
                let keys = digits.len() <= 64
                    && digits
                        .chars()
                        .all(|key| key.is_ascii_digit() || "*#".contains(key));
                if keys {
                    self.keyed(&digits).await;
                }
            }
            FromCaller::Played { .. } | FromCaller::Start { .. } | FromCaller::Stop => {}
        }
    }

    async fn typed(&mut self, text: &str) {
        self.begin_conversation().await;
        let text: String = text.chars().take(TEXT_LIMIT_CHARS).collect();
        let source = InputSource::Typed;
        let question = self.question();
        self.take_typed(&text, &question, source).await;
    }

    /// Keys of the keypad. For a secret that was asked for they go to the vault; so do they when nothing was asked and
    /// there are as many as a PIN has, since that is what people have keypads for.
    async fn keyed(&mut self, keys: &str) {
        let source = InputSource::Keypad;
        let asked = self.expected_secret();
        let consents = self
            .conversation
            .as_ref()
            .is_some_and(Conversation::wants_keys);
        let figures = keys.chars().filter(char::is_ascii_digit).count();
        if consents && asked.is_none() && figures < PIN_FIGURES {
            let text = keys.to_owned();
            let remark = None;
            let typed = Input::Typed {
                text,
                source,
                remark,
            };
            return self.input(typed).await;
        }
        let asks = self
            .conversation
            .as_ref()
            .is_some_and(|it| it.expects().is_some());
        let unasked = !asks && figures >= PIN_FIGURES;
        match (asked, unasked) {
            (None, false) => self.typed(keys).await,
            _ if figures == 0 => {}
            (Some(_), _) => {
                let question = self.question();
                self.take_typed(keys, &question, source).await;
            }
            (None, true) => {
                let question = Question::from(Some(Kind::Secret));
                self.take_typed(keys, &question, source).await;
            }
        }
    }

    /// What was typed, as the rest of the platform may know it: secrets are swapped for tokens before anything else sees them.
    async fn take_typed(&mut self, words: &str, question: &Question, source: InputSource) {
        let Caught { text, remark, .. } = self.gate.hear(words, question, source);
        let remark = remark.as_ref().map(number::sentence);
        self.input(Input::Typed {
            text,
            source,
            remark,
        })
        .await;
    }

    /// What the caller was asked.
    fn question(&self) -> Question {
        let conversation = self.conversation.as_ref();
        let expects = conversation.and_then(Conversation::expects);
        number::question(expects, |tool| self.gate.spec(tool))
    }

    /// The kind of secret that the caller was asked for.
    fn expected_secret(&self) -> Option<Kind> {
        let conversation = self.conversation.as_ref()?;
        conversation.expects().and_then(Expectation::secret)
    }

    async fn hear(&mut self, frame: &[i16]) {
        let Some(audio) = &mut self.audio else {
            return;
        };
        for probability in audio.hear(frame) {
            self.input(Input::Voice(probability)).await;
        }
        let Some(conversation) = &self.conversation else {
            return;
        };
        if let Some(audio) = &mut self.audio {
            audio.forget(conversation.needed_from());
            audio.give_up(|ask| conversation.awaits(ask).is_some());
        }
    }

    fn recognise(&self, ask: AskId, frames: Range<u64>) {
        let awaited = self.conversation.as_ref().and_then(|c| c.awaits(ask));
        if let (Some(audio), Some(awaited)) = (&self.audio, awaited) {
            let hints = Hints {
                words: self.engine.vocabulary(),
                digits: self.expected_secret().is_some_and(is_digits),
            };
            audio.recognise(ask, awaited, frames, hints);
        }
    }

    async fn recognised(&mut self, ask: AskId, text: &str) {
        let awaited = self.conversation.as_ref().and_then(|c| c.awaits(ask));
        let how = match awaited {
            Some(Awaited::Utterance) => InputSource::Spoken,
            Some(Awaited::Piece) => InputSource::Piece,
            // The caller went on, or typed: these words were given up.
            None => return,
        };
        let question = self.question();
        let Caught { text, remark, .. } = self.gate.hear(text, &question, how);
        let remark = remark.as_ref().map(number::sentence);
        self.input(Input::Transcript { ask, text, remark }).await;
    }

    // ---- the engine ----

    fn engine_ready(&mut self, engine: Option<Box<dyn Engine>>) {
        self.engine.ready(engine);
        if let Some(conversation) = &mut self.conversation {
            conversation.limit_trials(self.engine.trials_limit());
        }
    }

    async fn part(&mut self, ask: AskId, part: Part) {
        let (part, terms) = match part {
            Part::Act(act) => {
                let (act, terms) = on_terms(act, &self.gate);
                (Part::Act(act), terms)
            }
            // A card's number comes in groups, with pauses between them.
            Part::EndOfTurn(_) if self.gate.is_unfinished() => {
                (Part::EndOfTurn(EndOfTurn::Incomplete), None)
            }
            part => (part, None),
        };
        self.input(Input::Part { ask, part, terms }).await;
    }

    async fn decided(&mut self, ask: AskId, engine: Option<Box<dyn Engine>>) {
        let broke = engine.is_none() && self.engine.is_deciding(ask);
        self.engine.decided(ask, engine);
        if broke {
            let sentence = Code::InternalError.sentence().to_owned();
            self.part(ask, Part::Act(Act::Say(sentence))).await;
        }
        self.input(Input::Decided { ask }).await;
    }

    // ---- the agent ----

    async fn agent_attached(&mut self, socket: AgentSocket, tools: Vec<ToolSpec>, remembers: bool) {
        if self.gate.set_tools(&tools) || !self.engine.is_ready() {
            self.engine.build(self.gate.tools());
        }
        let id = socket.id;
        self.gate.agent_came(&socket.key_id);
        self.agent = Some(socket);
        self.input(Input::AgentAttached {
            socket: id,
            remembers,
        })
        .await;
    }

    // ---- the machine ----

    async fn input(&mut self, input: Input) {
        let Some(conversation) = &mut self.conversation else {
            return;
        };
        conversation.handle_input(input, clock::monotonic());
        while let Some(output) = self
            .conversation
            .as_mut()
            .and_then(Conversation::poll_output)
        {
            self.output(output).await;
        }
        if let Some(conversation) = &self.conversation {
            self.engine.give_up(|ask| conversation.wants_decision(ask));
        }
    }

    async fn output(&mut self, output: Output) {
        match output {
            Output::Recognise { ask, frames } => self.recognise(ask, frames),
            Output::Ask { ask, event } => self.engine.ask(ask, event),
            Output::Adopt { ask, begins_turn } => self.engine.adopt(ask, begins_turn),
            Output::Revert => {
                self.engine.revert();
                self.gate.turn_taken_back();
            }
            Output::Abandon { tool, arguments } => {
                let observation = Observation::Abandoned { tool, arguments };
                self.engine.observe(&observation);
            }
            Output::Synthesize { clause, text } => {
                if let Some(audio) = &self.audio {
                    // The greeting comes before any caller has said anything.
                    let greeting = self
                        .conversation
                        .as_ref()
                        .is_some_and(|c| c.turn() == TurnId(0));
                    let fixed = greeting || self.gate.is_declared(&text);
                    audio.synthesize(clause, text, fixed, self.events.clone());
                }
            }
            Output::Play(samples) => self.send(ToLine::Sound(samples)),
            Output::Call {
                call_id,
                call,
                consent,
                again,
            } => self.call(call_id, &call, consent, again).await,
            Output::Refused {
                call_id,
                call,
                code,
            } => {
                let view = self.gate.refused(&call_id, &call, code).await;
                self.tell(&call, view).await;
            }
            Output::Settled {
                call_id,
                call,
                outcome,
            } => self.settled(call_id, call, outcome).await,
            Output::Unmatched(unmatched) => {
                tracing::warn!(conversation = %self.id, ?unmatched, "a reply fitted no open call")
            }
            Output::Show(message) => {
                let mut correction = None;
                match &message {
                    ToCaller::Heard {
                        turn,
                        is_final: true,
                        ..
                    } => correction = self.gate.turn_taken(*turn),
                    ToCaller::Said { text, .. } => self.gate.said(text),
                    _ => {}
                }
                self.transcript.shown(&message);
                self.show(message);
                if let Some(correction) = correction {
                    self.correct(correction).await;
                }
            }
            Output::HangUp => self.line_lost(),
            Output::Record(record) => self.transcript.record(record).await,
        }
    }

    /// Asks the gate about a call, and sends what it lets through.
    async fn call(&mut self, call_id: CallId, call: &OpenCall, consent: Consent, again: bool) {
        let begun = match again {
            true => self.gate.again(&call_id),
            false => self.gate.begin(&call_id, call, consent).await,
        };
        self.send_if_allowed(call_id, call, begun);
    }

    /// Sends a call that the gate lets through.
    fn send_if_allowed(&mut self, call_id: CallId, call: &OpenCall, begun: Begun) {
        if let Some(view) = begun.view {
            self.show(ToCaller::Tool(view));
        }
        let next = match begun.verdict {
            Ok(arguments) if self.send_call(&call_id, call, &arguments) => return,
            // Nobody is there: the call stays open for a moment, and is sent to whoever comes.
            Ok(_) => Input::AgentLost {
                until: clock::monotonic() + RETURN_LIMIT,
            },
            Err(refusal) => Input::Outcome {
                call_id,
                socket: None,
                outcome: ToolOutcome::Result(refusal.to_result()),
            },
        };
        // The machine is in the middle of its outputs; what follows from this one comes after them.
        if let Some(conversation) = &mut self.conversation {
            conversation.handle_input(next, clock::monotonic());
        }
    }

    fn send_call(&self, call_id: &CallId, call: &OpenCall, arguments: &Map<String, Value>) -> bool {
        let Some(agent) = &self.agent else {
            return false;
        };
        self.platform
            .registry
            .expect_reply(call_id.clone(), self.id.clone());
        agent.send(ToAgent::ToolCallRequest(ToolCall {
            call_id: call_id.clone(),
            conversation_id: self.id.clone(),
            tool_name: self.gate.sent_as(call).to_owned(),
            arguments: arguments.clone(),
            timeout_seconds: CALL_LIMIT.as_secs_f64(),
        }))
    }

    async fn settled(&mut self, call_id: CallId, call: OpenCall, outcome: ToolOutcome) {
        self.platform.registry.forget_reply(&call_id);
        let view = self.gate.settled(&call_id, &call, &outcome).await;
        self.tell(&call, view).await;
    }

    /// How a call ended is kept and shown.
    async fn tell(&mut self, call: &OpenCall, view: CallView) {
        // What the SDK asks for by itself is in the audit trail; to people it is no call.
        if !self.gate.is_internal(&call.tool) {
            self.transcript.call(&view).await;
            self.show(ToCaller::Tool(view));
        }
    }

    /// What the turn before said too much is taken out wherever it went.
    async fn correct(&mut self, correction: Correction) {
        let Correction {
            turn,
            before,
            after,
            words,
            token,
        } = correction;
        self.engine.observe(&Observation::Hidden { words, token });
        self.transcript.correct(turn, before, after.clone()).await;
        self.show(ToCaller::Rewritten { turn, text: after });
    }

    fn show(&self, message: ToCaller) {
        self.send(ToLine::Show(transcript_writer::masked(message)));
    }

    /// A line that does not keep up loses messages; a dead one is told by its own reader.
    fn send(&self, message: ToLine) {
        if let Some(line) = &self.line {
            let _full = line.outbox.try_send(message);
        }
    }

    async fn end(&mut self) {
        if let Some(line) = &self.line
            && line.sound.dropped() > 0
        {
            tracing::info!(conversation = %self.id, frames = line.sound.dropped(), "sound was dropped");
        }
        self.show(ToCaller::Ended);
        self.transcript.end().await;
        self.platform.registry.close(&self.id);
    }
}

/// Whether a secret is said digit by digit.
fn is_digits(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Card | Kind::SecurityCode | Kind::Ssn | Kind::Pin | Kind::Phone
    )
}

async fn sound(line: Option<&Line>) -> Vec<i16> {
    match line {
        Some(line) => line.sound.pop().await,
        None => std::future::pending().await,
    }
}
