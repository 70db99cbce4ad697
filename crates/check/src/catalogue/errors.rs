//! Rules about what a caller or the platform learns when something fails.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[&ERROR_RETURNED];

/// The text of an exception leaves the agent.
pub(crate) static ERROR_RETURNED: Rule = Rule {
    id: "error-detail-exposed",
    title: "The text of an exception leaves the agent",
    section: "Error Messages: Don't Expose Internal Details",
    area: Area::Errors,
    severity: Severity::Error,
    why: "Exceptions name hosts, tables, paths and sometimes passwords; the model reads them out to the \
        caller.",
    fix: "return a code and a plain sentence: {\"error\": \"service_unavailable\", \"message\": \"Unable to \
        process request. Please try again.\"}; keep the cause in your own log",
    examples: &[
        Example {
            file: "pay.py",
            bad: r#"@tool("Check stock")
def check_stock(self) -> dict:
    try:
        return shop.stock()
    except Exception as e:
        return {"error": str(e), "stack_trace": traceback.format_exc()}
"#,
            good: r#"@tool("Check stock")
def check_stock(self) -> dict:
    try:
        return shop.stock()
    except Exception as e:
        logger.error("stock failed: %s", type(e).__name__)
        return {"error": "service_unavailable", "message": "Unable to process request. Please try again."}
"#,
        },
        Example {
            file: "pay.js",
            bad: r#"agent.tool("check_stock", async () => {
  try { return await shop.stock(); } catch (err) { return { error: err.message, stack: err.stack }; }
});
"#,
            good: r#"agent.tool("check_stock", async () => {
  try { return await shop.stock(); } catch (err) { return { error: "service_unavailable" }; }
});
"#,
        },
        Example {
            file: "src/stock.rs",
            bad: r#"#[tool("Check stock")]
async fn check_stock(&self) -> Reply<Stock> {
    match self.shop.stock().await {
        Ok(stock) => Ok(stock),
        Err(e) => Err(Refusal::new(format!("{e:?}"))),
    }
}
"#,
            good: r#"#[tool("Check stock")]
async fn check_stock(&self) -> Reply<Stock> { Ok(self.shop.stock().await?) }
"#,
        },
    ],
};
