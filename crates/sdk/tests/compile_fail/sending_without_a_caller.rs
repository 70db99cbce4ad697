#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Do what is needed", effect = "send")]
    async fn run(&self, text: FreeText) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
