//! Passwords and other values that only their name gives away: "my password is sunflower", `password=hunter2`, `"token": "…"`,
//! `Authorization: Bearer …`.
//!
//! Decides where such a value ends: a written one at its quote or space, a spoken one at the clause. "my password is not
//! working" has no value.

mod named;
mod spoken;
mod value;
mod word;

pub(super) use named::named;
pub(super) use spoken::spoken;
