//! The ledger of tool calls: which are open, whose yes they have, and what a reply is worth.
//!
//! A call belongs to a turn and to the socket it was sent on. When its turn dies it may not be sent any more, and a
//! reply to it is a [`UnmatchedReply`]. A call of a tool that is marked `confirm` is withheld until the caller has said yes to
//! exactly its arguments; the yes is bound to a digest of them and is used once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use conversimple_wire::{CallId, TurnId};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Names one connection of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SocketId(pub u64);

/// How many settled calls are remembered, to tell a doubled reply from an unknown one.
const SETTLED_LIMIT: usize = 256;

/// How long a read-back waits for its yes.
pub const CONFIRM_LIMIT: Duration = Duration::from_secs(60);

/// Calls that one turn may make: more is a loop.
pub const CALLS_PER_TURN: u32 = 8;

/// What exactly is asked for: the tool and its arguments, whatever the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallDigest([u8; 32]);

impl CallDigest {
    /// The digest of a call.
    pub fn of(tool: &str, arguments: &Map<String, Value>) -> Self {
        let mut hash = Sha256::new();
        hash.update((tool.len() as u64).to_be_bytes());
        hash.update(tool.as_bytes());
        hash.update(canonical(&Value::Object(arguments.clone())).as_bytes());
        Self(hash.finalize().into())
    }
}

/// JSON with sorted names.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(b.0));
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| {
                    format!("{}:{}", Value::String(name.clone()), canonical(value))
                })
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        plain => plain.to_string(),
    }
}

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
    /// Where it was sent.
    pub socket: Option<SocketId>,
    /// Whether the caller said yes to exactly these arguments.
    pub confirmed: bool,
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
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// Which tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// What was read back.
    pub read_back: String,
    /// The words with which the answer to a yes will begin if all goes well.
    pub answer_prefix: Option<String>,
    digest: CallDigest,
    asked_at: Duration,
    heard: bool,
}

/// How a caller is asked for a yes.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What is read back.
    pub read_back: &'a str,
    /// The words with which the answer to a yes will begin if all goes well.
    pub answer_prefix: Option<&'a str>,
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
    pending: Option<Pending>,
    yes: Option<CallDigest>,
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
        asking: Option<Asking<'_>>,
        now: Duration,
    ) -> Admission {
        if turn != self.turn {
            (self.turn, self.calls_of_turn) = (turn, 0);
        }
        if self.calls_of_turn >= CALLS_PER_TURN {
            return Admission::Exhausted;
        }
        let digest = CallDigest::of(tool, arguments);
        if let Some(asking) = asking
            && self.yes.take() != Some(digest)
        {
            // What waits from an earlier turn was dropped when this one was taken.
            if self.pending(now).is_some() {
                self.calls_of_turn += 1;
                return Admission::Ambiguous;
            }
            self.pending = Some(Pending {
                tool: tool.to_owned(),
                arguments: arguments.clone(),
                read_back: asking.read_back.to_owned(),
                answer_prefix: asking.answer_prefix.map(str::to_owned),
                digest,
                asked_at: now,
                heard: false,
            });
            return Admission::Withheld;
        }
        self.calls_of_turn += 1;
        Admission::Granted
    }

    /// Enters a call that is being sent.
    pub fn enter(&mut self, id: CallId, call: OpenCall) {
        self.open.insert(id, call);
    }

    /// The call that waits for a yes, if its time is not over.
    pub fn pending(&self, now: Duration) -> Option<&Pending> {
        self.pending
            .as_ref()
            .filter(|pending| now.saturating_sub(pending.asked_at) < CONFIRM_LIMIT)
    }

    /// The caller has heard the read-back to its end. A yes before that is a yes to nothing.
    pub fn read_back_heard(&mut self, now: Duration) {
        if let Some(pending) = &mut self.pending {
            pending.heard = true;
            pending.asked_at = now;
        }
    }

    /// Whether the read-back was heard to its end.
    pub fn is_read_back_heard(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.heard)
    }

    /// The caller said yes: the pending call may be sent once. Returns it, or nothing when there is none, its time is
    /// over or its read-back was not heard.
    pub fn say_yes(&mut self, now: Duration) -> Option<Pending> {
        let in_time = self.pending(now).is_some_and(|pending| pending.heard);
        let pending = self.pending.take().filter(|_| in_time)?;
        self.yes = Some(pending.digest);
        Some(pending)
    }

    /// The caller said anything else: nothing is pending any more.
    pub fn drop_pending(&mut self) -> Option<Pending> {
        self.yes = None;
        self.pending.take()
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
        late.into_iter()
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
    use super::*;
    use serde_json::json;

    fn ask(read_back: &str) -> Option<Asking<'_>> {
        Some(Asking {
            read_back,
            answer_prefix: None,
        })
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
            confirmed: false,
        }
    }

    fn id(text: &str) -> CallId {
        CallId::parse(text).expect("an id")
    }

    #[test]
    fn a_yes_is_good_for_exactly_what_was_read_back_and_once() {
        let twenty = arguments(json!({"amount": 20, "currency": "USD"}));
        let same = arguments(json!({"currency": "USD", "amount": 20}));
        let thirty = arguments(json!({"amount": 30, "currency": "USD"}));
        let mut ledger = Ledger::default();
        assert_eq!(
            ledger.admit(T1, "pay", &twenty, ask("Twenty?"), NOW),
            Admission::Withheld
        );
        assert_eq!(ledger.say_yes(NOW), None, "the read-back was not heard yet");
        ledger.drop_pending();
        assert_eq!(
            ledger.admit(T1, "pay", &twenty, ask("Twenty?"), NOW),
            Admission::Withheld
        );
        ledger.read_back_heard(NOW);
        assert!(ledger.say_yes(NOW).is_some());
        assert_eq!(
            ledger.admit(T1, "pay", &thirty, ask("Thirty?"), NOW),
            Admission::Withheld
        );
        ledger.read_back_heard(NOW);
        assert!(ledger.say_yes(NOW).is_some());
        assert_eq!(
            ledger.admit(T1, "pay", &twenty, ask("Twenty?"), NOW),
            Admission::Withheld
        );
        ledger.read_back_heard(NOW);
        assert!(ledger.say_yes(NOW).is_some());
        assert_eq!(
            ledger.admit(T1, "pay", &same, ask("Twenty?"), NOW),
            Admission::Granted
        );
        assert_eq!(
            ledger.admit(T1, "pay", &same, ask("Twenty?"), NOW),
            Admission::Withheld,
            "a yes is used once"
        );
    }

    #[test]
    fn one_yes_is_asked_for_at_a_time() {
        let (ten, thousand) = (
            arguments(json!({"amount": 10})),
            arguments(json!({"amount": 1000})),
        );
        let mut ledger = Ledger::default();
        assert_eq!(
            ledger.admit(T1, "pay", &ten, ask("Ten?"), NOW),
            Admission::Withheld
        );
        for (tool, other) in [("pay", &thousand), ("send", &ten), ("pay", &ten)] {
            assert_eq!(
                ledger.admit(T1, tool, other, ask("Something else?"), NOW),
                Admission::Ambiguous
            );
        }
        ledger.read_back_heard(NOW);
        let agreed = ledger.say_yes(NOW).expect("the first is still asked for");
        assert_eq!((agreed.tool.as_str(), agreed.arguments), ("pay", ten));
        assert_eq!(
            ledger.admit(T1, "pay", &thousand, ask("A thousand?"), NOW),
            Admission::Withheld
        );
    }

    #[test]
    fn a_yes_that_comes_too_late_is_none() {
        let mut ledger = Ledger::default();
        ledger.admit(T1, "pay", &Map::new(), ask("Pay?"), NOW);
        ledger.read_back_heard(NOW);
        assert_eq!(ledger.say_yes(NOW + CONFIRM_LIMIT), None);
    }

    #[test]
    fn a_reply_settles_only_its_own_call_on_its_own_socket() {
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
    fn a_call_whose_time_is_over_takes_no_reply() {
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
    fn a_turn_that_loops_runs_out_of_calls() {
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
