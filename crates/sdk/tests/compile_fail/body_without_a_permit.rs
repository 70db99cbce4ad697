#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Pay out everything")]
    async fn pay_out(&self, caller: Caller) -> Reply<u32> {
        let _ = caller;
        Ok(1)
    }
}

async fn pay_out_anyway(desk: &Desk) {
    // There is no caller to give, and no permitted call to take one from.
    let permitted = conversimple::__private::Permitted {};
    let _ = desk.pay_out(Default::default()).await;
}

fn main() {}
