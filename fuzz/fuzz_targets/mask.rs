//! Text of every kind under the mask: spans lie in the text, everything else stays as it is, masking twice changes nothing,
//! a growing utterance leaves no trace, a vault gives back what it took, and a secret that stands on a line of its own is
//! found whatever stands around it. How long it takes is the target `pace`'s to find out.
#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;

use conversimple_guard::apikey::{ApiKey, Mode};
use conversimple_guard::capture::{Vault, normal_form};
use conversimple_mask::{self as mask, Heard, Kind, Span, Watch};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    once(&text);
    growing(&text);
    captured(&text);
    surrounded(&text);
});

fn once(text: &str) {
    let spans = mask::find(text);
    in_order(text, &spans);
    in_order_of_characters(text, &spans);
    let masked = mask::mask(text);
    assert_eq!(matches!(masked, Cow::Borrowed(_)), spans.is_empty());
    assert_eq!(mask::mask(&masked), masked, "masked twice");
    outside_stays(text, &spans);
    let mut value = json!({"note": text, "list": [text, 1, null], "password": text});
    mask::mask_json(&mut value);
    let again = {
        let mut again = value.clone();
        mask::mask_json(&mut again);
        again
    };
    assert_eq!(value, again, "a value masked twice");
    assert_eq!(value["note"], Value::from(masked.as_ref()));
}

fn in_order(text: &str, spans: &[Span]) {
    let mut end = 0;
    for span in spans {
        assert!(span.start >= end && span.start < span.end, "{spans:?}");
        assert!(text.get(span.start..span.end).is_some(), "{spans:?}");
        end = span.end;
    }
}

fn in_order_of_characters(text: &str, spans: &[Span]) {
    for (bytes, characters) in spans.iter().zip(mask::in_characters(text, spans)) {
        let picked = text
            .chars()
            .skip(characters.start)
            .take(characters.end - characters.start);
        assert!(picked.eq(text[bytes.start..bytes.end].chars()));
    }
}

/// What stands between two spans stands between their replacements.
fn outside_stays(text: &str, spans: &[Span]) {
    let replaced = mask::replace(text, spans);
    let (mut rest, mut at) = (replaced.as_str(), 0);
    for span in spans {
        let before = &text[at..span.start];
        rest = rest
            .strip_prefix(before)
            .expect("the text before a secret stays");
        let shown = rest
            .strip_prefix(span.kind.label())
            .or_else(|| rest.strip_prefix("****")?.get(4..));
        rest = shown.expect("a secret is replaced by its kind or its last four");
        at = span.end;
    }
    assert_eq!(rest, &text[at..]);
}

/// A conversation of two utterances, heard whole, and heard while they grow: what is known in the end is the same.
fn growing(text: &str) {
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    let (mut whole, mut grown) = (Watch::new(), Watch::new());
    if let Some(question) = second.strip_prefix('>') {
        whole.said(question);
        grown.said(question);
    }
    for part in [first, second] {
        for end in [part.len() / 3, part.len() / 2, part.len()] {
            let end = (0..=end)
                .rev()
                .find(|end| part.is_char_boundary(*end))
                .unwrap_or(0);
            let heard = grown.heard(&part[..end], false);
            in_order(&part[..end], &heard.spans);
            // Nothing of a number is shown while it grows, not even its end.
            let shown = heard.masked(&part[..end]).matches("****").count();
            assert!(shown <= part[..end].matches("****").count());
        }
        let (a, b) = (whole.heard(part, true), grown.heard(part, true));
        in_order(part, &a.spans);
        assert_eq!(told(&a), told(&b), "growing leaves a trace");
        assert_eq!(a.masked(part), b.masked(part));
        if let Some(earlier) = a.earlier {
            assert!(first.get(earlier.start..earlier.end).is_some());
        }
    }
}

fn told(heard: &Heard) -> (&[Span], bool, Option<Span>) {
    (&heard.spans, heard.continues, heard.earlier)
}

/// What a vault shows holds no bracket but its tokens', and each of them resolves.
fn captured(text: &str) {
    let mut vault = Vault::new();
    let swapped = vault.swap(text);
    let mut rest = swapped.text.as_str();
    for token in &swapped.tokens {
        let token = token.to_string();
        assert!(vault.resolve(&token).is_some());
        let at = rest.find(&token).expect("tokens stand in their order");
        assert!(!rest[..at].contains(['⟨', '⟩']));
        rest = &rest[at + token.len()..];
    }
    assert!(!rest.contains(['⟨', '⟩']), "a caller's own bracket");
    if text.len() <= 64 {
        for kind in Kind::ALL {
            let _ = normal_form(kind, text);
        }
    }
}

/// Made when the target starts, so that no scanner finds them in the repository.
static SECRETS: LazyLock<[(String, String); 4]> = LazyLock::new(|| {
    let key = ApiKey::generate(Mode::Test, [7; 32]).expose().to_owned();
    let (mail, password) = (["canary", "example.com"].join("@"), "tulip9".repeat(2));
    let card = ["4111 1111", "1111 1111"].join(" ");
    let address = format!("postgres://app:{password}@db.example.com/x");
    let spoken = format!("my card number is {card}");
    [
        (key.clone(), key),
        (mail.clone(), mail),
        (password, address),
        (card, spoken),
    ]
});

/// The text without anything that could be mistaken for a planted secret's own words.
fn surrounded(text: &str) {
    let (before, after) = text.split_once('\n').unwrap_or((text, ""));
    for (secret, line) in SECRETS.iter() {
        if text.contains(secret.as_str()) {
            continue;
        }
        let planted = format!("{before}\n{line}\n{after}");
        let masked = mask::mask(&planted);
        assert!(
            !masked.contains(secret.as_str()),
            "{planted:?} -> {masked:?}"
        );
    }
}
