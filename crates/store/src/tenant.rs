//! Whose data it is: no query of a tenant's table can be written without saying so.
//!
//! A [`Tenant`] comes from a key that was verified or from the [`Operator`]. It is not made from a text that somebody
//! sent. It does not protect against code that asks for an `Operator` where it serves requests; that word is there to
//! be searched for in a review.

use conversimple_wire::CustomerId;

/// The customer on whose behalf a query runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tenant(CustomerId);

impl Tenant {
    pub(crate) fn new(customer_id: CustomerId) -> Self {
        Self(customer_id)
    }

    /// A tenant named by the operator.
    pub fn by_operator(_: &Operator, customer_id: CustomerId) -> Self {
        Self(customer_id)
    }

    /// Its id.
    pub fn customer_id(&self) -> &CustomerId {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whoever runs the platform: the command line on the same machine, and the platform's own housekeeping.
#[derive(Debug, Clone, Copy)]
pub struct Operator(());

impl Operator {
    /// Says that what follows is done with the operator's authority and not a customer's.
    pub fn acting() -> Self {
        Self(())
    }
}
