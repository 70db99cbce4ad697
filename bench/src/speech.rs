//! Sentences spoken by flite, with their first and last sound known to the sample.
//!
//! Decides what is said, by which voice, and which sentences have a pause in their middle. The pauses are spliced in from
//! two recordings, so that each half ends as a sentence does: the harder case for whoever must not answer into it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use conversimple_providers::audio::{self, wav};

/// Rate of the line, in Hz.
pub(crate) const RATE_HZ: u32 = 16_000;

/// Windows of 10 ms in which the ends of speech are looked for.
const WINDOW: usize = RATE_HZ as usize / 100;

/// A window counts as sound down to this share of the loudest one: −35 dB.
const QUIET: f32 = 0.018;

/// Samples of the pause in the middle of a sentence: 0.4 s.
const PAUSE: usize = RATE_HZ as usize * 4 / 10;

/// The voices that flite brings.
pub(crate) const VOICES: [&str; 4] = ["slt", "rms", "awb", "kal"];

/// What a caller says; `after_pause` is what follows a pause of 0.4 s.
pub(crate) struct Sentence {
    pub(crate) voice: &'static str,
    pub(crate) words: &'static str,
    pub(crate) after_pause: Option<&'static str>,
}

const fn whole(voice: &'static str, words: &'static str) -> Sentence {
    Sentence {
        voice,
        words,
        after_pause: None,
    }
}

const fn paused(voice: &'static str, words: &'static str, then: &'static str) -> Sentence {
    Sentence {
        voice,
        words,
        after_pause: Some(then),
    }
}

/// Twenty sentences, five for each voice, to be said in this order by somebody who has logged in.
pub(crate) const SENTENCES: [Sentence; 20] = [
    whole("slt", "what is the balance of my checking account"),
    whole("slt", "how much money is in my savings account"),
    whole("slt", "search for wireless headphones"),
    whole("slt", "which cards do you have on file"),
    paused("slt", "I would like to pay", "twenty dollars"),
    whole("rms", "what do I have in checking"),
    whole("rms", "do you have a mechanical keyboard"),
    whole("rms", "what payment methods are stored"),
    paused("rms", "I am looking for", "a phone charger"),
    whole("rms", "tell me my contact details"),
    whole("awb", "what is my savings balance"),
    whole("awb", "find me a phone charger"),
    whole("awb", "list my cards please"),
    whole("awb", "run the expensive operation"),
    whole("awb", "please pay thirty five dollars"),
    paused("kal", "what is the balance", "of my checking account"),
    whole("kal", "search for a keyboard"),
    whole("kal", "which e-mail address do you have for me"),
    whole("kal", "what can you do for me"),
    whole("kal", "I want to make a payment of fifty dollars"),
];

/// A recording at [`RATE_HZ`].
#[derive(Clone)]
pub(crate) struct Speech {
    pub(crate) samples: Vec<i16>,
    /// Where the first sound begins.
    pub(crate) begin: usize,
    /// Where the last sound ends.
    pub(crate) end: usize,
}

impl Speech {
    fn of(samples: Vec<f32>) -> Self {
        let loudness: Vec<f32> = samples.chunks(WINDOW).map(rms).collect();
        let loudest = loudness.iter().copied().fold(0.0, f32::max);
        let is_sound = |level: &f32| *level > loudest * QUIET;
        let first = loudness.iter().position(is_sound).unwrap_or(0);
        let last = loudness
            .iter()
            .rposition(is_sound)
            .map_or(0, |window| window + 1);
        Self {
            begin: first * WINDOW,
            end: (last * WINDOW).min(samples.len()),
            samples: audio::to_i16(&samples),
        }
    }

    fn sound(&self) -> &[i16] {
        &self.samples[self.begin..self.end]
    }
}

impl Sentence {
    /// All of its words.
    pub(crate) fn text(&self) -> String {
        match self.after_pause {
            None => self.words.to_owned(),
            Some(rest) => format!("{} {rest}", self.words),
        }
    }

    /// Has flite say it.
    ///
    /// # Errors
    /// When flite is not there.
    pub(crate) fn spoken(&self, folder: &Path) -> Result<Speech> {
        let speech = say(folder, self.voice, self.words)?;
        let Some(rest) = self.after_pause else {
            return Ok(speech);
        };
        let rest = say(folder, self.voice, rest)?;
        let mut samples = speech.sound().to_vec();
        samples.resize(samples.len() + PAUSE, 0);
        samples.extend(rest.sound());
        Ok(Speech {
            begin: 0,
            end: samples.len(),
            samples,
        })
    }
}

/// Has flite say something.
///
/// # Errors
/// When flite is not there or gives no sound.
pub(crate) fn say(folder: &Path, voice: &str, words: &str) -> Result<Speech> {
    let path = folder.join("said.wav");
    let done = Command::new("flite")
        .args(["-voice", voice, "-t", words, "-o"])
        .arg(&path)
        .status()
        .context("the caller is spoken by flite: install it (Debian: apt-get install flite)")?;
    ensure!(done.success(), "flite did not speak");
    Ok(Speech::of(wav::read(&path)?.at_rate(RATE_HZ)))
}

fn rms(window: &[f32]) -> f32 {
    (window.iter().map(|sample| sample * sample).sum::<f32>() / window.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bench_speech_bounds_are_first_and_last_sound() {
        let mut samples = vec![0.0; 16_000];
        samples.extend((0..8000).map(|n| (n as f32 * 0.3).sin() * 0.5));
        samples.extend(vec![0.001; 16_000]);
        let speech = Speech::of(samples);
        assert_eq!((speech.begin, speech.end), (16_000, 24_000));
        let nothing = Speech::of(Vec::new());
        assert_eq!((nothing.begin, nothing.end), (0, 0));
    }

    #[test]
    fn bench_sentences_have_three_pauses_and_five_per_voice() {
        let paused = SENTENCES
            .iter()
            .filter(|sentence| sentence.after_pause.is_some());
        assert_eq!(paused.count(), 3);
        for voice in VOICES {
            assert_eq!(
                SENTENCES
                    .iter()
                    .filter(|sentence| sentence.voice == voice)
                    .count(),
                5
            );
        }
    }
}
