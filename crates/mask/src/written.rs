//! Secrets that only exist in writing: service keys, JSON web tokens, private keys, credentials in URLs, IP addresses, IBANs.
//!
//! Decides from the bytes at one place whether a secret begins there; `scan` chooses the places, so each byte is looked at
//! a bounded number of times.

mod address;
mod iban;
mod service;
mod url;

pub(super) use address::ip_address;
pub(super) use iban::{is_open, spelled_iban, written_iban};
pub(super) use service::{may_begin, service_key, solid_key, web_token};
pub(super) use url::{private_key, url_password};
