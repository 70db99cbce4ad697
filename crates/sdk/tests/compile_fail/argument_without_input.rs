#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

struct Payment {
    amount: Decimal,
}

#[agent]
impl Desk {
    #[tool("Process payment")]
    async fn pay(&self, caller: Caller, payment: Payment) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
