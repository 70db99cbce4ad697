//! What `dev` and `serve` have in common: a listener, a store and the models.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use conversimple_server::{Limits, Listener, Settings, Tls};
use conversimple_store::{HeadSigner, HeadsFile, Operator, Store};

use crate::clock;
use crate::data::{DataDir, KeysFrom};
use crate::retention;
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
    /// File for the signed heads of the audit trail, best where whoever may write the database may not
    /// [default: audit-heads.jsonl in the data folder].
    #[arg(long, env = AUDIT_HEADS, value_name = "FILE")]
    pub(crate) audit_heads: Option<PathBuf>,
    /// Forget conversations, with what was said and called in them, that ended more than so many days ago [default: never].
    /// Audit records are kept.
    #[arg(long, env = "CONVERSIMPLE_KEEP_DAYS", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) keep_days: Option<u16>,
}

/// What a platform starts with.
pub(crate) struct Opened {
    pub(crate) data: DataDir,
    /// Held as long as the platform runs.
    pub(crate) lock: File,
    pub(crate) store: Store,
    pub(crate) loaded: Option<Loaded>,
}

/// Environment variable that names another file for signed heads.
pub(crate) const AUDIT_HEADS: &str = "CONVERSIMPLE_AUDIT_HEADS";

impl Place {
    /// The database, with the audit trail signed, what a platform before this one left open closed, and what is old
    /// forgotten.
    pub(crate) async fn store(&self, data: &DataDir, keys: KeysFrom) -> Result<Store> {
        let store = data.store(keys).await?;
        let path = self.audit_heads.clone();
        let path = path.unwrap_or_else(|| data.audit_heads());
        let file = HeadsFile::open(&path).with_context(|| {
            format!(
                "cannot write {}, where signed heads of the audit trail are kept; choose another with --audit-heads",
                path.display()
            )
        })?;
        let signer = HeadSigner {
            signer: data.audit_signer()?,
            file,
            now: clock::now,
            records: HeadSigner::RECORDS,
        };
        store.sign_audit(signer).await?;
        store
            .close_lost_conversations(&Operator::acting(), clock::now())
            .await?;
        if let Some(days) = self.keep_days {
            tokio::spawn(retention::keep(store.clone(), days));
        }
        Ok(store)
    }

    /// The data folder, locked, with its database and the models.
    pub(crate) async fn open(&self, keys: KeysFrom) -> Result<Opened> {
        let data = DataDir::open(self.data_dir.as_deref())?;
        let lock = data.lock()?;
        let store = self.store(&data, keys).await?;
        let loaded = self.models().await?;
        Ok(Opened {
            data,
            lock,
            store,
            loaded,
        })
    }

    /// Binds first: that nothing can be started twice is known before anything is fetched or written.
    pub(crate) async fn listener(&self, tls: Option<&Tls>, behind_proxy: bool) -> Result<Listener> {
        Ok(Listener::bind(self.listen, tls, behind_proxy).await?)
    }

    /// The models, unless they are not wanted.
    async fn models(&self) -> Result<Option<Loaded>> {
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
            engine: None,
            talk: None,
            policies: Some(data.policies()),
            secure,
            limits: Limits::default(),
        })
    }
}
