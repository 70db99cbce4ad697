//! A twin of two tools with the hole that the guide warns of, made for the test and for nothing else.
//!
//! Its SQL is put together from the caller's words. sqlx refuses that, and the bypass is what a careless author writes.

use std::path::Path;

use conversimple::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::SqlitePool;
use tempfile::TempDir;

use crate::page::Target;
use crate::platform::{Peer, Platform};
use crate::rig::made_up_key;

/// An agent whose statements are texts.
struct Twin {
    pool: SqlitePool,
}

#[derive(Serialize)]
struct Names {
    names: Vec<String>,
}

#[agent]
impl Twin {
    /// Takes any line of text, as a Python tool with `customer_id: str` does.
    #[tool("Get customer record", public, limit = "1000/s")]
    // conversimple: allow(tool-without-caller, tool-without-owner-check) sqlmap meets the statement and nothing before it
    async fn get_customer(&self, customer_id: String) -> Reply<Names> {
        // conversimple: allow(sql-from-text) the hole that sqlmap has to find
        let sql = format!("SELECT name FROM customers WHERE id = '{customer_id}'");
        self.names(sql).await
    }

    /// The same hole behind a type that lets no statement through.
    #[tool("Search products", limit = "1000/s")]
    async fn search_products(&self, query: SearchWords) -> Reply<Names> {
        // conversimple: allow(sql-from-text) the same hole, which the argument's type has to keep shut
        let sql = format!("SELECT name FROM products WHERE name LIKE '%{query}%'");
        self.names(sql).await
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the bypass is what the twin is for"
)]
impl Twin {
    async fn names(&self, sql: String) -> Reply<Names> {
        let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?;
        Ok(Names {
            names: rows.into_iter().map(|(name,)| name).collect(),
        })
    }
}

/// One tool of the twin, served by the SDK as any agent is.
pub(crate) struct Served {
    peer: Peer,
    tool: &'static str,
    argument: &'static str,
    _platform: Platform,
    _folder: TempDir,
}

impl Served {
    pub(crate) async fn on(database: &Path, tool: &'static str, argument: &'static str) -> Self {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let settings = format!(
            "CONVERSIMPLE_API_KEY={}\nCONVERSIMPLE_PLATFORM_URL={}\n",
            made_up_key(),
            platform.url()
        );
        std::fs::write(folder.path().join(".env"), settings).expect("written");
        let environment = Environment::in_folder(folder.path()).expect("settings");
        let agent = Agent::from_environment(&environment).expect("an agent");
        let url = format!("sqlite:{}", database.display());
        let pool = SqlitePool::connect(&url).await.expect("the database");
        tokio::spawn(agent.serve(Twin { pool }));
        let mut peer = platform.accept().await;
        peer.begin("v1").await;
        Self {
            peer,
            tool,
            argument,
            _platform: platform,
            _folder: folder,
        }
    }
}

impl Target for Served {
    async fn ask(&mut self, text: String) -> Value {
        let arguments = json!({self.argument: text});
        self.peer.call("v1", self.tool, arguments).await
    }
}
