//! Rings of files: files of one package that use each other in a circle, so that none can be read or moved alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::imports::Uses;

/// Every set of files of which each reaches each other, with two files or more.
pub(crate) fn rings(uses: &Uses) -> Vec<BTreeSet<PathBuf>> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = uses
        .keys()
        .map(|file| (file.as_path(), reach(uses, file)))
        .collect();
    let mut rings = BTreeSet::new();
    for (file, others) in &reached {
        let both = |other: &&&Path| reached.get(*other).is_some_and(|back| back.contains(file));
        let ring: BTreeSet<PathBuf> = others
            .iter()
            .filter(both)
            .map(|path| path.to_path_buf())
            .collect();
        if ring.len() > 1 {
            rings.insert(ring);
        }
    }
    rings.into_iter().collect()
}

/// The files that a file uses, directly or not; itself too when it is part of a ring.
fn reach<'a>(uses: &'a Uses, file: &Path) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = vec![file];
    while let Some(next) = open.pop() {
        for used in uses.get(next).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(used.as_path()) {
                open.push(used);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_has_exactly_mutually_reachable_files() {
        let mut uses = Uses::new();
        for (from, to) in [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")] {
            let entry = uses.entry(from.into()).or_default();
            entry.insert(to.into(), String::new());
        }
        let ring = ["a", "b", "c"].map(PathBuf::from).into();
        assert_eq!(rings(&uses), [ring]);
    }
}
