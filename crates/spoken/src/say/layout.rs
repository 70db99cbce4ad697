//! Layout that a model or a tool may write and nobody says: headings, bullets, rules, emphasis, code, links, tags.

/// The text without its layout.
pub(super) fn strip(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !is_rule(line))
        .map(line)
        .collect();
    lines.join("\n")
}

/// A line of nothing but signs that draw it, or the fence of a block of code.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("```")
        || line.len() > 2
            && ["-", "*", "_", "="]
                .iter()
                .any(|mark| line.replace(mark, "").is_empty())
            && line != "***"
}

fn line(line: &str) -> String {
    let text = line.trim_start();
    let text = text
        .trim_start_matches('#')
        .strip_prefix(' ')
        .filter(|_| text.starts_with('#'))
        .unwrap_or(text);
    let bullet = ["- ", "* ", "• ", "+ "]
        .iter()
        .find_map(|mark| text.strip_prefix(mark));
    let mut text = links(bullet.unwrap_or(text));
    for mark in ["***", "**", "__", "~~", "`", "*"] {
        text = emphasis(&text, mark);
    }
    if bullet.is_some() {
        format!(", {text}")
    } else {
        text
    }
}

/// `[text](address)` is its text.
fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let found = link(&rest[open..]);
        out.push_str(rest[..open].trim_end_matches('!'));
        let (said, len) = found.unwrap_or(("[", 1));
        out.push_str(said);
        rest = &rest[open + len..];
    }
    out.push_str(rest);
    out
}

/// The text of a link that begins here, and the link's length. A link's text holds no bracket, so the search ends early.
fn link(text: &str) -> Option<(&str, usize)> {
    let close = text[1..].find(['[', ']'])? + 1;
    let behind = text[close..].strip_prefix("](")?;
    let end = behind.find([')', '(', ' ', '['])?;
    behind[end..]
        .starts_with(')')
        .then(|| (&text[1..close], close + 2 + end + 1))
}

/// Takes a pair of marks away that stands around words: `**bold**`, not `5*3*2` or `****1111`.
fn emphasis(text: &str, mark: &str) -> String {
    let sign = mark.chars().next().unwrap_or('*');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(mark) {
        let free = !rest[..open].ends_with(|c: char| c == sign || c.is_alphanumeric());
        let behind = &rest[open + mark.len()..];
        let close = behind
            .find(sign)
            .filter(|close| free && pair(behind, *close, mark));
        out.push_str(&rest[..open]);
        match close {
            Some(close) => {
                out.push_str(&behind[..close]);
                rest = &behind[close + mark.len()..];
            }
            None => {
                let len = rest[open..].chars().take_while(|c| *c == sign).count() * sign.len_utf8();
                out.push_str(&rest[open..open + len]);
                rest = &rest[open + len..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn pair(behind: &str, close: usize, mark: &str) -> bool {
    let inner = &behind[..close];
    let after = behind[close..].strip_prefix(mark);
    let spaced = inner.starts_with(char::is_whitespace) || inner.ends_with(char::is_whitespace);
    !inner.is_empty()
        && !spaced
        && after.is_some_and(|after| {
            !after.starts_with(char::is_alphanumeric) && !after.starts_with(&mark[..1])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_stripped_and_signs_that_mean_something_stay() {
        for (written, expected) in [
            ("**bold** and *light* and `code`", "bold and light and code"),
            ("# Title", "Title"),
            ("- one\n- two", ", one\n, two"),
            ("[the page](https://example.com/a)", "the page"),
            ("![a cat](cat.png) [1] (2)", "a cat [1] (2)"),
            ("****1111 and 5*3*2", "****1111 and 5*3*2"),
            ("***1234", "***1234"),
            ("a\n---\nb", "a\nb"),
            ("***very***", "very"),
            ("[[[[", "[[[["),
            ("#42", "#42"),
        ] {
            assert_eq!(strip(written), expected, "{written}");
        }
    }
}
