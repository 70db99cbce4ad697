//! `conversimple call`: a conversation without a browser, over the socket that the page uses.
//!
//! One turn an argument: a wav file is spoken into the line in real time, a text is typed. What was understood, said and
//! called is printed, with times counted from the end of the caller's speech.

mod line;
mod speech;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use conversimple_providers::audio::wav;
use conversimple_wire::ConversationId;
use conversimple_wire::rest::{OpenedConversation, TurnView};
use serde::Serialize;

use line::Line;
use speech::{RATE_HZ, Speech};

/// Environment variable with the key of the platform that is called. The local one needs none.
const API_KEY: &str = "CONVERSIMPLE_API_KEY";

/// Options of `call`.
#[derive(Args)]
pub(crate) struct Options {
    /// Wav files, one turn each: any rate, depth and number of channels.
    #[arg(required_unless_present = "text", value_name = "FILE.wav")]
    files: Vec<PathBuf>,
    /// Typed lines instead, one turn each.
    #[arg(long, num_args = 1.., conflicts_with = "files", value_name = "TEXT")]
    text: Vec<String>,
    /// The platform.
    #[arg(long, default_value = "http://127.0.0.1:4000", value_name = "URL")]
    url: String,
    /// The agent, where there are several.
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// Keep what was said.
    #[arg(long, value_name = "REPLY.wav")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Push the files through as fast as the platform takes them.
    #[arg(long)]
    fast: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    conversation_id: ConversationId,
    turns: Vec<TurnView>,
}

/// What is said in one turn.
enum Utterance {
    Spoken(Speech),
    Typed(String),
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    // Every file is read before anything is said: a bad one spoils no conversation.
    let utterances = utterances(options)?;
    let opened = open(options)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(hold(options, opened, utterances))
}

/// Whether a platform's address may be used: in clear only on this machine.
pub(crate) fn check_address(url: &str) -> Result<()> {
    line::address(url).map(drop)
}

fn utterances(options: &Options) -> Result<Vec<Utterance>> {
    let mut utterances: Vec<Utterance> =
        options.text.iter().cloned().map(Utterance::Typed).collect();
    for path in &options.files {
        let recording =
            wav::read(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        utterances.push(Utterance::Spoken(Speech::new(&recording)));
    }
    Ok(utterances)
}

fn open(options: &Options) -> Result<OpenedConversation> {
    check_address(&options.url)?;
    let url = format!("{}/api/v1/conversations", options.url.trim_end_matches('/'));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.post(&url);
    if let Ok(key) = std::env::var(API_KEY) {
        request = request.header("Authorization", format!("Bearer {}", key.trim()));
    }
    let body = match &options.agent {
        Some(agent_id) => serde_json::json!({"channel": "sdk", "agent_id": agent_id}),
        None => serde_json::json!({"channel": "sdk"}),
    };
    let mut response = request.send_json(body).with_context(|| {
        format!("nothing answers at {}; start the platform with `conversimple dev`, or name it with --url", options.url)
    })?;
    if !response.status().is_success() {
        let problem: serde_json::Value = response.body_mut().read_json().unwrap_or_default();
        let message = problem["message"].as_str().unwrap_or("no reason was given");
        bail!(
            "the platform refused the call ({}): {message} Its key is read from {API_KEY}.",
            response.status()
        );
    }
    response
        .body_mut()
        .read_json()
        .context("the platform answered with something else than a conversation")
}

async fn hold(
    options: &Options,
    opened: OpenedConversation,
    utterances: Vec<Utterance>,
) -> Result<ExitCode> {
    let typed_only = utterances
        .iter()
        .all(|utterance| matches!(utterance, Utterance::Typed(_)));
    let voice = !typed_only || options.out.is_some();
    let mut line = Line::open(&options.url, &opened, options.fast, voice).await?;
    let turns = take_turns(&mut line, utterances, options.json).await?;
    let reply = line.close().await;
    if let Some(path) = &options.out {
        wav::write(path, RATE_HZ, &reply)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if options.json {
        let conversation_id = opened.id;
        let report = Report {
            conversation_id,
            turns,
        };
        println!("{}", serde_json::to_string_pretty(&report)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says one utterance after the other, and shows each turn when it is over unless all are printed as JSON at the end.
async fn take_turns(
    line: &mut Line,
    utterances: Vec<Utterance>,
    is_silent: bool,
) -> Result<Vec<TurnView>> {
    let mut turns = Vec::new();
    for utterance in utterances {
        let turn = match utterance {
            Utterance::Spoken(speech) => line.speak(&speech).await?,
            Utterance::Typed(text) => line.type_text(&text).await?,
        };
        if !is_silent {
            show(&turn);
        }
        turns.push(turn);
    }
    Ok(turns)
}

fn show(turn: &TurnView) {
    println!(
        "you    {}",
        if turn.heard.is_empty() {
            "(nothing was understood)"
        } else {
            &turn.heard
        }
    );
    for call in &turn.tool_calls {
        println!(
            // conversimple: allow(payload-logged) masked by the platform, and what was asked for
            "  tool {} {} {} ({:.1} ms)",
            call.name, call.arguments, call.verdict, call.millis
        );
    }
    if !turn.said.is_empty() {
        println!("agent  {}", turn.said);
    }
    let millis = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.0} ms"));
    let of = turn.millis;
    println!(
        "       words {}, decision {}, first sound {}",
        millis(of.transcript),
        millis(of.decision),
        millis(of.to_first_audio)
    );
}
