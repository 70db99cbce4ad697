//! A tool body takes a permit, and there is no way to one but through the stages.

use conversimple_guard::call::Permit;

fn body(_permit: Permit) {}

fn main() {
    body(Permit {});
}
