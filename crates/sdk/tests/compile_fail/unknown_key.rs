#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Search products", rate = "5/min")]
    async fn search(&self, query: SearchWords) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
