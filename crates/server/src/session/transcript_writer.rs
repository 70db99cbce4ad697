//! What is kept of a session and what is shown of it: turns and calls in the store, results for whoever waits for one.
//!
//! Nothing is kept or shown before it went through the mask.

use conversimple_conversation::{STILL_BEING_DONE, TurnRecord};
use conversimple_mask::mask;
use conversimple_store::{Call, Store, Tenant, Turn};
use conversimple_wire::media::ToCaller;
use conversimple_wire::rest::{TurnCall, TurnView};
use conversimple_wire::tool::CallView;
use conversimple_wire::{ConversationId, TurnId};
use std::time::Duration;
use tokio::sync::oneshot;

use crate::clock;

pub(super) struct TranscriptWriter {
    store: Store,
    tenant: Tenant,
    id: ConversationId,
    /// The calls of the turn that is going on.
    calls: Vec<CallView>,
    waiting: Option<oneshot::Sender<TurnView>>,
    /// The request before it, whose turn may have sent a call when it was interrupted.
    overtaken: Option<oneshot::Sender<TurnView>>,
    /// The turn that was kept last.
    last: Option<Turn>,
    /// What must not be kept of a turn that is not over yet: its words as they were, and as they should have been.
    corrections: Vec<(TurnId, String, String)>,
}

impl TranscriptWriter {
    pub(super) fn new(store: Store, tenant: Tenant, id: ConversationId) -> Self {
        Self {
            store,
            tenant,
            id,
            calls: Vec::new(),
            waiting: None,
            overtaken: None,
            last: None,
            corrections: Vec::new(),
        }
    }

    /// The next turn that ends is the answer to this request. One that still waits is told that its turn was
    /// interrupted, unless a call was sent for it.
    pub(super) fn wait_for_turn(&mut self, done: oneshot::Sender<TurnView>) {
        self.overtaken = self.waiting.replace(done);
    }

    /// A turn was taken back: its calls, if any, belong to nothing.
    pub(super) fn shown(&mut self, message: &ToCaller) {
        if let ToCaller::TurnVoid { turn } = message {
            self.calls.retain(|call| call.turn != *turn);
        }
    }

    /// A call ended.
    pub(super) async fn call(&mut self, view: &CallView) {
        let call = Call {
            call_id: view.call_id.clone(),
            turn: view.turn,
            tool: view.name.clone(),
            arguments: view.arguments.clone(),
            verdict: view.verdict.clone().unwrap_or_default(),
            took: Duration::from_secs_f64(view.millis.unwrap_or_default().max(0.0) / 1000.0),
            at: clock::now(),
        };
        if let Err(error) = self.store.record_call(&self.tenant, &self.id, &call).await {
            tracing::error!(conversation = %self.id, %error, "a tool call was not kept");
        }
        self.calls.push(view.clone());
    }

    /// Words of a turn turn out to be part of a secret: what is kept of it is written anew.
    pub(super) async fn correct(&mut self, turn: TurnId, before: String, after: String) {
        let kept = self.last.take_if(|last| last.turn == turn);
        if let Some(mut last) = kept {
            last.heard = without(&last.heard, &mask(&before), &mask(&after));
            self.keep(last).await;
        } else {
            self.corrections.push((turn, before, after));
        }
    }

    /// A turn ended.
    pub(super) async fn record(&mut self, mut record: TurnRecord) {
        for (turn, before, after) in std::mem::take(&mut self.corrections) {
            if turn == record.turn {
                record.heard = without(&record.heard, &before, &after);
            }
        }
        let (heard, said) = (
            mask(&record.heard).into_owned(),
            mask(&record.said).into_owned(),
        );
        let turn = Turn {
            turn: record.turn,
            heard: heard.clone(),
            said: said.clone(),
            millis: record.millis,
            interrupted: record.interrupted,
            at: clock::now(),
        };
        self.keep(turn).await;
        // Calls of an earlier turn that outlived it are told of in this one.
        let tool_calls = self.calls.iter().map(turn_call).collect();
        self.calls.clear();
        let said = match record.is_open {
            true if said.is_empty() => STILL_BEING_DONE.to_owned(),
            _ => said,
        };
        let waiting = match (record.interrupted, record.called) {
            _ if record.turn.0 == 0 => None,
            (false, _) => self.waiting.take(),
            (true, true) => self.overtaken.take(),
            (true, false) => None,
        };
        if let Some(done) = waiting {
            let _gone = done.send(TurnView {
                heard,
                said,
                tool_calls,
                millis: record.millis,
            });
        }
    }

    async fn keep(&mut self, turn: Turn) {
        if let Err(error) = self.store.record_turn(&self.tenant, &self.id, &turn).await {
            tracing::error!(conversation = %self.id, %error, "a turn was not kept");
        }
        self.last = Some(turn);
    }

    /// The conversation is over.
    pub(super) async fn end(&mut self) {
        if let Err(error) = self
            .store
            .end_conversation(&self.tenant, &self.id, clock::now())
            .await
        {
            tracing::error!(conversation = %self.id, %error, "the end of a conversation was not kept");
        }
    }
}

/// A message as it may be shown.
pub(super) fn masked(message: ToCaller) -> ToCaller {
    match message {
        ToCaller::Heard {
            turn,
            text,
            is_final,
        } => ToCaller::Heard {
            turn,
            text: mask(&text).into_owned(),
            is_final,
        },
        ToCaller::Said { turn, text } => ToCaller::Said {
            turn,
            text: mask(&text).into_owned(),
        },
        ToCaller::Rewritten { turn, text } => ToCaller::Rewritten {
            turn,
            text: mask(&text).into_owned(),
        },
        other => other,
    }
}

/// The words of a turn with one utterance of it as it should have been.
fn without(heard: &str, before: &str, after: &str) -> String {
    match heard.contains(before) {
        true => heard.replacen(before, after, 1),
        // Something else was made of it since; what is not known to be clean is not kept.
        false => after.to_owned(),
    }
}

fn turn_call(view: &CallView) -> TurnCall {
    TurnCall {
        name: view.name.clone(),
        arguments: view.arguments.clone(),
        verdict: view.verdict.clone().unwrap_or_default(),
        millis: view.millis.unwrap_or_default(),
    }
}
