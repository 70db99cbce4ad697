#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Pay an amount of money", effect = "reed")]
    async fn pay(&self, caller: Caller, amount: f64) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
