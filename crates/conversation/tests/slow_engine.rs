//! Conversations whose engine decides part by part and takes its time.

use std::time::Duration;

use conversimple_conversation::{Act, AskId, Conversation, EndOfTurn, Input, Output, Part};
use conversimple_guard::capture::InputSource;
use conversimple_wire::media::ToCaller;

const FRAME: Duration = Duration::from_millis(32);

/// A conversation whose engine answers when the test lets it.
struct SlowScript {
    conversation: Conversation,
    now: Duration,
    asked: Vec<AskId>,
    said: Vec<String>,
    adopted: Vec<AskId>,
}

impl SlowScript {
    fn new(trials_limit: usize) -> Self {
        let mut conversation = Conversation::new(16_000, true, Duration::from_secs(30), || {
            unreachable!("no call")
        });
        conversation.limit_trials(trials_limit);
        Self {
            conversation,
            now: Duration::from_secs(10),
            asked: Vec::new(),
            said: Vec::new(),
            adopted: Vec::new(),
        }
    }

    fn input(&mut self, input: Input) {
        self.conversation.handle_input(input, self.now);
        while let Some(output) = self.conversation.poll_output() {
            match output {
                Output::Recognise { ask, .. } => {
                    let text = "what is the balance of my savings".into();
                    self.conversation.handle_input(
                        Input::Transcript {
                            ask,
                            text,
                            remark: None,
                        },
                        self.now,
                    );
                }
                Output::Ask { ask, .. } => self.asked.push(ask),
                Output::Adopt { ask, .. } => self.adopted.push(ask),
                Output::Synthesize { clause, .. } => {
                    let samples = vec![1; 1600];
                    self.conversation
                        .handle_input(Input::Sound { clause, samples }, self.now);
                }
                Output::Show(ToCaller::Said { text, .. }) => self.said.push(text),
                _ => {}
            }
        }
    }

    fn hear(&mut self, probability: f32, millis: u64) {
        for _ in 0..millis.div_ceil(32) {
            self.now += FRAME;
            self.input(Input::Voice(probability));
        }
    }

    fn part(&mut self, part: Part) {
        let ask = *self.asked.last().expect("the engine was asked");
        let terms = None;
        self.input(Input::Part { ask, part, terms });
    }
}

#[test]
fn sentence_is_said_while_the_rest_is_being_decided() {
    let mut script = SlowScript::new(usize::MAX);
    script.hear(0.9, 1000);
    script.hear(0.0, 160);
    script.part(Part::EndOfTurn(EndOfTurn::Likely));
    script.part(Part::Act(Act::Say("It is five dollars.".into())));
    script.hear(0.0, 640);
    assert_eq!(script.said, ["It is five dollars."]);
    let ask = script.asked[0];
    assert!(script.conversation.wants_decision(ask) && !script.conversation.is_at_rest());
    script.part(Part::Act(Act::Say("Anything else?".into())));
    script.input(Input::Decided { ask });
    script.hear(0.0, 2000);
    assert_eq!(script.said, ["It is five dollars.", "Anything else?"]);
    assert!(script.conversation.is_at_rest() && !script.conversation.wants_decision(ask));
}

#[test]
fn engine_that_costs_money_is_asked_twice_a_turn_at_most() {
    let mut script = SlowScript::new(1);
    for _ in 0..6 {
        script.hear(0.9, 500);
        script.hear(0.0, 200);
    }
    assert_eq!(script.asked.len(), 1, "the first pause is a trial");
    assert!(!script.conversation.wants_decision(script.asked[0]));
    script.hear(0.0, 1600);
    assert_eq!(
        script.asked.len(),
        2,
        "the silence that lasts asks once more"
    );
    script.part(Part::Act(Act::Say("It is five dollars.".into())));
    assert_eq!(script.adopted, [script.asked[1]]);
}

#[test]
fn decision_of_an_interrupted_turn_is_not_wanted_any_more() {
    let mut script = SlowScript::new(usize::MAX);
    script.hear(0.9, 1000);
    script.hear(0.0, 160);
    script.part(Part::EndOfTurn(EndOfTurn::Likely));
    script.part(Part::Act(Act::Say(
        "Once upon a time there was a king.".into(),
    )));
    script.hear(0.0, 1000);
    let ask = script.asked[0];
    assert!(script.conversation.wants_decision(ask));
    let text = "stop".to_owned();
    let source = InputSource::Typed;
    script.input(Input::Typed {
        text,
        source,
        remark: None,
    });
    assert!(!script.conversation.wants_decision(ask));
    script.input(Input::Part {
        ask,
        part: Part::Act(Act::Say("He had a daughter.".into())),
        terms: None,
    });
    assert_eq!(script.said.len(), 1);
}

#[test]
fn turn_that_is_taken_back_keeps_count_of_its_trials() {
    let mut script = SlowScript::new(1);
    script.hear(0.9, 1000);
    script.hear(0.0, 160);
    script.part(Part::EndOfTurn(EndOfTurn::Likely));
    script.hear(0.0, 128);
    assert_eq!(script.adopted.len(), 1, "the turn was taken");
    script.hear(0.9, 300);
    script.hear(0.0, 200);
    assert_eq!(script.asked.len(), 1, "its words were tried already");
    script.hear(0.0, 1600);
    assert_eq!(script.asked.len(), 2);
}
