//! Only a login tool's permit gives the right to say who somebody is.

use conversimple_guard::call::Session;
use std::time::Duration;

fn anybody(session: &mut Session) {
    let _ = session.log_in("alice", Duration::ZERO);
}

fn main() {}
