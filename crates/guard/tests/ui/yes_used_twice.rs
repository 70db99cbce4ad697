//! One yes permits one call.

use conversimple_guard::call::{ArgumentsDigest, Consent, Yes};
use conversimple_wire::ConversationId;

fn twice(conversation: ConversationId, digest: ArgumentsDigest) -> (Consent, Consent) {
    let yes = Yes::to(conversation, digest);
    (Consent::Spoken(yes), Consent::Spoken(yes))
}

fn main() {}
