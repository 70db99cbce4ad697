//! The effects that a tool can have, and the names under which they are declared.
//!
//! Decides nothing about which tool has which: that is judged in `effect`.

use serde::{Deserialize, Serialize};

/// What a tool does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It looks something up or computes.
    Read,
    /// It changes something that stays and can be changed back.
    Write,
    /// Something leaves to somebody: a message, an invitation, a post.
    Send,
    /// Money moves, or somebody is bound to pay.
    Pay,
    /// Something that was there is gone or over.
    Delete,
    /// Its success says who the caller is.
    Login,
    /// Its success ends that.
    Logout,
}

impl Effect {
    const NAMES: [(&'static str, Self); 7] = [
        ("read", Self::Read),
        ("write", Self::Write),
        ("send", Self::Send),
        ("pay", Self::Pay),
        ("delete", Self::Delete),
        ("login", Self::Login),
        ("logout", Self::Logout),
    ];

    /// The effect of a name as it is declared.
    pub fn parse(name: &str) -> Option<Self> {
        let row = Self::NAMES.iter().find(|(known, _)| *known == name)?;
        Some(row.1)
    }

    /// The name under which it is declared.
    pub fn as_str(self) -> &'static str {
        let row = Self::NAMES.iter().find(|(_, effect)| *effect == self);
        row.map_or("write", |(name, _)| name)
    }

    /// Whether a mistake cannot be taken back: a payment, a message, a deletion.
    pub fn is_risky(self) -> bool {
        matches!(self, Self::Pay | Self::Send | Self::Delete)
    }
}
