#![allow(unused)]

use conversimple::ApiKey;

fn main() {
    let _ = ApiKey::from("cs_live_in_the_source");
    let _: ApiKey = "cs_live_in_the_source".parse().unwrap();
}
