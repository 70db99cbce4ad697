//! The real models, end to end: what one says the other hears, and what is no speech is not made into words.
//!
//! They are fetched into the models' folder when they are missing.

use std::path::{Path, PathBuf};

use conversimple_providers::audio::{resample, to_f32};
use conversimple_providers::{
    Listening, MEANING_WIDTH, Meaning, ModelError, Moonshine, Piper, ProviderError, Runtime,
    SmartTurn, SpeechToText, TextToSpeech, VoiceActivity, models, nearness,
};

fn models_dir() -> PathBuf {
    let dir = models::cache_dir_from_env().expect("a models' folder");
    if !models::is_complete(&dir) {
        models::pull(&dir, &mut |_| {}).expect("the models can be fetched");
    }
    dir
}

fn runtime() -> Runtime {
    Runtime::load(&models_dir()).expect("the runtime loads")
}

fn say(voice: &Piper, text: &str) -> Vec<f32> {
    let sound = voice.synthesize(text).expect("it speaks");
    resample(&to_f32(&sound), voice.rate_hz(), 16_000)
}

/// Words in lower case, numbers as words.
fn words(text: &str) -> Vec<String> {
    conversimple_spoken::say::say(text)
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// How many words must be put in, left out or changed to make one from the other.
fn word_errors(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in heard.iter().enumerate() {
            let changed = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()]
}

/// Noise that is the same on every run.
fn noise(samples: usize, strength: f32) -> Vec<f32> {
    let mut state = 1_u32;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state as f32 / u32::MAX as f32 * 2.0 - 1.0) * strength
        })
        .collect()
}

fn tone(samples: usize, hz: f32) -> Vec<f32> {
    (0..samples)
        .map(|i| (i as f32 * hz * std::f32::consts::TAU / 16_000.0).sin() * 0.3)
        .collect()
}

#[test]
fn synthesized_speech_is_recognised() {
    let runtime = runtime();
    let voice = Piper::load(&runtime, 1).expect("the voice loads");
    let ear = Moonshine::load(&runtime, 1).expect("the recogniser loads");
    let sentences = [
        "How can I help you?",
        "The balance of your savings account is $15,000.00.",
        "Should I pay $20.00 to John Smith on March 3rd?",
        "I could not find that account.",
        "You have three accounts: checking, savings, and credit.",
        "Kevin Patterson and Patricia Garcia live in Chicago.",
        "It will be delivered by Friday at 2:30 PM.",
        "The account was opened in 2019.",
        "Your last payment was $12.75 at Netflix.",
        "Do you want to send 300 dollars to Rebecca?",
        "Goodbye, and have a nice day.",
        "Please say yes or no.",
    ];
    let (mut errors, mut total) = (0, 0);
    for sentence in sentences {
        let heard = ear
            .transcribe(&say(&voice, sentence), Listening::default())
            .expect("it hears");
        let (said, heard) = (words(sentence), words(&heard));
        errors += word_errors(&said, &heard);
        total += said.len();
    }
    assert!(
        errors * 10 <= total,
        "{errors} of {total} words were heard wrong"
    );
}

#[test]
fn synthesis_starts_at_once_and_fixed_phrase_is_repeatable() {
    let voice = Piper::load(&runtime(), 1).expect("the voice loads");
    let sound = voice
        .synthesize_fixed("Hello, how can I help you?")
        .expect("it speaks");
    let loud = |sample: &i16| sample.unsigned_abs() > 300;
    let first = sound.iter().position(loud).expect("a sound");
    let last = sound.iter().rposition(loud).expect("a sound");
    let rate = voice.rate_hz() as usize;
    assert!(
        first < rate / 20,
        "the first sound comes after {first} samples"
    );
    let tail = sound.len() - last;
    assert!(
        (rate / 10..rate / 4).contains(&tail),
        "{tail} samples of silence at the end"
    );
    assert_eq!(
        voice
            .synthesize_fixed("Hello, how can I help you?")
            .expect("it speaks"),
        sound
    );
    for nothing in ["", "  ", "...", "🙂"] {
        assert!(
            voice
                .synthesize(nothing)
                .expect("nothing to say")
                .is_empty(),
            "{nothing:?}"
        );
    }
    let long = voice
        .synthesize(&"This goes on and on, without an end. ".repeat(15))
        .expect("it speaks");
    assert!(long.len() > 25 * rate, "{} samples", long.len());
}

#[test]
fn non_speech_audio_gives_no_speech_and_no_words() {
    let runtime = runtime();
    let vad = VoiceActivity::load(&runtime).expect("the detector loads");
    let ear = Moonshine::load(&runtime, 1).expect("the recogniser loads");
    for (name, audio) in [
        ("silence", vec![0.0; 48_000]),
        ("hiss", noise(48_000, 0.05)),
        ("loud noise", noise(48_000, 0.5)),
        ("tone", tone(48_000, 440.0)),
        ("no numbers", vec![f32::NAN; 16_000]),
    ] {
        let mut detector = vad.detector();
        let frames = audio.as_chunks().0;
        let speech = frames
            .iter()
            .filter(|frame| detector.probability(frame).expect("it runs") > 0.5)
            .count();
        assert!(
            speech * 20 <= frames.len(),
            "{name}: {speech} of {} frames",
            frames.len()
        );
        let heard = ear
            .transcribe(&audio, Listening::default())
            .expect("it hears");
        assert!(heard.len() < 80, "{name}: {heard}");
    }
    for audio in [&[][..], &[0.1; 10], &[0.0; 16_000]] {
        assert_eq!(
            ear.transcribe(audio, Listening::default())
                .expect("it hears"),
            ""
        );
    }
}

#[test]
fn long_speech_is_transcribed_to_its_end_without_loop() {
    let runtime = runtime();
    let voice = Piper::load(&runtime, 1).expect("the voice loads");
    let ear = Moonshine::load(&runtime, 1).expect("the recogniser loads");
    let text = "The quick brown fox jumps over the lazy dog. We went to the market and bought some apples. \
        It was raining all day in the city. She has lived in Boston for ten years. "
        .repeat(6)
        + "This was the last sentence.";
    let audio = say(&voice, &text);
    assert!(audio.len() > 50 * 16_000, "{} samples", audio.len());
    let heard = ear
        .transcribe(&audio, Listening::default())
        .expect("it hears");
    let (said, heard) = (words(&text), words(&heard));
    let errors = word_errors(&said, &heard);
    assert!(
        errors * 5 <= said.len(),
        "{errors} of {} words: {heard:?}",
        said.len()
    );
    assert!(
        heard.ends_with(&["last".to_owned(), "sentence".to_owned()]),
        "{heard:?}"
    );
}

#[test]
fn speech_after_long_silence_is_detected_as_without() {
    let runtime = runtime();
    let voice = Piper::load(&runtime, 1).expect("the voice loads");
    let vad = VoiceActivity::load(&runtime).expect("the detector loads");
    let speech = say(&voice, "What is the balance of my checking account?");
    let decisions = |silence_frames: usize| -> Vec<bool> {
        let mut audio = vec![0.0; silence_frames * 512];
        audio.extend(&speech);
        let mut detector = vad.detector();
        let frames = audio.as_chunks().0;
        let all: Vec<bool> = frames
            .iter()
            .map(|frame| detector.probability(frame).expect("it runs") > 0.5)
            .collect();
        all[silence_frames..].to_vec()
    };
    // Fifteen frames all go through the model; of three hundred most do not.
    let (short, long) = (decisions(15), decisions(300));
    let different = short.iter().zip(&long).filter(|(a, b)| a != b).count();
    assert!(short.iter().filter(|is_speech| **is_speech).count() > short.len() / 2);
    assert!(different <= 1, "{different} of {} frames", short.len());
}

#[test]
fn concurrent_transcriptions_get_their_own_words() {
    let runtime = runtime();
    let voice = Piper::load(&runtime, 1).expect("the voice loads");
    let ear = Moonshine::load(&runtime, 2).expect("the recogniser loads");
    std::thread::scope(|scope| {
        for text in [
            "Good morning.",
            "I could not find that account.",
            "See you tomorrow.",
            "Please try again later.",
        ] {
            let (voice, ear) = (&voice, &ear);
            scope.spawn(move || {
                let heard = ear
                    .transcribe(&say(voice, text), Listening::default())
                    .expect("it hears");
                assert!(
                    word_errors(&words(text), &words(&heard)) <= 1,
                    "{text}: {heard}"
                );
            });
        }
    });
}

#[test]
fn embedding_similarities_match_published_values() {
    let meaning = Meaning::load(&models_dir()).expect("the model loads");
    let phrases = [
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    ];
    let found = meaning.embed_fixed(&phrases).expect("it computes");
    let check = |a: usize, b: usize, expected: f32| {
        let nearness = nearness(&found[a], &found[b]);
        assert!(
            (nearness - expected).abs() < 0.002,
            "{nearness} instead of {expected}"
        );
    };
    // The figures of the model's own documentation.
    check(0, 1, 0.6660);
    check(0, 2, 0.1046);
    check(1, 2, 0.1411);
    check(0, 0, 1.0);
    assert_eq!(meaning.embed(phrases[1]).expect("it computes"), found[1]);
    for text in ["", "🙂", &"word ".repeat(5_000)] {
        assert_eq!(
            meaning.embed(text).expect("it computes").len(),
            MEANING_WIDTH
        );
    }
}

#[test]
#[cfg(unix)]
fn altered_model_is_not_loaded() {
    let original = models_dir();
    let copy = tempfile::tempdir().expect("a temporary folder");
    for wheel in models::catalog().expect("a catalog") {
        for file in wheel.files {
            let place = copy.path().join(file.path);
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
            std::os::unix::fs::symlink(original.join(file.path), &place).expect("linked");
        }
    }
    assert!(models::verify(copy.path()).is_ok());
    alter(copy.path(), models::SILERO.path);
    alter(copy.path(), models::MINILM_TOKENS.path);
    let runtime = Runtime::load(copy.path()).expect("the runtime is whole");
    let is_damaged =
        |error: ProviderError| matches!(error, ProviderError::Model(ModelError::Damaged { .. }));
    assert!(VoiceActivity::load(&runtime).err().is_some_and(is_damaged));
    assert!(Meaning::load(copy.path()).err().is_some_and(is_damaged));
    assert!(matches!(
        models::verify(copy.path()),
        Err(ModelError::Damaged { .. })
    ));
}

fn alter(dir: &Path, path: &str) {
    let place = dir.join(path);
    let mut bytes = std::fs::read(&place).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(&place).expect("removed");
    std::fs::write(&place, bytes).expect("written");
}

/// The expected numbers are those of the model's own Python code for the same sound. The weights are of 8 bit, so that processors
/// differ where the model is undecided; these sounds are ones that it is sure of.
#[test]
fn end_of_turn_model_agrees_with_its_reference() {
    let model = SmartTurn::load(&runtime()).expect("it loads");
    let tone = |seconds: f64, until: f64| {
        let loud = if seconds < until { 0.3 } else { 0.0 };
        (loud * (2.0 * std::f64::consts::PI * (150.0 + 40.0 * seconds) * seconds).sin()) as f32
    };
    let sound = |length: f64, until: f64| -> Vec<f32> {
        let samples = (length * 16_000.0) as usize;
        (0..samples)
            .map(|at| tone(at as f64 / 16_000.0, until))
            .collect()
    };
    for (length, until, expected) in [(2.0, 1.9, 0.058), (0.0, 0.0, 0.987)] {
        let found = model.completeness(&sound(length, until));
        let found = found.expect("it decides");
        assert!((found - expected).abs() < 0.1, "{length} s: {found}");
    }
    let long = sound(10.0, 9.5);
    let whole = model.completeness(&long).expect("it decides");
    let end = model.completeness(&long[2 * 16_000..]).expect("it decides");
    assert!(
        (whole - end).abs() < 0.001,
        "only the last 8 s count: {whole} {end}"
    );
    assert!(
        model
            .completeness(&[f32::NAN; 16_000])
            .expect("it decides")
            .is_finite()
    );
}
