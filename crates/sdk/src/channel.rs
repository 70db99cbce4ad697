//! The agent's side of the platform socket as one state machine: when to connect, join, beat, register, answer, try
//! again and give up.
//!
//! It owns no socket and no clock. Whoever drives it reports what happened (`opened`, `received`, `closed`, `answered`,
//! `renew`, `tick`) and carries out the orders it polls. A new key and a lost connection are the same to it: another socket is
//! opened beside what is left of the old one, and takes over once it has joined. Whether a call may run is decided by
//! the guard behind `Order::Run`, not here; here it is decided that it runs once, and only for a conversation that
//! this agent holds.

mod address;
mod calls;
mod ending;
mod ledger;
mod order;

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use conversimple_wire::agent::{FromAgent, ToAgent};
use conversimple_wire::{CallId, Code, ConversationId, Form, Frame};
use serde_json::Value;

pub use ending::{Backoff, Ending, Stop};
use ledger::Ledger;
pub use order::{Moment, Notice, Order, Plan, SocketId};

/// Most conversations that one agent process holds at a time.
pub const CONVERSATIONS_LIMIT: usize = 16_384;

/// How long a socket may take to open and to join.
const JOIN_LIMIT: Duration = Duration::from_secs(20);

/// How long an old socket is kept for calls that still run on it: the longest that a call may take.
const DRAIN_LIMIT: Duration = Duration::from_secs(300);

/// A platform may be silent for this long at least, however often the agent says that it is alive.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// A connection that held for this long was a good one: the next pause is short again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Socket {
    id: SocketId,
    since: Duration,
    joined_since: Option<Duration>,
    join_reference: Option<String>,
    heard: Duration,
    beat: Duration,
    leaving: bool,
}

/// The state machine.
#[derive(Debug)]
pub struct Channel {
    plan: Plan,
    /// The socket that has joined and is used.
    current: Option<Socket>,
    /// The socket that is to take over.
    next: Option<Socket>,
    /// The socket that was taken over from and still owes answers.
    old: Option<Socket>,
    retry_at: Option<Duration>,
    attempt: u32,
    held: HashSet<ConversationId>,
    /// The newest registration of each conversation, by its reference.
    registrations: HashMap<ConversationId, String>,
    ledger: Ledger,
    counter: u64,
    orders: VecDeque<Order>,
    stopped: bool,
}

impl Channel {
    /// An agent that has just started; its first order opens a socket.
    pub fn new(plan: Plan, moment: Moment) -> Self {
        let mut channel = Self {
            plan,
            current: None,
            next: None,
            old: None,
            retry_at: None,
            attempt: 0,
            held: HashSet::new(),
            registrations: HashMap::new(),
            ledger: Ledger::default(),
            counter: 0,
            orders: VecDeque::new(),
            stopped: false,
        };
        channel.open(moment.now);
        channel
    }

    /// The next order. Ask until there is none.
    pub fn poll(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// When `tick` wants to be called at the latest.
    pub fn wake_at(&self) -> Option<Duration> {
        let beat = self.current.as_ref().map(|s| s.beat);
        let join = self.next.as_ref().map(|s| s.since + JOIN_LIMIT);
        let drain = self
            .old
            .as_ref()
            .and_then(|s| s.joined_since)
            .map(|taken_over| taken_over + DRAIN_LIMIT);
        [beat, join, drain, self.retry_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// How many conversations this agent holds.
    pub fn conversations(&self) -> usize {
        self.held.len()
    }

    /// A socket is open: join on it.
    pub fn opened(&mut self, socket: SocketId, moment: Moment) {
        let Some(next) = self.next.as_mut().filter(|s| s.id == socket) else {
            self.orders.push_back(Order::Close(socket));
            return;
        };
        next.heard = moment.now;
        let reference = reference(&mut self.counter);
        next.join_reference = Some(reference.clone());
        let join = FromAgent::Join {
            agents: self.plan.agents.clone(),
        };
        let text = frame(
            &self.plan.topic,
            Some(&reference),
            &reference,
            join.write(None),
        );
        self.orders.push_back(Order::Send(socket, text));
    }

    /// A text came in.
    pub fn received(&mut self, socket: SocketId, text: &str, moment: Moment) {
        let Some(known) = self.socket(socket) else {
            return;
        };
        known.heard = moment.now;
        match Frame::parse(text) {
            Ok((frame, _)) => self.frame(socket, &frame, text, moment),
            Err(_) => self.unreadable(socket, text),
        }
    }

    /// A socket is gone, or never came about.
    pub fn closed(&mut self, socket: SocketId, ending: &Ending, moment: Moment) {
        if self.old.take_if(|s| s.id == socket).is_some() {
            return;
        }
        let lost = self.current.take_if(|s| s.id == socket);
        let failed = self.next.take_if(|s| s.id == socket);
        if self.stopped || (lost.is_none() && failed.is_none()) {
            return;
        }
        if let Some(stop) = ending.stop() {
            // A new key that is refused must not end a connection that works.
            if failed.is_some() && self.current.is_some() {
                self.orders.push_back(Order::Tell(Notice::KeyRefused(stop)));
            } else {
                self.stopped = true;
                self.orders.push_back(Order::Stop(stop));
            }
            return;
        }
        let good = lost
            .and_then(|s| s.joined_since)
            .is_some_and(|since| moment.now >= since + GOOD_AFTER);
        if good {
            self.attempt = 0;
        }
        if self.next.is_none() {
            self.retry(ending, moment);
        }
    }

    /// There is a new key: connect with it beside the old connection.
    pub fn renew(&mut self, moment: Moment) {
        if self.stopped {
            return;
        }
        if let Some(trying) = self.next.take() {
            self.orders.push_back(Order::Close(trying.id));
        }
        self.attempt = 0;
        self.open(moment.now);
    }

    /// A call was run: this is its answer.
    pub fn answered(&mut self, call: &CallId, answer: Value) {
        if let Some(address) = self.ledger.finish(call, answer) {
            let answer = (*address.answer).clone();
            self.answer(address.socket, &address.conversation, call, answer);
        }
        self.drain();
    }

    /// Time has passed.
    pub fn tick(&mut self, moment: Moment) {
        let now = moment.now;
        if self.retry_at.is_some_and(|at| at <= now) {
            self.open(now);
        }
        if let Some(late) = self.next.take_if(|s| s.since + JOIN_LIMIT <= now) {
            self.orders.push_back(Order::Close(late.id));
            self.retry(&Ending::Unreachable("timeout"), moment);
        }
        if let Some(old) = self.old.take_if(|s| {
            s.joined_since
                .is_none_or(|since| since + DRAIN_LIMIT <= now)
        }) {
            self.leave(&old);
        }
        self.beat(moment);
    }

    /// The agent is told to stop: say good-bye.
    pub fn shut(&mut self) {
        self.stopped = true;
        self.retry_at = None;
        for socket in [self.next.take(), self.old.take(), self.current.take()]
            .into_iter()
            .flatten()
        {
            self.leave(&socket);
        }
    }

    fn open(&mut self, now: Duration) {
        self.retry_at = None;
        self.counter += 1;
        let id = SocketId(self.counter);
        self.next = Some(Socket {
            id,
            since: now,
            joined_since: None,
            join_reference: None,
            heard: now,
            beat: now,
            leaving: false,
        });
        self.orders.push_back(Order::Open(id));
    }

    fn retry(&mut self, ending: &Ending, moment: Moment) {
        let own = self.plan.backoff.pause(self.attempt, moment.jitter);
        let pause = ending
            .retry_after()
            .map_or(own, |asked| asked.min(self.plan.backoff.most).max(own));
        self.attempt = self.attempt.saturating_add(1);
        self.retry_at = Some(moment.now + pause);
        let reason = ending.word();
        self.orders
            .push_back(Order::Tell(Notice::Retry { reason, pause }));
    }

    fn beat(&mut self, moment: Moment) {
        let Some(current) = self.current.as_mut().filter(|s| s.beat <= moment.now) else {
            return;
        };
        // The platform answers every heartbeat. Two of them without a word, and nobody is there.
        if moment.now >= current.heard + (self.plan.heartbeat * 2).max(SILENCE_LIMIT) {
            let id = current.id;
            self.orders.push_back(Order::Close(id));
            self.closed(id, &Ending::Lost, moment);
            return;
        }
        current.beat = moment.now + self.plan.heartbeat;
        let id = current.id;
        self.send(id, FromAgent::Heartbeat.write(None));
    }

    fn frame(&mut self, socket: SocketId, frame: &Frame, text: &str, moment: Moment) {
        if frame.event == "phx_reply" {
            self.reply(socket, frame, moment);
            return;
        }
        if self.next.as_ref().is_some_and(|s| s.id == socket) {
            return;
        }
        if matches!(frame.event.as_str(), "phx_close" | "phx_error")
            && frame.topic == self.plan.topic
        {
            self.orders.push_back(Order::Close(socket));
            self.closed(socket, &Ending::Lost, moment);
            return;
        }
        match ToAgent::read(frame) {
            Ok(message) => self.message(socket, message),
            Err(_) => match ready_alone(frame) {
                Some(conversation) => self.hold(socket, conversation),
                None => self.unreadable(socket, text),
            },
        }
    }

    fn reply(&mut self, socket: SocketId, frame: &Frame, moment: Moment) {
        let refused = frame.payload.get("status").and_then(Value::as_str) != Some("ok");
        let reason = || {
            let response = frame.payload.get("response");
            let reason = response
                .and_then(|r| r.get("reason"))
                .and_then(Value::as_str);
            reason
                .filter(|word| word.len() <= 64)
                .unwrap_or("refused")
                .to_owned()
        };
        // A platform that repeats no reference can only mean the one message that was sent.
        let joins = self.next.as_ref().is_some_and(|s| {
            s.id == socket
                && s.join_reference.is_some()
                && (frame.reference.is_none() || s.join_reference == frame.reference)
        });
        if joins && refused {
            self.orders.push_back(Order::Close(socket));
            self.closed(socket, &Ending::JoinRefused(reason()), moment);
        } else if joins {
            self.joined(moment);
        } else if refused {
            let reason = reason();
            let gone = (reason == Code::ConversationNotFound.as_str())
                .then(|| self.registered_by(frame.reference.as_deref()?))
                .flatten();
            match gone {
                Some(conversation) => self.over(conversation),
                None => {
                    let notice = Notice::RegistrationRefused(reason);
                    self.orders.push_back(Order::Tell(notice));
                }
            }
        }
    }

    /// The next socket takes over.
    fn joined(&mut self, moment: Moment) {
        let Some(mut socket) = self.next.take() else {
            return;
        };
        socket.joined_since = Some(moment.now);
        socket.beat = moment.now + self.plan.heartbeat;
        let id = socket.id;
        if let Some(mut before) = self.current.replace(socket) {
            before.joined_since = Some(moment.now);
            before.leaving = true;
            if let Some(older) = self.old.replace(before) {
                self.leave(&older);
            }
        }
        self.orders.push_back(Order::Tell(Notice::Joined));
        let mut held: Vec<_> = self.held.iter().cloned().collect();
        held.sort();
        for conversation in held {
            self.register(id, conversation);
        }
        self.drain();
    }

    /// Lets the old socket go once it owes no more answers.
    fn drain(&mut self) {
        let ledger = &self.ledger;
        if let Some(old) = self.old.take_if(|s| s.leaving && !ledger.awaited_on(s.id)) {
            self.leave(&old);
        }
    }

    fn leave(&mut self, socket: &Socket) {
        if socket.joined_since.is_some() {
            self.send_on(socket.id, FromAgent::Leave.write(None));
        }
        self.orders.push_back(Order::Close(socket.id));
    }

    /// Sends on a socket that is still there, and gives the message's reference.
    fn send(&mut self, socket: SocketId, message: (&str, Value)) -> Option<String> {
        self.socket(socket)?;
        Some(self.send_on(socket, message))
    }

    fn send_on(&mut self, socket: SocketId, message: (&str, Value)) -> String {
        let reference = reference(&mut self.counter);
        let text = frame(&self.plan.topic, None, &reference, message);
        self.orders.push_back(Order::Send(socket, text));
        reference
    }

    fn socket(&mut self, id: SocketId) -> Option<&mut Socket> {
        [&mut self.current, &mut self.next, &mut self.old]
            .into_iter()
            .flatten()
            .find(|s| s.id == id)
    }
}

fn reference(counter: &mut u64) -> String {
    *counter += 1;
    counter.to_string()
}

fn frame(
    topic: &str,
    join_reference: Option<&str>,
    reference: &str,
    (event, payload): (&str, Value),
) -> String {
    let mut frame = Frame::push(topic, event, payload);
    frame.join_ref = join_reference.map(str::to_owned);
    frame.reference = Some(reference.to_owned());
    frame.encode(Form::Object)
}

/// The conversation of a `conversation_ready` that says nothing else; the published client needs no more.
fn ready_alone(frame: &Frame) -> Option<ConversationId> {
    let id = frame.payload.get("conversation_id")?.as_str()?;
    (frame.event == "conversation_ready").then(|| ConversationId::parse(id).ok())?
}

#[cfg(test)]
mod tests;
