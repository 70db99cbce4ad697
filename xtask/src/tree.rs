//! The Rust files of the repository, parsed, and which of them belong to which package.
//!
//! Decides what counts as a package's own code: what stands under its `src` and is compiled without `cfg(test)`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// One Rust file.
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// One package's code without its tests.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Parsed files under `src`, by path.
    pub(crate) files: BTreeMap<PathBuf, syn::File>,
    /// The files of `files` that are the roots of a library or a program.
    pub(crate) roots: Vec<PathBuf>,
}

/// Every Rust file that git knows or would take.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn sources() -> Result<Vec<SourceFile>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.rs",
        ])
        .output()?;
    let names = String::from_utf8(output.stdout)?;
    // A file that is deleted and not committed yet is still listed, and cannot be read.
    let read = |name: &str| {
        let text = std::fs::read_to_string(name).ok()?;
        let path = PathBuf::from(name);
        Some(SourceFile { path, text })
    };
    Ok(names.lines().filter_map(read).collect())
}

/// The packages of the workspace, with the files that stand under their `src` folders.
///
/// # Errors
/// When a file does not parse.
pub(crate) fn packages(metadata: &serde_json::Value, files: &[SourceFile]) -> Result<Vec<Package>> {
    let here = std::env::current_dir()?;
    let listed = metadata["packages"].as_array().into_iter().flatten();
    let mut packages = Vec::new();
    for package in listed {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let folder = manifest.parent().unwrap_or(manifest);
        let folder = folder.strip_prefix(&here).unwrap_or(folder).join("src");
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        let own = files.iter().filter(|file| file.path.starts_with(&folder));
        packages.push(Package::parse(name, &folder, own)?);
    }
    Ok(packages)
}

impl Package {
    /// Parses a package's files; test modules are left out.
    pub(crate) fn parse<'a>(
        name: String,
        folder: &Path,
        own: impl Iterator<Item = &'a SourceFile>,
    ) -> Result<Self> {
        let mut files = BTreeMap::new();
        for file in own {
            let mut syntax = syn::parse_file(&file.text)
                .with_context(|| format!("{} does not parse", file.path.display()))?;
            syntax.items = without_tests(syntax.items);
            files.insert(file.path.clone(), syntax);
        }
        let is_root = |path: &&PathBuf| {
            *path == &folder.join("lib.rs")
                || *path == &folder.join("main.rs")
                || path.starts_with(folder.join("bin"))
        };
        let roots = files.keys().filter(is_root).cloned().collect();
        Ok(Self { name, files, roots })
    }
}

fn without_tests(items: Vec<syn::Item>) -> Vec<syn::Item> {
    let kept = items.into_iter().filter(|item| !is_test(attributes(item)));
    kept.map(|item| match item {
        syn::Item::Mod(mut module) => {
            module.content = module
                .content
                .map(|(brace, items)| (brace, without_tests(items)));
            syn::Item::Mod(module)
        }
        other => other,
    })
    .collect()
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an item is compiled for tests alone.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let word = |list: &syn::MetaList| list.tokens.to_string();
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .meta
                    .require_list()
                    .is_ok_and(|list| word(list) == "test"))
    })
}
