#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Deletes the account of a customer")]
    async fn run(&self, number: u32) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
