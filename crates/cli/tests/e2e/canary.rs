//! The canary: marked secrets are sent on every path there is, to a platform and an agent that write down all they can, and
//! then looked for in everything that either of them wrote, sent or showed. A secret may be met in the one place that was
//! declared to take it, and there it must be met.
//!
//! Paths are not listed here by hand: routes come from the platform's own table, commands from the program's help, messages
//! and kinds of secrets from the types. A new one that nothing here drives is a compile error or fails by its name.

mod agent;
mod commands;
mod debug;
mod echo;
mod house;
mod markers;
mod routes;
mod sockets;
mod voice;

pub(crate) use sockets::Socket;

use std::collections::BTreeSet;

use conversimple_mask::{Kind, Kinds};

use agent::testimony;
use house::House;
use markers::Markers;

/// What was written, sent or shown somewhere.
#[derive(Default)]
struct Pile(Vec<(String, Vec<u8>)>);

impl Pile {
    fn add(&mut self, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.into(), bytes.into()));
    }
}

/// What reached the tools that are declared to take it.
#[derive(Default)]
struct Delivered(Vec<(&'static str, String)>);

#[test]
fn secret_appears_only_in_its_declared_argument() {
    let (mut markers, mut pile, mut delivered) =
        (Markers::new(), Pile::default(), Delivered::default());
    let mut house = House::start(&mut markers);
    let conversation = sockets::a_conversation(&house, &mut markers, &mut pile, &mut delivered);
    sockets::what_no_caller_should_send(&house, &mut markers, &mut pile);
    sockets::an_agent_of_another_make(&house, &mut markers, &mut pile);
    echo::an_agent_that_says_again_what_it_heard(&house, &mut markers, &mut pile);
    routes::every_route(&house, &mut markers, &mut pile);
    routes::what_is_no_route(&house, &mut markers, &mut pile);
    routes::what_people_look_at(&house, &conversation, &mut markers, &mut pile);
    debug::every_core_type(&mut markers, &mut pile);
    commands::every_command(&house, &mut markers, &mut pile);
    sockets::what_the_agent_said(&house, &delivered, &mut pile);
    for (place, bytes) in house.processes().into_iter().chain(house.files()) {
        pile.add(format!("{place}, while it runs"), bytes);
    }
    let witness = house.witness();
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
    the_test_was_no_sham(&pile, &delivered, &witness);
    let driven: BTreeSet<&str> = markers.paths().collect();
    assert!(driven.len() > 50, "few paths were driven: {driven:?}");
}

/// Both wrote down all they could; what was declared to take a secret got it; what goes wrong with secrets in it did.
fn the_test_was_no_sham(pile: &Pile, delivered: &Delivered, witness: &str) {
    // Nothing in the platform has more to say than DEBUG; the agent's own lines have.
    for (log, level) in [("logs/platform.log", "DEBUG"), ("logs/agent.log", "TRACE")] {
        let (_, bytes) = pile
            .0
            .iter()
            .find(|(place, _)| place == log)
            .unwrap_or_else(|| panic!("{log} is searched"));
        let text = String::from_utf8_lossy(bytes);
        assert!(text.contains(level), "{log} is not loud: {text}");
    }
    for (table, word) in [
        ("turns", "heard: \""),
        ("calls", "arguments: Object"),
        ("agents", "agent_config: Some("),
        ("deployments", "channel_config: Some("),
    ] {
        let place = format!("{table} of the database, opened");
        let mut opened = pile.0.iter().filter(|(found, _)| *found == place);
        assert!(
            opened.any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(word)),
            "nothing stands in {place}"
        );
    }
    for (what, value) in &delivered.0 {
        assert!(
            witness.contains(&testimony(what, value)),
            "the {what} did not reach its tool: {witness}"
        );
    }
    for fault in ["result", "error", "panic", "log"] {
        assert!(witness.contains(&testimony(fault, "")), "no {fault}");
    }
    let kinds: Vec<Kind> = markers::in_sentences().collect();
    let asked = Kind::ALL.into_iter().filter(|kind| Kinds::ASKED.has(*kind));
    assert!(kinds.len() + 1 == asked.count(), "a kind is left out");
}
