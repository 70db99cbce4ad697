//! Cuts identifiers and sentences into lowercase words. Decides where a word ends, not what it means.

/// The words of an identifier: `get_paymentMethods` is `get`, `payment`, `methods`.
pub(super) fn identifier(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        if !letter.is_alphanumeric() || begins_word(before, letter, after) {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// `payBill`, `HTTPSend` and `pay2` each hold two words.
fn begins_word(before: Option<char>, letter: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let hump = before.is_lowercase() && letter.is_uppercase();
    let acronym = before.is_uppercase()
        && letter.is_uppercase()
        && after.is_some_and(|after| after.is_lowercase());
    let number = before.is_numeric() != letter.is_numeric();
    hump || acronym || number
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
    fn an_identifier_is_cut_at_marks_humps_and_numbers() {
        for (name, words) in [
            ("get_payment_methods", "get payment methods"),
            ("Buses_3_BuyBusTicket", "buses 3 buy bus ticket"),
            ("HTTPSend", "http send"),
            ("users.delete-all", "users delete all"),
            ("überweisungSenden", "überweisung senden"),
            ("tool7", "tool 7"),
            ("", ""),
        ] {
            assert_eq!(identifier(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn a_text_is_cut_into_sentences() {
        let cut = sentences("Gets the user's card, charges it. Don't ask!");
        let joined: Vec<String> = cut.iter().map(|words| words.join(" ")).collect();
        assert_eq!(joined, ["gets the user's card , charges it", "don't ask"]);
    }
}
