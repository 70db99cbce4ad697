//! Labelled call-centre lines for tests and benchmarks of the mask: made from a seed, the same every time.
//!
//! Decides what a good mask should find, without looking at how ours does. A frame ("my card number is {}") is filled with
//! a value in one of its forms; half of the frames (`Half::Kept`) are kept back while the mask is tuned. Behind the feature
//! `corpus`; not part of the product.

mod frames;
mod values;

use super::{Kind, Span};

pub use values::Dice;

/// Which frames are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Frames that the mask may be tuned on.
    Tuning,
    /// Frames kept back for measuring.
    Kept,
}

/// One line and the secrets in it.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was said or written.
    pub text: String,
    /// Byte offsets of each secret, sorted; none for a line that must stay as it is.
    pub labels: Vec<Span>,
    /// The form of the secret, such as "spoken pairs"; for a line without one, "none".
    pub form: &'static str,
}

/// How one mask did on lines of one kind and form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Secrets that were there.
    pub labels: usize,
    /// Secrets that were found: nine tenths of them covered, by the right kind.
    pub found: usize,
    /// Spans that were reported.
    pub reported: usize,
    /// Spans that hold some of a secret.
    pub right: usize,
}

impl Score {
    /// Found of those there; 1 when nothing was there.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.found, self.labels)
    }

    /// Right of those reported; 1 when nothing was reported.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.reported)
    }

    /// Counts one line.
    pub fn count(&mut self, line: &Line, spans: &[Span], same_kind: bool) {
        let overlap = |a: &Span, b: &Span| a.end.min(b.end).saturating_sub(a.start.max(b.start));
        self.labels += line.labels.len();
        self.reported += spans.len();
        for label in &line.labels {
            let covered: usize = spans
                .iter()
                .filter(|s| !same_kind || s.kind == label.kind)
                .map(|s| overlap(label, s))
                .sum();
            self.found += usize::from(covered * 10 >= (label.end - label.start) * 9);
        }
        self.right += spans
            .iter()
            .filter(|span| line.labels.iter().any(|label| overlap(label, span) > 0))
            .count();
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// The kinds and forms that `positive` makes.
#[must_use]
pub fn forms() -> Vec<(Kind, &'static str)> {
    values::FORMS
        .iter()
        .map(|(kind, form, _)| (*kind, *form))
        .collect()
}

/// A line with a secret of this kind and form.
#[must_use]
pub fn positive(dice: &mut Dice, kind: Kind, form: &'static str, half: Half) -> Line {
    let make = values::FORMS
        .iter()
        .find(|(k, f, _)| *k == kind && *f == form)
        .map(|(_, _, make)| make);
    let value = make.map_or_else(String::new, |make| make(dice));
    let frames: Vec<&str> = frames::POSITIVE
        .iter()
        .filter(|(k, forms, _)| {
            *k == kind && forms.split('|').any(|f| f == "any" || form.starts_with(f))
        })
        .map(|(_, _, frame)| *frame)
        .collect();
    let frame = *dice.pick(&half_of(&frames, half));
    let (before, after) = frame.split_once("{}").unwrap_or((frame, ""));
    let (before, after) = (fill(dice, before), fill(dice, after));
    let prose = !before.contains(['=', '"', '{']) && !form.starts_with("code");
    let opener = if prose && dice.chance(3) && !before.is_empty() {
        *dice.pick(frames::OPENERS)
    } else {
        ""
    };
    let closer = if prose && dice.chance(4) && after.is_empty() {
        *dice.pick(frames::CLOSERS)
    } else {
        ""
    };
    let (mut head, tail) = (format!("{opener}{before}"), format!("{after}{closer}"));
    let mut value = value;
    if prose && dice.chance(2) {
        if head.is_empty() && form.starts_with("spoken") {
            capitalise(&mut value);
        }
        capitalise(&mut head);
    }
    let start = head.len();
    let end = start + value.len();
    let stop = if prose && dice.chance(2) && !tail.ends_with(['.', '?', '!']) {
        "."
    } else {
        ""
    };
    Line {
        text: format!("{head}{value}{tail}{stop}"),
        labels: vec![Span { start, end, kind }],
        form,
    }
}

/// A line that holds no secret, though it may look so.
#[must_use]
pub fn negative(dice: &mut Dice, half: Half) -> Line {
    let frame = *dice.pick(&half_of(frames::NEGATIVE, half));
    let mut text = fill(dice, frame);
    if dice.chance(3) {
        text = format!("{}{text}", dice.pick(frames::OPENERS));
    }
    if dice.chance(2) {
        capitalise(&mut text);
        if !text.ends_with(['.', '?', '!']) {
            text.push('.');
        }
    }
    Line {
        text,
        labels: Vec::new(),
        form: "none",
    }
}

/// How many frames there are: with a secret, and without.
#[must_use]
pub fn frame_counts() -> (usize, usize) {
    (frames::POSITIVE.len(), frames::NEGATIVE.len())
}

/// A paragraph of ordinary talk of about `bytes` bytes, with a secret now and then, for measuring speed.
#[must_use]
pub fn talk(dice: &mut Dice, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 200);
    let forms = forms();
    while out.len() < bytes {
        for _ in 0..9 {
            let sentence = *dice.pick(frames::TALK);
            out.push_str(sentence);
            out.push(' ');
        }
        let line = if dice.chance(2) {
            negative(dice, Half::Tuning)
        } else {
            let (kind, form) = *dice.pick(&forms);
            positive(dice, kind, form, Half::Tuning)
        };
        out.push_str(&line.text);
        out.push('\n');
    }
    out
}

fn half_of<'a>(frames: &[&'a str], half: Half) -> Vec<&'a str> {
    let odd = usize::from(half == Half::Kept);
    let some: Vec<&str> = frames
        .iter()
        .enumerate()
        .filter(|(at, _)| at % 2 == odd)
        .map(|(_, frame)| *frame)
        .collect();
    if some.is_empty() {
        frames.to_vec()
    } else {
        some
    }
}

fn capitalise(text: &mut String) {
    if let Some(first) = text.chars().next().filter(char::is_ascii_lowercase) {
        text.replace_range(..1, &first.to_ascii_uppercase().to_string());
    }
}

/// Fills `<digits 6>`, `<price>` and the like in a frame.
fn fill(dice: &mut Dice, frame: &str) -> String {
    let (mut out, mut rest) = (String::new(), frame);
    while let Some((before, after)) = rest.split_once('<') {
        let Some((name, after)) = after.split_once('>') else {
            break;
        };
        out.push_str(before);
        out.push_str(&values::blank(dice, name));
        rest = after;
    }
    out.push_str(rest);
    out
}
