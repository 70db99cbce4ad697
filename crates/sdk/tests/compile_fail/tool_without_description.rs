#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool]
    async fn hours(&self) -> Reply<u32> {
        Ok(9)
    }
}

fn main() {}
