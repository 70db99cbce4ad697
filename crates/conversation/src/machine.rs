//! The conversation itself: from a caller's voice to a turn, from a turn to an answer, and back.
//!
//! A turn is prepared while the silence that ends it is still running: the words are recognised, the engine is asked
//! and the first clause is synthesised on trial. If the caller goes on, all of it is thrown away; if the silence lasts,
//! the turn is taken and the preparation becomes the answer. How long the silence must be depends on whether what was
//! said is complete (`completeness`).

mod answer;
mod hear;
mod owed;
mod quiet;

use std::collections::VecDeque;
use std::time::Duration;

use conversimple_guard::capture::InputSource;
use conversimple_guard::consent::{Agreement, Answer, ArgumentsDigest, Consent, ReadBack};
use conversimple_wire::media::{ToCaller, TurnMillis};
use conversimple_wire::{CallId, Code, ToolOutcome, TurnId};
use serde_json::{Map, Value};

use crate::calls::{Admission, AgreedCall, Asking, Ledger, OpenCall, SocketId};
use crate::clause::clauses;
use crate::completeness::{LONG_SILENCE, wanted_silence};
use crate::engine::{Act, EndOfTurn, EngineEvent, Expectation, Part, own_things_call};
use crate::event::{AskId, Awaited, CallTerms, Input, Output, TurnRecord};
use crate::owed::{Owed, Told, Untold};
use crate::playout::{ClauseId, Playout, Step};
use crate::silence::{Quiet, Silence};
use crate::status::asks_how_it_goes;
use crate::vad_segmenter::{Change, Utterance, VadSegmenter};

/// Silence after which recognition starts. Everything until the end of the turn's silence is free.
const RECOGNISE_AFTER: Duration = Duration::from_millis(96);

/// Voice over an answer that stops it at once, for the time being.
const HOLD_AFTER: Duration = Duration::from_millis(64);

/// Voice over an answer that ends it even before it was understood. A cough is shorter.
const INTERRUPT_AFTER: Duration = Duration::from_millis(800);

/// An utterance with less voice than this is a noise.
const LEAST_VOICE: Duration = Duration::from_millis(64);

/// A caller who speaks again this soon after a turn was taken, and before much of the answer, has not finished it.
const GOES_ON_WITHIN: Duration = Duration::from_millis(700);

/// How many frames of an answer may have been sent for that: half a second, of which a fifth is still on its way.
const GOES_ON_FRAMES: u32 = 25;

/// Longest piece that is recognised at once, in frames: 24 s.
const PIECE_FRAMES: u64 = 750;

/// Acts of one decision; then the engine is not waited for any longer.
const ACTS_LIMIT: usize = 16;

/// Longest utterance that is understood at all, in pieces. Beyond, the caller is asked to be brief.
const PIECES_LIMIT: usize = 3;

/// The beginning of an answer, synthesised on trial.
#[derive(Debug)]
struct PrefetchedClause {
    clause: ClauseId,
    words: String,
    sound: Option<Vec<i16>>,
}

/// Something that the engine wants, with what holds of it.
#[derive(Debug)]
struct Planned {
    act: Act,
    terms: Option<Box<CallTerms>>,
}

impl Planned {
    /// What will be said first if this is done.
    fn opening(&self) -> Option<String> {
        let terms = self.terms.as_deref();
        let first = |text: &str| clauses(text).into_iter().next();
        match &self.act {
            Act::Say(text) => first(text),
            Act::Call { .. } | Act::Own { .. } => {
                let terms = terms?;
                let question = terms.read_back.as_ref();
                question.map_or_else(
                    || terms.answer_prefix.clone(),
                    |question| first(question.text()),
                )
            }
        }
    }
}

/// What was decided so far about words whose turn is not taken, or whose answer waits for what is told first.
#[derive(Debug, Default)]
struct Plan {
    acts: Vec<Planned>,
    end_of_turn: EndOfTurn,
    expects: Option<Expectation>,
    /// What the caller is asked for stays what it was.
    keeps_expectation: bool,
    /// There are no more parts.
    is_whole: bool,
}

impl Plan {
    /// A decision of the conversation's own.
    fn own(sentence: Option<&str>) -> Self {
        let act = sentence.map(|sentence| Planned {
            act: Act::Say(sentence.to_owned()),
            terms: None,
        });
        Self {
            acts: act.into_iter().collect(),
            keeps_expectation: true,
            is_whole: true,
            ..Self::default()
        }
    }

    fn add(&mut self, part: Part, terms: Option<Box<CallTerms>>) {
        if self.is_whole {
            return;
        }
        match part {
            Part::EndOfTurn(end_of_turn) => self.end_of_turn = end_of_turn,
            Part::Expects(expects) => self.expects = Some(expects),
            Part::Act(act) => self.acts.push(Planned { act, terms }),
        }
        self.is_whole |= self.acts.len() >= ACTS_LIMIT;
    }
}

/// What words are when no engine needs to hear them.
#[derive(Debug)]
enum Reply {
    /// They agree to it.
    Yes(Agreement),
    /// They are unclear, and the question is put again.
    Unclear,
    /// They ask how a call goes that is open or whose outcome was not heard.
    HowItGoes,
}

/// An utterance that is being understood.
#[derive(Debug)]
struct PendingTurn {
    recognise: Option<AskId>,
    plan: Option<AskId>,
    text: String,
    /// What the platform itself answers to them.
    remark: Option<String>,
    /// What the words are to the read-back that waits or to an open call, unless the engine decides about them.
    reply: Option<Reply>,
    /// The probability that the utterance is complete by its sound, once it is known.
    sounds: Option<f32>,
    typed: bool,
    decision: Option<Plan>,
    /// What the engine is asked once the silence has lasted, because it was tried as often as it may be.
    held: Option<EngineEvent>,
    opening: Option<PrefetchedClause>,
    first_frame: u64,
    spoke_until: Duration,
    transcript_at: Option<Duration>,
    decided_at: Option<Duration>,
}

/// A turn that is being answered.
#[derive(Debug)]
struct Turn {
    id: TurnId,
    heard: String,
    said: Vec<String>,
    /// None for a typed turn and for the greeting.
    first_frame: Option<u64>,
    taken_at: Duration,
    spoke_until: Duration,
    plan: Option<AskId>,
    /// The outcome that the engine is being asked about.
    asked: Option<Owed>,
    /// The fork that makes the decision has become the engine.
    adopted: bool,
    /// What the engine may still want in the decision that it is making.
    acts_left: usize,
    opening: Option<PrefetchedClause>,
    outcomes: VecDeque<Owed>,
    /// What was said of outcomes and may not be heard yet.
    told: Vec<Told>,
    /// The answer to the caller's words, while what they are owed is told first.
    deferred: Option<Plan>,
    open_calls: usize,
    /// A call was sent for it.
    sent: bool,
    /// Something was done for it, so that it is not taken back.
    called: bool,
    /// The conversation ends with it.
    hangs_up: bool,
    reads_back: bool,
    /// Something was said after the read-back, so that it must be said again.
    talked_over: bool,
    /// The turn has made too many calls, and the caller knows.
    exhausted: bool,
    /// How often its words were tried on the engine.
    trials: usize,
    /// What the caller was asked for when the turn began.
    expected: Option<Expectation>,
    frames_sent: u32,
    millis: TurnMillis,
}

/// One conversation.
pub struct Conversation {
    segmenter: VadSegmenter,
    playout: Playout,
    ledger: Ledger,
    voice: bool,
    /// Somebody is on the line and hears what nobody asked for.
    line: bool,
    silence: Silence,
    quiet: Quiet,
    untold: VecDeque<Untold>,
    socket: Option<SocketId>,
    new_call_id: Box<dyn FnMut() -> CallId + Send>,
    call_limit: Duration,
    last_ask: u64,
    last_clause: u64,
    last_turn: TurnId,
    pending_turn: Option<PendingTurn>,
    turn: Option<Turn>,
    pieces: Vec<String>,
    piece: Option<AskId>,
    synthesizing: Option<ClauseId>,
    expects: Option<Expectation>,
    /// How often the words of one turn may be tried on the engine, and how often those of this one were.
    trials_limit: usize,
    trials: usize,
    outputs: VecDeque<Output>,
    /// When something was handled last: all that was due then is done.
    handled_at: Duration,
}

impl Conversation {
    /// A conversation that has not begun, with nobody on a line. Without `voice` answers are shown and not spoken.
    /// `call_limit` is how long a tool may take.
    pub fn new(
        rate_hz: u32,
        voice: bool,
        call_limit: Duration,
        new_call_id: impl FnMut() -> CallId + Send + 'static,
    ) -> Self {
        Self {
            segmenter: VadSegmenter::default(),
            playout: Playout::new(rate_hz),
            ledger: Ledger::default(),
            voice,
            line: false,
            silence: Silence::default(),
            quiet: Quiet::default(),
            untold: VecDeque::new(),
            socket: None,
            new_call_id: Box::new(new_call_id),
            call_limit,
            last_ask: 0,
            last_clause: 0,
            last_turn: TurnId(0),
            pending_turn: None,
            turn: None,
            pieces: Vec::new(),
            piece: None,
            synthesizing: None,
            expects: None,
            trials_limit: usize::MAX,
            trials: 0,
            outputs: VecDeque::new(),
            handled_at: Duration::ZERO,
        }
    }

    /// Takes what happened at `now`, a time since any fixed moment. Then poll until there is no output.
    pub fn handle_input(&mut self, input: Input, now: Duration) {
        self.handled_at = now;
        match input {
            Input::Begin => self.begin(now),
            Input::Voice(probability) => self.voice(probability, now),
            Input::Transcript { ask, text, remark } => self.transcript(ask, text, remark, now),
            Input::Intonation { ask, complete } => self.intonation(ask, complete, now),
            Input::Typed {
                text,
                source,
                remark,
            } => self.typed(text, source, remark, now),
            Input::Part { ask, part, terms } => self.part(ask, part, terms, now),
            Input::Decided { ask } => self.decided(ask, now),
            Input::Sound { clause, samples } => self.sound(clause, samples),
            Input::Outcome {
                call_id,
                socket,
                outcome,
            } => self.outcome(&call_id, socket, outcome),
            Input::AgentAttached { socket, remembers } => self.attached(socket, remembers),
            Input::AgentLost { until } => {
                self.socket = None;
                self.ledger.hurry(until);
            }
            Input::Tick => {}
        }
        self.go_on(now);
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due, if nothing else happens before: always later than what was handled last, so that
    /// whoever waits for it waits, also while a tool takes its time.
    pub fn wake(&self) -> Option<Duration> {
        let playout = self.turn.is_some().then(|| self.playout.wake()).flatten();
        let silence = self.is_at_rest().then(|| self.silence_ends_at()).flatten();
        [self.ledger.deadline(), playout, self.excuse_at(), silence]
            .into_iter()
            .flatten()
            .filter(|at| *at > self.handled_at)
            .min()
    }

    /// The earliest frame whose sound may still be asked for.
    pub fn needed_from(&self) -> u64 {
        let kept = self
            .turn
            .as_ref()
            .filter(|turn| turn.may_be_taken_back())
            .and_then(|turn| turn.first_frame);
        kept.map_or(self.segmenter.needed_from(), |frame| {
            frame.min(self.segmenter.needed_from())
        })
    }

    /// Somebody is on a line from now on. The turn that was being answered is over, and what it owes is told here.
    pub fn on_line(&mut self, rate_hz: u32, voice: bool, now: Duration) {
        self.interrupt(now);
        self.pending_turn = None;
        self.segmenter = VadSegmenter::default();
        self.playout = Playout::new(rate_hz);
        self.pieces.clear();
        self.piece = None;
        self.trials = 0;
        self.synthesizing = None;
        (self.voice, self.line) = (voice, true);
        self.break_silence();
        self.handled_at = now;
    }

    /// The turn that is being answered, or the last one.
    pub fn turn(&self) -> TurnId {
        self.last_turn
    }

    /// Whether the conversation waits for the caller and nobody else.
    pub fn is_at_rest(&self) -> bool {
        self.turn.is_none() && self.pending_turn.is_none() && self.segmenter.utterance().is_none()
    }

    /// What the answer to a question to the recogniser is wanted for. None: nobody waits for it any more.
    pub fn awaits(&self, ask: AskId) -> Option<Awaited> {
        let pending_turn = self.pending_turn.as_ref();
        if self.piece == Some(ask) {
            Some(Awaited::Piece)
        } else if pending_turn.is_some_and(|pending_turn| pending_turn.recognise == Some(ask)) {
            Some(Awaited::Utterance)
        } else {
            None
        }
    }

    /// Whether the caller is asked to press a key of the keypad to agree to a call.
    pub fn wants_keys(&self) -> bool {
        let pending = self.ledger.pending(self.handled_at);
        pending.is_some_and(|pending| pending.read_back().wants_keys())
    }

    /// Whether what the engine decides about this is still wanted.
    pub fn wants_decision(&self, ask: AskId) -> bool {
        let pending = self.pending_turn.as_ref();
        let pending = pending.is_some_and(|pending_turn| pending_turn.plan == Some(ask));
        pending
            || self
                .turn
                .as_ref()
                .is_some_and(|turn| turn.plan == Some(ask))
    }

    /// How often the words of one turn may be tried on the engine while the caller may still go on.
    pub fn limit_trials(&mut self, limit: usize) {
        self.trials_limit = limit;
    }

    /// What the caller is asked for.
    pub fn expects(&self) -> Option<&Expectation> {
        self.expects.as_ref()
    }

    /// The caller is asked for this from now on, or for nothing.
    fn expect(&mut self, expects: Option<Expectation>) {
        let secret = |expects: &Option<Expectation>| expects.as_ref().and_then(Expectation::secret);
        let (before, after) = (secret(&self.expects), secret(&expects));
        self.expects = expects;
        if before != after {
            let secret = after.map(|kind| kind.as_str().to_owned());
            self.emit(Output::Show(ToCaller::Expect { secret }));
        }
    }

    fn emit(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn next_ask(&mut self) -> AskId {
        self.last_ask += 1;
        AskId(self.last_ask)
    }

    fn next_clause(&mut self) -> ClauseId {
        self.last_clause += 1;
        ClauseId(self.last_clause)
    }

    fn begin(&mut self, now: Duration) {
        let ask = self.next_ask();
        self.turn = Some(Turn::new(TurnId(0), String::new(), None, now, now));
        if let Some(turn) = &mut self.turn {
            turn.plan = Some(ask);
        }
        self.emit(Output::Ask {
            ask,
            event: EngineEvent::Begin,
        });
    }

    /// What follows from any input: late calls, the next question, the next clause, the next frames, the turn's end.
    fn go_on(&mut self, now: Duration) {
        for (call_id, call) in self.ledger.expire(now) {
            let gone = call.deadline < call.asked_at + self.call_limit;
            let code = if gone {
                Code::AgentUnavailable
            } else {
                Code::ToolTimeout
            };
            let sent = call.is_sent();
            self.settled(call_id, call, ToolOutcome::Failed(code), sent);
        }
        // What follows when a turn ends may be a turn of the machine's own.
        while self.advance(now) {}
    }

    /// Does what is due; true when a turn ended and more may be.
    fn advance(&mut self, now: Duration) -> bool {
        self.tell_at_rest(now);
        self.excuse(now);
        self.watch_silence(now);
        self.ask_about_outcomes();
        self.perform_deferred(now);
        self.repeat_read_back(now);
        self.synthesize_next();
        self.play(now);
        self.end_turn(now)
    }

    /// The answer to the caller's words follows what they were owed.
    fn perform_deferred(&mut self, now: Duration) {
        let told = self.turn.as_mut();
        let told = told.filter(|turn| turn.plan.is_none() && turn.outcomes.is_empty());
        if let Some(plan) = told.and_then(|turn| turn.deferred.take()) {
            self.perform(plan, now);
        }
    }

    fn ask_about_outcomes(&mut self) {
        let Some(turn) = &mut self.turn else { return };
        if turn.plan.is_none()
            && let Some(owed) = turn.outcomes.pop_front()
        {
            self.last_ask += 1;
            let ask = AskId(self.last_ask);
            turn.plan = Some(ask);
            let event = owed.event();
            turn.asked = Some(owed);
            (turn.adopted, turn.acts_left) = (false, ACTS_LIMIT);
            self.emit(Output::Ask { ask, event });
        }
    }

    fn synthesize_next(&mut self) {
        if self.synthesizing.is_none()
            && let Some((clause, text)) = self.playout.wanted()
        {
            let text = text.to_owned();
            self.synthesizing = Some(clause);
            self.emit(Output::Synthesize { clause, text });
        }
    }

    fn play(&mut self, now: Duration) {
        while let Some(step) = self.playout.step(now) {
            let Some(turn) = &mut self.turn else { return };
            match step {
                Step::Begin(text) => {
                    turn.said.push(text.clone());
                    let turn = turn.id;
                    self.emit(Output::Show(ToCaller::Said { turn, text }));
                }
                Step::Send(samples) => {
                    turn.frames_sent += 1;
                    turn.millis
                        .to_first_audio
                        .get_or_insert(millis(now, turn.spoke_until));
                    self.emit(Output::Play(samples));
                }
            }
        }
    }

    /// A read-back that was talked over is said again when the engine has nothing more to say.
    fn repeat_read_back(&mut self, now: Duration) {
        let Some(turn) = self.turn.as_mut().filter(|turn| turn.is_decided()) else {
            return;
        };
        if std::mem::take(&mut turn.talked_over)
            && let Some(pending) = self.ledger.pending(now)
        {
            let read_back = pending.read_back().text().to_owned();
            self.say(&read_back);
        }
    }

    fn end_turn(&mut self, now: Duration) -> bool {
        let over = self
            .turn
            .as_ref()
            .is_some_and(|turn| turn.is_decided() && self.playout.is_over(now));
        if !over {
            return false;
        }
        let Some(turn) = self.turn.take() else {
            return false;
        };
        if turn.reads_back {
            self.ledger.read_back_heard(now);
        }
        let said = turn.said.join(" ");
        self.emit(Output::Record(TurnRecord {
            turn: turn.id,
            heard: turn.heard,
            said,
            interrupted: false,
            called: turn.sent,
            is_open: false,
            millis: turn.millis,
        }));
        if self.voice {
            self.playout.cut(now);
        }
        self.emit(Output::Show(ToCaller::TurnEnd {
            turn: turn.id,
            millis: turn.millis,
        }));
        if turn.hangs_up {
            self.emit(Output::HangUp);
        }
        true
    }
}

impl PendingTurn {
    fn new(first_frame: u64, spoke_until: Duration) -> Self {
        Self {
            recognise: None,
            plan: None,
            text: String::new(),
            remark: None,
            reply: None,
            sounds: None,
            typed: false,
            decision: None,
            held: None,
            opening: None,
            first_frame,
            spoke_until,
            transcript_at: None,
            decided_at: None,
        }
    }
}

impl Turn {
    fn new(
        id: TurnId,
        heard: String,
        first_frame: Option<u64>,
        taken_at: Duration,
        spoke_until: Duration,
    ) -> Self {
        Self {
            id,
            heard,
            said: Vec::new(),
            first_frame,
            taken_at,
            spoke_until,
            plan: None,
            asked: None,
            adopted: false,
            acts_left: ACTS_LIMIT,
            opening: None,
            outcomes: VecDeque::new(),
            told: Vec::new(),
            deferred: None,
            open_calls: 0,
            sent: false,
            called: false,
            hangs_up: false,
            reads_back: false,
            talked_over: false,
            exhausted: false,
            trials: 0,
            expected: None,
            frames_sent: 0,
            millis: TurnMillis::default(),
        }
    }

    /// The engine wants nothing more in this turn.
    fn is_decided(&self) -> bool {
        let all_told = self.outcomes.is_empty() && self.deferred.is_none();
        self.plan.is_none() && all_told && self.open_calls == 0
    }

    /// Nothing was done for the turn yet, and little of its answer was heard.
    fn may_be_taken_back(&self) -> bool {
        !self.called && self.frames_sent <= GOES_ON_FRAMES
    }
}

/// Whether a text begins with these words, and not in the middle of one.
fn begins_with(text: &str, words: &str) -> bool {
    text.strip_prefix(words)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn millis(now: Duration, since: Duration) -> f64 {
    now.saturating_sub(since).as_secs_f64() * 1000.0
}
