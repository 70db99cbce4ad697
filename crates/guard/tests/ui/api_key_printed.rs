//! An API key has no way into a text, and no copy.

use conversimple_guard::apikey::ApiKey;

fn log(key: &ApiKey) {
    println!("{key:?}");
}

fn copy(key: &ApiKey) -> ApiKey {
    key.clone()
}

fn main() {}
