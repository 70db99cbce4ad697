//! How many of the numbers that people say digit by digit reach a tool right: PINs, codes and card numbers.
//!
//! The digits are single recordings of real speakers, joined with pauses; the recordings stand beside the project and are not part
//! of it. Decides which numbers are said, and counts what is wholly right once the words are in the form that a tool receives.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use conversimple_guard::capture::normal_form;
use conversimple_mask::Kind;
use conversimple_providers::audio::wav;
use conversimple_providers::{Listening, Moonshine, Runtime, SpeechToText as _, models};

use crate::report::{Found, Row};

/// Where the recordings stand, from the project's root.
const RECORDINGS: &str = "../shared/speech/digits";

const RATE_HZ: u32 = 16_000;

/// Numbers said of each kind.
const COUNT: usize = 60;

/// What is said: name, digits, how many belong together, and the pauses inside and between groups in seconds.
const SAID: [(&str, Kind, usize, usize, f32, f32); 4] = [
    ("PIN of 4", Kind::Pin, 4, 4, 0.15, 0.15),
    ("code of 6", Kind::Pin, 6, 3, 0.1, 0.35),
    ("card, a group", Kind::Card, 4, 4, 0.08, 0.08),
    ("card in one breath", Kind::Card, 16, 4, 0.08, 0.3),
];

/// The recordings of each speaker and digit.
type Recordings = HashMap<(String, usize), Vec<Vec<f32>>>;

/// Shares of numbers that are wholly right, heard as anything and heard as digits.
///
/// # Errors
/// When the recordings or the models are missing.
pub(crate) fn run() -> Result<Found> {
    let recordings = recordings(Path::new(RECORDINGS))?;
    let mut speakers: Vec<&String> = recordings.keys().map(|(speaker, _)| speaker).collect();
    speakers.sort_unstable();
    speakers.dedup();
    let runtime = Runtime::load(&models::cache_dir_from_env()?)?;
    let ear = Moonshine::load(&runtime, 1)?;
    let awaited = Listening {
        digits: true,
        ..Listening::default()
    };
    let mut text =
        String::from("| what is said | heard as anything | as digits |\n|---|---|---|\n");
    let mut rows = Vec::new();
    for (name, kind, digits, group, inside, between) in SAID {
        let mut chance = Chance(7);
        let (mut free, mut right) = (0, 0);
        for round in 0..COUNT {
            let speaker = speakers[round % speakers.len()];
            let number: Vec<usize> = (0..digits).map(|_| chance.below(10)).collect();
            let mut sound = silence(0.2);
            for (at, digit) in number.iter().enumerate() {
                let takes = &recordings[&(speaker.clone(), *digit)];
                sound.extend(&takes[chance.below(takes.len())]);
                let pause = if (at + 1) % group == 0 {
                    between
                } else {
                    inside
                };
                sound.extend(silence(pause));
            }
            let number: String = number.iter().map(usize::to_string).collect();
            let is_right = |heard: String| *normal_form(kind, &heard) == number;
            free += usize::from(is_right(ear.transcribe(&sound, Listening::default())?));
            let heard = ear.transcribe(&sound, awaited)?;
            right += usize::from(is_right(heard));
        }
        let share = |count: usize| count as f64 / COUNT as f64;
        writeln!(
            text,
            "| {name} | {:.2} | {:.2} |",
            share(free),
            share(right)
        )?;
        rows.push(Row::at_least(name, 0.92, share(right)));
    }
    Ok(Found { text, rows })
}

fn recordings(folder: &Path) -> Result<Recordings> {
    let mut found = Recordings::new();
    let files =
        fs::read_dir(folder).with_context(|| format!("no recordings in {}", folder.display()))?;
    let mut paths: Vec<_> = files.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let mut parts = name.split('_');
        let (Some(digit), Some(speaker)) = (parts.next(), parts.next()) else {
            continue;
        };
        let Ok(digit) = digit.parse::<usize>() else {
            continue;
        };
        let sound = wav::read(&path)?.at_rate(RATE_HZ);
        found
            .entry((speaker.to_owned(), digit))
            .or_default()
            .push(sound);
    }
    Ok(found)
}

fn silence(seconds: f32) -> Vec<f32> {
    vec![0.0; (seconds * RATE_HZ as f32) as usize]
}

/// The same numbers in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}
