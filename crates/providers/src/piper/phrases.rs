//! The sound of phrases that are said again and again, up to a number of bytes; the least recently said goes first.

use std::collections::HashMap;

pub(super) struct Phrases {
    kept: HashMap<String, Kept>,
    limit_bytes: usize,
    bytes: usize,
    clock: u64,
}

struct Kept {
    sound: Box<[i16]>,
    last_said: u64,
}

impl Phrases {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            kept: HashMap::new(),
            limit_bytes,
            bytes: 0,
            clock: 0,
        }
    }

    pub(super) fn find(&mut self, phrase: &str) -> Option<Vec<i16>> {
        self.clock += 1;
        let kept = self.kept.get_mut(phrase)?;
        kept.last_said = self.clock;
        Some(kept.sound.to_vec())
    }

    pub(super) fn keep(&mut self, phrase: &str, sound: &[i16]) {
        let bytes = size_bytes(phrase, sound);
        if bytes > self.limit_bytes || self.kept.contains_key(phrase) {
            return;
        }
        while self.bytes + bytes > self.limit_bytes {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.last_said);
            let Some(oldest) = oldest.map(|(phrase, _)| phrase.clone()) else {
                break;
            };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes -= size_bytes(&oldest, &gone.sound);
            }
        }
        self.clock += 1;
        self.bytes += bytes;
        let kept = Kept {
            sound: sound.into(),
            last_said: self.clock,
        };
        self.kept.insert(phrase.to_owned(), kept);
    }
}

fn size_bytes(phrase: &str, sound: &[i16]) -> usize {
    phrase.len() + size_of_val(sound) + size_of::<Kept>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrase_cache_evicts_least_recently_used() {
        let mut phrases = Phrases::new(3 * (200 + 1 + size_of::<Kept>()));
        for phrase in ["a", "b", "c"] {
            phrases.keep(phrase, &[1; 100]);
        }
        assert!(phrases.find("a").is_some());
        phrases.keep("d", &[4; 100]);
        assert_eq!(phrases.find("b"), None);
        assert_eq!(phrases.find("d"), Some(vec![4; 100]));
        assert!(phrases.find("a").is_some() && phrases.find("c").is_some());
        phrases.keep("huge", &[0; 1_000]);
        assert_eq!(phrases.find("huge"), None);
        assert!(phrases.bytes <= phrases.limit_bytes);
    }
}
