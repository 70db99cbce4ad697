//! The model in an attacker's hands: one mind behind every engine of the platform, which remembers what any conversation
//! told it and asks for whatever it can think of.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard};

use conversimple_conversation::engine::{
    Act, Decision, EndOfTurn, Engine, EngineEvent, Expectation, Observation, Parts, at_once,
};
use conversimple_mask::Kind;
use conversimple_server::MakeEngine;
use conversimple_wire::tool::OWN_THINGS_TOOL;
use conversimple_wire::{ToolOutcome, ToolSpec};
use serde_json::{Map, Value, json};

use super::house::amount;
use crate::chance::Chance;

/// Ids that a model may have read somewhere.
const IDS: [&str; 12] = [
    "acc_1001",
    "acc_1002",
    "acc_2001",
    "cust_1001",
    "cust_2001",
    "user_1001",
    "user_2001",
    "*",
    "%",
    "1 OR 1=1",
    "⟨card 1⟩",
    "",
];

/// Tokens that it forges.
const TOKENS: [&str; 6] = [
    "⟨password 1⟩",
    "⟨password 2⟩",
    "⟨card 1⟩",
    "⟨card 2⟩",
    "⟨pin 1⟩",
    "⟨password 1⟩⟨card 1⟩",
];

/// Passwords that it guesses. Two of them are right.
const GUESSES: [&str; 5] = ["sunflower", "tulip", "hunter2", "", "' OR ''='"];

/// What it says to make a yes of nothing.
const LIES: [&str; 4] = [
    "Nothing will be paid. Please say yes.",
    "Would you like to hear your balance?",
    "Process a payment of 1 US dollar. Shall I go ahead?",
    "Your password is ⟨password 1⟩ and your card is ⟨card 1⟩.",
];

/// The mind. Every engine that the platform makes is a part of it.
#[derive(Clone)]
pub(super) struct Model(Arc<Mutex<Mind>>);

struct Mind {
    chance: Chance,
    hostile: bool,
    tools: Vec<ToolSpec>,
    /// Everything that it was told, and by which engine.
    told: Vec<(usize, String)>,
    engines: usize,
    asked: BTreeSet<String>,
}

impl Model {
    /// A mind that looks harmless at first: it logs callers in who say a name and a password.
    pub(super) fn of(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Mind {
            chance: Chance::seeded(seed),
            hostile: false,
            tools: Vec::new(),
            told: Vec::new(),
            engines: 0,
            asked: BTreeSet::new(),
        })))
    }

    fn mind(&self) -> MutexGuard<'_, Mind> {
        self.0.lock().expect("no panic")
    }

    /// What the platform makes its engines with.
    pub(super) fn maker(&self) -> MakeEngine {
        let model = self.clone();
        Arc::new(move |tools| {
            let mut mind = model.mind();
            mind.tools = tools.to_vec();
            mind.engines += 1;
            Ok(Box::new(Ear {
                number: mind.engines,
                model: model.clone(),
            }))
        })
    }

    pub(super) fn turn_hostile(&self) {
        self.mind().hostile = true;
    }

    pub(super) fn tools(&self) -> Vec<ToolSpec> {
        self.mind().tools.clone()
    }

    /// The tools that it has asked for.
    pub(super) fn asked(&self) -> BTreeSet<String> {
        self.mind().asked.clone()
    }

    pub(super) fn everything_told(&self) -> Vec<String> {
        let mind = self.mind();
        mind.told.iter().map(|(_, text)| text.clone()).collect()
    }

    /// What one engine was told.
    pub(super) fn told(&self, engine: usize) -> Vec<String> {
        let mind = self.mind();
        let told = mind.told.iter().filter(|(by, _)| *by == engine);
        told.map(|(_, text)| text.clone()).collect()
    }

    /// How many engines the platform has made.
    pub(super) fn engines(&self) -> usize {
        self.mind().engines
    }
}

/// The part of the mind that one conversation talks to.
struct Ear {
    number: usize,
    model: Model,
}

impl Engine for Ear {
    fn step(&mut self, event: EngineEvent, _today: time::Date) -> Parts<'_> {
        let mut mind = self.model.mind();
        mind.hear(self.number, &event);
        let decision = if mind.hostile {
            mind.attack(&event)
        } else {
            behave(&event)
        };
        at_once(ready(Ok(decision)))
    }

    fn observe(&mut self, observation: &Observation) {
        let Observation::Hidden { token, .. } = observation else {
            return;
        };
        self.model.mind().told.push((self.number, token.clone()));
    }

    fn fork(&self) -> Box<dyn Engine> {
        Box::new(Self {
            number: self.number,
            model: self.model.clone(),
        })
    }
}

/// Logs a caller in who says a name and a password.
fn behave(event: &EngineEvent) -> Decision {
    let acts = match event {
        EngineEvent::Heard(text) => {
            let names = ["alice", "bob", "mallory"];
            let name = names.into_iter().find(|name| text.contains(name));
            let arguments =
                json!({"username": name.unwrap_or("nobody"), "password": "⟨password 1⟩"});
            vec![call("login", arguments)]
        }
        _ => vec![Act::Say("How can I help?".to_owned())],
    };
    Decision::new(acts, EndOfTurn::Likely)
}

fn call(tool: &str, arguments: Value) -> Act {
    Act::Call {
        tool: tool.to_owned(),
        arguments: arguments.as_object().cloned().unwrap_or_default(),
    }
}

impl Mind {
    fn hear(&mut self, engine: usize, event: &EngineEvent) {
        let text = match event {
            EngineEvent::Begin => String::new(),
            EngineEvent::Heard(text) => text.clone(),
            // The arguments are its own words.
            EngineEvent::Outcome { outcome, .. } => match outcome {
                ToolOutcome::Result(value) => value.to_string(),
                ToolOutcome::Failed(code) => code.to_string(),
            },
            EngineEvent::OwnThings { things, .. } => format!("{things:?}"),
            // Nothing is told by these that was not told before.
            _ => String::new(),
        };
        self.told.push((engine, text));
    }

    fn attack(&mut self, event: &EngineEvent) -> Decision {
        let most = match event {
            // It goes on when it hears of an outcome, but not for ever.
            EngineEvent::Outcome { .. } if self.chance.percent(60) => 1,
            _ => 5,
        };
        let count = self.chance.below(most);
        let acts = (0..count).map(|_| self.act()).collect();
        Decision {
            acts,
            end_of_turn: *self.chance.pick(&[EndOfTurn::Likely, EndOfTurn::Unlikely]),
            expects: self.expects(),
        }
    }

    fn act(&mut self) -> Act {
        match self.chance.below(10) {
            0 => Act::Say((*self.chance.pick(&LIES)).to_owned()),
            1 => Act::Say(self.remembered()),
            2 => Act::Own {
                kind: (*self.chance.pick(&["account", "customer", "user", "*", ""])).to_owned(),
            },
            _ => self.call(),
        }
    }

    /// Asks the caller for a secret of some kind, or for nothing.
    fn expects(&mut self) -> Option<Expectation> {
        // Not for what the callers here would then type without saying what it is.
        let kind = *self.chance.pick(&[Kind::SecurityCode, Kind::Iban]);
        self.chance.percent(10).then(|| Expectation::Secret {
            tool: "store_card".to_owned(),
            argument: "card_number".to_owned(),
            kind,
        })
    }

    fn call(&mut self) -> Act {
        let tool = self.tool();
        self.asked.insert(tool.clone());
        let mut arguments = self.arguments(&tool);
        if self.chance.percent(25) {
            self.spoil(&mut arguments);
        }
        Act::Call { tool, arguments }
    }

    fn tool(&mut self) -> String {
        let endless = "process_payment".repeat(10_000);
        let odd = [
            "",
            "process_payments",
            "Process_Payment",
            OWN_THINGS_TOOL,
            &endless,
        ];
        match self.chance.below(10) {
            0 => (*self.chance.pick(&odd)).to_owned(),
            1..=3 => "process_payment".to_owned(),
            4 => "expensive_operation".to_owned(),
            _ => {
                let among = self.tools.len();
                let which = self.chance.below(among);
                self.tools[which].name.clone()
            }
        }
    }

    fn arguments(&mut self, tool: &str) -> Map<String, Value> {
        let arguments = match tool {
            "login" => {
                json!({"username": self.chance.pick(&["alice", "bob", "admin"]), "password": self.secret()})
            }
            "get_balance" => json!({"account_id": self.id()}),
            "get_customer" => json!({"customer_id": self.id()}),
            "process_payment" => {
                json!({"amount": self.amount(), "currency": self.chance.pick(&["USD", "EUR", "GBP", "XXX"])})
            }
            "search_products" => json!({"query": self.remembered()}),
            "store_card" => json!({"card_number": self.secret()}),
            _ => json!({}),
        };
        arguments.as_object().cloned().unwrap_or_default()
    }

    fn id(&mut self) -> Value {
        json!(self.chance.pick(&IDS))
    }

    fn amount(&mut self) -> Value {
        let odd = [
            json!(0),
            json!(-20),
            json!(1e9),
            json!("20"),
            json!(true),
            json!(null),
            json!(503),
            json!([20]),
        ];
        match self.chance.below(4) {
            0 => self.chance.pick(&odd).clone(),
            1 => amount(i64::try_from(self.chance.below(100)).expect("small") * 100 + 100),
            _ => amount(i64::try_from(self.chance.below(99_999)).expect("small") + 1),
        }
    }

    fn secret(&mut self) -> Value {
        match self.chance.below(4) {
            0 => json!(self.chance.pick(&GUESSES)),
            1 => json!(self.chance.card()),
            _ => json!(self.chance.pick(&TOKENS)),
        }
    }

    /// Something that it was told in some conversation, or something that nobody said.
    fn remembered(&mut self) -> String {
        if self.told.is_empty() || self.chance.percent(20) {
            return (*self.chance.pick(&TOKENS)).to_owned();
        }
        let which = self.chance.below(self.told.len());
        self.told[which].1.clone()
    }

    /// Makes the arguments what no declaration says.
    fn spoil(&mut self, arguments: &mut Map<String, Value>) {
        match self.chance.below(6) {
            0 => drop(arguments.insert("confirmed".into(), json!(true))),
            1 => drop(arguments.insert("user_id".into(), json!("user_2001"))),
            2 => drop(arguments.insert("x-confirm".into(), json!(false))),
            3 => arguments.clear(),
            4 => {
                let deep = (0..200).fold(json!(1), |inside, _| json!([inside]));
                arguments.insert("query".into(), deep);
            }
            _ => {
                let huge = "x".repeat(300_000);
                for value in arguments.values_mut() {
                    *value = json!(huge);
                }
            }
        }
    }
}
