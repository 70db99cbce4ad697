//! What an utterance means in the state that the dialog is in.
//!
//! In this order: an answer to what was asked (`reply`), talk that needs no tool (`chat`), a correction (`again`), a
//! follow-up (`again`), a new request.

use conversimple_wire::tool::Role;

use super::Dialog;
use super::frame::{Frame, Question};
use crate::calendar::ordinal_word;
use crate::choose::{Choice, choose, ranked};
use crate::fill::{Utterance, fill, free_text_beginning};
use crate::handoff::wants_person;
use crate::heard::{Act, Decision, EndOfTurn, Expectation, Heard};
use crate::negation::{Wish, wish};
use crate::own::{Pick, pick};
use crate::phrase::deed;
use crate::shape::{is_open_text, shape};
use crate::talk::{Answer, chat, trails_off, yes_no};
use crate::wording::list;

impl Dialog {
    pub(super) fn hear(&mut self, heard: Heard<'_>) -> Decision {
        let utterance = Utterance::new(heard.text, heard.today);
        if utterance.words.is_empty() {
            return Decision::new(Vec::new(), EndOfTurn::Unlikely);
        }
        let open = trails_off(utterance.text, &utterance.words);
        let mut step = self.understand(&heard, utterance);
        if open {
            step.end_of_turn = EndOfTurn::Unlikely;
        }
        step
    }

    fn understand(&mut self, heard: &Heard<'_>, utterance: Utterance<'_>) -> Decision {
        if !self.asks_for_free_text() {
            // A message may hold any negation.
            let (text, is_cut) = match self.free_text_from(heard, &utterance) {
                Some(at) => (&utterance.text[..utterance.words[at].start], true),
                None => (utterance.text, false),
            };
            match wish(text) {
                Wish::Whole => {}
                Wish::Rest(_) if is_cut => {}
                Wish::Nothing => return self.unwanted(),
                Wish::Rest(text) => {
                    // The meaning of the whole sentence is not that of what is left of it.
                    let heard = Heard {
                        text: &text,
                        meaning: None,
                        ..*heard
                    };
                    return self.wanted(&heard, Utterance::new(&text, heard.today));
                }
            }
        }
        self.wanted(heard, utterance)
    }

    /// Where a text begins that the tool takes word for word which the caller asks for.
    fn free_text_from(&self, heard: &Heard<'_>, utterance: &Utterance<'_>) -> Option<usize> {
        let begins = |tool: usize| free_text_beginning(self.spec(tool), utterance);
        (0..self.index.tools.len()).find_map(begins)?;
        let ranked = ranked(&self.index, utterance.text, heard.meaning, heard.today);
        let (tool, score) = *ranked.first()?;
        begins(tool).filter(|_| score >= 0.0)
    }

    /// Whether the caller was asked for words that may say anything, a negation too.
    fn asks_for_free_text(&self) -> bool {
        let asked = self.task.as_ref().and_then(|task| {
            let name = task.asked.as_deref()?;
            self.spec(task.tool).argument(name)
        });
        asked.is_some_and(|argument| is_open_text(&shape(&argument)))
    }

    /// The caller says only what they do not want: what was begun or read back is left.
    fn unwanted(&mut self) -> Decision {
        self.task = None;
        self.question = None;
        self.waiting = None;
        self.parked.clear();
        if let Some(task) = self.awaiting_yes() {
            self.running = None;
            self.last = Some(task);
        }
        Decision::say("All right, I won't do that.").and("What else can I do for you?")
    }

    fn wanted(&mut self, heard: &Heard<'_>, utterance: Utterance<'_>) -> Decision {
        if wants_person(&utterance.words) {
            return self.handoff();
        }
        if let Some(question) = self.question.take()
            && let Some(step) = self.settle(question, &utterance)
        {
            return step;
        }
        if let Some(task) = self.task.take() {
            return self.answer_or_turn(task, heard, utterance);
        }
        if let Some(chat) = chat(&utterance.words) {
            return self.small_talk(chat);
        }
        if let Some(step) = self.amendment(heard, &utterance) {
            return step;
        }
        if let Some(step) = self.correction(heard, &utterance) {
            return step;
        }
        // A second wish waits for its first one, not for whatever the caller turns to.
        self.waiting = None;
        if let Some(first) = self.first_of_two(&utterance) {
            let heard = Heard {
                text: &first,
                meaning: None,
                ..*heard
            };
            return self.request(&heard, Utterance::new(&first, heard.today));
        }
        self.request(heard, utterance)
    }

    /// The answer to a question that is not about an argument. `None`: it was no answer.
    fn settle(&mut self, question: Question, utterance: &Utterance<'_>) -> Option<Decision> {
        match question {
            Question::Resume => match yes_no(utterance.text) {
                Some(Answer::Yes) => {
                    let task = self.parked.pop()?;
                    Some(self.advance(task))
                }
                Some(Answer::No) => {
                    self.parked.clear();
                    Some(Decision::say("All right. What else can I do for you?"))
                }
                None => {
                    self.parked.clear();
                    None
                }
            },
            Question::Which(a, b, request) => {
                let Some(tool) = self.which(a, b, utterance) else {
                    let neither = utterance.words.iter().any(|word| word.lower == "neither");
                    let no = neither || yes_no(utterance.text) == Some(Answer::No);
                    return no.then(|| Decision::say("All right. What can I do for you?"));
                };
                let mut inside = Utterance::new(&request, utterance.today);
                Some(self.begin(tool, &request, &mut inside))
            }
        }
    }

    /// Which of two tools an answer means: by place, or by the words that only one of them has.
    fn which(&self, a: usize, b: usize, utterance: &Utterance<'_>) -> Option<usize> {
        let place = utterance
            .words
            .iter()
            .find_map(|word| ordinal_word(&word.lower));
        match place {
            Some(1) => return Some(a),
            Some(2) => return Some(b),
            _ => {}
        }
        let fits = self.index.fits(utterance.text, None);
        let (a_fit, b_fit) = (fits.get(a)?.tfidf, fits.get(b)?.tfidf);
        let told = a_fit.max(b_fit) >= 0.2 && (a_fit - b_fit).abs() >= 0.05;
        told.then_some(if a_fit > b_fit { a } else { b })
    }

    /// A new request, or a follow-up of the last one.
    pub(super) fn request(&mut self, heard: &Heard<'_>, mut utterance: Utterance<'_>) -> Decision {
        let scores = ranked(&self.index, utterance.text, heard.meaning, heard.today);
        let chosen = choose(&scores);
        let last_tool = self.last.as_ref().map(|task| task.tool);
        let follows = matches!(chosen, Choice::None)
            || matches!(chosen, Choice::Tool(tool) if Some(tool) == last_tool && utterance.words.len() < 5);
        if follows && let Some(step) = self.follow_up(&utterance) {
            return step;
        }
        if !matches!(chosen, Choice::None)
            && let Some(task) = self.awaiting_yes()
        {
            self.running = None;
            self.park(task);
        }
        match chosen {
            Choice::Tool(tool) => self.begin(tool, heard.text, &mut utterance),
            Choice::Between(a, b) => {
                let text = crate::words::limited(heard.text, 400).to_owned();
                let (one, other) = (deed(self.spec(a)), deed(self.spec(b)));
                self.question = Some(Question::Which(a, b, text));
                let mut step = Decision::say(format!("Would you like to {one}, or to {other}?"))
                    .expecting(Expectation::Open);
                step.end_of_turn = EndOfTurn::Unlikely;
                step
            }
            Choice::None => self.not_understood(),
        }
    }

    /// Begins a task with what its request already gives.
    pub(super) fn begin(
        &mut self,
        tool: usize,
        request: &str,
        utterance: &mut Utterance<'_>,
    ) -> Decision {
        self.misses = 0;
        let index = self.index.clone();
        let spec = &index.tools[tool].spec;
        let mut task = Frame::new(tool, request);
        task.arguments = fill(spec, utterance, &task.arguments);
        task.take_doubts(utterance);
        if spec.role() == Role::Login {
            self.login_tries = 0;
        }
        let named = self.own_things_are_named(spec, request);
        let mut step = self.advance(task);
        // What this tool needs may still be on its way; a login that comes first is asked for at once.
        let asks =
            step.expects.is_some() && self.task.as_ref().is_some_and(|task| task.tool == tool);
        let calls = step.acts.iter().any(|act| matches!(act, Act::Call { .. }));
        if asks || calls && !named {
            step.end_of_turn = EndOfTurn::Unlikely;
        }
        step
    }

    /// The call that was read back and waits for the caller's yes, if there is one.
    pub(super) fn awaiting_yes(&self) -> Option<Frame> {
        let task = self.running.as_ref()?;
        self.spec(task.tool).confirm().then(|| task.clone())
    }

    /// Whether the words say which of the caller's things are meant, and not only what was used last.
    fn own_things_are_named(&self, spec: &conversimple_wire::ToolSpec, request: &str) -> bool {
        spec.arguments()
            .filter_map(|argument| argument.own())
            .all(|kind| {
                let things = self.own.get(kind).map(Vec::as_slice).unwrap_or_default();
                things.len() < 2 || matches!(pick(kind, things, request, false, None), Pick::One(_))
            })
    }

    fn not_understood(&mut self) -> Decision {
        if let Some(task) = self.awaiting_yes() {
            return self.advance(task);
        }
        self.misses = self.misses.saturating_add(1);
        let deeds = self.deeds(3);
        let sentence = if self.misses > 1 && !deeds.is_empty() {
            format!(
                "I'm sorry, I can't help with that. I can {}.",
                list(&deeds, "or")
            )
        } else {
            "I'm sorry, I can't help with that. Is there something else I can do for you?"
                .to_owned()
        };
        let mut step = Decision::say(sentence);
        step.end_of_turn = EndOfTurn::Unlikely;
        step
    }
}
