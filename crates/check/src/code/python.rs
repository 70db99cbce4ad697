//! Python into the common form. Decides which nodes carry values; leaves their meaning to `flow`.

use super::ir::{Arg, Arm, Call, Class, Expr, Field, Function, Kind, Param, Span, Stmt};
use super::tree::{DEPTH_LIMIT, chain, children, literal, span, text, unescape};
use tree_sitter::Node;

/// The statements of a module.
pub(super) fn lower(root: Node<'_>, source: &str) -> Vec<Stmt> {
    Lower { source }.block(root, 0)
}

struct Lower<'s> {
    source: &'s str,
}

impl<'s> Lower<'s> {
    fn text(&self, node: Node<'_>) -> &'s str {
        text(node, self.source)
    }

    fn block(&self, node: Node<'_>, depth: usize) -> Vec<Stmt> {
        let mut body = Vec::new();
        if depth < DEPTH_LIMIT {
            for child in children(node) {
                self.stmt(child, depth + 1, &mut body);
            }
        }
        body
    }

    fn field_block(&self, node: Node<'_>, field: &str, depth: usize) -> Vec<Stmt> {
        node.child_by_field_name(field)
            .map_or_else(Vec::new, |body| self.block(body, depth))
    }

    fn stmt(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    self.expression_statement(child, depth, out);
                }
            }
            "return_statement" => {
                let value = children(node).first().map(|value| self.expr(*value, depth));
                out.push(Stmt::Return(
                    value.unwrap_or_else(|| literal(node, self.source)),
                ));
            }
            "raise_statement" => {
                let parts = children(node)
                    .iter()
                    .map(|part| self.expr(*part, depth))
                    .collect();
                out.push(Stmt::Raise(Expr::new(span(node), Kind::Other(parts))));
            }
            "function_definition" => {
                out.push(Stmt::Function(self.function(node, Vec::new(), depth)))
            }
            "class_definition" => out.push(Stmt::Class(self.class(node, Vec::new(), depth))),
            "decorated_definition" => self.decorated(node, depth, out),
            _ => self.control(node, depth, out),
        }
    }

    /// Branches, loops and what else decides what runs.
    fn control(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "if_statement" | "while_statement" => self.branch(node, depth, out),
            "for_statement" => {
                if let (Some(left), Some(right)) = (
                    node.child_by_field_name("left"),
                    node.child_by_field_name("right"),
                ) {
                    out.push(Stmt::Assign {
                        target: self.expr(left, depth),
                        value: Expr::new(span(right), Kind::Other(vec![self.expr(right, depth)])),
                        append: false,
                    });
                }
                out.extend(self.field_block(node, "body", depth));
            }
            "try_statement" => self.try_statement(node, depth, out),
            "with_statement" => self.with_statement(node, depth, out),
            "assert_statement" => {
                let parts: Vec<Expr> = children(node)
                    .iter()
                    .map(|part| self.expr(*part, depth))
                    .collect();
                out.push(Stmt::Branch {
                    condition: Some(Expr::new(span(node), Kind::Other(parts))),
                    arms: Vec::new(),
                });
            }
            "match_statement" => {
                let condition = node
                    .child_by_field_name("subject")
                    .map(|subject| self.expr(subject, depth));
                let mut arms = Vec::new();
                if let Some(body) = node.child_by_field_name("body") {
                    for case in children(body) {
                        arms.push(Arm {
                            body: self.field_block(case, "consequence", depth + 1),
                            ..Arm::default()
                        });
                    }
                }
                out.push(Stmt::Branch { condition, arms });
            }
            "import_statement"
            | "import_from_statement"
            | "future_import_statement"
            | "pass_statement"
            | "break_statement"
            | "continue_statement"
            | "global_statement"
            | "nonlocal_statement" => {}
            "block" | "ERROR" | "module" => out.extend(self.block(node, depth)),
            _ => out.push(Stmt::Expr(self.expr(node, depth))),
        }
    }

    fn expression_statement(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "assignment" => self.assignment(node, depth, out),
            "augmented_assignment" => {
                if let (Some(left), Some(right)) = (
                    node.child_by_field_name("left"),
                    node.child_by_field_name("right"),
                ) {
                    out.push(Stmt::Assign {
                        target: self.expr(left, depth),
                        value: self.expr(right, depth),
                        append: true,
                    });
                }
            }
            // A text that stands alone is documentation.
            "string" | "concatenated_string" => {}
            _ => out.push(Stmt::Expr(self.expr(node, depth))),
        }
    }

    fn assignment(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        if depth >= DEPTH_LIMIT {
            return;
        }
        if right.kind() == "assignment" {
            self.assignment(right, depth + 1, out);
            if let Some(inner) = right.child_by_field_name("left") {
                out.push(Stmt::Assign {
                    target: self.expr(left, depth),
                    value: self.expr(inner, depth),
                    append: false,
                });
            }
            return;
        }
        let pair = |node: Node<'_>| matches!(node.kind(), "pattern_list" | "tuple_pattern");
        let (targets, values) = (children(left), children(right));
        if pair(left)
            && matches!(right.kind(), "expression_list" | "tuple")
            && targets.len() == values.len()
        {
            for (target, value) in targets.into_iter().zip(values) {
                out.push(Stmt::Assign {
                    target: self.expr(target, depth),
                    value: self.expr(value, depth),
                    append: false,
                });
            }
            return;
        }
        out.push(Stmt::Assign {
            target: self.expr(left, depth),
            value: self.expr(right, depth),
            append: false,
        });
    }

    fn decorated(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let decorators: Vec<Expr> = children(node)
            .into_iter()
            .filter(|child| child.kind() == "decorator")
            .filter_map(|child| {
                children(child)
                    .first()
                    .map(|inner| self.expr(*inner, depth))
            })
            .collect();
        let Some(definition) = node.child_by_field_name("definition") else {
            return;
        };
        if definition.kind() == "class_definition" {
            out.push(Stmt::Class(self.class(definition, decorators, depth)));
        } else {
            out.push(Stmt::Function(self.function(definition, decorators, depth)));
        }
    }

    fn class(&self, node: Node<'_>, decorators: Vec<Expr>, depth: usize) -> Class {
        Class {
            name: node
                .child_by_field_name("name")
                .map_or("", |name| self.text(name))
                .to_owned(),
            decorators,
            body: self.field_block(node, "body", depth + 1),
            fields: self.declared(node),
        }
    }

    /// `name: type` in the body of a class, as data classes and models have it.
    fn declared(&self, node: Node<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        let body = node
            .child_by_field_name("body")
            .map_or_else(Vec::new, children);
        for statement in body {
            for part in children(statement) {
                let (Some(name), Some(kind)) = (
                    part.child_by_field_name("left"),
                    part.child_by_field_name("type"),
                ) else {
                    continue;
                };
                if part.kind() == "assignment" && name.kind() == "identifier" {
                    fields.push(Field {
                        name: self.text(name).to_owned(),
                        span: span(name),
                        kind: self.text(kind).to_owned(),
                        attributes: String::new(),
                    });
                }
            }
        }
        fields
    }

    fn function(&self, node: Node<'_>, decorators: Vec<Expr>, depth: usize) -> Function {
        let name = node.child_by_field_name("name");
        let params = node
            .child_by_field_name("parameters")
            .map_or_else(Vec::new, |list| self.params(list, depth));
        Function {
            name: name.map_or("", |name| self.text(name)).to_owned(),
            name_span: span(name.unwrap_or(node)),
            params,
            decorators,
            body: self.field_block(node, "body", depth + 1),
        }
    }

    fn params(&self, list: Node<'_>, depth: usize) -> Vec<Param> {
        let mut params = Vec::new();
        for child in children(list) {
            let name = match child.kind() {
                "identifier" => Some(child),
                "typed_parameter" => children(child).first().copied(),
                "default_parameter" | "typed_default_parameter" => {
                    child.child_by_field_name("name")
                }
                _ => None,
            };
            let Some(name) = name.filter(|name| name.kind() == "identifier") else {
                continue;
            };
            params.push(Param {
                is_bounded: false,
                name: self.text(name).to_owned(),
                kind: child
                    .child_by_field_name("type")
                    .map_or("", |kind| self.text(kind))
                    .to_owned(),
                default: child
                    .child_by_field_name("value")
                    .map(|value| self.expr(value, depth)),
                span: span(name),
            });
        }
        params
    }

    fn branch(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let condition = node
            .child_by_field_name("condition")
            .map(|condition| self.expr(condition, depth));
        let consequence = if node.kind() == "while_statement" {
            "body"
        } else {
            "consequence"
        };
        let mut arms = vec![Arm {
            body: self.field_block(node, consequence, depth + 1),
            ..Arm::default()
        }];
        let mut cursor = node.walk();
        for alternative in node.children_by_field_name("alternative", &mut cursor) {
            let mut body = Vec::new();
            if alternative.kind() == "elif_clause" {
                self.branch(alternative, depth + 1, &mut body);
            } else {
                body = self.field_block(alternative, "body", depth + 1);
            }
            arms.push(Arm {
                body,
                ..Arm::default()
            });
        }
        out.push(Stmt::Branch { condition, arms });
    }

    fn try_statement(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let mut arms = vec![Arm {
            body: self.field_block(node, "body", depth + 1),
            ..Arm::default()
        }];
        for clause in children(node) {
            match clause.kind() {
                "except_clause" | "except_group_clause" => {
                    let mut error = None;
                    let mut body = Vec::new();
                    for part in children(clause) {
                        match part.kind() {
                            "as_pattern" => {
                                error = part
                                    .child_by_field_name("alias")
                                    .map(|alias| self.text(alias).to_owned());
                            }
                            "block" => body = self.block(part, depth + 1),
                            _ => {}
                        }
                    }
                    let error = Some(error.unwrap_or_default());
                    arms.push(Arm {
                        error,
                        body,
                        ..Arm::default()
                    });
                }
                "else_clause" | "finally_clause" => {
                    let mut body = self.field_block(clause, "body", depth + 1);
                    for part in children(clause) {
                        if part.kind() == "block" && body.is_empty() {
                            body = self.block(part, depth + 1);
                        }
                    }
                    arms.push(Arm {
                        body,
                        ..Arm::default()
                    });
                }
                _ => {}
            }
        }
        out.push(Stmt::Branch {
            condition: None,
            arms,
        });
    }

    fn with_statement(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let clause = children(node)
            .into_iter()
            .find(|child| child.kind() == "with_clause");
        for item in clause.map_or_else(Vec::new, children) {
            let Some(value) = item.child_by_field_name("value") else {
                continue;
            };
            let alias = value.child_by_field_name("alias");
            match (value.kind(), alias, children(value).first()) {
                ("as_pattern", Some(alias), Some(opened)) => out.push(Stmt::Assign {
                    target: Expr::new(span(alias), Kind::Name(self.text(alias).to_owned())),
                    value: self.expr(*opened, depth),
                    append: false,
                }),
                _ => out.push(Stmt::Expr(self.expr(value, depth))),
            }
        }
        out.extend(self.field_block(node, "body", depth));
    }

    fn all(&self, nodes: Vec<Node<'_>>, depth: usize) -> Vec<Expr> {
        nodes
            .into_iter()
            .map(|node| self.expr(node, depth))
            .collect()
    }

    fn field(&self, node: Node<'_>, field: &str, depth: usize) -> Box<Expr> {
        Box::new(
            node.child_by_field_name(field)
                .map_or_else(|| literal(node, ""), |child| self.expr(child, depth)),
        )
    }

    fn expr(&self, node: Node<'_>, depth: usize) -> Expr {
        let depth = depth + 1;
        if depth > DEPTH_LIMIT {
            return Expr::new(span(node), Kind::Other(Vec::new()));
        }
        let kind = match node.kind() {
            "identifier" => Kind::Name(self.text(node).to_owned()),
            "integer" | "float" | "true" | "false" | "none" | "ellipsis" => {
                Kind::Literal(self.text(node).to_owned())
            }
            "string" => return self.string(node, depth),
            "concatenated_string" => {
                let parts = self.all(children(node), depth);
                return join_texts(span(node), parts);
            }
            "attribute" => {
                let name = node
                    .child_by_field_name("attribute")
                    .map_or("", |name| self.text(name));
                Kind::Member(self.field(node, "object", depth), name.to_owned())
            }
            "subscript" => self.subscript(node, depth),
            "call" => self.call(node, depth),
            "binary_operator" => self.binary(node, depth),
            "boolean_operator" => {
                let parts = vec![
                    *self.field(node, "left", depth),
                    *self.field(node, "right", depth),
                ];
                let is_or = node
                    .child_by_field_name("operator")
                    .is_some_and(|operator| self.text(operator) == "or");
                if is_or {
                    Kind::Either(parts)
                } else {
                    Kind::Compare(parts)
                }
            }
            "comparison_operator" | "not_operator" => {
                Kind::Compare(self.all(children(node), depth))
            }
            _ => return self.compound(node, depth),
        };
        Expr::new(span(node), kind)
    }

    /// Expressions that hold several others.
    fn compound(&self, node: Node<'_>, depth: usize) -> Expr {
        let kind = match node.kind() {
            "list" | "tuple" | "set" | "expression_list" => {
                Kind::List(self.all(children(node), depth))
            }
            "dictionary" => Kind::Map(self.entries(node, depth)),
            "lambda" => Kind::Function(Box::new(self.lambda(node, depth))),
            "parenthesized_expression" | "await" | "list_splat" | "type" | "dictionary_splat" => {
                let mut parts = self.all(children(node), depth);
                match parts.pop() {
                    Some(only) if parts.is_empty() => return only,
                    _ => Kind::Other(parts),
                }
            }
            "conditional_expression" => {
                let parts = children(node);
                match parts.as_slice() {
                    [yes, test, no] => Kind::Either(vec![
                        self.expr(*yes, depth),
                        Expr::new(span(*test), Kind::Compare(vec![self.expr(*test, depth)])),
                        self.expr(*no, depth),
                    ]),
                    _ => Kind::Other(Vec::new()),
                }
            }
            "list_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary_comprehension" => self.comprehension(node, depth),
            "named_expression" => {
                let target = self.field(node, "name", depth);
                let value = self.field(node, "value", depth);
                Kind::Block(vec![Stmt::Assign {
                    target: *target,
                    value: *value,
                    append: false,
                }])
            }
            _ => Kind::Other(self.all(children(node), depth)),
        };
        Expr::new(span(node), kind)
    }

    fn comprehension(&self, node: Node<'_>, depth: usize) -> Kind {
        let mut body = Vec::new();
        let mut value = None;
        for part in children(node) {
            match part.kind() {
                "for_in_clause" => body.push(Stmt::Assign {
                    target: *self.field(part, "left", depth),
                    value: Expr::new(
                        span(part),
                        Kind::Other(vec![*self.field(part, "right", depth)]),
                    ),
                    append: false,
                }),
                "if_clause" => body.push(Stmt::Branch {
                    condition: Some(Expr::new(
                        span(part),
                        Kind::Other(self.all(children(part), depth)),
                    )),
                    arms: Vec::new(),
                }),
                "pair" => value = Some(*self.field(part, "value", depth)),
                _ => value = Some(self.expr(part, depth)),
            }
        }
        body.extend(value.map(Stmt::Expr));
        Kind::Block(body)
    }

    fn lambda(&self, node: Node<'_>, depth: usize) -> Function {
        let params = node
            .child_by_field_name("parameters")
            .map_or_else(Vec::new, |list| self.params(list, depth));
        Function {
            name: String::new(),
            name_span: span(node),
            params,
            decorators: Vec::new(),
            body: vec![Stmt::Return(*self.field(node, "body", depth))],
        }
    }

    fn subscript(&self, node: Node<'_>, depth: usize) -> Kind {
        let base = self.field(node, "value", depth);
        match node.child_by_field_name("subscript") {
            Some(index) if index.kind() == "slice" && is_reversal(self.text(index)) => {
                // `text[::-1]`, a usual way to hide a literal, becomes a call that the fold knows.
                let callee = Expr::new(span(index), Kind::Name("reversed".to_owned()));
                let args = vec![Arg {
                    name: None,
                    value: *base,
                }];
                Kind::Call(Box::new(Call {
                    callee,
                    args,
                    tagged: false,
                }))
            }
            Some(index) if index.kind() == "slice" && is_whole(self.text(index)) => {
                Kind::Other(vec![*base])
            }
            Some(index) if index.kind() == "slice" => Kind::Slice(base),
            Some(index) => Kind::Index(base, Box::new(self.expr(index, depth))),
            None => Kind::Other(vec![*base]),
        }
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Kind {
        let operator = node
            .child_by_field_name("operator")
            .map_or("", |operator| self.text(operator));
        if operator == "+" {
            return Kind::Sum(self.all(chain(node, "binary_operator", "+", self.source), depth));
        }
        Kind::Binary(
            operator.to_owned(),
            self.field(node, "left", depth),
            self.field(node, "right", depth),
        )
    }

    fn entries(&self, node: Node<'_>, depth: usize) -> Vec<(Option<String>, Expr)> {
        let mut entries = Vec::new();
        for child in children(node) {
            if child.kind() != "pair" {
                entries.push((None, self.expr(child, depth)));
                continue;
            }
            let key = match self.field(child, "key", depth).kind {
                Kind::Text(key) | Kind::Name(key) | Kind::Literal(key) => Some(key),
                _ => None,
            };
            entries.push((key, *self.field(child, "value", depth)));
        }
        entries
    }

    fn call(&self, node: Node<'_>, depth: usize) -> Kind {
        let callee = *self.field(node, "function", depth);
        let mut args = Vec::new();
        if let Some(list) = node.child_by_field_name("arguments") {
            if list.kind() == "generator_expression" {
                args.push(Arg {
                    name: None,
                    value: self.expr(list, depth),
                });
            } else {
                for child in children(list) {
                    if child.kind() == "keyword_argument" {
                        let name = child
                            .child_by_field_name("name")
                            .map(|name| self.text(name).to_owned());
                        args.push(Arg {
                            name,
                            value: *self.field(child, "value", depth),
                        });
                    } else {
                        args.push(Arg {
                            name: None,
                            value: self.expr(child, depth),
                        });
                    }
                }
            }
        }
        Kind::Call(Box::new(Call {
            callee,
            args,
            tagged: false,
        }))
    }

    fn string(&self, node: Node<'_>, depth: usize) -> Expr {
        let whole = span(node);
        let mut parts: Vec<Expr> = Vec::new();
        let mut plain = String::new();
        let mut is_raw = false;
        let flush = |plain: &mut String, parts: &mut Vec<Expr>| {
            if !plain.is_empty() {
                parts.push(Expr::new(whole, Kind::Text(std::mem::take(plain))));
            }
        };
        let mut cursor = node.walk();
        for part in node.children(&mut cursor) {
            match part.kind() {
                "string_start" => is_raw = self.text(part).contains(['r', 'R']),
                "string_content" => self.content(part, is_raw, &mut plain),
                "interpolation" => {
                    flush(&mut plain, &mut parts);
                    if let Some(inner) = part.child_by_field_name("expression") {
                        parts.push(self.expr(inner, depth));
                    }
                    // `f"{card=}"` prints the name too, which changes nothing.
                }
                _ => {}
            }
        }
        if parts.is_empty() {
            return Expr::new(whole, Kind::Text(plain));
        }
        flush(&mut plain, &mut parts);
        Expr::new(whole, Kind::Joined(parts))
    }

    fn content(&self, node: Node<'_>, is_raw: bool, plain: &mut String) {
        let mut at = node.start_byte();
        let mut cursor = node.walk();
        for escape in node.children(&mut cursor) {
            plain.push_str(self.source.get(at..escape.start_byte()).unwrap_or(""));
            match escape.kind() {
                "escape_interpolation" => plain.push_str(&self.text(escape)[..1]),
                "escape_sequence" if !is_raw => unescape(self.text(escape), plain),
                _ => plain.push_str(self.text(escape)),
            }
            at = escape.end_byte();
        }
        plain.push_str(self.source.get(at..node.end_byte()).unwrap_or(""));
    }
}

fn is_reversal(slice: &str) -> bool {
    slice.split_whitespace().collect::<String>() == "::-1"
}

fn is_whole(slice: &str) -> bool {
    slice.chars().all(|c| c == ':' || c.is_whitespace())
}

/// Neighbouring literals are one text.
fn join_texts(whole: Span, parts: Vec<Expr>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for part in parts {
        match part.kind {
            Kind::Joined(inner) => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    let plain: Option<String> = flat
        .iter()
        .map(|part| match &part.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match plain {
        Some(text) => Expr::new(whole, Kind::Text(text)),
        None => Expr::new(whole, Kind::Joined(flat)),
    }
}
