#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Pay an amount of money")]
    async fn pay(&self, amount: f64) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
