#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

#[agent]
impl Desk {
    #[tool("Log in")]
    async fn enter(&self) -> Reply<Login> {
        Ok(Login::refused())
    }
}

fn main() {}
