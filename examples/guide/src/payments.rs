//! The payment service: a local stand-in that notes its charges, and is down for an amount of exactly 503.00.
//!
//! Decides which payments are taken. Who pays, and that they said yes, is known before it is asked.

use conversimple::prelude::*;
use serde::Serialize;

use crate::database::Database;
use crate::money::Money;

/// What to pay: the one declaration of type, schema, bounds and sentences.
#[derive(Input)]
pub(crate) struct Payment {
    /// The amount of money
    #[input(ask = "How much would you like to pay?")]
    #[input(min = 0.01, code = "invalid_amount", say = "Amount must be positive")]
    #[input(
        max = 10_000,
        code = "amount_too_large",
        say = "Maximum amount is $10,000"
    )]
    #[input(
        step = 0.01,
        code = "invalid_amount",
        say = "Amounts are in whole cents"
    )]
    amount: Decimal,
    /// The currency
    #[input(default = "USD")]
    currency: Currency,
}

/// A currency. Anything else is `invalid_currency`.
#[derive(Input, Clone, Copy)]
#[input(say = "I can take US dollars, euros and British pounds.")]
enum Currency {
    #[serde(rename = "USD")]
    Usd,
    #[serde(rename = "EUR")]
    Eur,
    #[serde(rename = "GBP")]
    Gbp,
}

/// A charge that was made.
#[derive(Serialize)]
pub(crate) struct Receipt {
    success: bool,
    payment_id: String,
    amount: Money,
    currency: &'static str,
}

/// The service does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the payment service at payments.internal:8443 does not answer")]
struct ServiceDown;

/// The amount for which the stand-in is down.
const DOWN: Money = Money::of(503, 0);

/// Charges the caller.
pub(crate) async fn charge(
    database: &Database,
    caller: &Caller,
    payment: Payment,
) -> Reply<Receipt> {
    let amount = Money::exact(payment.amount)
        .ok_or_else(|| Refusal::declared("invalid_amount", "Amounts are in whole cents"))?;
    if amount == DOWN {
        Err(ServiceDown)?;
    }
    let currency = match payment.currency {
        Currency::Usd => "USD",
        Currency::Eur => "EUR",
        Currency::Gbp => "GBP",
    };
    let payment_id = conversimple::fresh_id("pay")?;
    database
        .add_charge(&payment_id, caller.id(), amount, currency)
        .await?;
    Ok(Receipt {
        success: true,
        payment_id,
        amount,
        currency,
    })
}
