//! What is answered to talk that needs no tool.

use super::Dialog;
use crate::phrase::list;
use crate::step::{Act, Patience, Step};
use crate::talk::Chat;

impl Dialog {
    /// Answers talk that needs no tool.
    pub(super) fn small_talk(&mut self, talk: Chat) -> Step {
        self.misses = 0;
        if let Some(task) = self.awaiting_yes()
            && !matches!(talk, Chat::Cancel | Chat::Goodbye | Chat::Hesitation)
        {
            // The call waits for a yes: it is read back again.
            return self.advance(task);
        }
        let deeds = self.deeds(4);
        let abilities = if deeds.is_empty() {
            "I'm sorry, there is nothing that I can do right now.".to_owned()
        } else {
            format!("I can {}. What would you like?", list(&deeds, "or"))
        };
        match talk {
            Chat::Hello => Step::say("Hello! How can I help you?"),
            Chat::Thanks => Step::say("You're welcome. Is there anything else I can do for you?"),
            Chat::Goodbye => {
                self.running = None;
                Step::say("Thank you for calling. Goodbye!")
            }
            Chat::Repeat if self.said.said().is_empty() => {
                Step::say("I haven't said anything yet. How can I help you?")
            }
            Chat::Repeat => {
                let mut step = self.said.clone();
                step.acts.retain(|act| matches!(act, Act::Say(_)));
                step
            }
            Chat::Cancel => {
                self.running = None;
                self.parked.clear();
                Step::say("All right. What else can I do for you?")
            }
            Chat::Abilities => Step::say(abilities),
            Chat::HowAreYou => Step::say("I'm fine, thank you. How can I help you?"),
            Chat::Who | Chat::Robot => {
                Step::say("I'm an automated voice assistant. How can I help you?")
            }
            Chat::SomethingElse => Step::say("Sure. What would you like?"),
            Chat::Acknowledged => Step::say("Is there anything else I can do for you?"),
            Chat::Declined => Step::say("All right. Just tell me when you need anything."),
            Chat::DontKnow => Step::say(format!("That's all right. {abilities}")),
            Chat::Hesitation => Step::new(Vec::new(), Patience::Long),
        }
    }
}
