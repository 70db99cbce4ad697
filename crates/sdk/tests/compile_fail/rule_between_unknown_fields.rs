//! A rule between fields names fields that are there.

use conversimple::prelude::*;

#[derive(Input)]
#[input(less(from, until))]
struct Period {
    from: u8,
    to: u8,
}

#[derive(Input)]
#[input(length = 2..=4)]
struct Word {
    word: String,
}

#[derive(Input)]
#[input(less(one, two, three))]
struct Three {
    one: u8,
    two: u8,
    three: u8,
}

fn main() {}
