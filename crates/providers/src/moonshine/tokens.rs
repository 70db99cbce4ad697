//! Moonshine's tokens: their spelling, and what to do when the same ones come again and again.

/// The spelling of every token, as bytes.
pub(super) struct Vocabulary {
    spellings: Vec<Box<[u8]>>,
}

/// The token that ends a transcript.
pub(super) const END: i64 = 2;

/// `<unk>`, `<s>` and `</s>` are never spoken.
const UNSPOKEN: usize = 3;

impl Vocabulary {
    /// Reads the tokens in order: a length (from 128 on in two bytes) and as many bytes. `None` when it ends in the middle.
    pub(super) fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut spellings = Vec::with_capacity(1 << 15);
        while let Some((&first, rest)) = bytes.split_first() {
            let (length, rest) = if first < 128 {
                (usize::from(first), rest)
            } else {
                let (&second, rest) = rest.split_first()?;
                (usize::from(first) - 128 + usize::from(second) * 128, rest)
            };
            let (spelling, rest) = rest.split_at_checked(length)?;
            spellings.push(spelling.into());
            bytes = rest;
        }
        Some(Self { spellings })
    }

    /// The text of these tokens; unknown ones are left out.
    pub(super) fn text(&self, tokens: &[i64]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .filter_map(|&token| usize::try_from(token).ok())
            .filter(|&token| token >= UNSPOKEN)
            .filter_map(|token| self.spellings.get(token))
            .filter(|spelling| !spelling.starts_with(b"<<"))
            .flat_map(|spelling| spelling.iter().copied())
            .collect();
        String::from_utf8_lossy(&bytes)
            .replace('▁', " ")
            .trim()
            .to_owned()
    }
}

impl Vocabulary {
    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.spellings.len()
    }

    /// The spelling of a token; empty for what is never spoken.
    pub(super) fn spelling(&self, token: i64) -> std::borrow::Cow<'_, str> {
        let spoken = usize::try_from(token)
            .ok()
            .filter(|&token| token >= UNSPOKEN);
        let spelling = spoken.and_then(|token| self.spellings.get(token));
        String::from_utf8_lossy(spelling.map(AsRef::as_ref).unwrap_or_default())
    }

    /// Whether the end of `tokens` repeats itself as speech does not.
    pub(super) fn is_looping(&self, tokens: &[i64]) -> bool {
        self.loop_at_end(tokens).is_some()
    }

    /// The tokens up to and with the first round of a loop at their end.
    pub(super) fn cut_repetition<'a>(&self, tokens: &'a [i64]) -> &'a [i64] {
        match self.loop_at_end(tokens) {
            Some((period, times)) => &tokens[..tokens.len() - (times - 1) * period],
            None => tokens,
        }
    }

    /// How long the thing is that is repeated at the end, and how often it stands there.
    fn loop_at_end(&self, tokens: &[i64]) -> Option<(usize, usize)> {
        (1..=LONGEST_PERIOD)
            .map(|period| (period, repeats(tokens, period)))
            .find(|&(period, times)| {
                times >= too_often(period) && !self.is_digits(&tokens[tokens.len() - period..])
            })
    }

    /// Digits may be repeated: the best known card number for tests ends in fifteen ones.
    fn is_digits(&self, tokens: &[i64]) -> bool {
        conversimple_spoken::number::is_digits(&self.text(tokens))
    }
}

/// The longest run of tokens that counts as one repeated thing.
const LONGEST_PERIOD: usize = 12;

/// How often something must come in a row before it is taken for a loop and not for speech.
fn too_often(period: usize) -> usize {
    match period {
        1 => 9,
        2 => 6,
        _ => 4,
    }
}

/// The tokens before the first place that says three tokens again which were said before: for a decoder that did not come to an end.
pub(super) fn cut_echo(tokens: &[i64]) -> &[i64] {
    const ECHO: usize = 3;
    for at in ECHO..tokens.len().saturating_sub(ECHO - 1) {
        let said = &tokens[at..at + ECHO];
        if tokens[..at].windows(ECHO).any(|before| before == said) {
            return &tokens[..at];
        }
    }
    tokens
}

/// How many times the last `period` tokens stand in a row at the end.
fn repeats(tokens: &[i64], period: usize) -> usize {
    let Some(unit) = tokens.len().checked_sub(period).map(|at| &tokens[at..]) else {
        return 0;
    };
    tokens
        .rchunks_exact(period)
        .take_while(|chunk| *chunk == unit)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vocabulary_with_one_and_two_byte_lengths_is_parsed() {
        let mut bytes = vec![1, b'u', 1, b's', 1, b'e', 3, b'a', b'b', b'c'];
        bytes.extend([0x80 + 2, 1]);
        bytes.extend([b'x'; 130]);
        bytes.extend("\u{6}▁hi!".bytes());
        let vocabulary = Vocabulary::parse(&bytes).expect("well formed");
        let long = "x".repeat(130);
        assert_eq!(
            vocabulary.text(&[0, 1, 3, 4, 5, 99, -1, 2]),
            format!("abc{long} hi!")
        );
        assert!(Vocabulary::parse(&[5, b'a']).is_none());
        assert!(Vocabulary::parse(&[200]).is_none());
    }

    #[test]
    fn transcript_echo_is_cut_at_its_start() {
        let check = |tokens: &[i64], expected: &[i64]| assert_eq!(cut_echo(tokens), expected);
        check(&[], &[]);
        check(&[1, 2], &[1, 2]);
        check(&[1, 2, 3, 1, 2], &[1, 2, 3, 1, 2]);
        check(&[1, 2, 3, 9, 1, 2, 3, 4], &[1, 2, 3, 9]);
        check(&[1, 2, 3, 1, 2, 3], &[1, 2, 3]);
    }

    #[test]
    fn transcript_loop_is_cut_and_normal_repetition_kept() {
        let mut bytes = Vec::new();
        for spelling in [
            "<unk>", "<s>", "</s>", "▁the", "▁a", "▁no", "▁one", "▁so", ",", "▁end",
        ] {
            bytes.push(u8::try_from(spelling.len()).expect("short"));
            bytes.extend(spelling.bytes());
        }
        let vocabulary = Vocabulary::parse(&bytes).expect("well formed");
        let check = |tokens: &[i64], expected: &[i64]| {
            assert_eq!(vocabulary.cut_repetition(tokens), expected);
            assert_eq!(
                vocabulary.is_looping(tokens),
                tokens.len() != expected.len()
            );
        };
        check(&[], &[]);
        check(&[7, 8, 9], &[7, 8, 9]);
        check(&[5, 7, 7, 7, 7], &[5, 7, 7, 7, 7]);
        check(&[5, 7, 7, 7, 7, 7, 7, 7, 7, 7], &[5, 7]);
        check(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], &[1, 2, 3]);
        check(
            &[9, 1, 2, 3, 1, 2, 3, 1, 2, 3],
            &[9, 1, 2, 3, 1, 2, 3, 1, 2, 3],
        );
        // Digits, with and without commas.
        check(&[6; 15], &[6; 15]);
        check(&[6, 8].repeat(15), &[6, 8].repeat(15));
    }
}
