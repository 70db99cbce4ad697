//! The people on the line: alice, bob, and somebody who has no account. They say what people say, and answer yes more
//! often than they should.

use serde_json::Value;

use super::house::House;
use super::next_line;
use crate::chance::Chance;

/// One caller in one conversation.
pub(super) struct Caller {
    /// The id by which the agent's database knows them.
    pub(super) user: &'static str,
    password: &'static str,
    /// What only the agent knows of them.
    pub(super) private: &'static [&'static str],
    pub(super) conversation: String,
    /// Which engine the platform made for the conversation.
    pub(super) engine: usize,
    hurried: bool,
    cards: Vec<String>,
    turns: Vec<Turn>,
}

/// A turn that was taken, and what was heard right before it.
struct Turn {
    yes: bool,
    heard_before: Vec<String>,
    answer: Value,
}

/// What a caller says.
pub(super) enum Line {
    Yes,
    Card(String),
    Password,
    /// Two sentences, the second before the first was answered.
    Hurried,
    Says(String),
}

impl Caller {
    /// Each in a conversation of their own, logged in if they can be.
    pub(super) fn all(house: &House) -> [Self; 3] {
        let caller = |user, name, password, private| {
            let mut caller = Self {
                user,
                password,
                private,
                conversation: house.call(),
                engine: 0,
                hurried: false,
                cards: Vec::new(),
                turns: Vec::new(),
            };
            let words = format!("I am {name}, my password is {password}");
            caller.take(house, &words, false);
            // An engine is made with the agent that answers, and the turn has been answered.
            caller.engine = house.model.engines();
            caller
        };
        let alices: &[&str] = &["1250", "8400.5", "Alice"];
        [
            caller("user_1001", "alice", "sunflower", alices),
            caller("user_2001", "bob", "tulip", &["310.75", "Bob B"]),
            caller("nobody", "mallory", "made-up-by-mallory", &[]),
        ]
    }

    /// Says something and hears the answer.
    pub(super) fn speak(&mut self, house: &House, chance: &mut Chance) {
        match next_line(self, chance) {
            Line::Yes => self.take(house, "yes", true),
            Line::Card(card) => {
                self.take(house, &format!("my card is {card}"), false);
                self.cards.push(card);
            }
            Line::Password => {
                self.take(house, &format!("my password is {}", self.password), false);
            }
            Line::Hurried => self.hurry(house),
            Line::Says(words) => self.take(house, &words, false),
        }
    }

    fn take(&mut self, house: &House, words: &str, yes: bool) {
        let answer = house.turn(&self.conversation, words);
        self.note(answer, yes, self.last_heard());
    }

    /// Two turns at once: which of them dies is nobody's choice.
    fn hurry(&mut self, house: &House) {
        self.hurried = true;
        let heard = self.last_heard();
        let say = |words: &'static str| house.turn(&self.conversation, words);
        let both = std::thread::scope(|scope| {
            let first = scope.spawn(move || say("what is my balance"));
            let second = say("no wait, search for headphones");
            [first.join().expect("no panic"), second]
        });
        let heard_of_both = both.iter().map(said).collect::<Vec<_>>();
        for answer in both {
            self.note(answer, false, heard.clone());
        }
        if let Some(last) = self.turns.last_mut() {
            last.answer["either"] = Value::from(heard_of_both);
        }
    }

    fn note(&mut self, answer: Value, yes: bool, heard_before: Vec<String>) {
        self.turns.push(Turn {
            yes,
            heard_before,
            answer,
        });
    }

    /// The last words that were heard; after two turns at once those of either.
    fn last_heard(&self) -> Vec<String> {
        let Some(last) = self.turns.last() else {
            return Vec::new();
        };
        match last.answer["either"].as_array() {
            Some(both) => both
                .iter()
                .filter_map(|said| said.as_str().map(str::to_owned))
                .collect(),
            None => vec![said(&last.answer)],
        }
    }

    /// Whether a turn of theirs may have died.
    pub(super) fn was_hurried(&self) -> bool {
        self.hurried
    }

    /// What was heard right before each yes.
    pub(super) fn agreements(&self) -> impl Iterator<Item = &str> {
        let agreed = self.turns.iter().filter(|turn| turn.yes);
        agreed.flat_map(|turn| turn.heard_before.iter().map(String::as_str))
    }

    /// How the calls of this conversation ended.
    pub(super) fn verdicts(&self) -> impl Iterator<Item = String> {
        self.turns
            .iter()
            .filter_map(|turn| turn.answer["tool_calls"].as_array())
            .flatten()
            .filter_map(|call| call["verdict"].as_str().map(str::to_owned))
    }

    /// What this caller has said that nobody else may know.
    pub(super) fn secrets(&self) -> Vec<String> {
        let password = self.password.to_owned();
        self.cards.iter().cloned().chain([password]).collect()
    }

    /// Last digits of the cards that this caller has said.
    pub(super) fn last_fours(&self) -> impl Iterator<Item = &str> {
        self.cards.iter().map(|card| &card[card.len() - 4..])
    }

    /// Everything that was shown of the conversation.
    pub(super) fn shown(&self) -> String {
        self.turns
            .iter()
            .map(|turn| turn.answer.to_string())
            .collect()
    }
}

fn said(answer: &Value) -> String {
    answer["said"].as_str().unwrap_or_default().to_owned()
}
