//! Measures the local models on this machine: processor time of each, and memory with all of them loaded.
//!
//! Every model computes on the calling thread, so its processor time is what it takes on an idle core, however busy the machine is.
//!
//! `cargo run --release -p conversimple-providers --example measure [--expect=WORD,WORD] [--digits] [FILE.wav…]`; with files it prints
//! what is heard in them too, in doubt as the words that are expected, or as digits.

#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use conversimple_providers::audio::wav;
use conversimple_providers::{
    Listening, Meaning, Moonshine, Piper, ProviderError, Runtime, SpeechToText, TextToSpeech,
    VoiceActivity, models,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let expected: BTreeSet<String> = options
        .iter()
        .filter_map(|option| option.strip_prefix("--expect="))
        .flat_map(|words| words.split(','))
        .map(str::to_owned)
        .collect();
    let dir = models::cache_dir_from_env()?;
    let start = Instant::now();
    models::pull(&dir, &mut |progress| {
        if progress.stage != models::Stage::Ready {
            println!(
                "{:?} {} {}/{}",
                progress.stage, progress.wheel.name, progress.bytes, progress.total_bytes
            );
        }
    })?;
    println!("pull {:?}", start.elapsed());
    println!("rss at the start {} MB", rss_mb());
    let start = Instant::now();
    let runtime = Runtime::load(&dir)?;
    println!("runtime {:?} {} MB", start.elapsed(), rss_mb());
    let start = Instant::now();
    let vad = VoiceActivity::load(&runtime)?;
    println!("silero {:?} {} MB", start.elapsed(), rss_mb());
    let start = Instant::now();
    let moonshine = Moonshine::load(&runtime, 1)?;
    println!("moonshine {:?} {} MB", start.elapsed(), rss_mb());
    let start = Instant::now();
    let voice = Piper::load(&runtime, 1)?;
    println!("piper {:?} {} MB", start.elapsed(), rss_mb());
    let start = Instant::now();
    let meaning = Meaning::load(&dir)?;
    println!("minilm {:?} {} MB", start.elapsed(), rss_mb());

    let listening = Listening {
        expected: &expected,
        digits: options.iter().any(|option| option == "--digits"),
        ..Listening::default()
    };
    for clause in [
        "Your balance is low.",
        "How can I help you?",
        "I could not find the account that you have named.",
        "Your checking account has a balance of $1,250.50.",
    ] {
        let sound = voice.synthesize(clause)?;
        let seconds = sound.len() as f32 / voice.rate_hz() as f32;
        let took = median(9, || voice.synthesize(clause).map(|_| ()))?;
        let heard = conversimple_providers::audio::to_f32(&sound);
        let heard = conversimple_providers::audio::resample(&heard, voice.rate_hz(), 16_000);
        let hearing = median(9, || moonshine.transcribe(&heard, listening).map(|_| ()))?;
        println!("{clause}: {seconds:.2} s spoken in {took:?}, heard in {hearing:?}");
    }
    for text in [
        "What is the balance of my checking account?",
        "Please pay twenty dollars to the electric company on Friday, and tell me what is left after that.",
    ] {
        let took = median(21, || meaning.embed(text).map(|_| ()))?;
        println!("{text}: meaning in {took:?}");
    }

    for file in files {
        let audio = wav::read(file.as_ref())?.at_rate(16_000);
        let seconds = audio.len() as f32 / 16_000.0;
        let mut detector = vad.detector();
        let speech = audio
            .as_chunks::<512>()
            .0
            .iter()
            .filter(|frame| detector.probability(frame).is_ok_and(|p| p > 0.5))
            .count();
        let heard = moonshine.transcribe(&audio, listening)?;
        let took = median(9, || moonshine.transcribe(&audio, listening).map(|_| ()))?;
        println!("{file}: {seconds:.1} s, {speech} frames of speech, {took:?}: {heard}");
        let frames = audio.as_chunks::<512>().0;
        let took = median(5, || {
            let mut detector = vad.detector();
            for frame in frames {
                detector.probability(frame)?;
            }
            Ok(())
        })?;
        println!("  silero a frame {:?}", took / frames.len().max(1) as u32);
    }
    println!("rss at the end {} MB", rss_mb());
    Ok(())
}

fn median(
    times: usize,
    mut work: impl FnMut() -> Result<(), ProviderError>,
) -> Result<Duration, ProviderError> {
    let mut taken = Vec::new();
    for _ in 0..times {
        let start = computed();
        work()?;
        taken.push(computed() - start);
    }
    taken.sort();
    Ok(taken[times / 2])
}

/// How long this thread has computed, where the system tells it.
fn computed() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Resident memory of this process, where the system tells it.
fn rss_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kb| kb / 1024)
}
