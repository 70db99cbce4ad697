//! What is answered to talk that needs no tool.

use super::Dialog;
use super::frame::Frame;
use crate::handoff::puts_through;
use crate::heard::{Act, Decision, EndOfTurn};
use crate::talk::SmallTalk;
use crate::wording::list;

/// What is said before a task is begun anew.
pub(super) const ANEW: &str = "All right, from the beginning.";

impl Dialog {
    /// Answers talk that needs no tool.
    pub(super) fn small_talk(&mut self, talk: SmallTalk) -> Decision {
        self.misses = 0;
        if let Some(task) = self.awaiting_yes()
            && !matches!(
                talk,
                SmallTalk::Cancel
                    | SmallTalk::Goodbye
                    | SmallTalk::Hesitation
                    | SmallTalk::StartOver
                    | SmallTalk::GoBack
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
            SmallTalk::Hello => Decision::say("Hello! How can I help you?"),
            SmallTalk::Thanks => {
                Decision::say("You're welcome. Is there anything else I can do for you?")
            }
            SmallTalk::Goodbye => {
                self.running = None;
                self.waiting = None;
                Decision::say("Thank you for calling. Goodbye!")
            }
            SmallTalk::Repeat => self.said_again(),
            SmallTalk::Cancel => {
                self.running = None;
                self.waiting = None;
                self.parked.clear();
                Decision::say("All right. What else can I do for you?")
            }
            SmallTalk::Abilities => Decision::say(abilities),
            SmallTalk::HowAreYou => Decision::say("I'm fine, thank you. How can I help you?"),
            SmallTalk::Who | SmallTalk::Robot => {
                Decision::say("I'm an automated voice assistant. How can I help you?")
            }
            SmallTalk::SomethingElse => Decision::say("Sure. What would you like?"),
            SmallTalk::Acknowledged => Decision::say("Is there anything else I can do for you?"),
            SmallTalk::Declined => Decision::say("All right. Just tell me when you need anything."),
            SmallTalk::DontKnow => Decision::say(format!("That's all right. {abilities}")),
            SmallTalk::Hold => Decision::say("All right, take your time."),
            SmallTalk::StartOver => self.start_over(),
            SmallTalk::GoBack => self.go_back(),
            SmallTalk::Hesitation => Decision::new(Vec::new(), EndOfTurn::Unlikely),
        }
    }

    fn said_again(&self) -> Decision {
        if self.said.said().is_empty() {
            return Decision::say("I haven't said anything yet. How can I help you?");
        }
        let mut step = self.said.clone();
        step.acts.retain(|act| matches!(act, Act::Say(_)));
        step
    }

    /// What waits for a yes is begun anew.
    fn start_over(&mut self) -> Decision {
        self.parked.clear();
        match self.running.take() {
            Some(task) => self.advance(Frame::new(task.tool, "")).after(ANEW),
            None => Decision::say("All right. What can I do for you?"),
        }
    }

    fn go_back(&mut self) -> Decision {
        match self.awaiting_yes() {
            Some(task) => self.step_back(task),
            None => Decision::say("All right. What would you like to change?"),
        }
    }

    /// The answer that was given last is asked for again.
    pub(super) fn step_back(&mut self, mut task: Frame) -> Decision {
        self.running = None;
        match task.answered.pop() {
            Some(name) => {
                task.arguments.remove(&name);
                task.doubts.remove(&name);
                task.tries = 0;
                self.advance(task).after("All right.")
            }
            None => self.advance(task),
        }
    }

    /// The caller wants a person: they are put through where a tool does that, and told what is possible where none does.
    pub(super) fn handoff(&mut self) -> Decision {
        let index = self.index.clone();
        let found = index.tools.iter().position(|tool| puts_through(&tool.spec));
        self.question = None;
        self.waiting = None;
        if let Some(tool) = found {
            self.task = None;
            return self.advance(Frame::new(tool, ""));
        }
        let sentence = "I'm sorry, I can't put you through to a person.";
        if let Some(task) = self.task.take() {
            return self.advance(task).after(sentence);
        }
        let deeds = self.deeds(4);
        let step = Decision::say(sentence);
        match deeds.is_empty() {
            true => step,
            false => step.and(format!(
                "But I can {}. What would you like?",
                list(&deeds, "or")
            )),
        }
    }
}
