//! What sentences with sums of money in them are worth, row by row of `readings.tsv`.

use conversimple_spoken::number::{Number, amounts};
use conversimple_spoken::words::words;

fn shown(number: &Number) -> String {
    let readings: Vec<String> = number
        .readings()
        .map(|value| value.normalize().to_string())
        .collect();
    let percent = if number.percent { "%" } else { "" };
    let currency = number
        .currency
        .map_or_else(String::new, |code| format!(" {code}"));
    format!("{}{percent}{currency}", readings.join("|"))
}

#[test]
fn amount_said_or_written_has_its_readings() {
    let table = include_str!("readings.tsv");
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows {
        let (text, expected) = row.split_once('\t').unwrap_or((row, ""));
        let found: Vec<String> = amounts(&words(text)).iter().map(shown).collect();
        count += 1;
        if found.join("; ") != expected {
            wrong.push(format!(
                "{text}: {} instead of {expected}",
                found.join("; ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
