#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Count")]
    async fn count(&mut self) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
