#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

struct Account;

#[agent]
impl Desk {
    #[tool("Get account balance")]
    async fn balance(&self, account: Owned<Account>) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
