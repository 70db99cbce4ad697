//! What the platform says on a socket that has joined: conversations begin and end, and calls come in.
//!
//! Decides that a call runs once, and only for a conversation that this agent holds. Sockets are the parent's.

use conversimple_guard::call::Begin;
use conversimple_wire::agent::{FromAgent, Lifecycle, ToAgent};
use conversimple_wire::tool::ToolCall;
use conversimple_wire::{CallId, Code, ConversationId};
use serde_json::{Value, json};

use super::order::{Notice, Order, SocketId};
use super::{CONVERSATIONS_LIMIT, Channel, address};

impl Channel {
    /// The conversation whose newest registration has this reference.
    pub(super) fn registered_by(&self, reference: &str) -> Option<ConversationId> {
        let mut registrations = self.registrations.iter();
        let (conversation, _) = registrations.find(|(_, newest)| *newest == reference)?;
        Some(conversation.clone())
    }

    /// A conversation is over, or another process has it: what is kept of it goes. That it ended may have been said while
    /// nobody was connected; then the platform does not know it any more when it is registered again.
    pub(super) fn over(&mut self, conversation: ConversationId) {
        self.ledger.forget(&conversation);
        self.registrations.remove(&conversation);
        if self.held.remove(&conversation) {
            self.orders.push_back(Order::Ended(conversation));
        }
    }

    pub(super) fn message(&mut self, socket: SocketId, message: ToAgent) {
        match message {
            ToAgent::ConversationReady {
                conversation_id, ..
            }
            | ToAgent::ConversationLifecycle {
                event: Lifecycle::Started,
                conversation_id,
                ..
            } => self.hold(socket, conversation_id),
            ToAgent::ConversationLifecycle {
                event: Lifecycle::Ended,
                conversation_id,
                ..
            } => self.over(conversation_id),
            ToAgent::ToolCallRequest(call) => self.call(socket, call),
            ToAgent::ConnectionWarning { message } => {
                self.orders.push_back(Order::Tell(Notice::Warning(message)));
            }
            ToAgent::ErrorNotification { error_type, .. } => {
                self.orders
                    .push_back(Order::Tell(Notice::Warning(error_type)));
            }
            ToAgent::ConfigUpdate { .. } | ToAgent::Unknown => {}
        }
    }

    pub(super) fn hold(&mut self, socket: SocketId, conversation: ConversationId) {
        if self.held.contains(&conversation) {
            return;
        }
        if self.held.len() >= CONVERSATIONS_LIMIT {
            self.orders
                .push_back(Order::Tell(Notice::TooManyConversations));
            return;
        }
        self.held.insert(conversation.clone());
        self.orders.push_back(Order::Began(conversation.clone()));
        self.register(socket, conversation);
    }

    pub(super) fn call(&mut self, socket: SocketId, call: ToolCall) {
        if !self.held.contains(&call.conversation_id) {
            self.refuse(
                socket,
                &call.conversation_id,
                &call.call_id,
                Code::Unauthorized,
            );
            return;
        }
        match self
            .ledger
            .begin(&call.call_id, &call.conversation_id, socket)
        {
            Begin::New => self.orders.push_back(Order::Run(call)),
            Begin::Running => {}
            Begin::Answered(answer) => {
                let answer = (*answer).clone();
                self.answer(socket, &call.conversation_id, &call.call_id, answer);
            }
            Begin::Refused => {
                self.refuse(
                    socket,
                    &call.conversation_id,
                    &call.call_id,
                    Code::Unauthorized,
                );
            }
        }
    }

    /// A message that nobody may act on. If somebody waits for an answer to it, they get a refusal.
    pub(super) fn unreadable(&mut self, socket: SocketId, text: &str) {
        let Some((call, conversation)) = address::find(text) else {
            self.orders.push_back(Order::Tell(Notice::Unreadable));
            return;
        };
        if !self.held.contains(&conversation) {
            self.refuse(socket, &conversation, &call, Code::Unauthorized);
            return;
        }
        match self.ledger.begin(&call, &conversation, socket) {
            Begin::New => self.answered(&call, refusal(Code::InvalidParameters)),
            Begin::Running => {}
            Begin::Answered(answer) => self.answer(socket, &conversation, &call, (*answer).clone()),
            Begin::Refused => self.refuse(socket, &conversation, &call, Code::Unauthorized),
        }
    }

    pub(super) fn refuse(
        &mut self,
        socket: SocketId,
        conversation: &ConversationId,
        call: &CallId,
        code: Code,
    ) {
        self.answer(socket, conversation, call, refusal(code));
    }

    pub(super) fn answer(
        &mut self,
        socket: SocketId,
        conversation: &ConversationId,
        call: &CallId,
        answer: Value,
    ) {
        let response = FromAgent::Response {
            call_id: call.clone(),
            result: answer,
        };
        self.send(socket, response.write(Some(conversation)));
    }

    pub(super) fn register(&mut self, socket: SocketId, conversation_id: ConversationId) {
        let registration = FromAgent::RegisterTools {
            conversation_id: conversation_id.clone(),
            tools: self.plan.tools.clone(),
        };
        if let Some(reference) = self.send(socket, registration.write(None)) {
            self.registrations.insert(conversation_id, reference);
        }
    }
}

/// A refusal as a tool's result: `{"error", "message"}`. The published platform takes it as the answer to the call.
fn refusal(code: Code) -> Value {
    json!({"error": code.as_str(), "message": code.sentence()})
}
