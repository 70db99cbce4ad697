//! Cuts sentences and identifiers into lowercase words. Decides where a word of a sentence ends; identifiers are cut by
//! `conversimple_mask::names`.

use conversimple_mask::names;

/// The words of an identifier without their numbers: `get_paymentMethods2` is `get`, `payment`, `methods`.
pub(super) fn identifier(name: &str) -> Vec<String> {
    let words = names::words(name).into_iter();
    words
        .map(|word| word.trim_matches(char::is_numeric).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The sentences of a text as words. A comma is a word, because it ties verbs as `and` does.
pub(super) fn sentences(text: &str) -> Vec<Vec<String>> {
    let ends = |letter: char| matches!(letter, '.' | '!' | '?' | ';' | '\n' | '|' | ':');
    let mut sentences = vec![Vec::new()];
    for piece in text.split_whitespace() {
        let word = piece.trim_matches(|letter: char| !letter.is_alphanumeric());
        if let (Some(sentence), false) = (sentences.last_mut(), word.is_empty()) {
            sentence.extend(prose(word));
            sentence.extend(piece.ends_with(',').then(|| ",".to_owned()));
        }
        if piece.ends_with(ends) {
            sentences.push(Vec::new());
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn prose(word: &str) -> impl Iterator<Item = String> + '_ {
    word.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '\'' | '’'))
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('’', "'").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_name_is_split_at_separators_case_and_numbers() {
        for (name, words) in [
            ("get_payment_methods", "get payment methods"),
            ("Buses_3_BuyBusTicket", "buses buy bus ticket"),
            ("HTTPSend", "http send"),
            ("users.delete-all", "users delete all"),
            ("überweisungSenden", "überweisung senden"),
            ("tool7", "tool"),
            ("", ""),
        ] {
            assert_eq!(identifier(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn text_is_split_into_sentences() {
        let cut = sentences("Gets the user's card, charges it. Don't ask!");
        let joined: Vec<String> = cut.iter().map(|words| words.join(" ")).collect();
        assert_eq!(joined, ["gets the user's card , charges it", "don't ask"]);
    }
}
