//! `orm-agent` serves the shop until it is told to stop. Settings come from the environment or from `.env`, as the guide agent's
//! do: CONVERSIMPLE_API_KEY, CONVERSIMPLE_PLATFORM_URL, DATABASE_URL.

use conversimple::{Agent, Environment};
use conversimple_orm::{Shop, queries};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    conversimple::log::init();
    let environment = Environment::load()?;
    let url = environment.text("DATABASE_URL");
    let url = url.as_ref().map_or("sqlite:guide.db", |url| url.as_str());
    let shop = Shop::new(queries::open(url).await?);
    Agent::from_environment(&environment)?.serve(shop).await?;
    Ok(())
}
