//! A place in a text where a secret may begin, with the lead that holds there.
//!
//! Decides nothing: it is what a detector gets, and a detector returns the secret that it found.

use super::kind::{Kind, Span};
use super::lead::Lead;
use super::token::Token;
use super::view::View;

/// Token `at` of a text.
#[derive(Clone, Copy)]
pub(super) struct Place<'s, 't> {
    pub(super) view: View<'t>,
    pub(super) at: usize,
    pub(super) lead: &'s Lead,
}

impl<'t> Place<'_, 't> {
    #[inline]
    pub(super) fn token(&self) -> &'t Token {
        &self.view.tokens[self.at]
    }

    /// The first byte of the token.
    #[inline]
    pub(super) fn start(&self) -> usize {
        self.token().start
    }

    /// The byte after the token.
    #[inline]
    pub(super) fn end(&self) -> usize {
        self.token().end()
    }

    /// The bytes from the token on.
    #[inline]
    pub(super) fn rest(&self) -> &'t [u8] {
        &self.view.bytes()[self.start()..]
    }

    /// The bytes before the token.
    #[inline]
    pub(super) fn before(&self) -> &'t [u8] {
        &self.view.bytes()[..self.start()]
    }

    /// The byte after the token, if there is one.
    #[inline]
    pub(super) fn next_byte(&self) -> Option<u8> {
        self.view.bytes().get(self.end()).copied()
    }

    /// Whether letters, digits or an underscore are glued to the token's front.
    #[inline]
    pub(super) fn is_joined(&self) -> bool {
        let last = self.before().last();
        last.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    }

    /// Whether a space, or what ends a sentence, follows.
    #[inline]
    pub(super) fn precedes_space(&self) -> bool {
        let ends = |b: u8| matches!(b, b' ' | b',' | b'.' | b'\n' | b'?' | b'!');
        self.next_byte().is_none_or(ends)
    }

    /// From the token's first byte up to `end`.
    pub(super) fn span(&self, end: usize, kind: Kind) -> Span {
        Span {
            start: self.start(),
            end,
            kind,
        }
    }
}
