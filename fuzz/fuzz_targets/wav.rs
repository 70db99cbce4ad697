//! Files that say they are sound: nothing panics, a small file gives little sound, every sample is one, and what is written
//! is read again.
#![no_main]

use conversimple_fuzz::audio::wav;
use libfuzzer_sys::fuzz_target;

/// What the recognisers listen at.
const LISTENING_RATE_HZ: u32 = 16_000;

/// A resampled stream is longer by the filter on each side at most: 32 crossings at the lowest rate of either side.
const FILTER_SAMPLES: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let Ok(recording) = wav::parse(data) else {
        return;
    };
    assert!(recording.samples.len() <= data.len());
    assert!(
        recording
            .samples
            .iter()
            .all(|sample| (-1.0..=1.0).contains(sample))
    );
    assert!(recording.rate_hz > 0);
    let heard = recording.at_rate(LISTENING_RATE_HZ);
    let longest = recording.samples.len() as u64 * u64::from(LISTENING_RATE_HZ)
        / u64::from(recording.rate_hz);
    assert!(
        heard.len() as u64 <= longest + FILTER_SAMPLES as u64,
        "{} of {longest}",
        heard.len()
    );
    assert!(heard.iter().all(|sample| sample.is_finite()));
    written(&recording);
});

fn written(recording: &wav::Recording) {
    let whole = |sample: &f32| (sample * 32_768.0).round() as i16;
    let samples: Vec<i16> = recording.samples.iter().map(whole).collect();
    let again =
        wav::parse(&wav::to_bytes(recording.rate_hz, &samples)).expect("what is written is read");
    assert_eq!(again.rate_hz, recording.rate_hz);
    assert_eq!(again.samples.iter().map(whole).collect::<Vec<_>>(), samples);
}
