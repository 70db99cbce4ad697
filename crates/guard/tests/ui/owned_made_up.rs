//! A thing is owned when a lookup for the caller found it.

use conversimple_guard::call::Owned;

struct Account;

fn main() {
    let _account = Owned { thing: Account };
}
