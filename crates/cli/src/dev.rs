//! `conversimple dev`: everything on this machine, and an agent to talk to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use conversimple_guard::apikey::{ApiKey, Mode};
use conversimple_guard::seal::KeyRing;
use conversimple_server::{DemoLogin, Listener, Server, Talk, TalkPage};
use conversimple_store::{AgentStatus, ExecutionMode, NewAgent, Operator, Tenant};
use conversimple_wire::{AgentId, CustomerId};

use crate::child::{self, Agent};
use crate::clock;
use crate::data::{self, DataDir, KeysFrom};
use crate::keys;
use crate::start::{Opened, Place};

/// The customer that the local agent belongs to.
const CUSTOMER: &str = "local";

/// The agent's id.
const AGENT: &str = "guide";

/// Options of `dev`.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
    /// Do not open the talk page in a browser.
    #[arg(long)]
    no_open: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    conversimple::log::init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(dev(options))
}

async fn dev(options: &Options) -> Result<ExitCode> {
    let place = &options.place;
    let listener = place.listener(None, false).await?;
    let program = tokio::task::spawn_blocking(child::program).await??;
    let opened = place.open(KeysFrom::File).await?;
    let customer = keys::customer(&opened.store, CUSTOMER).await?;
    let local = Local {
        tenant: Tenant::by_operator(&Operator::acting(), customer.clone()),
        agent_id: AgentId::parse(AGENT)?,
        customer,
    };
    let agent = local.agent(&opened, program, listener.address()).await?;
    serve(options, opened, local, agent, listener).await
}

/// Serves the talk page and keeps its agent running.
async fn serve(
    options: &Options,
    opened: Opened,
    local: Local,
    agent: Agent,
    listener: Listener,
) -> Result<ExitCode> {
    let Opened {
        data,
        lock: _held,
        store,
        loaded,
    } = opened;
    let voice = loaded.is_some();
    let mut settings = options.place.settings(&data, store, loaded, false)?;
    settings.talk = Some(Talk {
        tenant: local.tenant,
        agent_id: local.agent_id,
        page: talk_page(),
    });
    let server = Server::new(settings, listener);
    tell(&server, &data, voice);
    let keeper = tokio::spawn(agent.keep());
    if !options.no_open {
        open(&address(&server));
    }
    server.serve(clock::stopped()).await?;
    keeper.abort();
    Ok(ExitCode::SUCCESS)
}

fn address(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// Prints where to talk and where to look.
fn tell(server: &Server, data: &DataDir, voice: bool) {
    let address = address(server);
    let code = server.dashboard_code().unwrap_or_default();
    println!(
        "Talk to the guide's agent   {address}/{}",
        if voice {
            ""
        } else {
            "   (typing only: --no-voice)"
        }
    );
    println!("Look at what happened       {address}/dashboard#code={code}");
    println!("Data and the agent's log    {}", data.path().display());
    println!("Stop with Ctrl-C");
}

/// Whose the agent of this machine is, and what it is called.
struct Local {
    customer: CustomerId,
    tenant: Tenant,
    agent_id: AgentId,
}

impl Local {
    /// Makes what the agent needs.
    async fn agent(&self, opened: &Opened, program: PathBuf, address: SocketAddr) -> Result<Agent> {
        let key = self.new_key(opened).await?;
        let new = NewAgent {
            name: "The guide's agent".into(),
            description: "Every snippet of the security guide, working".into(),
            id: self.agent_id.clone(),
            status: AgentStatus::Published,
            spec: None,
            agent_config: None,
            execution_mode: ExecutionMode::DialogManager,
        };
        let ensured = opened.store.ensure_agent(&self.tenant, &new, clock::now());
        ensured.await?;
        Ok(Agent {
            program,
            folder: opened.data.folder("guide")?,
            key,
            customer_id: self.customer.to_string(),
            // conversimple: allow(clear-text-connection) `dev` listens on loopback and nowhere else
            platform_url: format!("ws://{address}/sdk/websocket"),
            encryption_key: encryption_key(&opened.data)?,
        })
    }

    /// The agent's key, new each time; the one before is revoked, so that an agent that outlived its platform ends.
    async fn new_key(&self, opened: &Opened) -> Result<ApiKey> {
        let Opened { data, store, .. } = opened;
        for key in store.keys(&self.tenant).await? {
            if key.record.revoked_at.is_none() {
                let revoked = store.revoke_key(&self.tenant, &key.record.id, clock::now());
                revoked.await?;
            }
        }
        let pepper = data.pepper()?;
        keys::create(store, &pepper, &self.customer, Mode::Test, keys::LIFETIME).await
    }
}

/// The key with which the guide's agent seals what it stores.
fn encryption_key(data: &DataDir) -> Result<String> {
    let key = data.secret("guide-encryption-key", || {
        Ok(KeyRing::new_key(data::random()?.into()).as_bytes().to_vec())
    })?;
    String::from_utf8(key).context("the guide's encryption key is no text")
}

fn talk_page() -> TalkPage {
    let login = |user: &str, password: &str| DemoLogin {
        user: user.into(),
        password: password.into(),
    };
    TalkPage {
        name: "The guide's agent".into(),
        r#try: [
            "What is the balance of my checking account?",
            "I would like to pay twenty dollars",
            "Search for wireless headphones",
            "Which cards do you have on file?",
            "Store a new card",
        ]
        .map(str::to_owned)
        .into(),
        logins: vec![login("alice", "sunflower"), login("bob", "tulip")],
    }
}

/// Opens a page in the user's browser, where there is a screen.
fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some()
    {
        "xdg-open"
    } else {
        return;
    };
    let _nobody_looks = std::process::Command::new(opener)
        .arg(address)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
}
