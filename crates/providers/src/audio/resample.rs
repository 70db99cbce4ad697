//! Changes the sample rate of a stream with a windowed sinc in polyphase form.
//!
//! It delays by one millisecond at 16 kHz and keeps what it hears aligned in time.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side; with the window below it damps what would fold back by 70 dB and more.
const CROSSINGS: usize = 16;

/// Kaiser's parameter for about 80 dB.
const KAISER_BETA: f64 = 8.0;

/// The filter's edge as a part of the lower rate's half.
const EDGE: f64 = 0.93;

/// Rates whose ratio needs more phases are taken to the nearest ratio that does not: a pitch error below a millionth.
const MOST_PHASES: u64 = 1_024;

/// A stream on its way from one rate to another.
pub struct Resampler {
    /// `up` filters of `taps` each.
    filter: Vec<f32>,
    taps: usize,
    up: usize,
    down: usize,
    /// What later output still needs.
    history: Vec<f32>,
    /// Which filter the next output uses.
    phase: usize,
}

impl Resampler {
    /// A stream from one rate to another; a rate of 0 is taken as 1.
    #[must_use]
    pub fn new(from_hz: u32, to_hz: u32) -> Self {
        let (up, down) = ratio(u64::from(to_hz.max(1)), u64::from(from_hz.max(1)));
        if up == down {
            return Self {
                filter: vec![1.0],
                taps: 1,
                up: 1,
                down: 1,
                history: Vec::new(),
                phase: 0,
            };
        }
        let narrowing = (up as f64 / down as f64).min(1.0);
        let half = (CROSSINGS as f64 / narrowing).ceil() as usize;
        Self {
            filter: polyphase(up, half, narrowing * EDGE),
            taps: half * 2,
            up,
            down,
            // The first output lies on the first sample, so half a filter of silence goes before it.
            history: vec![0.0; half - 1],
            phase: 0,
        }
    }

    /// Appends to `out` what follows from `input`.
    pub fn process(&mut self, input: &[f32], out: &mut Vec<f32>) {
        if self.up == self.down {
            out.extend_from_slice(input);
            return;
        }
        self.history.extend_from_slice(input);
        let mut start = 0;
        while let Some(window) = self.history.get(start..start + self.taps) {
            let filter = &self.filter[self.phase * self.taps..][..self.taps];
            out.push(dot(window, filter));
            self.phase += self.down;
            start += self.phase / self.up;
            self.phase %= self.up;
        }
        // A step is never as long as the filter, so it does not lead beyond what has arrived.
        self.history.drain(..start);
    }

    /// Appends the end of the stream and starts anew.
    pub fn flush(&mut self, out: &mut Vec<f32>) {
        if self.up != self.down {
            let silence = vec![0.0; self.taps / 2];
            self.process(&silence, out);
            self.history.clear();
            self.history.resize(self.taps / 2 - 1, 0.0);
            self.phase = 0;
        }
    }
}

/// A whole recording at another rate.
#[must_use]
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    let mut stream = Resampler::new(from_hz, to_hz);
    let mut out = Vec::new();
    stream.process(samples, &mut out);
    stream.flush(&mut out);
    out
}

/// `to / from` in lowest terms, or the nearest fraction with few phases.
fn ratio(to: u64, from: u64) -> (usize, usize) {
    let (mut before, mut now) = ((0_u64, 1_u64), (1_u64, 0_u64));
    let (mut a, mut b) = (to, from);
    while b != 0 {
        let whole = a / b;
        let next = (whole * now.0 + before.0, whole * now.1 + before.1);
        if next.0 > MOST_PHASES && now.1 != 0 {
            break;
        }
        (before, now) = (now, next);
        (a, b) = (b, a % b);
    }
    let fit = |n: u64| usize::try_from(n.max(1)).unwrap_or(1);
    (fit(now.0), fit(now.1))
}

/// The filter's phases one after the other, each to be laid over samples in their order of time.
fn polyphase(up: usize, half: usize, cutoff: f64) -> Vec<f32> {
    let taps = half * 2;
    let mut filter = Vec::with_capacity(up * taps);
    for phase in 0..up {
        let offset = phase as f64 / up as f64;
        let row: Vec<f64> = (0..taps)
            .map(|tap| {
                let distance = tap as f64 - (half - 1) as f64 - offset;
                sinc(distance * cutoff) * kaiser(distance / half as f64)
            })
            .collect();
        // Each phase passes a constant unchanged, or a quiet tone would be added at the rate of the phases.
        let sum: f64 = row.iter().sum();
        filter.extend(row.iter().map(|coefficient| (coefficient / sum) as f32));
    }
    filter
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 {
        return 0.0;
    }
    bessel_i0(KAISER_BETA * (1.0 - x * x).sqrt()) / bessel_i0(KAISER_BETA)
}

fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..32 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

/// Sum of products of two rows of equal length; eight sums side by side, so that the compiler can use vector registers.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks
        .remainder()
        .iter()
        .zip(b_chunks.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(rate_hz: u32, hz: f64, samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|i| (2.0 * PI * hz * i as f64 / f64::from(rate_hz)).sin() as f32)
            .collect()
    }

    fn power_db(samples: &[f32]) -> f64 {
        let sum: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
        10.0 * (sum / samples.len() as f64).max(1e-12).log10()
    }

    /// What is left of a tone after it is compared with the same tone made at the new rate.
    fn error_db(from: u32, to: u32, hz: f64) -> f64 {
        let out = resample(&tone(from, hz, from as usize), from, to);
        let expected = tone(to, hz, out.len());
        let middle = out.len() / 4..out.len() * 3 / 4;
        let difference: Vec<f32> = middle.map(|i| out[i] - expected[i]).collect();
        power_db(&difference)
    }

    #[test]
    fn resampled_tone_keeps_pitch_level_and_timing() {
        for (from, to) in [
            (48_000, 16_000),
            (16_000, 48_000),
            (22_050, 48_000),
            (22_050, 16_000),
            (44_100, 16_000),
            (8_000, 16_000),
            (16_000, 8_000),
            (96_000, 16_000),
        ] {
            for hz in [200.0, 1_000.0, 3_000.0] {
                let error = error_db(from, to, hz);
                assert!(error < -60.0, "{from} to {to} at {hz} Hz: {error} dB");
            }
        }
    }

    #[test]
    fn resampling_down_does_not_alias() {
        let out = resample(&tone(48_000, 11_000.0, 48_000), 48_000, 16_000);
        let power = power_db(&out[1_000..15_000]);
        assert!(power < -70.0, "{power}");
    }

    #[test]
    fn odd_rate_ratio_is_accurate_to_one_in_hundred_thousand() {
        let (up, down) = ratio(16_000, 44_056);
        let off = (up as f64 / down as f64) / (16_000.0 / 44_056.0) - 1.0;
        assert!(
            up as u64 <= MOST_PHASES && off.abs() < 1e-5,
            "{up}/{down} {off}"
        );
        assert!(error_db(44_056, 16_000, 500.0) < -50.0);
        assert_eq!(ratio(16_000, 48_000), (1, 3));
        assert_eq!(ratio(48_000, 22_050), (320, 147));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn resampled_stream_is_same_for_any_chunking(
            from in prop::sample::select(vec![8_000_u32, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000]),
            to in prop::sample::select(vec![8_000_u32, 16_000, 48_000]),
            cuts in prop::collection::vec(0_usize..400, 1..12),
        ) {
            let whole: usize = cuts.iter().sum();
            let signal = tone(from, 440.0, whole);
            let mut stream = Resampler::new(from, to);
            let mut out = Vec::new();
            let mut at = 0;
            for cut in cuts {
                stream.process(&signal[at..at + cut], &mut out);
                at += cut;
            }
            stream.flush(&mut out);
            prop_assert_eq!(&out, &resample(&signal, from, to));
            let expected = whole as f64 * f64::from(to) / f64::from(from);
            prop_assert!((out.len() as f64 - expected).abs() <= 2.0 + f64::from(to) / f64::from(from));
        }
    }
}
