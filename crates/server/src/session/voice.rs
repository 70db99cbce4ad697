//! The ears and the voice of a session: sound of the line becomes frames for the detector and pieces for the
//! recogniser, clauses become sound of the line. The models block, so they run on threads that may.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use conversimple_conversation::AskId;
use conversimple_conversation::playout::ClauseId;
use conversimple_providers::LISTENING_RATE_HZ;
use conversimple_providers::audio::{self, Resampler};
use conversimple_providers::vad::{Detector, FRAME_SAMPLES};
use tokio::sync::{Mutex, mpsc};

use crate::mailbox::Event;
use crate::voice::Voice;

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
    /// Recognitions of one session run one after another, so that pieces come back in order.
    one_at_a_time: Arc<Mutex<()>>,
}

impl AudioPipeline {
    pub(super) fn new(voice: Voice, rate_hz: u32) -> Self {
        Self {
            detector: voice.ears.detector(),
            voice,
            resampler: (rate_hz != LISTENING_RATE_HZ)
                .then(|| Resampler::new(rate_hz, LISTENING_RATE_HZ)),
            rate_hz,
            kept: Vec::new(),
            first_frame: 0,
            detected: 0,
            resampled: Vec::new(),
            one_at_a_time: Arc::default(),
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

    /// Has frames recognised, in doubt as `expected` words; the words come as an event.
    pub(super) fn recognise(
        &self,
        ask: AskId,
        frames: Range<u64>,
        expected: Arc<BTreeSet<String>>,
        events: mpsc::UnboundedSender<Event>,
    ) {
        let sample = |frame: u64| frame.saturating_sub(self.first_frame) as usize * FRAME_SAMPLES;
        let range =
            sample(frames.start).min(self.kept.len())..sample(frames.end).min(self.kept.len());
        let sound = audio::to_f32(&self.kept[range]);
        let (speech_in, turn) = (self.voice.speech_in.clone(), self.one_at_a_time.clone());
        tokio::spawn(async move {
            let _one = turn.lock().await;
            let text =
                tokio::task::spawn_blocking(move || speech_in.transcribe(&sound, &expected)).await;
            let text = match text {
                Ok(Ok(text)) => text,
                Ok(Err(error)) => {
                    tracing::error!(%error, "speech was not recognised");
                    String::new()
                }
                Err(_panicked) => String::new(),
            };
            let _over = events.send(Event::Recognised { ask, text });
        });
    }

    /// Has a clause spoken; its sound comes as an event, empty if that failed. The sound of `fixed` words is kept for
    /// the next time.
    pub(super) fn synthesize(
        &self,
        clause: ClauseId,
        text: String,
        fixed: bool,
        events: mpsc::UnboundedSender<Event>,
    ) {
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
