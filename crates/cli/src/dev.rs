//! `conversimple dev`: everything on this machine, and an agent to talk to.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use conversimple_guard::apikey::Mode;
use conversimple_guard::seal::KeyRing;
use conversimple_server::{DemoLogin, Server, Talk, TalkPage};
use conversimple_store::{AgentStatus, ExecutionMode, NewAgent, Operator, Store, Tenant};
use conversimple_wire::{AgentId, CustomerId};

use crate::child::{self, Agent};
use crate::clock;
use crate::data::{self, DataDir, KeysFrom};
use crate::keys;
use crate::start::Place;

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
    let data = DataDir::open(place.data_dir.as_deref())?;
    let _lock = data.lock()?;
    let store = place.store(&data, KeysFrom::File).await?;
    let loaded = place.models().await?;
    let voice = loaded.is_some();

    let customer = keys::customer(&store, CUSTOMER).await?;
    let tenant = Tenant::by_operator(&Operator::acting(), customer.clone());
    let agent = agent(
        &data,
        &store,
        &tenant,
        &customer,
        program,
        listener.address(),
    )
    .await?;
    let mut settings = place.settings(&data, store, loaded, false)?;
    settings.talk = Some(Talk {
        tenant,
        agent_id: AgentId::parse(AGENT)?,
        page: talk_page(),
    });

    let server = Server::new(settings, listener);
    let address = format!("http://{}", server.address());
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
    let keeper = tokio::spawn(agent.keep());
    if !options.no_open {
        open(&address);
    }
    server.serve(clock::stopped()).await?;
    keeper.abort();
    Ok(ExitCode::SUCCESS)
}

/// Makes what the agent needs. Its key is new each time; the one before is revoked, so that an agent that outlived its
/// platform ends.
async fn agent(
    data: &DataDir,
    store: &Store,
    tenant: &Tenant,
    customer: &CustomerId,
    program: std::path::PathBuf,
    address: SocketAddr,
) -> Result<Agent> {
    for key in store.keys(tenant).await? {
        if key.record.revoked_at.is_none() {
            store
                .revoke_key(tenant, &key.record.id, clock::now())
                .await?;
        }
    }
    let pepper = data.pepper()?;
    let key = keys::create(store, &pepper, customer, Mode::Test, keys::LIFETIME).await?;
    let new = NewAgent {
        name: "The guide's agent".into(),
        description: "Every snippet of the security guide, working".into(),
        id: AgentId::parse(AGENT)?,
        status: AgentStatus::Published,
        spec: None,
        agent_config: None,
        execution_mode: ExecutionMode::DialogManager,
    };
    store.ensure_agent(tenant, &new, clock::now()).await?;
    let encryption_key = data.secret("guide-encryption-key", || {
        Ok(KeyRing::new_key(data::random()?.into()).as_bytes().to_vec())
    })?;
    Ok(Agent {
        program,
        folder: data.folder("guide")?,
        key,
        customer_id: customer.to_string(),
        // conversimple: allow(clear-text-connection) `dev` listens on loopback and nowhere else
        platform_url: format!("ws://{address}/sdk/websocket"),
        encryption_key: String::from_utf8(encryption_key)
            .context("the guide's encryption key is no text")?,
    })
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
