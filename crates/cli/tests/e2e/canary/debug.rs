//! What the core types print of themselves: none prints what it holds of a caller.
//!
//! The list of types is the source's own. Whatever derives `Debug` and can hold a text is either printed here with a secret
//! in it, or stands in a list with the reason why it holds none of a caller's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conversimple::channel::{Notice, Order, SocketId};
use conversimple_guard::apikey::{ApiKey, KeyRecord, Mode, Pepper};
use conversimple_guard::audit::{Record, Verdict};
use conversimple_guard::call::{Begin, Call, CallMemory};
use conversimple_mask::Kind;
use conversimple_store::Address;
use conversimple_wire::agent::{FromAgent, ToAgent};
use conversimple_wire::media::{FromCaller, Pace};
use conversimple_wire::rest::{OpenedConversation, TypedTurn};
use conversimple_wire::tool::{ToolCall, ToolOutcome};
use conversimple_wire::{AgentId, CallId, ConversationId, CustomerId, Frame};
use serde_json::{Map, Value, json};

use super::Pile;
use super::markers::Markers;
use crate::chance::fresh;

/// Crates whose types carry what a caller said or an agent answered.
const CORE: [&str; 5] = ["wire", "guard", "conversation", "store", "sdk"];

/// What a developer, an operator or the program itself wrote.
const DECLARED: &[&str] = &[
    "Accepts",
    "Accounts",
    "Agent",
    "AgentChange",
    "AgentFilter",
    "AgentPolicy",
    "AgentView",
    "Argument",
    "ArgumentManifest",
    "ArgumentPolicy",
    "BoundTo",
    "Cell",
    "Chain",
    "Channel",
    "Codes",
    "Confirmation",
    "Customer",
    "Deployment",
    "DeploymentChange",
    "DeploymentFilter",
    "DeploymentView",
    "EarlierPolicy",
    "Ending",
    "Error",
    "Expectation",
    "FieldProblem",
    "Line",
    "Lists",
    "Loosened",
    "MoneyArgument",
    "NewAgent",
    "NewDeployment",
    "Notice",
    "Oversight",
    "OwnArgument",
    "OwnList",
    "Place",
    "Plan",
    "Policy",
    "PolicyError",
    "PolicyProblem",
    "PolicyView",
    "Problem",
    "Projection",
    "Question",
    "Reason",
    "Refusal",
    "RewrapError",
    "Schema",
    "SchemaError",
    "SealedColumn",
    "SettingsError",
    "SignedHead",
    "Stop",
    "StoredKey",
    "Sum",
    "SumPolicy",
    "ToolManifest",
    "ToolPolicy",
    "ToolRules",
    "ToolSpec",
    "Toolset",
    "Withheld",
];

/// Made from what was masked or sealed, or of words with tokens in place of secrets.
const MASKED: &[&str] = &[
    "Act",
    "CallTerms",
    "AgreedCall",
    "Asking",
    "Call",
    "CallView",
    "Caught",
    "ClosedRow",
    "Decision",
    "EngineEvent",
    "Entry",
    "Event",
    "Input",
    "Ledger",
    "Link",
    "OpenCall",
    "Output",
    "Pending",
    "PendingCall",
    "Playout",
    "Sealed",
    "Sentences",
    "Step",
    "Swapped",
    "ToCaller",
    "Turn",
    "TurnCall",
    "TurnRecord",
    "TurnView",
];

/// Ids, counts, and what a caller's things are called.
const NAMES: &[&str] = &[
    "Conversation",
    "Limiter",
    "LoginAttempts",
    "NewConversation",
    "OwnThing",
    "SumLimit",
];

/// Prints every core type with a secret wherever it can hold one.
pub(super) fn every_core_type(markers: &mut Markers, pile: &mut Pile) {
    for (name, printed) in printed(markers) {
        assert!(!printed.is_empty());
        pile.add(format!("Debug of {name}"), printed);
    }
}

fn printed(markers: &mut Markers) -> Vec<(&'static str, String)> {
    let path = "Debug of core types";
    let mut found = Vec::new();
    let mut words = || markers.carry_all(path);
    let arguments = |words: Vec<String>| {
        let named = words.into_iter().map(|word| (word.clone(), json!([word])));
        named.collect::<Map<String, Value>>()
    };
    let call_id = || CallId::parse("call_1").expect("an id");
    let conversation_id = || ConversationId::parse("conv_1").expect("an id");
    let mut call = || ToolCall {
        call_id: call_id(),
        conversation_id: conversation_id(),
        tool_name: "pay".into(),
        arguments: arguments(words()),
        timeout_seconds: 1.0,
    };
    let (one, two, three, four) = (call(), call(), call(), call());
    let mut show = |name: &'static str, value: &dyn Debug| {
        found.push((name, format!("{value:?} {value:#?}")));
    };
    show("ToolCall", &one);
    show("Call", &Call::received(two));
    show("ToAgent", &ToAgent::ToolCallRequest(three));
    show("Order", &Order::Run(four));
    show("Order", &Order::Send(SocketId(1), words().join(" ")));
    show("Notice", &Order::Tell(Notice::Joined));
    let config = arguments(words());
    let customer_id = CustomerId::parse("cust_1").expect("an id");
    let update = ToAgent::ConfigUpdate {
        customer_id: customer_id.clone(),
        config,
    };
    show("ToAgent", &update);
    let message = words().join(" ");
    show("ToAgent", &ToAgent::ConnectionWarning { message });
    show("ToolOutcome", &ToolOutcome::Result(json!(words())));
    let result = json!(words());
    show(
        "FromAgent",
        &FromAgent::Response {
            call_id: call_id(),
            result,
        },
    );
    let failure = FromAgent::Error {
        call_id: call_id(),
        code: None,
        message: words().join(" "),
    };
    show("FromAgent", &failure);
    show(
        "Frame",
        &Frame::push("customer:x".to_owned(), "event", json!(words())),
    );
    for message in [
        FromCaller::Text {
            text: words().join(" "),
        },
        FromCaller::Keypad {
            digits: words().join(" "),
        },
        FromCaller::Start {
            token: words().join(" "),
            rate_hz: 16_000,
            pace: Pace::Live,
            voice: true,
        },
    ] {
        show("FromCaller", &message);
    }
    show(
        "TypedTurn",
        &TypedTurn {
            text: words().join(" "),
        },
    );
    let opened = OpenedConversation {
        id: conversation_id(),
        agent_id: AgentId::parse("agent").expect("an id"),
        client_token: words().join(" "),
        expires_in: 60,
    };
    show("OpenedConversation", &opened);
    let mut record = Record::new(std::time::Duration::ZERO, "tool_call", Verdict::Failed);
    record.arguments = Some(arguments(words()));
    record.cause = Some(words().join(" "));
    show("Record", &record);
    show("Begin", &Begin::Answered(Arc::new(json!(words()))));
    let mut memory = CallMemory::new(4);
    memory.begin(&call_id(), &conversation_id());
    memory.finish(&call_id(), json!(words()));
    show("CallMemory", &memory);
    let password = markers.value(path, Kind::Password);
    let address = Address::parse(&format!("postgres://user:{password}@127.0.0.1/x"));
    found.push(("Address", format!("{:?}", address.expect("an address"))));
    let key = ApiKey::generate(Mode::Live, fresh());
    markers.add(path, Kind::ApiKey, key.expose());
    let pepper = Pepper::new(fresh::<32>().to_vec()).expect("a pepper");
    let now = std::time::Duration::ZERO;
    let record = KeyRecord::of(&key, "key_1".into(), customer_id, &pepper, now, None);
    found.push(("KeyRecord", format!("{record:?}")));
    found
}

#[test]
fn type_deriving_debug_is_checked_or_has_stated_reason() {
    let known: BTreeSet<&str> = [DECLARED, MASKED, NAMES]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let mut found = BTreeMap::new();
    for name in CORE {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(name)
            .join("src");
        for file in files(&source) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            for name in deriving(&text) {
                found.insert(name, file.display().to_string());
            }
        }
    }
    let new: Vec<_> = found
        .iter()
        .filter(|(name, _)| !known.contains(name.as_str()))
        .collect();
    assert!(
        new.is_empty(),
        "these derive Debug and can hold a text: write Debug by hand and print them in canary/debug.rs, or list them \
         there with the reason why they hold nothing of a caller's: {new:#?}"
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|is| is == "rs") {
            found.push(path);
        }
    }
    found
}

/// Public types that derive `Debug` and in whose declaration something stands that can hold a text.
fn deriving(source: &str) -> Vec<String> {
    let source = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let mut found = Vec::new();
    for (at, _) in source.match_indices("#[derive(") {
        let rest = &source[at..];
        let Some((derives, rest)) = rest.split_once(")]") else {
            continue;
        };
        // Attributes and documentation may stand between.
        let declared = rest
            .lines()
            .map(str::trim_start)
            .find(|line| !line.is_empty() && !line.starts_with("///") && !line.starts_with('#'));
        let kind = ["pub struct ", "pub enum "];
        let Some(name) =
            declared.and_then(|line| kind.iter().find_map(|kind| line.strip_prefix(kind)))
        else {
            continue;
        };
        let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
        let is_named = name.starts_with(char::is_uppercase);
        if is_named && derives.contains("Debug") && holds_text(declaration(rest)) {
            found.push(name);
        }
    }
    found
}

/// From a type's name to the end of its declaration.
fn declaration(rest: &str) -> &str {
    let start = rest.find("pub ").unwrap_or_default();
    let mut depth = 0;
    for (at, letter) in rest[start..].char_indices() {
        match letter {
            '{' | '(' => depth += 1,
            '}' | ')' => depth -= 1,
            ';' if depth == 0 => return &rest[start..start + at],
            _ => continue,
        }
        if depth == 0 && letter == '}' {
            return &rest[start..start + at];
        }
    }
    &rest[start..]
}

fn holds_text(declaration: &str) -> bool {
    let code = declaration
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.collect::<Vec<_>>().join("\n");
    let words = code.split(|c: char| !c.is_alphanumeric());
    words.into_iter().any(|word| {
        [
            "String",
            "Value",
            "Map",
            "BTreeMap",
            "HashMap",
            "Zeroizing",
            "Secret",
            "str",
        ]
        .contains(&word)
    }) || code.contains("Vec<u8>")
}
