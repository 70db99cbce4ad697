//! What was said and done: conversations, their turns and their tool calls.
//!
//! Texts and arguments come here masked; this crate cannot tell whether they are, and stores what it is given, sealed.

use std::time::Duration;

use conversimple_wire::media::TurnMillis;
use conversimple_wire::{AgentId, CallId, ConversationId, TurnId};
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::cells::{ARGUMENTS, HEARD, SAID};
use crate::error::{Error, Result};
use crate::row::{
    Listed, Slice, cell, count, flag, id, int, maybe_int, maybe_time, read, text, time, words,
};
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::{Operator, Tenant};

words! {
    /// Where a conversation is.
    ConversationState {
        /// Being held.
        Open = "open",
        /// Over.
        Ended = "ended",
        /// The platform died in it.
        Lost = "lost",
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The agent that it is or was with.
    pub agent_id: AgentId,
    /// Where the caller was.
    pub channel: String,
    /// Where it is.
    pub state: ConversationState,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
}

/// What a new conversation is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// The agent.
    pub agent_id: AgentId,
    /// Where the caller is.
    pub channel: String,
}

/// Which conversations a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Those with this agent.
    pub agent_id: Option<AgentId>,
    /// Those in this state.
    pub state: Option<ConversationState>,
}

/// A turn; both texts are masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its number.
    pub turn: TurnId,
    /// What was understood.
    pub heard: String,
    /// What was said, cut to what the caller can have heard.
    pub said: String,
    /// Times of its stages, kept to the microsecond.
    pub millis: TurnMillis,
    /// Whether the caller spoke over it.
    pub interrupted: bool,
    /// When it ended.
    pub at: Moment,
}

/// A tool call; the arguments are masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its id.
    pub call_id: CallId,
    /// The turn that asked for it.
    pub turn: TurnId,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
    /// `allowed` or a public code.
    pub verdict: String,
    /// From the request to the outcome, kept to the microsecond.
    pub took: Duration,
    /// When it ended.
    pub at: Moment,
}

/// What a filter lets through. An absent condition is bound as an empty text.
macro_rules! filter {
    () => {
        " FROM conversations WHERE customer_id = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR agent_id = $3)"
    };
}

impl Store {
    /// Records that a conversation began.
    ///
    /// # Errors
    /// [`Error::Conflict`] for an id that was used, [`Error::Missing`] when there is no such customer.
    pub async fn start_conversation(
        &self,
        tenant: &Tenant,
        new: &NewConversation,
        now: Moment,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO conversations (id, customer_id, agent_id, channel, state, started_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.as_str())
        .bind(tenant.as_str())
        .bind(new.agent_id.as_str())
        .bind(cell(&new.channel)?)
        .bind(ConversationState::Open.as_str())
        .bind(millis(now))
        .execute(self.write())
        .await?;
        Ok(())
    }

    /// Records that a conversation is over; false when it is not open or not the tenant's.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn end_conversation(
        &self,
        tenant: &Tenant,
        id: &ConversationId,
        now: Moment,
    ) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE conversations SET state = $3, ended_at = $4
             WHERE id = $1 AND customer_id = $2 AND ended_at IS NULL",
        )
        .bind(id.as_str())
        .bind(tenant.as_str())
        .bind(ConversationState::Ended.as_str())
        .bind(millis(now))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Marks what the platform left open when it died; returns how many. For the start of a platform that is alone.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn close_lost_conversations(&self, _: &Operator, now: Moment) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE conversations SET state = $1, ended_at = $2 WHERE ended_at IS NULL",
        )
        .bind(ConversationState::Lost.as_str())
        .bind(millis(now))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected())
    }

    /// The tenant's conversation of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn conversation(
        &self,
        tenant: &Tenant,
        id: &ConversationId,
    ) -> Result<Option<Conversation>> {
        sqlx::query(
            "SELECT id, agent_id, channel, state, started_at, ended_at FROM conversations
             WHERE customer_id = $1 AND id = $2",
        )
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(self.read())
        .await?
        .map(|row| conversation(&row))
        .transpose()
    }

    /// The tenant's conversations that pass the filter, the newest first.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn conversations(
        &self,
        tenant: &Tenant,
        filter: &ConversationFilter,
        slice: Slice,
    ) -> Result<Listed<Conversation>> {
        let state = filter.state.map_or("", ConversationState::as_str);
        let agent = filter.agent_id.as_ref().map_or("", AgentId::as_str);
        let count = sqlx::query(concat!("SELECT COUNT(*) AS n", filter!()))
            .bind(tenant.as_str())
            .bind(state)
            .bind(agent)
            .fetch_one(self.read())
            .await?;
        let rows = sqlx::query(concat!(
            "SELECT id, agent_id, channel, state, started_at, ended_at",
            filter!(),
            " ORDER BY started_at DESC, id LIMIT $4 OFFSET $5"
        ))
        .bind(tenant.as_str())
        .bind(state)
        .bind(agent)
        .bind(slice.limit())
        .bind(slice.offset())
        .fetch_all(self.read())
        .await?;
        Listed::new(
            rows.iter().map(conversation).collect::<Result<_>>()?,
            &count,
        )
    }

    /// Records a turn. A second record of the same turn replaces the first, as when an answer is cut.
    ///
    /// # Errors
    /// [`Error::Missing`] when the tenant has no such conversation, [`Error::Text`].
    pub async fn record_turn(
        &self,
        tenant: &Tenant,
        id: &ConversationId,
        turn: &Turn,
    ) -> Result<()> {
        let number = turn_number(turn.turn)?;
        let two = number.to_string();
        let sealing = self.sealing(tenant.as_str(), id.as_str(), &two).await?;
        let done = sqlx::query(
            "INSERT INTO turns (conversation_id, turn, heard, said, transcript_micros, decision_micros,
                first_audio_micros, interrupted, at)
             SELECT id, $3, $4, $5, $6, $7, $8, $9, $10 FROM conversations WHERE id = $1 AND customer_id = $2
             ON CONFLICT (conversation_id, turn) DO UPDATE SET heard = excluded.heard, said = excluded.said,
                transcript_micros = excluded.transcript_micros, decision_micros = excluded.decision_micros,
                first_audio_micros = excluded.first_audio_micros, interrupted = excluded.interrupted, at = excluded.at",
        )
        .bind(id.as_str())
        .bind(tenant.as_str())
        .bind(number)
        .bind(sealing.seal(HEARD, &turn.heard)?)
        .bind(sealing.seal(SAID, &turn.said)?)
        .bind(micros(turn.millis.transcript))
        .bind(micros(turn.millis.decision))
        .bind(micros(turn.millis.to_first_audio))
        .bind(i64::from(turn.interrupted))
        .bind(millis(turn.at))
        .execute(self.write())
        .await?;
        (done.rows_affected() == 1)
            .then_some(())
            .ok_or(Error::Missing)
    }

    /// The turns of a conversation in their order; none when it is not the tenant's.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn turns(&self, tenant: &Tenant, id: &ConversationId) -> Result<Vec<Turn>> {
        sqlx::query(
            "SELECT t.turn, t.heard, t.said, t.transcript_micros, t.decision_micros, t.first_audio_micros,
                t.interrupted, t.at
             FROM turns t JOIN conversations c ON c.id = t.conversation_id
             WHERE c.id = $1 AND c.customer_id = $2 ORDER BY t.turn",
        )
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_all(self.read())
        .await?
        .iter()
        .map(|row| self.turn(tenant, id, row))
        .collect()
    }

    /// Records a tool call.
    ///
    /// # Errors
    /// [`Error::Missing`] when the tenant has no such conversation, [`Error::Conflict`] for an id that was used,
    /// [`Error::Text`].
    pub async fn record_call(
        &self,
        tenant: &Tenant,
        id: &ConversationId,
        call: &Call,
    ) -> Result<()> {
        let sealing = self.sealing(tenant.as_str(), id.as_str(), call.call_id.as_str());
        let arguments = sealing.await?.seal_json(ARGUMENTS, Some(&call.arguments))?;
        let done = sqlx::query(
            "INSERT INTO calls (conversation_id, call_id, turn, tool, arguments, verdict, micros, at)
             SELECT id, $3, $4, $5, $6, $7, $8, $9 FROM conversations WHERE id = $1 AND customer_id = $2",
        )
        .bind(id.as_str())
        .bind(tenant.as_str())
        .bind(call.call_id.as_str())
        .bind(turn_number(call.turn)?)
        .bind(cell(&call.tool)?)
        .bind(arguments)
        .bind(cell(&call.verdict)?)
        .bind(i64::try_from(call.took.as_micros()).unwrap_or(i64::MAX))
        .bind(millis(call.at))
        .execute(self.write())
        .await?;
        (done.rows_affected() == 1)
            .then_some(())
            .ok_or(Error::Missing)
    }

    /// The tool calls of a conversation in their order; none when it is not the tenant's.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn calls(&self, tenant: &Tenant, id: &ConversationId) -> Result<Vec<Call>> {
        sqlx::query(
            "SELECT k.call_id, k.turn, k.tool, k.arguments, k.verdict, k.micros, k.at
             FROM calls k JOIN conversations c ON c.id = k.conversation_id
             WHERE c.id = $1 AND c.customer_id = $2 ORDER BY k.turn, k.at, k.call_id",
        )
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_all(self.read())
        .await?
        .iter()
        .map(|row| self.call(tenant, id, row))
        .collect()
    }
}

fn turn_number(turn: TurnId) -> Result<i64> {
    i64::try_from(turn.0).map_err(|_| Error::Unreadable("turn"))
}

fn micros(millis: Option<f64>) -> Option<i64> {
    // Nobody waits for longer than a day, and a cast from a float saturates.
    millis.map(|millis| (millis * 1_000.0).clamp(0.0, 86_400e6).round() as i64)
}

fn millis_of(row: &AnyRow, column: &str) -> Result<Option<f64>> {
    Ok(maybe_int(row, column)?.map(|micros| micros as f64 / 1_000.0))
}

fn conversation(row: &AnyRow) -> Result<Conversation> {
    read!(row => Conversation {
        id: id,
        agent_id: id,
        channel: text,
        state: id,
        started_at: time,
        ended_at: maybe_time,
    })
}

fn turn_id(row: &AnyRow, column: &str) -> Result<TurnId> {
    Ok(TurnId(count(row, column)?))
}

fn turn_millis(row: &AnyRow) -> Result<TurnMillis> {
    Ok(TurnMillis {
        transcript: millis_of(row, "transcript_micros")?,
        decision: millis_of(row, "decision_micros")?,
        to_first_audio: millis_of(row, "first_audio_micros")?,
    })
}

impl Store {
    fn turn(&self, tenant: &Tenant, id: &ConversationId, row: &AnyRow) -> Result<Turn> {
        let number = int(row, "turn")?.to_string();
        let opening = self.opening(tenant.as_str(), id.as_str(), &number);
        let (heard, said) = (opening.text(HEARD, row)?, opening.text(SAID, row)?);
        let millis = turn_millis(row)?;
        read!(row => Turn {
            turn: turn_id,
            interrupted: flag,
            at: time,
            ; heard, said, millis,
        })
    }

    fn call(&self, tenant: &Tenant, id: &ConversationId, row: &AnyRow) -> Result<Call> {
        let call_id: CallId = crate::row::id(row, "call_id")?;
        let opening = self.opening(tenant.as_str(), id.as_str(), call_id.as_str());
        let arguments = opening.json(ARGUMENTS, row)?;
        let took = Duration::from_micros(count(row, "micros")?);
        read!(row => Call {
            turn: turn_id,
            tool: text,
            verdict: text,
            at: time,
            ; call_id, arguments, took,
        })
    }
}
