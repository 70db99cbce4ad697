//! The ears and the voice of a session: sound of the line becomes frames for the detector and utterances for the
//! recogniser (`recognition`), clauses become sound of the line. The models block, so they run on threads that may.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use conversimple_conversation::playout::ClauseId;
use conversimple_conversation::{AskId, Awaited};
use conversimple_providers::LISTENING_RATE_HZ;
use conversimple_providers::audio::{self, Resampler};
use conversimple_providers::vad::{Detector, FRAME_SAMPLES};

use super::recognition::{Recognition, Utterance};
use crate::mailbox::{Event, Mailbox};
use crate::voice::Voice;

/// What the caller is likely to say next.
pub(super) struct Hints {
    /// Words that are preferred in doubt.
    pub(super) words: Arc<BTreeSet<String>>,
    /// The caller was asked for a number that is said digit by digit.
    pub(super) digits: bool,
}

/// One session's use of them.
pub(super) struct AudioPipeline {
    voice: Voice,
    detector: Detector,
    resampler: Option<Resampler>,
    rate_hz: u32,
    /// Sound at 16 kHz from `first_frame` on; what no turn can need any more is dropped.
    kept: Vec<i16>,
    first_frame: u64,
    /// Samples that were given to the detector.
    detected: usize,
    resampled: Vec<f32>,
    recognition: Recognition,
    events: Mailbox,
}

impl AudioPipeline {
    pub(super) fn new(voice: Voice, rate_hz: u32, events: Mailbox) -> Self {
        Self {
            recognition: Recognition::new(voice.speech_in.clone(), events.clone()),
            events,
            detector: voice.ears.detector(),
            voice,
            resampler: (rate_hz != LISTENING_RATE_HZ)
                .then(|| Resampler::new(rate_hz, LISTENING_RATE_HZ)),
            rate_hz,
            kept: Vec::new(),
            first_frame: 0,
            detected: 0,
            resampled: Vec::new(),
        }
    }

    /// Accepts sound of the line; gives the probability of voice for each frame of 32 ms that became whole.
    pub(super) fn hear(&mut self, samples: &[i16]) -> Vec<f32> {
        match &mut self.resampler {
            Some(resampler) => {
                self.resampled.clear();
                resampler.process(&audio::to_f32(samples), &mut self.resampled);
                self.kept.extend(audio::to_i16(&self.resampled));
            }
            None => self.kept.extend_from_slice(samples),
        }
        let mut probabilities = Vec::new();
        while self.kept.len() - self.detected >= FRAME_SAMPLES {
            let end = self.detected + FRAME_SAMPLES;
            let mut frame = [0.0; FRAME_SAMPLES];
            for (to, from) in frame
                .iter_mut()
                .zip(audio::to_f32(&self.kept[self.detected..end]))
            {
                *to = from;
            }
            self.detected = end;
            let probability = self.detector.probability(&frame);
            probabilities.push(probability.unwrap_or_else(|error| {
                tracing::error!(%error, "the voice detector failed");
                0.0
            }));
        }
        probabilities
    }

    /// Drops the sound before a frame.
    pub(super) fn forget(&mut self, before_frame: u64) {
        let frames = before_frame.saturating_sub(self.first_frame);
        let samples = (frames as usize * FRAME_SAMPLES).min(self.detected);
        // Moving what is left costs more than keeping a second of it.
        if samples >= LISTENING_RATE_HZ as usize {
            let frames = samples / FRAME_SAMPLES;
            self.kept.drain(..frames * FRAME_SAMPLES);
            self.first_frame += frames as u64;
            self.detected -= frames * FRAME_SAMPLES;
            self.kept.shrink_to(LISTENING_RATE_HZ as usize * 2);
        }
    }

    /// Has frames recognised, in doubt as the words of `hints`; the words come as an event.
    pub(super) fn recognise(&self, ask: AskId, awaited: Awaited, frames: Range<u64>, hints: Hints) {
        let sample = |frame: u64| frame.saturating_sub(self.first_frame) as usize * FRAME_SAMPLES;
        let range =
            sample(frames.start).min(self.kept.len())..sample(frames.end).min(self.kept.len());
        let sound = audio::to_f32(&self.kept[range]);
        // A number that is said digit by digit is whole when its digits are.
        if awaited == Awaited::Utterance && !hints.digits {
            self.judge_intonation(ask, sound.clone());
        }
        self.recognition.add(Utterance {
            ask,
            awaited,
            sound,
            expected: hints.words,
            digits: hints.digits,
        });
    }

    /// Has it judged whether an utterance sounds complete. Nothing is said where that fails: the words decide alone then.
    fn judge_intonation(&self, ask: AskId, sound: Vec<f32>) {
        let (turns, events) = (self.voice.turns.clone(), self.events.clone());
        tokio::task::spawn_blocking(move || match turns.completeness(&sound) {
            Ok(complete) => {
                let _over = events.send(Event::Intonation { ask, complete });
            }
            Err(error) => tracing::error!(%error, "the end of a turn was not judged"),
        });
    }

    /// Stops recognising what nobody awaits any more.
    pub(super) fn give_up(&self, awaits: impl Fn(AskId) -> bool) {
        self.recognition.give_up(awaits);
    }

    /// Has a clause spoken; its sound comes as an event, empty if that failed. The sound of `fixed` words is kept for
    /// the next time.
    pub(super) fn synthesize(&self, clause: ClauseId, text: String, fixed: bool, events: Mailbox) {
        let (speech_out, rate_hz) = (self.voice.speech_out.clone(), self.rate_hz);
        let spoken = tokio::task::spawn_blocking(move || {
            let spoken = match fixed {
                true => speech_out.synthesize_fixed(&text),
                false => speech_out.synthesize(&text),
            };
            let sound = spoken.unwrap_or_else(|error| {
                tracing::error!(%error, "a clause was not spoken");
                Vec::new()
            });
            let sound = audio::resample(&audio::to_f32(&sound), speech_out.rate_hz(), rate_hz);
            audio::to_i16(&sound)
        });
        tokio::spawn(async move {
            // A clause whose voice panicked is silent: an answer must end all the same.
            let samples = spoken.await.unwrap_or_default();
            let _over = events.send(Event::Synthesized { clause, samples });
        });
    }
}
