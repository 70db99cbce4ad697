//! `conversimple serve`: the platform for agents of your own.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use conversimple_server::{Server, Tls};

use crate::clock;
use crate::data::{DataDir, KeysFrom};
use crate::start::{Opened, Place};

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
    let tls = tls(options)?;
    let place = &options.place;
    let listener = place.listener(tls.as_ref(), options.behind_proxy).await?;
    let Opened {
        data,
        lock: _held,
        store,
        loaded,
    } = place.open(KeysFrom::EnvironmentOrFile).await?;
    let secure = tls.is_some() || options.behind_proxy;
    let voice = loaded.is_some();
    let server = Server::new(place.settings(&data, store, loaded, secure)?, listener);
    tell(&server, &data, tls.is_some(), voice);
    server.serve(clock::stopped()).await?;
    Ok(ExitCode::SUCCESS)
}

fn tls(options: &Options) -> Result<Option<Tls>> {
    match (options.tls_cert.clone(), options.tls_key.clone()) {
        (Some(certificate), Some(key)) => Ok(Some(Tls { certificate, key })),
        (None, None) => Ok(None),
        _ => bail!("--tls-cert and --tls-key belong together"),
    }
}

/// Prints where the platform is and what to do next.
fn tell(server: &Server, data: &DataDir, is_tls: bool, voice: bool) {
    let scheme = if is_tls { "wss" } else { "ws" };
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
}
