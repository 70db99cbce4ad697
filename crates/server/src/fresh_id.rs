//! Ids of things that have no id type of their own.

/// A new id: the prefix and the random bytes in hexadecimal.
pub(crate) fn fresh_id<const N: usize>(prefix: &str, random: [u8; N]) -> String {
    random
        .iter()
        .fold(prefix.to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
