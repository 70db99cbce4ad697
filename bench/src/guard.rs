//! The guard's whole way of a call in this process, without I/O: every stage from received to permitted, and the reply
//! masked and sealed.
//!
//! The tool is the guide's payment, with its bounds, its currency and its spoken yes; the caller has logged in through
//! the guard itself, for there is no other way to be one.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use conversimple_guard::call::{
    Accepts, Author, Call, Permit, Policy, Quotas, Session, SessionLimits,
};
use conversimple_guard::capture::InputSource;
use conversimple_guard::consent::{Answer, Consent, ReadBack, Sentences, Yes};
use conversimple_guard::reply::{Clear, Sealed};
use conversimple_wire::tool::ToolCall;
use conversimple_wire::{CallId, ConversationId, ToolSpec};
use serde_json::{Map, Value, json};

use crate::report::{Found, Row, Series, figure, progress};

const CALLS: u32 = 100_000;

/// Calls that are not counted.
const WARM_UP: u32 = 2_000;

/// Between two calls, so that the default limit of 10 a minute is counted and not met.
const STEP: Duration = Duration::from_secs(10);

/// Measures.
///
/// # Errors
/// When the guard refuses what it should let through.
pub(crate) fn run() -> Result<Found> {
    progress("guard: the whole way of a call");
    let mut walk = Walk::new()?;
    let mut times = Series::default();
    for number in 0..WARM_UP + CALLS {
        let call = walk.payment(number)?;
        let result = receipt(number);
        let begun = Instant::now();
        let permit = walk.permit(call)?;
        let sealed = seal(result);
        let took = begun.elapsed();
        let _used = black_box((permit, sealed));
        if number >= WARM_UP {
            times.add(took.as_secs_f64() * 1e6);
        }
    }
    tell(&times)
}

fn tell(times: &Series) -> Result<Found> {
    let (median, p99) = (times.median(), times.p99());
    let mut text = String::from(
        "The guard's whole way of the guide's payment without I/O: received, sized, identified, limited, validated, own things,\n\
         permitted by a spoken yes, reply masked and sealed.\n\n\
         | calls | median | p90 | p99 |\n|---|---|---|---|\n",
    );
    writeln!(
        text,
        "| {CALLS} | {} µs | {} µs | {} µs |",
        figure(median),
        figure(times.p90()),
        figure(p99)
    )?;
    Ok(Found {
        text,
        rows: vec![Row::at_most(
            "guard's whole way, median",
            10.0,
            median,
            "µs",
            "",
        )],
    })
}

struct Walk {
    policy: Arc<Policy>,
    conversation: ConversationId,
    session: Session,
    quotas: Quotas,
    now: Duration,
}

impl Walk {
    fn new() -> Result<Self> {
        let conversation = ConversationId::from_random([7; 16]);
        let limits = SessionLimits {
            idle: STEP * 10,
            absolute: STEP * (CALLS + WARM_UP + 10),
        };
        let mut walk = Self {
            policy: policy("login", json!({"type": "object", "x-role": "login"}))?,
            session: Session::new(conversation.clone(), limits),
            conversation,
            quotas: Quotas::new(),
            now: Duration::from_secs(1),
        };
        let login = walk.call(u32::MAX, "login", json!({}))?;
        let ticket = walk
            .permit(login)?
            .login()
            .context("a login tool gives no ticket")?;
        walk.session.log_in(ticket, "user_1", walk.now)?;
        walk.policy = policy("process_payment", payment_parameters())?;
        Ok(walk)
    }

    fn payment(&mut self, number: u32) -> Result<ToolCall> {
        let amount = f64::from(number % 900_000 + 100) / 100.0;
        self.call(
            number,
            "process_payment",
            json!({"amount": amount, "currency": "USD"}),
        )
    }

    fn call(&mut self, number: u32, tool: &str, arguments: Value) -> Result<ToolCall> {
        self.now += STEP;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_le_bytes());
        Ok(ToolCall {
            call_id: CallId::from_random(id),
            conversation_id: self.conversation.clone(),
            tool_name: tool.to_owned(),
            arguments: arguments
                .as_object()
                .cloned()
                .context("arguments are an object")?,
            timeout_seconds: 30.0,
        })
    }

    fn permit(&mut self, call: ToolCall) -> Result<Permit> {
        let asked = call.arguments.clone();
        let validated = Call::received(call)
            .sized()?
            .identified(Some(&self.policy), Some(&mut self.session), self.now)?
            .limited(&mut self.quotas, self.now)?
            .validated()?;
        let owned = validated.owned(&[])?;
        let consent = match self.policy.confirm() {
            true => Consent::Spoken(self.yes_to(asked)?),
            false => Consent::None,
        };
        Ok(owned.permitted(consent, &mut self.quotas, self.now)?)
    }

    /// The call is read back and the caller says yes.
    fn yes_to(&self, arguments: Map<String, Value>) -> Result<Yes> {
        let given = |_: &Accepts, text: &str| Some(text.to_owned().into());
        let sentences = |_| Sentences {
            ask: "Shall I go ahead?".to_owned(),
            again: "Yes or no?".to_owned(),
        };
        let question = ReadBack::of(
            &self.conversation,
            &self.policy,
            arguments,
            given,
            sentences,
        )?;
        let Answer::Yes(agreement) = question.answer("yes", InputSource::Typed) else {
            bail!("a plain yes was not understood");
        };
        question
            .heard()
            .agreed(agreement)
            .context("a yes to another question")
    }
}

fn seal(result: Value) -> Sealed {
    Clear::new(result).masked().sealed()
}

fn receipt(number: u32) -> Value {
    json!({"success": true, "payment_id": format!("pay_{number:016x}"), "amount": 20.0, "currency": "USD"})
}

fn policy(name: &str, parameters: Value) -> Result<Arc<Policy>> {
    let spec = ToolSpec {
        name: name.to_owned(),
        description: String::new(),
        parameters,
    };
    Ok(Arc::new(Policy::of(&spec, Author::Ours)?))
}

/// The payment as the guide's agent registers it.
fn payment_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "amount": {
                "type": "number",
                "description": "The amount of money",
                "minimum": 0.01,
                "maximum": 10_000,
                "multipleOf": 0.01,
                "x-ask": "How much would you like to pay?",
                "x-refuse": {
                    "minimum": {"code": "invalid_amount", "message": "Amount must be positive"},
                    "maximum": {"code": "amount_too_large", "message": "Maximum amount is $10,000"},
                    "multipleOf": {"code": "invalid_amount", "message": "Amounts are in whole cents"}
                }
            },
            "currency": {
                "type": "string",
                "description": "The currency",
                "enum": ["USD", "EUR", "GBP"],
                "default": "USD"
            }
        },
        "required": ["amount"],
        "additionalProperties": false,
        "x-caller": true,
        "x-confirm": true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_payment_passes_guard_and_excess_amount_is_refused() {
        let mut walk = Walk::new().expect("a caller");
        let good = walk.payment(1).expect("a call");
        assert!(walk.permit(good).is_ok());
        let large = walk
            .call(2, "process_payment", json!({"amount": 10_001}))
            .expect("a call");
        let refused = walk.permit(large).expect_err("too much");
        assert!(refused.to_string().contains("10,000"), "{refused}");
    }
}
