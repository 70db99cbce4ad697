//! The same by voice: numbers that are spoken into the line, whole and growing, are met nowhere as they were spoken.

use std::path::PathBuf;

use conversimple_mask::Kind;
use serde_json::Value;
use tempfile::TempDir;

use super::house::House;
use super::markers::Markers;
use super::{Delivered, Pile, sockets};
use crate::platform::command;
use crate::voice::speak;

#[test]
fn spoken_secret_appears_nowhere() {
    let (mut markers, mut pile) = (Markers::new(), Pile::default());
    let folder = TempDir::new().expect("a folder");
    let mut house = House::speaking(&mut markers);
    let mut say = |number, before: &str, kind| {
        let value = markers.value("what a caller says", kind);
        // Half of a number is told by words that are still growing.
        for half in [&value[..value.len() / 2], &value[value.len() / 2..]] {
            if half.len() >= 8 {
                markers.add("half of what a caller says", Kind::Pin, half);
            }
        }
        let words = format!("{before} {}", Markers::spoken_words(&value));
        speak(folder.path(), number, &words, "slt")
    };
    let files: [PathBuf; 2] = [
        say(0, "my card number is", Kind::Card),
        say(1, "my pin is", Kind::Pin),
    ];
    let output = command()
        .args(["call", "--json", "--fast", "--url", &house.url()])
        .args(&files)
        .env("CONVERSIMPLE_API_KEY", &house.key)
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let shown = report.to_string();
    pile.add("what `call` prints", output.stdout);
    pile.add("what `call` says of itself", output.stderr);
    sockets::what_the_agent_said(&house, &Delivered::default(), &mut pile);
    house.stop();
    for (place, bytes) in house.files() {
        pile.add(place, bytes);
    }
    for (place, text) in house.opened() {
        pile.add(place, text);
    }
    let search = markers.search();
    let leaks: Vec<String> = pile
        .0
        .iter()
        .flat_map(|(place, bytes)| search.find(place, bytes))
        .collect();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
    // What the recogniser makes of the other words is its own affair: it writes "pen" for "pin" at times.
    let turns = report["turns"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(turns.len(), files.len(), "every file was heard: {shown}");
    for turn in turns {
        let heard = turn["heard"].as_str().unwrap_or_default();
        assert!(
            heard.contains('⟨') || heard.contains("****") || heard.contains('['),
            "no number was heard: {shown}"
        );
    }
}
