//! How likely it is that somebody speaks, 32 ms at a time (Silero 6). What follows from it is the conversation's decision.
//!
//! The model is shared; a call holds the 3 KB of state that make its own.

use std::sync::Arc;

use ort::session::Session;
use ort::value::TensorRef;

use crate::ProviderError;
use crate::models;
use crate::pool::Pool;
use crate::runtime::{Memory, Runtime};

/// Samples of one frame: 32 ms at 16 kHz.
pub const FRAME_SAMPLES: usize = 512;

/// The model wants this many samples from before the frame.
const CONTEXT_SAMPLES: usize = 64;
const INPUT_SAMPLES: usize = CONTEXT_SAMPLES + FRAME_SAMPLES;

/// Two layers' worth of 128 numbers.
const STATE: usize = 256;

/// A frame whose every sample is below this (−70 dB of full scale) is silence whatever the model says; the softest speech in our
/// recordings peaks at −40 dB.
const SILENT_PEAK: f32 = 0.000_3;

/// After so many silent frames (half a second) the model's state no longer changes, and it is left alone until there is a sound.
const SETTLED_FRAMES: u32 = 16;

const MODEL: &str = "voice activity";

/// The shared model; cheap to clone.
#[derive(Clone)]
pub struct VoiceActivity {
    sessions: Arc<Pool<Session>>,
}

impl VoiceActivity {
    /// Loads the model, once for each core so that calls do not wait for each other; about 5 MB each.
    ///
    /// # Errors
    /// [`ProviderError`] when it is missing, damaged or refused by the runtime.
    pub fn load(runtime: &Runtime) -> Result<Self, ProviderError> {
        let bytes = runtime.read(&models::SILERO)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let sessions = (0..cores.clamp(1, 4))
            .map(|_| runtime.session(MODEL, &bytes, Memory::Kept))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            sessions: Arc::new(Pool::new(sessions)),
        })
    }

    /// The state of a new call.
    #[must_use]
    pub fn detector(&self) -> Detector {
        Detector {
            sessions: Arc::clone(&self.sessions),
            input: [0.0; INPUT_SAMPLES],
            state: [0.0; STATE],
            silent_frames: 0,
        }
    }
}

/// One call's ear.
pub struct Detector {
    sessions: Arc<Pool<Session>>,
    /// The end of the last frame, then the frame.
    input: [f32; INPUT_SAMPLES],
    state: [f32; STATE],
    silent_frames: u32,
}

impl Detector {
    /// The probability of speech in the next 32 ms (16 kHz, −1 to 1); frames must follow each other.
    ///
    /// # Errors
    /// [`ProviderError::Inference`] when the model fails; the state is then that of the frame before.
    pub fn probability(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Result<f32, ProviderError> {
        self.input.copy_within(FRAME_SAMPLES.., 0);
        self.input[CONTEXT_SAMPLES..].copy_from_slice(frame);
        // A NaN would stay in the state for the rest of the call.
        for sample in &mut self.input[CONTEXT_SAMPLES..] {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        if self.input.iter().all(|sample| sample.abs() < SILENT_PEAK) {
            self.silent_frames = self.silent_frames.saturating_add(1);
            if self.silent_frames > SETTLED_FRAMES {
                return Ok(0.0);
            }
        } else {
            self.silent_frames = 0;
        }
        self.run()
            .map_err(|cause| ProviderError::inference(MODEL, cause))
    }

    /// Forgets what was heard, as for a new call.
    pub fn reset(&mut self) {
        self.input = [0.0; INPUT_SAMPLES];
        self.state = [0.0; STATE];
        self.silent_frames = 0;
    }

    fn run(&mut self) -> ort::Result<f32> {
        let mut session = self.sessions.take();
        let outputs = session.run(ort::inputs![
            TensorRef::from_array_view(([1_usize, INPUT_SAMPLES], &self.input[..]))?,
            TensorRef::from_array_view(([2_usize, 1, STATE / 2], &self.state[..]))?,
        ])?;
        let (_, probability) = outputs[0].try_extract_tensor::<f32>()?;
        let (_, state) = outputs[1].try_extract_tensor::<f32>()?;
        let probability = probability.first().copied().unwrap_or(0.0);
        if state.len() == STATE {
            self.state.copy_from_slice(state);
        }
        Ok(probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detector_is_send_and_small() {
        fn moves<T: Send>() -> usize {
            size_of::<T>()
        }
        assert!(moves::<Detector>() < 4_096);
        assert!(moves::<VoiceActivity>() < 64);
    }
}
