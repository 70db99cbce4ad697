//! How complex a function is, and how long.
//!
//! The measure is cyclomatic complexity as the tool `lizard` counts it: one, and one more for each `if`, `let … else`, `for`,
//! `while`, `&&`, `||` and `?`, and for each arm of a `match` after its first. A `loop` has no condition and counts nothing;
//! a closure belongs to its function, and a function within a function is measured by itself. Code in the arguments of a
//! macro is counted by its tokens.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// One function, and what was counted.
pub(crate) struct Function {
    /// The name, behind the type that it is a method of.
    pub(crate) name: String,
    /// The line on which it begins.
    pub(crate) at: usize,
    pub(crate) lines: usize,
    pub(crate) complexity: usize,
}

/// What was counted in one file.
#[derive(Default)]
pub(crate) struct Measures {
    pub(crate) functions: Vec<Function>,
    /// Literals of text and of bytes, outside attributes and documentation.
    pub(crate) literals: usize,
}

/// Measures every function of a file.
pub(crate) fn measure(file: &syn::File) -> Measures {
    let mut counter = Counter::default();
    counter.visit_file(file);
    counter.measures
}

#[derive(Default)]
struct Counter {
    measures: Measures,
    /// The type whose methods are being visited.
    owner: Option<String>,
    complexity: usize,
}

impl Counter {
    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let outer = std::mem::replace(&mut self.complexity, 1);
        self.visit_block(body);
        let complexity = std::mem::replace(&mut self.complexity, outer);
        let name = match &self.owner {
            Some(owner) => format!("{owner}::{}", signature.ident),
            None => signature.ident.to_string(),
        };
        let at = signature.span().start().line;
        let lines = body.span().end().line + 1 - at;
        self.measures.functions.push(Function {
            name,
            at,
            lines,
            complexity,
        });
    }

    fn within(&mut self, owner: String, visit: impl FnOnce(&mut Self)) {
        let outer = self.owner.replace(owner);
        visit(self);
        self.owner = outer;
    }

    /// Counts in the arguments of a macro, which have no syntax tree.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut joined = None;
        for token in tokens {
            match &token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => self.literal(&literal.to_string()),
                TokenTree::Ident(word) => {
                    let branches = ["if", "for", "while"].iter().any(|branch| word == branch);
                    self.complexity += usize::from(branches);
                }
                TokenTree::Punct(punct) => {
                    self.complexity += usize::from(decides(joined, punct.as_char()));
                }
            }
            joined = joined_sign(&token);
        }
    }

    fn literal(&mut self, written: &str) {
        let is_text = written.ends_with(['"', '#']);
        self.measures.literals += usize::from(is_text);
    }
}

/// Whether a sign of a macro's tokens is a decision: a `?`, or the second sign of `&&` or `||`.
fn decides(joined: Option<char>, sign: char) -> bool {
    sign == '?' || (matches!(sign, '&' | '|') && joined == Some(sign))
}

/// The sign of a token that the next sign follows without a space: in `&&`, the first.
fn joined_sign(token: &TokenTree) -> Option<char> {
    match token {
        TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => Some(punct.as_char()),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Counter {
    // A documentation line is an attribute; neither it nor another attribute is code.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let owner = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        self.within(owner.unwrap_or_else(|| "_".into()), |counter| {
            visit::visit_item_impl(counter, item);
        });
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.within(item.ident.to_string(), |counter| {
            visit::visit_item_trait(counter, item);
        });
    }

    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.complexity += 1;
        visit::visit_expr_if(self, node);
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.complexity += 1;
        visit::visit_expr_for_loop(self, node);
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.complexity += 1;
        visit::visit_expr_while(self, node);
    }

    fn visit_expr_try(&mut self, node: &'ast syn::ExprTry) {
        self.complexity += 1;
        visit::visit_expr_try(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        self.complexity += node.arms.len().saturating_sub(1);
        visit::visit_expr_match(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        self.complexity += usize::from(node.guard.is_some());
        visit::visit_arm(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let lazy = matches!(node.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        self.complexity += usize::from(lazy);
        visit::visit_expr_binary(self, node);
    }

    fn visit_local_init(&mut self, node: &'ast syn::LocalInit) {
        self.complexity += usize::from(node.diverge.is_some());
        visit::visit_local_init(self, node);
    }

    fn visit_lit(&mut self, node: &'ast syn::Lit) {
        let is_text = matches!(
            node,
            syn::Lit::Str(_) | syn::Lit::ByteStr(_) | syn::Lit::CStr(_)
        );
        self.measures.literals += usize::from(is_text);
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        self.tokens(node.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, complexity: usize, literals: usize) {
        let file = syn::parse_file(&format!("fn f() {{ {body} }}")).expect("the body parses");
        let measures = measure(&file);
        assert_eq!(measures.functions[0].complexity, complexity, "{body}");
        assert_eq!(measures.literals, literals, "{body}");
    }

    #[test]
    fn complexity_counts_each_decision_once() {
        check("", 1, 0);
        check("if a { } else if b { } else { }", 3, 0);
        check("let Some(a) = b else { return };", 2, 0);
        check("for a in b { } while c { } loop { break }", 3, 0);
        check("a && b || c; a & b;", 3, 0);
        check("a()?.b()?;", 3, 0);
        check("match a { 1 => {} 2 if b => {} _ => {} }", 4, 0);
        check("a.map(|b| if b { \"yes\" } else { \"no\" });", 2, 2);
        check("println!(\"{}\", a && b?);", 3, 1);
        check("/// \"quoted\"\n let a = b\"bytes\";", 1, 1);
    }

    #[test]
    fn nested_function_is_measured_separately() {
        let file = syn::parse_file("impl A { fn b() { fn c() { if d {} } } }").expect("it parses");
        let found: Vec<_> = measure(&file)
            .functions
            .into_iter()
            .map(|function| (function.name, function.complexity))
            .collect();
        assert_eq!(found, [("A::c".into(), 2), ("A::b".into(), 1)]);
    }
}
