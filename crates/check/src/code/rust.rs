//! Rust into the common form, macros included as far as their arguments are expressions. Decides which nodes carry
//! values; leaves their meaning to `flow`. Modules under `cfg(test)` are passed over.

mod macros;

use super::ir::{Arg, Arm, Call, Class, Expr, Field, Function, Kind, Param, Span, Stmt};
use super::tree::{DEPTH_LIMIT, chain, children, literal, span, text, unescape};
use crate::facts::Fact;
use std::cell::RefCell;
use tree_sitter::{Node, Parser};

/// The statements of a file; `parser` reads the arguments of macros once more.
pub(super) fn lower(root: Node<'_>, source: &str, parser: &mut Parser) -> Vec<Stmt> {
    Lower {
        source,
        shift: 0,
        parser: &RefCell::new(parser),
    }
    .items(root, 0)
}

struct Lower<'s, 'p> {
    source: &'s str,
    /// What to add to a position in `source` to have one in the file; wraps, as it can be negative.
    shift: usize,
    parser: &'p RefCell<&'p mut Parser>,
}

/// What stands before an expression that is parsed alone.
const PRELUDE: &str = "fn f(){(";

impl<'s> Lower<'s, '_> {
    fn text(&self, node: Node<'_>) -> &'s str {
        text(node, self.source)
    }

    fn span(&self, node: Node<'_>) -> Span {
        let here = span(node);
        Span {
            start: here.start.wrapping_add(self.shift),
            end: here.end.wrapping_add(self.shift),
        }
    }

    fn items(&self, node: Node<'_>, depth: usize) -> Vec<Stmt> {
        let mut body = Vec::new();
        let mut attributes: Vec<Node<'_>> = Vec::new();
        if depth >= DEPTH_LIMIT {
            return body;
        }
        for child in children(node) {
            if child.kind() == "attribute_item" {
                attributes.push(child);
                continue;
            }
            self.stmt(child, &attributes, depth + 1, &mut body);
            attributes.clear();
        }
        body
    }

    /// The statements of a block; with `is_result` its last expression is what the function returns.
    fn block(&self, node: Node<'_>, is_result: bool, depth: usize) -> Vec<Stmt> {
        if node.kind() != "block" {
            let mut body = Vec::new();
            self.tail(node, is_result, depth, &mut body);
            return body;
        }
        let mut body = Vec::new();
        if depth >= DEPTH_LIMIT {
            return body;
        }
        let parts = children(node);
        let last = parts.len().saturating_sub(1);
        for (index, child) in parts.into_iter().enumerate() {
            // The grammar wraps `if` and `match` at the end in a statement too; only a semicolon says otherwise.
            let is_tail = index == last && !self.text(child).ends_with(';');
            if is_tail {
                self.tail(child, is_result, depth + 1, &mut body);
            } else {
                self.stmt(child, &[], depth + 1, &mut body);
            }
        }
        body
    }

    fn tail(&self, node: Node<'_>, is_result: bool, depth: usize, out: &mut Vec<Stmt>) {
        let inner = match node.kind() {
            "expression_statement" => children(node).first().copied().unwrap_or(node),
            _ => node,
        };
        match inner.kind() {
            "if_expression" | "match_expression" | "block" | "unsafe_block" | "async_block" => {
                self.branching(inner, is_result, depth, out);
            }
            "let_declaration"
            | "for_expression"
            | "while_expression"
            | "loop_expression"
            | "return_expression"
            | "function_item"
            | "assignment_expression"
            | "compound_assignment_expr"
            | "macro_definition"
            | "struct_item"
            | "impl_item" => {
                self.stmt(inner, &[], depth, out);
            }
            _ if is_result => out.push(Stmt::Return(self.expr(inner, depth))),
            _ => out.push(Stmt::Expr(self.expr(inner, depth))),
        }
    }

    fn stmt(&self, node: Node<'_>, attributes: &[Node<'_>], depth: usize, out: &mut Vec<Stmt>) {
        if depth > DEPTH_LIMIT {
            return;
        }
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    self.stmt(child, &[], depth + 1, out);
                }
            }
            "let_declaration" | "const_item" | "static_item" => self.declaration(node, depth, out),
            "assignment_expression" | "compound_assignment_expr" => out.push(Stmt::Assign {
                target: *self.field(node, "left", depth),
                value: *self.field(node, "right", depth),
                append: node.kind() == "compound_assignment_expr",
            }),
            "return_expression" => {
                let value = children(node).first().map(|value| self.expr(*value, depth));
                out.push(Stmt::Return(
                    value.unwrap_or_else(|| literal(node, self.source)),
                ));
            }
            "function_item" => {
                if !self.is_test(attributes) {
                    out.push(Stmt::Function(self.function(node, attributes, depth)));
                }
            }
            "impl_item" | "trait_item" => out.push(Stmt::Class(Class {
                name: String::new(),
                decorators: self.decorators(attributes, depth),
                body: node
                    .child_by_field_name("body")
                    .map_or_else(Vec::new, |body| self.items(body, depth + 1)),
                fields: Vec::new(),
            })),
            "mod_item" => {
                if let Some(body) = node.child_by_field_name("body")
                    && !self.is_test(attributes)
                {
                    out.extend(self.items(body, depth + 1));
                }
            }
            "struct_item" => out.push(Stmt::Class(self.structure(node, attributes, depth))),
            _ => self.control(node, depth, out),
        }
    }

    /// Branches, loops and what else decides what runs.
    fn control(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "if_expression" | "match_expression" | "block" | "unsafe_block" | "async_block" => {
                self.branching(node, false, depth, out);
            }
            "for_expression" => {
                out.push(Stmt::Assign {
                    target: *self.field(node, "pattern", depth),
                    value: Expr::new(
                        self.span(node),
                        Kind::Other(vec![*self.field(node, "value", depth)]),
                    ),
                    append: false,
                });
                self.body_of(node, depth, out);
            }
            "while_expression" | "loop_expression" => {
                if let Some(condition) = node.child_by_field_name("condition") {
                    out.push(Stmt::Branch {
                        condition: Some(self.expr(condition, depth)),
                        arms: Vec::new(),
                    });
                }
                self.body_of(node, depth, out);
            }
            // `type Ecb = ecb::Encryptor<Aes128>` is a use of what it names.
            "type_item" => {
                if let Some(kind) = node.child_by_field_name("type") {
                    let head = self.text(kind).split('<').next().unwrap_or("").to_owned();
                    out.push(Stmt::Expr(Expr::new(self.span(kind), Kind::Name(head))));
                }
            }
            "use_declaration"
            | "extern_crate_declaration"
            | "enum_item"
            | "empty_statement"
            | "inner_attribute_item"
            | "macro_definition" => {}
            "ERROR" | "foreign_mod_item" => out.extend(self.items(node, depth + 1)),
            _ => out.push(Stmt::Expr(self.expr(node, depth))),
        }
    }

    fn body_of(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        if let Some(body) = node.child_by_field_name("body") {
            out.extend(self.block(body, false, depth + 1));
        }
    }

    fn declaration(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let target = node
            .child_by_field_name("pattern")
            .or_else(|| node.child_by_field_name("name"));
        let (Some(target), Some(value)) = (target, node.child_by_field_name("value")) else {
            return;
        };
        let target = self.binding(target, depth);
        out.push(Stmt::Assign {
            target,
            value: self.expr(value, depth),
            append: false,
        });
        if let Some(refused) = node.child_by_field_name("alternative") {
            let body = self.block(refused, false, depth + 1);
            out.push(Stmt::Branch {
                condition: None,
                arms: vec![Arm {
                    body,
                    ..Arm::default()
                }],
            });
        }
    }

    /// The name that a pattern binds, when it binds one.
    fn binding(&self, pattern: Node<'_>, depth: usize) -> Expr {
        let names = self.bound(pattern);
        match names.as_slice() {
            [only] => Expr::new(self.span(pattern), Kind::Name(only.clone())),
            _ => self.expr(pattern, depth),
        }
    }

    fn bound(&self, pattern: Node<'_>) -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![pattern];
        while let Some(node) = open.pop() {
            match node.kind() {
                "identifier" => names.push(self.text(node).to_owned()),
                "shorthand_field_identifier" => names.push(self.text(node).to_owned()),
                "field_pattern" => {
                    if let Some(inner) = node.child_by_field_name("pattern") {
                        open.push(inner);
                    } else {
                        names.extend(
                            children(node)
                                .first()
                                .map(|name| self.text(*name).to_owned()),
                        );
                    }
                }
                "tuple_struct_pattern" | "struct_pattern" => {
                    let skipped = node.child_by_field_name("type").map(|kind| kind.id());
                    open.extend(
                        children(node)
                            .into_iter()
                            .filter(|child| Some(child.id()) != skipped),
                    );
                }
                "scoped_identifier" | "type_identifier" => {}
                _ => open.extend(children(node)),
            }
        }
        names
    }

    fn is_test(&self, attributes: &[Node<'_>]) -> bool {
        attributes.iter().any(|attribute| {
            let text = self.text(*attribute);
            text.contains("cfg(test)") || text.ends_with("test]") || text.contains("::test(")
        })
    }

    fn decorators(&self, attributes: &[Node<'_>], depth: usize) -> Vec<Expr> {
        let mut decorators = Vec::new();
        for attribute in attributes {
            let Some(inner) = children(*attribute).first().copied() else {
                continue;
            };
            let Some(name) = children(inner).first().copied() else {
                continue;
            };
            let callee = self.expr(name, depth);
            let args = inner
                .child_by_field_name("arguments")
                .map_or_else(Vec::new, |tokens| self.macro_args(tokens, depth));
            decorators.push(Expr::new(
                self.span(*attribute),
                Kind::Call(Box::new(Call {
                    callee,
                    args,
                    tagged: false,
                })),
            ));
        }
        decorators
    }

    fn structure(&self, node: Node<'_>, attributes: &[Node<'_>], depth: usize) -> Class {
        let mut fields = Vec::new();
        let mut written = String::new();
        let list = node
            .child_by_field_name("body")
            .map_or_else(Vec::new, children);
        for child in list {
            match child.kind() {
                "attribute_item" => written.push_str(self.text(child)),
                "field_declaration" => {
                    if let Some(name) = child.child_by_field_name("name") {
                        fields.push(Field {
                            name: self.text(name).to_owned(),
                            span: self.span(name),
                            kind: child
                                .child_by_field_name("type")
                                .map_or("", |kind| self.text(kind))
                                .to_owned(),
                            attributes: std::mem::take(&mut written),
                        });
                    }
                }
                _ => {}
            }
        }
        Class {
            name: node
                .child_by_field_name("name")
                .map_or("", |name| self.text(name))
                .to_owned(),
            decorators: self.decorators(attributes, depth),
            body: Vec::new(),
            fields,
        }
    }

    fn function(&self, node: Node<'_>, attributes: &[Node<'_>], depth: usize) -> Function {
        let name = node.child_by_field_name("name");
        let mut params = Vec::new();
        let mut attribute = "";
        for child in node
            .child_by_field_name("parameters")
            .map_or_else(Vec::new, children)
        {
            if child.kind() == "attribute_item" {
                attribute = self.text(child);
                continue;
            }
            let from = params.len();
            self.param(child, &mut params);
            let declares = Fact::BoundAttribute.inside(attribute);
            for param in &mut params[from..] {
                param.is_bounded = attribute.contains("input") && declares;
            }
            attribute = "";
        }
        Function {
            name: name.map_or("", |name| self.text(name)).to_owned(),
            name_span: self.span(name.unwrap_or(node)),
            params,
            decorators: self.decorators(attributes, depth),
            body: node
                .child_by_field_name("body")
                .map_or_else(Vec::new, |body| self.block(body, true, depth + 1)),
        }
    }

    fn param(&self, node: Node<'_>, out: &mut Vec<Param>) {
        let pattern = if node.kind() == "parameter" {
            node.child_by_field_name("pattern")
        } else {
            Some(node).filter(|node| node.kind() != "self_parameter")
        };
        let Some(pattern) = pattern else { return };
        let kind = node
            .child_by_field_name("type")
            .map_or("", |kind| self.text(kind));
        for name in self.bound(pattern) {
            out.push(Param {
                is_bounded: false,
                name,
                kind: kind.to_owned(),
                default: None,
                span: self.span(pattern),
            });
        }
    }

    fn branching(&self, node: Node<'_>, is_result: bool, depth: usize, out: &mut Vec<Stmt>) {
        if depth >= DEPTH_LIMIT {
            return;
        }
        match node.kind() {
            "match_expression" => {
                let condition = Some(*self.field(node, "value", depth));
                let mut arms = Vec::new();
                for arm in node
                    .child_by_field_name("body")
                    .map_or_else(Vec::new, children)
                {
                    let Some(pattern) = arm.child_by_field_name("pattern") else {
                        continue;
                    };
                    let body = arm
                        .child_by_field_name("value")
                        .map_or_else(Vec::new, |value| self.block(value, is_result, depth + 1));
                    arms.push(self.pattern_arm(pattern, body));
                }
                out.push(Stmt::Branch { condition, arms });
            }
            "if_expression" => {
                let condition = node.child_by_field_name("condition");
                let body = node
                    .child_by_field_name("consequence")
                    .map_or_else(Vec::new, |body| self.block(body, is_result, depth + 1));
                let pattern = condition
                    .filter(|condition| condition.kind() == "let_condition")
                    .and_then(|condition| condition.child_by_field_name("pattern"));
                let first = match pattern {
                    Some(pattern) => self.pattern_arm(pattern, body),
                    None => Arm {
                        body,
                        ..Arm::default()
                    },
                };
                let mut other = Vec::new();
                if let Some(clause) = node.child_by_field_name("alternative") {
                    for child in children(clause) {
                        other.extend(self.block(child, is_result, depth + 1));
                    }
                }
                let condition = condition.map(|condition| {
                    let value = condition.child_by_field_name("value").unwrap_or(condition);
                    self.expr(value, depth)
                });
                out.push(Stmt::Branch {
                    condition,
                    arms: vec![
                        first,
                        Arm {
                            body: other,
                            ..Arm::default()
                        },
                    ],
                });
            }
            "block" => out.extend(self.block(node, is_result, depth + 1)),
            _ => {
                for child in children(node) {
                    out.extend(self.block(child, is_result, depth + 1));
                }
            }
        }
    }

    fn pattern_arm(&self, pattern: Node<'_>, body: Vec<Stmt>) -> Arm {
        let mut binds = self.bound(pattern);
        let is_error = self.text(pattern).trim_start().starts_with("Err(");
        let error = if is_error {
            Some(binds.pop().unwrap_or_default())
        } else {
            None
        };
        Arm { error, binds, body }
    }

    fn all(&self, nodes: Vec<Node<'_>>, depth: usize) -> Vec<Expr> {
        nodes
            .into_iter()
            .map(|node| self.expr(node, depth))
            .collect()
    }

    fn field(&self, node: Node<'_>, field: &str, depth: usize) -> Box<Expr> {
        Box::new(node.child_by_field_name(field).map_or_else(
            || Expr::new(self.span(node), Kind::Literal(String::new())),
            |child| self.expr(child, depth),
        ))
    }

    fn expr(&self, node: Node<'_>, depth: usize) -> Expr {
        let depth = depth + 1;
        if depth > DEPTH_LIMIT {
            return Expr::new(self.span(node), Kind::Other(Vec::new()));
        }
        if node.kind() == "generic_function"
            && let Some(function) = node.child_by_field_name("function")
            && function.kind() == "field_expression"
        {
            return self.expr(function, depth);
        }
        let kind = match node.kind() {
            "identifier"
            | "scoped_identifier"
            | "self"
            | "type_identifier"
            | "generic_function"
            | "scoped_type_identifier"
            | "field_identifier"
            | "metavariable" => {
                let name = self.text(node).split("::<").next().unwrap_or("");
                Kind::Name(name.to_owned())
            }
            "integer_literal" | "float_literal" | "boolean_literal" | "char_literal" => {
                Kind::Literal(self.text(node).to_owned())
            }
            "string_literal" | "raw_string_literal" => Kind::Text(self.string(node)),
            "field_expression" => {
                let name = node
                    .child_by_field_name("field")
                    .map_or("", |name| self.text(name));
                Kind::Member(self.field(node, "value", depth), name.to_owned())
            }
            "index_expression" => match children(node).as_slice() {
                [base, index]
                    if index.kind() == "range_expression" && self.text(*index) != ".." =>
                {
                    Kind::Slice(Box::new(self.expr(*base, depth)))
                }
                [base, index] => Kind::Index(
                    Box::new(self.expr(*base, depth)),
                    Box::new(self.expr(*index, depth)),
                ),
                _ => Kind::Other(Vec::new()),
            },
            "call_expression" => {
                let callee = *self.field(node, "function", depth);
                let args = node
                    .child_by_field_name("arguments")
                    .map_or_else(Vec::new, children);
                let args = args
                    .into_iter()
                    .map(|arg| Arg {
                        name: None,
                        value: self.expr(arg, depth),
                    })
                    .collect();
                Kind::Call(Box::new(Call {
                    callee,
                    args,
                    tagged: false,
                }))
            }
            _ => return self.compound(node, depth),
        };
        Expr::new(self.span(node), kind)
    }

    /// Expressions that hold several others.
    fn compound(&self, node: Node<'_>, depth: usize) -> Expr {
        let kind = match node.kind() {
            "macro_invocation" => self.macro_call(node, depth),
            "binary_expression" => self.binary(node, depth),
            "unary_expression"
            | "reference_expression"
            | "try_expression"
            | "await_expression"
            | "parenthesized_expression"
            | "type_cast_expression" => {
                let inner = node.child_by_field_name("value").or_else(|| {
                    children(node)
                        .into_iter()
                        .find(|child| child.kind() != "mutable_specifier")
                });
                match inner {
                    Some(inner) => return self.expr(inner, depth),
                    None => Kind::Other(Vec::new()),
                }
            }
            "array_expression" | "tuple_expression" => Kind::List(self.all(children(node), depth)),
            "struct_expression" => Kind::Map(self.struct_entries(node, depth)),
            "closure_expression" => Kind::Function(Box::new(self.closure(node, depth))),
            "if_expression" | "match_expression" | "block" | "unsafe_block" | "async_block" => {
                let mut body = Vec::new();
                self.branching(node, false, depth, &mut body);
                Kind::Block(body)
            }
            "return_expression" | "assignment_expression" | "compound_assignment_expr" => {
                let mut body = Vec::new();
                self.stmt(node, &[], depth, &mut body);
                Kind::Block(body)
            }
            "let_condition" => Kind::Compare(vec![*self.field(node, "value", depth)]),
            _ => Kind::Other(self.all(children(node), depth)),
        };
        Expr::new(self.span(node), kind)
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Kind {
        let operator = node
            .child_by_field_name("operator")
            .map_or("", |operator| self.text(operator));
        match operator {
            "+" => Kind::Sum(self.all(chain(node, "binary_expression", "+", self.source), depth)),
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" => Kind::Compare(vec![
                *self.field(node, "left", depth),
                *self.field(node, "right", depth),
            ]),
            _ => Kind::Binary(
                operator.replace('%', "mod"),
                self.field(node, "left", depth),
                self.field(node, "right", depth),
            ),
        }
    }

    fn struct_entries(&self, node: Node<'_>, depth: usize) -> Vec<(Option<String>, Expr)> {
        let list = node
            .child_by_field_name("body")
            .map_or_else(Vec::new, children);
        list.into_iter()
            .map(|child| match child.kind() {
                "field_initializer" => (
                    child
                        .child_by_field_name("field")
                        .map(|name| self.text(name).to_owned()),
                    *self.field(child, "value", depth),
                ),
                "shorthand_field_initializer" => {
                    let name = self.text(child).trim().to_owned();
                    (
                        Some(name.clone()),
                        Expr::new(self.span(child), Kind::Name(name)),
                    )
                }
                _ => (None, self.expr(child, depth)),
            })
            .collect()
    }

    fn closure(&self, node: Node<'_>, depth: usize) -> Function {
        let mut params = Vec::new();
        for param in node
            .child_by_field_name("parameters")
            .map_or_else(Vec::new, children)
        {
            self.param(param, &mut params);
        }
        Function {
            name: String::new(),
            name_span: self.span(node),
            params,
            decorators: Vec::new(),
            body: node
                .child_by_field_name("body")
                .map_or_else(Vec::new, |body| self.block(body, true, depth + 1)),
        }
    }

    fn string(&self, node: Node<'_>) -> String {
        let mut plain = String::new();
        for part in children(node) {
            match part.kind() {
                "escape_sequence" => unescape(self.text(part), &mut plain),
                _ => plain.push_str(self.text(part)),
            }
        }
        plain
    }
}
