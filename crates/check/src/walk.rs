//! Which files are looked at. Decides by git's ignore rules, by the names of folders that hold other people's code and
//! by size; environment files are looked at even when git ignores them.

use crate::facts::Fact;
use crate::source::{file_name, is_env_file};
use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};

/// A file to look at.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// From the checked folder, with `/`.
    pub(crate) path: String,
    pub(crate) at: PathBuf,
    pub(crate) length_bytes: u64,
}

/// Larger files are data.
pub(crate) const LENGTH_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// The files below a folder, in order of their paths.
pub(crate) fn files(root: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .parents(true)
        .follow_links(false)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            // The folder that was asked for is looked at whatever it is called.
            entry.depth() == 0
                || !(is_folder
                    && (Fact::VendoredFolder.has(&name) || is_environment_folder(entry.path())))
        })
        .build();
    for entry in walker.flatten() {
        push(root, entry.path(), &mut found);
    }
    for path in ignored_env_files(root) {
        push(root, &path, &mut found);
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found.dedup_by(|left, right| left.path == right.path);
    found
}

/// A virtual environment under another name, or what a build left.
fn is_environment_folder(path: &Path) -> bool {
    path.join("pyvenv.cfg").exists()
        || path.join("CACHEDIR.TAG").exists()
        || path.join(".rustc_info.json").exists()
}

fn push(root: &Path, at: &Path, found: &mut Vec<Entry>) {
    let Ok(metadata) = at.symlink_metadata() else {
        return;
    };
    if !metadata.is_file() || metadata.len() > LENGTH_LIMIT_BYTES || metadata.len() == 0 {
        return;
    }
    let relative = if at == root {
        Path::new(at.file_name().unwrap_or_default())
    } else {
        at.strip_prefix(root).unwrap_or(at)
    };
    let path = relative.to_string_lossy().replace('\\', "/");
    if is_looked_at(&path) {
        found.push(Entry {
            path,
            at: at.to_owned(),
            length_bytes: metadata.len(),
        });
    }
}

/// Whether a path is worth opening.
pub(crate) fn is_looked_at(path: &str) -> bool {
    let name = file_name(path);
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    let in_vendored = path
        .split('/')
        .rev()
        .skip(1)
        .any(|part| Fact::VendoredFolder.has(part));
    !Fact::MadeFile.has(name) && !Fact::BinaryExtension.has(&extension) && !in_vendored
}

/// Environment files that the ignore rules hide, in this folder and three levels below it.
fn ignored_env_files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten().take(10_000) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_file() && is_env_file(&name) {
                found.push(entry.path());
            } else if kind.is_dir()
                && depth < 3
                && !name.starts_with('.')
                && !Fact::VendoredFolder.has(&name)
                && name != "target"
            {
                open.push((entry.path(), depth + 1));
            }
        }
    }
    found
}

/// The ignore rules that hold in a folder: its own, those below it and those above it up to the repository.
pub(crate) struct IgnoreRules {
    matchers: Vec<(PathBuf, Gitignore)>,
    root: PathBuf,
}

impl IgnoreRules {
    /// Reads the rules for `root`; `repository` is the top of the working tree, when there is one.
    pub(crate) fn read(root: &Path, repository: Option<&Path>) -> Self {
        let mut matchers = Vec::new();
        let top = repository.unwrap_or(root);
        let mut folder = Some(root);
        while let Some(here) = folder {
            matchers.extend(rules_in(here));
            if here == top {
                break;
            }
            folder = here.parent().filter(|parent| parent.starts_with(top));
        }
        if let Some(repository) = repository {
            let mut builder = GitignoreBuilder::new(repository);
            builder.add(repository.join(".git/info/exclude"));
            if let Ok(rules) = builder.build() {
                matchers.push((repository.to_owned(), rules));
            }
        }
        Self {
            matchers,
            root: root.to_owned(),
        }
    }

    /// Whether git would pass over this path of the checked folder.
    pub(crate) fn ignores(&self, path: &str) -> bool {
        let whole = self.root.join(path);
        let mut nested: Vec<(PathBuf, Gitignore)> = Vec::new();
        let mut folder = whole.parent();
        while let Some(here) =
            folder.filter(|here| *here != self.root && here.starts_with(&self.root))
        {
            nested.extend(rules_in(here));
            folder = here.parent();
        }
        for (base, rules) in nested.iter().chain(&self.matchers) {
            let Ok(relative) = whole.strip_prefix(base) else {
                continue;
            };
            let verdict = rules.matched_path_or_any_parents(relative, false);
            if verdict.is_ignore() {
                return true;
            }
            if verdict.is_whitelist() {
                return false;
            }
        }
        false
    }

    /// Whether there is a `.gitignore` at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.matchers.iter().all(|(_, rules)| rules.is_empty())
    }
}

fn rules_in(folder: &Path) -> Option<(PathBuf, Gitignore)> {
    let file = folder.join(".gitignore");
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    builder.add(file);
    builder.build().ok().map(|rules| (folder.to_owned(), rules))
}
