//! The guide's own agent: every snippet of the security guide as a working tool.
//!
//! `guide-agent` serves until it is told to stop; `guide-agent --demo` first fills an empty database. Settings come from
//! the environment or from `.env`: CONVERSIMPLE_API_KEY, CONVERSIMPLE_PLATFORM_URL, DATABASE_URL, ENCRYPTION_KEY.

use std::io::Write;
use std::process::ExitCode;

use anyhow::bail;
use conversimple::{Agent, Environment};
use conversimple_guide::database::Database;
use conversimple_guide::vault::Vault;
use conversimple_guide::{Guide, demo};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conversimple::log::init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            conversimple::log::last_words(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let wishes = Wishes::read(std::env::args().skip(1))?;
    let environment = Environment::load()?;
    let guide = guide(&environment, wishes.demo).await?;
    let agent = Agent::from_environment(&environment)?;
    tokio::select! {
        served = agent.serve(guide) => served?,
        () = stdin_closed(), if wishes.until_stdin_closes => {}
    }
    Ok(())
}

/// The agent with its database and its vault. With `demo`, an empty database is filled first.
async fn guide(environment: &Environment, demo: bool) -> anyhow::Result<Guide> {
    let url = environment.text("DATABASE_URL");
    let database = Database::open(url.as_ref().map(|url| url.as_str())).await?;
    let vault = Vault::open(environment)?;
    if demo {
        let made = demo::fill(&database, &vault).await?;
        writeln!(std::io::stdout(), "{made}")?;
    }
    vault.check(&database).await?;
    Ok(Guide::new(database, vault))
}

/// Returns when standard input ends: whoever started this process and held the other end is gone.
async fn stdin_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    // A thread of its own, because a blocking read would hold up the runtime's end.
    std::thread::spawn(move || {
        let _ended = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _nobody_waits = closed.send(());
    });
    let _closed = wait.await;
}

#[derive(Default)]
struct Wishes {
    demo: bool,
    until_stdin_closes: bool,
}

impl Wishes {
    fn read(arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut wishes = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--demo" => wishes.demo = true,
                "--until-stdin-closes" => wishes.until_stdin_closes = true,
                // The argument is not repeated: somebody may have tried to pass a key.
                _ => bail!(
                    "guide-agent takes --demo and --until-stdin-closes; settings come from the environment or from .env"
                ),
            }
        }
        Ok(wishes)
    }
}
