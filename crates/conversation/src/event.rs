//! What a conversation is told and what it says is to be done: the machine's two vocabularies.

use std::ops::Range;
use std::time::Duration;

use conversimple_guard::capture::InputSource;
use conversimple_guard::consent::{Consent, ReadBack};
use conversimple_wire::media::{ToCaller, TurnMillis};
use conversimple_wire::{CallId, Code, ToolOutcome, TurnId};
use serde_json::{Map, Value};

use crate::calls::{OpenCall, SocketId, UnmatchedReply};
use crate::engine::{EngineEvent, Part};
use crate::playout::ClauseId;

/// Names a question to the recogniser or the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskId(pub u64);

/// What recognised words are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// An utterance that may be over: its words may still change.
    Utterance,
    /// The beginning of a long one: these words stay.
    Piece,
}

/// What holds of a call that an engine wants: made by the platform from the declaration and exactly these arguments, never
/// by the engine.
#[derive(Debug, Default)]
pub struct CallTerms {
    /// What the caller must say yes to first. None for a tool that needs no yes.
    pub read_back: Option<ReadBack>,
    /// The words with which the answer will begin if all goes well; synthesised ahead, and used if they do.
    pub answer_prefix: Option<String>,
    /// Whether it changes something: then its outcome is told, whatever the caller says meanwhile.
    pub changes: bool,
    /// What the caller is asked when exactly this call was sent and they have not heard its outcome. None for a call that
    /// may be made twice without harm.
    pub repeat: Option<ReadBack>,
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
        /// What the platform itself answers to them: then no engine is asked, and what was expected still is.
        remark: Option<String>,
    },
    /// How likely an utterance is complete by its sound, 0 to 1. It may come before or after the words, or not at all.
    Intonation {
        /// Which question to the recogniser it belongs to.
        ask: AskId,
        /// The probability.
        complete: f32,
    },
    /// Words that the caller typed or keys that they pressed, secrets already swapped.
    Typed {
        /// The words.
        text: String,
        /// How they were given.
        source: InputSource,
        /// What the platform itself answers to them, as for spoken ones.
        remark: Option<String>,
    },
    /// A part of what the engine decides.
    Part {
        /// Which question this answers.
        ask: AskId,
        /// The part.
        part: Part,
        /// What holds of it, where it is a call.
        terms: Option<Box<CallTerms>>,
    },
    /// The engine has decided: there are no more parts.
    Decided {
        /// Which question this answers.
        ask: AskId,
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
#[derive(Debug)]
pub enum Output {
    /// Recognise these frames of 32 ms, and answer with [`Input::Transcript`]; with [`Input::Intonation`] too where it is known.
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
        event: EngineEvent,
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
        /// The caller's yes, where one was asked for.
        consent: Consent,
        /// Whether it was asked for before, while there was no connection or on one that is gone.
        again: bool,
    },
    /// This call will not be asked for: the conversation itself refuses it, whatever the guard would say.
    Refused {
        /// The call.
        call_id: CallId,
        /// What was to be called.
        call: OpenCall,
        /// Why not.
        code: Code,
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
    Unmatched(UnmatchedReply),
    /// Show this to the caller, masked.
    Show(ToCaller),
    /// The caller has been silent for too long and was told so: end the conversation.
    HangUp,
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
    /// Whether a call was sent for it.
    pub called: bool,
    /// Whether such a call has no outcome yet.
    pub is_open: bool,
    /// Times of its stages.
    pub millis: TurnMillis,
}
