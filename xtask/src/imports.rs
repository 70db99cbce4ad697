//! Which file of a package uses what is defined in which other file of it.
//!
//! A path is followed through `use` declarations and re-exports to the file that defines the thing, so a child that takes a
//! sibling's type through its parent uses the sibling. A file that only declares a module or re-exports from it does not
//! use it. Methods are not followed: what is called on a value came from somewhere by a path.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::tree::Package;

/// Files, each with the files that it uses and one name that it takes from them.
pub(crate) type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// Every use of one file by another within a package.
pub(crate) fn uses(package: &Package) -> Uses {
    let mut uses = Uses::new();
    for root in &package.roots {
        let modules = Modules::of(package, root);
        for module in 0..modules.list.len() {
            modules.collect(module, &mut uses);
        }
    }
    uses
}

type ModuleIndex = usize;

#[derive(Default)]
struct Module<'a> {
    file: PathBuf,
    parent: Option<ModuleIndex>,
    items: &'a [syn::Item],
    children: HashMap<String, ModuleIndex>,
    defined: HashSet<String>,
    imports: Vec<Import>,
}

/// One name that a `use` declaration brings into scope.
struct Import {
    /// The name in scope; none for a glob.
    name: Option<String>,
    path: Vec<String>,
    /// Whether others can see it: such an import is a re-export.
    public: bool,
}

impl Import {
    /// What one leaf of a `use` declaration brings into scope. `use a::{self}` imports `a` by its own name.
    fn leaf(before: &[String], name: Option<String>, last: String, public: bool) -> Self {
        let is_self = last == "self" && !before.is_empty();
        let mut path = before.to_vec();
        path.extend((!is_self).then_some(last));
        let name = match is_self && name.as_deref() == Some("self") {
            true => path.last().cloned(),
            false => name,
        };
        Self { name, path, public }
    }
}

struct Modules<'a> {
    list: Vec<Module<'a>>,
}

impl<'a> Modules<'a> {
    fn of(package: &'a Package, root: &Path) -> Self {
        let mut modules = Self { list: Vec::new() };
        let folder = root.parent().unwrap_or(root).to_owned();
        if let Some(syntax) = package.files.get(root) {
            modules.add(package, root, &folder, None, &syntax.items);
        }
        modules
    }

    /// Adds a module and its children; `folder` is where files of its children stand.
    fn add(
        &mut self,
        package: &'a Package,
        file: &Path,
        folder: &Path,
        parent: Option<ModuleIndex>,
        items: &'a [syn::Item],
    ) -> ModuleIndex {
        let index = self.list.len();
        self.list.push(Module {
            file: file.to_owned(),
            parent,
            items,
            ..Module::default()
        });
        for item in items {
            match item {
                syn::Item::Mod(child) => {
                    let name = child.ident.to_string();
                    let below = folder.join(&name);
                    let added = match &child.content {
                        Some((_, items)) => {
                            Some(self.add(package, file, &below, Some(index), items))
                        }
                        None => self.add_file(package, &below, index),
                    };
                    let children = &mut self.list[index].children;
                    children.extend(added.map(|added| (name, added)));
                }
                syn::Item::Use(item) => {
                    let public = !matches!(item.vis, syn::Visibility::Inherited);
                    let found = &mut self.list[index].imports;
                    flatten(&item.tree, &mut Vec::new(), public, found);
                }
                other => self.list[index].defined.extend(name_of(other)),
            }
        }
        index
    }

    fn add_file(
        &mut self,
        package: &'a Package,
        below: &Path,
        parent: ModuleIndex,
    ) -> Option<ModuleIndex> {
        let file = below.with_extension("rs");
        let syntax = package.files.get(&file)?;
        Some(self.add(package, &file, below, Some(parent), &syntax.items))
    }

    /// The file that defines what a path names in a module; none for other crates.
    fn resolve(&self, module: ModuleIndex, path: &[String], depth: usize) -> Option<&Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.below(0, rest, depth),
            "self" => self.below(module, rest, depth),
            "super" => {
                let parent = self.list[module].parent?;
                match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(parent, rest, depth),
                    _ => self.below(parent, rest, depth),
                }
            }
            _ => self.below(module, path, depth),
        }
    }

    /// The file of what a path names that begins inside a module.
    fn below(&self, index: ModuleIndex, path: &[String], depth: usize) -> Option<&Path> {
        // Globs that import each other have no end.
        if depth > 16 {
            return None;
        }
        let module = &self.list[index];
        let Some((first, rest)) = path.split_first() else {
            return Some(&module.file);
        };
        if let Some(&child) = module.children.get(first) {
            return self.below(child, rest, depth + 1);
        }
        if module.defined.contains(first) {
            return Some(&module.file);
        }
        let named = |import: &&Import| import.name.as_deref() == Some(first);
        match module.imports.iter().find(named) {
            // `use name;` of another crate has the name as its whole path.
            Some(import) if import.path.first() == Some(first) => None,
            Some(import) => {
                let whole: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                self.resolve(index, &whole, depth + 1)
            }
            None => self.through_globs(index, path, first, depth),
        }
    }

    /// The file of what a path names that a module's globs bring into scope.
    fn through_globs(
        &self,
        index: ModuleIndex,
        path: &[String],
        first: &String,
        depth: usize,
    ) -> Option<&Path> {
        let imports = self.list[index].imports.iter();
        let mut globs =
            imports.filter(|import| import.name.is_none() && import.path.first() != Some(first));
        globs.find_map(|glob| {
            let whole: Vec<String> = glob.path.iter().chain(path).cloned().collect();
            let found = self.resolve(index, &whole, depth + 1)?;
            let holder = self.resolve(index, &glob.path, depth + 1)?;
            // A glob of an enum finds everything in the enum's file; a glob of a module must name what is there.
            (found != holder || self.defines(found, first)).then_some(found)
        })
    }

    fn defines(&self, file: &Path, name: &str) -> bool {
        let mut here = self.list.iter().filter(|module| module.file == file);
        here.any(|module| module.defined.contains(name))
    }

    /// Adds what one module uses.
    fn collect(&self, index: ModuleIndex, uses: &mut Uses) {
        let module = &self.list[index];
        let paths = Paths::of(module.items);
        let used = |import: &&Import| {
            let name = import.name.as_ref();
            !import.public || name.is_some_and(|name| paths.words.contains(name))
        };
        let imported = module
            .imports
            .iter()
            .filter(used)
            .map(|import| &import.path);
        for path in imported.chain(&paths.found) {
            let Some(file) = self.resolve(index, path, 0) else {
                continue;
            };
            if file != module.file {
                let name = path.last().cloned().unwrap_or_default();
                let from = uses.entry(module.file.clone()).or_default();
                from.entry(file.to_owned()).or_insert(name);
            }
        }
    }
}

fn name_of(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn flatten(tree: &syn::UseTree, before: &mut Vec<String>, public: bool, found: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Name(leaf) => {
            let name = leaf.ident.to_string();
            found.push(Import::leaf(before, Some(name.clone()), name, public));
        }
        syn::UseTree::Rename(leaf) => {
            let name = leaf.rename.to_string();
            found.push(Import::leaf(
                before,
                Some(name),
                leaf.ident.to_string(),
                public,
            ));
        }
        syn::UseTree::Glob(_) => found.push(Import {
            name: None,
            path: before.clone(),
            public,
        }),
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, public, found);
            before.pop();
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, public, found);
            }
        }
    }
}

/// The paths that code names, outside of `use` declarations at the top of a module.
#[derive(Default)]
struct Paths {
    found: BTreeSet<Vec<String>>,
    /// The first word of each path, and every word in the arguments of a macro.
    words: HashSet<String>,
}

impl Paths {
    fn of(items: &[syn::Item]) -> Self {
        let mut paths = Self::default();
        // An inner module is a module of the list itself.
        let own = |item: &&syn::Item| !matches!(item, syn::Item::Mod(_) | syn::Item::Use(_));
        for item in items.iter().filter(own) {
            paths.visit_item(item);
        }
        paths
    }

    fn path(&mut self, path: Vec<String>) {
        self.words.extend(path.first().cloned());
        if path.len() > 1 {
            self.found.insert(path);
        }
    }

    /// Finds paths in the arguments of a macro: words with two colons between them.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            if is_colon(&token) && !path.is_empty() {
                colons += 1;
                continue;
            }
            let word = matches!(token, TokenTree::Ident(_));
            if !(word && colons == 2) {
                self.path(std::mem::take(&mut path));
            }
            colons = 0;
            match token {
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        self.path(path);
    }
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.path(words.collect());
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut imports = Vec::new();
        flatten(&item.tree, &mut Vec::new(), false, &mut imports);
        for import in imports {
            self.path(import.path);
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        self.visit_path(&node.path);
        self.tokens(node.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceFile;

    /// Checks what the files of a package use: each expectation is `file -> file`.
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| SourceFile {
                path: PathBuf::from(format!("src/{path}.rs")),
                text: (*text).to_owned(),
            })
            .collect();
        let package = Package::parse("p".into(), Path::new("src"), files.iter());
        let package = package.expect("the files parse");
        let name = |path: &Path| {
            let path = path.with_extension("");
            path.strip_prefix("src")
                .unwrap_or(&path)
                .display()
                .to_string()
        };
        let found: Vec<String> = uses(&package)
            .iter()
            .flat_map(|(from, to)| {
                to.keys()
                    .map(|to| format!("{} -> {}", name(from), name(to)))
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn import_path_is_resolved_to_defining_file() {
        let lib = ("lib", "mod a; mod b; pub use b::Thing;");
        let thing = ("b", "pub struct Thing; pub fn make() {}");
        check(&[lib, ("a", "use crate::Thing;"), thing], &["a -> b"]);
        check(
            &[lib, ("a", "use super::Thing as Other;"), thing],
            &["a -> b"],
        );
        check(
            &[lib, ("a", "fn f() { crate::b::make() }"), thing],
            &["a -> b"],
        );
        check(
            &[
                lib,
                ("a", "fn f() { print!(\"{}\", crate::b::make()) }"),
                thing,
            ],
            &["a -> b"],
        );
        check(
            &[lib, ("a", "use crate::b::{self, make};"), thing],
            &["a -> b"],
        );
        check(
            &[lib, ("a", "use crate::b::*; fn f() { make() }"), thing],
            &["a -> b"],
        );
        check(
            &[lib, ("a", "use std::fmt; fn f(_: fmt::Error) {}"), thing],
            &[],
        );
    }

    #[test]
    fn parent_module_re_exporting_child_does_not_use_it() {
        let child = ("a", "pub struct A; fn f() { crate::help() }");
        check(
            &[("lib", "mod a; pub use a::A; fn help() {}"), child],
            &["a -> lib"],
        );
        check(
            &[("lib", "mod a; pub use a::A; fn help(_: A) {}"), child],
            &["a -> lib", "lib -> a"],
        );
        check(
            &[("lib", "mod a; fn help() { a::A; }"), child],
            &["a -> lib", "lib -> a"],
        );
    }

    #[test]
    fn import_in_tests_is_not_counted() {
        check(
            &[
                ("lib", "mod a; mod b;"),
                ("a", "#[cfg(test)] mod tests { use crate::b::B; }"),
                ("b", "pub struct B;"),
            ],
            &[],
        );
    }
}
