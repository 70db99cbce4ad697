//! The proof that a thing is the caller's own.
//!
//! A [`Claim`] comes out of a validated call and names one thing; whoever knows the customer's data answers it, and an
//! [`Owned`] comes of a thing that was found. "Not yours" and "not there" are one answer. Decides nothing about how the
//! lookup is made; it can only be as right as that.

use std::ops::Deref;

use conversimple_wire::tool::OwnThings;
use conversimple_wire::{CallId, Code};

use super::{Caller, OwnArgument};
use crate::refusal::Refusal;

/// "This call wants that thing, and says it is the caller's."
#[must_use = "a claim that is not answered leaves the call where it is"]
pub struct Claim {
    call_id: CallId,
    argument: String,
    kind: String,
    id: String,
    caller: Caller,
}

impl Claim {
    pub(super) fn new(call_id: CallId, own: &OwnArgument, id: &str, caller: Caller) -> Self {
        Self {
            call_id,
            argument: own.name.clone(),
            kind: own.kind.clone(),
            id: id.to_owned(),
            caller,
        }
    }

    /// Which argument names the thing.
    pub fn argument(&self) -> &str {
        &self.argument
    }

    /// What kind of thing.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The id that was asked for. Not yet known to be anybody's.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose it must be.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Answers the claim with what the lookup for this caller and this id gave.
    ///
    /// # Errors
    /// `unauthorized` for nothing, whether it is another's or not there.
    pub fn answered<T>(self, found: Option<T>) -> Result<Owned<T>, Refusal> {
        match found {
            Some(thing) => Ok(Owned { thing, claim: self }),
            None => Err(Code::Unauthorized.into()),
        }
    }

    /// Answers the claim from the list of the caller's own things.
    ///
    /// # Errors
    /// `unauthorized` when the id is not in it.
    pub fn among(self, things: &OwnThings) -> Result<Owned<()>, Refusal> {
        let found = things.things.iter().any(|thing| thing.id == self.id);
        self.answered(found.then_some(()))
    }
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim")
            .field("call_id", &self.call_id)
            .field("argument", &self.argument)
            .finish_non_exhaustive()
    }
}

/// A thing that was looked up for the caller who asks. There is no other way to make one.
pub struct Owned<T> {
    thing: T,
    claim: Claim,
}

impl<T> Owned<T> {
    /// The thing's id.
    pub fn id(&self) -> &str {
        &self.claim.id
    }

    /// Whose it is.
    pub fn caller(&self) -> &Caller {
        &self.claim.caller
    }

    /// The thing, without the proof.
    pub fn into_inner(self) -> T {
        self.thing
    }

    /// What the call takes to go on.
    pub fn proof(&self) -> Proof {
        Proof {
            call_id: self.claim.call_id.clone(),
            argument: self.claim.argument.clone(),
            id: self.claim.id.clone(),
        }
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.thing
    }
}

impl<T> std::fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owned").finish_non_exhaustive()
    }
}

/// The answered claim, without the thing.
pub struct Proof {
    call_id: CallId,
    argument: String,
    id: String,
}

impl Proof {
    pub(super) fn answers(&self, claim: &Claim) -> bool {
        self.call_id == claim.call_id && self.argument == claim.argument && self.id == claim.id
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof")
            .field("argument", &self.argument)
            .finish_non_exhaustive()
    }
}
