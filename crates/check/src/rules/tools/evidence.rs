//! What a tool's body does about its arguments and its caller. Decides by looking for checks, not by proving them: a
//! check that is there but wrong is not seen.

mod body;
mod checks;
mod owner;
mod places;

pub(super) use body::Body;
pub(super) use checks::{Checks, schema_of};
pub(super) use owner::checks_owner;
