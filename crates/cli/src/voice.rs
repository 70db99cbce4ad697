//! Loading the speech models, after fetching them if they are not there, with a bar while it lasts.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use conversimple_providers::models::{self, Progress};
use conversimple_providers::{Meaning, Moonshine, Piper, Runtime, SmartTurn, VoiceActivity};
use conversimple_server::Voice;
use indicatif::{ProgressBar, ProgressStyle};

/// What was loaded.
pub(crate) struct Loaded {
    pub(crate) voice: Voice,
    pub(crate) meaning: Arc<Meaning>,
}

/// Fetches what is missing.
pub(crate) fn pull() -> Result<std::path::PathBuf> {
    let dir = models::cache_dir_from_env()?;
    if models::is_complete(&dir) {
        return Ok(dir);
    }
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template(
            "{msg:28} [{bar:30}] {bytes:>10} of {total_bytes:10} {bytes_per_sec}",
        )
        .context("the bar's template")?
        .progress_chars("=> "),
    );
    let mut shown = String::new();
    let done = models::pull(&dir, &mut |progress| show(&bar, &mut shown, &progress));
    bar.finish_and_clear();
    done?;
    Ok(dir)
}

/// Shows how much of a model is there; the bar begins anew with each.
fn show(bar: &ProgressBar, shown: &mut String, progress: &Progress<'_>) {
    let what = progress.wheel.purpose.to_string();
    if what != *shown {
        if !bar.is_hidden() || shown.is_empty() {
            bar.reset();
        }
        bar.set_message(what.clone());
        *shown = what;
    }
    bar.set_length(progress.total_bytes);
    bar.set_position(progress.bytes);
}

/// Loads all models; half a second.
pub(crate) fn load(dir: &Path) -> Result<Loaded> {
    let runtime = Runtime::load(dir)?;
    let copies = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, 4);
    let voice = Voice {
        ears: VoiceActivity::load(&runtime)?,
        turns: SmartTurn::load(&runtime)?,
        speech_in: Arc::new(Moonshine::load(&runtime, copies)?),
        speech_out: Arc::new(Piper::load(&runtime, copies)?),
    };
    let meaning = Arc::new(Meaning::load(dir)?);
    Ok(Loaded { voice, meaning })
}
