#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Pay an amount of money", confirm, no_confirm)]
    async fn pay(&self, caller: Caller, amount: f64) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
