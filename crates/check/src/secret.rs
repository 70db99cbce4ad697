//! What is a secret and what only looks like one. Decides from a text and, where there is one, the name it is
//! assigned to; leaves where the text stands to its callers. Never repeats a secret in what it gives back.

pub(crate) mod forms;
pub(crate) mod placeholder;
pub(crate) mod scan;
pub(crate) mod url;
pub(crate) mod value;
