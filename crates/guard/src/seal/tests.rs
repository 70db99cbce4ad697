//! What seals and what opens.

use super::*;
use crate::secret::Secret;
use proptest::prelude::*;

/// Key and token of the Fernet specification's own example, not used anywhere.
const SPEC_KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const SPEC_TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
const SPEC_TIME: Duration = Duration::from_secs(499_162_800);

fn ring(keys: &[u8]) -> KeyRing {
    let keys: Vec<String> = keys.iter().map(|&key| URL_SAFE.encode([key; 32])).collect();
    KeyRing::parse(&keys.join(",")).expect("ring")
}

const CELL: Cell<'static> = Cell {
    tenant: "cust_1",
    table: "cards",
    column: "number",
    row: "card_1",
};

#[test]
fn fernet_specification_example_is_sealed_and_opened() {
    let ring = KeyRing::parse(SPEC_KEY).expect("ring");
    let mut iv = [0; 16];
    (0..16).for_each(|i: u8| iv[usize::from(i)] = i);
    assert_eq!(ring.seal_fernet(b"hello", iv, SPEC_TIME), SPEC_TOKEN);
    assert_eq!(
        ring.open_fernet(SPEC_TOKEN).expect("opens").expose(),
        b"hello"
    );
    let within = |now| {
        ring.open_fernet_within(SPEC_TOKEN, Duration::from_secs(60), now)
            .map(|opened| opened.expose().to_vec())
    };
    let second = Duration::from_secs(1);
    assert_eq!(
        within(SPEC_TIME + 60 * second).as_deref(),
        Ok(b"hello".as_slice())
    );
    assert_eq!(within(SPEC_TIME + 61 * second), Err(SealError::Expired));
    assert_eq!(
        within(SPEC_TIME - 60 * second).as_deref(),
        Ok(b"hello".as_slice())
    );
    assert_eq!(within(SPEC_TIME - 61 * second), Err(SealError::Expired));
}

/// The specification's invalid tokens, by what is wrong with them.
#[test]
fn invalid_fernet_token_does_not_open() {
    let ring = KeyRing::parse(SPEC_KEY).expect("ring");
    let bytes = URL_SAFE.decode(SPEC_TOKEN).expect("base64");
    let mut flipped = bytes.clone();
    flipped[12] ^= 1;
    let mut version = bytes.clone();
    version[0] = 0x81;
    let bad = [
        String::new(),
        "hello".into(),
        SPEC_TOKEN.trim_end_matches('=').into(),
        format!("{SPEC_TOKEN}="),
        SPEC_TOKEN.replace('_', "/"),
        URL_SAFE.encode(&bytes[..40]),
        URL_SAFE.encode(flipped),
        URL_SAFE.encode(version),
        URL_SAFE.encode([0x80; 57]),
    ];
    for token in bad {
        assert_eq!(
            ring.open_fernet(&token).err(),
            Some(SealError::Closed),
            "{token}"
        );
    }
}

#[test]
fn fernet_token_made_by_python_opens() {
    // Made with Python's cryptography 48 on 2026-11-23: Fernet(SPEC_KEY).encrypt("käse".encode()).
    let token = include_str!("../../testdata/python_fernet_token.txt").trim();
    let ring = KeyRing::parse(SPEC_KEY).expect("ring");
    assert_eq!(
        ring.open_fernet(token).expect("opens").expose(),
        "käse".as_bytes()
    );
}

#[test]
fn key_ring_is_parsed_and_bad_key_is_named_by_number() {
    let key = |byte: u8| URL_SAFE.encode([byte; 32]);
    for good in [
        key(1),
        format!("{},{}", key(1), key(2)),
        format!(" {}\n {} ", key(1), key(2)),
    ] {
        assert!(KeyRing::parse(&good).is_ok());
    }
    for (bad, error) in [
        (String::new(), KeyRingError::Empty),
        (" , ".into(), KeyRingError::Empty),
        (format!("{},short", key(1)), KeyRingError::Key(2)),
        (URL_SAFE.encode([1; 31]), KeyRingError::Key(1)),
        (format!("{},{}", key(1), key(1)), KeyRingError::Twice(2)),
    ] {
        assert_eq!(KeyRing::parse(&bad).err(), Some(error));
    }
    let made = KeyRing::new_key(Zeroizing::new([3; 32]));
    assert!(KeyRing::parse(&made).is_ok());
}

#[test]
fn sealed_value_opens_only_in_its_own_cell() {
    let ring = ring(&[1]);
    let sealed = ring.seal(&CELL, b"secret", [9; 24]);
    assert_eq!(
        ring.open(&CELL, &sealed).expect("opens").expose(),
        b"secret"
    );
    for other in [
        Cell {
            tenant: "cust_2",
            ..CELL
        },
        Cell {
            table: "notes",
            ..CELL
        },
        Cell {
            column: "name",
            ..CELL
        },
        Cell {
            row: "card_2",
            ..CELL
        },
        Cell {
            tenant: "cust_1c",
            table: "ards",
            ..CELL
        },
    ] {
        assert_eq!(
            ring.open(&other, &sealed).err(),
            Some(SealError::Closed),
            "{other:?}"
        );
    }
    assert!(super::tests::ring(&[2]).open(&CELL, &sealed).is_err());
}

#[test]
fn key_rotation_opens_old_values_and_rewraps_them() {
    let old = ring(&[1]);
    let (both, new) = (ring(&[2, 1]), ring(&[2]));
    let sealed = old.seal(&CELL, b"secret", [9; 24]);
    let opened = both.open(&CELL, &sealed).expect("opens");
    assert!(opened.is_stale());
    let again = both
        .rewrap(&CELL, &sealed, [8; 24])
        .expect("opens")
        .expect("stale");
    assert_eq!(new.open(&CELL, &again).expect("opens").expose(), b"secret");
    assert_eq!(both.rewrap(&CELL, &again, [7; 24]).expect("opens"), None);
    assert_eq!(
        new.rewrap(&CELL, &sealed, [7; 24]).err(),
        Some(SealError::Closed)
    );
}

#[test]
fn fernet_token_is_rewrapped_as_bound_or_fernet() {
    let (old, both, new) = (ring(&[1]), ring(&[2, 1]), ring(&[2]));
    let token = old.seal_fernet(b"secret", [5; 16], SPEC_TIME);
    let bound = both
        .rewrap(&CELL, &token, [7; 24])
        .expect("opens")
        .expect("another form");
    assert_eq!(new.open(&CELL, &bound).expect("opens").expose(), b"secret");
    let token = both
        .rewrap_fernet(&token, [6; 16])
        .expect("opens")
        .expect("stale");
    // The token is as old as it was: whoever gives it a time to live sees no younger one.
    let second = Duration::from_secs(1);
    let aged = |now| {
        new.open_fernet_within(&token, second, now)
            .map(|opened| opened.expose().to_vec())
    };
    assert_eq!(aged(SPEC_TIME).as_deref(), Ok(b"secret".as_slice()));
    assert_eq!(aged(SPEC_TIME + 2 * second), Err(SealError::Expired));
    assert_eq!(both.rewrap_fernet(&token, [6; 16]).expect("opens"), None);
}

#[test]
fn sealed_value_form_is_recognised_from_text() {
    let ring = ring(&[1]);
    let token = ring.seal_fernet(b"x", [5; 16], SPEC_TIME);
    for (text, form) in [
        (token.as_str(), Some(Form::Fernet)),
        (&ring.seal(&CELL, b"x", [9; 24]), Some(Form::Bound)),
        ("4111111111111111", None),
        (&token[..40], None),
        ("cs1.", None),
        ("", None),
    ] {
        assert_eq!(Form::of(text), form, "{text}");
    }
}

#[test]
fn sealed_column_debug_and_json_show_no_value() {
    let ring = ring(&[1]);
    let value = Secret::new("four words made up".to_owned());
    for column in [
        Sealed::new(&ring, &CELL, &value, [1; 24]),
        Sealed::fernet(&ring, &value, [1; 16], SPEC_TIME),
    ] {
        assert_eq!(format!("{column:?}"), "Sealed(..)");
        let text = serde_json::to_string(&column).expect("json");
        assert!(!text.contains("words"));
        let back: Sealed<Secret<String>> = serde_json::from_str(&text).expect("column");
        assert!(
            back.open(&ring, &CELL)
                .expect("opens")
                .is("four words made up")
        );
    }
    let garbled: Sealed<String> = Sealed::from_column(ring.seal(&CELL, &[0xff, 0xfe], [1; 24]));
    assert_eq!(garbled.open(&ring, &CELL).err(), Some(SealError::Kind));
}

proptest! {
    #[test]
    fn sealed_value_opens_and_any_changed_byte_fails(
        plain in prop::collection::vec(any::<u8>(), 0..200), iv: [u8; 16], nonce: [u8; 24], at: prop::sample::Index, flip in 1u8..=255
    ) {
        let ring = ring(&[1]);
        let token = ring.seal_fernet(&plain, iv, SPEC_TIME);
        let opened = ring.open_fernet(&token).expect("opens");
        prop_assert_eq!(opened.expose(), &plain);
        let sealed = ring.seal(&CELL, &plain, nonce);
        let opened = ring.open(&CELL, &sealed).expect("opens");
        prop_assert_eq!(opened.expose(), &plain);
        for text in [token, sealed] {
            let mut bytes = text.into_bytes();
            let place = at.index(bytes.len());
            bytes[place] ^= flip;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(ring.open_fernet(&changed).is_err() && ring.open(&CELL, &changed).is_err());
            }
        }
    }

    #[test]
    fn opening_any_text_is_error_not_panic(text in ".{0,200}") {
        let ring = ring(&[1]);
        prop_assert!(ring.open_fernet(&text).is_err());
        let marked = format!("cs1.{text}");
        prop_assert!(ring.open(&CELL, &marked).is_err());
        let _ = KeyRing::parse(&text);
    }
}
