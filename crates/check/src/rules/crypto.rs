//! Hashes, ciphers and nonces. Decides from the names of algorithms and modes and from constant nonces; general use of
//! a fast hash on other things than passwords and card numbers is no fault.

use super::context::Context;
use crate::catalogue::data::{WEAK_CIPHER, WEAK_HASH};
use crate::code::Language;
use crate::code::ir::{Expr, Function, Kind, Span, walk_all};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Value, is_fixed, is_nonce_name};
use crate::names::{Labels, words};

/// A cipher or mode by its name.
pub(crate) fn mentioned(cx: &Context<'_, '_>, path: &str, span: Span) {
    let last = path.rsplit(['.', ':']).next().unwrap_or(path);
    let is_ecb = last == "MODE_ECB"
        || path.ends_with("modes.ECB")
        || path.starts_with("ecb::")
        || path.starts_with("ecb.")
        || path.ends_with("mode.ECB");
    if is_ecb {
        report(cx, span, "ECB shows which blocks are equal");
    }
}

/// A name that gets a nonce.
pub(crate) fn assigned(cx: &Context<'_, '_>, name: &str, written: &Expr, value: &Value) {
    let is_nonce = is_nonce_name(name);
    // In Rust an array of zeros is what random bytes are filled into; the flow marks it until something fills it.
    let is_buffer = cx.language() == Language::Rust && matches!(written.kind, Kind::List(_));
    if is_nonce && !is_buffer && is_fixed(written, value) {
        report(cx, written.span, "the nonce is always the same");
    }
}

/// A call of a hash or a cipher.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    if crate::flow::is_hash(site) {
        let labels = site.args.iter().fold(Labels::NONE, |known, value| {
            known
                | value.labels.exposed(
                    Labels::PASSWORD
                        | Labels::PIN
                        | Labels::CARD
                        | Labels::NATIONAL
                        | Labels::SECURITY_CODE,
                )
        });
        if labels != Labels::NONE {
            cx.report(Draft::new(
                &WEAK_HASH,
                site.span,
                format!("{} is hashed with a fast hash", labels.noun()),
            ));
        }
        return;
    }
    stretched(cx, site);
    let takes_fixed = cx.language() == Language::Rust
        && site
            .args
            .iter()
            .any(|value| value.labels.any(Labels::FIXED))
        && (site.last.starts_with("new") || Fact::NonceTaker.in_words(&words(site.last)));
    let builds_on_fixed = cx.language() == Language::Rust
        && (site.last.starts_with("new") || site.last.contains("cryptor"))
        && names_cipher(&site.call.callee)
        && site
            .call
            .args
            .iter()
            .skip(1)
            .any(|arg| is_written_out(&arg.value));
    if takes_fixed || builds_on_fixed {
        report(cx, site.span, "the nonce is always the same");
    }
    let path = site.path.as_str();

    if Fact::BrokenCipher.has_end(path) {
        report(cx, site.span, "the cipher is broken");
    }
    if Fact::CipherWithIv.has(site.last) {
        let algorithm = site
            .args
            .first()
            .and_then(Value::constant)
            .unwrap_or("")
            .to_lowercase();
        if Fact::WeakAlgorithm.inside(&algorithm) {
            report(cx, site.span, "the cipher or its mode is broken");
        } else if site
            .at(2)
            .is_some_and(|(written, value)| is_fixed(written, value))
        {
            report(
                cx,
                site.span,
                "the initialisation vector is always the same",
            );
        }
    }
    let takes_nonce = path.ends_with("aes.new")
        && site
            .at(2)
            .is_some_and(|(written, value)| is_fixed(written, value))
        || (path.contains("modes.")
            && Fact::CipherMode.has(site.last)
            && site
                .at(0)
                .is_some_and(|(written, value)| is_fixed(written, value)))
        || (path.contains("nonce")
            && matches!(site.last, "from_slice" | "from")
            && site
                .at(0)
                .is_some_and(|(written, value)| is_fixed(written, value)));
    if takes_nonce {
        report(cx, site.span, "the nonce is always the same");
    }
}

/// A password hash with too few rounds: OWASP asks for 600 000 of PBKDF2 with SHA-256; under 10 000 is no work at all.
fn stretched(cx: &Context<'_, '_>, site: &Site<'_>) {
    if !site.last.contains("bkdf2") && !site.last.contains("BKDF2") {
        return;
    }
    let rounds = site
        .named("iterations")
        .map(|(_, value)| value.number)
        .or_else(|| {
            site.args
                .iter()
                .map(|value| value.number)
                .find(Option::is_some)
        })
        .flatten();
    if rounds.is_some_and(|rounds| (1.0..10_000.0).contains(&rounds)) {
        cx.report(Draft::new(
            &WEAK_HASH,
            site.span,
            "a password is stretched with too few rounds",
        ));
    }
}

/// A cipher or hash of one's own: XOR with a key, a shifted alphabet in a function that says that it encrypts, or
/// arithmetic on the letters of a password.
pub(crate) fn function(cx: &Context<'_, '_>, function: &Function) {
    // Most functions have nothing to do with any of this, and splitting their names would cost more than all the rest.
    let hints = |name: &str| {
        let name = name.to_ascii_lowercase();
        Fact::CipherHint.inside(&name)
    };
    if !hints(&function.name) && !function.params.iter().any(|param| hints(&param.name)) {
        return;
    }
    let name = words(&function.name);
    let encrypts = Fact::CipherWord.in_words(&name);
    let keys: Vec<&str> = function
        .params
        .iter()
        .map(|param| param.name.as_str())
        .filter(|name| Fact::KeyParam.in_words(&words(name)))
        .collect();
    let takes_key = !keys.is_empty() && function.params.len() > keys.len();
    let takes_password = function
        .params
        .iter()
        .any(|param| crate::names::meaning(&param.name).any(Labels::PASSWORD | Labels::PIN));
    if !(encrypts || takes_key || takes_password) || function.name.is_empty() {
        return;
    }
    let (mut has_xor, mut has_keyed_xor, mut pairs_key) = (false, false, false);
    let (mut has_mixing, mut has_code, mut has_char) = (false, false, false);
    walk_all(&function.body, &mut |expr| match &expr.kind {
        Kind::Binary(operator, left, right) => {
            has_xor |= operator == "^";
            // A key that is mixed with itself is a hash of the key.
            has_keyed_xor |= operator == "^" && names_any(left, &keys) != names_any(right, &keys);
            has_mixing |= matches!(operator.as_str(), "^" | "<<" | "*");
        }
        Kind::Call(call) => {
            pairs_key |= call.callee.last_name() == "zip"
                && call.args.iter().any(|arg| names_any(&arg.value, &keys));
            has_code |= Fact::CharToCode.has(call.callee.last_name());
            has_char |= Fact::CodeToChar.has(call.callee.last_name());
        }
        _ => {}
    });
    let compares = Fact::ComparingWord.in_words(&name);
    if (encrypts && (has_xor || (has_code && has_char)))
        || (takes_key && (has_keyed_xor || (pairs_key && has_xor)) && !compares)
    {
        report(cx, function.name_span, "this is a cipher of your own");
    } else if takes_password && has_mixing && has_code {
        let message = "a password is hashed by arithmetic of your own";
        cx.report(Draft::new(&WEAK_HASH, function.name_span, message));
    }
}

fn names_any(expr: &Expr, names: &[&str]) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= matches!(&part.kind, Kind::Name(name) if names.contains(&name.as_str()));
    });
    found
}

/// `cbc::Encryptor::<Aes256>::new` and `Aes256CbcEncryptor::new`, wherever the type stands in the path.
fn names_cipher(callee: &Expr) -> bool {
    let mut found = false;
    callee.walk(&mut |part| {
        found |= matches!(&part.kind, Kind::Name(name) | Kind::Member(_, name) if name.contains("cryptor"));
    });
    found
}

/// `&IV.into()` and `&[0u8; 16].into()`: a constant of that name, or an array of numbers.
fn is_written_out(written: &Expr) -> bool {
    let mut found = false;
    written.walk(&mut |part| {
        found |= match &part.kind {
            Kind::Name(name) => {
                !name.contains(char::is_lowercase)
                    && words(name)
                        .last()
                        .is_some_and(|last| Fact::NonceWord.has(last.as_str()))
            }
            Kind::List(parts) => {
                !parts.is_empty()
                    && parts
                        .iter()
                        .all(|part| matches!(part.kind, Kind::Literal(_)))
            }
            _ => false,
        };
    });
    found
}

fn report(cx: &Context<'_, '_>, span: Span, message: &str) {
    cx.report(Draft::new(&WEAK_CIPHER, span, message));
}
