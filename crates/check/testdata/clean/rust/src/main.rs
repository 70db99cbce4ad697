//! A shop's voice agent that follows the security guide.

use conversimple::{Agent, Caller, Input, Owned, Refusal, Reply, Sealed, agent, tool};

const PLATFORM: &str = "wss://platform.conversimple.com/sdk/websocket";
const LOCAL: &str = "ws://127.0.0.1:4000/sdk/websocket";

#[derive(Deserialize, Input)]
struct Payment {
    #[input(min = 0.01, code = "invalid_amount", say = "Amount must be positive")]
    #[input(max = 10_000, code = "amount_too_large", say = "Maximum amount is $10,000")]
    amount: Decimal,
    #[serde(default)]
    currency: Currency,
}

struct Card {
    number: Sealed<CardNumber>,
}

#[agent]
impl Shop {
    #[tool("Process payment", limit = "5/min", confirm)]
    async fn process_payment(&self, caller: Caller, pay: Payment) -> Reply<Receipt> {
        Ok(self.payments.charge(&caller, &pay).await?)
    }

    #[tool("Get account balance")]
    async fn get_balance(&self, account: Owned<Account>) -> Reply<Balance> {
        tracing::info!(account = %account.id, "balance asked");
        Ok(self.bank.balance(&account).await?)
    }

    #[tool("Search products")]
    async fn search_products(&self, query: Words<100>) -> Reply<Vec<Product>> {
        let pattern = format!("%{query}%");
        let rows = sqlx::query("SELECT id, name FROM products WHERE name LIKE ?").bind(pattern).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(Product::from).collect())
    }

    #[tool("Set the volume")]
    async fn set_volume(&self, #[input(min = 0, max = 100, ask = "Which level?")] level: i64) -> Reply<Level> {
        Ok(self.room.set(level).await?)
    }

    #[tool("Store a card")]
    async fn store_card(&self, caller: Caller, card_number: CardNumber) -> Reply<Stored> {
        let sealed = self.ring.seal(&card_number);
        sqlx::query("INSERT INTO cards (owner, number) VALUES (?, ?)").bind(caller.id()).bind(sealed).execute(&self.pool).await?;
        tracing::info!(card = %card_number.masked(), "stored");
        Ok(Stored { last_four: card_number.last_four() })
    }
}

async fn stock(shop: &Shop) -> Reply<Stock> {
    match shop.stock().await {
        Ok(stock) => Ok(stock),
        Err(error) => {
            tracing::error!(%error, "stock failed");
            Err(Refusal::service_unavailable())
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    Agent::from_env()?.serve(Shop::connect().await?).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn password_literal_is_accepted() {
        let password = "hunter2!";
        println!("{password}");
        assert!(check(password));
    }
}
