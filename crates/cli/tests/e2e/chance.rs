//! Random numbers of a test: fresh ones for secrets, and a stream that a seed repeats.

use conversimple_guard::capture::Vault;

/// Numbers that follow from a seed (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Numbers that nobody has had before.
    pub(crate) fn fresh() -> Self {
        Self(u64::from_le_bytes(fresh()))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    /// True this often in a hundred.
    pub(crate) fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    /// So many digits, the first of which is not zero.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|place| match place {
                0 => char::from(b'1' + self.below(9) as u8),
                _ => char::from(b'0' + self.below(10) as u8),
            })
            .collect()
    }

    /// So many small letters.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'a' + self.below(26) as u8))
            .collect()
    }

    /// A Visa number that is Luhn-valid and was never issued to anybody who is known here.
    pub(crate) fn card(&mut self) -> String {
        let body = format!("4{}", self.digits(14));
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    }
}

/// Random bytes of the operating system.
pub(crate) fn fresh<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes
}

#[test]
fn generated_card_number_is_recognised_by_mask() {
    let mut chance = Chance::fresh();
    for _ in 0..20 {
        let card = chance.card();
        let swapped = Vault::new().swap(&card);
        assert_eq!(swapped.text, "⟨card 1⟩", "{card}");
    }
}
