//! When the caller speaks: probabilities of voice become the beginning, the pauses and the end of an utterance.
//!
//! One probability is one frame of 32 ms. This file knows nothing of answers and engines; how long a pause must be to
//! end a turn is decided by the machine, which knows what was said so far.

use std::time::Duration;

/// Samples in a frame, at 16 kHz: what the voice detector takes.
pub const FRAME_SAMPLES: u64 = 512;

/// Length of a frame.
pub const FRAME: Duration = Duration::from_millis(32);

/// A frame counts as voiced from this probability on (the detector's authors' default).
const ONSET: f32 = 0.5;

/// And stays voiced down to this one (the detector's authors' default: onset − 0.15).
const RELEASE: f32 = 0.35;

/// Voiced frames in a row that begin an utterance, or end a pause: one frame alone is a click.
const ONSET_FRAMES: u32 = 2;

/// Frames before the first voiced one that belong to the utterance: the soft beginning of a word.
const PREROLL_FRAMES: u64 = 8;

/// What a frame changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// An utterance began.
    Began,
    /// The caller went on after a pause.
    WentOn,
}

/// An utterance that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utterance {
    /// First frame, with what leads up to it.
    pub first_frame: u64,
    /// Voiced frames so far.
    pub voiced_frames: u32,
    /// Unvoiced frames since the last voiced one.
    pub silent_frames: u32,
    /// Frame after the last voiced one.
    pub end_frame: u64,
}

impl Utterance {
    /// How long the closing silence has lasted.
    pub fn silence(&self) -> Duration {
        FRAME * self.silent_frames
    }

    /// How long the caller has actually spoken.
    pub fn voiced(&self) -> Duration {
        FRAME * self.voiced_frames
    }
}

/// Turns probabilities into utterances.
#[derive(Debug, Default)]
pub struct VadSegmenter {
    frame: u64,
    run: u32,
    voiced: bool,
    utterance: Option<Utterance>,
    /// No utterance reaches back before this frame: what lies there belongs to an earlier turn.
    floor: u64,
}

impl VadSegmenter {
    /// Frames heard so far.
    pub fn frames(&self) -> u64 {
        self.frame
    }

    /// The utterance that is going on.
    pub fn utterance(&self) -> Option<Utterance> {
        self.utterance
    }

    /// The earliest frame that may still be needed.
    pub fn needed_from(&self) -> u64 {
        match self.utterance {
            Some(utterance) => utterance.first_frame,
            None => self
                .frame
                .saturating_sub(PREROLL_FRAMES + u64::from(ONSET_FRAMES))
                .max(self.floor),
        }
    }

    /// Takes the probability of the next frame.
    pub fn hear(&mut self, probability: f32) -> Change {
        let frame = self.frame;
        self.frame += 1;
        let threshold = if self.voiced { RELEASE } else { ONSET };
        self.voiced = probability >= threshold;
        self.run = if self.voiced { self.run + 1 } else { 0 };
        let Some(utterance) = &mut self.utterance else {
            if self.run < ONSET_FRAMES {
                return Change::None;
            }
            let first_voiced = frame + 1 - u64::from(self.run);
            self.utterance = Some(Utterance {
                first_frame: first_voiced.saturating_sub(PREROLL_FRAMES).max(self.floor),
                voiced_frames: self.run,
                silent_frames: 0,
                end_frame: frame + 1,
            });
            return Change::Began;
        };
        if self.run == 0 || (self.run < ONSET_FRAMES && utterance.silent_frames > 0) {
            utterance.silent_frames += 1;
            return Change::None;
        }
        let paused = utterance.silent_frames > 0;
        utterance.voiced_frames += if paused { self.run } else { 1 };
        utterance.silent_frames = 0;
        utterance.end_frame = frame + 1;
        if paused { Change::WentOn } else { Change::None }
    }

    /// The utterance is over: taken by a turn, or thrown away.
    pub fn close(&mut self) {
        if let Some(utterance) = self.utterance.take() {
            self.floor = utterance.end_frame;
        }
        self.run = 0;
    }

    /// Takes an utterance up again that was closed too early; the caller went on.
    pub fn reopen(&mut self, first_frame: u64) {
        if let Some(utterance) = &mut self.utterance {
            utterance.first_frame = utterance.first_frame.min(first_frame);
        }
    }

    /// Cuts the utterance: what lies before `frame` was taken, the rest goes on.
    pub fn cut(&mut self, frame: u64) {
        if let Some(utterance) = &mut self.utterance {
            utterance.first_frame = utterance.first_frame.max(frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(ear: &mut VadSegmenter, probabilities: &[f32]) -> Vec<Change> {
        probabilities
            .iter()
            .map(|p| ear.hear(*p))
            .filter(|change| *change != Change::None)
            .collect()
    }

    #[test]
    fn utterance_begins_at_two_loud_frames_not_one() {
        let mut ear = VadSegmenter::default();
        assert!(hear(&mut ear, &[0.0, 0.9, 0.0, 0.9, 0.1]).is_empty());
        assert_eq!(ear.utterance(), None);
        assert_eq!(hear(&mut ear, &[0.6, 0.6]), [Change::Began]);
    }

    #[test]
    fn pause_frames_are_counted_until_speech_resumes() {
        let mut ear = VadSegmenter::default();
        hear(&mut ear, &[0.0; 20]);
        hear(&mut ear, &[0.9, 0.9, 0.4, 0.9, 0.1, 0.1, 0.9]);
        let utterance = ear.utterance().expect("an utterance");
        assert_eq!(
            (
                utterance.first_frame,
                utterance.voiced_frames,
                utterance.silent_frames
            ),
            (12, 4, 3)
        );
        assert_eq!(hear(&mut ear, &[0.9]), [Change::WentOn]);
        let utterance = ear.utterance().expect("an utterance");
        assert_eq!(
            (
                utterance.voiced_frames,
                utterance.silent_frames,
                utterance.end_frame
            ),
            (6, 0, 28)
        );
    }

    #[test]
    fn next_utterance_starts_after_previous_end() {
        let mut ear = VadSegmenter::default();
        hear(&mut ear, &[0.9; 10]);
        ear.close();
        hear(&mut ear, &[0.0, 0.0, 0.9, 0.9]);
        assert_eq!(ear.utterance().map(|u| u.first_frame), Some(10));
        assert_eq!(ear.needed_from(), 10);
    }
}
