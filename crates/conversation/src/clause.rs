//! Where an answer is cut into pieces that are spoken one by one.
//!
//! The voice does not stream: a piece is heard when it is synthesised whole. The first piece is therefore short, and
//! the next one is made while it plays. A cut is made where a speaker would breathe, never inside a number.

/// A first piece is cut at a comma from this many words on.
const FIRST_WORDS: usize = 3;

/// A later piece is cut at a comma from this many words on.
const LATER_WORDS: usize = 8;

/// Cuts a text into clauses, in order; together they are the text's words.
pub fn clauses(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut clause: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        clause.push(word);
        let enough = if out.is_empty() {
            FIRST_WORDS
        } else {
            LATER_WORDS
        };
        if ends_sentence(word) || (word.ends_with([',', ';', ':']) && clause.len() >= enough) {
            out.push(clause.join(" "));
            clause.clear();
        }
    }
    if !clause.is_empty() {
        out.push(clause.join(" "));
    }
    out
}

/// A full stop after an abbreviation or an initial does not end a sentence.
fn ends_sentence(word: &str) -> bool {
    const ABBREVIATIONS: [&str; 8] = ["mr.", "mrs.", "ms.", "dr.", "st.", "no.", "e.g.", "i.e."];
    let bare = word.trim_end_matches(['"', '\'', ')', '”', '’']);
    if bare.ends_with(['?', '!', '…']) {
        return true;
    }
    bare.ends_with('.') && bare.len() > 2 && !ABBREVIATIONS.contains(&bare.to_lowercase().as_str())
}

/// The part of a clause that was heard, given the share of its sound that was played.
pub fn heard_part(clause: &str, share: f64) -> String {
    let words: Vec<&str> = clause.split_whitespace().collect();
    // A word counts as heard when its whole share of the sound was.
    let count = (words.len() as f64 * share.clamp(0.0, 1.0) + 1e-9).floor() as usize;
    words[..count.min(words.len())].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_end_at_punctuation_but_not_in_numbers_or_titles() {
        for (text, expected) in [
            ("", vec![]),
            ("Yes.", vec!["Yes."]),
            (
                "Your balance is $1,250.00. Anything else?",
                vec!["Your balance is $1,250.00.", "Anything else?"],
            ),
            (
                "All right, you have 3 cards, a Visa, and more",
                vec!["All right, you have 3 cards,", "a Visa, and more"],
            ),
            ("Dr. Lee is in. Hello", vec!["Dr. Lee is in.", "Hello"]),
        ] {
            assert_eq!(clauses(text), expected, "{text}");
        }
    }

    #[test]
    fn heard_part_ends_at_whole_word() {
        for (share, expected) in [
            (0.0, ""),
            (0.49, "one"),
            (0.5, "one two"),
            (1.0, "one two three four"),
            (2.0, "one two three four"),
        ] {
            assert_eq!(heard_part("one two three four", share), expected, "{share}");
        }
    }
}
