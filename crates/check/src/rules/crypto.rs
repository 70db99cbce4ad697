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
        hashed(cx, site);
        return;
    }
    stretched(cx, site);
    if cx.language() == Language::Rust && (takes_fixed(site) || builds_on_fixed(site)) {
        report(cx, site.span, "the nonce is always the same");
    }
    if Fact::BrokenCipher.has_end(&site.path) {
        report(cx, site.span, "the cipher is broken");
    }
    if Fact::CipherWithIv.has(site.last) {
        named_cipher(cx, site);
    }
    if takes_nonce(site) {
        report(cx, site.span, "the nonce is always the same");
    }
}

/// What a fast hash is given.
fn hashed(cx: &Context<'_, '_>, site: &Site<'_>) {
    let guessable =
        Labels::PASSWORD | Labels::PIN | Labels::CARD | Labels::NATIONAL | Labels::SECURITY_CODE;
    let labels = site.args.iter().fold(Labels::NONE, |known, value| {
        known | value.labels.exposed(guessable)
    });
    if labels != Labels::NONE {
        let message = format!("{} is hashed with a fast hash", labels.noun());
        cx.report(Draft::new(&WEAK_HASH, site.span, message));
    }
}

/// Bytes that are the same at every run go into something that takes a nonce.
fn takes_fixed(site: &Site<'_>) -> bool {
    let mut args = site.args.iter();
    args.any(|value| value.labels.any(Labels::FIXED))
        && (site.last.starts_with("new") || Fact::NonceTaker.in_words(site.words()))
}

/// A cipher is made with a nonce that is written out.
fn builds_on_fixed(site: &Site<'_>) -> bool {
    let mut others = site.call.args.iter().skip(1);
    (site.last.starts_with("new") || site.last.contains("cryptor"))
        && names_cipher(&site.call.callee)
        && others.any(|arg| is_written_out(&arg.value))
}

/// `createCipheriv("aes-128-ecb", key, iv)`.
fn named_cipher(cx: &Context<'_, '_>, site: &Site<'_>) {
    let algorithm = site.args.first().and_then(Value::constant).unwrap_or("");
    if Fact::WeakAlgorithm.inside(&algorithm.to_lowercase()) {
        report(cx, site.span, "the cipher or its mode is broken");
    } else if is_fixed_at(site, 2) {
        let message = "the initialisation vector is always the same";
        report(cx, site.span, message);
    }
}

fn is_fixed_at(site: &Site<'_>, index: usize) -> bool {
    site.at(index)
        .is_some_and(|(written, value)| is_fixed(written, value))
}

/// Whether a call takes a nonce that is the same at every run.
fn takes_nonce(site: &Site<'_>) -> bool {
    let path = site.path.as_str();
    let is_mode = path.contains("modes.") && Fact::CipherMode.has(site.last);
    let is_nonce = path.contains("nonce") && matches!(site.last, "from_slice" | "from");
    path.ends_with("aes.new") && is_fixed_at(site, 2)
        || (is_mode || is_nonce) && is_fixed_at(site, 0)
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
    let hints = |name: &str| Fact::CipherHint.inside(&name.to_ascii_lowercase());
    let mut params = function.params.iter();
    let is_hinted = hints(&function.name) || params.any(|param| hints(&param.name));
    if !is_hinted || function.name.is_empty() {
        return;
    }
    let purpose = Purpose::of(function);
    if !(purpose.encrypts || purpose.takes_key || purpose.takes_password) {
        return;
    }
    let arithmetic = Arithmetic::of(function, &purpose.keys);
    if purpose.is_cipher(&arithmetic) {
        report(cx, function.name_span, "this is a cipher of your own");
    } else if purpose.takes_password && arithmetic.mixes && arithmetic.takes_codes {
        let message = "a password is hashed by arithmetic of your own";
        cx.report(Draft::new(&WEAK_HASH, function.name_span, message));
    }
}

/// What the names of a function say that it is for.
struct Purpose<'f> {
    encrypts: bool,
    /// It takes a key and something else.
    takes_key: bool,
    takes_password: bool,
    compares: bool,
    /// The parameters that are keys.
    keys: Vec<&'f str>,
}

impl<'f> Purpose<'f> {
    fn of(function: &'f Function) -> Self {
        let name = words(&function.name);
        let names = || function.params.iter().map(|param| param.name.as_str());
        let keys: Vec<&str> = names()
            .filter(|name| Fact::KeyParam.in_words(&words(name)))
            .collect();
        Self {
            encrypts: Fact::CipherWord.in_words(&name),
            takes_key: !keys.is_empty() && function.params.len() > keys.len(),
            takes_password: names()
                .any(|name| crate::names::meaning(name).any(Labels::PASSWORD | Labels::PIN)),
            compares: Fact::ComparingWord.in_words(&name),
            keys,
        }
    }

    fn is_cipher(&self, found: &Arithmetic) -> bool {
        let shifts = found.takes_codes && found.makes_characters;
        let mixes_key = found.xors_key || (found.pairs_key && found.xors);
        self.encrypts && (found.xors || shifts) || self.takes_key && mixes_key && !self.compares
    }
}

/// What a function does with numbers and letters.
#[derive(Default)]
struct Arithmetic {
    xors: bool,
    /// A key with something else; a key that is mixed with itself is a hash of the key.
    xors_key: bool,
    pairs_key: bool,
    mixes: bool,
    takes_codes: bool,
    makes_characters: bool,
}

impl Arithmetic {
    fn of(function: &Function, keys: &[&str]) -> Self {
        let mut found = Self::default();
        walk_all(&function.body, &mut |expr| match &expr.kind {
            Kind::Binary(operator, left, right) => {
                let xors = operator == "^";
                found.xors |= xors;
                found.xors_key |= xors && names_any(left, keys) != names_any(right, keys);
                found.mixes |= matches!(operator.as_str(), "^" | "<<" | "*");
            }
            Kind::Call(call) => {
                let last = call.callee.last_name();
                let mut args = call.args.iter();
                found.pairs_key |= last == "zip" && args.any(|arg| names_any(&arg.value, keys));
                found.takes_codes |= Fact::CharToCode.has(last);
                found.makes_characters |= Fact::CodeToChar.has(last);
            }
            _ => {}
        });
        found
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
