//! What is answered to talk that needs no tool.

use super::Dialog;
use crate::step::{Act, EndOfTurn, Step};
use crate::talk::SmallTalk;
use crate::wording::list;

impl Dialog {
    /// Answers talk that needs no tool.
    pub(super) fn small_talk(&mut self, talk: SmallTalk) -> Step {
        self.misses = 0;
        if let Some(task) = self.awaiting_yes()
            && !matches!(
                talk,
                SmallTalk::Cancel | SmallTalk::Goodbye | SmallTalk::Hesitation
            )
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
            SmallTalk::Hello => Step::say("Hello! How can I help you?"),
            SmallTalk::Thanks => {
                Step::say("You're welcome. Is there anything else I can do for you?")
            }
            SmallTalk::Goodbye => {
                self.running = None;
                Step::say("Thank you for calling. Goodbye!")
            }
            SmallTalk::Repeat if self.said.said().is_empty() => {
                Step::say("I haven't said anything yet. How can I help you?")
            }
            SmallTalk::Repeat => {
                let mut step = self.said.clone();
                step.acts.retain(|act| matches!(act, Act::Say(_)));
                step
            }
            SmallTalk::Cancel => {
                self.running = None;
                self.parked.clear();
                Step::say("All right. What else can I do for you?")
            }
            SmallTalk::Abilities => Step::say(abilities),
            SmallTalk::HowAreYou => Step::say("I'm fine, thank you. How can I help you?"),
            SmallTalk::Who | SmallTalk::Robot => {
                Step::say("I'm an automated voice assistant. How can I help you?")
            }
            SmallTalk::SomethingElse => Step::say("Sure. What would you like?"),
            SmallTalk::Acknowledged => Step::say("Is there anything else I can do for you?"),
            SmallTalk::Declined => Step::say("All right. Just tell me when you need anything."),
            SmallTalk::DontKnow => Step::say(format!("That's all right. {abilities}")),
            SmallTalk::Hesitation => Step::new(Vec::new(), EndOfTurn::Unlikely),
        }
    }
}
