//! The operator's policies: where they are kept, which holds for an agent, and who changed it.
//!
//! One document an agent, sealed in the store with its version, who wrote it and the versions before. A file
//! `policies/AGENT.toml` in the data folder is the same document: what is new in it is taken over as a new version when the
//! agent is next asked about. A document that cannot be read changes nothing and is told in the log. What a document means is
//! decided by `conversimple_guard::call`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use conversimple_guard::audit::{Record, Verdict};
use conversimple_guard::call::{Oversight, check_policy};
use conversimple_mask::mask_json;
use conversimple_store::{Chain, Store, Tenant};
use conversimple_wire::policy::{AgentPolicy, POLICY_LIMIT_BYTES, PolicyProblem};
use conversimple_wire::{AgentId, Code, ToolSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::audit_event::AuditEvent;
use crate::clock;
use crate::toml_text;

/// Earlier versions that are kept.
const EARLIER_LIMIT: usize = 20;

/// An agent's policy as it is kept.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// Counts from 1; 0 where nobody has written one.
    pub(crate) version: u64,
    pub(crate) policy: AgentPolicy,
    /// Which key, page or file.
    pub(crate) changed_by: String,
    pub(crate) changed_at_ms: u64,
    /// The declarations that were first seen under this version.
    seen: BTreeMap<String, String>,
    /// The text of the file that was taken over last, as a digest.
    file: Option<String>,
    /// The versions before, the newest first.
    pub(crate) earlier: Vec<Earlier>,
}

/// A version that is over.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Earlier {
    pub(crate) version: u64,
    pub(crate) policy: AgentPolicy,
    pub(crate) changed_by: String,
    pub(crate) changed_at_ms: u64,
}

/// Why a policy was not written.
pub(crate) enum NotWritten {
    /// It makes no sense.
    Problem(PolicyProblem),
    /// It was changed since it was read.
    Conflict,
    /// The store or the audit trail did not take it.
    Store(conversimple_store::Error),
}

impl From<conversimple_store::Error> for NotWritten {
    fn from(error: conversimple_store::Error) -> Self {
        Self::Store(error)
    }
}

/// Who writes a policy.
pub(crate) struct Writer<'a> {
    /// As it is recorded: a key's id, `dashboard`, a file's name.
    pub(crate) name: &'a str,
    pub(crate) key_id: Option<String>,
}

/// Every agent's policy.
pub(crate) struct Policies {
    store: Store,
    folder: Option<PathBuf>,
    /// One change at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Policies {
    pub(crate) fn new(store: Store, folder: Option<PathBuf>) -> Self {
        Self {
            store,
            folder,
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The policy that holds for an agent.
    pub(crate) async fn of(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
    ) -> Result<Kept, conversimple_store::Error> {
        let _turn = self.turn.lock().await;
        let kept = self.read(tenant, agent).await?;
        let Some((text, digest)) = self.file(agent).await else {
            return Ok(kept);
        };
        if kept.file.as_ref() == Some(&digest) {
            return Ok(kept);
        }
        let name = format!("policies/{agent}.toml");
        let read = toml_text::read(&text).ok_or(PolicyProblem {
            place: "policy".into(),
            problem: "it is no TOML",
        });
        let read = read.and_then(|value| AgentPolicy::read(&value));
        let policy = read.and_then(|policy| check_policy(&policy).map(|()| policy));
        let policy = match policy {
            Ok(policy) => policy,
            Err(problem) => {
                tracing::error!(file = name, %problem, "a policy is not taken over: what held before holds on");
                return Ok(kept);
            }
        };
        let writer = Writer {
            name: &name,
            key_id: None,
        };
        let mut next = self.next(tenant, agent, kept, policy, &writer).await?;
        next.file = Some(digest);
        self.write(tenant, agent, &next).await?;
        Ok(next)
    }

    /// Writes a policy. `version` is the one that it takes the place of, if whoever writes it says so.
    pub(crate) async fn put(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
        policy: AgentPolicy,
        version: Option<u64>,
        writer: &Writer<'_>,
    ) -> Result<Kept, NotWritten> {
        check_policy(&policy).map_err(NotWritten::Problem)?;
        let current = self.of(tenant, agent).await?;
        let _turn = self.turn.lock().await;
        let kept = self.read(tenant, agent).await?;
        if kept.version != current.version || version.is_some_and(|known| known != kept.version) {
            return Err(NotWritten::Conflict);
        }
        let next = self.next(tenant, agent, kept, policy, writer).await?;
        self.write(tenant, agent, &next).await?;
        Ok(next)
    }

    /// The policy as the guard takes it; declarations that it was not written for and that nobody has seen yet are noted.
    pub(crate) async fn oversight(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
        tools: &[ToolSpec],
    ) -> Result<Oversight, conversimple_store::Error> {
        let kept = self.of(tenant, agent).await?;
        let mut oversight = Oversight {
            policy: kept.policy,
            seen: kept.seen,
        };
        if oversight.newly_seen(tools).is_empty() {
            return Ok(oversight);
        }
        let _turn = self.turn.lock().await;
        let mut kept = self.read(tenant, agent).await?;
        oversight.policy.clone_from(&kept.policy);
        oversight.seen.clone_from(&kept.seen);
        oversight.seen.extend(oversight.newly_seen(tools));
        kept.seen.clone_from(&oversight.seen);
        self.write(tenant, agent, &kept).await?;
        Ok(oversight)
    }

    /// The next version, which is in the audit trail when this returns.
    async fn next(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
        kept: Kept,
        policy: AgentPolicy,
        writer: &Writer<'_>,
    ) -> Result<Kept, conversimple_store::Error> {
        let version = kept.version + 1;
        let record = Record {
            customer_id: Some(tenant.customer_id().clone()),
            key_id: writer.key_id.clone(),
            who: Some(writer.name.to_owned()),
            arguments: Some(changes(agent, version, &kept.policy, &policy)),
            ..Record::new(
                clock::now(),
                AuditEvent::PolicyChanged.as_str(),
                Verdict::Allowed,
            )
        };
        self.store.append_audit(&Chain::of(tenant), record).await?;
        let mut earlier = kept.earlier;
        if kept.version > 0 {
            earlier.insert(
                0,
                Earlier {
                    version: kept.version,
                    policy: kept.policy,
                    changed_by: kept.changed_by,
                    changed_at_ms: kept.changed_at_ms,
                },
            );
            earlier.truncate(EARLIER_LIMIT);
        }
        Ok(Kept {
            version,
            policy,
            changed_by: writer.name.to_owned(),
            changed_at_ms: u64::try_from(clock::now().as_millis()).unwrap_or(u64::MAX),
            // Whoever writes a policy has looked at the tools.
            seen: BTreeMap::new(),
            file: kept.file,
            earlier,
        })
    }

    async fn read(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
    ) -> Result<Kept, conversimple_store::Error> {
        let text = self.store.setting(tenant, &setting(agent)).await?;
        let Some(text) = text else {
            return Ok(Kept::default());
        };
        serde_json::from_str(&text).map_err(|_| conversimple_store::Error::Missing)
    }

    async fn write(
        &self,
        tenant: &Tenant,
        agent: &AgentId,
        kept: &Kept,
    ) -> Result<(), conversimple_store::Error> {
        let text = json!(kept).to_string();
        let name = setting(agent);
        let now = clock::now();
        self.store
            .set_setting(tenant, &name, Some(&text), now)
            .await
    }

    /// The text of an agent's file and its digest. An agent's id holds nothing that leads out of the folder.
    async fn file(&self, agent: &AgentId) -> Option<(String, String)> {
        let path = self.folder.as_ref()?.join(format!("{agent}.toml"));
        let size = tokio::fs::metadata(&path).await.ok()?.len();
        if usize::try_from(size).ok()? > POLICY_LIMIT_BYTES {
            tracing::error!(file = %path.display(), "a policy is too large: what held before holds on");
            return None;
        }
        let text = tokio::fs::read_to_string(&path).await;
        let text = text
            .inspect_err(
                |error| tracing::error!(file = %path.display(), %error, "a policy cannot be read"),
            )
            .ok()?;
        let digest = conversimple_guard::call::text_digest(&text);
        Some((text, digest))
    }
}

fn setting(agent: &AgentId) -> String {
    format!("policy:{agent}")
}

/// What is recorded of a change: each row that is another now, as it is now, and null for one that is gone.
fn changes(
    agent: &AgentId,
    version: u64,
    before: &AgentPolicy,
    now: &AgentPolicy,
) -> Map<String, Value> {
    let (before, now) = (before.to_value(), now.to_value());
    let mut changed = Map::new();
    for part in ["tools", "own"] {
        let rows = |of: &Value| {
            of.get(part)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default()
        };
        let (old, new) = (rows(&before), rows(&now));
        for name in old.keys().chain(new.keys()) {
            if old.get(name) != new.get(name) {
                let row = new.get(name).cloned().unwrap_or_default();
                changed.insert(format!("{part}.{name}"), row);
            }
        }
    }
    let mut changed = Value::Object(changed);
    mask_json(&mut changed);
    Map::from_iter([
        ("id".to_owned(), json!(agent)),
        ("version".to_owned(), json!(version)),
        ("changed".to_owned(), changed),
    ])
}

/// The policy that the published client's `agent_config` carries: its member `policy`, or itself where it has a table of
/// tools.
pub(crate) fn carried(agent_config: &Value) -> Option<Result<AgentPolicy, PolicyProblem>> {
    let document = match agent_config.get("policy") {
        Some(document) => document.clone(),
        None => {
            let tools = agent_config
                .get("tools")
                .filter(|tools| tools.is_object())?;
            let own = agent_config.get("own").filter(|own| own.is_object());
            match own {
                Some(own) => json!({"tools": tools, "own": own}),
                None => json!({ "tools": tools }),
            }
        }
    };
    let read = AgentPolicy::read(&document);
    Some(read.and_then(|policy| check_policy(&policy).map(|()| policy)))
}

impl From<NotWritten> for crate::refused::Refused {
    fn from(error: NotWritten) -> Self {
        match error {
            NotWritten::Problem(problem) => {
                let field = match conversimple_mask::find(&problem.place).is_empty() {
                    true => problem.place,
                    false => "policy".to_owned(),
                };
                Self::fields(BTreeMap::from([(field, problem.problem.to_owned())]))
            }
            NotWritten::Conflict => Code::TurnInterrupted.into(),
            NotWritten::Store(error) => error.into(),
        }
    }
}
