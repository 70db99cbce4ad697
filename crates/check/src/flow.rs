//! Follows values through a file: what a name holds, what a text is made of, where an argument, a secret or an error
//! goes. Emits an event for each call, assignment, text and return; what of it is a fault is decided by the observer.
//! A value is followed within its function, its class's attributes, the file's constants, and through functions of the
//! same file two calls deep.

mod call;
mod eval;
mod event;
mod folded;
mod inline;
mod known;
mod origin;
mod request;
mod result;
mod run;
mod site;
mod state;
mod value;
mod walk;

pub(crate) use event::FlowEvent;
pub(crate) use known::is_context;
pub(crate) use origin::{
    is_customer_id, is_fixed, is_nonce_name, makes_customer_id, signs_cookies,
};
pub(crate) use request::{is_answer, is_route};
pub(crate) use result::is_hash;
pub(crate) use run::follow;
pub(crate) use site::Site;
pub(crate) use state::{FileFacts, Flow, Frame, Observer};
pub(crate) use value::{Skeleton, Value, has_hole};
