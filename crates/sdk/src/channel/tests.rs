//! The channel driven by hand: every order is looked at, no time passes but what a test says.

use super::*;
use conversimple_wire::{AgentId, ToolSpec};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);

/// A channel with a clock that the test turns.
struct Rig {
    channel: Channel,
    now: Duration,
}

impl Rig {
    fn start() -> Self {
        let plan = Plan {
            topic: "customer:x".into(),
            agents: vec![AgentId::parse("guide").expect("an id")],
            tools: vec![ToolSpec {
                name: "get_weather".into(),
                description: "Weather".into(),
                parameters: json!({"type": "object"}),
            }],
            heartbeat: SECOND * 30,
            backoff: Backoff::default(),
        };
        let now = Duration::ZERO;
        let channel = Channel::new(plan, Moment { now, jitter: 0.5 });
        Self { channel, now }
    }

    /// A rig that has joined on its first socket.
    fn joined() -> (Self, SocketId) {
        let mut rig = Self::start();
        let socket = rig.opening();
        rig.join(socket);
        (rig, socket)
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            jitter: 0.5,
        }
    }

    fn orders(&mut self) -> Vec<Order> {
        std::iter::from_fn(|| self.channel.poll()).collect()
    }

    fn opening(&mut self) -> SocketId {
        match self.orders().as_slice() {
            [.., Order::Open(socket)] => *socket,
            other => panic!("no socket is opened: {other:?}"),
        }
    }

    fn join(&mut self, socket: SocketId) {
        self.channel.opened(socket, self.moment());
        let sent = sent(&self.orders());
        let [(_, join)] = sent.as_slice() else {
            panic!("no join: {sent:?}")
        };
        assert_eq!(join.event, "phx_join");
        assert_eq!(join.payload, json!({"agent_ids": ["guide"]}));
        let reply = join.reply(conversimple_wire::frame::ReplyStatus::Ok, json!({}));
        self.receive(socket, &reply.encode(Form::Array));
    }

    fn receive(&mut self, socket: SocketId, text: &str) {
        self.channel.received(socket, text, self.moment());
    }

    fn push(&mut self, socket: SocketId, event: &str, payload: Value) {
        let frame = Frame::push("customer:x", event, payload);
        self.receive(socket, &frame.encode(Form::Object));
    }

    fn begin(&mut self, socket: SocketId, conversation: &str) {
        let payload =
            json!({"conversation_id": conversation, "agent_id": "guide", "customer_id": "cust_1"});
        self.push(socket, "conversation_ready", payload);
    }

    fn call(&mut self, socket: SocketId, call: &str, conversation: &str) {
        let payload = json!({"call_id": call, "conversation_id": conversation, "tool_name": "get_weather",
                             "arguments": {"city": "Oslo"}, "timeout_seconds": 30});
        self.push(socket, "tool_call_request", payload);
    }

    fn close(&mut self, socket: SocketId, ending: Ending) {
        self.channel.closed(socket, &ending, self.moment());
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        self.channel.tick(self.moment());
    }
}

fn sent(orders: &[Order]) -> Vec<(SocketId, Frame)> {
    let frames = orders.iter().filter_map(|order| match order {
        Order::Send(socket, text) => Some((*socket, Frame::parse(text).expect("a frame").0)),
        _ => None,
    });
    frames.collect()
}

fn events(orders: &[Order]) -> Vec<(SocketId, String)> {
    sent(orders)
        .into_iter()
        .map(|(socket, frame)| (socket, frame.event))
        .collect()
}

fn answers(orders: &[Order]) -> Vec<Value> {
    let frames = sent(orders).into_iter();
    frames
        .filter(|(_, frame)| frame.event == "tool_call_response")
        .map(|(_, frame)| frame.payload["result"].clone())
        .collect()
}

#[test]
fn conversation_from_either_start_message_registers_once() {
    let ready = json!({"conversation_id": "v1", "agent_id": "guide", "customer_id": "cust_1"});
    let started = json!({"conversation_id": "v1", "event": "started", "timestamp": "now"});
    let (mut rig, socket) = Rig::joined();
    rig.orders();
    rig.push(
        socket,
        "conversation_ready",
        json!({"conversation_id": "v1"}),
    );
    assert_eq!(events(&rig.orders()).len(), 1);
    for first in [true, false] {
        let (mut rig, socket) = Rig::joined();
        rig.orders();
        let (one, other) = (
            ("conversation_ready", ready.clone()),
            ("conversation_lifecycle", started.clone()),
        );
        let (one, other) = if first { (one, other) } else { (other, one) };
        rig.push(socket, one.0, one.1);
        let orders = rig.orders();
        assert_eq!(
            events(&orders),
            [(socket, "register_conversation_tools".to_owned())]
        );
        assert_eq!(
            sent(&orders)[0].1.payload["tools"][0]["name"],
            "get_weather"
        );
        rig.push(socket, other.0, other.1);
        assert_eq!(rig.orders(), []);
    }
}

#[test]
fn repeated_call_runs_once_and_answer_is_resent() {
    let (mut rig, socket) = Rig::joined();
    rig.begin(socket, "v1");
    rig.orders();
    rig.call(socket, "c1", "v1");
    rig.call(socket, "c1", "v1");
    let orders = rig.orders();
    assert!(
        matches!(orders.as_slice(), [Order::Run(call)] if call.tool_name == "get_weather"),
        "{orders:?}"
    );
    let call = CallId::parse("c1").expect("an id");
    rig.channel.answered(&call, json!({"sky": "grey"}));
    rig.call(socket, "c1", "v1");
    assert_eq!(
        answers(&rig.orders()),
        [json!({"sky": "grey"}), json!({"sky": "grey"})]
    );
}

#[test]
fn call_for_unknown_or_ended_conversation_is_refused() {
    let (mut rig, socket) = Rig::joined();
    rig.begin(socket, "v1");
    rig.orders();
    rig.call(socket, "c1", "v2");
    assert_eq!(answers(&rig.orders())[0]["error"], "unauthorized");
    let ended = json!({"conversation_id": "v1", "event": "conversation_ended"});
    rig.push(socket, "conversation_lifecycle", ended);
    assert_eq!(
        rig.orders(),
        [Order::Ended(ConversationId::parse("v1").expect("an id"))]
    );
    rig.call(socket, "c2", "v1");
    assert_eq!(answers(&rig.orders())[0]["error"], "unauthorized");
}

#[test]
fn unreadable_call_is_refused_under_its_call_id() {
    let (mut rig, socket) = Rig::joined();
    rig.begin(socket, "v1");
    rig.orders();
    for (i, arguments) in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":NaN}"#,
        r#"{"a":"\ud800"}"#,
        "[]",
        &"[".repeat(40),
    ]
    .iter()
    .enumerate()
    {
        let text = format!(
            r#"{{"topic":"customer:x","event":"tool_call_request","payload":{{"call_id":"c{i}","conversation_id":"v1","tool_name":"get_weather","arguments":{arguments}}}}}"#
        );
        rig.receive(socket, &text);
        assert_eq!(
            answers(&rig.orders())[0]["error"],
            "invalid_parameters",
            "{arguments}"
        );
    }
    rig.receive(socket, "no json at all");
    assert_eq!(rig.orders(), [Order::Tell(Notice::Unreadable)]);
}

#[test]
fn lost_connection_reopens_and_registers_all_conversations() {
    let (mut rig, socket) = Rig::joined();
    rig.begin(socket, "v1");
    rig.begin(socket, "v2");
    rig.call(socket, "c1", "v1");
    rig.orders();
    rig.close(socket, Ending::Lost);
    let reason = "connection_closed".to_owned();
    assert_eq!(
        rig.orders(),
        [Order::Tell(Notice::Retry {
            reason,
            pause: SECOND
        })]
    );
    rig.wait(SECOND / 2);
    assert_eq!(rig.orders(), []);
    rig.wait(SECOND / 2);
    let second = rig.opening();
    rig.join(second);
    let orders = rig.orders();
    let registered: Vec<_> = sent(&orders)
        .iter()
        .map(|(_, f)| f.payload["conversation_id"].clone())
        .collect();
    assert_eq!(registered, ["v1", "v2"]);
    rig.call(second, "c1", "v1");
    rig.channel
        .answered(&CallId::parse("c1").expect("an id"), json!({"sky": "grey"}));
    assert_eq!(
        events(&rig.orders()),
        [(second, "tool_call_response".to_owned())]
    );
}

#[test]
fn reconnect_pause_grows_and_honours_retry_after() {
    let mut rig = Rig::start();
    let mut pauses = Vec::new();
    for ending in [
        Ending::Unreachable("timeout"),
        Ending::Unreachable("timeout"),
        Ending::Refused {
            status: 503,
            code: None,
            retry_after: Some(SECOND * 20),
        },
        Ending::Lost,
    ] {
        let socket = rig.opening();
        rig.close(socket, ending);
        match rig.orders().as_slice() {
            [Order::Tell(Notice::Retry { pause, .. })] => pauses.push(pause.as_secs()),
            other => panic!("{other:?}"),
        }
        rig.wait(SECOND * 20);
    }
    assert_eq!(pauses, [1, 2, 20, 8]);
    let socket = rig.opening();
    rig.join(socket);
    rig.now += GOOD_AFTER;
    rig.orders();
    rig.close(socket, Ending::Lost);
    assert!(matches!(
        rig.orders().as_slice(),
        [Order::Tell(Notice::Retry { pause, .. })] if *pause == SECOND
    ));
}

#[test]
fn connection_permanently_refused_is_not_retried() {
    let mut rig = Rig::start();
    let socket = rig.opening();
    rig.close(
        socket,
        Ending::Refused {
            status: 401,
            code: Some("auth_invalid_key".into()),
            retry_after: None,
        },
    );
    assert!(
        matches!(rig.orders().as_slice(), [Order::Stop(stop)] if stop.code == "auth_invalid_key")
    );
    rig.wait(SECOND * 1000);
    assert_eq!(rig.orders(), []);
}

#[test]
fn renewed_key_takes_over_without_losing_call() {
    let (mut rig, first) = Rig::joined();
    rig.begin(first, "v1");
    rig.call(first, "c1", "v1");
    rig.orders();
    rig.channel.renew(rig.moment());
    let second = rig.opening();
    rig.join(second);
    assert_eq!(
        events(&rig.orders()),
        [(second, "register_conversation_tools".to_owned())]
    );
    rig.channel
        .answered(&CallId::parse("c1").expect("an id"), json!(1));
    let orders = rig.orders();
    assert_eq!(
        events(&orders),
        [
            (first, "tool_call_response".to_owned()),
            (first, "phx_leave".to_owned())
        ]
    );
    assert_eq!(orders.last(), Some(&Order::Close(first)));
}

#[test]
fn refused_new_key_leaves_old_connection_open() {
    let (mut rig, first) = Rig::joined();
    rig.orders();
    rig.channel.renew(rig.moment());
    let second = rig.opening();
    rig.close(
        second,
        Ending::Refused {
            status: 401,
            code: None,
            retry_after: None,
        },
    );
    assert!(matches!(
        rig.orders().as_slice(),
        [Order::Tell(Notice::KeyRefused(_))]
    ));
    rig.begin(first, "v1");
    assert_eq!(
        events(&rig.orders()),
        [(first, "register_conversation_tools".to_owned())]
    );
}

#[test]
fn silent_platform_after_heartbeat_is_disconnected() {
    let (mut rig, socket) = Rig::joined();
    rig.orders();
    rig.wait(SECOND * 30);
    assert_eq!(events(&rig.orders()), [(socket, "heartbeat".to_owned())]);
    rig.receive(
        socket,
        r#"{"topic":"customer:x","ref":"9","event":"phx_reply","payload":{"status":"ok"}}"#,
    );
    rig.wait(SECOND * 30);
    assert_eq!(events(&rig.orders()), [(socket, "heartbeat".to_owned())]);
    rig.wait(SECOND * 30);
    let orders = rig.orders();
    assert_eq!(orders[0], Order::Close(socket));
    assert!(matches!(orders[1], Order::Tell(Notice::Retry { .. })));
}

#[test]
fn socket_not_joined_in_time_is_closed() {
    let mut rig = Rig::start();
    let socket = rig.opening();
    rig.channel.opened(socket, rig.moment());
    rig.orders();
    assert_eq!(rig.channel.wake_at(), Some(JOIN_LIMIT));
    rig.wait(JOIN_LIMIT);
    assert_eq!(rig.orders()[0], Order::Close(socket));
}

#[test]
fn conversation_ended_while_disconnected_is_dropped() {
    let (mut rig, first) = Rig::joined();
    for conversation in ["v1", "v2"] {
        rig.begin(first, conversation);
    }
    rig.close(first, Ending::Lost);
    rig.wait(SECOND * 2);
    let second = rig.opening();
    rig.join(second);
    let registered = sent(&rig.orders());
    let refuse = |frame: &Frame, reason: &str| {
        let status = conversimple_wire::frame::ReplyStatus::Error;
        frame
            .reply(status, json!({"reason": reason}))
            .encode(Form::Object)
    };
    let [(_, one), (_, two)] = registered.as_slice() else {
        panic!("two registrations: {registered:?}")
    };
    rig.receive(second, &refuse(two, "overloaded"));
    assert!(matches!(
        rig.orders().as_slice(),
        [Order::Tell(Notice::RegistrationRefused(_))]
    ));
    rig.receive(second, &refuse(one, "conversation_not_found"));
    let gone = ConversationId::parse("v1").expect("an id");
    assert_eq!(rig.orders(), [Order::Ended(gone)]);
    rig.call(second, "c1", "v1");
    assert_eq!(answers(&rig.orders())[0]["error"], "unauthorized");
    // When the platform asks for it again, it is a new one.
    rig.begin(second, "v1");
    assert_eq!(rig.orders().len(), 2);
    assert_eq!(rig.channel.conversations(), 2);
}
