//! Text to speech with a Piper voice: from a written clause to samples that begin with the first sound.
//!
//! What numbers and abbreviations are called is [`conversimple_spoken::say`]'s decision, how words sound that of `phonemes`.

mod phrases;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ort::session::Session;
use ort::value::TensorRef;
use serde::Deserialize;

use crate::audio::to_i16;
use crate::models;
use crate::phonemes::Phonemes;
use crate::pool::Pool;
use crate::runtime::{Memory, Runtime};
use crate::{ProviderError, TextToSpeech};

use phrases::Phrases;

const MODEL: &str = "text to speech";

/// How freely the voice varies its sound. Less than the voice's own 0.667: the same sentence must be understood every time.
const NOISE: f32 = 0.45;
/// How freely it varies the length of sounds; the voice's own is 0.8.
const LENGTH_NOISE: f32 = 0.5;

/// Longer clauses are spoken in parts, so that memory stays bounded; about 20 s of speech.
const MOST_SYMBOLS: usize = 280;

/// What is softer than this (−50 dB) is silence.
const SILENT: i16 = 100;
/// Kept before the first sound, for a soft beginning.
const LEAD: f32 = 0.012;
/// Kept after the last sound: the pause between two clauses.
const TAIL: f32 = 0.12;

/// Phrases longer than this are not kept.
const KEPT_CHARACTERS: usize = 120;
const KEPT_BYTES: usize = 8 << 20;

/// The embedded voice.
pub struct Piper {
    voices: Pool<Session>,
    phonemes: Phonemes,
    ids: HashMap<char, i64>,
    rate_hz: u32,
    pace: f32,
    phrases: Mutex<Phrases>,
}

/// What is needed of the voice's own description.
#[derive(Deserialize)]
struct VoiceConfig {
    audio: AudioConfig,
    inference: InferenceConfig,
    phoneme_id_map: HashMap<String, Vec<i64>>,
}

#[derive(Deserialize)]
struct AudioConfig {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct InferenceConfig {
    length_scale: f32,
}

impl Piper {
    /// Loads the voice `copies` times (at least once), so that as many clauses are spoken at the same time; about 75 MB each and
    /// 105 MB for the words.
    ///
    /// # Errors
    /// [`ProviderError`] when it is missing, damaged or refused by the runtime.
    pub fn load(runtime: &Runtime, copies: usize) -> Result<Self, ProviderError> {
        let config: VoiceConfig = serde_json::from_slice(&runtime.read(&models::PIPER_CONFIG)?)
            .map_err(|cause| ProviderError::inference(MODEL, cause))?;
        let voice = runtime.read(&models::PIPER_VOICE)?;
        let voices = (0..copies.max(1))
            .map(|_| runtime.session(MODEL, &voice, Memory::Returned))
            .collect::<Result<_, _>>()?;
        let ids = config.phoneme_id_map.iter().filter_map(|(symbol, ids)| {
            let mut symbols = symbol.chars();
            Some((symbols.next()?, *ids.first()?)).filter(|_| symbols.next().is_none())
        });
        Ok(Self {
            voices: Pool::new(voices),
            phonemes: Phonemes::load(runtime)?,
            ids: ids.collect(),
            rate_hz: config.audio.sample_rate,
            pace: config.inference.length_scale,
            phrases: Mutex::new(Phrases::new(KEPT_BYTES)),
        })
    }

    fn speak(&self, clause: &str) -> Result<Vec<i16>, ProviderError> {
        let symbols = self.phonemes.of(&conversimple_spoken::say::say(clause));
        let mut samples = Vec::new();
        for part in parts(&symbols) {
            if part.chars().any(char::is_alphabetic) {
                let sound = self
                    .infer(part)
                    .map_err(|cause| ProviderError::inference(MODEL, cause))?;
                samples.extend(self.trimmed(&to_i16(&sound)));
            }
        }
        Ok(samples)
    }

    fn infer(&self, symbols: &str) -> ort::Result<Vec<f32>> {
        let ids = self.symbol_ids(symbols);
        let length = [i64::try_from(ids.len()).unwrap_or(i64::MAX)];
        let scales = [NOISE, self.pace, LENGTH_NOISE];
        let mut voice = self.voices.take();
        let outputs = voice.run(ort::inputs![
            "input" => TensorRef::from_array_view(([1_usize, ids.len()], &ids[..]))?,
            "input_lengths" => TensorRef::from_array_view(([1_usize], &length[..]))?,
            "scales" => TensorRef::from_array_view(([3_usize], &scales[..]))?,
        ])?;
        let (_, sound) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(sound.to_vec())
    }

    /// Start, each symbol with a blank after it, end; symbols that the voice does not know are left out.
    fn symbol_ids(&self, symbols: &str) -> Vec<i64> {
        let id = |symbol: char| self.ids.get(&symbol).copied();
        let blank = id('_').unwrap_or(0);
        let mut ids: Vec<i64> = id('^').into_iter().chain([blank]).collect();
        for symbol in symbols.chars().filter_map(id) {
            ids.extend([symbol, blank]);
        }
        ids.extend(id('$'));
        ids
    }

    fn trimmed(&self, sound: &[i16]) -> Vec<i16> {
        let is_loud = |sample: &i16| sample.unsigned_abs() > SILENT.unsigned_abs();
        let samples = |seconds: f32| (self.rate_hz as f32 * seconds) as usize;
        let (Some(first), Some(last)) = (
            sound.iter().position(is_loud),
            sound.iter().rposition(is_loud),
        ) else {
            return Vec::new();
        };
        let end = last + samples(TAIL);
        let mut kept = sound[first.saturating_sub(samples(LEAD))..end.min(sound.len())].to_vec();
        kept.resize(kept.len() + end.saturating_sub(sound.len()), 0);
        kept
    }
}

impl TextToSpeech for Piper {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn synthesize(&self, clause: &str) -> Result<Vec<i16>, ProviderError> {
        self.speak(clause)
    }

    fn synthesize_fixed(&self, phrase: &str) -> Result<Vec<i16>, ProviderError> {
        let phrases = || self.phrases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = phrases().find(phrase) {
            return Ok(kept);
        }
        let sound = self.speak(phrase)?;
        if phrase.chars().count() <= KEPT_CHARACTERS {
            phrases().keep(phrase, &sound);
        }
        Ok(sound)
    }
}

/// Cuts a long row of symbols at the best place: the end of a sentence, else a comma, else a space.
fn parts(symbols: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = symbols.trim();
    while let Some((limit, _)) = rest.char_indices().nth(MOST_SYMBOLS) {
        let head = &rest[..limit];
        let cut = [&['.', '?', '!'][..], &[',', ';', ':'], &[' ']]
            .iter()
            .find_map(|marks| {
                head.rfind(*marks)
                    .map(|at| at + 1)
                    .filter(|at| *at > limit / 4)
            })
            .unwrap_or(limit);
        let (part, after) = rest.split_at(cut);
        found.push(part.trim());
        rest = after.trim();
    }
    found.push(rest);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_symbol_sequence_is_split_at_punctuation_without_loss() {
        let sentence = "wˈʌn tˈuː, θɹˈiː fˈoːɹ. ";
        let long = sentence.repeat(40);
        let cut = parts(&long);
        assert!(cut.len() > 2);
        assert!(cut.iter().all(|part| part.ends_with('.')));
        assert_eq!(cut.join(" "), long.trim());
        let solid = "ɑ".repeat(1_000);
        let cut = parts(&solid);
        assert!(cut.iter().all(|part| part.chars().count() <= MOST_SYMBOLS));
        assert_eq!(cut.concat(), solid);
        assert_eq!(parts(" "), [""]);
    }
}
