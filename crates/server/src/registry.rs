//! Which agent process serves which conversation.
//!
//! The published clients come in three shapes: an agent that serves everything over one socket, a dispatcher whose
//! control socket starts a socket for each conversation, and our own SDK, which says which agents it serves. Until a
//! conversation is announced they look alike. So a conversation is announced to one candidate at a time, and belongs
//! to whichever socket of the same customer registers tools for it first.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversimple_conversation::calls::SocketId;
use conversimple_wire::agent::{Lifecycle, ToAgent};
use conversimple_wire::rest::ToolReview;
use conversimple_wire::tool::Party;
use conversimple_wire::{AgentId, CallId, ConversationId, CustomerId, ToolOutcome, ToolSpec};
use tokio::sync::mpsc;

use crate::agent_socket::AgentSocket;
use crate::clock;
use crate::mailbox::{Event, Mailbox};

/// A process that comes back registers its conversations by itself; it is given this long before a conversation that
/// lost its socket is announced to it as to a stranger.
const RETURN_LIMIT: Duration = Duration::from_millis(300);

/// Agents whose reviews are kept; past these only the reviews of agents in a conversation are.
const REVIEWS_LIMIT: usize = 1_024;

struct Connection {
    socket: AgentSocket,
    customer_id: CustomerId,
    /// Which agents the process says that it serves; empty means any.
    agents: Vec<AgentId>,
    /// Conversations that it has registered tools for.
    serves: HashSet<ConversationId>,
    /// It registered for a conversation that another socket was asked about: a dispatcher's child, made for that one.
    dedicated: bool,
    attached_at: Duration,
}

struct Served {
    party: Party,
    /// The key that opened it.
    key_id: Option<String>,
    session: Mailbox,
    socket: Option<SocketId>,
    asked: Vec<SocketId>,
    lost: bool,
}

/// Every agent connection and every open conversation.
#[derive(Default)]
pub(crate) struct Registry {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_socket: u64,
    connections: HashMap<SocketId, Connection>,
    conversations: HashMap<ConversationId, Served>,
    /// Which conversation a call that was sent belongs to.
    calls: HashMap<CallId, ConversationId>,
    strays: u64,
    /// What was made of the tools that each agent registered last.
    reviews: HashMap<Party, ToolReview>,
}

impl Registry {
    /// An agent has joined. Returns its name and what it is to be sent.
    pub(crate) fn attach(
        &self,
        customer_id: CustomerId,
        key_id: String,
        agents: Vec<AgentId>,
    ) -> (AgentSocket, mpsc::Receiver<ToAgent>) {
        let mut state = self.lock();
        state.last_socket += 1;
        let (socket, inbox) = AgentSocket::new(SocketId(state.last_socket), key_id.into());
        let connection = Connection {
            socket: socket.clone(),
            customer_id,
            agents,
            serves: HashSet::new(),
            dedicated: false,
            attached_at: clock::monotonic(),
        };
        state.connections.insert(socket.id, connection);
        (socket, inbox)
    }

    /// An agent is gone. Its conversations are told.
    pub(crate) fn detach(&self, socket: SocketId) {
        let mut state = self.lock();
        let Some(connection) = state.connections.remove(&socket) else {
            return;
        };
        for conversation_id in connection.serves {
            if let Some(served) = state.conversations.get_mut(&conversation_id)
                && served.socket == Some(socket)
            {
                served.socket = None;
                served.lost = true;
                served.asked.retain(|asked| *asked != socket);
                let _gone = served.session.send(Event::AgentLost);
            }
        }
    }

    /// A conversation begins: it is announced to a candidate.
    pub(crate) fn open(&self, conversation_id: ConversationId, party: Party, session: Mailbox) {
        let mut state = self.lock();
        let served = Served {
            party,
            key_id: None,
            session,
            socket: None,
            asked: Vec::new(),
            lost: false,
        };
        state.conversations.insert(conversation_id.clone(), served);
        state.announce(&conversation_id);
    }

    /// A conversation was opened with a key, and ends with it.
    pub(crate) fn opened_with(&self, id: &ConversationId, key_id: String) {
        if let Some(served) = self.lock().conversations.get_mut(id) {
            served.key_id = Some(key_id);
        }
    }

    /// Sockets of a customer's agents.
    pub(crate) fn sockets_of(&self, customer_id: &CustomerId) -> usize {
        let state = self.lock();
        let of_customer = |c: &&Connection| c.customer_id == *customer_id;
        state.connections.values().filter(of_customer).count()
    }

    /// Announces a conversation that nobody serves yet to the next candidate. False when there is none.
    pub(crate) fn announce(&self, conversation_id: &ConversationId) -> bool {
        self.lock().announce(conversation_id)
    }

    /// A socket registers tools for a conversation. False when there is no such conversation of its customer, or
    /// another socket serves it.
    pub(crate) fn register(
        &self,
        socket: SocketId,
        conversation_id: &ConversationId,
        tools: Vec<ToolSpec>,
    ) -> bool {
        let mut state = self.lock();
        let State {
            connections,
            conversations,
            ..
        } = &mut *state;
        let Some(connection) = connections.get_mut(&socket) else {
            return false;
        };
        let Some(served) = conversations.get_mut(conversation_id) else {
            return false;
        };
        let asked = served.asked.contains(&socket);
        // A process that comes back registers by itself, perhaps before the end of its old socket is noticed.
        let comes_back = |other: SocketId| !asked && socket.0 > other.0;
        let taken = served.socket.filter(|other| *other != socket);
        if served.party.customer_id != connection.customer_id
            || taken.is_some_and(|other| !comes_back(other))
        {
            return false;
        }
        connection.dedicated |= !asked && !served.asked.is_empty();
        connection.serves.insert(conversation_id.clone());
        served.socket = Some(socket);
        let agent = connection.socket.clone();
        if let Some(old) = taken.and_then(|other| connections.get_mut(&other)) {
            old.serves.remove(conversation_id);
        }
        let event = Event::Agent {
            socket: agent,
            tools,
            remembers: !asked,
        };
        served.session.send(event).is_ok()
    }

    /// The agent that a conversation is with, if it is the customer's.
    pub(crate) fn agent_of(
        &self,
        customer_id: &CustomerId,
        id: &ConversationId,
    ) -> Option<AgentId> {
        let state = self.lock();
        let served = state.conversations.get(id);
        let served = served.filter(|served| served.party.customer_id == *customer_id)?;
        Some(served.party.agent_id.clone())
    }

    /// Notes what was made of the tools that were registered for a conversation.
    pub(crate) fn reviewed(&self, conversation_id: &ConversationId, review: ToolReview) {
        let mut state = self.lock();
        let State {
            conversations,
            reviews,
            ..
        } = &mut *state;
        let Some(served) = conversations.get(conversation_id) else {
            return;
        };
        if reviews.len() >= REVIEWS_LIMIT && !reviews.contains_key(&served.party) {
            let parties: HashSet<&Party> = conversations.values().map(|open| &open.party).collect();
            reviews.retain(|party, _| parties.contains(party));
        }
        reviews.insert(served.party.clone(), review);
    }

    /// What was made of the tools that an agent registered last; empty when it registered none since the start.
    pub(crate) fn review(&self, party: &Party) -> ToolReview {
        self.lock().reviews.get(party).cloned().unwrap_or_default()
    }

    /// A call is about to be sent: its reply belongs to this conversation.
    pub(crate) fn expect_reply(&self, call_id: CallId, conversation_id: ConversationId) {
        self.lock().calls.insert(call_id, conversation_id);
    }

    /// No reply to this call is expected any more.
    pub(crate) fn forget_reply(&self, call_id: &CallId) {
        self.lock().calls.remove(call_id);
    }

    /// A reply goes to the session that its call belongs to, whatever conversation the agent names. Whether the call
    /// was sent on this socket is the ledger's to say. False for a call that nobody waits for.
    pub(crate) fn reply(&self, socket: SocketId, call_id: CallId, outcome: ToolOutcome) -> bool {
        let mut state = self.lock();
        let session = state
            .calls
            .get(&call_id)
            .and_then(|id| state.conversations.get(id));
        let sent = session.is_some_and(|served| {
            let own = served.socket == Some(socket);
            own && served
                .session
                .send(Event::Reply {
                    call_id,
                    socket,
                    outcome,
                })
                .is_ok()
        });
        state.strays += u64::from(!sent);
        sent
    }

    /// Every call that a socket was sent and has not answered gets this outcome.
    pub(crate) fn reply_to_all(&self, socket: SocketId, outcome: &ToolOutcome) {
        let state = self.lock();
        for (call_id, conversation_id) in &state.calls {
            let served = state.conversations.get(conversation_id);
            if let Some(served) = served.filter(|served| served.socket == Some(socket)) {
                let _over = served.session.send(Event::Reply {
                    call_id: call_id.clone(),
                    socket,
                    outcome: outcome.clone(),
                });
            }
        }
    }

    /// A conversation is over. Whoever heard of it is told.
    pub(crate) fn close(&self, conversation_id: &ConversationId) {
        let mut state = self.lock();
        let Some(served) = state.conversations.remove(conversation_id) else {
            return;
        };
        for socket in served
            .socket
            .into_iter()
            .chain(served.asked)
            .collect::<HashSet<_>>()
        {
            if let Some(connection) = state.connections.get_mut(&socket) {
                connection.serves.remove(conversation_id);
                connection.socket.send(ToAgent::ConversationLifecycle {
                    event: Lifecycle::Ended,
                    conversation_id: conversation_id.clone(),
                    timestamp: clock::rfc3339_now(),
                });
            }
        }
    }

    /// The session of a conversation, if it is the customer's.
    pub(crate) fn session(&self, customer_id: &CustomerId, id: &ConversationId) -> Option<Mailbox> {
        let state = self.lock();
        state
            .conversations
            .get(id)
            .filter(|served| served.party.customer_id == *customer_id)
            .map(|s| s.session.clone())
    }

    /// Closes the sockets that were opened with a key, and ends the conversations: a token of one opens nothing any more.
    pub(crate) fn close_key(&self, key_id: &str) {
        let state = self.lock();
        let sockets = state.connections.values().map(|open| &open.socket);
        sockets
            .filter(|socket| *socket.key_id == *key_id)
            .for_each(AgentSocket::close);
        for served in state.conversations.values() {
            if served.key_id.as_deref() == Some(key_id) {
                let _over = served.session.send(Event::Stop);
            }
        }
    }

    /// Every conversation is told to end.
    pub(crate) fn stop(&self) {
        for served in self.lock().conversations.values() {
            let _over = served.session.send(Event::Stop);
        }
    }

    /// The keys that sockets and conversations were opened with.
    pub(crate) fn keys(&self) -> HashSet<String> {
        let state = self.lock();
        let sockets = state.connections.values().map(|open| &open.socket);
        let conversations = state.conversations.values();
        sockets
            .map(|socket| socket.key_id.to_string())
            .chain(conversations.filter_map(|served| served.key_id.clone()))
            .collect()
    }

    /// The agents that are connected for a customer and say their names.
    pub(crate) fn agents(&self, customer_id: &CustomerId) -> Vec<AgentId> {
        let state = self.lock();
        let mut agents: Vec<AgentId> = state
            .connections
            .values()
            .filter(|connection| connection.customer_id == *customer_id)
            .flat_map(|connection| connection.agents.iter().cloned())
            .collect();
        agents.sort();
        agents.dedup();
        agents
    }

    /// Connected agents and open conversations, for health and metrics.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.connections.len(), state.conversations.len())
    }

    /// Open conversations of a customer.
    pub(crate) fn open_conversations(&self, customer_id: &CustomerId) -> usize {
        self.lock()
            .conversations
            .values()
            .filter(|served| served.party.customer_id == *customer_id)
            .count()
    }

    /// Replies that no open call waited for.
    pub(crate) fn strays(&self) -> u64 {
        self.lock().strays
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn announce(&mut self, conversation_id: &ConversationId) -> bool {
        let Some(served) = self.conversations.get_mut(conversation_id) else {
            return false;
        };
        if served.socket.is_some() {
            return true;
        }
        let party = &served.party;
        let may_serve = |c: &&Connection| {
            c.customer_id == party.customer_id
                && !c.dedicated
                && (c.agents.is_empty() || c.agents.contains(&party.agent_id))
        };
        // When everybody who could was asked, it begins again.
        if self
            .connections
            .values()
            .filter(may_serve)
            .all(|c| served.asked.contains(&c.socket.id))
        {
            served.asked.clear();
        }
        let candidate = self
            .connections
            .values()
            .filter(may_serve)
            .filter(|c| !served.asked.contains(&c.socket.id))
            .filter(|c| {
                !served.lost || clock::monotonic().saturating_sub(c.attached_at) >= RETURN_LIMIT
            })
            // Whoever names the agent comes first; then whoever has least to do; then the newest.
            .min_by_key(|c| {
                (
                    c.agents.is_empty(),
                    c.serves.len(),
                    std::cmp::Reverse(c.socket.id.0),
                )
            });
        let Some(candidate) = candidate else {
            return false;
        };
        served.asked.push(candidate.socket.id);
        let Party {
            customer_id,
            agent_id,
        } = served.party.clone();
        let conversation_id = conversation_id.clone();
        candidate.socket.send(ToAgent::ConversationReady {
            conversation_id: conversation_id.clone(),
            agent_id,
            customer_id,
        }) && candidate.socket.send(ToAgent::ConversationLifecycle {
            event: Lifecycle::Started,
            conversation_id,
            timestamp: clock::rfc3339_now(),
        })
    }
}

#[cfg(test)]
mod tests;
