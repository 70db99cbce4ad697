//! The wire as it is, byte for byte: every message against a file that a reviewer reads.
//!
//! `UPDATE_GOLDEN=1 cargo nextest run -p conversimple-wire` writes the files anew; the difference is then for a person to judge.

use std::path::PathBuf;

use conversimple_wire::agent::{FromAgent, Lifecycle, ToAgent};
use conversimple_wire::frame::ReplyStatus;
use conversimple_wire::media::{FromCaller, Pace, ToCaller, TurnMillis};
use conversimple_wire::rest::{
    OpenConversation, OpenedConversation, Page, Problem, Success, TurnCall, TurnView,
};
use conversimple_wire::tool::{CallView, OwnThing, OwnThings, ToolCall};
use conversimple_wire::{
    AgentId, CallId, Code, ConversationId, CustomerId, Form, Frame, ToolSpec, TurnId,
};
use serde_json::{Map, Value, json};

/// Compares lines with a golden file.
fn check(name: &str, lines: &[String]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name);
    let text = lines.join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for (n, (now, then)) in text.lines().zip(golden.lines()).enumerate() {
        assert_eq!(now, then, "{name}, line {}", n + 1);
    }
    assert_eq!(text.lines().count(), golden.lines().count(), "{name}");
}

fn conversation() -> ConversationId {
    ConversationId::parse("conv_1").expect("an id")
}

fn call_id() -> CallId {
    CallId::parse("call_1").expect("an id")
}

fn agent() -> AgentId {
    AgentId::parse("shop").expect("an id")
}

fn customer() -> CustomerId {
    CustomerId::parse("cust_1").expect("an id")
}

fn arguments() -> Map<String, Value> {
    json!({"amount": 20, "currency": "USD"})
        .as_object()
        .cloned()
        .expect("an object")
}

fn tool() -> ToolSpec {
    ToolSpec {
        name: "get_balance".into(),
        description: "Get account balance".into(),
        parameters: json!({"type": "object", "properties": {
            "account_id": {"type": "string", "x-own": "account", "x-ask": "Which account?"}},
            "required": ["account_id"], "x-limit": "10/min"}),
    }
}

/// A message in both forms of the frame.
fn frames(event: &str, payload: Value) -> Vec<String> {
    let frame = Frame::push("customer:x", event, payload);
    [Form::Object, Form::Array]
        .map(|form| frame.encode(form))
        .into()
}

#[test]
fn platform_to_agent_messages_match_golden_file() {
    let messages = [
        ToAgent::ConversationReady {
            conversation_id: conversation(),
            agent_id: agent(),
            customer_id: customer(),
        },
        ToAgent::ConversationLifecycle {
            event: Lifecycle::Started,
            conversation_id: conversation(),
            timestamp: "2026-11-23T15:00:00Z".into(),
        },
        ToAgent::ConversationLifecycle {
            event: Lifecycle::Ended,
            conversation_id: conversation(),
            timestamp: "2026-11-23T15:00:00Z".into(),
        },
        ToAgent::ToolCallRequest(ToolCall {
            call_id: call_id(),
            conversation_id: conversation(),
            tool_name: "process_payment".into(),
            arguments: arguments(),
            timeout_seconds: 30.0,
        }),
        ToAgent::ConfigUpdate {
            customer_id: customer(),
            config: arguments(),
        },
        ToAgent::ConnectionWarning {
            message: "The key expires in 7 days.".into(),
        },
        ToAgent::ErrorNotification {
            error_type: "rate_limit_exceeded".into(),
            error_message: "Too many.".into(),
        },
    ];
    let mut lines = Vec::new();
    for message in messages {
        let (event, payload) = message.write();
        let written = frames(event, payload);
        for text in &written {
            let (frame, _) = Frame::parse(text).expect("a frame");
            assert_eq!(ToAgent::read(&frame).as_ref(), Ok(&message), "{text}");
        }
        lines.extend(written);
    }
    check("to_agent.jsonl", &lines);
}

#[test]
fn agent_to_platform_messages_match_golden_file() {
    let messages = [
        FromAgent::Join {
            agents: vec![agent()],
        },
        FromAgent::Heartbeat,
        FromAgent::RegisterTools {
            conversation_id: conversation(),
            tools: vec![tool()],
        },
        FromAgent::Response {
            call_id: call_id(),
            result: json!({"balance": 1250.0}),
        },
        FromAgent::Error {
            call_id: call_id(),
            code: Some("tool_timeout".into()),
            message: "late".into(),
        },
        FromAgent::Leave,
    ];
    let mut lines = Vec::new();
    for message in messages {
        let (event, payload) = message.write(Some(&conversation()));
        let written = frames(event, payload);
        for text in &written {
            let (frame, _) = Frame::parse(text).expect("a frame");
            assert_eq!(FromAgent::read(&frame).as_ref(), Ok(&message), "{text}");
        }
        lines.extend(written);
    }
    check("from_agent.jsonl", &lines);
}

#[test]
fn published_client_messages_are_parsed() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/published_client.jsonl");
    let text = std::fs::read_to_string(path).expect("what the published client sends");
    let read: Vec<FromAgent> = text
        .lines()
        .map(|line| FromAgent::read(&Frame::parse(line).expect(line).0).expect(line))
        .collect();
    assert!(matches!(&read[0], FromAgent::Join { agents } if agents.is_empty()));
    assert!(
        matches!(&read[1], FromAgent::RegisterTools { tools, .. } if tools[0].name == "get_weather")
    );
    assert!(matches!(&read[2], FromAgent::Response { result, .. } if result["temperature"] == 21));
    assert!(
        matches!(&read[3], FromAgent::Error { code: None, message, .. } if !message.is_empty())
    );
    assert_eq!(read[4], FromAgent::Heartbeat);
}

#[test]
fn reply_frames_match_golden_file() {
    let (join, _) = Frame::parse(r#"["1","2","customer:x","phx_join",{}]"#).expect("a frame");
    let replies = [
        join.reply(ReplyStatus::Ok, json!({})),
        join.reply(
            ReplyStatus::Error,
            json!({"reason": Code::Unauthorized.as_str()}),
        ),
    ];
    let lines: Vec<String> = replies
        .iter()
        .flat_map(|reply| [Form::Object, Form::Array].map(|form| reply.encode(form)))
        .collect();
    check("replies.jsonl", &lines);
}

#[test]
fn media_socket_messages_match_golden_file() {
    let from = [
        FromCaller::Start {
            token: "once".into(),
            rate_hz: 16_000,
            pace: Pace::Live,
            voice: true,
        },
        FromCaller::Text {
            text: "hello".into(),
        },
        FromCaller::Keypad {
            digits: "12#".into(),
        },
        FromCaller::Played { samples: 320 },
        FromCaller::Stop,
    ];
    let millis = TurnMillis {
        transcript: Some(60.0),
        decision: Some(75.0),
        to_first_audio: None,
    };
    let view = CallView {
        call_id: call_id(),
        turn: TurnId(1),
        name: "get_balance".into(),
        arguments: json!({"account_id": "acc_1"}),
        verdict: Some("allowed".into()),
        millis: Some(0.5),
    };
    let to = [
        ToCaller::Ready {
            conversation_id: conversation(),
            rate_hz: 16_000,
            voice: true,
        },
        ToCaller::Speech { active: true },
        ToCaller::Heard {
            turn: TurnId(1),
            text: "hello".into(),
            is_final: true,
        },
        ToCaller::Rewritten {
            turn: TurnId(1),
            text: "⟨card 1⟩".into(),
        },
        ToCaller::Said {
            turn: TurnId(1),
            text: "Hello.".into(),
        },
        ToCaller::Tool(CallView {
            verdict: None,
            millis: None,
            ..view.clone()
        }),
        ToCaller::Tool(view),
        ToCaller::Expect {
            secret: Some("password".into()),
        },
        ToCaller::Expect { secret: None },
        ToCaller::Clear { turn: TurnId(1) },
        ToCaller::TurnEnd {
            turn: TurnId(1),
            millis,
        },
        ToCaller::TurnVoid { turn: TurnId(1) },
        ToCaller::Error {
            code: "overloaded".into(),
            message: Code::Overloaded.sentence().into(),
        },
        ToCaller::Ended,
    ];
    let write = |value: Result<String, serde_json::Error>| value.expect("it can be written");
    let mut lines: Vec<String> = from
        .iter()
        .map(|message| write(serde_json::to_string(message)))
        .collect();
    for (message, line) in from.iter().zip(&lines) {
        assert_eq!(
            serde_json::from_str::<FromCaller>(line).ok().as_ref(),
            Some(message)
        );
    }
    for message in &to {
        let line = write(serde_json::to_string(message));
        assert_eq!(
            serde_json::from_str::<ToCaller>(&line).ok().as_ref(),
            Some(message)
        );
        lines.push(line);
    }
    check("media.jsonl", &lines);
}

#[test]
fn rest_bodies_and_own_things_match_golden_file() {
    let view = TurnView {
        heard: "pay".into(),
        said: "Done.".into(),
        tool_calls: vec![TurnCall {
            name: "pay".into(),
            arguments: json!({}),
            verdict: "allowed".into(),
            millis: 1.0,
        }],
        millis: TurnMillis::default(),
    };
    let opened = OpenedConversation {
        id: conversation(),
        agent_id: agent(),
        client_token: "once".into(),
        expires_in: 60,
    };
    let own = OwnThings {
        things: vec![OwnThing {
            id: "acc_1".into(),
            names: vec!["checking".into()],
        }],
    };
    let lines = [
        json!(OpenConversation::default()),
        json!(opened),
        json!(Success::one(view)),
        json!(Success::page(
            Vec::<Value>::new(),
            Page {
                page: 1,
                per_page: 20,
                total_count: 0
            }
        )),
        json!(Problem::from(Code::AuthInvalidKey)),
        json!(own),
    ]
    .map(|value| value.to_string());
    check("rest.jsonl", &lines);
}

#[test]
fn code_table_matches_golden_file() {
    let lines: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("{code}\t{}", code.sentence()))
        .collect();
    check("codes.tsv", &lines);
}
