//! One yes permits one call.

use conversimple_guard::consent::{Consent, Yes};

fn twice(yes: Yes) -> (Consent, Consent) {
    (Consent::Spoken(yes), Consent::Spoken(yes))
}

fn main() {}
