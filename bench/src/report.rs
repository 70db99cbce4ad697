//! How measurements are told: quantiles of a series, and one table of what was aimed at and what came out.
//!
//! Decides how a share of a series is taken and when a target is met. What is measured, and what the target is, stands in
//! the modules that measure.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

/// Figures of one kind, in one unit.
#[derive(Debug, Default, Clone)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    pub(crate) fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest figure that at least this share of all figures does not exceed; NaN for no figures.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let rank = (sorted.len() as f64 * share).ceil() as usize;
        sorted
            .get(rank.saturating_sub(1))
            .copied()
            .unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    pub(crate) fn p90(&self) -> f64 {
        self.at(0.9)
    }

    pub(crate) fn p99(&self) -> f64 {
        self.at(0.99)
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        Self(figures.into_iter().collect())
    }
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }
}

/// One line of the table at the end.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) target: Target,
    pub(crate) figure: f64,
    pub(crate) unit: &'static str,
    /// What others were measured with, as text.
    pub(crate) others: &'static str,
}

impl Row {
    pub(crate) fn at_most(
        what: &'static str,
        most: f64,
        figure: f64,
        unit: &'static str,
        others: &'static str,
    ) -> Self {
        Self {
            what,
            target: Target::AtMost(most),
            figure,
            unit,
            others,
        }
    }

    pub(crate) fn at_least(what: &'static str, least: f64, figure: f64) -> Self {
        Self {
            what,
            target: Target::AtLeast(least),
            figure,
            unit: "",
            others: "",
        }
    }
}

/// What a module found: its own words and tables, and the figures that have a target.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) rows: Vec<Row>,
}

impl From<String> for Found {
    fn from(text: String) -> Self {
        Self {
            text,
            rows: Vec::new(),
        }
    }
}

impl Row {
    /// Whether the target is met, in a word.
    fn verdict(&self) -> &'static str {
        match self.target.is_met(self.figure) {
            _ if self.figure.is_nan() => "not measured",
            true => "met",
            false => "missed",
        }
    }
}

/// A line of a table with how a series is spread.
pub(crate) fn spread(name: &str, figures: &Series) -> String {
    format!(
        "| {name} | {} | {} | {} | {} |\n",
        figures.len(),
        figure(figures.median()),
        figure(figures.p90()),
        figure(figures.at(1.0))
    )
}

/// The table of targets; nothing when nothing with a target was measured.
pub(crate) fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from("| | target | measured | | others |\n|---|---|---|---|---|\n");
    for row in rows {
        let (sign, bound) = match row.target {
            Target::AtMost(most) => ("≤", most),
            Target::AtLeast(least) => ("≥", least),
        };
        let met = row.verdict();
        let unit = match row.unit {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        let _infallible = writeln!(
            out,
            "| {} | {sign} {bound}{unit} | {}{unit} | {met} | {} |",
            row.what,
            figure(row.figure),
            row.others
        );
    }
    out
}

/// A figure with as many digits as say something.
pub(crate) fn figure(figure: f64) -> String {
    if figure.is_nan() {
        return "–".into();
    }
    let size = figure.abs();
    let digits = DIGITS.iter().find(|(least, _)| size >= *least);
    let digits = match digits {
        Some((_, digits)) => *digits,
        None if size == 0.0 => 0,
        None => 3,
    };
    format!("{figure:.digits$}")
}

/// Digits behind the point of figures from a size on: three digits say something in all.
const DIGITS: [(f64, usize); 3] = [(100.0, 0), (10.0, 1), (1.0, 2)];

/// A duration in milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Says on standard error what is being done, so that whoever waits knows.
pub(crate) fn progress(text: &str) {
    let _nobody_looks = writeln!(std::io::stderr(), "bench: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_percentile_is_one_of_its_values() {
        let series: Series = (1..=10).map(f64::from).collect();
        for (share, expected) in [
            (0.0, 1.0),
            (0.5, 5.0),
            (0.9, 9.0),
            (0.99, 10.0),
            (1.0, 10.0),
        ] {
            assert_eq!(series.at(share), expected, "{share}");
        }
        assert!(Series::default().median().is_nan());
    }

    #[test]
    fn report_row_without_measurement_is_not_measured() {
        let rows = [
            Row::at_most("a", 2.0, 2.0, "ms", ""),
            Row::at_most("b", 2.0, 2.1, "ms", "x"),
            Row::at_least("c", 0.9, f64::NAN),
        ];
        let table = table(&rows);
        for line in [
            "| a | ≤ 2 ms | 2.00 ms | met |  |",
            "| b | ≤ 2 ms | 2.10 ms | missed | x |",
            "| c | ≥ 0.9 | – | not measured |  |",
        ] {
            assert!(table.contains(line), "{table}");
        }
    }
}
