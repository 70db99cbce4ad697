//! Random bytes of the operating system, and ids made of them.

use conversimple_wire::CallId;

use crate::error::AgentError;

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AgentError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| AgentError::Random)?;
    Ok(bytes)
}

/// A new id of 128 random bits, such as `pay_…`, for what an agent's tools make.
///
/// ```
/// let id = conversimple::fresh_id("pay").expect("the system gives random bytes");
/// assert!(id.starts_with("pay_"));
/// ```
///
/// # Errors
/// A failure when the system has no random numbers.
pub fn fresh_id(prefix: &str) -> crate::Reply<String> {
    let id = CallId::from_random(random()?);
    let body = id.as_str().trim_start_matches(CallId::PREFIX);
    Ok(format!("{prefix}_{body}"))
}
