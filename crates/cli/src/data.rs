//! The data folder: where the database and the platform's own secrets are, and how they are opened.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use conversimple_guard::apikey::Pepper;
use conversimple_guard::audit::HeadSigningKey;
use conversimple_guard::seal::KeyRing;
use conversimple_store::{Address, Store};
use zeroize::Zeroizing;

/// Environment variable that names another database.
const DATABASE_URL: &str = "CONVERSIMPLE_DATABASE_URL";

/// Name of the secret that signs the audit trail.
const AUDIT_KEY: &str = "audit-signing-key";

/// Environment variable of the keys that seal what the database holds.
const ENCRYPTION_KEY: &str = "ENCRYPTION_KEY";

/// Name of the secret that holds them where the environment has none.
const ENCRYPTION_KEY_FILE: &str = "encryption-key";

/// Where the keys of the platform's own sealed cells come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeysFrom {
    /// Those of `ENCRYPTION_KEY`, and behind them those of the folder's file, which is made where there are none.
    EnvironmentOrFile,
    /// The folder's file alone: on a developer's machine the variable is that of an agent.
    File,
}

/// A folder that can be written.
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// The folder named, or the user's own for this program.
    pub(crate) fn open(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => default_dir()
                .context("there is no home folder to keep data in; name one with --data-dir")?,
        };
        let path = std::path::absolute(&path)?;
        create_private(&path).with_context(|| {
            format!(
                "cannot make the folder {}; choose another with --data-dir",
                path.display()
            )
        })?;
        let probe = path.join(".writable");
        fs::write(&probe, b"").with_context(|| {
            format!(
                "cannot write to {}; check who owns it, or choose another with --data-dir",
                path.display()
            )
        })?;
        let _gone = fs::remove_file(probe);
        Ok(Self(path))
    }

    /// Where the operator's policies are, a file an agent.
    pub(crate) fn policies(&self) -> PathBuf {
        self.0.join("policies")
    }

    /// Takes the folder for this process as long as the lock is held: two platforms would revoke each other's keys.
    pub(crate) fn lock(&self) -> Result<fs::File> {
        let path = self.0.join(".lock");
        let file =
            fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => {
                bail!(
                    "another platform runs on {}; stop it, or choose another folder with --data-dir",
                    self.0.display()
                )
            }
            Err(fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A folder inside.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        create_private(&path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(path)
    }

    /// Opens the database: that of the environment, or the file of this folder.
    pub(crate) async fn store(&self, keys: KeysFrom) -> Result<Store> {
        let ring = self.key_ring(keys)?;
        let address = match std::env::var(DATABASE_URL) {
            Ok(url) => Address::parse(&url)?,
            Err(_) => Address::file(self.0.join("conversimple.db")),
        };
        Ok(Store::open(&address, ring).await?)
    }

    /// The keys of sealed cells, the newest first.
    fn key_ring(&self, keys: KeysFrom) -> Result<KeyRing> {
        let set = match keys {
            KeysFrom::EnvironmentOrFile => std::env::var(ENCRYPTION_KEY).unwrap_or_default(),
            KeysFrom::File => String::new(),
        };
        self.key_ring_with(&Zeroizing::new(set))
    }

    fn key_ring_with(&self, set: &str) -> Result<KeyRing> {
        let path = self.0.join("secrets").join(ENCRYPTION_KEY_FILE);
        let set = set.trim();
        if !set.is_empty() {
            // A variable that is at fault is named as such, before it is joined with the file.
            let ring = KeyRing::parse(set)?;
            if !path.exists() {
                return Ok(ring);
            }
        }
        let file = self.secret(ENCRYPTION_KEY_FILE, || {
            Ok(KeyRing::new_key(random()?.into()).as_bytes().to_vec())
        })?;
        let file = Zeroizing::new(String::from_utf8(file).unwrap_or_default());
        KeyRing::parse(&file).with_context(|| {
            format!(
                "{} does not hold keys; restore it from a backup",
                path.display()
            )
        })?;
        Ok(KeyRing::parse(&joined(set, &file))?)
    }

    /// The pepper of key digests. It lies beside the database and not in it; whoever has only the database has
    /// digests that say nothing.
    pub(crate) fn pepper(&self) -> Result<Pepper> {
        let bytes = self.secret("pepper", || random::<32>().map(Vec::from))?;
        Ok(Pepper::new(bytes)?)
    }

    /// What signs the ends of the audit trail, made the first time. Whoever has it can sign another trail.
    pub(crate) fn audit_signer(&self) -> Result<HeadSigningKey> {
        let bytes = self.secret(AUDIT_KEY, || random::<32>().map(Vec::from))?;
        signer(bytes)
    }

    /// As [`DataDir::audit_signer`] where one was made before.
    pub(crate) fn audit_signer_if_any(&self) -> Result<Option<HeadSigningKey>> {
        if self.0.join("secrets").join(AUDIT_KEY).exists() {
            self.audit_signer().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Where signed heads of the audit trail are kept, unless another file is named.
    pub(crate) fn audit_heads(&self) -> PathBuf {
        self.0.join("audit-heads.jsonl")
    }

    /// A secret of this folder, made the first time, readable by its owner alone.
    pub(crate) fn secret(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let path = self.folder("secrets")?.join(name);
        match fs::File::open(&path) {
            Ok(file) => read_secret(file, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes = make()?;
                write_private(&path, &bytes)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                Ok(bytes)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

/// Keys with those behind them that are not among them already.
fn joined(first: &str, second: &str) -> Zeroizing<String> {
    let is_key_end = |c: char| c == ',' || c.is_whitespace();
    let is_new =
        |key: &&str| !key.is_empty() && !first.split(is_key_end).any(|known| known == *key);
    let mut all = Zeroizing::new(first.to_owned());
    for key in second.split(is_key_end).filter(is_new) {
        all.push(' ');
        all.push_str(key);
    }
    all
}

fn read_secret(mut file: fs::File, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        bail!(
            "{} is empty; restore it from a backup, or remove it to lose what it keeps",
            path.display()
        );
    }
    Ok(bytes)
}

fn signer(bytes: Vec<u8>) -> Result<HeadSigningKey> {
    let bytes = Zeroizing::new(bytes);
    let seed = <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .ok()
        .context("the key that signs the audit trail is not 32 bytes; restore it from a backup")?;
    Ok(HeadSigningKey::from_seed(seed)?)
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    Ok(bytes)
}

fn default_dir() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    Some(base?.join("conversimple"))
}

/// A folder that is made is its owner's alone; one that is there keeps its rights.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> String {
        KeyRing::new_key([byte; 32].into()).to_string()
    }

    #[test]
    fn environment_keys_come_first_and_file_keys_still_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(Some(folder.path())).expect("a data folder");
        let path = folder.path().join("secrets").join(ENCRYPTION_KEY_FILE);
        let ids = |set: &str| -> Vec<String> {
            let ring = data.key_ring_with(set).expect("keys");
            ring.ids().map(|id| id.to_string()).collect()
        };
        let of = |bytes: &[u8]| -> Vec<String> {
            let keys: Vec<String> = bytes.iter().map(|byte| key(*byte)).collect();
            let ring = KeyRing::parse(&keys.join(",")).expect("keys");
            ring.ids().map(|id| id.to_string()).collect()
        };
        assert_eq!(ids(&key(1)), of(&[1]));
        assert!(!path.exists(), "no key is made where there is one");
        let made = ids("");
        assert_eq!(ids(" "), made, "it is made once");
        #[cfg(unix)]
        {
            let mode = fs::metadata(&path).expect("the file").permissions();
            let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
            assert_eq!(mode & 0o077, 0);
        }
        fs::write(&path, format!("{}\n{}\n", key(3), key(2))).expect("written");
        assert_eq!(ids(""), of(&[3, 2]));
        assert_eq!(ids(&format!("{},{}", key(4), key(2))), of(&[4, 2, 3]));
        assert!(data.key_ring_with("short").is_err());
        fs::write(&path, "short").expect("written");
        let error = data.key_ring_with("").err().expect("no keys").to_string();
        assert!(error.contains("encryption-key"), "{error}");
    }
}
