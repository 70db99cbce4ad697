//! The log-mel spectrogram that Whisper's models hear with: 80 bands, a column each 10 ms.
//!
//! The numbers are those of `transformers.WhisperFeatureExtractor` (window of 25 ms, Slaney's mel scale, the loudest 80 dB,
//! sound brought to mean 0 and variance 1 first), because a model that was trained on them hears nothing in others.

use std::f64::consts::PI;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// Bands of the spectrogram.
pub(crate) const BANDS: usize = 80;

/// Samples from one column to the next: 10 ms at 16 kHz.
pub(crate) const HOP_SAMPLES: usize = 160;

/// Samples of one window: 25 ms at 16 kHz.
const WINDOW_SAMPLES: usize = 400;

/// Frequencies of one window's transform, up to 8 kHz.
const FREQUENCIES: usize = WINDOW_SAMPLES / 2 + 1;

/// Up to here the mel scale is linear (1 kHz, 15 mel), beyond it is logarithmic.
const LINEAR_HZ: f64 = 1_000.0;
const LINEAR_MELS: f64 = 15.0;

/// What is softer counts as this, so that silence has a logarithm.
const FLOOR: f32 = 1e-10;

/// A band of frequencies: the weights of those from `first` on.
struct Band {
    first: usize,
    weights: Vec<f32>,
}

/// The tables of the transform, shared by all calls.
pub(crate) struct LogMel {
    transform: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    bands: Vec<Band>,
}

impl LogMel {
    pub(crate) fn new() -> Self {
        let hann = |at: usize| 0.5 - 0.5 * (2.0 * PI * at as f64 / WINDOW_SAMPLES as f64).cos();
        Self {
            transform: FftPlanner::new().plan_fft_forward(WINDOW_SAMPLES),
            window: (0..WINDOW_SAMPLES).map(|at| hann(at) as f32).collect(),
            bands: bands(),
        }
    }

    /// The spectrogram of sound at 16 kHz, band after band: [`BANDS`] rows of one column for each [`HOP_SAMPLES`].
    pub(crate) fn of(&self, sound: &[f32]) -> Vec<f32> {
        let padded = reflected(&normalized(sound));
        let columns = sound.len() / HOP_SAMPLES;
        let mut spectrogram = vec![0.0; BANDS * columns];
        let mut frame = vec![Complex::default(); WINDOW_SAMPLES];
        let mut scratch = vec![Complex::default(); self.transform.get_inplace_scratch_len()];
        for column in 0..columns {
            let from = column * HOP_SAMPLES;
            let windowed = padded[from..from + WINDOW_SAMPLES].iter().zip(&self.window);
            for (to, (sample, weight)) in frame.iter_mut().zip(windowed) {
                *to = Complex::new(sample * weight, 0.0);
            }
            self.transform
                .process_with_scratch(&mut frame, &mut scratch);
            for (row, band) in self.bands.iter().enumerate() {
                spectrogram[row * columns + column] = band.energy(&frame).max(FLOOR).log10();
            }
        }
        scale(&mut spectrogram);
        spectrogram
    }
}

impl Band {
    fn energy(&self, frame: &[Complex<f32>]) -> f32 {
        let inside = frame[self.first..].iter().zip(&self.weights);
        inside.map(|(bin, weight)| bin.norm_sqr() * weight).sum()
    }
}

/// Mean 0 and variance 1.
fn normalized(sound: &[f32]) -> Vec<f32> {
    let count = sound.len().max(1) as f64;
    let mean = sound.iter().map(|&sample| f64::from(sample)).sum::<f64>() / count;
    let square = |&sample: &f32| (f64::from(sample) - mean).powi(2);
    let deviation = (sound.iter().map(square).sum::<f64>() / count + 1e-7).sqrt();
    let scaled = |&sample: &f32| ((f64::from(sample) - mean) / deviation) as f32;
    sound.iter().map(scaled).collect()
}

/// The sound with half a window before and behind it, mirrored at its ends.
fn reflected(sound: &[f32]) -> Vec<f32> {
    let half = (WINDOW_SAMPLES / 2).min(sound.len().saturating_sub(1));
    let mut padded = vec![0.0; WINDOW_SAMPLES / 2 - half];
    padded.extend(sound.iter().skip(1).take(half).rev());
    padded.extend_from_slice(sound);
    padded.extend(sound.iter().rev().skip(1).take(half));
    padded.resize(sound.len() + WINDOW_SAMPLES, 0.0);
    padded
}

/// The loudest 80 dB, as numbers around −1 to 1.
fn scale(spectrogram: &mut [f32]) {
    let loudest = spectrogram.iter().copied().fold(f32::MIN, f32::max);
    for value in spectrogram {
        *value = (value.max(loudest - 8.0) + 4.0) / 4.0;
    }
}

/// Triangles on the mel scale, each of area 1 in hertz.
fn bands() -> Vec<Band> {
    let step = mels(8_000.0) / (BANDS + 1) as f64;
    let corners: Vec<f64> = (0..BANDS + 2).map(|at| hertz(at as f64 * step)).collect();
    corners.windows(3).map(band).collect()
}

/// The triangle over three corners in hertz.
fn band(corners: &[f64]) -> Band {
    let [low, middle, high] = [corners[0], corners[1], corners[2]];
    let weight = |frequency: usize| {
        let hertz = frequency as f64 * 8_000.0 / (FREQUENCIES - 1) as f64;
        let rise = (hertz - low) / (middle - low);
        let fall = (high - hertz) / (high - middle);
        (rise.min(fall).max(0.0) * 2.0 / (high - low)) as f32
    };
    let inside = |frequency: &usize| weight(*frequency) > 0.0;
    let first = (0..FREQUENCIES).find(inside).unwrap_or(FREQUENCIES);
    let weights = (first..FREQUENCIES)
        .map(weight)
        .take_while(|&weight| weight > 0.0);
    Band {
        first,
        weights: weights.collect(),
    }
}

/// Mels an octave of the logarithmic part, in natural logarithms: 27 mel for a factor of 6.4.
fn mels_a_factor() -> f64 {
    27.0 / 6.4_f64.ln()
}

fn mels(hertz: f64) -> f64 {
    match hertz < LINEAR_HZ {
        true => hertz * LINEAR_MELS / LINEAR_HZ,
        false => LINEAR_MELS + (hertz / LINEAR_HZ).ln() * mels_a_factor(),
    }
}

fn hertz(mels: f64) -> f64 {
    match mels < LINEAR_MELS {
        true => mels * LINEAR_HZ / LINEAR_MELS,
        false => LINEAR_HZ * ((mels - LINEAR_MELS) / mels_a_factor()).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two seconds: half a second of silence, then a tone that rises from 200 Hz over a sawtooth of 137 Hz.
    fn sound() -> Vec<f32> {
        let tone = |at: usize| {
            let seconds = at as f64 / 16_000.0;
            let tone = (0.3 * (2.0 * PI * (200.0 + 700.0 * seconds) * seconds).sin()) as f32;
            (f64::from(tone) + 0.1 * ((137.3 * seconds).fract() - 0.5)) as f32
        };
        (0..32_000)
            .map(|at| if at < 8_000 { 0.0 } else { tone(at) })
            .collect()
    }

    /// The expected numbers are `WhisperFeatureExtractor`'s for the same sound.
    #[test]
    fn spectrogram_of_rising_tone_equals_reference() {
        let spectrogram = LogMel::new().of(&sound());
        let columns = 200;
        assert_eq!(spectrogram.len(), BANDS * columns);
        for (band, column, expected) in REFERENCE {
            let found = spectrogram[band * columns + column];
            assert!(
                (found - expected).abs() < 2e-3,
                "band {band}, column {column}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn spectrogram_of_short_or_silent_sound_is_finite() {
        for sound in [vec![], vec![0.5], vec![0.0; 399], vec![0.1; 401]] {
            let spectrogram = LogMel::new().of(&sound);
            assert_eq!(spectrogram.len(), BANDS * (sound.len() / HOP_SAMPLES));
            assert!(spectrogram.iter().all(|value| value.is_finite()));
        }
    }

    const REFERENCE: [(usize, usize, f32); 20] = [
        (0, 0, -0.3061),
        (79, 0, -0.3061),
        (5, 49, 0.4662),
        (10, 50, 1.0086),
        (79, 199, 0.3443),
        (0, 199, 0.5096),
        (64, 62, 0.4024),
        (14, 85, 0.9072),
        (14, 169, 0.9118),
        (69, 136, 0.3810),
        (3, 64, 1.1753),
        (26, 114, 0.6773),
        (49, 121, 0.5174),
        (21, 73, 0.7900),
        (55, 159, 0.4681),
        (2, 66, 1.1735),
        (36, 108, 0.6367),
        (71, 126, 0.3653),
        (33, 114, 0.5378),
        (53, 137, 0.4756),
    ];
}
