//! Small readings of syntax tree nodes that the three lowerings share. Decides nothing about a language.

use super::ir::{Expr, Kind, Span};
use tree_sitter::Node;

/// Nesting beyond this is not followed: hostile input must not exhaust the stack, and nobody writes such code.
pub(super) const DEPTH_LIMIT: usize = 120;

pub(super) fn span(node: Node<'_>) -> Span {
    Span {
        start: node.start_byte(),
        end: node.end_byte(),
    }
}

pub(super) fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or("")
}

/// The named children that are not comments.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !child.kind().contains("comment"))
        .collect()
}

/// The operands of a left-nested chain of one operator, leftmost first, without recursion.
pub(super) fn chain<'t>(node: Node<'t>, kind: &str, operator: &str, source: &str) -> Vec<Node<'t>> {
    let mut operands = Vec::new();
    let mut here = node;
    loop {
        let is_link = here.kind() == kind
            && here
                .child_by_field_name("operator")
                .is_some_and(|found| text(found, source) == operator);
        let (true, Some(left), Some(right)) = (
            is_link,
            here.child_by_field_name("left"),
            here.child_by_field_name("right"),
        ) else {
            operands.push(here);
            break;
        };
        operands.push(right);
        here = left;
    }
    operands.reverse();
    operands
}

pub(super) fn literal(node: Node<'_>, source: &str) -> Expr {
    Expr::new(span(node), Kind::Literal(text(node, source).to_owned()))
}

/// Decodes one escape sequence, as far as the three languages agree.
pub(super) fn unescape(escape: &str, into: &mut String) {
    let mut chars = escape.chars();
    if chars.next() != Some('\\') {
        into.push_str(escape);
        return;
    }
    let code = |digits: &str| {
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
    };
    match chars.next() {
        Some('n') => into.push('\n'),
        Some('t') => into.push('\t'),
        Some('r') => into.push('\r'),
        Some('\n' | '\r') | None => {}
        Some('x' | 'u' | 'U') => {
            let digits: String = chars.filter(char::is_ascii_hexdigit).collect();
            into.extend(code(&digits));
        }
        Some('0') => into.push('\0'),
        Some(other) => into.push(other),
    }
}
