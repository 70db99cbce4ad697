//! The tables, as steps from each version of the schema to the next. The text is the same for both databases.
//!
//! A step that was released is never changed; a new one is added. Times are milliseconds since 1970, flags 0 or 1,
//! JSON is text, and digests are hexadecimal, because those are what both databases store alike. Which of the texts are
//! sealed is in `cells.rs`.

/// The statements from one version to the next.
pub(crate) type Step = &'static [&'static str];

/// The steps: the first makes version 1.
pub(crate) const STEPS: &[Step] = &[TABLES, SIGNED_HEADS, SEALING_KEYS];

/// The version from which on what people said and configured is sealed; the store seals what an older one had in clear.
pub(crate) const SEALED_SINCE: i64 = 3;

const TABLES: Step = &[
    "CREATE TABLE customers (
        id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE, suspended BIGINT NOT NULL,
        created_at BIGINT NOT NULL)",
    "CREATE TABLE api_keys (
        id TEXT PRIMARY KEY NOT NULL, customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
        mode TEXT NOT NULL, prefix TEXT NOT NULL, digest TEXT NOT NULL, last_four TEXT NOT NULL,
        created_at BIGINT NOT NULL, expires_at BIGINT, rotated_at BIGINT, rotated_to TEXT, revoked_at BIGINT, last_used_at BIGINT)",
    "CREATE INDEX api_keys_by_prefix ON api_keys (prefix)",
    "CREATE INDEX api_keys_by_customer ON api_keys (customer_id, created_at)",
    "CREATE TABLE key_uses (
        key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE, hour BIGINT NOT NULL,
        requests BIGINT NOT NULL, PRIMARY KEY (key_id, hour))",
    "CREATE TABLE agents (
        customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE, id TEXT NOT NULL,
        name TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, version BIGINT NOT NULL,
        created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, spec TEXT, agent_config TEXT, execution_mode TEXT NOT NULL,
        search TEXT NOT NULL, PRIMARY KEY (customer_id, id))",
    "CREATE TABLE deployments (
        customer_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, agent_id TEXT NOT NULL, channel TEXT NOT NULL,
        status TEXT NOT NULL, environment TEXT NOT NULL, call_direction TEXT, channel_config TEXT,
        engagement_rules TEXT, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
        search TEXT NOT NULL, PRIMARY KEY (customer_id, id),
        FOREIGN KEY (customer_id, agent_id) REFERENCES agents (customer_id, id) ON DELETE CASCADE)",
    "CREATE INDEX deployments_by_agent ON deployments (customer_id, agent_id)",
    "CREATE TABLE conversations (
        id TEXT PRIMARY KEY NOT NULL, customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
        agent_id TEXT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT)",
    "CREATE INDEX conversations_by_customer ON conversations (customer_id, started_at)",
    "CREATE INDEX conversations_by_end ON conversations (ended_at)",
    "CREATE TABLE turns (
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, turn BIGINT NOT NULL,
        heard TEXT NOT NULL, said TEXT NOT NULL, transcript_micros BIGINT, decision_micros BIGINT,
        first_audio_micros BIGINT, interrupted BIGINT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (conversation_id, turn))",
    "CREATE TABLE calls (
        call_id TEXT PRIMARY KEY NOT NULL,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, turn BIGINT NOT NULL,
        tool TEXT NOT NULL, arguments TEXT NOT NULL, verdict TEXT NOT NULL, micros BIGINT NOT NULL, at BIGINT NOT NULL)",
    "CREATE INDEX calls_by_conversation ON calls (conversation_id, turn, at)",
    "CREATE TABLE audit (
        chain TEXT NOT NULL, seq BIGINT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (chain, seq))",
    "CREATE TABLE settings (
        owner TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, updated_at BIGINT NOT NULL,
        PRIMARY KEY (owner, name))",
];

const SIGNED_HEADS: Step = &["CREATE TABLE audit_heads (
        chain TEXT NOT NULL, signing_key TEXT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL,
        signature TEXT NOT NULL, PRIMARY KEY (chain, signing_key, seq))"];

const SEALING_KEYS: Step =
    &["CREATE TABLE sealing_keys (id TEXT PRIMARY KEY NOT NULL, proof TEXT NOT NULL)"];

/// The version that the steps end with.
pub(crate) const VERSION: i64 = STEPS.len() as i64;
