//! Rust macros: their arguments are tokens, and are read as expressions once more. Decides what formats, logs and
//! JSON hold; other macros are calls with arguments.

use super::super::ir::{Arg, Call, Expr, Kind, Span};
use super::super::tree::{DEPTH_LIMIT, children, literal};
use super::{Lower, PRELUDE};
use tree_sitter::Node;

impl Lower<'_, '_> {
    pub(super) fn macro_call(&self, node: Node<'_>, depth: usize) -> Kind {
        let name = node.child_by_field_name("macro");
        let Some(tokens) = children(node)
            .into_iter()
            .find(|child| child.kind() == "token_tree")
        else {
            return Kind::Other(Vec::new());
        };
        let last = name
            .map_or("", |name| self.text(name))
            .rsplit("::")
            .next()
            .unwrap_or("");
        if last == "json" {
            let inner = children(tokens).first().copied().unwrap_or(tokens);
            return self.json(inner, depth).kind;
        }
        let mut args = self.macro_args(tokens, depth);
        if last == "concat" {
            // `concat!` takes only literals, so what looks like a call is a macro that gives one.
            let parts = args.into_iter().map(|arg| match arg.value.kind {
                Kind::Text(_) => arg.value,
                _ => Expr::new(arg.value.span, Kind::Literal(String::new())),
            });
            return Kind::Sum(parts.collect());
        }
        if matches!(last, "vec") {
            return Kind::List(args.into_iter().map(|arg| arg.value).collect());
        }
        splice_format(&mut args);
        if matches!(last, "format" | "format_args") && args.len() == 1 {
            return args.swap_remove(0).value.kind;
        }
        let callee = name.map_or_else(|| literal(node, ""), |name| self.expr(name, depth));
        Kind::Call(Box::new(Call {
            callee,
            args,
            tagged: false,
        }))
    }

    /// The top-level arguments of a macro, each parsed as an expression; `name = value` and the `%` and `?` of
    /// tracing are understood.
    pub(super) fn macro_args(&self, tokens: Node<'_>, depth: usize) -> Vec<Arg> {
        let mut args = Vec::new();
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        let mut start = tokens.start_byte() + 1;
        let mut cursor = tokens.walk();
        for child in tokens.children(&mut cursor) {
            if child.kind() == "," || child.kind() == ";" {
                pieces.push((start, child.start_byte()));
                start = child.end_byte();
            }
        }
        pieces.push((start, tokens.end_byte().saturating_sub(1)));
        for (from, to) in pieces {
            let Some(piece) = self.source.get(from..to) else {
                continue;
            };
            let (name, offset) = field_name(piece);
            let rest = &piece[offset..];
            let sigils = rest.len()
                - rest
                    .trim_start_matches([' ', '\n', '\t', '\r', '%', '?', '&'])
                    .len();
            let at = from + offset + sigils;
            if rest[sigils..].trim().is_empty() {
                continue;
            }
            args.push(Arg {
                name,
                value: self.reparse(at, to, depth),
            });
        }
        args
    }

    fn reparse(&self, from: usize, to: usize, depth: usize) -> Expr {
        let whole = Span {
            start: from.wrapping_add(self.shift),
            end: to.wrapping_add(self.shift),
        };
        let nothing = Expr::new(whole, Kind::Other(Vec::new()));
        let Some(piece) = self.source.get(from..to) else {
            return nothing;
        };
        // Macros inside macros are read again at each level; a short limit keeps this linear enough.
        if depth + 8 > DEPTH_LIMIT || piece.len() > 20_000 {
            return nothing;
        }
        let code = format!("{PRELUDE}{piece})}}");
        let tree = self.parser.borrow_mut().parse(&code, None);
        let Some(tree) = tree else { return nothing };
        let shift = self.shift.wrapping_add(from).wrapping_sub(PRELUDE.len());
        let inner = Lower {
            source: &code,
            shift,
            parser: self.parser,
        };
        let body = tree
            .root_node()
            .child(0)
            .and_then(|function| function.child_by_field_name("body"))
            .and_then(|body| children(body).first().copied());
        match body {
            Some(node) => inner.expr(node, depth + 10),
            None => nothing,
        }
    }

    /// The value that `json!` writes.
    fn json(&self, node: Node<'_>, depth: usize) -> Expr {
        let depth = depth + 1;
        let here = self.span(node);
        if depth > DEPTH_LIMIT {
            return Expr::new(here, Kind::Other(Vec::new()));
        }
        let written = self.text(node);
        if node.kind() != "token_tree" || written.starts_with('(') {
            return self.reparse(node.start_byte(), node.end_byte(), depth);
        }
        let mut cursor = node.walk();
        let tokens: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let inner = tokens.get(1..tokens.len().saturating_sub(1)).unwrap_or(&[]);
        let mut entries = Vec::new();
        for piece in inner.split(|token| token.kind() == ",") {
            let colon = piece.iter().position(|token| token.kind() == ":");
            let (key, value) = match colon {
                Some(at) if written.starts_with('{') => (
                    piece
                        .first()
                        .filter(|key| key.kind() == "string_literal")
                        .map(|key| self.string(*key)),
                    &piece[at + 1..],
                ),
                _ => (None, piece),
            };
            let value = match value {
                [] => continue,
                [only] => self.json(*only, depth),
                [first, .., last] => self.reparse(first.start_byte(), last.end_byte(), depth),
            };
            entries.push((key, value));
        }
        if written.starts_with('[') {
            return Expr::new(
                here,
                Kind::List(entries.into_iter().map(|(_, value)| value).collect()),
            );
        }
        Expr::new(here, Kind::Map(entries))
    }
}

/// `name = ` before a macro argument, and where the argument starts.
fn field_name(piece: &str) -> (Option<String>, usize) {
    let Some(equals) = piece.find('=') else {
        return (None, 0);
    };
    let name = piece[..equals].trim();
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && !piece[equals + 1..].starts_with(['=', '>']);
    if is_name {
        (Some(name.to_owned()), equals + 1)
    } else {
        (None, 0)
    }
}

/// Puts the values of a format string into it: `"{} {x}", y` becomes one joined text.
fn splice_format(args: &mut Vec<Arg>) {
    let Some(at) = args.iter().position(|arg| {
        arg.name.is_none() && matches!(&arg.value.kind, Kind::Text(text) if text.contains('{'))
    }) else {
        return;
    };
    let rest = args.split_off(at + 1);
    let Some(Arg {
        value: Expr {
            span,
            kind: Kind::Text(format),
        },
        ..
    }) = args.pop()
    else {
        return;
    };
    let mut rest: Vec<Option<Arg>> = rest.into_iter().map(Some).collect();
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut next = 0;
    let mut chars = format.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let doubled = chars.peek().is_some_and(|(_, following)| *following == c);
        if (c == '{' || c == '}') && doubled {
            chars.next();
            plain.push(c);
            continue;
        }
        if c != '{' {
            plain.push(c);
            continue;
        }
        let inside: String = chars
            .by_ref()
            .map(|(_, c)| c)
            .take_while(|c| *c != '}')
            .collect();
        let name = inside.split(':').next().unwrap_or("").trim().to_owned();
        if !plain.is_empty() {
            parts.push(Expr::new(span, Kind::Text(std::mem::take(&mut plain))));
        }
        let found = if name.is_empty() {
            next += 1;
            rest.get_mut(next - 1).and_then(Option::take)
        } else if let Ok(position) = name.parse::<usize>() {
            rest.get_mut(position).and_then(Option::take)
        } else {
            let named = rest.iter().position(|arg| {
                arg.as_ref()
                    .is_some_and(|arg| arg.name.as_deref() == Some(&name))
            });
            named.and_then(|index| rest[index].take())
        };
        parts.push(match found {
            Some(arg) => arg.value,
            None => Expr::new(span, Kind::Name(name)),
        });
    }
    if !plain.is_empty() {
        parts.push(Expr::new(span, Kind::Text(plain)));
    }
    args.push(Arg {
        name: None,
        value: Expr::new(span, Kind::Joined(parts)),
    });
    args.extend(rest.into_iter().flatten());
}
