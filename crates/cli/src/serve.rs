//! `conversimple serve`: the platform for agents of your own.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use conversimple_server::{Server, Tls};

use crate::clock;
use crate::data::{DataDir, KeysFrom};
use crate::start::Place;

/// Options of `serve`.
#[derive(Args)]
#[command(
    after_help = "What people say, what tools are called with and what customers configure stands in the database sealed. The keys \
are those of ENCRYPTION_KEY in the environment, one or more Fernet keys, the newest first, separated by commas; where it is not set, \
one is made at the first start in secrets/encryption-key of the data folder. Keep a copy: without the key, what it sealed is lost. \
To change it, put the new one in front, start again, and run `conversimple keys rotate-encryption`."
)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
    /// PEM file with the certificate chain.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS with the world.
    #[arg(long, conflicts_with = "tls_cert")]
    behind_proxy: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    conversimple::log::init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(options))
}

async fn serve(options: &Options) -> Result<ExitCode> {
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls {
            certificate: certificate.clone(),
            key: key.clone(),
        }),
        (None, None) => None,
        _ => bail!("--tls-cert and --tls-key belong together"),
    };
    let place = &options.place;
    let listener = place.listener(tls.as_ref(), options.behind_proxy).await?;
    let data = DataDir::open(place.data_dir.as_deref())?;
    let _lock = data.lock()?;
    let store = place.store(&data, KeysFrom::EnvironmentOrFile).await?;
    let loaded = place.models().await?;
    let secure = tls.is_some() || options.behind_proxy;
    let voice = loaded.is_some();
    let server = Server::new(place.settings(&data, store, loaded, secure)?, listener);
    let scheme = if tls.is_some() { "wss" } else { "ws" };
    println!(
        "conversimple listens on {scheme}://{}/sdk/websocket",
        server.address()
    );
    println!("  data   {}", data.path().display());
    println!("  voice  {}", if voice { "on" } else { "off" });
    println!(
        "Make a key for an agent with: conversimple keys create --customer NAME --mode live --data-dir {}",
        data.path().display()
    );
    server.serve(clock::stopped()).await?;
    Ok(ExitCode::SUCCESS)
}
