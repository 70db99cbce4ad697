//! The conversation itself: from a caller's voice to a turn, from a turn to an answer, and back.
//!
//! A turn is prepared while the silence that ends it is still running: the words are recognised, the engine is asked
//! and the first clause is synthesised on trial. If the caller goes on, all of it is thrown away; if the silence lasts,
//! the turn is taken and the preparation becomes the answer. How long the silence must be depends on whether what was
//! said is complete ([`Patience`]).

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use conversimple_wire::media::{ToCaller, TurnMillis};
use conversimple_wire::{CallId, Code, ToolOutcome, TurnId};
use serde_json::{Map, Value};

use crate::calls::{Admission, Ledger, OpenCall, Pending, SocketId, Stray};
use crate::clause::clauses;
use crate::ear::{Change, Ear, Utterance};
use crate::playout::{ClauseId, Playout, Step};

/// Silence after which recognition starts. Everything until the end of the turn's silence is free.
const RECOGNISE_AFTER: Duration = Duration::from_millis(96);

/// Silence that ends a turn whose words are complete. Pauses inside a sentence last 0.2 s at the median (Stivers et
/// al., PNAS 2009: answers follow after 0.2 s too), but those stand in front of words that are missing.
const SHORT_SILENCE: Duration = Duration::from_millis(256);

/// Silence that ends a turn whose words ask for more: longer than the pauses of 0.4 s that people make in the middle.
const LONG_SILENCE: Duration = Duration::from_millis(544);

/// Voice over an answer that stops it at once, for the time being.
const HOLD_AFTER: Duration = Duration::from_millis(64);

/// Voice over an answer that ends it even before it was understood. A cough is shorter.
const INTERRUPT_AFTER: Duration = Duration::from_millis(800);

/// An utterance with less voice than this is a noise.
const LEAST_VOICE: Duration = Duration::from_millis(64);

/// A caller who speaks again this soon after a turn was taken, and before much of the answer, has not finished it.
const GOES_ON_WITHIN: Duration = Duration::from_millis(700);

/// How many frames of an answer may have been sent for that: 0.3 s.
const GOES_ON_FRAMES: u32 = 15;

/// Longest piece that is recognised at once, in frames: 24 s.
const PIECE_FRAMES: u64 = 750;

/// Longest utterance that is understood at all, in pieces. Beyond, the caller is asked to be brief.
const PIECES_LIMIT: usize = 3;

/// Names a question to the recogniser or the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskId(pub u64);

/// Whether the caller is likely to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// What was said is complete.
    Short,
    /// Something is missing that the caller may be about to say.
    #[default]
    Long,
}

/// What a caller's words are to a read-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, and nothing else.
    Yes,
    /// No.
    No,
}

/// What an engine wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Say this.
    Say(String),
    /// Call a tool.
    Call {
        /// Which.
        tool: String,
        /// The arguments; secrets are tokens.
        arguments: Map<String, Value>,
        /// What the caller must say yes to first, made from the declaration and exactly these arguments by the
        /// platform, never by the engine. None for a tool that needs no yes.
        read_back: Option<String>,
        /// The words with which the answer will begin if all goes well; synthesised ahead, and used if they do.
        lead: Option<String>,
    },
}

impl Act {
    /// What will be said first if this act is done.
    fn opening(&self) -> Option<String> {
        match self {
            Self::Say(text)
            | Self::Call {
                read_back: Some(text),
                ..
            } => clauses(text).into_iter().next(),
            Self::Call { lead, .. } => lead.clone(),
        }
    }
}

/// The beginning of an answer, synthesised on trial.
#[derive(Debug)]
struct Opening {
    clause: ClauseId,
    words: String,
    sound: Option<Vec<i16>>,
}

/// What an engine answers to an [`Event`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// What it wants, in order.
    pub acts: Vec<Act>,
    /// Whether the caller is likely to go on.
    pub patience: Patience,
    /// The kind of secret that it asks the caller for, if any.
    pub expects: Option<String>,
}

/// What an engine is asked about.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The conversation begins.
    Begin,
    /// The caller said something.
    Heard(String),
    /// The caller said no to a read-back.
    Declined {
        /// The tool that will not be called.
        tool: String,
    },
    /// A tool call ended.
    Outcome {
        /// Which tool.
        tool: String,
        /// With which arguments.
        arguments: Map<String, Value>,
        /// How.
        outcome: ToolOutcome,
    },
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The conversation begins and should be greeted.
    Begin,
    /// The probability of voice in the next frame of 32 ms.
    Voice(f32),
    /// The words of an utterance, secrets already swapped for tokens.
    Transcript {
        /// Which question this answers.
        ask: AskId,
        /// The words; empty when there were none.
        text: String,
        /// What they are to a read-back.
        answer: Option<Answer>,
    },
    /// Words that the caller typed, secrets already swapped.
    Typed {
        /// The words.
        text: String,
        /// What they are to a read-back.
        answer: Option<Answer>,
    },
    /// What the engine wants.
    Decided {
        /// Which question this answers.
        ask: AskId,
        /// What it wants.
        decision: Decision,
    },
    /// The sound of a clause, at the rate of the conversation.
    Sound {
        /// Which clause.
        clause: ClauseId,
        /// The sound; empty when it could not be made.
        samples: Vec<i16>,
    },
    /// A tool call ended. Without a socket the platform itself says so.
    Outcome {
        /// Which call.
        call_id: CallId,
        /// Where the reply came from.
        socket: Option<SocketId>,
        /// How it ended.
        outcome: ToolOutcome,
    },
    /// Calls are sent to this connection from now on. `remembers` when it is the same process as before, which answers
    /// a call it has seen from memory: then open calls are sent again.
    AgentAttached {
        /// The connection.
        socket: SocketId,
        /// Whether open calls may be sent again.
        remembers: bool,
    },
    /// The connection is gone; open calls are given up at this time unless it comes back.
    AgentLost {
        /// When.
        until: Duration,
    },
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Recognise these frames of 32 ms, and answer with [`Input::Transcript`].
    Recognise {
        /// The question.
        ask: AskId,
        /// The frames.
        frames: Range<u64>,
    },
    /// Ask a fork of the engine, and answer with [`Input::Decided`]. An earlier fork that was not adopted is void.
    Ask {
        /// The question.
        ask: AskId,
        /// What happened.
        event: Event,
    },
    /// The fork that answered this becomes the engine.
    Adopt {
        /// The question.
        ask: AskId,
        /// Whether a turn begins with it; [`Output::Revert`] goes back to before the latest such.
        begins_turn: bool,
    },
    /// The engine becomes again what it was before the turn.
    Revert,
    /// The engine will not hear of this call's outcome: its turn is over.
    Abandon {
        /// Which tool.
        tool: String,
        /// With which arguments.
        arguments: Map<String, Value>,
    },
    /// Synthesise a clause, and answer with [`Input::Sound`].
    Synthesize {
        /// The clause.
        clause: ClauseId,
        /// Its words.
        text: String,
    },
    /// Send this frame of sound.
    Play(Vec<i16>),
    /// Send this tool call, if the guard allows it, and answer with [`Input::Outcome`].
    Call {
        /// The call.
        call_id: CallId,
        /// What is to be called.
        call: OpenCall,
        /// Whether it was asked for before, while there was no connection or on one that is gone.
        again: bool,
    },
    /// A tool call ended.
    Settled {
        /// The call.
        call_id: CallId,
        /// What was called.
        call: OpenCall,
        /// How it ended.
        outcome: ToolOutcome,
    },
    /// A reply came that no open call waits for.
    Stray(Stray),
    /// Show this to the caller, masked.
    Show(ToCaller),
    /// The turn is over: keep this.
    Record(TurnRecord),
}

/// What is kept of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRecord {
    /// The turn.
    pub turn: TurnId,
    /// What was understood.
    pub heard: String,
    /// What was said, cut to what the caller can have heard.
    pub said: String,
    /// Whether the caller interrupted the answer.
    pub interrupted: bool,
    /// Times of its stages.
    pub millis: TurnMillis,
}

/// An utterance that is being understood.
#[derive(Debug)]
struct Attempt {
    recognise: Option<AskId>,
    plan: Option<AskId>,
    text: String,
    yes: bool,
    typed: bool,
    decision: Option<Decision>,
    opening: Option<Opening>,
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
    opening: Option<Opening>,
    outcomes: VecDeque<Event>,
    open_calls: usize,
    called: bool,
    reads_back: bool,
    frames_sent: u32,
    millis: TurnMillis,
}

/// One conversation.
pub struct Conversation {
    ear: Ear,
    playout: Playout,
    ledger: Ledger,
    voice: bool,
    socket: Option<SocketId>,
    new_call_id: Box<dyn FnMut() -> CallId + Send>,
    call_limit: Duration,
    last_ask: u64,
    last_clause: u64,
    last_turn: TurnId,
    attempt: Option<Attempt>,
    turn: Option<Turn>,
    pieces: Vec<String>,
    piece: Option<AskId>,
    synthesizing: Option<ClauseId>,
    expects: Option<String>,
    outputs: VecDeque<Output>,
}

impl Conversation {
    /// A conversation that has not begun. Without `voice` answers are shown and not spoken. `call_limit` is how long a
    /// tool may take.
    pub fn new(
        rate_hz: u32,
        voice: bool,
        call_limit: Duration,
        new_call_id: impl FnMut() -> CallId + Send + 'static,
    ) -> Self {
        Self {
            ear: Ear::default(),
            playout: Playout::new(rate_hz),
            ledger: Ledger::default(),
            voice,
            socket: None,
            new_call_id: Box::new(new_call_id),
            call_limit,
            last_ask: 0,
            last_clause: 0,
            last_turn: TurnId(0),
            attempt: None,
            turn: None,
            pieces: Vec::new(),
            piece: None,
            synthesizing: None,
            expects: None,
            outputs: VecDeque::new(),
        }
    }

    /// Takes what happened at `now`, a time since any fixed moment. Then poll until there is no output.
    pub fn handle_input(&mut self, input: Input, now: Duration) {
        match input {
            Input::Begin => self.begin(now),
            Input::Voice(probability) => self.voice(probability, now),
            Input::Transcript { ask, text, answer } => self.transcript(ask, text, answer, now),
            Input::Typed { text, answer } => self.typed(text, answer, now),
            Input::Decided { ask, decision } => self.decided(ask, decision, now),
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

    /// When [`Input::Tick`] is due, if nothing else happens before.
    pub fn wake(&self) -> Option<Duration> {
        let playout = self.turn.is_some().then(|| self.playout.wake()).flatten();
        [self.ledger.deadline(), playout]
            .into_iter()
            .flatten()
            .min()
    }

    /// The earliest frame whose sound may still be asked for.
    pub fn needed_from(&self) -> u64 {
        let kept = self
            .turn
            .as_ref()
            .filter(|turn| turn.may_be_taken_back())
            .and_then(|turn| turn.first_frame);
        kept.map_or(self.ear.needed_from(), |frame| {
            frame.min(self.ear.needed_from())
        })
    }

    /// The turn that is being answered, or the last one.
    pub fn turn(&self) -> TurnId {
        self.last_turn
    }

    /// Whether the conversation waits for the caller and nobody else.
    pub fn is_at_rest(&self) -> bool {
        self.turn.is_none() && self.attempt.is_none() && self.ear.utterance().is_none()
    }

    /// The kind of secret that the caller is asked for.
    pub fn expects(&self) -> Option<&str> {
        self.expects.as_deref()
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
            event: Event::Begin,
        });
    }

    // ---- hearing ----

    fn voice(&mut self, probability: f32, now: Duration) {
        let change = self.ear.hear(probability);
        let Some(utterance) = self.ear.utterance() else {
            return;
        };
        match change {
            Change::Began => {
                self.emit(Output::Show(ToCaller::Speech { active: true }));
                self.take_back(now);
            }
            Change::WentOn => self.attempt = None,
            Change::None => {}
        }
        self.give_way(&utterance, now);
        if self.ear.frames() - utterance.first_frame >= PIECE_FRAMES {
            self.take_piece();
        } else if utterance.silence() == RECOGNISE_AFTER {
            self.recognise(now);
        } else if utterance.silent_frames > 0 {
            self.end_turn_if_silent(now);
        }
    }

    /// A turn was taken and the caller goes on: it was not over. Only while nothing was done for it.
    fn take_back(&mut self, now: Duration) {
        let Some(turn) = &self.turn else { return };
        let Some(first_frame) = turn.first_frame else {
            return;
        };
        if !turn.may_be_taken_back() || now.saturating_sub(turn.taken_at) >= GOES_ON_WITHIN {
            return;
        }
        let id = turn.id;
        self.playout.cut(now);
        self.ledger.drop_pending();
        self.turn = None;
        self.ear.reopen(first_frame);
        self.emit(Output::Show(ToCaller::Clear { turn: id }));
        self.emit(Output::Show(ToCaller::TurnVoid { turn: id }));
        self.emit(Output::Revert);
    }

    /// The caller speaks over an answer: it is held at once, and dies when the voice turns out to be speech.
    fn give_way(&mut self, utterance: &Utterance, now: Duration) {
        let Some(turn) = &self.turn else { return };
        let id = turn.id;
        if utterance.voiced() >= HOLD_AFTER
            && !self.playout.is_held()
            && self.playout.is_audible(now)
        {
            self.playout.hold(now);
            self.emit(Output::Show(ToCaller::Clear { turn: id }));
        }
        // What is said over a read-back may be a yes that came early; only its words can tell.
        let reads_back = self.turn.as_ref().is_some_and(|turn| turn.reads_back);
        if utterance.voiced() >= INTERRUPT_AFTER && !reads_back {
            self.interrupt(now);
        }
    }

    fn recognise(&mut self, now: Duration) {
        let Some(utterance) = self.ear.utterance() else {
            return;
        };
        if utterance.voiced() < LEAST_VOICE && self.pieces.is_empty() {
            return;
        }
        let ask = self.next_ask();
        let mut attempt = Attempt::new(
            utterance.first_frame,
            now.saturating_sub(utterance.silence()),
        );
        attempt.recognise = Some(ask);
        self.attempt = Some(attempt);
        self.emit(Output::Recognise {
            ask,
            frames: utterance.first_frame..self.ear.frames(),
        });
    }

    /// The utterance is too long to be recognised at once: its beginning is taken now.
    fn take_piece(&mut self) {
        let Some(utterance) = self.ear.utterance() else {
            return;
        };
        let ask = self.next_ask();
        let end = self.ear.frames();
        self.attempt = None;
        self.piece = Some(ask);
        self.emit(Output::Recognise {
            ask,
            frames: utterance.first_frame..end,
        });
        self.ear.cut(end);
    }

    fn transcript(&mut self, ask: AskId, text: String, answer: Option<Answer>, now: Duration) {
        if self.piece == Some(ask) {
            self.piece = None;
            if self.pieces.len() <= PIECES_LIMIT {
                self.pieces.push(text);
            }
            return;
        }
        let Some(mut attempt) = self
            .attempt
            .take_if(|attempt| attempt.recognise == Some(ask))
        else {
            return;
        };
        attempt.transcript_at = Some(now);
        let early_yes =
            answer == Some(Answer::Yes) && self.turn.as_ref().is_some_and(|turn| turn.reads_back);
        if early_yes && self.playout.is_empty() {
            self.ledger.read_back_heard(now);
        } else if early_yes || self.pieces.is_empty() && self.is_no_speech(&text) {
            self.false_start();
            return;
        }
        if self.turn.is_some() {
            self.interrupt(now);
        }
        attempt.text = self
            .pieces
            .iter()
            .map(String::as_str)
            .chain([text.as_str()])
            .collect::<Vec<_>>()
            .join(" ");
        self.understand(attempt, answer, now);
    }

    /// A cough, a hum, or "mhm" while an answer is spoken: the answer goes on.
    fn is_no_speech(&self, text: &str) -> bool {
        let answering = self.turn.as_ref().is_some_and(|turn| !turn.reads_back);
        let mut words = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '⟨' && c != '⟩')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase);
        words.all(|word| {
            let word = word.as_str();
            matches!(
                word,
                "uh" | "um" | "hmm" | "hm" | "mm" | "mhm" | "ah" | "huh" | "er" | "ahem" | "oh"
            ) || answering
                && matches!(
                    word,
                    "okay" | "ok" | "yeah" | "right" | "sure" | "i" | "see"
                )
        })
    }

    fn false_start(&mut self) {
        self.ear.close();
        self.pieces.clear();
        self.playout.resume();
        self.emit(Output::Show(ToCaller::Speech { active: false }));
    }

    fn typed(&mut self, text: String, answer: Option<Answer>, now: Duration) {
        if self.turn.is_some() {
            self.interrupt(now);
        }
        self.ear.close();
        self.pieces.clear();
        let mut attempt = Attempt::new(0, now);
        attempt.typed = true;
        attempt.transcript_at = Some(now);
        attempt.text = text;
        self.understand(attempt, answer, now);
    }

    // ---- understanding ----

    /// Who decides about these words: the read-back that waits for a yes, or the engine.
    fn understand(&mut self, mut attempt: Attempt, answer: Option<Answer>, now: Duration) {
        let pending = self.ledger.pending(now).map(|pending| pending.tool.clone());
        if self.pieces.len() > PIECES_LIMIT {
            attempt.decision = Some(Decision {
                acts: vec![Act::Say(
                    "I'm sorry, that was too much at once. What do you need, in a few words?"
                        .into(),
                )],
                ..Decision::default()
            });
        } else if pending.is_some() && answer == Some(Answer::Yes) {
            attempt.yes = true;
            attempt.decided_at = Some(now);
            // A yes that sets something off is waited for as long as any unfinished sentence: "yes, but …".
            attempt.decision = Some(Decision {
                patience: Patience::Long,
                ..Decision::default()
            });
        } else {
            let ask = self.next_ask();
            attempt.plan = Some(ask);
            let event = match (pending, answer) {
                (Some(tool), Some(Answer::No)) => Event::Declined { tool },
                _ => Event::Heard(attempt.text.clone()),
            };
            self.emit(Output::Ask { ask, event });
        }
        if !attempt.typed {
            let turn = self.last_turn.next();
            self.emit(Output::Show(ToCaller::Heard {
                turn,
                text: attempt.text.clone(),
                is_final: false,
            }));
        }
        self.attempt = Some(attempt);
        self.end_turn_if_silent(now);
    }

    fn decided(&mut self, ask: AskId, decision: Decision, now: Duration) {
        if let Some(mut attempt) = self.attempt.take_if(|attempt| attempt.plan == Some(ask)) {
            attempt.decided_at = Some(now);
            if self.voice
                && let Some(words) = decision.acts.first().and_then(Act::opening)
            {
                let clause = self.next_clause();
                self.emit(Output::Synthesize {
                    clause,
                    text: words.clone(),
                });
                attempt.opening = Some(Opening {
                    clause,
                    words,
                    sound: None,
                });
            }
            attempt.decision = Some(decision);
            self.attempt = Some(attempt);
            self.end_turn_if_silent(now);
        } else if let Some(turn) = &mut self.turn
            && turn.plan == Some(ask)
        {
            turn.plan = None;
            turn.millis
                .decision
                .get_or_insert(millis(now, turn.spoke_until));
            self.emit(Output::Adopt {
                ask,
                begins_turn: false,
            });
            self.perform(decision, now);
        }
    }

    /// Takes the turn when the silence is as long as the decision wants it.
    fn end_turn_if_silent(&mut self, now: Duration) {
        let silence = self.ear.utterance().map(|utterance| utterance.silence());
        let Some(attempt) = &self.attempt else {
            // Nothing to understand: a noise, once it is over.
            if silence.is_some_and(|silence| silence >= LONG_SILENCE) && self.piece.is_none() {
                self.false_start();
            }
            return;
        };
        let Some(decision) = &attempt.decision else {
            return;
        };
        let wanted = match decision.patience {
            Patience::Short => SHORT_SILENCE,
            Patience::Long => LONG_SILENCE,
        };
        if attempt.typed || silence.is_some_and(|silence| silence >= wanted) {
            self.take_turn(now);
        }
    }

    fn take_turn(&mut self, now: Duration) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        let Some(decision) = attempt.decision else {
            return;
        };
        self.ear.close();
        self.pieces.clear();
        self.last_turn = self.last_turn.next();
        let first_frame = (!attempt.typed).then_some(attempt.first_frame);
        let mut turn = Turn::new(
            self.last_turn,
            attempt.text.clone(),
            first_frame,
            now,
            attempt.spoke_until,
        );
        turn.opening = attempt.opening;
        turn.millis.transcript = attempt
            .transcript_at
            .map(|at| millis(at, attempt.spoke_until));
        turn.millis.decision = attempt.decided_at.map(|at| millis(at, attempt.spoke_until));
        self.turn = Some(turn);
        if let Some(ask) = attempt.plan {
            self.emit(Output::Adopt {
                ask,
                begins_turn: true,
            });
        }
        if !attempt.typed {
            self.emit(Output::Show(ToCaller::Speech { active: false }));
        }
        self.emit(Output::Show(ToCaller::Heard {
            turn: self.last_turn,
            text: attempt.text,
            is_final: true,
        }));
        if attempt.yes {
            self.run_confirmed(now);
        } else {
            self.ledger.drop_pending();
            self.perform(decision, now);
        }
    }

    fn run_confirmed(&mut self, now: Duration) {
        let heard = self.ledger.is_read_back_heard();
        let pending = if heard {
            self.ledger.say_yes(now)
        } else {
            self.ledger.drop_pending()
        };
        let Some(Pending {
            tool,
            arguments,
            read_back,
            ..
        }) = pending
        else {
            return;
        };
        self.call(tool, arguments, Some(read_back), now);
    }

    // ---- answering ----

    fn perform(&mut self, decision: Decision, now: Duration) {
        if decision.expects != self.expects {
            self.expects = decision.expects;
            self.emit(Output::Show(ToCaller::Expect {
                secret: self.expects.clone(),
            }));
        }
        for act in decision.acts {
            match act {
                Act::Say(text) => self.say(&text),
                Act::Call {
                    tool,
                    arguments,
                    read_back,
                    ..
                } => self.call(tool, arguments, read_back, now),
            }
        }
    }

    fn say(&mut self, text: &str) {
        let Some(turn) = &mut self.turn else { return };
        if !self.voice {
            turn.said.push(text.to_owned());
            let turn = turn.id;
            self.emit(Output::Show(ToCaller::Said {
                turn,
                text: text.to_owned(),
            }));
            return;
        }
        let opening = turn.opening.take();
        let begun = opening.filter(|opening| begins_with(text, &opening.words));
        let mut rest = text;
        if let Some(Opening {
            clause,
            words,
            sound,
        }) = begun
        {
            rest = &text[words.len()..];
            if sound.is_none() {
                self.synthesizing = Some(clause);
            }
            self.playout.push(clause, words, sound);
        }
        for clause in clauses(rest) {
            let id = self.next_clause();
            self.playout.push(id, clause, None);
        }
    }

    fn call(
        &mut self,
        tool: String,
        arguments: Map<String, Value>,
        read_back: Option<String>,
        now: Duration,
    ) {
        let Some(turn) = &mut self.turn else { return };
        let id = turn.id;
        match self
            .ledger
            .admit(id, &tool, &arguments, read_back.as_deref(), now)
        {
            Admission::Granted => {
                turn.called = true;
                turn.open_calls += 1;
                let call = OpenCall {
                    turn: id,
                    tool,
                    arguments,
                    asked_at: now,
                    deadline: now + self.call_limit,
                    socket: self.socket,
                    confirmed: read_back.is_some(),
                };
                let call_id = (self.new_call_id)();
                self.ledger.enter(call_id.clone(), call.clone());
                self.emit(Output::Call {
                    call_id,
                    call,
                    again: false,
                });
            }
            Admission::Withheld => {
                turn.reads_back = true;
                let read_back = read_back.unwrap_or_default();
                self.say(&read_back);
            }
            Admission::Exhausted => self.say(Code::ToolExecutionError.sentence()),
        }
    }

    fn outcome(&mut self, call_id: &CallId, socket: Option<SocketId>, outcome: ToolOutcome) {
        match self.ledger.settle(call_id, socket) {
            Ok(call) => self.settled(call_id.clone(), call, outcome),
            Err(stray) => self.emit(Output::Stray(stray)),
        }
    }

    fn settled(&mut self, call_id: CallId, call: OpenCall, outcome: ToolOutcome) {
        self.emit(Output::Settled {
            call_id,
            call: call.clone(),
            outcome: outcome.clone(),
        });
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == call.turn) {
            turn.open_calls -= 1;
            turn.outcomes.push_back(Event::Outcome {
                tool: call.tool,
                arguments: call.arguments,
                outcome,
            });
        }
    }

    fn attached(&mut self, socket: SocketId, remembers: bool) {
        self.socket = Some(socket);
        for (call_id, call) in self.ledger.move_to(socket, remembers) {
            self.emit(Output::Call {
                call_id,
                call,
                again: true,
            });
        }
    }

    fn sound(&mut self, clause: ClauseId, samples: Vec<i16>) {
        if self.synthesizing == Some(clause) {
            self.synthesizing = None;
        }
        let tried = self
            .attempt
            .as_mut()
            .and_then(|attempt| attempt.opening.as_mut());
        let kept = self.turn.as_mut().and_then(|turn| turn.opening.as_mut());
        match tried
            .into_iter()
            .chain(kept)
            .find(|opening| opening.clause == clause)
        {
            Some(opening) => opening.sound = Some(samples),
            None => self.playout.sound(clause, samples),
        }
    }

    /// The turn that is being answered dies.
    fn interrupt(&mut self, now: Duration) {
        let Some(turn) = self.turn.take() else { return };
        let said = if self.voice {
            self.playout.cut(now)
        } else {
            turn.said.join(" ")
        };
        self.synthesizing = None;
        if !self.ledger.is_read_back_heard() {
            self.ledger.drop_pending();
        }
        let dead: Vec<_> = self
            .ledger
            .open()
            .filter(|(_, call)| call.turn == turn.id)
            .map(|(_, call)| call.clone())
            .collect();
        for call in dead {
            self.emit(Output::Abandon {
                tool: call.tool,
                arguments: call.arguments,
            });
        }
        for event in turn.outcomes {
            if let Event::Outcome {
                tool, arguments, ..
            } = event
            {
                self.emit(Output::Abandon { tool, arguments });
            }
        }
        self.emit(Output::Show(ToCaller::Clear { turn: turn.id }));
        self.emit(Output::Record(TurnRecord {
            turn: turn.id,
            heard: turn.heard,
            said,
            interrupted: true,
            millis: turn.millis,
        }));
        self.emit(Output::Show(ToCaller::TurnEnd {
            turn: turn.id,
            millis: turn.millis,
        }));
    }

    // ---- time ----

    /// What follows from any input: late calls, the next question, the next clause, the next frames, the turn's end.
    fn go_on(&mut self, now: Duration) {
        for (call_id, call) in self.ledger.expire(now) {
            let gone = call.deadline < call.asked_at + self.call_limit;
            let code = if gone {
                Code::AgentUnavailable
            } else {
                Code::ToolTimeout
            };
            self.settled(call_id, call, ToolOutcome::Failed(code));
        }
        self.ask_about_outcomes();
        self.synthesize_next();
        self.play(now);
        self.end_turn(now);
    }

    fn ask_about_outcomes(&mut self) {
        let Some(turn) = &mut self.turn else { return };
        if turn.plan.is_none()
            && let Some(event) = turn.outcomes.pop_front()
        {
            self.last_ask += 1;
            let ask = AskId(self.last_ask);
            turn.plan = Some(ask);
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

    fn end_turn(&mut self, now: Duration) {
        let over = self.turn.as_ref().is_some_and(|turn| {
            turn.plan.is_none()
                && turn.outcomes.is_empty()
                && turn.open_calls == 0
                && self.playout.is_over(now)
        });
        if !over {
            return;
        }
        let Some(turn) = self.turn.take() else { return };
        if turn.reads_back {
            self.ledger.read_back_heard(now);
        }
        let said = turn.said.join(" ");
        self.emit(Output::Record(TurnRecord {
            turn: turn.id,
            heard: turn.heard,
            said,
            interrupted: false,
            millis: turn.millis,
        }));
        if self.voice {
            self.playout.cut(now);
        }
        self.emit(Output::Show(ToCaller::TurnEnd {
            turn: turn.id,
            millis: turn.millis,
        }));
    }
}

impl Attempt {
    fn new(first_frame: u64, spoke_until: Duration) -> Self {
        Self {
            recognise: None,
            plan: None,
            text: String::new(),
            yes: false,
            typed: false,
            decision: None,
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
            opening: None,
            outcomes: VecDeque::new(),
            open_calls: 0,
            called: false,
            reads_back: false,
            frames_sent: 0,
            millis: TurnMillis::default(),
        }
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
