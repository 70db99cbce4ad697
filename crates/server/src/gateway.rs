//! The two doors for sockets: agents come in by one, callers by the other.

pub(crate) mod agent;
pub(crate) mod caller;

/// What a socket reads at once. The library keeps a buffer of this size for each open socket and fills it with zeros at
/// each read: its default of 128 KB made an agent at rest cost 140 KB.
const READ_BUFFER_BYTES: usize = 4096;
