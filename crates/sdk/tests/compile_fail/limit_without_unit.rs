#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Search products", limit = "often")]
    async fn search(&self, query: SearchWords) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
