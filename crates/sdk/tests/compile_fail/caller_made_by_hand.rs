#![allow(unused)]

use conversimple::prelude::*;

struct Account;

fn main() {
    let caller = Caller { id: "alice".into() };
    let account = Owned { thing: Account };
}
