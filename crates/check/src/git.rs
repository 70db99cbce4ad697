//! What git knows: which files are tracked, what is staged, and which environment files and keys were ever committed.
//! Decides nothing about files; reads the repository with no configuration of the user's and runs no program.

use crate::secret::scan::{self, Form};
use crate::source::{is_env_file, is_test};
use crate::walk::is_looked_at;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// Why a repository could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the git repository could not be read")]
pub struct GitError;

/// A repository around the checked folder.
pub(crate) struct Repository {
    inner: gix::Repository,
    /// The top of the working tree.
    pub(crate) top: PathBuf,
    /// The checked folder seen from the top, with `/` at its end, or empty.
    prefix: String,
}

/// After this many trees and commits the history is not followed further.
const HISTORY_LIMIT: usize = 300_000;

/// How much of the history's contents is read for keys, in bytes; a few tenths of a second.
const HISTORY_BYTES: u64 = 64 * 1024 * 1024;
/// Larger contents are data.
const BLOB_BYTES: u64 = 256 * 1024;

/// What earlier commits hold, each path with the short id of a commit that has it.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) env_files: BTreeMap<String, String>,
    pub(crate) keys: BTreeMap<String, String>,
}

/// What of a tree is looked at: paths from the checked folder, but for trees, whose paths are those of the repository.
#[derive(Default)]
struct Entries {
    trees: Vec<(String, gix::ObjectId)>,
    env_files: Vec<String>,
    files: Vec<(String, gix::ObjectId)>,
}

impl Entries {
    fn file(&mut self, path: &str, kind: EntryKind, id: gix::ObjectId) {
        let is_blob = matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
        if is_env_file(path) {
            self.env_files.push(path.to_owned());
        } else if is_blob && is_looked_at(path) && !is_test(path) {
            self.files.push((path.to_owned(), id));
        }
    }
}

impl Repository {
    /// The repository that holds `root`, when there is one.
    pub(crate) fn around(root: &Path) -> Option<Self> {
        let root = root.canonicalize().ok()?;
        let top = root
            .ancestors()
            .find(|folder| folder.join(".git").exists())?
            .to_owned();
        let inner = gix::open::Options::isolated()
            .open(&top)
            .ok()?
            .to_thread_local();
        let below = root
            .strip_prefix(&top)
            .ok()?
            .to_string_lossy()
            .replace('\\', "/");
        let prefix = if below.is_empty() {
            String::new()
        } else {
            format!("{below}/")
        };
        Some(Self { inner, top, prefix })
    }

    /// A path of the repository as a path of the checked folder.
    fn local<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(self.prefix.as_str())
    }

    /// The tracked environment files.
    pub(crate) fn tracked_env_files(&self) -> Result<Vec<String>, GitError> {
        let index = self.inner.index_or_empty().map_err(|_| GitError)?;
        Ok(index
            .entries()
            .iter()
            .filter_map(|entry| entry.path(&index).to_str().ok())
            .filter(|path| is_env_file(path))
            .filter_map(|path| self.local(path).map(str::to_owned))
            .collect())
    }

    /// The files of the next commit that differ from the last, with their contents.
    pub(crate) fn staged(&self) -> Result<Vec<(String, Vec<u8>)>, GitError> {
        let index = self.inner.index_or_empty().map_err(|_| GitError)?;
        let before = self.head_files()?;
        let mut staged = Vec::new();
        for entry in index.entries() {
            let Ok(path) = entry.path(&index).to_str() else {
                continue;
            };
            let is_file = matches!(
                entry.mode,
                gix::index::entry::Mode::FILE | gix::index::entry::Mode::FILE_EXECUTABLE
            );
            if !is_file || before.get(path) == Some(&entry.id) {
                continue;
            }
            let Some(local) = self.local(path) else {
                continue;
            };
            let object = self.inner.find_object(entry.id).map_err(|_| GitError)?;
            staged.push((local.to_owned(), object.data.clone()));
        }
        Ok(staged)
    }

    fn head_files(&self) -> Result<BTreeMap<String, gix::ObjectId>, GitError> {
        let mut files = BTreeMap::new();
        // A repository without a commit has staged all that it has.
        let Ok(commit) = self.inner.head_commit() else {
            return Ok(files);
        };
        let tree = commit.tree_id().map_err(|_| GitError)?;
        let mut open = vec![(String::new(), tree.detach())];
        while let Some((prefix, id)) = open.pop() {
            let tree = self.inner.find_tree(id).map_err(|_| GitError)?;
            for entry in tree.iter().flatten() {
                let Ok(name) = entry.filename().to_str() else {
                    continue;
                };
                let path = format!("{prefix}{name}");
                match entry.mode().kind() {
                    EntryKind::Tree => open.push((format!("{path}/"), entry.object_id())),
                    EntryKind::Blob | EntryKind::BlobExecutable => {
                        files.insert(path, entry.object_id());
                    }
                    _ => {}
                }
            }
        }
        Ok(files)
    }

    /// What earlier commits hold that should never have been committed.
    pub(crate) fn history(&self) -> Result<History, GitError> {
        let mut history = History::default();
        let Ok(head) = self.inner.head_id() else {
            return Ok(history);
        };
        let mut blobs: BTreeMap<gix::ObjectId, (String, String)> = BTreeMap::new();
        let mut seen: HashSet<(gix::ObjectId, String)> = HashSet::new();
        let walk = head.ancestors().all().map_err(|_| GitError)?;
        for info in walk.flatten() {
            let tree = info.object().ok().and_then(|commit| commit.tree_id().ok());
            let Some(tree) = tree else { continue };
            let short: String = info.id().to_string().chars().take(10).collect();
            let mut open = vec![(String::new(), tree.detach())];
            while let Some((prefix, id)) = open.pop() {
                // A tree that was seen at this place has nothing new.
                if seen.insert((id, prefix.clone())) && seen.len() <= HISTORY_LIMIT {
                    let found = self.entries(&prefix, id);
                    open.extend(found.trees);
                    for path in found.env_files {
                        let known = history.env_files.entry(path);
                        known.or_insert_with(|| short.clone());
                    }
                    for (path, id) in found.files {
                        blobs.entry(id).or_insert_with(|| (path, short.clone()));
                    }
                }
            }
            if seen.len() > HISTORY_LIMIT {
                break;
            }
        }
        history.keys = self.keys_in(blobs)?;
        Ok(history)
    }

    /// What of a tree is looked at.
    fn entries(&self, prefix: &str, id: gix::ObjectId) -> Entries {
        let mut found = Entries::default();
        let Ok(tree) = self.inner.find_tree(id) else {
            return found;
        };
        for entry in tree.iter().flatten() {
            let Ok(name) = entry.filename().to_str() else {
                continue;
            };
            let path = format!("{prefix}{name}");
            let kind = entry.mode().kind();
            if kind == EntryKind::Tree {
                found.trees.push((format!("{path}/"), entry.object_id()));
            } else if let Some(local) = self.local(&path) {
                found.file(local, kind, entry.object_id());
            }
        }
        found
    }

    /// Keys whose form leaves no doubt, outside tests, in contents that are no longer those of the last commit. A key that still
    /// stands in the last commit is found in its file.
    fn keys_in(
        &self,
        blobs: BTreeMap<gix::ObjectId, (String, String)>,
    ) -> Result<BTreeMap<String, String>, GitError> {
        let current: HashSet<gix::ObjectId> = self.head_files()?.into_values().collect();
        let mut left = HISTORY_BYTES;
        let mut known: HashSet<String> = HashSet::new();
        for id in &current {
            known.extend(self.certain_keys(*id, &mut left));
        }
        let mut found = BTreeMap::new();
        for (id, (path, commit)) in blobs {
            if !current.contains(&id)
                && self
                    .certain_keys(id, &mut left)
                    .iter()
                    .any(|key| !known.contains(key))
            {
                found.entry(path).or_insert(commit);
            }
        }
        Ok(found)
    }

    fn certain_keys(&self, id: gix::ObjectId, left: &mut u64) -> Vec<String> {
        let length = self.inner.find_header(id).map_or(0, |header| header.size());
        if length == 0 || length > BLOB_BYTES || length > *left {
            return Vec::new();
        }
        *left -= length;
        let Ok(object) = self.inner.find_object(id) else {
            return Vec::new();
        };
        let Ok(text) = std::str::from_utf8(&object.data) else {
            return Vec::new();
        };
        scan::plain(text)
            .into_iter()
            .filter(|hit| matches!(hit.form, Form::OwnKey | Form::Provider(_)))
            .filter_map(|hit| text.get(hit.span.start..hit.span.end))
            .map(str::to_owned)
            .collect()
    }
}
