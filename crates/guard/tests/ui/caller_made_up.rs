//! Who the caller is comes from a session, not from a name.

use conversimple_guard::call::Caller;
use std::time::Duration;

fn main() {
    let _caller = Caller {
        id: "alice".into(),
        logged_in_at: Duration::ZERO,
    };
}
