//! The demo data: two users with accounts, records and cards, and a shop's shelf.
//!
//! Fills an empty database once and never touches one that has users. The passwords stand in README; what is printed
//! leaves them out.

use conversimple::{CardNumber, HashedPassword};

use crate::database::{Account, Customer, Database, Product, User};
use crate::money::Money;
use crate::vault::Vault;

struct Person {
    id: &'static str,
    username: &'static str,
    password: &'static str,
    accounts: &'static [(&'static str, &'static str, Money)],
    customer: (&'static str, &'static str, &'static str, &'static str),
    /// Test numbers of the card brands, which no bank gives out.
    cards: &'static [&'static str],
}

const PEOPLE: [Person; 2] = [
    Person {
        id: "user_1001",
        username: "alice",
        password: "sunflower",
        accounts: &[
            ("acc_1001", "checking", Money::of(1250, 0)),
            ("acc_1002", "savings", Money::of(8400, 50)),
        ],
        customer: (
            "cust_1001",
            "Alice Archer",
            "alice@example.com",
            "+1 415 555 0101",
        ),
        cards: &["4111111111111111", "5555555555554444"],
    },
    Person {
        id: "user_2001",
        username: "bob",
        password: "tulip",
        accounts: &[("acc_2001", "checking", Money::of(310, 75))],
        customer: (
            "cust_2001",
            "Bob Baker",
            "bob@example.com",
            "+1 415 555 0102",
        ),
        cards: &["4000000000000002"],
    },
];

const PRODUCTS: [(&str, &str, Money); 12] = [
    ("prod_01", "Aria Wireless Headphones", Money::of(79, 90)),
    (
        "prod_02",
        "Nimbus Wireless Headphones with Noise Cancelling",
        Money::of(199, 0),
    ),
    ("prod_03", "Studio Wired Headphones", Money::of(59, 50)),
    ("prod_04", "Compact Mechanical Keyboard", Money::of(89, 0)),
    ("prod_05", "Quiet Wireless Mouse", Money::of(34, 90)),
    ("prod_06", "USB C Phone Charger 65 W", Money::of(29, 0)),
    ("prod_07", "Braided USB C Cable", Money::of(12, 50)),
    ("prod_08", "Everyday Laptop Backpack", Money::of(74, 0)),
    ("prod_09", "Portable Bluetooth Speaker", Money::of(49, 90)),
    ("prod_10", "Monitor 27 Inch", Money::of(249, 0)),
    ("prod_11", "Adjustable Desk Lamp", Money::of(39, 0)),
    ("prod_12", "Webcam Full HD", Money::of(64, 0)),
];

/// Fills an empty database and says in one line what was made.
///
/// # Errors
/// No `ENCRYPTION_KEY` to seal the cards with, or a database that takes nothing.
pub async fn fill(database: &Database, vault: &Vault) -> anyhow::Result<String> {
    if !database.is_empty().await? {
        return Ok("The database has users already; the demo data was left alone.".to_owned());
    }
    vault.required()?;
    add_products(database).await?;
    for person in &PEOPLE {
        add(database, vault, person).await?;
    }
    Ok(format!(
        "Made the demo data: users alice and bob, 3 accounts, 3 cards, {} products. Their passwords are on the talk page and in README.",
        PRODUCTS.len()
    ))
}

async fn add_products(database: &Database) -> anyhow::Result<()> {
    for (id, name, price) in PRODUCTS {
        let product = Product {
            id: id.to_owned(),
            name: name.to_owned(),
            price,
        };
        database.add_product(&product).await?;
    }
    Ok(())
}

/// Adds a person with what is theirs.
async fn add(database: &Database, vault: &Vault, person: &Person) -> anyhow::Result<()> {
    add_user(database, person).await?;
    for (id, kind, balance) in person.accounts {
        let account = Account {
            id: (*id).to_owned(),
            kind: (*kind).to_owned(),
            balance: *balance,
        };
        database.add_account(person.id, &account).await?;
    }
    let (id, name, email, phone) = person.customer;
    let customer = Customer {
        id: id.to_owned(),
        name: name.to_owned(),
        email: email.to_owned(),
        phone: phone.to_owned(),
    };
    database.add_customer(person.id, &customer).await?;
    add_cards(database, vault, person).await
}

/// The person as somebody who can log in; of the password only a hash is kept.
async fn add_user(database: &Database, person: &Person) -> anyhow::Result<()> {
    let hash = HashedPassword::of_text(person.password)
        .await
        .map_err(|failure| anyhow::anyhow!("the password could not be hashed: {failure:?}"))?;
    let user = User {
        id: person.id.to_owned(),
        username: person.username.to_owned(),
        password_hash: hash.as_str().to_owned(),
    };
    database.add_user(&user).await?;
    Ok(())
}

/// The person's cards, sealed.
async fn add_cards(database: &Database, vault: &Vault, person: &Person) -> anyhow::Result<()> {
    for number in person.cards {
        let number = CardNumber::parse(number)?;
        let card = vault.seal_demo(&number)?;
        database.add_card(person.id, &card).await?;
    }
    Ok(())
}
