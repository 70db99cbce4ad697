//! Where the database is: reads `CONVERSIMPLE_DATABASE_URL` and decides what is acceptable.
//!
//! An address may carry a password, so it has no `Display`, and its `Debug` names the kind of database and no more.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use crate::error::{Error, Result};

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file of this machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// How much a commit waits for, on SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A commit survives the death of the process (kill -9). After a power cut the database is whole, but the last
    /// moments may be missing.
    #[default]
    Normal,
    /// A commit also survives a power cut; each one waits for the disk.
    Full,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    place: Place,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite {
        file: PathBuf,
        durability: Durability,
    },
    Postgres(Url),
}

impl Address {
    /// The file `path`, with [`Durability::Normal`].
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            place: Place::Sqlite {
                file: path.into(),
                durability: Durability::Normal,
            },
        }
    }

    /// Reads `sqlite:PATH`, with `?sync=full` where a commit shall wait for the disk, or `postgres://…`.
    ///
    /// A path is taken as it stands; `%3F` stands for a question mark in it and `%25` for a percent sign.
    ///
    /// # Errors
    /// [`Error::Address`] for another form, [`Error::Setting`] for an unknown setting, [`Error::InClear`] for a
    /// PostgreSQL server beyond this machine without `sslmode=verify-full` or `verify-ca`. None quotes the address.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let place = match text.split_once(':') {
            Some(("sqlite", rest)) => sqlite_place(rest)?,
            Some(("postgres" | "postgresql", _)) => postgres_place(text)?,
            _ => return Err(Error::Address),
        };
        Ok(Self { place })
    }

    /// Which database it is.
    pub fn kind(&self) -> Kind {
        match self.place {
            Place::Sqlite { .. } => Kind::Sqlite,
            Place::Postgres(_) => Kind::Postgres,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.kind()).finish()
    }
}

/// Writes the path of a database file as the driver reads it. The file is made where it is not there.
pub(crate) fn sqlite_url(file: &Path) -> Result<Url> {
    url_of_file(file, "?mode=rwc")
}

/// As [`sqlite_url`] for a file that must be there.
pub(crate) fn sqlite_url_of_existing(file: &Path) -> Result<Url> {
    url_of_file(file, "?mode=rw")
}

fn url_of_file(file: &Path, mode: &str) -> Result<Url> {
    let file = std::path::absolute(file).map_err(|_| Error::Address)?;
    let mut text = String::from("sqlite://");
    for byte in file.to_str().ok_or(Error::Address)?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text.push_str(mode);
    Url::parse(&text).map_err(|_| Error::Address)
}

fn sqlite_place(rest: &str) -> Result<Place> {
    let (path, settings) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(Error::Address);
    }
    let mut durability = Durability::Normal;
    for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
        match setting {
            "sync=full" => durability = Durability::Full,
            "sync=normal" | "mode=rwc" => {}
            _ => {
                return Err(Error::Setting(
                    "sqlite: takes only sync=normal and sync=full",
                ));
            }
        }
    }
    let file = percent_decoded(path).ok_or(Error::Address)?;
    if file.contains('\0') {
        return Err(Error::Address);
    }
    Ok(Place::Sqlite {
        file: file.into(),
        durability,
    })
}

fn postgres_place(text: &str) -> Result<Place> {
    let url = Url::parse(text).map_err(|_| Error::Address)?;
    match is_protected(&url) {
        true => Ok(Place::Postgres(url)),
        false => Err(Error::InClear),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

/// Whether nobody between here and the server can listen: this machine, a socket of it, or a checked certificate.
fn is_protected(url: &Url) -> bool {
    let setting = |name: &str| {
        url.query_pairs()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .last()
    };
    let mode = setting("sslmode").or_else(|| setting("ssl-mode"));
    if matches!(mode.as_deref(), Some("verify-full" | "verify-ca")) {
        return true;
    }
    let is_here = |host: &str| {
        host.is_empty()
            || host.starts_with('/')
            || host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    };
    // The driver percent-decodes the host of the URL and lets `host` and `hostaddr` settings replace it.
    let host = percent_decoded(url.host_str().unwrap_or_default());
    [host, setting("host"), setting("hostaddr")]
        .into_iter()
        .flatten()
        .all(|host| is_here(&host))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn file_of(text: &str) -> (PathBuf, Durability) {
        match Address::parse(text).unwrap().place {
            Place::Sqlite { file, durability } => (file, durability),
            Place::Postgres(_) => panic!("a file was expected"),
        }
    }

    #[test]
    fn sqlite_address_in_common_forms_is_parsed() {
        for (text, file) in [
            ("sqlite:data/a.db", "data/a.db"),
            ("sqlite:///var/lib/a.db", "/var/lib/a.db"),
            ("sqlite:/var/lib/a b.db", "/var/lib/a b.db"),
            ("sqlite://a%3Fb%25.db", "a?b%.db"),
            ("sqlite:é.db?mode=rwc", "é.db"),
        ] {
            assert_eq!(
                file_of(text),
                (PathBuf::from(file), Durability::Normal),
                "{text}"
            );
        }
        assert_eq!(file_of("sqlite:a.db?sync=full").1, Durability::Full);
    }

    #[test]
    fn invalid_database_address_is_refused_without_quoting_it() {
        for text in [
            "",
            "a.db",
            "mysql://u:hunter2@h/d",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:%zz",
            "sqlite:%00",
            "postgres://u:hunter2@[bad/d",
            "sqlite:a?sync=hunter2",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn remote_postgres_without_verified_certificate_is_refused() {
        for good in [
            "postgres://u@localhost/d",
            "postgres://u:p@127.0.0.1:5433/d",
            "postgres://u@[::1]/d",
            "postgresql:///d?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/d",
            "postgres://u@db.example.com/d?sslmode=verify-full",
        ] {
            assert_eq!(
                Address::parse(good).unwrap().kind(),
                Kind::Postgres,
                "{good}"
            );
        }
        for bad in [
            "postgres://u@db.example.com/d",
            "postgres://u@db.example.com/d?sslmode=prefer",
            "postgres://u@db.example.com/d?sslmode=require",
            "postgres://u@db.example.com/d?sslmode=verify-full&sslmode=disable",
            "postgres://u@localhost/d?host=db.example.com",
            "postgres://u@localhost/d?hostaddr=10.0.0.1",
        ] {
            assert_eq!(Address::parse(bad), Err(Error::InClear), "{bad}");
        }
    }

    #[test]
    fn database_address_debug_hides_password() {
        let address = Address::parse("postgres://u:hunter2@localhost/d").unwrap();
        assert_eq!(format!("{address:?}"), "Address(Postgres)");
    }
}
