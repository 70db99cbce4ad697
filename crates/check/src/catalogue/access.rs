//! Rules about who may have a tool run, for whom and how often.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[&NO_LIMIT, &NO_CALLER, &NO_OWNER, &NO_CONFIRMATION];

/// A tool that moves money has no limit.
pub(crate) static NO_LIMIT: Rule = Rule {
    id: "tool-without-limit",
    title: "A tool that moves money has no limit",
    section: "Rate Limiting: Limit Tool Calls",
    area: Area::Limits,
    severity: Severity::Warning,
    why: "A loop of the model, or a patient caller, runs it as often as there is time.",
    fix: "limit it: if not self.check_rate_limit(\"process_payment\", limit=5), or limit = \"5/min\" in the \
        declaration",
    examples: &[Example {
        file: "pay.py",
        bad: r#"@tool("Refund an order")
def refund_order(self, order_id: str, caller) -> dict:
    order = self.owned_order(caller, order_id)
    self.confirm(caller)
    return payments.refund(order)
"#,
        good: r#"@tool("Refund an order")
def refund_order(self, order_id: str, caller) -> dict:
    if not self.check_rate_limit("refund_order", limit=5):
        return {"error": "rate_limit_exceeded"}
    order = self.owned_order(caller, order_id)
    self.confirm(caller)
    return payments.refund(order)
"#,
    }],
};

/// A tool for money or personal data asks for no caller.
pub(crate) static NO_CALLER: Rule = Rule {
    id: "tool-without-caller",
    title: "A tool for money or personal data asks for no caller",
    section: "Authentication: Verify User Identity",
    area: Area::Access,
    severity: Severity::Error,
    why: "Anyone who can talk to the agent can have it run: a voice proves nothing.",
    fix: "ask for the login first: if not state.get(\"authenticated\"): return {\"error\": \
        \"authentication_required\"}; in Rust take a Caller",
    examples: &[
        Example {
            file: "bank.py",
            bad: r#"@tool("Get account balance")
def get_balance(self, account_id: str) -> dict:
    return {"balance": database.get_balance(account_id)}
"#,
            good: r#"@tool("Get account balance")
def get_balance(self, account_id: str) -> dict:
    state = self.get_state(self.current_conversation_id)
    if not state.get("authenticated"):
        return {"error": "authentication_required"}
    if account_id not in state.get("user_accounts", []):
        return {"error": "unauthorized"}
    return {"balance": database.get_balance(account_id)}
"#,
        },
        Example {
            file: "bank.js",
            bad: r#"agent.tool("get_balance", async ({ accountId }) => ({ balance: await db.balance(accountId) }));
"#,
            good: r#"agent.tool("get_balance", async ({ accountId }, { caller }) => {
  if (!caller.authenticated) return { error: "authentication_required" };
  if (!caller.accounts.includes(accountId)) return { error: "unauthorized" };
  return { balance: await db.balance(accountId) };
});
"#,
        },
        Example {
            file: "src/bank.rs",
            bad: r#"#[tool("Get account balance")]
async fn get_balance(&self, account_id: Id) -> Reply<Balance> { self.bank.balance(&account_id).await }
"#,
            good: r#"#[tool("Get account balance")]
async fn get_balance(&self, account: Owned<Account>) -> Reply<Balance> { self.bank.balance(&account).await }
"#,
        },
    ],
};

/// A tool does not check whose thing it is.
pub(crate) static NO_OWNER: Rule = Rule {
    id: "tool-without-owner-check",
    title: "A tool does not check whose thing it is",
    section: "Authentication: Verify User Identity",
    area: Area::Access,
    severity: Severity::Error,
    why: "A caller who is logged in can name any account and gets it.",
    fix: "compare with the caller's own things: if account_id not in state.get(\"user_accounts\", []): return \
        {\"error\": \"unauthorized\"}; in Rust take Owned<Account>",
    examples: &[
        Example {
            file: "bank.py",
            bad: r#"@tool("Get account balance")
def get_balance(self, account_id: str) -> dict:
    if not self.get_state(self.current_conversation_id).get("authenticated"):
        return {"error": "authentication_required"}
    return {"balance": database.get_balance(account_id)}
"#,
            good: r#"@tool("Get account balance")
def get_balance(self, account_id: str) -> dict:
    state = self.get_state(self.current_conversation_id)
    if not state.get("authenticated"):
        return {"error": "authentication_required"}
    if account_id not in state.get("user_accounts", []):
        return {"error": "unauthorized"}
    return {"balance": database.get_balance(account_id)}
"#,
        },
        Example {
            file: "src/bank.rs",
            bad: r#"#[tool("Get account balance")]
async fn get_balance(&self, caller: Caller, account_id: Id) -> Reply<Balance> { self.bank.balance(&account_id).await }
"#,
            good: r#"#[tool("Get account balance")]
async fn get_balance(&self, caller: Caller, account: Owned<Account>) -> Reply<Balance> { self.bank.balance(&account).await }
"#,
        },
    ],
};

/// Money moves without the caller's yes.
pub(crate) static NO_CONFIRMATION: Rule = Rule {
    id: "money-without-confirmation",
    title: "Money moves without the caller's yes",
    section: "Authentication: Verify User Identity",
    area: Area::Access,
    severity: Severity::Warning,
    why: "The model may have misheard the amount or the receiver, or have been talked into it by a text that \
        it read.",
    fix: "read the details back and wait for a yes that belongs to exactly these arguments; in Rust declare \
        the tool with confirm",
    examples: &[Example {
        file: "src/pay.rs",
        bad: r#"#[tool("Process payment", limit = "5/min")]
async fn process_payment(&self, caller: Caller, pay: Payment) -> Reply<Receipt> { self.payments.charge(&caller, &pay).await }
"#,
        good: r#"#[tool("Process payment", limit = "5/min", confirm)]
async fn process_payment(&self, caller: Caller, pay: Payment) -> Reply<Receipt> { self.payments.charge(&caller, &pay).await }
"#,
    }],
};
