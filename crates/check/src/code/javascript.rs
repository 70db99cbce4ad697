//! JavaScript and TypeScript into the common form. Decides which nodes carry values; leaves their meaning to `flow`.

use super::ir::{Arg, Arm, Call, Class, Expr, Function, Kind, Param, Stmt};
use super::tree::{DEPTH_LIMIT, chain, children, literal, span, text, unescape};
use tree_sitter::Node;

/// The statements of a script or module.
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

    /// The body of an arm: a block or one statement.
    fn arm(&self, node: Option<Node<'_>>, depth: usize) -> Vec<Stmt> {
        let mut body = Vec::new();
        if let Some(node) = node.filter(|_| depth < DEPTH_LIMIT) {
            self.stmt(node, depth + 1, &mut body);
        }
        body
    }

    fn stmt(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    self.expression_statement(child, depth, out);
                }
            }
            "lexical_declaration" | "variable_declaration" => {
                for declarator in children(node) {
                    self.declarator(declarator, depth, out);
                }
            }
            "return_statement" => {
                let value = children(node).first().map(|value| self.expr(*value, depth));
                out.push(Stmt::Return(
                    value.unwrap_or_else(|| literal(node, self.source)),
                ));
            }
            "throw_statement" => {
                let parts = self.all(children(node), depth);
                out.push(Stmt::Raise(Expr::new(span(node), Kind::Other(parts))));
            }
            "function_declaration" | "generator_function_declaration" => {
                out.push(Stmt::Function(self.function(node, Vec::new(), depth)));
            }
            "class_declaration" | "abstract_class_declaration" | "class" => {
                out.push(Stmt::Class(self.class(node, depth)));
            }
            _ => self.control(node, depth, out),
        }
    }

    /// Branches, loops and what else decides what runs.
    fn control(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        match node.kind() {
            "if_statement" => {
                let condition = node
                    .child_by_field_name("condition")
                    .map(|condition| self.expr(condition, depth));
                let alternative = node
                    .child_by_field_name("alternative")
                    .and_then(|clause| children(clause).first().copied());
                let arms = vec![
                    Arm {
                        body: self.arm(node.child_by_field_name("consequence"), depth + 1),
                        ..Arm::default()
                    },
                    Arm {
                        body: self.arm(alternative, depth + 1),
                        ..Arm::default()
                    },
                ];
                out.push(Stmt::Branch { condition, arms });
            }
            "for_in_statement" => {
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
                out.extend(self.arm(node.child_by_field_name("body"), depth));
            }
            "for_statement" | "while_statement" | "do_statement" => {
                if let Some(first) = node.child_by_field_name("initializer") {
                    self.stmt(first, depth + 1, out);
                }
                let condition = node
                    .child_by_field_name("condition")
                    .map(|condition| self.expr(condition, depth));
                let body = self.arm(node.child_by_field_name("body"), depth + 1);
                out.push(Stmt::Branch {
                    condition,
                    arms: vec![Arm {
                        body,
                        ..Arm::default()
                    }],
                });
            }
            "try_statement" => self.try_statement(node, depth, out),
            "switch_statement" => {
                let condition = node
                    .child_by_field_name("value")
                    .map(|value| self.expr(value, depth));
                let mut arms = Vec::new();
                if let Some(body) = node.child_by_field_name("body") {
                    for case in children(body) {
                        arms.push(Arm {
                            body: self.block(case, depth + 1),
                            ..Arm::default()
                        });
                    }
                }
                out.push(Stmt::Branch { condition, arms });
            }
            "export_statement" => {
                if let Some(inner) = node
                    .child_by_field_name("declaration")
                    .or_else(|| node.child_by_field_name("value"))
                    && depth < DEPTH_LIMIT
                {
                    self.stmt(inner, depth + 1, out);
                }
            }
            "import_statement" => out.extend(self.renamed_import(node)),
            "empty_statement"
            | "break_statement"
            | "continue_statement"
            | "interface_declaration"
            | "type_alias_declaration"
            | "hash_bang_line" => {}
            "statement_block" | "program" | "ERROR" | "labeled_statement" | "else_clause" => {
                out.extend(self.block(node, depth));
            }
            _ => self.expression_statement(node, depth, out),
        }
    }

    /// `import { exec as run } from 'child_process'`, as the pattern that `require` would be taken apart by.
    fn renamed_import(&self, node: Node<'_>) -> Option<Stmt> {
        let module = node.child_by_field_name("source")?;
        if !self.text(module).contains("child_process") {
            return None;
        }
        let mut entries = Vec::new();
        let mut open = children(node);
        while let Some(part) = open.pop() {
            let alias = part.child_by_field_name("alias");
            match (part.kind(), part.child_by_field_name("name"), alias) {
                ("import_specifier", Some(name), Some(alias)) => entries.push((
                    Some(self.text(name).to_owned()),
                    Expr::new(span(alias), Kind::Name(self.text(alias).to_owned())),
                )),
                ("import_clause" | "named_imports", ..) => open.extend(children(part)),
                _ => {}
            }
        }
        let here = span(node);
        let require = Call {
            callee: Expr::new(here, Kind::Name("require".to_owned())),
            args: vec![Arg {
                name: None,
                value: Expr::new(span(module), Kind::Text("child_process".to_owned())),
            }],
            tagged: false,
        };
        (!entries.is_empty()).then(|| Stmt::Assign {
            target: Expr::new(here, Kind::Map(entries)),
            value: Expr::new(here, Kind::Call(Box::new(require))),
            append: false,
        })
    }

    fn expression_statement(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let append = node.kind() == "augmented_assignment_expression";
        if append || node.kind() == "assignment_expression" {
            out.push(Stmt::Assign {
                target: *self.field(node, "left", depth),
                value: *self.field(node, "right", depth),
                append,
            });
        } else if node.kind() != "string" {
            out.push(Stmt::Expr(self.expr(node, depth)));
        }
    }

    fn declarator(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let (Some(name), Some(value)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("value"),
        ) else {
            return;
        };
        if let ("identifier", "arrow_function" | "function_expression") =
            (name.kind(), value.kind())
        {
            let mut function = self.function(value, Vec::new(), depth);
            self.text(name).clone_into(&mut function.name);
            function.name_span = span(name);
            out.push(Stmt::Function(function));
            return;
        }
        let value = self.expr(value, depth);
        out.push(Stmt::Assign {
            target: self.expr(name, depth),
            value,
            append: false,
        });
    }

    fn try_statement(&self, node: Node<'_>, depth: usize, out: &mut Vec<Stmt>) {
        let mut arms = vec![Arm {
            body: self.arm(node.child_by_field_name("body"), depth + 1),
            ..Arm::default()
        }];
        if let Some(handler) = node.child_by_field_name("handler") {
            let error = handler
                .child_by_field_name("parameter")
                .map_or_else(String::new, |name| self.text(name).to_owned());
            arms.push(Arm {
                error: Some(error),
                body: self.arm(handler.child_by_field_name("body"), depth + 1),
                ..Arm::default()
            });
        }
        if let Some(last) = node.child_by_field_name("finalizer") {
            arms.push(Arm {
                body: self.arm(last.child_by_field_name("body"), depth + 1),
                ..Arm::default()
            });
        }
        out.push(Stmt::Branch {
            condition: None,
            arms,
        });
    }

    fn class(&self, node: Node<'_>, depth: usize) -> Class {
        let mut body = Vec::new();
        let mut decorators = Vec::new();
        let members = node
            .child_by_field_name("body")
            .map_or_else(Vec::new, children);
        for member in members.into_iter().filter(|_| depth < DEPTH_LIMIT) {
            match member.kind() {
                "decorator" => decorators.extend(
                    children(member)
                        .first()
                        .map(|inner| self.expr(*inner, depth)),
                ),
                "method_definition" => {
                    let taken = std::mem::take(&mut decorators);
                    body.push(Stmt::Function(self.function(member, taken, depth + 1)));
                }
                "field_definition" | "public_field_definition" => {
                    self.class_field(member, depth, &mut body);
                }
                _ => {}
            }
        }
        Class {
            name: String::new(),
            decorators: Vec::new(),
            body,
            fields: Vec::new(),
        }
    }

    fn class_field(&self, member: Node<'_>, depth: usize, body: &mut Vec<Stmt>) {
        let name = member
            .child_by_field_name("name")
            .or_else(|| member.child_by_field_name("property"));
        let (Some(name), Some(value)) = (name, member.child_by_field_name("value")) else {
            return;
        };
        if matches!(value.kind(), "arrow_function" | "function_expression") {
            let mut function = self.function(value, Vec::new(), depth + 1);
            self.text(name).clone_into(&mut function.name);
            function.name_span = span(name);
            body.push(Stmt::Function(function));
            return;
        }
        body.push(Stmt::Assign {
            target: Expr::new(span(name), Kind::Name(self.text(name).to_owned())),
            value: self.expr(value, depth),
            append: false,
        });
    }

    fn function(&self, node: Node<'_>, decorators: Vec<Expr>, depth: usize) -> Function {
        let name = node.child_by_field_name("name");
        let mut params = Vec::new();
        if let Some(list) = node.child_by_field_name("parameters") {
            for param in children(list) {
                self.param(param, depth, &mut params);
            }
        } else if let Some(only) = node.child_by_field_name("parameter") {
            self.param(only, depth, &mut params);
        }
        let body = match node.child_by_field_name("body") {
            Some(body) if body.kind() == "statement_block" => self.block(body, depth + 1),
            Some(body) => vec![Stmt::Return(self.expr(body, depth))],
            None => Vec::new(),
        };
        Function {
            name: name.map_or("", |name| self.text(name)).to_owned(),
            name_span: span(name.unwrap_or(node)),
            params,
            decorators,
            body,
        }
    }

    /// A destructured parameter counts as one parameter for each name that it binds.
    fn param(&self, node: Node<'_>, depth: usize, out: &mut Vec<Param>) {
        if depth >= DEPTH_LIMIT {
            return;
        }
        let kind = node
            .child_by_field_name("type")
            .map_or("", |kind| self.text(kind).trim_start_matches(':').trim());
        let default = node
            .child_by_field_name("value")
            .or_else(|| node.child_by_field_name("right"))
            .map(|value| self.expr(value, depth));
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => out.push(Param {
                is_bounded: false,
                name: self.text(node).to_owned(),
                kind: String::new(),
                default: None,
                span: span(node),
            }),
            "required_parameter" | "optional_parameter" => {
                let Some(pattern) = node.child_by_field_name("pattern") else {
                    return;
                };
                let from = out.len();
                self.param(pattern, depth + 1, out);
                if let [only] = &mut out[from..] {
                    if pattern.kind() == "identifier" {
                        kind.clone_into(&mut only.kind);
                    }
                    only.default = default.or(only.default.take());
                }
            }
            "assignment_pattern" | "object_assignment_pattern" => {
                let Some(left) = node.child_by_field_name("left") else {
                    return;
                };
                let from = out.len();
                self.param(left, depth + 1, out);
                if let [only] = &mut out[from..] {
                    only.default = default;
                }
            }
            "object_pattern" | "array_pattern" => {
                for child in children(node) {
                    self.param(child, depth + 1, out);
                }
            }
            "pair_pattern" => {
                if let Some(value) = node.child_by_field_name("value") {
                    self.param(value, depth + 1, out);
                }
            }
            _ => {}
        }
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
            "identifier"
            | "this"
            | "super"
            | "property_identifier"
            | "private_property_identifier"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern" => Kind::Name(self.text(node).to_owned()),
            "number" | "true" | "false" | "null" | "undefined" | "regex" => {
                Kind::Literal(self.text(node).to_owned())
            }
            "string" => Kind::Text(self.fragments(node)),
            "template_string" => return self.template(node, depth),
            "member_expression" => {
                let name = node
                    .child_by_field_name("property")
                    .map_or("", |name| self.text(name));
                Kind::Member(
                    self.field(node, "object", depth),
                    name.trim_start_matches('#').to_owned(),
                )
            }
            "subscript_expression" => Kind::Index(
                self.field(node, "object", depth),
                self.field(node, "index", depth),
            ),
            "call_expression" => self.call(node, "function", depth),
            "new_expression" => self.call(node, "constructor", depth),
            "binary_expression" => self.binary(node, depth),
            "unary_expression" => {
                let inner = *self.field(node, "argument", depth);
                let is_test = node
                    .child_by_field_name("operator")
                    .is_some_and(|operator| matches!(self.text(operator), "!" | "typeof"));
                if is_test {
                    Kind::Compare(vec![inner])
                } else {
                    Kind::Other(vec![inner])
                }
            }
            "ternary_expression" => {
                let test = *self.field(node, "condition", depth);
                Kind::Either(vec![
                    *self.field(node, "consequence", depth),
                    Expr::new(test.span, Kind::Compare(vec![test])),
                    *self.field(node, "alternative", depth),
                ])
            }
            _ => return self.compound(node, depth),
        };
        Expr::new(span(node), kind)
    }

    /// Expressions that hold several others.
    fn compound(&self, node: Node<'_>, depth: usize) -> Expr {
        let kind = match node.kind() {
            "array" | "sequence_expression" => Kind::List(self.all(children(node), depth)),
            "object" => Kind::Map(self.entries(node, depth)),
            "arrow_function" | "function_expression" | "generator_function" => {
                Kind::Function(Box::new(self.function(node, Vec::new(), depth)))
            }
            "class" => Kind::Block(vec![Stmt::Class(self.class(node, depth))]),
            "assignment_expression" | "augmented_assignment_expression" => {
                let mut body = Vec::new();
                self.expression_statement(node, depth, &mut body);
                Kind::Block(body)
            }
            "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "parenthesized_expression"
            | "await_expression"
            | "spread_element" => match children(node).first() {
                Some(inner) => return self.expr(*inner, depth),
                None => Kind::Other(Vec::new()),
            },
            "object_pattern" => Kind::Map(self.pattern(node, depth)),
            _ => Kind::Other(self.all(children(node), depth)),
        };
        Expr::new(span(node), kind)
    }

    /// `{a, b: c}` on the left of an assignment: which key goes to which name.
    fn pattern(&self, node: Node<'_>, depth: usize) -> Vec<(Option<String>, Expr)> {
        let mut entries = Vec::new();
        for child in children(node) {
            let (key, value) = match child.kind() {
                "pair_pattern" => (
                    child.child_by_field_name("key"),
                    child.child_by_field_name("value"),
                ),
                "object_assignment_pattern" => {
                    let left = child.child_by_field_name("left");
                    (left, left)
                }
                _ => (Some(child), Some(child)),
            };
            if let (Some(key), Some(value)) = (key, value) {
                entries.push((Some(self.text(key).to_owned()), self.expr(value, depth)));
            }
        }
        entries
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Kind {
        let operator = node
            .child_by_field_name("operator")
            .map_or("", |operator| self.text(operator));
        match operator {
            "+" => Kind::Sum(self.all(chain(node, "binary_expression", "+", self.source), depth)),
            "||" | "??" => Kind::Either(vec![
                *self.field(node, "left", depth),
                *self.field(node, "right", depth),
            ]),
            "-" | "*" | "/" | "**" | "%" | "|" | "^" | "&" | "<<" | ">>" | ">>>" => Kind::Binary(
                // `%` never formats in JavaScript.
                operator.replace('%', "mod"),
                self.field(node, "left", depth),
                self.field(node, "right", depth),
            ),
            _ => Kind::Compare(vec![
                *self.field(node, "left", depth),
                *self.field(node, "right", depth),
            ]),
        }
    }

    fn entries(&self, node: Node<'_>, depth: usize) -> Vec<(Option<String>, Expr)> {
        let mut entries = Vec::new();
        for child in children(node) {
            match child.kind() {
                "pair" => {
                    let key = child
                        .child_by_field_name("key")
                        .map(|key| match key.kind() {
                            "string" => self.fragments(key),
                            _ => self.text(key).to_owned(),
                        });
                    entries.push((key, *self.field(child, "value", depth)));
                }
                "method_definition" => {
                    let function = self.function(child, Vec::new(), depth);
                    let key = function.name.clone();
                    let value = Expr::new(span(child), Kind::Function(Box::new(function)));
                    entries.push((Some(key), value));
                }
                "shorthand_property_identifier" => {
                    entries.push((Some(self.text(child).to_owned()), self.expr(child, depth)));
                }
                _ => entries.push((None, self.expr(child, depth))),
            }
        }
        entries
    }

    fn call(&self, node: Node<'_>, callee: &str, depth: usize) -> Kind {
        let callee = *self.field(node, callee, depth);
        let mut args = Vec::new();
        let mut tagged = false;
        if let Some(list) = node.child_by_field_name("arguments") {
            if list.kind() == "template_string" {
                tagged = true;
                args.push(Arg {
                    name: None,
                    value: self.expr(list, depth),
                });
            } else {
                for child in children(list) {
                    args.push(Arg {
                        name: None,
                        value: self.expr(child, depth),
                    });
                }
            }
        }
        Kind::Call(Box::new(Call {
            callee,
            args,
            tagged,
        }))
    }

    fn fragments(&self, node: Node<'_>) -> String {
        let mut plain = String::new();
        for part in children(node) {
            match part.kind() {
                "escape_sequence" => unescape(self.text(part), &mut plain),
                _ => plain.push_str(self.text(part)),
            }
        }
        plain
    }

    fn template(&self, node: Node<'_>, depth: usize) -> Expr {
        let whole = span(node);
        let mut parts: Vec<Expr> = Vec::new();
        let mut plain = String::new();
        for part in children(node) {
            match part.kind() {
                "escape_sequence" => unescape(self.text(part), &mut plain),
                "template_substitution" => {
                    if !plain.is_empty() {
                        parts.push(Expr::new(whole, Kind::Text(std::mem::take(&mut plain))));
                    }
                    parts.extend(children(part).first().map(|inner| self.expr(*inner, depth)));
                }
                _ => plain.push_str(self.text(part)),
            }
        }
        if parts.is_empty() {
            return Expr::new(whole, Kind::Text(plain));
        }
        if !plain.is_empty() {
            parts.push(Expr::new(whole, Kind::Text(plain)));
        }
        Expr::new(whole, Kind::Joined(parts))
    }
}
