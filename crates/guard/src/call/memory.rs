//! Which calls were seen: a call id does something once.
//!
//! A call that is sent again after a reconnect gets the answer that it had; one that is still running is left alone; an
//! id that comes back in another conversation gets nothing of the first one's. Answers are kept for the last 1,024 calls
//! and ids for sixteen times as many, so an id whose answer is gone is refused instead of run again.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use conversimple_wire::{CallId, ConversationId};
use serde_json::Value;

/// How many answers are kept, as the published client does.
pub const MEMORY_COUNT: usize = 1024;

/// How many ids are kept for each answer.
const IDS_PER_ANSWER: usize = 16;

/// What is to be done with a call that came in. Its `Debug` says nothing of an answer.
#[derive(Clone, PartialEq)]
pub enum Begin {
    /// Run it, and [`CallMemory::finish`] it.
    New,
    /// It is running: do nothing, the answer will come.
    Running,
    /// It ran: give this answer again.
    Answered(Arc<Value>),
    /// It ran too long ago, or it is another conversation's: refuse it.
    Refused,
}

impl fmt::Debug for Begin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::Running => "Running",
            Self::Answered(_) => "Answered",
            Self::Refused => "Refused",
        })
    }
}

enum State {
    Running,
    Answered(Arc<Value>),
    Forgotten,
}

/// The memory of one agent connection or of the platform's gateway.
pub struct CallMemory {
    count: usize,
    calls: HashMap<CallId, (ConversationId, State)>,
    /// Every id known, oldest first.
    ids: VecDeque<CallId>,
    /// Every id with an answer, oldest first.
    answered: VecDeque<CallId>,
}

impl fmt::Debug for CallMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallMemory")
            .field("ids", &self.ids.len())
            .finish_non_exhaustive()
    }
}

impl Default for CallMemory {
    fn default() -> Self {
        Self::new(MEMORY_COUNT)
    }
}

impl CallMemory {
    /// A memory of `count` answers (at least one).
    pub fn new(count: usize) -> Self {
        Self {
            count: count.max(1),
            calls: HashMap::new(),
            ids: VecDeque::new(),
            answered: VecDeque::new(),
        }
    }

    /// A call came in.
    pub fn begin(&mut self, call_id: &CallId, conversation_id: &ConversationId) -> Begin {
        match self.calls.get(call_id) {
            None => {
                self.remember(call_id, conversation_id);
                Begin::New
            }
            Some((known, _)) if known != conversation_id => Begin::Refused,
            Some((_, State::Running)) => Begin::Running,
            Some((_, State::Answered(answer))) => Begin::Answered(Arc::clone(answer)),
            Some((_, State::Forgotten)) => Begin::Refused,
        }
    }

    /// A call has its answer. An unknown id, or one that has an answer already, changes nothing.
    pub fn finish(&mut self, call_id: &CallId, answer: Value) -> Option<Arc<Value>> {
        let (_, state) = self.calls.get_mut(call_id)?;
        if !matches!(state, State::Running) {
            return None;
        }
        let answer = Arc::new(answer);
        *state = State::Answered(Arc::clone(&answer));
        self.answered.push_back(call_id.clone());
        if self.answered.len() > self.count
            && let Some(oldest) = self.answered.pop_front()
            && let Some((_, state)) = self.calls.get_mut(&oldest)
        {
            *state = State::Forgotten;
        }
        Some(answer)
    }

    /// A conversation is over: the answers that it had are dropped, its ids stay known.
    pub fn close(&mut self, conversation_id: &ConversationId) {
        for (of, state) in self.calls.values_mut() {
            if of == conversation_id && matches!(state, State::Answered(_)) {
                *state = State::Forgotten;
            }
        }
        let calls = &self.calls;
        self.answered
            .retain(|id| matches!(calls.get(id), Some((_, State::Answered(_)))));
    }

    fn remember(&mut self, call_id: &CallId, conversation_id: &ConversationId) {
        self.calls
            .insert(call_id.clone(), (conversation_id.clone(), State::Running));
        self.ids.push_back(call_id.clone());
        if self.ids.len() > self.count * IDS_PER_ANSWER {
            self.forget_one();
        }
    }

    /// The oldest id goes, unless it still runs: a call must not run twice because it takes long.
    fn forget_one(&mut self) {
        for _ in 0..self.ids.len() {
            let Some(oldest) = self.ids.pop_front() else {
                return;
            };
            match self.calls.get(&oldest) {
                Some((_, State::Running)) => self.ids.push_back(oldest),
                Some((_, State::Answered(_))) => {
                    self.calls.remove(&oldest);
                    self.answered.retain(|id| *id != oldest);
                    return;
                }
                Some((_, State::Forgotten)) | None => {
                    self.calls.remove(&oldest);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(n: usize) -> CallId {
        CallId::parse(format!("call_{n}")).expect("id")
    }

    fn conversation(n: usize) -> ConversationId {
        ConversationId::parse(format!("conv_{n}")).expect("id")
    }

    #[test]
    fn call_id_runs_once_and_repeats_get_same_answer() {
        let mut memory = CallMemory::new(2);
        assert_eq!(memory.begin(&call(1), &conversation(1)), Begin::New);
        assert_eq!(memory.begin(&call(1), &conversation(1)), Begin::Running);
        assert!(memory.finish(&call(1), json!({"n": 1})).is_some());
        assert!(memory.finish(&call(1), json!({"n": 2})).is_none());
        assert_eq!(
            memory.begin(&call(1), &conversation(1)),
            Begin::Answered(Arc::new(json!({"n": 1})))
        );
        assert_eq!(memory.begin(&call(1), &conversation(2)), Begin::Refused);
        assert!(memory.finish(&call(9), json!(0)).is_none());
    }

    #[test]
    fn call_id_with_evicted_answer_is_refused() {
        let mut memory = CallMemory::new(2);
        for n in 1..=3 {
            assert_eq!(memory.begin(&call(n), &conversation(1)), Begin::New);
            memory.finish(&call(n), json!(n));
        }
        assert_eq!(memory.begin(&call(1), &conversation(1)), Begin::Refused);
        assert!(matches!(
            memory.begin(&call(2), &conversation(1)),
            Begin::Answered(_)
        ));
        memory.close(&conversation(1));
        assert_eq!(memory.begin(&call(3), &conversation(1)), Begin::Refused);
    }

    #[test]
    fn running_call_is_not_evicted() {
        let mut memory = CallMemory::new(2);
        memory.begin(&call(9999), &conversation(1));
        for n in 0..1000 {
            memory.begin(&call(n), &conversation(1));
            memory.finish(&call(n), json!(n));
        }
        assert_eq!(memory.begin(&call(9999), &conversation(1)), Begin::Running);
        assert!(memory.finish(&call(9999), json!("late")).is_some());
    }

    #[test]
    fn call_memory_stays_within_limit() {
        let mut memory = CallMemory::new(2);
        for n in 0..1000 {
            memory.begin(&call(n), &conversation(1));
            memory.finish(&call(n), json!(n));
        }
        assert_eq!(
            (memory.calls.len(), memory.ids.len(), memory.answered.len()),
            (32, 32, 2)
        );
    }
}
