#![allow(unused)]

use conversimple::{CardNumber, SealKeys, SecurityCode};

fn keep(keys: &SealKeys, card: &CardNumber, code: &SecurityCode) {
    let _ = keys.seal(card);
    let _ = keys.seal(code);
}

fn main() {}
