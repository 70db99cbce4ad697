//! The secrets in the rules' examples: made when they are needed, so that no scanner finds one in this repository.

/// A value for every placeholder, from `seed`; the forms are right and the values belong to nobody.
pub(crate) fn with_secrets(snippet: &str, seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = [0u8; 32];
    for byte in &mut bytes {
        *byte = random.next() as u8;
    }
    let own =
        conversimple_guard::apikey::ApiKey::generate(conversimple_guard::apikey::Mode::Live, bytes);
    let stripe_a = format!("sk_{}_{}", "live", random.text(ALNUM, 12));
    let stripe_b = random.text(ALNUM, 12);
    let stripe = format!("{stripe_a}{stripe_b}");
    use base64::Engine as _;
    snippet
        .replace("{{OWN}}", own.expose())
        // conversimple: allow(secret-in-disguise) the guide's own bad example, which opens nothing
        .replace("{{GUIDE}}", &format!("cs_live_{}", "abc123xyz"))
        .replace("{{STRIPE_A}}", &stripe_a)
        .replace("{{STRIPE_B}}", &stripe_b)
        .replace(
            "{{STRIPE_64}}",
            &base64::engine::general_purpose::STANDARD.encode(&stripe),
        )
        .replace("{{STRIPE}}", &stripe)
        .replace(
            "{{OPENAI}}",
            &format!("sk-{}-{}", "proj", random.text(ALNUM, 48)),
        )
        .replace("{{AWS}}", &format!("AK{}{}", "IA", random.text(UPPER, 16)))
        .replace("{{HEX}}", &random.text(HEX, 40))
        .replace(
            "{{FERNET}}",
            &base64::engine::general_purpose::URL_SAFE.encode(bytes),
        )
        .replace(
            "{{PASSWORD}}",
            &format!("{}7{}", random.text(ALNUM, 8), random.text(ALNUM, 4)),
        )
}

/// The same with words in place of the secrets, to be shown.
pub(crate) fn with_placeholders(snippet: &str) -> String {
    let mut shown = snippet.to_owned();
    for (mark, word) in [
        ("{{OWN}}", "cs_live_…"),
        ("{{GUIDE}}", "cs_live_…"),
        ("{{STRIPE_A}}", "sk_li…"),
        ("{{STRIPE_B}}", "…"),
        ("{{STRIPE_64}}", "c2tf…"),
        ("{{STRIPE}}", "sk_live_…"),
        ("{{OPENAI}}", "sk-…"),
        ("{{AWS}}", "AKIA…"),
        ("{{HEX}}", "8f3a…"),
        ("{{FERNET}}", "Zm9v…="),
        ("{{PASSWORD}}", "…"),
    ] {
        shown = shown.replace(mark, word);
    }
    shown
}

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";

/// A small generator (splitmix64): the examples need variety, not secrecy.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[(self.next() % alphabet.len() as u64) as usize]))
            .collect()
    }
}
