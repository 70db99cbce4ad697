#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Log in", role = "login")]
    async fn enter(&self) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
