//! Settings: named texts, of a tenant or of the platform. Values are sealed. What they mean is decided by
//! whoever reads them.

use crate::cells::SETTING;
use crate::error::Result;
use crate::row::cell;
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::{Operator, Tenant};

/// Whose the platform's settings are: no customer id is empty.
const PLATFORM: &str = "";

impl Store {
    /// A tenant's setting.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn setting(&self, tenant: &Tenant, name: &str) -> Result<Option<String>> {
        self.setting_of(tenant.as_str(), name).await
    }

    /// Sets a tenant's setting; `None` removes it.
    ///
    /// # Errors
    /// [`crate::Error::Text`].
    pub async fn set_setting(
        &self,
        tenant: &Tenant,
        name: &str,
        value: Option<&str>,
        now: Moment,
    ) -> Result<()> {
        self.set_setting_of(tenant.as_str(), name, value, now).await
    }

    /// The platform's setting.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn platform_setting(&self, _: &Operator, name: &str) -> Result<Option<String>> {
        self.setting_of(PLATFORM, name).await
    }

    /// Sets the platform's setting; `None` removes it.
    ///
    /// # Errors
    /// [`crate::Error::Text`].
    pub async fn set_platform_setting(
        &self,
        _: &Operator,
        name: &str,
        value: Option<&str>,
        now: Moment,
    ) -> Result<()> {
        self.set_setting_of(PLATFORM, name, value, now).await
    }

    async fn setting_of(&self, owner: &str, name: &str) -> Result<Option<String>> {
        sqlx::query("SELECT value FROM settings WHERE owner = $1 AND name = $2")
            .bind(owner)
            .bind(cell(name)?)
            .fetch_optional(self.read())
            .await?
            .map(|row| self.opening(owner, owner, name).text(SETTING, &row))
            .transpose()
    }

    async fn set_setting_of(
        &self,
        owner: &str,
        name: &str,
        value: Option<&str>,
        now: Moment,
    ) -> Result<()> {
        let name = cell(name)?;
        let query = match value {
            Some(value) => {
                let sealing = self.sealing(owner, owner, name).await?;
                sqlx::query(
                    "INSERT INTO settings (owner, name, value, updated_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                )
                .bind(owner)
                .bind(name)
                .bind(sealing.seal(SETTING, value)?)
                .bind(millis(now))
            }
            None => sqlx::query("DELETE FROM settings WHERE owner = $1 AND name = $2")
                .bind(owner)
                .bind(name),
        };
        query.execute(self.write()).await?;
        Ok(())
    }
}
