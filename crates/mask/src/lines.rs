//! Masks a stream line by line, and hides a private key that goes over many of them.
//!
//! Decides where such a key ends: at its end line, or where its lines look like a key's no more. Keeps no text, only whether
//! it is within a key.

use std::borrow::Cow;

use super::kind::Kind;
use super::replace::mask;

/// No key has more lines.
const KEY_LINES: usize = 400;
/// So many lines of something else end a key that has no end line.
const OTHER_LINES: usize = 3;
/// The shortest line of a key, but for its last.
const BODY: usize = 16;
/// Headers of a key's lines (RFC 1421, RFC 4716, RFC 9580).
const HEADERS: [&str; 7] = [
    "Proc-Type:",
    "DEK-Info:",
    "Comment:",
    "Version:",
    "Hash:",
    "Charset:",
    "Subject:",
];

/// Masks lines as they come.
///
/// ```
/// use conversimple_mask::Lines;
///
/// let mut lines = Lines::new();
/// let key = ["begin", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "end", "done"];
/// let key = key.map(|line| match line {
///     "begin" => ["-----BEGIN PRIVATE", " KEY-----"].concat(),
///     "end" => ["-----END PRIVATE", " KEY-----"].concat(),
///     line => line.to_owned(),
/// });
/// let shown = key.map(|line| lines.mask(&line).into_owned());
/// assert_eq!(shown, ["[api_key]", "", "", "done"]);
/// ```
#[derive(Debug, Default)]
pub struct Lines {
    /// Lines of a key that were hidden since its first; none outside of a key.
    hidden: Option<usize>,
    /// Lines of something else since the last of the key's.
    others: usize,
}

impl Lines {
    /// A stream that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next line, masked; nothing but its end for a line of a private key.
    pub fn mask<'t>(&mut self, line: &'t str) -> Cow<'t, str> {
        let Some(hidden) = self.hidden else {
            return self.outside(line);
        };
        if let Some(end) = key_end(line) {
            self.hidden = None;
            return self.outside(&line[end..]);
        }
        if is_body(line) && hidden < KEY_LINES {
            self.hidden = Some(hidden + 1);
            self.others = 0;
            return Cow::Borrowed(line_end(line));
        }
        self.others += 1;
        if self.others >= OTHER_LINES || hidden >= KEY_LINES {
            self.hidden = None;
        }
        mask(line)
    }

    fn outside<'t>(&mut self, line: &'t str) -> Cow<'t, str> {
        let Some(begin) = open_key(line) else {
            return mask(line);
        };
        (self.hidden, self.others) = (Some(0), 0);
        let shown = mask(&line[..begin]).into_owned();
        Cow::Owned(shown + Kind::ApiKey.label() + line_end(line))
    }
}

/// Where a private key begins that does not end in this line.
fn open_key(line: &str) -> Option<usize> {
    let begin = line.rfind("-----BEGIN ")?;
    let title = &line[begin + 11..];
    let title = &title[..title.find("-----").unwrap_or(title.len())];
    let private = title.ends_with("PRIVATE KEY") || title.ends_with("PRIVATE KEY BLOCK");
    (private && !line[begin..].contains("-----END ")).then_some(begin)
}

/// Where the end line of a key ends.
fn key_end(line: &str) -> Option<usize> {
    let after = line.find("-----END ")? + 9;
    let dashes = line[after..].find("-----");
    Some(dashes.map_or_else(|| line.trim_end().len(), |dashes| after + dashes + 5))
}

/// A line of a key, perhaps with a log's words before it.
fn is_body(line: &str) -> bool {
    let line = line.trim_end();
    let word = line
        .rsplit([' ', '\t', '|', '"', '>'])
        .next()
        .unwrap_or_default();
    let word = word.trim_end_matches(['\\', ',']);
    let key = word
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b));
    let whole = word.len() == line.trim_start().len() || word.len() >= BODY || word.ends_with('=');
    key && whole || HEADERS.iter().any(|header| line.contains(header))
}

/// The end of a line as it stands there.
fn line_end(line: &str) -> &str {
    &line[line.trim_end_matches(['\r', '\n']).len()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of four lines, made so that none stands in this file.
    fn key(title: &str, prefix: &str, end: &str) -> Vec<String> {
        let dashes = "-".repeat(5);
        let body = [
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
            "AgEAAoIBAQC7VJTUt9Us8cKj",
            "Q==",
        ];
        let lines = [
            vec![format!("{dashes}BEGIN {title}{dashes}")],
            body.map(str::to_owned).to_vec(),
            vec![format!("{dashes}END {title}{dashes}")],
        ];
        let lines = lines.concat().into_iter();
        lines.map(|line| format!("{prefix}{line}{end}")).collect()
    }

    #[test]
    fn private_keys_over_lines_are_hidden_whole() {
        for title in [
            "PRIVATE",
            "RSA PRIVATE",
            "EC PRIVATE",
            "OPENSSH PRIVATE",
            "ENCRYPTED PRIVATE",
        ] {
            for (prefix, end) in [
                ("", "\n"),
                ("", "\r\n"),
                ("2026-11-27 12:00:01 app: ", "\n"),
                ("> ", "\n"),
            ] {
                let title = format!("{title} KEY");
                let mut lines = Lines::new();
                let key = key(&title, prefix, end);
                let shown: Vec<_> = key
                    .iter()
                    .map(|line| lines.mask(line).into_owned())
                    .collect();
                let shown = shown.concat();
                assert!(
                    !shown.contains("MII") && !shown.contains("AgEA") && !shown.contains("Q=="),
                    "{shown}"
                );
                assert_eq!(lines.mask("pay 12 dollars"), "pay 12 dollars", "{title}");
            }
        }
        let mut lines = Lines::new();
        let block = key("PGP PRIVATE KEY BLOCK", "", "\n");
        assert!(!block.iter().any(|line| lines.mask(line).contains("AgEA")));
    }

    #[test]
    fn talk_about_a_key_hides_only_its_line() {
        let mut lines = Lines::new();
        let first = ["look for -----BEGIN PRIVATE", " KEY-----"].concat();
        assert_eq!(lines.mask(&first), "look for [api_key]");
        for line in [
            "in the file, then",
            "tell me what you see.",
            "and we go on from there.",
        ] {
            assert_eq!(lines.mask(line), line);
        }
        assert_eq!(
            lines.mask("AbCdEfGhIjKlMnOpQrSt is shown"),
            "AbCdEfGhIjKlMnOpQrSt is shown"
        );
    }
}
