//! sqlmap against every tool that takes a text, against the statements below the guard, and against a twin with a hole.
//!
//! The twin is what makes the silence of the others mean something.

use std::path::Path;

use conversimple_guide::database::{Account, Customer, Database, Product, User};
use conversimple_guide::money::Money;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};

use crate::page::{Depth, Probe, Target};
use crate::rig::Guide;
use crate::twin;

/// How many run at a time: each keeps a processor busy.
const AT_ONCE: usize = 2;

#[tokio::test]
async fn sqlmap_on_every_text_tool_finds_nothing() {
    let card = "4111111111111111";
    let probes = [
        ("search_products", "query", "wireless headphones", json!({})),
        ("get_customer", "customer_id", "cust_1001", json!({})),
        ("get_balance", "account_id", "acc_1001", json!({})),
        ("conversimple_own_things", "kind", "account", json!({})),
        ("store_card", "card_number", card, json!({})),
        ("process_payment", "currency", "EUR", json!({"amount": 1})),
        (
            "login",
            "username",
            "alice",
            json!({"password": "sunflower"}),
        ),
    ];
    let probes = probes.map(|(tool, argument, value, others)| async move {
        let others = others.as_object().expect("an object").clone();
        let target = Guarded::start(tool, argument, others).await;
        let depth = match tool {
            "login" => Depth::Brief,
            _ => Depth::Usual,
        };
        (tool, Probe::of(target, value, depth).await)
    });
    let mut running = stream::iter(probes).buffer_unordered(AT_ONCE);
    while let Some((tool, probe)) = running.next().await {
        check(tool, &probe);
        // Neither the limit nor a database that chokes is what kept it out.
        for code in ["rate_limit_exceeded", "service_unavailable"] {
            assert_eq!(probe.answers.get(code), None, "{tool}: {}", probe.report);
        }
    }
}

#[tokio::test]
async fn sqlmap_on_statements_below_guard_finds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = shop(&folder.path().join("shop.db")).await;
    let probes = [
        (Statement::Search, "headphones"),
        (Statement::User, "ann"),
        (Statement::Account, "acc_1"),
        (Statement::Customer, "cust_1"),
        (Statement::Charge, "EUR"),
    ];
    let probes = probes.map(|(statement, value)| {
        let database = database.clone();
        let target = Below {
            database,
            statement,
        };
        async move { (statement, Probe::of(target, value, Depth::Full).await) }
    });
    let mut running = stream::iter(probes).buffer_unordered(AT_ONCE);
    while let Some((statement, probe)) = running.next().await {
        check(&format!("{statement:?}"), &probe);
        // Whatever it was, the database took it as a value: there is no statement that it could have broken.
        assert_eq!(probe.answers.len(), 1, "{:?}", probe.answers);
    }
}

#[tokio::test]
async fn sqlmap_on_vulnerable_twin_finds_hole_except_behind_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    shop(&path).await;
    let target = twin::Served::on(&path, "get_customer", "customer_id").await;
    let probe = Probe::of(target, "cust_1", Depth::Usual).await;
    assert!(probe.hole, "{}", probe.report);
    let target = twin::Served::on(&path, "search_products", "query").await;
    let probe = Probe::of(target, "headphones", Depth::Full).await;
    check("the twin's search", &probe);
}

fn check(what: &str, probe: &Probe) {
    assert!(!probe.hole, "{what}: {}", probe.report);
    // What it began with was answered, and it did try.
    assert!(
        probe.answers.contains_key("") && probe.asked() > 50,
        "{what}: {:?}",
        probe.answers
    );
}

/// One argument of one tool of the guide agent, which is a process of its own.
struct Guarded {
    guide: Guide,
    tool: &'static str,
    argument: &'static str,
    others: Map<String, Value>,
    conversation: String,
    calls: usize,
}

/// A tool's limit of ten a minute and a login's five failures count by conversation, so that a new one begins before them.
const CALLS_A_CONVERSATION: usize = 9;
const LOGINS_A_CONVERSATION: usize = 4;

impl Guarded {
    async fn start(tool: &'static str, argument: &'static str, others: Map<String, Value>) -> Self {
        Self {
            guide: Guide::quiet().await,
            tool,
            argument,
            others,
            conversation: String::new(),
            calls: 0,
        }
    }

    async fn renew(&mut self) {
        if !self.conversation.is_empty() {
            self.guide.peer.end(&self.conversation).await;
        }
        self.conversation = match self.tool {
            "login" | "search_products" => {
                let conversation = format!("probe_{}", self.calls);
                self.guide.peer.begin(&conversation).await;
                conversation
            }
            _ => self.guide.fresh(&self.calls.to_string()).await,
        };
    }
}

impl Target for Guarded {
    async fn ask(&mut self, text: String) -> Value {
        let most = match self.tool {
            "login" => LOGINS_A_CONVERSATION,
            _ => CALLS_A_CONVERSATION,
        };
        if self.calls.is_multiple_of(most) {
            self.renew().await;
        }
        self.calls += 1;
        let mut arguments = self.others.clone();
        arguments.insert(self.argument.to_owned(), text.into());
        self.guide
            .call(&self.conversation, self.tool, arguments.into())
            .await
    }
}

/// The statements of the database that take a caller's words.
#[derive(Clone, Copy, Debug)]
enum Statement {
    Search,
    User,
    Account,
    Customer,
    Charge,
}

/// One statement, with nothing before it.
struct Below {
    database: Database,
    statement: Statement,
}

impl Below {
    async fn run(&self, text: String) -> sqlx::Result<Value> {
        let Self {
            database,
            statement,
        } = self;
        Ok(match statement {
            Statement::Search => {
                let found = database.search(&[text]).await?;
                json!(found.iter().map(|p| &p.name).collect::<Vec<_>>())
            }
            Statement::User => json!(database.user(&text).await?.map(|user| user.username)),
            Statement::Account => {
                let account = database.account("user_1", &text).await?;
                json!(account.map(|account| account.balance))
            }
            Statement::Customer => {
                let customer = database.customer("user_1", &text).await?;
                json!(customer.map(|customer| customer.name))
            }
            Statement::Charge => {
                let id = conversimple::fresh_id("pay").expect("random numbers");
                database
                    .add_charge(&id, "user_1", Money::of(1, 0), &text)
                    .await?;
                json!("made")
            }
        })
    }
}

impl Target for Below {
    /// The database's own words stand in the answer, which an agent's never has: an attacker could not see more.
    async fn ask(&mut self, text: String) -> Value {
        match self.run(text).await {
            Ok(result) => json!({"result": result}),
            Err(error) => json!({"error": error.to_string()}),
        }
    }
}

/// A database with one of everything.
async fn shop(path: &Path) -> Database {
    let url = format!("sqlite:{}", path.display());
    let database = Database::open(Some(&url)).await.expect("opened");
    let user = User {
        id: "user_1".into(),
        username: "ann".into(),
        password_hash: String::new(),
    };
    database.add_user(&user).await.expect("made");
    let account = Account {
        id: "acc_1".into(),
        kind: "checking".into(),
        balance: Money::of(12, 50),
    };
    database
        .add_account(&user.id, &account)
        .await
        .expect("made");
    let customer = Customer {
        id: "cust_1".into(),
        name: "Ann Ash".into(),
        email: "ann@example.com".into(),
        phone: "+1 415 555 0103".into(),
    };
    database
        .add_customer(&user.id, &customer)
        .await
        .expect("made");
    let product = Product {
        id: "prod_1".into(),
        name: "Wired Headphones".into(),
        price: Money::of(59, 50),
    };
    database.add_product(&product).await.expect("made");
    database
}
