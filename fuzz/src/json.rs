//! What a JSON text holds, by counting its signs: a second opinion that shares nothing with the parser under test.

/// What stands in a text that is known to be JSON.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Members of all its objects.
    pub members: usize,
    /// Objects and arrays around its innermost value.
    pub depth: usize,
}

/// Counts colons and brackets outside strings.
pub fn counted(text: &str) -> Counted {
    let mut counted = Counted::default();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b':' => counted.members += 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        counted.depth = counted.depth.max(depth);
    }
    counted
}

/// Members of all objects in a value.
pub fn members(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(map) => map.len() + map.values().map(members).sum::<usize>(),
        serde_json::Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}
