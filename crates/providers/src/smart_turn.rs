//! How likely it is that a caller has said all, by the sound of the last seconds: intonation, tempo and what was said (Smart Turn 3).
//! How long the silence must be that ends a turn is the conversation's decision.

use std::sync::Arc;

use ort::session::Session;
use ort::value::TensorRef;

use crate::ProviderError;
use crate::audio::log_mel::{BANDS, HOP_SAMPLES, LogMel};
use crate::models;
use crate::pool::Pool;
use crate::runtime::{Memory, Runtime};

/// The model hears the last 8 s at 16 kHz; a shorter utterance has silence before it.
const HEARD_SAMPLES: usize = 128_000;

const COLUMNS: usize = HEARD_SAMPLES / HOP_SAMPLES;

const MODEL: &str = "end of turn";

/// The shared model; cheap to clone.
#[derive(Clone)]
pub struct SmartTurn {
    sessions: Arc<Pool<Session>>,
    log_mel: Arc<LogMel>,
}

impl SmartTurn {
    /// Loads the model, twice where there are two cores so that calls do not wait for each other; about 20 MB each.
    ///
    /// # Errors
    /// [`ProviderError`] when it is missing, damaged or refused by the runtime.
    pub fn load(runtime: &Runtime) -> Result<Self, ProviderError> {
        let bytes = runtime.read(&models::SMART_TURN)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let sessions = (0..cores.clamp(1, 2))
            .map(|_| runtime.session(MODEL, &bytes, Memory::Kept))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            sessions: Arc::new(Pool::new(sessions)),
            log_mel: Arc::new(LogMel::new()),
        })
    }

    /// The probability that an utterance is complete, 0 to 1. `sound` is the utterance at 16 kHz (−1 to 1) with about 0.1 s of the
    /// silence behind it; of a long one the last 8 s are heard. Blocks for about 50 ms.
    ///
    /// # Errors
    /// [`ProviderError::Inference`] when the model fails.
    pub fn completeness(&self, sound: &[f32]) -> Result<f32, ProviderError> {
        let heard = &sound[sound.len().saturating_sub(HEARD_SAMPLES)..];
        let mut padded = vec![0.0; HEARD_SAMPLES - heard.len()];
        padded.extend(heard.iter().map(|sample| match sample.is_finite() {
            true => *sample,
            false => 0.0,
        }));
        let spectrogram = self.log_mel.of(&padded);
        self.run(&spectrogram)
            .map_err(|cause| ProviderError::inference(MODEL, cause))
    }

    fn run(&self, spectrogram: &[f32]) -> ort::Result<f32> {
        let mut session = self.sessions.take();
        let input = TensorRef::from_array_view(([1_usize, BANDS, COLUMNS], spectrogram))?;
        let outputs = session.run(ort::inputs![input])?;
        let (_, probability) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(probability.first().copied().unwrap_or(0.0))
    }
}
