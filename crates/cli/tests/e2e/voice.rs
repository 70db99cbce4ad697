//! Conversations by voice, spoken by flite: heard, understood, answered, interrupted, and not fooled by noise.

use std::path::{Path, PathBuf};
use std::process::Command;

use conversimple_providers::audio::wav;
use tempfile::TempDir;

use crate::platform::{Platform, calls, said};

#[test]
fn spoken_caller_logs_in_hears_balance_and_pays_after_yes() {
    let folder = TempDir::new().expect("a folder");
    let files: Vec<PathBuf> = [
        "what is the balance of my checking account",
        "alice",
        "sunflower",
        "I would like to pay twenty dollars",
        "yes please",
    ]
    .iter()
    .enumerate()
    .map(|(n, text)| speak(folder.path(), n, text, "slt"))
    .collect();
    let platform = Platform::speaking();
    let out = folder.path().join("reply.wav");
    let report = platform.play_files(&files, &["--out", out.to_str().expect("a path")]);
    assert_eq!(
        calls(&report, 2),
        [("login", "allowed"), ("get_balance", "allowed")],
        "{report}"
    );
    assert!(said(&report, 2).contains("1,250"), "{report}");
    assert!(calls(&report, 3).is_empty());
    assert_eq!(
        calls(&report, 4),
        [("process_payment", "allowed")],
        "{report}"
    );
    let reply = wav::read(&out).expect("what was said");
    assert!(
        reply.samples.iter().any(|sample| sample.abs() > 0.1),
        "the reply is heard"
    );
    assert!(!report.to_string().contains("unflower"));
}

#[test]
fn silence_noise_and_music_call_no_tool() {
    let folder = TempDir::new().expect("a folder");
    let sounds: [(&str, Sound); 3] = [
        ("silence", Box::new(|_| 0.0)),
        ("noise", Box::new(noise())),
        (
            "music",
            Box::new(|n| {
                let t = n as f32 / 16_000.0;
                let note = [262.0, 330.0, 392.0, 523.0][(n / 4000) % 4];
                ((t * note * std::f32::consts::TAU).sin()
                    + (t * note * 2.0 * std::f32::consts::TAU).sin() * 0.5)
                    * 0.3
            }),
        ),
    ];
    let platform = Platform::speaking();
    for (name, mut sound) in sounds {
        let path = folder.path().join(format!("{name}.wav"));
        let samples: Vec<i16> = (0..16_000 * 4)
            .map(|n| (sound(n) * 20_000.0) as i16)
            .collect();
        wav::write(&path, 16_000, &samples).expect("a file");
        let report = platform.play_files(&[path], &["--fast"]);
        assert!(calls(&report, 0).is_empty(), "{name}: {report}");
    }
}

#[test]
fn wav_of_any_rate_and_format_is_heard() {
    let folder = TempDir::new().expect("a folder");
    let spoken = speak(folder.path(), 0, "search for wireless headphones", "slt");
    let platform = Platform::speaking();
    for (name, options) in [
        ("8 kHz, 8 bit", &["-r", "8000", "-b", "8"][..]),
        (
            "44.1 kHz, stereo, 24 bit",
            &["-r", "44100", "-c", "2", "-b", "24"],
        ),
        (
            "48 kHz, float",
            &["-r", "48000", "-e", "floating-point", "-b", "32"],
        ),
    ] {
        let path = folder.path().join("converted.wav");
        let done = Command::new("sox")
            .arg(&spoken)
            .args(options)
            .arg(&path)
            .status()
            .expect("sox");
        assert!(done.success());
        let report = platform.play_files(&[path], &[]);
        assert_eq!(
            calls(&report, 0),
            [("search_products", "allowed")],
            "{name}: {report}"
        );
    }
}

/// A sound's strength at a sample, −1 to 1.
type Sound = Box<dyn FnMut(usize) -> f32>;

/// Has flite speak a text.
pub(crate) fn speak(folder: &Path, number: usize, text: &str, voice: &str) -> PathBuf {
    let path = folder.join(format!("{number}.wav"));
    let done = Command::new("flite")
        .args(["-voice", voice, "-t", text, "-o"])
        .arg(&path)
        .status();
    assert!(done.expect("flite is installed").success());
    path
}

fn noise() -> impl FnMut(usize) -> f32 {
    let mut state = 1_u32;
    move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 32_768.0 - 1.0
    }
}
