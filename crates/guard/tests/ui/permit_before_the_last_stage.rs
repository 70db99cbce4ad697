//! A call that nobody has looked at yet cannot be permitted.

use conversimple_guard::call::{Call, Quotas, stage};
use conversimple_guard::consent::Consent;
use std::time::Duration;

fn hurry(call: Call<stage::Received>, quotas: &mut Quotas) {
    let _permit = call.permitted(Consent::None, quotas, Duration::ZERO);
}

fn skip_validation(call: Call<stage::Limited>) {
    let _call = call.owned(&[]);
}

fn main() {}
