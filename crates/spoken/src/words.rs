//! How a text is cut into words. Cuts keep byte ranges, so that a value can be taken from the text as it was said or typed.

/// One word of a text.
#[derive(Debug, Clone)]
pub struct Word {
    /// Lower case, without possessive `'s`.
    pub lower: String,
    /// Byte range in the text, without surrounding punctuation.
    pub start: usize,
    /// The end of that range.
    pub end: usize,
    /// A comma, full stop or the like follows.
    pub ends_clause: bool,
    /// The first letter is a capital.
    pub capital: bool,
    /// The word begins a sentence.
    pub initial: bool,
}

/// The signs of currencies.
const SIGNS: &str = "$€£₹¥₩₺₽₪฿₿";

/// Cuts a text into words. A secret's token `⟨password 1⟩` is one word; `twenty-five` is two.
pub fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut rest = 0;
    while let Some((start, end)) = next_chunk(text, rest) {
        push_chunk(text, start, end, &mut out);
        rest = end;
    }
    let mut initial = true;
    for word in &mut out {
        word.initial = initial;
        let after = text[word.end..].trim_start_matches(['"', '\'', ')', '”', '’']);
        initial = after.starts_with(['.', '?', '!', ':']) && word.ends_clause;
    }
    out
}

fn next_chunk(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + text[from..].find(|c: char| !c.is_whitespace())?;
    if text[start..].starts_with('⟨')
        && let Some(close) = text[start..].find('⟩')
    {
        return Some((start, start + close + '⟩'.len_utf8()));
    }
    let tail = &text[start + first_len(&text[start..])..];
    let len = tail
        .find(|c: char| c.is_whitespace() || c == '⟨' || c == '—')
        .unwrap_or(tail.len());
    Some((start, text.len() - tail.len() + len))
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn push_chunk(text: &str, start: usize, end: usize, out: &mut Vec<Word>) {
    let chunk = &text[start..end];
    if chunk.starts_with('⟨') {
        let ends_clause = text[end..].starts_with([',', '.', '?', '!', ';']);
        out.push(word(text, start, end, ends_clause));
        return;
    }
    let core = core(chunk);
    if !core.chars().any(tells) {
        let ends = chunk.contains([',', '.', '?', '!', ';', '—', '-']);
        if let Some(last) = out.last_mut().filter(|_| ends) {
            last.ends_clause = true;
        }
        return;
    }
    let from = start + (core.as_ptr() as usize - chunk.as_ptr() as usize);
    let to = from + core.len();
    let ends_clause = text[to..end].contains([',', '.', '?', '!', ';', ':', ')', '…']);
    let mut at = from;
    for part in parts(core) {
        let until = at + part.len();
        out.push(word(text, at, until, until == to && ends_clause));
        at = until + 1;
    }
}

/// A chunk without the punctuation around it.
fn core(chunk: &str) -> &str {
    let open = |c: char| !(c.is_alphanumeric() || "-−+#@_.".contains(c) || SIGNS.contains(c));
    let close = |c: char| !(c.is_alphanumeric() || "%#_°²³½¼¾".contains(c) || SIGNS.contains(c));
    let core = chunk.trim_start_matches(open).trim_end_matches(close);
    core.trim_start_matches(|c: char| c == '.' && core.len() < 2)
}

/// Whether a sign makes a word of what it stands in.
fn tells(c: char) -> bool {
    c.is_alphanumeric() || c == '%' || "½¼¾".contains(c) || SIGNS.contains(c)
}

/// "twenty-five" and "a=b" are two words, "555-0134" is one.
fn parts(core: &str) -> Vec<&str> {
    let parts: Vec<&str> = core.split(['-', '=']).collect();
    let assigned = core.contains('=') && !core.contains('-');
    let worded = |part: &str| part.chars().all(|c| c.is_alphabetic() || c == '\'');
    let splits = parts
        .iter()
        .all(|part| !part.is_empty() && (assigned || worded(part)));
    if splits { parts } else { vec![core] }
}

fn word(text: &str, start: usize, end: usize, ends_clause: bool) -> Word {
    let raw = &text[start..end];
    let mut lower = raw.to_lowercase().replace('’', "'");
    if let Some(stripped) = lower.strip_suffix("'s") {
        let keeps = matches!(
            stripped,
            "what" | "it" | "that" | "who" | "how" | "where" | "let" | "there"
        );
        if !keeps {
            lower.truncate(lower.len() - 2);
        }
    }
    // 298K is a temperature and 298k a sum: the one capital that tells something.
    if raw.ends_with('K') && raw.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        lower.pop();
        lower.push('K');
    }
    Word {
        lower,
        start,
        end,
        ends_clause,
        capital: raw.chars().next().is_some_and(char::is_uppercase),
        initial: false,
    }
}
