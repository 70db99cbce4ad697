//! Where answers go: which socket asked last for each call that runs.
//!
//! That a call id runs once, and what a repeated one is answered, is the guard's memory of calls. What an ended
//! conversation was told is forgotten at once, also by a call that was still running; its call ids are not.

use std::collections::HashMap;
use std::sync::Arc;

use conversimple_guard::call::{Begin, CallMemory};
use conversimple_wire::{CallId, ConversationId};
use serde_json::Value;

use super::SocketId;

/// The memory, with addresses.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    memory: CallMemory,
    running: HashMap<CallId, Asked>,
}

#[derive(Debug)]
struct Asked {
    conversation: ConversationId,
    socket: SocketId,
    over: bool,
}

/// Where an answer goes.
pub(crate) struct Address {
    pub(crate) socket: SocketId,
    pub(crate) conversation: ConversationId,
    pub(crate) answer: Arc<Value>,
}

impl Ledger {
    /// Takes note of a call that arrived on a socket. One that runs is answered on the socket that asked last.
    pub(crate) fn begin(
        &mut self,
        call: &CallId,
        conversation: &ConversationId,
        socket: SocketId,
    ) -> Begin {
        let begin = self.memory.begin(call, conversation);
        if begin == Begin::New {
            let asked = Asked {
                conversation: conversation.clone(),
                socket,
                over: false,
            };
            self.running.insert(call.clone(), asked);
        }
        match self.running.get_mut(call) {
            Some(asked) if asked.over => Begin::Refused,
            Some(asked) if begin == Begin::Running => {
                asked.socket = socket;
                begin
            }
            _ => begin,
        }
    }

    /// Takes note of an answer, and says where it goes: nowhere when its conversation is over.
    pub(crate) fn finish(&mut self, call: &CallId, answer: Value) -> Option<Address> {
        let asked = self.running.remove(call)?;
        let answer = self.memory.finish(call, answer)?;
        if asked.over {
            self.memory.close(&asked.conversation);
            return None;
        }
        Some(Address {
            socket: asked.socket,
            conversation: asked.conversation,
            answer,
        })
    }

    /// Forgets what a conversation was told.
    pub(crate) fn forget(&mut self, conversation: &ConversationId) {
        self.memory.close(conversation);
        for asked in self.running.values_mut() {
            asked.over |= asked.conversation == *conversation;
        }
    }

    /// Whether an answer is still awaited on a socket.
    pub(crate) fn awaited_on(&self, socket: SocketId) -> bool {
        let mut running = self.running.values();
        running.any(|asked| asked.socket == socket && !asked.over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids() -> (CallId, ConversationId) {
        let call = CallId::parse("c1").expect("an id");
        (call, ConversationId::parse("v1").expect("an id"))
    }

    #[test]
    fn call_answer_goes_to_socket_that_asked_last() {
        let (call, conversation) = ids();
        let mut ledger = Ledger::default();
        assert_eq!(ledger.begin(&call, &conversation, SocketId(1)), Begin::New);
        assert_eq!(
            ledger.begin(&call, &conversation, SocketId(2)),
            Begin::Running
        );
        assert!(ledger.awaited_on(SocketId(2)) && !ledger.awaited_on(SocketId(1)));
        let address = ledger.finish(&call, json!(1)).expect("an address");
        assert_eq!(address.socket, SocketId(2));
        assert!(!ledger.awaited_on(SocketId(2)));
        assert_eq!(
            ledger.begin(&call, &conversation, SocketId(3)),
            Begin::Answered(Arc::new(json!(1)))
        );
    }

    #[test]
    fn call_outliving_its_conversation_is_not_answered() {
        let (call, conversation) = ids();
        let mut ledger = Ledger::default();
        ledger.begin(&call, &conversation, SocketId(1));
        ledger.forget(&conversation);
        assert_eq!(
            ledger.begin(&call, &conversation, SocketId(1)),
            Begin::Refused
        );
        assert!(ledger.finish(&call, json!(1)).is_none());
        assert_eq!(
            ledger.begin(&call, &conversation, SocketId(1)),
            Begin::Refused
        );
    }
}
