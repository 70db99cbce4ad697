//! Only the grammar of answers says that the caller agreed.

use conversimple_guard::consent::{Agreement, ArgumentsDigest};

fn made_up(digest: ArgumentsDigest) -> Agreement {
    Agreement { digest }
}

fn main() {}
