#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

struct Colour;

#[derive(Input)]
struct Paint {
    colour: Colour,
}

#[agent]
impl Desk {
    #[tool("Paint the wall")]
    async fn paint(&self, paint: Paint) -> Reply<u32> {
        Ok(1)
    }
}

fn main() {}
