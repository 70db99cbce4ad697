//! Rules about what comes in: tool arguments, queries, commands, addresses.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[
    &UNVALIDATED,
    &UNBOUNDED,
    &CODE_FROM_INPUT,
    &SHELL_FROM_INPUT,
    &REQUEST_TO_ARGUMENT,
    &SQL_FROM_TEXT,
];

/// Nothing validates a tool's argument.
pub(crate) static UNVALIDATED: Rule = Rule {
    id: "tool-input-unvalidated",
    title: "Nothing validates a tool's argument",
    section: "Input Validation: Validate All Tool Inputs",
    area: Area::Validation,
    severity: Severity::Error,
    why: "The model fills the arguments from what a caller said: amounts can be negative, huge or no number \
        at all, and choices can be anything. A type in the signature is only a wish.",
    fix: "check type, range and allowed values before anything else, and answer with a code such as \
        invalid_amount; in Rust derive Input",
    examples: &[
        Example {
            file: "pay.py",
            bad: r#"@tool("Process payment", limit="5/min")
def process_payment(self, amount: float, currency: str = "USD") -> dict:
    user = self.require_caller()
    self.confirm(user)
    return payment_service.charge(user, amount, currency)
"#,
            good: r#"@tool("Process payment", limit="5/min")
def process_payment(self, amount: float, currency: str = "USD") -> dict:
    user = self.require_caller()
    if not isinstance(amount, (int, float)):
        return {"error": "invalid_type"}
    if amount <= 0 or amount > 10000:
        return {"error": "invalid_amount"}
    if currency not in ["USD", "EUR", "GBP"]:
        return {"error": "invalid_currency"}
    self.confirm(user)
    return payment_service.charge(user, amount, currency)
"#,
        },
        Example {
            file: "room.js",
            bad: r#"agent.tool("set_temperature", async ({ degrees }) => {
  return thermostat.set(degrees);
});
"#,
            good: r#"agent.tool("set_temperature", async ({ degrees }) => {
  if (typeof degrees !== "number" || degrees < 5 || degrees > 30) return { error: "invalid_parameters" };
  return thermostat.set(degrees);
});
"#,
        },
        Example {
            file: "src/room.rs",
            bad: r#"#[tool("Set the temperature")]
async fn set_temperature(&self, degrees: f64) -> Reply<()> { self.room.set(degrees).await }
"#,
            good: r#"#[tool("Set the temperature")]
async fn set_temperature(&self, degrees: f64) -> Reply<()> {
    if !(5.0..=30.0).contains(&degrees) { return Err(Refusal::new("invalid_parameters")); }
    self.room.set(degrees).await
}
"#,
        },
    ],
};

/// A text argument has no length.
pub(crate) static UNBOUNDED: Rule = Rule {
    id: "tool-text-unbounded",
    title: "A text argument has no length",
    section: "Input Validation: Sanitize String Inputs",
    area: Area::Validation,
    severity: Severity::Warning,
    why: "A text of any length and with any characters goes to the search, the database or another service as \
        it is.",
    fix: "remove what is not needed and cut: re.sub(r\"[^a-zA-Z0-9\\s]\", \"\", query)[:100], \
        z.string().max(100), or a text type with a length",
    examples: &[
        Example {
            file: "search.py",
            bad: r#"@tool("Search products")
def search_products(self, query: str) -> dict:
    return database.search(query)
"#,
            good: r#"@tool("Search products")
def search_products(self, query: str) -> dict:
    query = re.sub(r"[^a-zA-Z0-9\s]", "", query)
    query = query[:100]
    return database.search(query)
"#,
        },
        Example {
            file: "search.js",
            bad: r#"agent.tool("search_products", { query: z.string() }, async ({ query }) => shop.search(query));
"#,
            good: r#"agent.tool("search_products", { query: z.string().max(100) }, async ({ query }) => shop.search(query));
"#,
        },
        Example {
            file: "src/search.rs",
            bad: r#"#[tool("Search products")]
async fn search_products(&self, query: String) -> Reply<Vec<Product>> { self.shop.search(&query).await }
"#,
            good: r#"#[tool("Search products")]
async fn search_products(&self, query: Words<100>) -> Reply<Vec<Product>> { self.shop.search(&query).await }
"#,
        },
    ],
};

/// Tool input is run as code.
pub(crate) static CODE_FROM_INPUT: Rule = Rule {
    id: "code-from-input",
    title: "Tool input is run as code",
    section: "Input Validation",
    area: Area::Validation,
    severity: Severity::Error,
    why: "What a caller says becomes a program in your process.",
    fix: "parse it with a parser of its own (ast.literal_eval, JSON, a small grammar), or look the wanted \
        operation up in a table",
    examples: &[
        Example {
            file: "calc.py",
            bad: r#"@tool("Calculate")
def calculate(self, expression: str) -> dict:
    return {"result": eval(expression[:100])}
"#,
            good: r#"@tool("Calculate")
def calculate(self, expression: str) -> dict:
    return {"result": ast.literal_eval(expression[:100])}
"#,
        },
        Example {
            file: "calc.js",
            bad: r#"agent.tool("calculate", async ({ expression }) => {
  if (expression.length > 100) return { error: "invalid_parameters" };
  return { result: eval(expression) };
});
"#,
            good: r#"agent.tool("calculate", async ({ expression }) => {
  if (expression.length > 100) return { error: "invalid_parameters" };
  return { result: parser.evaluate(expression) };
});
"#,
        },
    ],
};

/// Tool input reaches a shell.
pub(crate) static SHELL_FROM_INPUT: Rule = Rule {
    id: "shell-from-input",
    title: "Tool input reaches a shell",
    section: "Input Validation",
    area: Area::Validation,
    severity: Severity::Error,
    why: "A semicolon in an argument is enough to run any command on your machine.",
    fix: "call the program directly with a list of arguments and no shell, after checking them against a list",
    examples: &[
        Example {
            file: "ping.py",
            bad: r#"@tool("Check a host")
def check_host(self, host: str) -> dict:
    host = host[:50]
    os.system(f"ping -c 1 {host}")
    return {"success": True}
"#,
            good: r#"@tool("Check a host")
def check_host(self, host: str) -> dict:
    if host not in KNOWN_HOSTS:
        return {"error": "invalid_parameters"}
    subprocess.run(["ping", "-c", "1", host], check=True)
    return {"success": True}
"#,
        },
        Example {
            file: "ping.js",
            bad: r#"agent.tool("check_host", async ({ host }) => {
  if (host.length > 50) return { error: "invalid_parameters" };
  execSync(`ping -c 1 ${host}`);
});
"#,
            good: r#"agent.tool("check_host", async ({ host }) => {
  if (!KNOWN_HOSTS.includes(host)) return { error: "invalid_parameters" };
  execFileSync("ping", ["-c", "1", host]);
});
"#,
        },
        Example {
            file: "src/ping.rs",
            bad: r#"#[tool("Check a host")]
async fn check_host(&self, host: Name) -> Reply<()> {
    Command::new("sh").arg("-c").arg(format!("ping -c 1 {host}")).status().await
}
"#,
            good: r#"#[tool("Check a host")]
async fn check_host(&self, host: Host) -> Reply<()> {
    Command::new("ping").args(["-c", "1"]).arg(host.as_str()).status().await
}
"#,
        },
    ],
};

/// A tool opens an address from its arguments.
pub(crate) static REQUEST_TO_ARGUMENT: Rule = Rule {
    id: "request-to-argument",
    title: "A tool opens an address from its arguments",
    section: "Input Validation",
    area: Area::Validation,
    severity: Severity::Error,
    why: "The caller, or a model that was talked into it, can make your server fetch its own metadata \
        service, the database's admin page or anything else inside the network.",
    fix: "build the address yourself from a fixed host, or compare its host with a list before opening it",
    examples: &[
        Example {
            file: "fetch.py",
            bad: r#"@tool("Read a page")
def read_page(self, url: str) -> dict:
    url = url[:200]
    return {"text": requests.get(url, timeout=5).text}
"#,
            good: r#"@tool("Read a page")
def read_page(self, url: str) -> dict:
    if urlparse(url[:200]).hostname not in ALLOWED_HOSTS:
        return {"error": "invalid_parameters"}
    return {"text": requests.get(url, timeout=5).text}
"#,
        },
        Example {
            file: "fetch.js",
            bad: r#"agent.tool("read_page", async ({ host }) => {
  if (host.length > 100) return { error: "invalid_parameters" };
  const page = await fetch(`https://${host}/about`);
  return { text: await page.text() };
});
"#,
            good: r#"agent.tool("read_page", async ({ topic }) => {
  if (topic.length > 100) return { error: "invalid_parameters" };
  const page = await fetch(`https://docs.conversimple.com/${encodeURIComponent(topic)}`);
  return { text: await page.text() };
});
"#,
        },
    ],
};

/// SQL is built from text.
pub(crate) static SQL_FROM_TEXT: Rule = Rule {
    id: "sql-from-text",
    title: "SQL is built from text",
    section: "Prevent SQL Injection: Use Parameterized Queries",
    area: Area::Queries,
    severity: Severity::Error,
    why: "A quote in a value ends the literal and what follows is SQL. It does not matter where the value \
        comes from: names have quotes, too.",
    fix: "write a placeholder and pass the value: execute(\"SELECT * FROM customers WHERE id = ?\", \
        (customer_id,))",
    examples: &[
        Example {
            file: "db.py",
            bad: r#"def get_customer(self, customer_id: str):
    query = f"SELECT * FROM customers WHERE id = '{customer_id}'"
    return database.execute(query)
"#,
            good: r#"def get_customer(self, customer_id: str):
    query = "SELECT * FROM customers WHERE id = ?"
    return database.execute(query, (customer_id,))
"#,
        },
        Example {
            file: "db.js",
            bad: r#"async function getCustomer(id) {
  return db.query(`SELECT * FROM customers WHERE id = '${id}'`);
}
"#,
            good: r#"async function getCustomer(id) {
  return db.query("SELECT * FROM customers WHERE id = $1", [id]);
}
"#,
        },
        Example {
            file: "src/db.rs",
            bad: r#"async fn customer(&self, id: &str) -> Result<Row, Error> {
    sqlx::query(&format!("SELECT * FROM customers WHERE id = '{id}'")).fetch_one(&self.pool).await
}
"#,
            good: r#"async fn customer(&self, id: &str) -> Result<Row, Error> {
    sqlx::query("SELECT * FROM customers WHERE id = ?").bind(id).fetch_one(&self.pool).await
}
"#,
        },
        Example {
            file: "old.py",
            bad: r#"def find(cursor, name):
    cursor.execute("DELETE FROM notes WHERE owner = '%s'" % name)
"#,
            good: r#"def find(cursor, name):
    cursor.execute("DELETE FROM notes WHERE owner = %s", (name,))
"#,
        },
    ],
};
