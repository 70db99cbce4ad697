//! Written text cut into tokens: letters, figures, spaces and signs, and a cursor that the forms of `say` read them with.

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Digits,
    Space,
    Sign,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' => Kind::Word,
        '0'..='9' => Kind::Digits,
        _ if c.is_whitespace() => Kind::Space,
        _ => Kind::Sign,
    }
}

/// Cuts a text into its tokens; each sign is one by itself.
pub(super) fn cut(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let same = out
            .last()
            .is_some_and(|last| last.kind == kind(c) && last.kind != Kind::Sign);
        match out.last_mut() {
            Some(last) if same => last.text = &text[start..end],
            _ => {
                start = at;
                out.push(Token {
                    kind: kind(c),
                    text: &text[at..end],
                });
            }
        }
    }
    out
}

/// A place between tokens.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    tokens: &'a [Token<'a>],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token<'a>], at: usize) -> Self {
        Self { tokens, at }
    }

    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// The next token's text; empty at the end.
    pub(super) fn text(&self) -> &'a str {
        self.peek().map_or("", |token| token.text)
    }

    /// The token before.
    pub(super) fn before(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at.checked_sub(1)?).copied()
    }

    pub(super) fn back(&mut self) -> Option<Token<'a>> {
        let token = self.before()?;
        self.at -= 1;
        Some(token)
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn next_if(&mut self, fits: impl Fn(Token<'a>) -> bool) -> Option<&'a str> {
        let token = self.peek().filter(|token| fits(*token))?;
        self.at += 1;
        Some(token.text)
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.next_if(|token| token.kind == Kind::Word)
    }

    /// The next word, if it is one of a kind.
    pub(super) fn word_if(&mut self, fits: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.next_if(|token| token.kind == Kind::Word && fits(token.text))
    }

    /// Figures, as many as `count` says.
    pub(super) fn digits(&mut self, count: std::ops::RangeInclusive<usize>) -> Option<&'a str> {
        self.next_if(|token| token.kind == Kind::Digits && count.contains(&token.text.len()))
    }

    /// One of some signs.
    pub(super) fn sign(&mut self, signs: &str) -> Option<&'a str> {
        self.next_if(|token| token.kind == Kind::Sign && signs.contains(token.text))
    }

    pub(super) fn space(&mut self) -> bool {
        self.next_if(|token| token.kind == Kind::Space).is_some()
    }

    /// Takes a space only where what follows fits.
    pub(super) fn spaced<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        let mut next = *self;
        next.space();
        let found = read(&mut next)?;
        *self = next;
        Some(found)
    }

    fn is_alnum(token: Option<Token<'a>>) -> bool {
        token.is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Digits))
    }

    /// No letter and no figure stands right before.
    pub(super) fn begins(&self) -> bool {
        !Self::is_alnum(self.before())
    }

    /// No letter and no figure follows.
    pub(super) fn ends(&self) -> bool {
        !Self::is_alnum(self.peek())
    }

    /// A space, an opening bracket or nothing stands right before.
    pub(super) fn stands_free(&self) -> bool {
        self.before()
            .is_none_or(|token| token.kind == Kind::Space || "([{\"'/".contains(token.text))
    }

    /// The text between two places.
    pub(super) fn until(&self, end: Self) -> String {
        let tokens = self.tokens.get(self.at..end.at).unwrap_or_default();
        tokens.iter().map(|token| token.text).collect()
    }

    /// The words right before, nearest first, passing over spaces and the signs `#` and `:`.
    pub(super) fn words_before(&self) -> impl Iterator<Item = &'a str> {
        let passed = |token: &&Token<'a>| token.kind != Kind::Space && !"#:".contains(token.text);
        let before = self.tokens[..self.at].iter().rev().filter(passed);
        before.map_while(|token| (token.kind == Kind::Word).then_some(token.text))
    }
}
