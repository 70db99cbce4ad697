//! The only SQL of the platform: SQLite and PostgreSQL, one text for both.
//!
//! Every statement is a literal with bound values; a text made at run time does not compile as one, and clippy refuses
//! the ways around that. One file puts names that a database's own catalogue has into literals, for sealing a customer's
//! columns anew. Every query on a tenant's data takes a [`Tenant`]. Decides how data is kept; whether somebody
//! may have it is decided by the guard and the server. Texts and arguments of conversations come here masked, and are sealed
//! here with keys that are an argument.
//!
//! The time is an argument, as are ids; the random bytes of a sealed value are the system's. An open [`Store`] has a background
//! task of its own, which writes counts and folds the write-ahead log every few seconds.

mod address;
mod agents;
mod appender;
mod audit;
mod cells;
mod chain;
mod conversations;
mod customers;
mod deployments;
mod error;
mod head_signer;
mod heads;
mod keys;
mod own_cells;
mod pending_uses;
mod pool;
mod retention;
mod row;
mod schema;
mod sealed;
mod sealed_column;
mod settings;
mod stamp;
mod store;
mod tenant;

pub use address::{Address, Durability, Kind};
pub use agents::{Agent, AgentChange, AgentFilter, AgentStatus, ExecutionMode, NewAgent};
pub use audit::Verdict;
pub use chain::{Chain, Link};
pub use conversations::{
    Call, Conversation, ConversationFilter, ConversationState, NewConversation, Turn,
};
pub use customers::Customer;
pub use deployments::{
    Deployment, DeploymentChange, DeploymentChannel, DeploymentFilter, DeploymentStatus,
    Environment, NewDeployment,
};
pub use error::Error;
pub use head_signer::{HeadSigner, HeadsFile};
pub use keys::{StoredKey, Usage, Verified};
pub use own_cells::OwnCells;
pub use retention::Forgotten;
pub use row::{Listed, PER_PAGE_LIMIT, SEARCH_LIMIT_CHARS, Slice};
pub use sealed::{EncryptionRotation, RandomBytes};
pub use sealed_column::{BATCH_CELLS, Batch, BoundTo, ClosedRow, RewrapError, SealedColumn};
pub use stamp::Moment;
pub use store::{Health, Store};
pub use tenant::{Operator, Tenant};
