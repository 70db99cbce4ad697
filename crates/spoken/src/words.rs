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
    let open = |c: char| !(c.is_alphanumeric() || "$€£-+#@_.".contains(c));
    let close = |c: char| !(c.is_alphanumeric() || "%€£$#_°²³".contains(c));
    let left = chunk.trim_start_matches(open);
    let core = left.trim_end_matches(close);
    let core = core.trim_start_matches(|c: char| c == '.' && core.len() < 2);
    if core.is_empty()
        || !core
            .chars()
            .any(|c| c.is_alphanumeric() || "$€£%".contains(c))
    {
        if let (Some(last), true) = (
            out.last_mut(),
            chunk.contains([',', '.', '?', '!', ';', '—', '-']),
        ) {
            last.ends_clause = true;
        }
        return;
    }
    let from = start + (core.as_ptr() as usize - chunk.as_ptr() as usize);
    let to = from + core.len();
    let ends_clause = text[to..end].contains([',', '.', '?', '!', ';', ':', ')', '…']);
    let parts: Vec<&str> = core.split(['-', '=']).collect();
    let worded = |part: &&str| part.chars().all(|c| c.is_alphabetic() || c == '\'');
    let assigned = core.contains('=') && !core.contains('-');
    let splits = parts.len() > 1
        && parts
            .iter()
            .all(|part| !part.is_empty() && (assigned || worded(part)));
    if !splits {
        out.push(word(text, from, to, ends_clause));
        return;
    }
    let mut at = from;
    for (i, part) in parts.iter().enumerate() {
        let last = i + 1 == parts.len();
        out.push(word(text, at, at + part.len(), last && ends_clause));
        at += part.len() + 1;
    }
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
