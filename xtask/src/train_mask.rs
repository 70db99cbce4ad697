//! `cargo xtask train-mask`: makes the weights of the mask's scorer from its labelled lines.
//!
//! Decides where they are written. How they are made is the mask's (`score/training.rs`); its tests train again and hold the
//! weights against the lines, and count how many lines that training never saw are judged right.

use anyhow::{Context as _, Result};
use conversimple_mask::training::train;

/// The table of weights.
const WEIGHTS: &str = "crates/mask/data/weights.tsv";

/// Trains and writes the weights.
pub(crate) fn run() -> Result<()> {
    let weights = train();
    let rows = weights
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count();
    std::fs::write(WEIGHTS, weights).with_context(|| format!("cannot write {WEIGHTS}"))?;
    println!("{WEIGHTS}: {rows} weights; the mask's tests say how they do");
    Ok(())
}
