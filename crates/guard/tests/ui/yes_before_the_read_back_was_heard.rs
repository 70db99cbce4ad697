//! A yes comes from a read-back that was heard, and from nothing else.

use conversimple_guard::consent::{Agreement, ReadBack, Yes};

fn early(question: ReadBack, agreement: Agreement) -> Option<Yes> {
    question.agreed(agreement)
}

fn main() {}
