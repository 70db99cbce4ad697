//! What an agent keeps of one conversation: its id, and state of the agent's own types, gone when it ends.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conversimple_wire::ConversationId;

/// The conversation that a tool is called in: take it as a parameter of the tool.
///
/// State is kept by type: one value of each. It lives in this process's memory and is dropped when the conversation
/// ends, also while a tool still runs.
#[derive(Clone)]
pub struct Conversation {
    id: ConversationId,
    state: Arc<State>,
}

/// The state of one conversation.
#[derive(Default)]
pub(crate) struct State(Mutex<Option<HashMap<TypeId, Box<dyn Any + Send>>>>);

impl State {
    /// A conversation that has begun.
    pub(crate) fn begun() -> Self {
        Self(Mutex::new(Some(HashMap::new())))
    }

    /// Drops everything and takes nothing more.
    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether the conversation has ended.
    pub(crate) fn is_over(&self) -> bool {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.is_none()
    }
}

impl Conversation {
    pub(crate) fn new(id: ConversationId, state: Arc<State>) -> Self {
        Self { id, state }
    }

    /// Its id.
    pub fn id(&self) -> &ConversationId {
        &self.id
    }

    /// A copy of the state of a type, or its default value where there is none yet.
    pub fn state<T: Clone + Default + Send + 'static>(&self) -> T {
        self.update(|state: &mut T| state.clone())
    }

    /// Changes the state of a type, beginning with its default value, and gives back what the change gives. The change
    /// runs under a lock and must not wait. After the conversation's end it works on a value that nobody sees again.
    pub fn update<T: Default + Send + 'static, R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut states = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(states) = states.as_mut() else {
            drop(states);
            return change(&mut T::default());
        };
        let state = states
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Box::new(T::default()));
        match state.downcast_mut::<T>() {
            Some(state) => change(state),
            None => change(&mut T::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default, PartialEq, Debug)]
    struct Basket(Vec<&'static str>);

    #[test]
    fn conversation_state_is_kept_by_type_until_end() {
        let state = Arc::new(State::begun());
        let id = ConversationId::parse("v1").expect("an id");
        let conversation = Conversation::new(id, state.clone());
        conversation.update(|basket: &mut Basket| basket.0.push("tea"));
        conversation.update(|count: &mut u32| *count += 1);
        assert_eq!(conversation.state::<Basket>(), Basket(vec!["tea"]));
        assert_eq!(conversation.state::<u32>(), 1);
        state.end();
        assert_eq!(conversation.state::<Basket>(), Basket::default());
        conversation.update(|count: &mut u32| *count += 1);
        assert_eq!(conversation.state::<u32>(), 0);
    }
}
