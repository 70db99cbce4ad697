//! The ledger of tool calls: which are open, whose yes they have, and what a reply is worth.
//!
//! A call belongs to a turn and to the socket it was sent on. When its turn dies it may not be sent any more; one that was
//! sent stays open, and its outcome is owed to the caller (`machine/owed.rs`). A call of a tool that is marked `confirm` is withheld until the caller has said yes to
//! its read-back. What a yes is and what it binds is decided by `conversimple_guard::consent`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use conversimple_guard::consent::{Agreement, ArgumentsDigest, HeardReadBack, ReadBack, Yes};
use conversimple_wire::{CallId, TurnId};
use serde_json::{Map, Value};

/// Names one connection of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SocketId(pub u64);

/// How many settled calls are remembered, to tell a doubled reply from an unknown one.
const SETTLED_LIMIT: usize = 256;

/// How long a read-back waits for its yes.
pub const CONFIRM_LIMIT: Duration = Duration::from_secs(60);

/// Calls that one turn may make: more is a loop.
pub const CALLS_PER_TURN: u32 = 8;

/// A call that was sent and not answered yet.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCall {
    /// The turn that asked for it.
    pub turn: TurnId,
    /// Which tool.
    pub tool: String,
    /// Its arguments, as the engine gave them: secrets are tokens.
    pub arguments: Map<String, Value>,
    /// When it was asked for.
    pub asked_at: Duration,
    /// When it is given up.
    pub deadline: Duration,
    /// Where it was sent; nowhere while no agent is there.
    pub socket: Option<SocketId>,
    /// Whether it changes something.
    pub changes: bool,
    /// What identifies it, where the same call again must be asked about.
    pub digest: Option<ArgumentsDigest>,
    /// Nobody waits for its outcome any more.
    pub abandoned: bool,
    /// The caller was told that it takes its time.
    pub excused: bool,
}

impl OpenCall {
    /// Whether it has left, or may have: then it can have an effect.
    pub fn is_sent(&self) -> bool {
        self.socket.is_some()
    }
}

/// A reply that no open call waits for. It changes nothing but a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmatchedReply {
    /// No such call.
    Unknown,
    /// The call was sent on another socket.
    OtherSocket,
    /// The call was answered before, or given up.
    Settled,
}

/// A call that waits for the caller's yes.
#[derive(Debug)]
pub struct PendingCall {
    /// Which tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// The words with which the answer to a yes will begin if all goes well.
    pub answer_prefix: Option<String>,
    /// Whether it changes something.
    pub changes: bool,
    question: Question,
    asked_at: Duration,
    /// The question was put again after an unclear answer.
    repeated: bool,
}

/// How far a read-back has come.
#[derive(Debug)]
enum Question {
    Said(ReadBack),
    Heard(HeardReadBack),
}

impl PendingCall {
    /// What was read back.
    pub fn read_back(&self) -> &ReadBack {
        match &self.question {
            Question::Said(read_back) => read_back,
            Question::Heard(heard) => heard.question(),
        }
    }
}

/// A call that the caller has agreed to.
#[derive(Debug)]
pub struct AgreedCall {
    /// Which tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// Whether it changes something.
    pub changes: bool,
    /// What identifies it.
    pub digest: ArgumentsDigest,
    /// The yes, which the gate compares with what is sent.
    pub yes: Yes,
}

/// How a caller is asked for a yes.
#[derive(Debug)]
pub struct Asking {
    /// What is read back.
    pub read_back: ReadBack,
    /// The words with which the answer to a yes will begin if all goes well.
    pub answer_prefix: Option<String>,
    /// Whether the call changes something.
    pub changes: bool,
}

/// What the ledger says of a call that an engine asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It may be sent.
    Granted,
    /// The caller is asked first.
    Withheld,
    /// The turn asks for another yes already: an answer would not say to which.
    Ambiguous,
    /// The turn has made too many calls.
    Exhausted,
}

/// All calls of a conversation.
#[derive(Debug, Default)]
pub struct Ledger {
    open: HashMap<CallId, OpenCall>,
    settled: HashSet<CallId>,
    settled_order: VecDeque<CallId>,
    pending: Option<PendingCall>,
    turn: TurnId,
    calls_of_turn: u32,
    /// Replies that fitted no open call.
    pub unmatched: u64,
}

impl Ledger {
    /// Decides whether a call may be sent now. `asking` is what the caller would be asked, for a tool that needs a yes.
    pub fn admit(
        &mut self,
        turn: TurnId,
        tool: &str,
        arguments: &Map<String, Value>,
        asking: Option<Asking>,
        now: Duration,
    ) -> Admission {
        if turn != self.turn {
            (self.turn, self.calls_of_turn) = (turn, 0);
        }
        if self.calls_of_turn >= CALLS_PER_TURN {
            return Admission::Exhausted;
        }
        let Some(asking) = asking else {
            self.calls_of_turn += 1;
            return Admission::Granted;
        };
        // What waits from an earlier turn was dropped when this one was taken.
        if self.pending(now).is_some() {
            self.calls_of_turn += 1;
            return Admission::Ambiguous;
        }
        self.pending = Some(PendingCall {
            tool: tool.to_owned(),
            arguments: arguments.clone(),
            answer_prefix: asking.answer_prefix,
            changes: asking.changes,
            question: Question::Said(asking.read_back),
            asked_at: now,
            repeated: false,
        });
        Admission::Withheld
    }

    /// Enters a call that is being sent.
    pub fn enter(&mut self, id: CallId, call: OpenCall) {
        self.open.insert(id, call);
    }

    /// The call that waits for a yes, if its time is not over.
    pub fn pending(&self, now: Duration) -> Option<&PendingCall> {
        self.pending
            .as_ref()
            .filter(|pending| now.saturating_sub(pending.asked_at) < CONFIRM_LIMIT)
    }

    /// The caller has heard the read-back to its end. A yes before that is a yes to nothing.
    pub fn read_back_heard(&mut self, now: Duration) {
        self.pending = self.pending.take().map(|pending| PendingCall {
            question: match pending.question {
                Question::Said(read_back) => Question::Heard(read_back.heard()),
                heard @ Question::Heard(_) => heard,
            },
            asked_at: now,
            ..pending
        });
    }

    /// Whether the read-back was heard to its end.
    pub fn is_read_back_heard(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|pending| matches!(pending.question, Question::Heard(_)))
    }

    /// The caller said yes: the pending call may be sent once. Returns it, or nothing when there is none, its time is
    /// over, its read-back was not heard, or the yes was to another.
    pub fn say_yes(&mut self, agreement: Agreement, now: Duration) -> Option<AgreedCall> {
        let in_time = self.pending(now).is_some();
        let pending = self.pending.take().filter(|_| in_time)?;
        let Question::Heard(heard) = pending.question else {
            return None;
        };
        Some(AgreedCall {
            tool: pending.tool,
            arguments: pending.arguments,
            changes: pending.changes,
            digest: heard.question().digest(),
            yes: heard.agreed(agreement)?,
        })
    }

    /// Whether an unclear answer gets the question again: once, and only a question that was heard.
    pub fn may_ask_again(&self, now: Duration) -> bool {
        let repeated = self.pending(now).is_none_or(|pending| pending.repeated);
        !repeated && self.is_read_back_heard()
    }

    /// The question is put again after an unclear answer. Returns the pending call with the shorter sentence, which must
    /// be heard again; nothing, and the call is dropped, when it may not be.
    pub fn ask_again(&mut self, now: Duration) -> Option<&PendingCall> {
        let may = self.may_ask_again(now);
        let pending = self.pending.take().filter(|_| may)?;
        let Question::Heard(heard) = pending.question else {
            return None;
        };
        self.pending = Some(PendingCall {
            question: Question::Said(heard.again()),
            asked_at: now,
            repeated: true,
            ..pending
        });
        self.pending.as_ref()
    }

    /// The caller said anything else: nothing is pending any more.
    pub fn drop_pending(&mut self) {
        self.pending = None;
    }

    /// Settles a call with a reply.
    ///
    /// # Errors
    /// A [`UnmatchedReply`] when no open call of that id was sent on that socket.
    pub fn settle(
        &mut self,
        id: &CallId,
        socket: Option<SocketId>,
    ) -> Result<OpenCall, UnmatchedReply> {
        let unmatched = match self.open.get(id) {
            Some(call) if socket.is_none() || call.socket == socket => None,
            Some(_) => Some(UnmatchedReply::OtherSocket),
            None if self.settled.contains(id) => Some(UnmatchedReply::Settled),
            None => Some(UnmatchedReply::Unknown),
        };
        if let Some(unmatched) = unmatched {
            self.unmatched += 1;
            return Err(unmatched);
        }
        self.remember(id.clone());
        self.open.remove(id).ok_or(UnmatchedReply::Unknown)
    }

    /// The open calls of an id order that does not matter.
    pub fn open(&self) -> impl Iterator<Item = (&CallId, &OpenCall)> {
        self.open.iter()
    }

    /// The open calls, to note something of them.
    pub fn open_mut(&mut self) -> impl Iterator<Item = (&CallId, &mut OpenCall)> {
        self.open.iter_mut()
    }

    /// Takes the calls of a turn that were never sent: they will not be.
    pub fn withdraw_unsent(&mut self, turn: TurnId) -> Vec<(CallId, OpenCall)> {
        let unsent = self.open.iter();
        let unsent = unsent.filter(|(_, call)| call.turn == turn && !call.is_sent());
        let unsent: Vec<CallId> = unsent.map(|(id, _)| id.clone()).collect();
        self.take(unsent)
    }

    /// Moves open calls to another socket, and names them so that they are sent: those that were never sent, and, when
    /// whoever is there remembers what it has answered, those that were. They have their whole time again, `limit` from
    /// when they were asked for.
    pub fn move_to(
        &mut self,
        socket: SocketId,
        remembers: bool,
        limit: Duration,
    ) -> Vec<(CallId, OpenCall)> {
        let mut moved: Vec<_> = self
            .open
            .iter_mut()
            .filter(|(_, call)| remembers || call.socket.is_none())
            .map(|(id, call)| {
                call.socket = Some(socket);
                call.deadline = call.asked_at + limit;
                (id.clone(), call.clone())
            })
            .collect();
        moved.sort_by_key(|(_, call)| call.asked_at);
        moved
    }

    /// Shortens the wait for open calls, when whoever should answer is gone.
    pub fn hurry(&mut self, deadline: Duration) {
        for call in self.open.values_mut() {
            call.deadline = call.deadline.min(deadline);
        }
    }

    /// When the next open call is given up.
    pub fn deadline(&self) -> Option<Duration> {
        self.open.values().map(|call| call.deadline).min()
    }

    /// Gives up the calls whose time is over.
    pub fn expire(&mut self, now: Duration) -> Vec<(CallId, OpenCall)> {
        let late: Vec<CallId> = self
            .open
            .iter()
            .filter(|(_, call)| call.deadline <= now)
            .map(|(id, _)| id.clone())
            .collect();
        self.take(late)
    }

    fn take(&mut self, ids: Vec<CallId>) -> Vec<(CallId, OpenCall)> {
        ids.into_iter()
            .filter_map(|id| {
                self.remember(id.clone());
                self.open.remove(&id).map(|call| (id, call))
            })
            .collect()
    }

    fn remember(&mut self, id: CallId) {
        if self.settled.insert(id.clone()) {
            self.settled_order.push_back(id);
        }
        if self.settled_order.len() > SETTLED_LIMIT
            && let Some(oldest) = self.settled_order.pop_front()
        {
            self.settled.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use conversimple_guard::call::{Accepts, Author, Policy};
    use conversimple_guard::capture::InputSource;
    use conversimple_guard::consent::{Answer, Sentences};
    use conversimple_wire::{ConversationId, ToolSpec};
    use serde_json::json;

    use super::*;

    fn read_back(amount: u32) -> ReadBack {
        let spec = ToolSpec {
            name: "pay".into(),
            description: String::new(),
            parameters: json!({"properties": {"amount": {"type": "number"}}, "x-confirm": true}),
        };
        let policy = Policy::of(&spec, Author::Ours).expect("a policy");
        let conversation = ConversationId::parse("conv_1").expect("an id");
        let given = |_: &Accepts, text: &str| Some(text.to_owned().into());
        let sentences = |_| Sentences {
            ask: format!("Pay {amount}?"),
            again: "Yes or no?".into(),
        };
        ReadBack::of(&conversation, &policy, pay(amount), given, sentences).expect("a read-back")
    }

    fn pay(amount: u32) -> Map<String, Value> {
        arguments(json!({ "amount": amount }))
    }

    fn ask(amount: u32) -> Option<Asking> {
        Some(Asking {
            read_back: read_back(amount),
            answer_prefix: None,
            changes: true,
        })
    }

    /// A yes to the question about this amount.
    fn yes(amount: u32) -> Agreement {
        match read_back(amount).answer("yes", InputSource::Spoken) {
            Answer::Yes(agreement) => agreement,
            _ => panic!("a yes is a yes"),
        }
    }

    const T1: TurnId = TurnId(1);
    const NOW: Duration = Duration::from_secs(100);

    fn arguments(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    fn call(socket: u64) -> OpenCall {
        OpenCall {
            turn: T1,
            tool: "pay".into(),
            arguments: Map::new(),
            asked_at: NOW,
            deadline: NOW + Duration::from_secs(30),
            socket: Some(SocketId(socket)),
            changes: true,
            digest: None,
            abandoned: false,
            excused: false,
        }
    }

    fn id(text: &str) -> CallId {
        CallId::parse(text).expect("an id")
    }

    fn withheld(ledger: &mut Ledger, amount: u32) {
        assert_eq!(
            ledger.admit(T1, "pay", &pay(amount), ask(amount), NOW),
            Admission::Withheld
        );
    }

    #[test]
    fn yes_is_good_for_the_heard_question_once() {
        let mut ledger = Ledger::default();
        withheld(&mut ledger, 20);
        assert!(
            ledger.say_yes(yes(20), NOW).is_none(),
            "the question was not heard yet"
        );
        withheld(&mut ledger, 20);
        ledger.read_back_heard(NOW);
        assert!(
            ledger.say_yes(yes(30), NOW).is_none(),
            "a yes to another question"
        );
        withheld(&mut ledger, 20);
        ledger.read_back_heard(NOW);
        let agreed = ledger.say_yes(yes(20), NOW).expect("a yes");
        assert_eq!((agreed.tool.as_str(), agreed.arguments), ("pay", pay(20)));
        assert!(ledger.say_yes(yes(20), NOW).is_none(), "a yes is used once");
        withheld(&mut ledger, 20);
    }

    #[test]
    fn second_risky_call_while_one_is_pending_is_ambiguous() {
        let mut ledger = Ledger::default();
        withheld(&mut ledger, 10);
        for (tool, amount) in [("pay", 1000), ("send", 10), ("pay", 10)] {
            assert_eq!(
                ledger.admit(T1, tool, &pay(amount), ask(amount), NOW),
                Admission::Ambiguous
            );
        }
        ledger.read_back_heard(NOW);
        let agreed = ledger
            .say_yes(yes(10), NOW)
            .expect("the first is asked for");
        assert_eq!(agreed.arguments, pay(10));
    }

    #[test]
    fn unclear_answer_repeats_the_question_once() {
        let mut ledger = Ledger::default();
        withheld(&mut ledger, 10);
        assert!(!ledger.may_ask_again(NOW), "the question was not heard yet");
        ledger.read_back_heard(NOW);
        let again = ledger.ask_again(NOW).expect("the question again");
        assert_eq!(again.read_back().text(), "Yes or no?");
        assert!(!ledger.is_read_back_heard(), "it must be heard again");
        ledger.read_back_heard(NOW);
        assert!(!ledger.may_ask_again(NOW));
        assert!(ledger.say_yes(yes(10), NOW).is_some());
    }

    #[test]
    fn yes_that_comes_too_late_is_none() {
        let mut ledger = Ledger::default();
        withheld(&mut ledger, 10);
        ledger.read_back_heard(NOW);
        assert!(ledger.say_yes(yes(10), NOW + CONFIRM_LIMIT).is_none());
    }

    #[test]
    fn reply_settles_only_its_own_call_on_its_own_socket() {
        let mut ledger = Ledger::default();
        ledger.enter(id("call_1"), call(1));
        assert_eq!(
            ledger.settle(&id("call_2"), Some(SocketId(1))),
            Err(UnmatchedReply::Unknown)
        );
        assert_eq!(
            ledger.settle(&id("call_1"), Some(SocketId(2))),
            Err(UnmatchedReply::OtherSocket)
        );
        assert_eq!(ledger.settle(&id("call_1"), Some(SocketId(1))), Ok(call(1)));
        assert_eq!(
            ledger.settle(&id("call_1"), Some(SocketId(1))),
            Err(UnmatchedReply::Settled)
        );
        assert_eq!(ledger.unmatched, 3);
    }

    #[test]
    fn expired_call_ignores_late_reply() {
        let mut ledger = Ledger::default();
        ledger.enter(id("call_1"), call(1));
        assert!(ledger.expire(NOW).is_empty());
        assert_eq!(ledger.expire(NOW + Duration::from_secs(30)).len(), 1);
        assert_eq!(
            ledger.settle(&id("call_1"), Some(SocketId(1))),
            Err(UnmatchedReply::Settled)
        );
    }

    #[test]
    fn turn_beyond_call_limit_is_exhausted() {
        let mut ledger = Ledger::default();
        for _ in 0..CALLS_PER_TURN {
            assert_eq!(
                ledger.admit(T1, "look", &Map::new(), None, NOW),
                Admission::Granted
            );
        }
        assert_eq!(
            ledger.admit(T1, "look", &Map::new(), None, NOW),
            Admission::Exhausted
        );
        assert_eq!(
            ledger.admit(T1.next(), "look", &Map::new(), None, NOW),
            Admission::Granted
        );
    }
}
