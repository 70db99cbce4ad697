//! Cardinal numbers in words: "two hundred and fifty", "twelve hundred", "three million".

use crate::lexicon::{Class, number_word, ordinal_value};
use crate::view::View;

/// A number in words so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cardinal {
    pub(crate) value: i64,
    /// What stands below the last word for thousands, millions …
    pub(crate) low: i64,
    /// The last scale, where it is the last word: of "two million" a million.
    pub(crate) scale: i64,
    pub(crate) to: usize,
}

impl Cardinal {
    /// What a second group may follow: what stands below the last scale, where that is not the last word.
    pub(crate) fn free_low(&self) -> i64 {
        if self.scale == 1 { self.low } else { 0 }
    }
}

/// The cardinal number that begins at a word.
pub(crate) fn cardinal(view: View<'_>, at: usize) -> Option<Cardinal> {
    let mut run = Run::default();
    let mut i = at + usize::from(run.lead(view, at));
    while run.goes_on(view, i) || !is_scale_letter(view, i) && run.take(view.lower(i)) {
        i += 1;
    }
    if !run.any || is_ordinal(&run, view.lower(i)) {
        return None;
    }
    Some(Cardinal {
        value: run.total.checked_add(run.part)?,
        low: run.part,
        scale: if run.after_scale && run.part == 0 {
            run.last
        } else {
            1
        },
        to: i,
    })
}

/// A capital K by itself is a unit.
fn is_scale_letter(view: View<'_>, at: usize) -> bool {
    view.lower(at).len() == 1 && view.capital(at)
}

/// "Twenty" of "twenty first" is no number by itself. "Twenty second" may be one of seconds.
fn is_ordinal(run: &Run, next: &str) -> bool {
    run.room == 10
        && ordinal_value(next).is_some_and(|value| (1..10).contains(&value) && value != 2)
}

fn is_small(lower: &str) -> bool {
    matches!(number_word(lower), Some((Class::Small | Class::Ten, _)))
}

/// The sum of a spoken number so far: "two hundred fifty" is 2, then 200, then 250.
struct Run {
    total: i64,
    part: i64,
    any: bool,
    /// Smallest place that is still free in `part`: a unit may follow a ten, a ten may follow a hundred.
    room: i64,
    after_scale: bool,
    /// The last scale; the next one must be smaller.
    last: i64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            total: 0,
            part: 0,
            any: false,
            room: 0,
            after_scale: false,
            last: i64::MAX,
        }
    }
}

impl Run {
    /// "A hundred", "a couple (of) thousand": the article counts one.
    fn lead(&mut self, view: View<'_>, at: usize) -> bool {
        let scales = |at: usize| {
            matches!(
                number_word(view.lower(at)),
                Some((Class::Hundred | Class::Scale | Class::Dozen, _))
            ) && view.lower(at).len() > 1
        };
        let article = view.any(at, &["a", "an"]) && scales(at + 1);
        if article {
            self.add(1);
        }
        article
    }

    /// "Two hundred and" before a smaller number.
    fn goes_on(&self, view: View<'_>, at: usize) -> bool {
        view.lower(at) == "and" && self.after_scale && is_small(view.lower(at + 1))
    }

    fn add(&mut self, value: i64) {
        self.part += value;
        self.any = true;
    }

    fn take(&mut self, lower: &str) -> bool {
        match number_word(lower) {
            Some((Class::Small | Class::Ten, value)) => self.small(value),
            Some((Class::Hundred, _)) => self.hundred(),
            Some((Class::Scale, value)) => self.scale(value),
            Some((Class::Dozen, value)) if self.any => self.dozen(value),
            _ => false,
        }
    }

    fn small(&mut self, value: i64) -> bool {
        let fits = !self.any || self.has_room(value);
        if fits {
            self.add(value);
            self.room = if value >= 20 { 10 } else { 0 };
            self.after_scale = false;
        }
        fits
    }

    /// A unit may follow a ten, and anything a hundred.
    fn has_room(&self, value: i64) -> bool {
        match self.room {
            10 => (1..10).contains(&value),
            room => room >= 100 && value > 0,
        }
    }

    fn hundred(&mut self) -> bool {
        if !self.any || !(1..100).contains(&self.part) {
            return false;
        }
        self.part *= 100;
        (self.room, self.after_scale) = (100, true);
        true
    }

    fn scale(&mut self, value: i64) -> bool {
        let fits = self.any && self.part > 0 && value < self.last;
        let sum = self
            .part
            .checked_mul(value)
            .and_then(|part| self.total.checked_add(part));
        let Some(sum) = sum.filter(|_| fits) else {
            return false;
        };
        (self.total, self.part, self.room) = (sum, 0, value);
        (self.after_scale, self.last) = (true, value);
        true
    }

    fn dozen(&mut self, value: i64) -> bool {
        let fits = self.total == 0 && (1..1_000).contains(&self.part);
        if fits {
            self.part *= value;
            self.room = 0;
        }
        fits
    }
}
