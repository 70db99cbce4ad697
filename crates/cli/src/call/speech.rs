//! A recording as a caller's speech: at the line's rate, and where its last sound is.

use conversimple_providers::audio;
use conversimple_providers::audio::wav::Recording;

/// Rate of the line, in Hz: what the recogniser takes.
pub(crate) const RATE_HZ: u32 = 16_000;

/// Windows of 10 ms in which the end of speech is looked for.
const WINDOW: usize = RATE_HZ as usize / 100;

/// A window counts as sound down to this share of the loudest one: −35 dB.
const QUIET: f32 = 0.018;

/// What a caller says.
pub(crate) struct Speech {
    /// At [`RATE_HZ`].
    pub(crate) samples: Vec<i16>,
    /// Where the last sound ends.
    pub(crate) end: usize,
}

impl Speech {
    pub(crate) fn new(recording: &Recording) -> Self {
        let samples = recording.at_rate(RATE_HZ);
        let loudness: Vec<f32> = samples.chunks(WINDOW).map(rms).collect();
        let loudest = loudness.iter().copied().fold(0.0, f32::max);
        let last = loudness
            .iter()
            .rposition(|level| *level > loudest * QUIET)
            .map_or(0, |window| window + 1);
        Self {
            end: (last * WINDOW).min(samples.len()),
            samples: audio::to_i16(&samples),
        }
    }
}

fn rms(window: &[f32]) -> f32 {
    (window.iter().map(|sample| sample * sample).sum::<f32>() / window.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_speech_ends_at_its_last_sound() {
        let mut samples = vec![0.0; 16_000];
        samples.extend((0..8000).map(|n| (n as f32 * 0.3).sin() * 0.5));
        samples.extend(vec![0.001; 16_000]);
        let speech = Speech::new(&Recording {
            rate_hz: 16_000,
            samples,
        });
        assert_eq!(speech.end, 24_000);
        assert_eq!(
            Speech::new(&Recording {
                rate_hz: 16_000,
                samples: Vec::new()
            })
            .end,
            0
        );
    }
}
