//! Passwords at rest: argon2id, the same time for a name that is not there, one at a time.
//!
//! Decides how a password is hashed and compared. How often somebody may try is the dispatcher's and the guard's.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::failure::Reply;
use crate::secret::Password;

/// OWASP's password storage cheat sheet gives five equal settings of argon2id; this is the one that takes the least
/// memory: 7 MiB, five passes, one lane.
const MEMORY_KIB: u32 = 7168;
const PASSES: u32 = 5;
const LANES: u32 = 1;

/// Blocks of 1 KiB whose memory is mapped for sure: 40 MiB.
const MAPPED_BLOCKS: usize = 40 * 1024;

/// A password as it may be stored.
pub struct HashedPassword(String);

impl HashedPassword {
    /// Hashes a password with a fresh salt.
    ///
    /// # Errors
    /// A failure when the system has no random numbers or the parameters do not fit its memory.
    pub async fn of(password: &Password) -> Reply<Self> {
        Self::of_text(password.expose()).await
    }

    /// As [`HashedPassword::of`], for a password that does not come from a caller, such as one of demo data.
    ///
    /// # Errors
    /// As [`HashedPassword::of`].
    pub async fn of_text(password: &str) -> Reply<Self> {
        let password = Zeroizing::new(password.to_owned());
        let salt: [u8; 16] = crate::random::random()?;
        alone(move || hash(&password, &salt)).await?
    }

    /// The hash, in the PHC string format: `$argon2id$v=19$m=…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the password is the one that was stored. Where nothing is stored, a decoy is compared, so that both take the
/// same time; and the answer is no.
pub(crate) async fn verify(password: &Password, stored: Option<&str>) -> Reply<bool> {
    static DECOY: OnceLock<String> = OnceLock::new();
    let known = stored.is_some();
    let stored = match (stored, DECOY.get()) {
        (Some(stored), _) => stored.to_owned(),
        (None, Some(decoy)) => decoy.clone(),
        (None, None) => {
            let decoy = HashedPassword::of_text("a password that nobody has")
                .await?
                .0;
            DECOY.get_or_init(|| decoy).clone()
        }
    };
    let password = Zeroizing::new(password.expose().to_owned());
    let same = alone(move || compare(&password, &stored)).await?;
    match same {
        Some(same) => Ok(same && known),
        None => Err("a stored password hash has another form than argon2's in PHC")?,
    }
}

/// Prepares the decoy, so that the first unknown name takes no longer than the next.
pub(crate) async fn prepare() {
    let none = Password::decoy();
    // A machine that cannot hash says so at the first login, where somebody waits for the answer.
    let _ = verify(&none, None).await;
}

fn hash(password: &str, salt: &[u8]) -> Reply<HashedPassword> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| "the parameters of argon2 do not fit")?;
    let salt = SaltString::encode_b64(salt).map_err(|_| "the salt does not fit")?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let output =
        digest(&argon2, password, salt.as_salt()).ok_or("the password could not be hashed")?;
    let hashed = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| "the parameters have no text form")?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Ok(HashedPassword(hashed.to_string()))
}

/// Whether the password is that of the hash; `None` for what is no hash. Outputs are compared in constant time.
fn compare(password: &str, stored: &str) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::try_from(stored.algorithm).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    let params = Params::try_from(&stored).ok()?;
    let argon2 = Argon2::new(algorithm, version, params);
    Some(digest(&argon2, password, stored.salt?)? == stored.hash?)
}

fn digest(argon2: &Argon2<'_>, password: &str, salt: Salt<'_>) -> Option<Output> {
    let mut decoded = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut decoded).ok()?;
    let params = argon2.params();
    let count = params.block_count();
    // What is over 32 MiB is mapped by the system's allocator and given back when it is freed (mallopt(3),
    // M_MMAP_THRESHOLD); smaller memory stays with it, 7 MiB for each thread that ever hashed. What is not touched costs
    // nothing.
    let mut memory: Vec<Block> = Vec::with_capacity(count.max(MAPPED_BLOCKS));
    memory.resize(count, Block::default());
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    Output::init_with(length, |out| {
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory)
            .map_err(Into::into)
    })
    .ok()
}

/// Runs a computation on a thread of its own, one at a time: each takes 7 MiB and a whole core.
async fn alone<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Reply<R> {
    static ONE: OnceLock<Arc<Semaphore>> = OnceLock::new();
    let one = ONE.get_or_init(|| Arc::new(Semaphore::new(1))).clone();
    let turn = one.acquire_owned().await?;
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    Ok(done.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Argument;
    use serde_json::json;

    fn password(text: &str) -> Password {
        match Password::read(&json!(text)) {
            Ok(password) => password,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    #[tokio::test]
    async fn password_matches_only_its_hash_and_unknown_user_fails() {
        let stored = HashedPassword::of(&password("made up"))
            .await
            .expect("hashed");
        assert!(
            stored
                .as_str()
                .starts_with("$argon2id$v=19$m=7168,t=5,p=1$")
        );
        for (given, hash, same) in [
            ("made up", Some(stored.as_str()), true),
            ("made u", Some(stored.as_str()), false),
            ("made up ", Some(stored.as_str()), false),
            ("a password that nobody has", None, false),
        ] {
            assert_eq!(
                verify(&password(given), hash).await.ok(),
                Some(same),
                "{given}"
            );
        }
        assert!(verify(&password("x"), Some("no hash")).await.is_err());
    }
}
