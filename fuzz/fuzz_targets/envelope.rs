//! Sealed values and keys: no text makes them panic, nothing that was not sealed with a key of the ring opens, what was sealed
//! opens to what it was and in its own place only, and one changed character closes it.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use conversimple_fuzz::Draw;
use conversimple_guard::apikey::{self, ApiKey, KEY_CHARS, Mode};
use conversimple_guard::seal::{Cell, KeyRing, Sealed};
use hmac::{Hmac, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use zeroize::Zeroizing;

const KEY: [u8; 32] = [7; 32];
const NOW: Duration = Duration::from_secs(1_795_000_000);

static RING: LazyLock<KeyRing> = LazyLock::new(|| ring(&[KEY, [9; 32]]));

const CELL: Cell<'static> = Cell {
    tenant: "cust_a",
    table: "cards",
    column: "number",
    row: "1",
};

fn ring(keys: &[[u8; 32]]) -> KeyRing {
    let texts: Vec<String> = keys
        .iter()
        .map(|key| KeyRing::new_key(Zeroizing::new(*key)).to_string())
        .collect();
    KeyRing::parse(&texts.join(",")).expect("keys that were just made")
}

fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    match draw.below(6) {
        0 => any_text(&String::from_utf8_lossy(draw.rest())),
        1 => own_form(draw),
        2 => signed_by_hand(draw),
        3 => sealed_and_changed(draw),
        4 => fernet_and_changed(draw),
        _ => api_key(draw),
    }
});

/// A ring, a token, a column or a key out of any text.
fn any_text(text: &str) {
    if let Ok(ring) = KeyRing::parse(text) {
        assert!(ring.ids().count() >= 1);
        let sealed = ring.seal(&CELL, b"x", [1; 24]);
        assert!(ring.open(&CELL, &sealed).is_ok());
    }
    closed(text);
    if let Ok(key) = ApiKey::parse(text) {
        assert_eq!(key.expose(), text.trim());
    }
    assert_eq!(
        apikey::has_valid_checksum(text.trim()),
        ApiKey::parse(text).is_ok()
    );
}

fn closed(text: &str) {
    assert!(RING.open_fernet(text).is_err());
    assert!(
        RING.open_fernet_within(text, Duration::from_secs(60), NOW)
            .is_err()
    );
    assert!(RING.open(&CELL, text).is_err());
    assert!(RING.rewrap(&CELL, text, [1; 24]).is_err());
    assert!(RING.rewrap_fernet(text, [1; 16]).is_err());
    assert!(
        Sealed::<String>::from_column(text.to_owned())
            .open(&RING, &CELL)
            .is_err()
    );
}

/// The mark and the id of a known key before any text.
fn own_form(mut draw: Draw<'_>) {
    let id = RING.ids().nth(draw.below(2)).expect("two keys");
    closed(&format!(
        "cs1.{id}.{}",
        String::from_utf8_lossy(draw.rest())
    ));
}

/// A Fernet token with a right signature over whatever the fuzzer likes: opens or does not, and never panics.
fn signed_by_hand(draw: Draw<'_>) {
    let mut token = draw.rest().to_vec();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&KEY[..16]).expect("HMAC takes a key of any length");
    mac.update(&token);
    token.extend(mac.finalize().into_bytes());
    let text = URL_SAFE.encode(&token);
    let opened = RING.open_fernet(&text);
    if let Ok(opened) = &opened {
        assert_eq!(token[0], 0x80);
        assert!(!opened.is_stale() && opened.expose().len() < token.len());
    }
    if RING
        .open_fernet_within(&text, Duration::from_secs(60), NOW)
        .is_ok()
    {
        assert!(opened.is_ok(), "younger than allowed, and closed");
    }
}

fn sealed_and_changed(mut draw: Draw<'_>) {
    let (at, sign, length) = (draw.number() as usize, draw.byte(), draw.below(64));
    let (nonce, row) = (draw.array(), draw.bytes(length));
    let row = String::from_utf8_lossy(row);
    let cell = Cell { row: &row, ..CELL };
    let plain = draw.rest();
    let sealed = RING.seal(&cell, plain, nonce);
    let opened = RING.open(&cell, &sealed).expect("its own cell");
    assert!(opened.expose() == plain && !opened.is_stale());
    assert_eq!(RING.rewrap(&cell, &sealed, nonce), Ok(None));
    let elsewhere = [
        Cell {
            tenant: "cust_b",
            ..cell
        },
        Cell {
            table: "cardsn",
            column: "umber",
            ..cell
        },
        Cell {
            column: "numbe",
            ..cell
        },
        Cell {
            row: "another row",
            ..cell
        },
    ];
    for other in elsewhere.iter().filter(|other| **other != cell) {
        assert!(RING.open(other, &sealed).is_err());
    }
    if let Some(changed) = changed(&sealed, at, sign) {
        assert!(RING.open(&cell, &changed).is_err(), "{changed}");
    }
    assert!(RING.open(&cell, &sealed[..at % sealed.len()]).is_err());
    assert!(ring(&[[8; 32]]).open(&cell, &sealed).is_err());
}

fn fernet_and_changed(mut draw: Draw<'_>) {
    let (at, sign, iv) = (draw.number() as usize, draw.byte(), draw.array());
    let plain = draw.rest();
    let token = RING.seal_fernet(plain, iv, NOW);
    let opened = RING
        .open_fernet_within(&token, Duration::from_secs(1), NOW)
        .expect("just made");
    assert_eq!(opened.expose(), plain);
    assert_eq!(RING.rewrap_fernet(&token, iv), Ok(None));
    assert!(
        RING.rewrap(&CELL, &token, [2; 24])
            .is_ok_and(|anew| anew.is_some())
    );
    if let Some(changed) = changed(&token, at, sign) {
        assert!(RING.open_fernet(&changed).is_err(), "{changed}");
    }
    assert!(RING.open_fernet(&token[..at % token.len()]).is_err());
    assert!(ring(&[[8; 32]]).open_fernet(&token).is_err());
}

fn api_key(mut draw: Draw<'_>) {
    let (at, sign, random) = (draw.number() as usize, draw.byte(), draw.array());
    let mode = *draw.pick(&[Mode::Live, Mode::Test]);
    let key = ApiKey::generate(mode, random);
    assert_eq!(key.expose().len(), KEY_CHARS);
    assert_eq!(key.mode(), mode);
    let parsed = ApiKey::parse(&format!(" {}\n", key.expose())).expect("a key that was just made");
    assert_eq!(parsed.expose(), key.expose());
    if let Some(changed) = changed(key.expose(), at, sign) {
        assert!(ApiKey::parse(&changed).is_err(), "{changed}");
    }
}

/// The text with another ASCII sign at a place.
fn changed(text: &str, at: usize, sign: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let place = at % bytes.len();
    let sign = sign & 0x7F;
    // Spaces around a key are no part of it, but one in place of a sign is.
    (bytes[place] != sign).then(|| {
        bytes[place] = sign;
        String::from_utf8(bytes).expect("ASCII")
    })
}
