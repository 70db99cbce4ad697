//! The two doors for sockets: agents come in by one, callers by the other.

pub(crate) mod agent;
pub(crate) mod caller;
