//! One tool call over loopback: gateway, guard, audit, agent, and back, thousands of times one after another.
//!
//! The platform is the real one, the agent a process of its own on the SDK with a tool that does nothing. What is taken is
//! the platform's own figure for the call: from the engine's wish to the outcome, with both of its audit records
//! written.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use conversimple::prelude::*;

use crate::line::Line;
use crate::process::{Platform, Running};
use crate::report::{Found, Row, Series, figure, progress};

const TOOL: &str = "set_volume";

/// Calls of one conversation.
const CALLS_EACH: usize = 1000;

/// Conversations, one after another.
const CONVERSATIONS: usize = 5;

/// Calls that are not counted: the first ones find empty caches.
const WARM_UP: usize = 50;

/// How often a conversation asks until its agent is there.
const ATTEMPTS: usize = 20;

struct Bench;

#[derive(serde::Serialize)]
struct Volume {
    level: i64,
}

#[agent("bench")]
impl Bench {
    #[tool(
        "Set the volume",
        public,
        limit = "100000/min",
        examples = ["set the volume to 40", "volume 25"],
        say = "The volume is {level}."
    )]
    async fn set_volume(
        &self,
        #[input(min = 0, max = 100, ask = "Which level?")] level: i64,
    ) -> Reply<Volume> {
        Ok(Volume { level })
    }
}

/// What this program is when it is started as the agent.
///
/// # Errors
/// Those of the agent.
pub(crate) async fn serve_agent() -> Result<()> {
    conversimple::log::init();
    Ok(Agent::from_env()?.serve(Bench).await?)
}

/// Measures.
///
/// # Errors
/// When the platform or the agent does not start, or a call is refused.
pub(crate) async fn run() -> Result<Found> {
    progress("calls: starting the platform and an agent");
    let (platform, key) = Platform::serve()?;
    let _agent = Running::agent(&platform, &key)?;
    let mut times = Series::default();
    for conversation in 0..CONVERSATIONS {
        progress(&format!(
            "calls: conversation {} of {CONVERSATIONS}",
            conversation + 1
        ));
        converse(&platform, &mut times).await?;
    }
    tell(&times)
}

/// Holds one conversation; the first calls warm it up and are not counted.
async fn converse(platform: &Platform, times: &mut Series) -> Result<()> {
    let mut line = Line::open(platform, Some("bench"), false).await?;
    meet(&mut line).await?;
    for call in 0..WARM_UP + CALLS_EACH {
        let millis = one(&mut line, call).await?;
        if call >= WARM_UP {
            times.add(millis);
        }
    }
    line.close().await;
    Ok(())
}

/// Asks until the agent has registered its tool.
async fn meet(line: &mut Line) -> Result<()> {
    for _ in 0..ATTEMPTS {
        if !line.type_text("set the volume to 7").await?.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("the agent did not come")
}

async fn one(line: &mut Line, number: usize) -> Result<f64> {
    let level = number % 100;
    let calls = line
        .type_text(&format!("set the volume to {level}"))
        .await?;
    let [call] = calls.as_slice() else {
        bail!("a sentence made {} calls instead of one", calls.len());
    };
    ensure!(
        call.name == TOOL && call.verdict.as_deref() == Some("allowed"),
        "a call was {}",
        call.verdict.as_deref().unwrap_or("not settled")
    );
    Ok(call.millis.unwrap_or(f64::NAN))
}

fn tell(times: &Series) -> Result<Found> {
    let (median, p99) = (times.median(), times.p99());
    let mut text = String::from(
        "One tool call through gateway, guard, audit and agent and back over loopback, from the wish to the audited outcome.\n\n\
         | calls | median | p90 | p99 | longest |\n|---|---|---|---|---|\n",
    );
    writeln!(
        text,
        "| {} | {} ms | {} ms | {} ms | {} ms |",
        times.len(),
        figure(median),
        figure(times.p90()),
        figure(p99),
        figure(times.at(1.0))
    )?;
    Ok(Found {
        text,
        rows: vec![
            Row::at_most(
                "tool call over loopback, median",
                0.5,
                median,
                "ms",
                "published SDK, no guard, no audit: 0.5 ms; Pipecat in one process, no guard: 1.4 to 2.0 ms",
            ),
            Row::at_most(
                "tool call over loopback, p99",
                2.0,
                p99,
                "ms",
                "published SDK, no guard, no audit: 4.8 ms",
            ),
        ],
    })
}
