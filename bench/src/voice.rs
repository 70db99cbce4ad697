//! Conversations by voice in real time: how soon the answer begins, what a turn costs, what silence costs, and how soon
//! the answer stops when the caller speaks over it.
//!
//! All times are taken at the caller's end of the media socket, except those of the transcript and the decision, which the
//! platform reports. The agent's own process is not in the processor's time.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use conversimple_wire::media::ToCaller;
use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::line::{Event, Line, Log, Room};
use crate::process::{Platform, memory_mb, processor_time};
use crate::report::{Found, Row, Series, figure, millis, progress, spread};
use crate::speech::{self, SENTENCES, Sentence, Speech, VOICES};

/// Calls at rest whose memory is the measure for further ones: what the first calls leave behind is not counted.
const FEW: usize = 8;

/// Calls at rest.
const MANY: usize = 24;

/// How long calls at rest are watched.
const REST: Duration = Duration::from_secs(10);

/// How often an answer is interrupted.
const INTERRUPTIONS: usize = 10;

/// How long an answer has been heard before it is interrupted.
const LISTENS: Duration = Duration::from_millis(1200);

/// A question with a long answer that needs no login.
const LONG_ANSWER: &str = "what can you do";

/// What is said over an answer.
const OVER: &str = "search for a keyboard";

/// The demo's own login, which its talk page shows.
const LOGIN: [&str; 3] = ["log in", "alice", "sunflower"];

/// Which of it to measure.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Sentences,
    Interruptions,
    Rest,
}

/// Measures the parts, on one platform.
///
/// # Errors
/// When the platform does not start with a voice or ends, or flite is missing.
pub(crate) async fn run(parts: &[Part], verbose: bool) -> Result<Found> {
    progress("voice: starting the platform with its models");
    let mut platform = Platform::dev(true)?;
    let mut found = Found::default();
    for part in parts {
        let measured = match part {
            Part::Sentences => sentences(&platform, verbose).await,
            Part::Interruptions => interruptions(&platform, verbose).await,
            Part::Rest => rest(&platform).await,
        };
        let part = measured.map_err(|error| error.context(platform.last_words()))?;
        found.text.push_str(&part.text);
        found.text.push('\n');
        found.rows.extend(part.rows);
    }
    Ok(found)
}

/// Says who they are, by typed lines.
///
/// # Errors
/// When the platform ends the call.
pub(crate) async fn log_in(line: &mut Line) -> Result<()> {
    for text in LOGIN {
        line.type_and_listen(text).await?;
    }
    Ok(())
}

// ---- sentences ----

/// What came of one sentence; times in milliseconds from the end of the caller's speech.
struct Turn {
    sentence: &'static Sentence,
    heard: Vec<String>,
    tools: Vec<String>,
    sound: Option<f64>,
    audible: Option<f64>,
    transcript: Option<f64>,
    decision: Option<f64>,
    cut: bool,
    taken_back: usize,
}

async fn sentences(platform: &Platform, verbose: bool) -> Result<Found> {
    let mut turns = Vec::new();
    let mut processor = Duration::ZERO;
    for voice in VOICES {
        progress(&format!("voice: sentences by {voice}"));
        let mut line = Line::open(platform, None, true).await?;
        log_in(&mut line).await?;
        for sentence in SENTENCES.iter().filter(|sentence| sentence.voice == voice) {
            let speech = sentence.spoken(platform.folder())?;
            let before = processor_time(platform.pid())?;
            let log = line.speak(&speech).await?;
            processor += processor_time(platform.pid())?.saturating_sub(before);
            turns.push(Turn::of(sentence, &speech, &log));
        }
        line.close().await;
    }
    let each = processor.as_secs_f64() / turns.len() as f64;
    tell_sentences(&turns, each, verbose)
}

impl Turn {
    fn of(sentence: &'static Sentence, speech: &Speech, log: &Log) -> Self {
        let spoke_until = log.sent_at(speech.end.saturating_sub(1));
        let after = |sound: Option<Instant>| Some(signed_millis(spoke_until?, sound?));
        let heard: Vec<String> = log.turns().into_iter().map(|(_, text)| text).collect();
        let of = log.millis();
        Self {
            sentence,
            cut: is_cut(sentence, &heard),
            heard,
            tools: log.tools().into_iter().map(str::to_owned).collect(),
            sound: after(log.first_sound(false)),
            audible: after(log.first_sound(true)),
            transcript: of.transcript,
            decision: of.decision,
            taken_back: log.taken_back(),
        }
    }
}

/// From one moment to another; negative when the other was first.
fn signed_millis(from: Instant, to: Instant) -> f64 {
    match to.checked_duration_since(from) {
        Some(later) => millis(later),
        None => -millis(from.saturating_duration_since(to)),
    }
}

/// Whether a turn was taken before the sentence was over: what was heard came in pieces, or without the second half. A
/// word that was misheard does not make it so.
fn is_cut(sentence: &Sentence, heard: &[String]) -> bool {
    let [heard] = heard else {
        return heard.len() > 1;
    };
    let said = words(&sentence.text());
    let second = match sentence.after_pause {
        Some(rest) => words(rest),
        None => said[said.len() / 2..].to_vec(),
    };
    let heard = words(heard);
    // "$20" stands for two words.
    let number = heard
        .iter()
        .any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    let is_there = |word: &&String| heard.contains(word) || number && is_amount(word);
    let there = second.iter().filter(is_there).count();
    let short = heard.len() * 10 < said.len() * 7;
    there * 2 < second.len() && short
}

fn is_amount(word: &str) -> bool {
    matches!(word, "twenty" | "thirty" | "five" | "fifty" | "dollars")
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn tell_sentences(turns: &[Turn], processor_seconds: f64, verbose: bool) -> Result<Found> {
    let series = |of: fn(&Turn) -> Option<f64>| turns.iter().filter_map(of).collect::<Series>();
    let sound = series(|turn| turn.sound);
    let cuts = turns.iter().filter(|turn| turn.cut).count();
    let back: usize = turns.iter().map(|turn| turn.taken_back).sum();
    let unheard = turns.iter().filter(|turn| turn.heard.is_empty()).count();
    let mut text = format!(
        "{} sentences in real time, {} voices, {} of them with a pause of 0.4 s in the middle. Milliseconds from the caller's last sound.\n\n\
         | | turns | median | p90 | longest |\n|---|---|---|---|---|\n",
        turns.len(),
        VOICES.len(),
        turns
            .iter()
            .filter(|turn| turn.sentence.after_pause.is_some())
            .count(),
    );
    for (name, figures) in [
        ("first sound frame received", &sound),
        (
            "first frame that can be heard",
            &series(|turn| turn.audible),
        ),
        ("transcript", &series(|turn| turn.transcript)),
        ("decision", &series(|turn| turn.decision)),
    ] {
        text.push_str(&spread(name, figures));
    }
    writeln!(
        text,
        "\nEarly cuts: {cuts}. Taken too early and taken back in time: {back}. Not heard at all: {unheard}. \
         CPU-seconds of the platform a turn: {}.",
        figure(processor_seconds)
    )?;
    if verbose {
        text.push_str(&each(turns)?);
    }
    let rows = targets_of_sentences(&sound, cuts + unheard, processor_seconds);
    Ok(Found { text, rows })
}

fn targets_of_sentences(sound: &Series, not_heard_out: usize, processor_seconds: f64) -> Vec<Row> {
    vec![
        Row::at_most(
            "first audio after the caller stops, median",
            400.0,
            sound.median(),
            "ms",
            "Pipecat 1.14, same models, instant model: 518 ms; at its most eager 427 ms",
        ),
        Row::at_most(
            "first audio, p90",
            550.0,
            sound.p90(),
            "ms",
            "Pipecat 1.14: a fifth of the turns wait 3.3 s",
        ),
        Row::at_most(
            "early cuts in twenty sentences",
            0.0,
            not_heard_out as f64,
            "",
            "",
        ),
        Row::at_most(
            "CPU-seconds a turn",
            0.5,
            processor_seconds,
            "s",
            "Pipecat 1.14: 1.1 s",
        ),
    ]
}

fn each(turns: &[Turn]) -> Result<String> {
    let mut text = String::from(
        "\n| said | heard | tools | first sound | audible | transcript | decision | |\n|---|---|---|---|---|---|---|---|\n",
    );
    let cell = |value: Option<f64>| figure(value.unwrap_or(f64::NAN));
    for turn in turns {
        let Sentence {
            voice,
            words,
            after_pause,
        } = turn.sentence;
        let rest = after_pause.map_or(String::new(), |rest| format!(" … {rest}"));
        let mut remark = String::new();
        if turn.cut {
            remark.push_str("cut ");
        }
        if turn.taken_back > 0 {
            write!(remark, "taken back {}", turn.taken_back)?;
        }
        writeln!(
            text,
            "| {voice}: {words}{rest} | {} | {} | {} | {} | {} | {} | {remark} |",
            turn.heard.join(" / "),
            turn.tools.join(", "),
            cell(turn.sound),
            cell(turn.audible),
            cell(turn.transcript),
            cell(turn.decision),
        )?;
    }
    Ok(text)
}

// ---- interruptions ----

/// How an answer stopped, in milliseconds from the caller's first sound.
struct Stopped {
    voice: &'static str,
    /// The order to throw away what was not played: from here on the caller hears nothing.
    clear: f64,
    /// The last frame before it that can be heard.
    last_sound: f64,
}

impl Stopped {
    fn line(&self) -> String {
        let (clear, last) = (figure(self.clear), figure(self.last_sound));
        format!(
            "- {}: cleared {clear} ms, last sound {last} ms\n",
            self.voice
        )
    }
}

async fn interruptions(platform: &Platform, verbose: bool) -> Result<Found> {
    progress("voice: interruptions");
    let mut line = Line::open(platform, None, true).await?;
    let mut stopped = Vec::new();
    let mut missed = 0;
    for number in 0..INTERRUPTIONS {
        let voice = VOICES[number % VOICES.len()];
        progress(&format!("voice: interruption {}", number + 1));
        let speech = speech::say(platform.folder(), voice, OVER)?;
        match interrupt(&mut line, voice, &speech).await? {
            Some(one) => stopped.push(one),
            None => missed += 1,
        }
    }
    line.close().await;
    tell_interruptions(&stopped, missed, verbose)
}

async fn interrupt(
    line: &mut Line,
    voice: &'static str,
    speech: &Speech,
) -> Result<Option<Stopped>> {
    line.send_text(LONG_ANSWER).await?;
    let listened = |log: &Log| {
        log.first_sound(true)
            .is_some_and(|at| at.elapsed() >= LISTENS)
    };
    line.sound(&[], listened).await?;
    let log = line.speak(speech).await?;
    let spoke = log
        .sent_at(speech.begin)
        .context("what is said over an answer was sent")?;
    let cleared = log.events.iter().position(|(at, event)| {
        *at >= spoke && matches!(event, Event::Message(ToCaller::Clear { .. }))
    });
    let Some(cleared) = cleared else {
        return Ok(None);
    };
    let last = log.events[..cleared]
        .iter()
        .rev()
        .find(|(_, event)| matches!(event, Event::Sound { audible: true }));
    let clear = signed_millis(spoke, log.events[cleared].0);
    Ok(Some(Stopped {
        voice,
        clear,
        last_sound: last.map_or(0.0, |(at, _)| signed_millis(spoke, *at)),
    }))
}

fn tell_interruptions(stopped: &[Stopped], missed: usize, verbose: bool) -> Result<Found> {
    let clear: Series = stopped.iter().map(|one| one.clear).collect();
    let last: Series = stopped.iter().map(|one| one.last_sound).collect();
    let mut text = format!(
        "{INTERRUPTIONS} answers interrupted. Milliseconds from the caller's first sound.\n\n\
         | | answers | median | p90 | longest |\n|---|---|---|---|---|\n",
    );
    for (name, figures) in [
        ("silence: what was not played is cleared", &clear),
        ("last frame received that can be heard", &last),
    ] {
        text.push_str(&spread(name, figures));
    }
    writeln!(text, "\nAnswers that did not stop: {missed}.")?;
    if verbose {
        text.extend(stopped.iter().map(Stopped::line));
    }
    let worst = if missed > 0 { f64::NAN } else { clear.median() };
    Ok(Found {
        text,
        rows: vec![Row::at_most(
            "barge-in, from the caller's first sound to silence, median",
            200.0,
            worst,
            "ms",
            "Pipecat 1.14: 372 ms",
        )],
    })
}

// ---- calls at rest ----

/// The share of a core that the platform takes without calls.
async fn idle(pid: u32) -> Result<f64> {
    progress("voice: no calls");
    let before = processor_time(pid)?;
    tokio::time::sleep(REST).await;
    Ok(share(processor_time(pid)?.saturating_sub(before), REST))
}

async fn rest(platform: &Platform) -> Result<Found> {
    let pid = platform.pid();
    let idle = idle(pid).await?;
    let mut lines = Vec::new();
    let few = resting(platform, &mut lines, FEW, Room::Quiet).await?;
    let many = resting(platform, &mut lines, MANY, Room::Quiet).await?;
    let muted = resting(platform, &mut lines, MANY, Room::Muted).await?;
    for line in lines {
        line.close().await;
    }
    let percent = (many.percent - idle) / MANY as f64;
    let muted = (muted.percent - idle) / MANY as f64;
    let memory = (many.memory_mb - few.memory_mb) / (MANY - FEW) as f64;
    Ok(Found {
        text: format!(
            "{MANY} calls at rest for {} s: {} % of a core a call from a quiet room, {} % with the microphone off \
             (the platform without calls: {} %). From {FEW} to {MANY} calls: {} MB a further call.\n",
            REST.as_secs(),
            figure(percent),
            figure(muted),
            figure(idle),
            figure(memory),
        ),
        rows: vec![
            Row::at_most(
                "a call at rest, of a core",
                1.0,
                percent,
                "%",
                "Pipecat 1.14: 9 %",
            ),
            Row::at_most(
                "memory of a further call",
                1.0,
                memory,
                "MB",
                "Pipecat 1.14: 11 MB",
            ),
        ],
    })
}

struct Resting {
    percent: f64,
    memory_mb: f64,
}

/// Opens calls until there are so many, and watches them.
async fn resting(
    platform: &Platform,
    lines: &mut Vec<Line>,
    count: usize,
    room: Room,
) -> Result<Resting> {
    progress(&format!("voice: {count} calls at rest"));
    while lines.len() < count {
        lines.push(Line::open(platform, None, true).await?);
    }
    let pid = platform.pid();
    all_silent(lines, room, REST / 5).await?;
    let before = processor_time(pid)?;
    let begun = Instant::now();
    all_silent(lines, room, REST).await?;
    let busy = processor_time(pid)?.saturating_sub(before);
    Ok(Resting {
        percent: share(busy, begun.elapsed()),
        memory_mb: memory_mb(pid)?,
    })
}

fn share(part: Duration, of: Duration) -> f64 {
    part.as_secs_f64() / of.as_secs_f64() * 100.0
}

async fn all_silent(lines: &mut [Line], room: Room, time: Duration) -> Result<()> {
    try_join_all(lines.iter_mut().map(|line| line.be_silent(room, time))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_without_second_half_counts_as_cut() {
        let balance = Sentence {
            voice: "slt",
            words: "what is the balance",
            after_pause: Some("of my checking account"),
        };
        let pay = Sentence {
            voice: "slt",
            words: "please pay thirty five dollars",
            after_pause: None,
        };
        for (sentence, heard, cut) in [
            (
                &balance,
                &["What is the balance of my checking account?"][..],
                false,
            ),
            (
                &balance,
                &["What is the balance of my chicken a count?"],
                false,
            ),
            (&balance, &["What is the balance?"], true),
            (
                &balance,
                &["What is the balance", "of my checking account"],
                true,
            ),
            (&balance, &[], false),
            (&pay, &["Please pay $35."], false),
            (&pay, &["Please pay"], true),
        ] {
            let heard: Vec<String> = heard.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(is_cut(sentence, &heard), cut, "{heard:?}");
        }
    }
}
