//! Written text as it is said: money, numbers, dates, times, ids, masks, addresses and abbreviations become words.
//!
//! What comes out is words and the marks that shape a sentence, and nothing else. How the words sound is decided elsewhere.

mod rules;

use unicode_normalization::UnicodeNormalization as _;

/// The words of `text` as a person would read them aloud.
#[must_use]
pub fn spoken(text: &str) -> String {
    let mut said = plain(text);
    for rule in rules::RULES.iter() {
        if let std::borrow::Cow::Owned(changed) = rule.pattern.replace_all(&said, rule.say) {
            said = changed;
        }
    }
    tidy(&said)
}

/// ASCII for every letter and mark that has it; what cannot be said is a space.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '’' | '‘' | '`' => out.push('\''),
            '–' | '−' => out.push('-'),
            '—' => out.push_str(", "),
            '…' => out.push_str("..."),
            '•' | '●' | '·' => out.push('*'),
            '×' => out.push_str(" times "),
            '½' => out.push_str(" one half "),
            '¼' => out.push_str(" one quarter "),
            '¾' => out.push_str(" three quarters "),
            '£' | '€' | '¥' | '₹' | '°' => out.push(letter),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'Ø' => out.push('O'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'æ' => out.push_str("ae"),
            '\n' | '\r' => out.push_str(" , "),
            _ if letter.is_ascii_control() => out.push(' '),
            _ if letter.is_ascii() => out.push(letter),
            _ => {
                let start = out.len();
                out.extend(std::iter::once(letter).nfkd().filter(char::is_ascii));
                if out.len() == start && !unicode_normalization::char::is_combining_mark(letter) {
                    out.push(' ');
                }
            }
        }
    }
    out
}

/// One space between words, marks at the end of the word before, none twice, none at the start.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '.' | ',' | '?' | '!' | ';' | ':' => {
                while out.ends_with(' ') {
                    out.pop();
                }
                match out.chars().last() {
                    None => {}
                    // The stronger of two marks stays.
                    Some(',' | ';' | ':') if matches!(letter, '.' | '?' | '!') => {
                        out.pop();
                        out.push(letter);
                    }
                    Some('.' | ',' | '?' | '!' | ';' | ':') => {}
                    Some(_) => out.push(letter),
                }
            }
            'a'..='z' | 'A'..='Z' | '0'..='9' | '\'' => {
                if matches!(out.chars().last(), Some('.' | ',' | '?' | '!' | ';' | ':')) {
                    out.push(' ');
                }
                out.push(letter);
            }
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests;
