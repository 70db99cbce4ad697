//! Source code in one form for three languages: decides how a file becomes statements and expressions, and leaves
//! to `flow` what the values mean and to `rules` what is wrong with them.

pub(crate) mod ir;
mod javascript;
mod python;
mod rust;
mod tree;

use ir::Stmt;

/// The languages that are read by syntax tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Python, and the cells of a notebook.
    Python,
    /// JavaScript and JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Rust.
    Rust,
}

/// The statements of a file; a file that does not parse gives what could be recovered, never an error.
pub(crate) fn parse(language: Language, text: &str) -> Vec<Stmt> {
    let grammar = match language {
        Language::Python => tree_sitter_python::LANGUAGE,
        Language::JavaScript => tree_sitter_javascript::LANGUAGE,
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        Language::Rust => tree_sitter_rust::LANGUAGE,
    };
    let mut parser = tree_sitter::Parser::new();
    if parser.set_language(&grammar.into()).is_err() {
        return Vec::new();
    }
    let Some(tree) = parser.parse(text, None) else {
        return Vec::new();
    };
    let root = tree.root_node();
    match language {
        Language::Python => python::lower(root, text),
        Language::Rust => rust::lower(root, text, &mut parser),
        _ => javascript::lower(root, text),
    }
}
