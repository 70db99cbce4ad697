//! An agent that has every fault an agent can have with a secret: in arguments, results, errors, panics and its own log
//! lines. It is this test's own program, started again as a process.

use std::fs::OpenOptions;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use conversimple::prelude::*;
use serde::{Deserialize, Serialize};

/// The variable that makes the test below an agent.
pub(super) const BE_AGENT: &str = "CANARY_BE_AGENT";

/// The name of the test below, as the harness knows it.
pub(super) const TEST: &str = "canary::agent::test_process_serves_when_started_as_agent";

/// The secrets that the agent itself has, told on standard input.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct Own {
    pub(super) result: Vec<String>,
    pub(super) error: Vec<String>,
    pub(super) panic: Vec<String>,
    pub(super) log: Vec<String>,
    pub(super) password: String,
    /// Where it notes what reached it.
    pub(super) witness: PathBuf,
}

struct Trouble(Own);

#[derive(Serialize)]
struct Diary {
    lines: Vec<String>,
    password: String,
}

#[derive(Serialize)]
struct Done {
    success: bool,
}

impl Trouble {
    fn saw(&self, what: &str, value: &str) {
        let line = format!("{}\n", testimony(what, value));
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.0.witness);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("the witness can write");
    }

    fn done(&self) -> Reply<Done> {
        Ok(Done { success: true })
    }
}

/// What the witness notes of a value: nothing from which it could be read.
pub(super) fn testimony(what: &str, value: &str) -> String {
    let mut hash = DefaultHasher::new();
    value.hash(&mut hash);
    format!("{what} {:016x}", hash.finish())
}

#[agent("trouble")]
impl Trouble {
    #[tool("Log in with a name and a password", role = "login", examples = ["log me in"])]
    async fn log_in(
        &self,
        #[input(ask = "What is your user name?")] name: Name,
        #[input(ask = "And your password?")] password: Password,
    ) -> Reply<Login> {
        self.saw("password", password.expose());
        Ok(Login::accepted(format!("user_{name}"), name.as_str()))
    }

    #[tool("Store a new card", public, examples = ["store a new card", "save my credit card"])]
    async fn store_card(
        &self,
        #[input(ask = "Please tell me the card number.")] card_number: CardNumber,
    ) -> Reply<Done> {
        self.saw("card", card_number.expose());
        self.done()
    }

    #[tool("Open the door", public, examples = ["open the door", "unlock the front door"])]
    async fn open_door(&self, #[input(ask = "What is your PIN?")] pin: Pin) -> Reply<Done> {
        self.saw("pin", pin.expose());
        self.done()
    }

    #[tool("Take a note", public, examples = ["take a note", "write this down"])]
    async fn take_note(
        &self,
        #[input(ask = "What should I write down?")] note: FreeText,
    ) -> Reply<Done> {
        self.saw("note", note.as_str());
        tracing::info!("note: {}", note.as_str());
        self.done()
    }

    #[tool("Read the diary", public, examples = ["read the diary", "what is in the diary"])]
    async fn read_diary(&self) -> Reply<Diary> {
        self.saw("result", "");
        Ok(Diary {
            lines: self.0.result.clone(),
            password: self.0.password.clone(),
        })
    }

    #[tool("Break the fuse", public, examples = ["break the fuse"])]
    async fn break_fuse(&self) -> Reply<Done> {
        self.saw("error", "");
        Err(std::io::Error::other(self.0.error.join(", ")))?
    }

    #[tool("Heat the boiler", public, examples = ["heat the boiler"])]
    async fn heat_boiler(&self) -> Reply<Done> {
        self.saw("panic", "");
        panic!("{}", self.0.panic.join(", "));
    }

    #[tool("Write the journal", public, examples = ["write the journal"])]
    async fn write_journal(&self) -> Reply<Done> {
        for line in &self.0.log {
            tracing::error!("{line}");
            tracing::info!(line, "a field");
            tracing::debug!(list = ?[line], "a list");
            tracing::trace!("{line:?} and again {line}");
        }
        tracing::warn!(password = self.0.password, "a field with a name");
        self.saw("log", "");
        self.done()
    }
}

/// Passes at once, unless it was started to be an agent.
#[test]
fn test_process_serves_when_started_as_agent() {
    if std::env::var_os(BE_AGENT).is_none() {
        return;
    }
    conversimple::log::init();
    let mut line = String::new();
    let mut input = std::io::stdin().lock();
    input.read_line(&mut line).expect("a line");
    drop(input);
    let own: Own = serde_json::from_str(&line).expect("its own secrets");
    // Whoever started this process and held the other end is gone when the input ends.
    std::thread::spawn(|| {
        let _ended = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let agent = Agent::from_env().expect("settings");
    runtime.block_on(agent.serve(Trouble(own))).expect("served");
}
