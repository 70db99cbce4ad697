//! The tools, declared as the guide agent declares them: only what stands below them differs.

use conversimple::prelude::*;
use sea_orm::DatabaseConnection;
use serde::Serialize;

use crate::entity::{customer, product};
use crate::queries;

/// The agent.
pub struct Shop {
    database: DatabaseConnection,
}

impl Shop {
    /// An agent on this data.
    pub fn new(database: DatabaseConnection) -> Self {
        Self { database }
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
struct Found {
    products: Vec<Offer>,
}

#[derive(Serialize)]
struct Offer {
    id: String,
    name: String,
    /// The nearest number to the price: up to 2⁵³ cents it means exactly this price.
    price: f64,
}

#[derive(Serialize)]
struct Record {
    id: String,
    name: String,
    email: MaskedEmail,
    phone: MaskedPhone,
}

#[agent]
impl Shop {
    #[tool(
        "Log in with user name and password",
        role = "login",
        examples = ["log me in", "I want to log in", "sign in please", "my name is alice and I want to log in"],
        say = "Thank you, you are logged in."
    )]
    async fn login(&self, credentials: Credentials) -> Reply<Login> {
        let Credentials { username, password } = credentials;
        let user = queries::user(&self.database, username.trim()).await?;
        let registered = user.as_ref().map(|user| Registered {
            id: &user.id,
            name: &user.username,
            password_hash: &user.password_hash.0,
        });
        Login::by_password(&password, registered).await
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
        let products = queries::search(&self.database, &words).await?;
        Ok(Found {
            products: products.into_iter().map(Offer::from).collect(),
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
        #[input(ask = "Which record?")] customer: Owned<customer::Model>,
    ) -> Reply<Record> {
        let customer = customer.into_inner();
        Ok(Record {
            id: customer.id,
            name: customer.name,
            email: MaskedEmail::new(customer.email),
            phone: MaskedPhone::new(customer.phone),
        })
    }
}

impl From<product::Model> for Offer {
    fn from(product: product::Model) -> Self {
        Self {
            id: product.id,
            name: product.name,
            price: product.price_cents as f64 / 100.0,
        }
    }
}

impl Ownership<customer::Model> for Shop {
    const KIND: &'static str = "customer";

    async fn list(&self, caller: &Caller) -> Reply<Vec<OwnThing>> {
        let customers = queries::customers(&self.database, caller.id()).await?;
        let things = customers.into_iter().map(|customer| OwnThing {
            names: vec!["my record".to_owned(), customer.name],
            id: customer.id,
        });
        Ok(things.collect())
    }

    async fn find(&self, caller: &Caller, id: &str) -> Reply<Option<customer::Model>> {
        Ok(queries::customer(&self.database, caller.id(), id).await?)
    }
}
