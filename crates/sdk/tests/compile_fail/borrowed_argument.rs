#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Search products")]
    async fn search(&self, query: &str) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
