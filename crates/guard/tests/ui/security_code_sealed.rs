//! A card's security code cannot be stored, not even sealed.

use conversimple_guard::card::SecurityCode;
use conversimple_guard::seal::{Cell, KeyRing, Sealed};

fn keep(ring: &KeyRing, cell: &Cell<'_>, code: &SecurityCode) -> Sealed<SecurityCode> {
    Sealed::new(ring, cell, code, [0; 24])
}

fn main() {}
