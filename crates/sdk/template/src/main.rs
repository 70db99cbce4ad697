//! A voice agent with one tool. Say "when do you open on Sunday".

use conversimple::prelude::*;
use serde::Serialize;

pub struct Desk;

#[derive(Input)]
enum Day {
    Weekday,
    Saturday,
    Sunday,
}

#[derive(Serialize)]
struct Hours {
    opens: &'static str,
    closes: &'static str,
}

#[agent("my-agent")]
impl Desk {
    #[tool(
        "Get the opening hours",
        examples = ["when do you open", "how long are you open on Sunday"],
        say = "We are open from {opens} to {closes}."
    )]
    async fn opening_hours(&self, #[input(ask = "For which day?")] day: Day) -> Reply<Hours> {
        let (opens, closes) = match day {
            Day::Weekday => ("nine", "six"),
            Day::Saturday => ("ten", "four"),
            Day::Sunday => return Err(Failure::refused("closed", "We are closed on Sundays.")),
        };
        Ok(Hours { opens, closes })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AgentError> {
    conversimple::log::init();
    Agent::from_env()?.serve(Desk).await
}
