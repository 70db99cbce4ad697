#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

impl Desk {
    #[tool("Get opening hours")]
    async fn hours(&self) -> Reply<u32> {
        Ok(9)
    }
}

fn main() {}
