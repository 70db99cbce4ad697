//! Speech to text with Moonshine tiny: encoder, decoder with its cache, and what is done about a model that loops.
//! `search` decides which of its words are taken.
//!
//! What the words mean, and that "for" may have been "four", is decided elsewhere.

mod digits;
mod search;
mod tokens;

use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::{DynValue, Tensor, TensorRef};

use crate::models;
use crate::pool::Pool;
use crate::runtime::{Memory, Runtime};
use crate::speech_in::{LISTENING_RATE_HZ, Listening};
use crate::{ProviderError, SpeechToText};

use digits::Digits;
use search::{Heard, Search};
use tokens::{Vocabulary, cut_echo};

const MODEL: &str = "speech to text";
const LAYERS: usize = 6;
const HEADS: usize = 8;
const HEAD_WIDTH: usize = 36;
const START: i64 = 1;

/// English speech needs at most about 6.5 tokens a second (Moonshine's authors); digits in a row need a few more.
const TOKENS_PER_SECOND: f32 = 8.0;
const EXTRA_TOKENS: usize = 4;

/// Below this there is no word; the encoder's convolutions need 0.08 s.
const SHORTEST_SAMPLES: usize = LISTENING_RATE_HZ as usize / 10;

/// Shorter speech is filled up with silence to this, which the model was trained on.
const PADDED_SAMPLES: usize = LISTENING_RATE_HZ as usize;

/// Added when the decoder does not come to an end.
const MORE_SILENCE_SAMPLES: usize = LISTENING_RATE_HZ as usize * 2 / 5;

/// Longer speech is recognised in pieces; the model was trained on up to 30 s.
const LONGEST_SAMPLES: usize = 24 * LISTENING_RATE_HZ as usize;

/// A piece ends at the quietest place in its last seconds.
const SEAM_SAMPLES: usize = 6 * LISTENING_RATE_HZ as usize;

/// How much less likely the digits may be than what is heard without the restriction, in the logarithm of the probability, and still be
/// taken for what was said. Digits that were said stayed within 5 of it; sentences that hold none were 12 and more below
/// (240 numbers of three speakers, 30 sentences in three synthetic voices, 2026-11-27).
const DIGITS_MARGIN: f32 = 7.0;

/// Loudness is looked at in steps of 20 ms.
const STEP: usize = LISTENING_RATE_HZ as usize / 50;
/// Kept before the first and after the last sound.
const STEPS_BEFORE: usize = 5;
const STEPS_AFTER: usize = 10;

/// The embedded recogniser.
pub struct Moonshine {
    recognisers: Pool<Recogniser>,
    vocabulary: Vocabulary,
    digits: Digits,
    names: CacheNames,
}

struct Recogniser {
    encoder: Session,
    decoder: Session,
}

impl Moonshine {
    /// Loads the model `copies` times (at least once), so that as many calls are heard at the same time; about 100 MB each.
    ///
    /// # Errors
    /// [`ProviderError`] when it is missing, damaged or refused by the runtime.
    pub fn load(runtime: &Runtime, copies: usize) -> Result<Self, ProviderError> {
        let vocabulary = Vocabulary::parse(&runtime.read(&models::MOONSHINE_TOKENS)?)
            .ok_or_else(|| ProviderError::inference(MODEL, "its tokens cannot be read"))?;
        let encoder = runtime.read(&models::MOONSHINE_ENCODER)?;
        let decoder = runtime.read(&models::MOONSHINE_DECODER)?;
        let recognisers = (0..copies.max(1))
            .map(|_| {
                Ok(Recogniser {
                    encoder: runtime.session(MODEL, &encoder, Memory::Returned)?,
                    decoder: runtime.session(MODEL, &decoder, Memory::Returned)?,
                })
            })
            .collect::<Result<_, ProviderError>>()?;
        Ok(Self {
            recognisers: Pool::new(recognisers),
            digits: Digits::new(&vocabulary),
            vocabulary,
            names: CacheNames::new(),
        })
    }

    fn piece(&self, audio: &[f32], silence: f32, listening: Listening<'_>) -> ort::Result<String> {
        let audio = trimmed(audio, silence);
        if audio.len() < SHORTEST_SAMPLES {
            return Ok(String::new());
        }
        let mut padded: Vec<f32> = audio
            .iter()
            .map(|sample| {
                if sample.is_finite() {
                    sample.clamp(-1.0, 1.0)
                } else {
                    0.0
                }
            })
            .collect();
        let most = most_tokens(audio.len());
        padded.resize(audio.len().max(PADDED_SAMPLES), 0.0);
        let mut recogniser = self.recognisers.take();
        let encoded = recogniser.encode(&padded)?;
        let mut hear = |only: Option<&Digits>| {
            let search = Search::new(&self.vocabulary, listening.expected, only);
            recogniser.decode(&encoded, most, search, &self.names, listening.wanted)
        };
        let mut heard = hear(None)?;
        if listening.digits {
            let digits = hear(Some(&self.digits))?;
            if digits.log_probability >= heard.log_probability - DIGITS_MARGIN {
                return Ok(self.vocabulary.text(&digits.tokens));
            }
        }
        if !heard.is_complete && (listening.wanted)() {
            // It talks on by itself. Another length of silence after the speech almost always brings it to an end (2026-11-23).
            padded.resize(padded.len() + MORE_SILENCE_SAMPLES, 0.0);
            let encoded = recogniser.encode(&padded)?;
            let search = Search::new(&self.vocabulary, listening.expected, None);
            let again = recogniser.decode(&encoded, most, search, &self.names, listening.wanted)?;
            if again.is_complete || again.tokens.len() < heard.tokens.len() {
                heard = again;
            }
        }
        drop(recogniser);
        let tokens = self.vocabulary.cut_repetition(&heard.tokens);
        let tokens = if heard.is_complete {
            tokens
        } else {
            cut_echo(tokens)
        };
        Ok(self.vocabulary.text(tokens))
    }
}

impl SpeechToText for Moonshine {
    fn transcribe(&self, audio: &[f32], listening: Listening<'_>) -> Result<String, ProviderError> {
        let mut text = String::new();
        let silence = silence_of(audio);
        for piece in pieces(audio) {
            let words = self
                .piece(piece, silence, listening)
                .map_err(|cause| ProviderError::inference(MODEL, cause))?;
            if !text.is_empty() && !words.is_empty() {
                text.push(' ');
            }
            text.push_str(&words);
        }
        Ok(text)
    }
}

impl Recogniser {
    fn encode(&mut self, audio: &[f32]) -> ort::Result<Encoded> {
        let length = audio.len();
        let mask = vec![1_i64; length];
        let mut encoded = self.encoder.run(ort::inputs![
            "input_values" => TensorRef::from_array_view(([1_usize, length], audio))?,
            "attention_mask" => TensorRef::from_array_view(([1_usize, length], &mask[..]))?,
        ])?;
        let hidden = take(&mut encoded, "last_hidden_state")?;
        Ok(Encoded { hidden, mask })
    }

    /// The first step is one hypothesis's; from then on all hypotheses go through the decoder side by side. It ends early when the
    /// words are not `wanted` any more.
    fn decode(
        &mut self,
        encoded: &Encoded,
        most: usize,
        mut search: Search<'_>,
        names: &CacheNames,
        wanted: &dyn Fn() -> bool,
    ) -> ort::Result<Heard> {
        let length = encoded.mask.len();
        let mut hidden = rows_of(&encoded.hidden, &[0])?;
        let mut mask = encoded.mask.clone();
        let mut cache = Cache::empty()?;
        let mut tokens = vec![START];
        for step in 0..most {
            let rows = tokens.len();
            let cached = [step > 0];
            let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![
                (
                    "encoder_attention_mask",
                    TensorRef::from_array_view(([rows, length], &mask[..]))?.into(),
                ),
                (
                    "input_ids",
                    TensorRef::from_array_view(([rows, 1], &tokens[..]))?.into(),
                ),
                ("encoder_hidden_states", (&hidden).into()),
                (
                    "use_cache_branch",
                    TensorRef::from_array_view(([1_usize], &cached[..]))?.into(),
                ),
            ];
            for (name, value) in names.past.iter().zip(&cache.values) {
                inputs.push((name, value.into()));
            }
            let mut outputs = self.decoder.run(inputs)?;
            let parents = {
                let (_, logits) = outputs["logits"].try_extract_tensor::<f32>()?;
                search.advance(logits)
            };
            let Some(parents) = parents.filter(|_| wanted()) else {
                break;
            };
            cache.keep(&mut outputs, names, &parents, step == 0)?;
            if step == 0 {
                hidden = rows_of(&hidden, &parents)?;
                mask = mask.repeat(parents.len());
            }
            tokens = search.last_tokens();
        }
        Ok(search.into_heard())
    }
}

/// What the encoder made of one utterance.
struct Encoded {
    hidden: DynValue,
    mask: Vec<i64>,
}

/// Keys and values of every layer, in the order of [`CacheNames`].
struct Cache {
    values: Vec<DynValue>,
}

impl Cache {
    /// What the first step is given and does not look at.
    fn empty() -> ort::Result<Self> {
        let values = (0..LAYERS * 4)
            .map(|_| {
                let nothing = vec![0.0_f32; HEADS * HEAD_WIDTH];
                Ok(Tensor::from_array(([1, HEADS, 1, HEAD_WIDTH], nothing))?.into_dyn())
            })
            .collect::<ort::Result<_>>()?;
        Ok(Self { values })
    }

    /// The decoder's part grows with each step and follows the hypotheses; the encoder's is computed in the first step
    /// and is the same for all.
    fn keep(
        &mut self,
        outputs: &mut SessionOutputs<'_>,
        names: &CacheNames,
        parents: &[usize],
        first: bool,
    ) -> ort::Result<()> {
        for (index, value) in self.values.iter_mut().enumerate() {
            if first || !names.of_encoder[index] {
                *value = rows_of(&take(outputs, &names.present[index])?, parents)?;
            }
        }
        Ok(())
    }
}

/// The rows of a tensor's first dimension in another order.
fn rows_of(value: &DynValue, rows: &[usize]) -> ort::Result<DynValue> {
    let (shape, values) = value.try_extract_tensor::<f32>()?;
    let mut shape: Vec<i64> = shape.to_vec();
    let count = shape.first().and_then(|&count| usize::try_from(count).ok());
    let width = values.len() / count.unwrap_or(1).max(1);
    let mut chosen = Vec::with_capacity(width * rows.len());
    for &row in rows {
        chosen.extend_from_slice(&values[row * width..(row + 1) * width]);
    }
    shape[0] = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(Tensor::from_array((shape, chosen))?.into_dyn())
}

/// The decoder's names for its cache, made once.
struct CacheNames {
    past: Vec<String>,
    present: Vec<String>,
    of_encoder: Vec<bool>,
}

impl CacheNames {
    fn new() -> Self {
        let mut names = Self {
            past: Vec::new(),
            present: Vec::new(),
            of_encoder: Vec::new(),
        };
        for layer in 0..LAYERS {
            for side in ["decoder", "encoder"] {
                for part in ["key", "value"] {
                    names
                        .past
                        .push(format!("past_key_values.{layer}.{side}.{part}"));
                    names.present.push(format!("present.{layer}.{side}.{part}"));
                    names.of_encoder.push(side == "encoder");
                }
            }
        }
        names
    }
}

fn most_tokens(spoken_samples: usize) -> usize {
    (spoken_samples as f32 / LISTENING_RATE_HZ as f32 * TOKENS_PER_SECOND) as usize + EXTRA_TOKENS
}

fn take(outputs: &mut SessionOutputs<'_>, name: &str) -> ort::Result<DynValue> {
    outputs
        .remove(name)
        .ok_or_else(|| ort::Error::new(format!("the model gave no {name}")))
}

/// How loud a step may be and still be silence: a fiftieth (−34 dB) of the loudest step, and never more than what nobody hears.
fn silence_of(audio: &[f32]) -> f32 {
    let loudest = audio.chunks(STEP).map(loudness).fold(0.0, f32::max);
    (loudest / 50.0).max(0.001)
}

/// What lies between the first and the last sound with a little around it: short words are understood best so (2026-11-23).
fn trimmed(audio: &[f32], silence: f32) -> &[f32] {
    let is_loud = |chunk: &[f32]| loudness(chunk) > silence;
    let Some(first) = audio.chunks(STEP).position(is_loud) else {
        return &[];
    };
    let last = audio.chunks(STEP).rposition(is_loud).unwrap_or(first);
    let start = first.saturating_sub(STEPS_BEFORE) * STEP;
    let end = ((last + 1 + STEPS_AFTER) * STEP).min(audio.len());
    &audio[start..end]
}

/// Root of the mean square; what is no number counts as silence.
fn loudness(chunk: &[f32]) -> f32 {
    let sum: f32 = chunk.iter().map(|s| s * s).filter(|s| s.is_finite()).sum();
    (sum / chunk.len().max(1) as f32).sqrt()
}

/// Cuts long audio where it is quietest, so that no word is cut in two.
fn pieces(mut audio: &[f32]) -> Vec<&[f32]> {
    let mut found = Vec::new();
    while audio.len() > LONGEST_SAMPLES {
        let seam = &audio[LONGEST_SAMPLES - SEAM_SAMPLES..LONGEST_SAMPLES];
        // Five steps are a tenth of a second, about the shortest pause between words.
        let quietest = seam
            .windows(5 * STEP)
            .step_by(STEP)
            .enumerate()
            .min_by(|a, b| loudness(a.1).total_cmp(&loudness(b.1)))
            .map_or(SEAM_SAMPLES, |(index, _)| index * STEP + 5 * STEP / 2);
        let (piece, rest) = audio.split_at(LONGEST_SAMPLES - SEAM_SAMPLES + quietest);
        found.push(piece);
        audio = rest;
    }
    found.push(audio);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_silence_around_speech_is_trimmed() {
        let mut audio = vec![0.000_5_f32; 5 * 16_000];
        assert_eq!(trimmed(&audio, silence_of(&audio)), [0.0_f32; 0]);
        audio[32_000..40_000].fill(0.3);
        assert_eq!(
            trimmed(&audio, silence_of(&audio)).len(),
            1_600 + 8_000 + 3_200
        );
        audio[0] = f32::NAN;
        assert!(trimmed(&audio, silence_of(&audio)).len() >= 12_800);
    }

    #[test]
    fn long_audio_is_split_in_pauses_without_loss() {
        let mut audio = vec![0.3_f32; 70 * 16_000];
        for second in [20, 43] {
            audio[second * 16_000..second * 16_000 + 4_000].fill(0.0);
        }
        let found = pieces(&audio);
        assert_eq!(found.iter().map(|p| p.len()).sum::<usize>(), audio.len());
        assert!(found.iter().all(|piece| piece.len() <= LONGEST_SAMPLES));
        let first_cut = found[0].len();
        assert!((320_000..324_000).contains(&first_cut), "{first_cut}");
        let second_cut = first_cut + found[1].len();
        assert!((688_000..692_000).contains(&second_cut), "{second_cut}");
        assert_eq!(pieces(&[]), [&[] as &[f32]]);
    }
}
