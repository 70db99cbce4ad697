//! What `dev` and `serve` have in common: a listener, a store, the models, and a signal to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use conversimple_server::{Limits, Listener, Settings, Tls};
use conversimple_store::{Operator, Store};

use crate::data::DataDir;
use crate::voice::{self, Loaded};

/// Where to listen and keep data.
#[derive(Args, Debug, Clone)]
pub(crate) struct Place {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:4000", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// Folder for the database and the platform's own secrets [default: the user's data folder].
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Read and write only: no speech models.
    #[arg(long)]
    pub(crate) no_voice: bool,
}

impl Place {
    /// Binds first: that nothing can be started twice is known before anything is fetched or written.
    pub(crate) async fn listener(&self, tls: Option<&Tls>, behind_proxy: bool) -> Result<Listener> {
        Ok(Listener::bind(self.listen, tls, behind_proxy).await?)
    }

    /// The models, unless they are not wanted.
    pub(crate) async fn models(&self) -> Result<Option<Loaded>> {
        if self.no_voice {
            return Ok(None);
        }
        let loaded = tokio::task::spawn_blocking(|| {
            let dir = voice::pull()?;
            voice::load(&dir)
        });
        let loaded = loaded.await?;
        Ok(Some(loaded.map_err(|error| {
            error.context("no voice (start with --no-voice to type instead)")
        })?))
    }

    /// Settings without a talk page.
    pub(crate) fn settings(
        &self,
        data: &DataDir,
        store: Store,
        loaded: Option<Loaded>,
        secure: bool,
    ) -> Result<Settings> {
        let (voice, meaning) = loaded.map(|loaded| (loaded.voice, loaded.meaning)).unzip();
        Ok(Settings {
            store,
            pepper: data.pepper()?,
            voice,
            meaning,
            language: None,
            talk: None,
            secure,
            limits: Limits::default(),
        })
    }
}

/// Conversations that a platform before this one left open are over.
pub(crate) async fn close_lost(store: &Store) -> Result<()> {
    store
        .close_lost_conversations(&Operator::acting(), crate::keys::now())
        .await?;
    Ok(())
}

/// Waits for Ctrl-C or a polite kill.
pub(crate) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminate =
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(terminate) => terminate,
                Err(_) => return interrupt.await.unwrap_or_default(),
            };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await.unwrap_or_default();
}
