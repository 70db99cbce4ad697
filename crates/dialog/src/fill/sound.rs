//! How alike two texts sound, for words that a recogniser wrote differently from the declared ones: "mocker" for "mocha".
//!
//! A text becomes a row of sounds by the rules of English spelling; the distance of two rows is the cheapest way from one to
//! the other, in which sounds that are easily confused cost little. What follows from the likeness is decided by others.

/// Longest row of sounds that is compared; the time grows with its square.
const SOUNDS_LIMIT: usize = 40;

/// What it costs to take one sound for another.
const SAME_GROUP: f32 = 0.4;
const VOWELS: f32 = 0.3;
const OTHER: f32 = 1.0;

/// How much more the first sound counts, which is rarely misheard.
const FIRST: f32 = 1.6;

/// What it costs to hear a sound too many or too few.
const LOST_VOWEL: f32 = 0.5;
const LOST_FAINT: f32 = 0.3;
const LOST: f32 = 0.9;

/// Spellings and their sounds, the longest first. Signs for sounds are those of the spelling, and `S` for "sh", `C` for "ch", `T` for
/// "th", `N` for "ng", `@` for a weak vowel.
const SPELLINGS: [(&str, &str); 34] = [
    ("tion", "S@n"),
    ("sion", "S@n"),
    ("ough", "o"),
    ("eigh", "e"),
    ("tch", "C"),
    ("sch", "S"),
    ("igh", "i"),
    ("que", "k"),
    ("ph", "f"),
    ("sh", "S"),
    ("ch", "C"),
    ("th", "T"),
    ("ck", "k"),
    ("qu", "kw"),
    ("gh", "g"),
    ("kn", "n"),
    ("wr", "r"),
    ("wh", "w"),
    ("ng", "N"),
    ("ce", "s"),
    ("ci", "si"),
    ("cy", "si"),
    ("ge", "j"),
    ("ee", "i"),
    ("ea", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("ow", "o"),
    ("ai", "e"),
    ("ay", "e"),
    ("au", "o"),
    ("aw", "o"),
    ("oa", "o"),
    ("ie", "i"),
];

/// Sounds that are easily lost at the end of a word, and their signs there.
const FAINT: [(char, char); 3] = [('t', 'ţ'), ('d', 'ḑ'), ('s', 'ş')];

/// Sounds that are easily taken for each other.
const GROUPS: [&str; 9] = [
    "pb", "tdT", "kgCx", "fvT", "szSCj", "mnN", "lr", "wv", "jgC",
];

/// How alike two texts sound, 0 to 1.
pub(crate) fn likeness(a: &str, b: &str) -> f32 {
    let (a, b) = (sounds(a), sounds(b));
    let longest = a.len().max(b.len());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    (1.0 - distance(&a, &b) / longest as f32).max(0.0)
}

/// How many sounds a text has.
pub(crate) fn count(text: &str) -> usize {
    sounds(text).len()
}

/// The sounds of a text, word by word.
fn sounds(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let word = word.to_lowercase();
        let from = out.len();
        let mut rest = word.as_str();
        while let Some(first) = rest.chars().next() {
            let spelled = SPELLINGS
                .iter()
                .find(|(spelling, _)| rest.starts_with(spelling));
            let (taken, heard) = match spelled {
                Some((spelling, heard)) => (spelling.len(), heard.chars().collect()),
                None => (first.len_utf8(), vec![plain(first)]),
            };
            // A final e is mute, but for that of "latte" after two consonants.
            let is_last = rest.len() == taken;
            let mute = is_last && rest == "e" && out.len() > from + 1 && !ends_doubled(&word);
            for sound in heard {
                if !mute && out.last() != Some(&sound) {
                    out.push(sound);
                }
            }
            rest = &rest[taken..];
        }
        weaken_end(&mut out, from);
        if let Some(last) = out.get_mut(from..).and_then(<[char]>::last_mut)
            && let Some((_, faint)) = FAINT.iter().find(|(sound, _)| sound == last)
        {
            *last = *faint;
        }
    }
    out.truncate(SOUNDS_LIMIT);
    out
}

/// Whether a consonant is doubled before the last letter.
fn ends_doubled(word: &str) -> bool {
    let letters: Vec<char> = word.chars().rev().take(3).collect();
    matches!(letters.as_slice(), [_, a, b] if a == b)
}

/// One letter by itself.
fn plain(letter: char) -> char {
    match letter {
        'c' | 'q' => 'k',
        'x' => 'k',
        'y' => 'i',
        'z' => 's',
        'é' | 'è' | 'ê' => 'e',
        other => other,
    }
}

/// The endings -er, -or, -ar and -a sound alike.
fn weaken_end(out: &mut Vec<char>, from: usize) {
    if out.len() > from + 2 && out.last() == Some(&'r') && is_vowel(out[out.len() - 2]) {
        out.truncate(out.len() - 2);
        out.push('@');
    } else if out.len() > from + 2 && out.last() == Some(&'a') {
        out.pop();
        out.push('@');
    }
}

fn is_vowel(sound: char) -> bool {
    "aeiou@".contains(sound)
}

fn is_digit(sound: char) -> bool {
    sound.is_ascii_digit()
}

/// The cheapest way from one row of sounds to the other.
fn distance(a: &[char], b: &[char]) -> f32 {
    let mut row: Vec<f32> = std::iter::once(0.0)
        .chain(b.iter().scan(0.0, |sum, sound| {
            *sum += lost(*sound);
            Some(*sum)
        }))
        .collect();
    for (row_at, &from) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] += lost(from);
        for (at, &to) in b.iter().enumerate() {
            let weight = if row_at == 0 && at == 0 { FIRST } else { 1.0 };
            let taken = corner + weight * replaced(from, to);
            let dropped = row[at + 1] + lost(from);
            let added = row[at] + lost(to);
            corner = row[at + 1];
            row[at + 1] = taken.min(dropped).min(added);
        }
    }
    row[b.len()]
}

/// A sound wherever it stands in its word.
fn anywhere(sound: char) -> char {
    let faint = FAINT.iter().find(|(_, faint)| *faint == sound);
    faint.map_or(sound, |(plain, _)| *plain)
}

fn replaced(a: char, b: char) -> f32 {
    let (a, b) = (anywhere(a), anywhere(b));
    if a == b {
        0.0
    } else if is_digit(a) || is_digit(b) {
        2.0
    } else if is_vowel(a) && is_vowel(b) {
        VOWELS
    } else if GROUPS
        .iter()
        .any(|group| group.contains(a) && group.contains(b))
    {
        SAME_GROUP
    } else {
        OTHER
    }
}

fn lost(sound: char) -> f32 {
    match sound {
        _ if is_digit(sound) => 2.0,
        'h' => LOST_FAINT,
        _ if anywhere(sound) != sound => LOST_FAINT,
        _ if is_vowel(sound) => LOST_VOWEL,
        _ => LOST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misheard_words_sound_alike_and_other_words_do_not() {
        for (said, meant) in [
            ("mocker", "mocha"),
            ("ice mocha", "iced mocha"),
            ("light rose", "light roast"),
            ("single shut", "single shot"),
            ("lattay", "latte"),
            ("cappacino", "cappuccino"),
            ("expresso", "espresso"),
            ("sabings", "savings"),
            ("cheking", "checking"),
            ("fone", "phone"),
        ] {
            let alike = likeness(said, meant);
            assert!(alike >= 0.75, "{said}: {alike}");
        }
        for (said, other) in [
            ("milk", "mocha"),
            ("large", "latte"),
            ("paris", "london"),
            ("monday", "sunday"),
            ("12", "20"),
            ("small", "medium"),
            ("coffee", "cream"),
        ] {
            let alike = likeness(said, other);
            assert!(alike < 0.7, "{said}: {alike}");
        }
    }
}
