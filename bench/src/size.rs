//! How much memory the programs take, and how large they are.
//!
//! Memory is what is resident after a turn, when everything that a turn needs has been used once.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use crate::line::Line;
use crate::process::{GUIDE, Platform, child_of, memory_mb, peak_memory_mb, program};
use crate::report::{Found, Row, figure, progress};
use crate::speech;
use crate::voice::log_in;

/// Measures.
///
/// # Errors
/// When the platform does not start, with a voice or without.
pub(crate) async fn run() -> Result<Found> {
    let mut text = String::from(
        "Resident memory after a login and a turn.\n\n| process | MB | at most so far |\n|---|---|---|\n",
    );
    let (with_voice, guide) = speaking(&mut text).await?;
    let without = typing(&mut text).await?;
    text.push_str(&programs()?);
    Ok(Found {
        text,
        rows: vec![
            Row::at_most("platform with all models", 900.0, with_voice, "MB", ""),
            Row::at_most("platform without voice", 60.0, without, "MB", ""),
            Row::at_most("guide agent", 15.0, guide, "MB", ""),
        ],
    })
}

/// How large the programs are.
fn programs() -> Result<String> {
    let mut text = String::from("\n| program | MB, with its line tables |\n|---|---|\n");
    for name in ["conversimple", GUIDE] {
        let bytes = fs::metadata(program(name)?)?.len();
        writeln!(text, "| {name} | {} |", figure(bytes as f64 / 1e6))?;
    }
    Ok(text)
}

async fn speaking(text: &mut String) -> Result<(f64, f64)> {
    progress("size: the platform with its models");
    let platform = Platform::dev(true)?;
    let mut line = Line::open(&platform, None, true).await?;
    let guide = child_of(platform.pid(), GUIDE)?;
    let connected = memory_mb(guide)?;
    log_in(&mut line).await?;
    let speech = speech::SENTENCES[0].spoken(platform.folder())?;
    line.speak(&speech).await?;
    let memory = entry(text, "platform with all models", platform.pid())?;
    writeln!(
        text,
        "| guide agent, before the login | {} | |",
        figure(connected)
    )?;
    let of_guide = entry(text, "guide agent", guide)?;
    line.close().await;
    Ok((memory, of_guide))
}

async fn typing(text: &mut String) -> Result<f64> {
    progress("size: the platform without a voice");
    let platform = Platform::dev(false)?;
    let mut line = Line::open(&platform, None, false).await?;
    log_in(&mut line).await?;
    line.type_text(&speech::SENTENCES[0].text()).await?;
    let memory = entry(text, "platform without voice", platform.pid())?;
    line.close().await;
    Ok(memory)
}

fn entry(text: &mut String, name: &str, pid: u32) -> Result<f64> {
    let memory = memory_mb(pid)?;
    let most = figure(peak_memory_mb(pid)?);
    writeln!(text, "| {name} | {} | {most} |", figure(memory))?;
    Ok(memory)
}
