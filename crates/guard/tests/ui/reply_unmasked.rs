//! A result leaves masked and measured or not at all.

use conversimple_guard::reply::{Clear, Sealed};

fn send(_reply: Sealed) {}

fn main() {
    send(Clear::new(serde_json::Value::Null));
    send(Clear::new(serde_json::Value::Null).sealed());
}
