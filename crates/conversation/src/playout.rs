//! What is sent to the caller and when, so that the platform knows what the caller can have heard.
//!
//! Sound leaves in frames of 20 ms, at most [`LEAD`] before the caller hears it. Little is therefore on its way when
//! the caller speaks up, and what is on its way is known. An answer can be held and taken up again at the same word.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clause::heard_part;

/// Sound is sent at most this long before it is played: enough for a loop that is late by a few frames, little enough
/// that silence follows a barge-in at once.
pub const LEAD: Duration = Duration::from_millis(100);

/// Length of a frame.
pub const FRAME: Duration = Duration::from_millis(20);

/// Names one clause of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClauseId(pub u64);

#[derive(Debug)]
struct Clause {
    id: ClauseId,
    text: String,
    sound: Option<Vec<i16>>,
    sent_samples: usize,
}

/// What is to be done now.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// A clause begins: show its words.
    Begin(String),
    /// Send these samples.
    Send(Vec<i16>),
}

/// The queue of an answer's clauses.
#[derive(Debug)]
pub struct Playout {
    frame_samples: usize,
    clauses: VecDeque<Clause>,
    spoken: Vec<String>,
    held: bool,
    /// When everything that was sent will have been played.
    played_at: Duration,
}

impl Playout {
    /// An empty queue for sound of a rate.
    pub fn new(rate_hz: u32) -> Self {
        let frame_samples = (u128::from(rate_hz) * FRAME.as_millis() / 1000) as usize;
        Self {
            frame_samples,
            clauses: VecDeque::new(),
            spoken: Vec::new(),
            held: false,
            played_at: Duration::ZERO,
        }
    }

    /// Puts a clause at the end.
    pub fn push(&mut self, id: ClauseId, text: String, sound: Option<Vec<i16>>) {
        self.clauses.push_back(Clause {
            id,
            text,
            sound,
            sent_samples: 0,
        });
    }

    /// A clause's sound is there. Of a clause that is no longer wanted it is dropped.
    pub fn sound(&mut self, id: ClauseId, samples: Vec<i16>) {
        if let Some(clause) = self.clauses.iter_mut().find(|clause| clause.id == id) {
            clause.sound = Some(samples);
        }
    }

    /// The first clause without sound.
    pub fn wanted(&self) -> Option<(ClauseId, &str)> {
        self.clauses
            .iter()
            .find(|clause| clause.sound.is_none())
            .map(|clause| (clause.id, clause.text.as_str()))
    }

    /// Whether there is nothing left to send.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether the caller has heard everything.
    pub fn is_over(&self, now: Duration) -> bool {
        self.clauses.is_empty() && now >= self.played_at
    }

    /// Whether sound is on its way or waiting.
    pub fn is_audible(&self, now: Duration) -> bool {
        now < self.played_at || self.clauses.iter().any(|clause| clause.sent_samples > 0)
    }

    /// How much of what was sent was not played yet.
    fn unplayed(&self, now: Duration) -> Duration {
        self.played_at.saturating_sub(now)
    }

    /// When to call [`Playout::step`] again.
    pub fn wake(&self) -> Option<Duration> {
        if self.held {
            return None;
        }
        match self.clauses.front() {
            Some(clause) => clause
                .sound
                .as_ref()
                .map(|_| (self.played_at + FRAME).saturating_sub(LEAD)),
            None => Some(self.played_at),
        }
    }

    /// The next thing to do, or nothing until [`Playout::wake`].
    pub fn step(&mut self, now: Duration) -> Option<Step> {
        if self.held || self.unplayed(now) + FRAME > LEAD {
            return None;
        }
        let clause = self.clauses.front_mut()?;
        let sound = clause.sound.as_ref()?;
        if clause.sent_samples == 0 && self.spoken.last() != Some(&clause.text) {
            self.spoken.push(clause.text.clone());
            return Some(Step::Begin(clause.text.clone()));
        }
        let end = (clause.sent_samples + self.frame_samples).min(sound.len());
        let mut frame = sound[clause.sent_samples..end].to_vec();
        frame.resize(self.frame_samples, 0);
        clause.sent_samples = end;
        if end == sound.len() {
            self.clauses.pop_front();
        }
        self.played_at = self.played_at.max(now) + FRAME;
        Some(Step::Send(frame))
    }

    /// Stops at once. What was sent and not played goes back to the queue, as far as its clause reaches.
    pub fn hold(&mut self, now: Duration) {
        self.held = true;
        let frames = self.unplayed(now).as_millis().div_ceil(FRAME.as_millis()) as usize;
        if let Some(clause) = self.clauses.front_mut() {
            clause.sent_samples = clause
                .sent_samples
                .saturating_sub(frames * self.frame_samples);
        }
        self.played_at = now;
    }

    /// Goes on where [`Playout::hold`] stopped.
    pub fn resume(&mut self) {
        self.held = false;
    }

    /// Whether the answer is held.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Ends the answer and says what the caller heard of it.
    pub fn cut(&mut self, now: Duration) -> String {
        self.hold(now);
        self.held = false;
        let mut heard = std::mem::take(&mut self.spoken);
        if let Some(clause) = self.clauses.front()
            && heard.last() == Some(&clause.text)
        {
            let total = clause.sound.as_ref().map_or(1, Vec::len).max(1);
            heard.pop();
            heard.push(heard_part(
                &clause.text,
                clause.sent_samples as f64 / total as f64,
            ));
        }
        self.clauses.clear();
        heard.retain(|text| !text.is_empty());
        heard.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn drain(playout: &mut Playout, now: Duration) -> usize {
        std::iter::from_fn(|| playout.step(now))
            .filter(|step| matches!(step, Step::Send(_)))
            .count()
    }

    #[test]
    fn playout_sends_no_earlier_than_its_lead_time() {
        let mut playout = Playout::new(16_000);
        playout.push(ClauseId(1), "one two".into(), Some(vec![1; 16_000]));
        assert_eq!(drain(&mut playout, Duration::ZERO), 5);
        assert_eq!(drain(&mut playout, 10 * MS), 0);
        assert_eq!(drain(&mut playout, 40 * MS), 2);
        assert_eq!(playout.wake(), Some(60 * MS));
        assert_eq!(drain(&mut playout, 59 * MS), 0);
        assert_eq!(drain(&mut playout, 60 * MS), 1);
    }

    #[test]
    fn held_playout_resumes_at_same_sample() {
        let mut playout = Playout::new(16_000);
        playout.push(
            ClauseId(1),
            "one two three four".into(),
            Some((0..16_000).map(|n| n as i16).collect()),
        );
        drain(&mut playout, Duration::ZERO);
        playout.hold(20 * MS);
        assert_eq!(playout.step(500 * MS), None);
        playout.resume();
        assert_eq!(
            playout
                .step(500 * MS)
                .map(|step| matches!(step, Step::Send(f) if f[0] == 320)),
            Some(true)
        );
    }

    #[test]
    fn cut_playout_reports_only_words_heard() {
        let mut playout = Playout::new(16_000);
        playout.push(ClauseId(1), "First sentence.".into(), Some(vec![0; 320]));
        playout.push(
            ClauseId(2),
            "one two three four".into(),
            Some(vec![0; 320 * 8]),
        );
        playout.push(ClauseId(3), "never said".into(), None);
        drain(&mut playout, Duration::ZERO);
        assert_eq!(playout.cut(100 * MS), "First sentence. one two");
        assert!(playout.is_over(100 * MS));
    }
}
