#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Say my password")]
    async fn say(&self, password: Password) -> Reply<Password> {
        Ok(password)
    }
}

fn main() {}
