//! A secret has no way into a text.

use conversimple_guard::Secret;

fn log(secret: &Secret<String>) {
    println!("{secret}");
    println!("{secret:?}");
}

fn store(secret: &Secret<String>) -> String {
    serde_json::to_string(secret).unwrap_or_default()
}

fn main() {}
