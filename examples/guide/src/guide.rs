//! The tools: what callers may ask of the guide agent, and who may ask for it.
//!
//! Each signature is the rule: `Caller` is somebody who has logged in, `Owned<Account>` an account of theirs, and every
//! argument was checked before the body runs.

use conversimple::prelude::*;
use serde::Serialize;

use crate::database::{Account, Customer, Database};
use crate::money::Money;
use crate::payments::{self, Payment, Receipt};
use crate::vault::Vault;

/// The agent.
pub struct Guide {
    database: Database,
    vault: Vault,
}

impl Guide {
    /// An agent on this data.
    pub fn new(database: Database, vault: Vault) -> Self {
        Self { database, vault }
    }
}

#[derive(Input)]
struct Credentials {
    /// The user name
    #[input(ask = "What is your user name?", length = 1..=100)]
    username: String,
    #[input(ask = "And your password?")]
    password: Password,
}

#[derive(Serialize)]
struct Balance {
    balance: Money,
}

#[derive(Serialize)]
struct Found {
    products: Vec<Offer>,
}

#[derive(Serialize)]
struct Offer {
    id: String,
    name: String,
    price: Money,
}

#[derive(Serialize)]
struct Record {
    id: String,
    name: String,
    email: MaskedEmail,
    phone: MaskedPhone,
}

#[derive(Serialize)]
struct Wallet {
    cards: Vec<StoredCard>,
}

#[derive(Serialize)]
struct StoredCard {
    id: String,
    last_four: String,
    #[serde(rename = "type")]
    brand: &'static str,
}

#[derive(Serialize)]
struct Stored {
    success: bool,
    id: String,
    last_four: String,
}

#[derive(Serialize)]
struct Done {
    success: bool,
}

#[agent]
impl Guide {
    #[tool(
        "Log in with user name and password",
        role = "login",
        examples = ["log me in", "I want to log in", "sign in please", "my name is alice and I want to log in"],
        say = "Thank you, you are logged in."
    )]
    async fn login(&self, credentials: Credentials) -> Reply<Login> {
        let Credentials { username, password } = credentials;
        let user = self.database.user(username.trim()).await?;
        let registered = user.as_ref().map(|user| Registered {
            id: &user.id,
            name: &user.username,
            password_hash: &user.password_hash,
        });
        Login::by_password(&password, registered).await
    }

    #[tool(
        "Get account balance",
        examples = [
            "what is the balance of my checking account",
            "how much money do I have",
            "how much is in my savings account",
            "what do I have in checking"
        ],
        say = "Your {account} balance is {balance}.",
        currency = "USD"
    )]
    async fn get_balance(
        &self,
        #[input(ask = "Which account, checking or savings?")] account: Owned<Account>,
    ) -> Reply<Balance> {
        Ok(Balance {
            balance: account.balance,
        })
    }

    #[tool(
        "Process a payment",
        confirm,
        examples = [
            "pay twenty dollars",
            "make a payment of fifty euros",
            "I want to pay a hundred and ten dollars",
            "send a payment"
        ],
        say = "Done. I paid {amount}.",
        // The guide takes single payments of up to 10,000; the default of 10,000 an hour would allow one of them.
        sum = "amount: 100000/day"
    )]
    async fn process_payment(&self, caller: Caller, payment: Payment) -> Reply<Receipt> {
        payments::charge(&self.database, &caller, payment).await
    }

    #[tool(
        "Search products in the shop",
        examples = [
            "do you have wireless headphones",
            "search for a keyboard",
            "find me a phone charger",
            "I am looking for a backpack"
        ],
        say = "I found {products}.",
        currency = "USD"
    )]
    async fn search_products(
        &self,
        #[input(ask = "What are you looking for?")] query: SearchWords,
    ) -> Reply<Found> {
        let words: Vec<String> = query.words().map(str::to_lowercase).collect();
        let products = self.database.search(&words).await?;
        let offers = products.into_iter().map(|product| Offer {
            id: product.id,
            name: product.name,
            price: product.price,
        });
        Ok(Found {
            products: offers.collect(),
        })
    }

    #[tool(
        "Get customer record with contact details",
        examples = [
            "what e-mail address do you have for me",
            "which phone number is on my record",
            "tell me my contact details"
        ],
        say = "Your record is in the name of {name}, with the e-mail address {email} and the phone number {phone}."
    )]
    async fn get_customer(
        &self,
        #[input(ask = "Which record?")] customer: Owned<Customer>,
    ) -> Reply<Record> {
        let Customer {
            id,
            name,
            email,
            phone,
        } = customer.into_inner();
        Ok(Record {
            id,
            name,
            email: MaskedEmail::new(email),
            phone: MaskedPhone::new(phone),
        })
    }

    #[tool(
        "Get stored payment methods, the cards on file",
        examples = ["which cards do I have", "what payment methods are stored", "list my cards"],
        say = "You have {cards}."
    )]
    async fn get_payment_methods(&self, caller: Caller) -> Reply<Wallet> {
        let cards = self.database.cards(caller.id()).await?;
        let cards = cards.into_iter().map(|card| StoredCard {
            id: card.id,
            last_four: card.last_four,
            brand: brand_name(&card.brand),
        });
        Ok(Wallet {
            cards: cards.collect(),
        })
    }

    #[tool(
        "Store a new card for payments",
        examples = ["store a new card", "add my credit card", "save a card for later"],
        say = "I have stored your card ending in {last_four}."
    )]
    async fn store_card(
        &self,
        caller: Caller,
        #[input(ask = "Please tell me the card number.")] card_number: CardNumber,
    ) -> Reply<Stored> {
        let card = self.vault.seal(&card_number)?;
        self.database.add_card(caller.id(), &card).await?;
        Ok(Stored {
            success: true,
            id: card.id,
            last_four: card.last_four,
        })
    }

    #[tool(
        "Run the expensive operation",
        effect = "read",
        limit = "5/min",
        examples = ["run the expensive operation", "do the expensive thing"],
        say = "The expensive operation is done."
    )]
    async fn expensive_operation(&self) -> Reply<Done> {
        Ok(Done { success: true })
    }
}

/// A brand as people write it.
fn brand_name(brand: &str) -> &'static str {
    let named = BRANDS.iter().find(|(code, _)| *code == brand);
    named.map_or("card", |(_, name)| name)
}

/// Each brand's code, and how people write it.
const BRANDS: [(&str, &str); 8] = [
    ("visa", "Visa"),
    ("mastercard", "Mastercard"),
    ("amex", "American Express"),
    ("discover", "Discover"),
    ("diners", "Diners Club"),
    ("jcb", "JCB"),
    ("unionpay", "UnionPay"),
    ("maestro", "Maestro"),
];

impl Ownership<Account> for Guide {
    const KIND: &'static str = "account";

    async fn list(&self, caller: &Caller) -> Reply<Vec<OwnThing>> {
        let accounts = self.database.accounts(caller.id()).await?;
        let things = accounts.into_iter().map(|account| OwnThing {
            names: vec![account.kind.clone(), format!("{} account", account.kind)],
            id: account.id,
        });
        Ok(things.collect())
    }

    async fn find(&self, caller: &Caller, id: &str) -> Reply<Option<Account>> {
        Ok(self.database.account(caller.id(), id).await?)
    }
}

impl Ownership<Customer> for Guide {
    const KIND: &'static str = "customer";

    async fn list(&self, caller: &Caller) -> Reply<Vec<OwnThing>> {
        let customers = self.database.customers(caller.id()).await?;
        let things = customers.into_iter().map(|customer| OwnThing {
            names: vec!["my record".to_owned(), customer.name],
            id: customer.id,
        });
        Ok(things.collect())
    }

    async fn find(&self, caller: &Caller, id: &str) -> Reply<Option<Customer>> {
        Ok(self.database.customer(caller.id(), id).await?)
    }
}
