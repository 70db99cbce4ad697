//! A key that was revoked, or has expired, closes the sockets and the dashboard sessions that it opened: within a
//! second, whoever revoked it.

use std::sync::Weak;
use std::time::Duration;

use conversimple_store::Operator;

use crate::clock;
use crate::platform::Platform;

/// How often keys of open sockets are looked at. Another process may have changed them, so the store is asked.
const EVERY: Duration = Duration::from_millis(500);

/// Runs until the platform is gone.
pub(crate) async fn watch(platform: Weak<Platform>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(platform) = platform.upgrade() else {
            return;
        };
        for key_id in platform.registry.keys().union(&platform.signin.keys()) {
            match platform.store.key_of_any(&Operator::acting(), key_id).await {
                Ok(Some(key)) if key.record.state(clock::now()).opens() && !key.suspended => {}
                Ok(_) => {
                    platform.registry.close_key(key_id);
                    platform.signin.close_key(key_id);
                }
                // A store that does not answer is no reason to hang up on anybody.
                Err(error) => {
                    tracing::error!(%error, "keys of open sockets could not be looked at")
                }
            }
        }
    }
}
