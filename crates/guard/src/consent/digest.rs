//! The digest that binds a yes to a call: the tool and its validated arguments in canonical form.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::canonical;

/// SHA-256 over the canonical text of `{"arguments": …, "tool": …}`.
///
/// It is taken over secrets too and is not keyed, so whoever has it can try out a short secret: it stays in memory and
/// is never printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArgumentsDigest([u8; 32]);

impl ArgumentsDigest {
    /// The digest of a tool and its arguments. The order of the arguments does not matter; that of a list's items does,
    /// and 1 is not 1.0.
    pub fn of(tool: &str, arguments: &Map<String, Value>) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"{\"arguments\":");
        hash.update(canonical::map_to_text(arguments));
        hash.update(b",\"tool\":");
        hash.update(json!(tool).to_string());
        hash.update(b"}");
        Self(hash.finalize().into())
    }
}

impl std::fmt::Debug for ArgumentsDigest {
    /// Says that it is a digest; never its bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ArgumentsDigest")
    }
}
