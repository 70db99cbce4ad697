//! Whole conversations against the state machine: a script of voice, words and decisions, and what came of it.
//! Time is the script's; nothing here hears or waits.

use std::time::Duration;

use conversimple_conversation::calls::{OpenCall, SocketId, UnmatchedReply};
use conversimple_conversation::playout::ClauseId;
use conversimple_conversation::{
    Act, AskId, CallTerms, Conversation, Decision, EndOfTurn, EngineEvent, Expectation, Input,
    Output, Part, STILL_BEING_DONE, TurnRecord,
};
use conversimple_guard::call::{Accepts, Author, Policy};
use conversimple_guard::capture::InputSource;
use conversimple_guard::consent::{ReadBack, Sentences};
use conversimple_mask::Kind;
use conversimple_wire::media::ToCaller;
use conversimple_wire::{CallId, Code, ConversationId, ToolOutcome, ToolSpec, TurnId};
use serde_json::{Value, json};

const FRAME: Duration = Duration::from_millis(32);
const AGENT: SocketId = SocketId(1);

/// What the engine wants, and what the platform adds to its calls.
#[derive(Default)]
struct Wanted {
    decision: Decision,
    terms: Vec<CallTerms>,
}

impl Wanted {
    /// Also this.
    fn and(mut self, other: Self) -> Self {
        self.decision.acts.extend(other.decision.acts);
        self.terms.extend(other.terms);
        self
    }

    fn into_inputs(self, ask: AskId) -> impl Iterator<Item = Input> {
        let mut terms = self.terms.into_iter().map(Box::new);
        let parts = self.decision.into_parts().map(move |part| {
            let is_call = matches!(part, Part::Act(Act::Call { .. }));
            let terms = is_call.then(|| terms.next()).flatten();
            Input::Part { ask, part, terms }
        });
        parts.chain([Input::Decided { ask }])
    }
}

impl From<Decision> for Wanted {
    fn from(decision: Decision) -> Self {
        let terms = Vec::new();
        Self { decision, terms }
    }
}

/// A conversation with an engine and a recogniser that answer at once what the script says.
struct Script {
    conversation: Conversation,
    now: Duration,
    words: String,
    remark: Option<String>,
    decide: Box<dyn FnMut(&EngineEvent) -> Wanted>,
    recognitions: usize,
    calls: Vec<(CallId, OpenCall, bool)>,
    records: Vec<TurnRecord>,
    shown: Vec<ToCaller>,
    frames_played: usize,
    abandoned: usize,
    refused: Vec<(OpenCall, Code)>,
    unmatched: Vec<UnmatchedReply>,
    reverted: usize,
    hung_up: bool,
}

impl Script {
    fn new(decide: impl FnMut(&EngineEvent) -> Wanted + 'static) -> Self {
        let mut count = 0;
        let ids = move || {
            count += 1;
            CallId::parse(format!("call_{count}")).expect("an id")
        };
        let mut conversation = Conversation::new(16_000, true, Duration::from_secs(30), ids);
        conversation.handle_input(
            Input::AgentAttached {
                socket: AGENT,
                remembers: false,
            },
            Duration::ZERO,
        );
        Self {
            conversation,
            now: Duration::from_secs(10),
            words: String::new(),
            remark: None,
            decide: Box::new(decide),
            recognitions: 0,
            calls: Vec::new(),
            records: Vec::new(),
            shown: Vec::new(),
            frames_played: 0,
            abandoned: 0,
            refused: Vec::new(),
            unmatched: Vec::new(),
            reverted: 0,
            hung_up: false,
        }
    }

    fn input(&mut self, input: Input) {
        self.conversation.handle_input(input, self.now);
        while let Some(output) = self.conversation.poll_output() {
            match output {
                Output::Recognise { ask, .. } => {
                    self.recognitions += 1;
                    let text = self.words.clone();
                    self.conversation.handle_input(
                        Input::Transcript {
                            ask,
                            text,
                            remark: self.remark.clone(),
                        },
                        self.now,
                    );
                }
                Output::Ask { ask, event } => {
                    for input in (self.decide)(&event).into_inputs(ask) {
                        self.conversation.handle_input(input, self.now);
                    }
                }
                Output::Synthesize { clause, .. } => {
                    let samples = vec![1; 16_000];
                    self.conversation
                        .handle_input(Input::Sound { clause, samples }, self.now);
                }
                Output::Call {
                    call_id,
                    call,
                    again,
                    ..
                } => self.calls.push((call_id, call, again)),
                Output::Record(record) => self.records.push(record),
                Output::Show(message) => self.shown.push(message),
                Output::Play(_) => self.frames_played += 1,
                Output::Abandon { .. } => self.abandoned += 1,
                Output::Refused { call, code, .. } => self.refused.push((call, code)),
                Output::Unmatched(stray) => self.unmatched.push(stray),
                Output::Revert => self.reverted += 1,
                Output::HangUp => self.hung_up = true,
                Output::Adopt { .. } | Output::Settled { .. } => {}
            }
        }
    }

    /// Voice or silence for a time.
    fn hear(&mut self, probability: f32, millis: u64) {
        for _ in 0..millis.div_ceil(32) {
            self.now += FRAME;
            self.input(Input::Voice(probability));
        }
    }

    /// A whole sentence, and silence until the turn is taken.
    fn say(&mut self, words: &str) {
        self.words = words.into();
        self.hear(0.9, 1000);
        self.hear(0.0, 700);
    }

    fn reply(&mut self, call: usize, socket: SocketId) {
        let call_id = self.calls[call].0.clone();
        let outcome = ToolOutcome::Result(json!({"balance": 5}));
        self.input(Input::Outcome {
            call_id,
            socket: Some(socket),
            outcome,
        });
    }

    fn turn(&self) -> TurnId {
        self.conversation.turn()
    }
}

#[test]
fn wake_is_call_deadline_while_tool_runs_and_never_in_past() {
    let mut script = Script::new(shop);
    script.say("look it up");
    assert_eq!(script.calls.len(), 1);
    let deadline = script.calls[0].1.deadline;
    script.hear(0.0, 5000);
    assert_eq!(script.conversation.wake(), Some(deadline));
    script.reply(0, AGENT);
    let mut ticks = 0;
    while let Some(at) = script.conversation.wake() {
        assert!(
            at > script.now,
            "a wake that is over is waited for without end"
        );
        script.now = at;
        script.input(Input::Tick);
        ticks += 1;
    }
    assert!(ticks < 100, "{ticks}");
    assert_eq!(script.records.len(), 1);
}

#[test]
fn reverted_turn_withdraws_its_expected_answer() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(text) if text.contains("alice") => {
            let expects = Expectation::Secret {
                tool: "login".into(),
                argument: "password".into(),
                kind: Kind::Password,
            };
            Decision::say("And your password?")
                .expecting(expects)
                .into()
        }
        _ => speak("Your name?"),
    });
    script.words = "alice".into();
    script.hear(0.9, 1000);
    script.hear(0.0, 256);
    let secret = |script: &Script| script.conversation.expects().and_then(Expectation::secret);
    assert_eq!(secret(&script), Some(Kind::Password));
    script.hear(0.9, 64);
    assert_eq!(script.reverted, 1);
    assert_eq!(secret(&script), None, "a name is no password");
}

#[test]
fn caller_stopping_at_length_limit_is_answered() {
    for silence in (0..=256).step_by(32) {
        let mut script = Script::new(shop);
        script.words = "a long story".into();
        script.hear(0.9, 750 * 32 - 8 * 32 - silence);
        script.hear(0.0, 1000);
        assert_eq!(script.turn(), TurnId(1), "{silence} ms before the limit");
    }
}

#[test]
fn typed_text_is_answered_despite_speech_meanwhile() {
    let mut conversation = Conversation::new(16_000, true, Duration::from_secs(30), || {
        unreachable!("no call")
    });
    let typed = Input::Typed {
        text: "hello".into(),
        source: InputSource::Typed,
        remark: None,
    };
    conversation.handle_input(typed, FRAME);
    let mut asked = None;
    for n in 2..40 {
        let probability = if n < 20 { 0.9 } else { 0.0 };
        conversation.handle_input(Input::Voice(probability), FRAME * n);
        while let Some(output) = conversation.poll_output() {
            match output {
                Output::Ask { ask, .. } => asked = Some(ask),
                Output::Recognise { .. } => unreachable!("the typed words come first"),
                _ => {}
            }
        }
    }
    let ask = asked.expect("the engine was asked");
    for input in speak("Hi.").into_inputs(ask) {
        conversation.handle_input(input, FRAME * 41);
    }
    assert_eq!(conversation.turn(), TurnId(1));
}

#[test]
fn call_outcome_of_interrupted_turn_is_abandoned() {
    let mut ids = (1..).map(|n| CallId::parse(format!("call_{n}")).expect("an id"));
    let mut conversation = Conversation::new(16_000, false, Duration::from_secs(30), move || {
        ids.next().expect("one more")
    });
    let mut run = |inputs: Vec<Input>| {
        for input in inputs {
            conversation.handle_input(input, FRAME);
        }
        std::iter::from_fn(|| conversation.poll_output()).collect::<Vec<_>>()
    };
    let asked = |outputs: &[Output]| {
        outputs.iter().find_map(|output| match output {
            Output::Ask { ask, .. } => Some(*ask),
            _ => None,
        })
    };
    let typed = |text: &str| {
        vec![Input::Typed {
            text: text.into(),
            source: InputSource::Typed,
            remark: None,
        }]
    };
    let ask = asked(&run(typed("look"))).expect("the engine is asked");
    let outputs = run(call("look", None).into_inputs(ask).collect());
    let call_id = outputs.iter().find_map(|output| match output {
        Output::Call { call_id, .. } => Some(call_id.clone()),
        _ => None,
    });
    let outputs = run(vec![Input::Outcome {
        call_id: call_id.expect("a call"),
        socket: None,
        outcome: ToolOutcome::Result(json!({})),
    }]);
    assert!(asked(&outputs).is_some());
    let abandoned = |output: &Output| matches!(output, Output::Abandon { .. });
    assert!(run(typed("something else")).iter().any(abandoned));
}

#[test]
fn resent_call_gets_its_full_deadline_again() {
    let mut script = Script::new(shop);
    script.say("look it up");
    let deadline = script.calls[0].1.deadline;
    script.hear(0.0, 5000);
    let until = script.now + Duration::from_secs(3);
    script.input(Input::AgentLost { until });
    assert_eq!(script.conversation.wake(), Some(until));
    let socket = SocketId(2);
    script.input(Input::AgentAttached {
        socket,
        remembers: true,
    });
    assert_eq!(script.conversation.wake(), Some(deadline));
}

fn speak(text: &str) -> Wanted {
    Decision::say(text).into()
}

/// A question about twenty dollars, in these words.
fn question(words: &str) -> ReadBack {
    asked_for(words, json!(true))
}

fn asked_for(words: &str, confirm: Value) -> ReadBack {
    let spec = ToolSpec {
        name: "pay".into(),
        description: String::new(),
        parameters: json!({"properties": {"amount": {"type": "number"}}, "x-confirm": confirm}),
    };
    let policy = Policy::of(&spec, Author::Ours).expect("a policy");
    let conversation = ConversationId::parse("conv_1").expect("an id");
    let arguments = json!({"amount": 20}).as_object().cloned();
    let given = |_: &Accepts, text: &str| Some(text.to_owned().into());
    let sentences = |_| Sentences {
        ask: words.to_owned(),
        again: format!("Yes or no: {words}"),
    };
    ReadBack::of(
        &conversation,
        &policy,
        arguments.expect("an object"),
        given,
        sentences,
    )
    .expect("a read-back")
}

fn call(tool: &str, read_back: Option<&str>) -> Wanted {
    let terms = CallTerms {
        read_back: read_back.map(question),
        answer_prefix: Some("Your balance".into()),
        changes: tool != "look",
        repeat: read_back.map(|_| question("Pay once more?")),
    };
    call_on(tool, terms)
}

fn call_on(tool: &str, terms: CallTerms) -> Wanted {
    let arguments = json!({"amount": 20});
    let act = Act::Call {
        tool: tool.into(),
        arguments: arguments.as_object().cloned().unwrap_or_default(),
    };
    Wanted {
        decision: Decision::new(vec![act], EndOfTurn::Likely),
        terms: vec![terms],
    }
}

/// An engine that pays when it hears "pay", looks when it hears "look", and speaks otherwise.
fn shop(event: &EngineEvent) -> Wanted {
    match event {
        EngineEvent::Heard(text) if text.contains("pay") => call("pay", Some("Pay 20?")),
        EngineEvent::Heard(text) if text.contains("look") => call("look", None),
        EngineEvent::Heard(text) => speak(&format!("You said {text}.")),
        EngineEvent::Declined { .. } => speak("All right."),
        EngineEvent::Outcome { outcome, .. } => speak(outcome.message().unwrap_or("Done.")),
        EngineEvent::Begin | EngineEvent::OwnThings { .. } => speak("Hello."),
    }
}

#[test]
fn complete_sentence_is_answered_after_short_silence() {
    let mut script = Script::new(shop);
    script.words = "hello there".into();
    script.hear(0.9, 1000);
    script.hear(0.0, 224);
    assert_eq!(script.turn(), TurnId(0));
    script.hear(0.0, 32);
    assert_eq!(script.turn(), TurnId(1));
    assert_eq!(script.recognitions, 1);
    assert!(
        script.frames_played > 0,
        "the first clause was prepared in the silence"
    );
}

#[test]
fn incomplete_sentence_with_pause_is_heard_to_its_end() {
    let mut script = Script::new(|_| {
        let ask = Act::Say("Which one?".into());
        Decision::new(vec![ask], EndOfTurn::Unlikely).into()
    });
    script.words = "what is the balance".into();
    script.hear(0.9, 1000);
    script.hear(0.0, 416);
    script.words = "what is the balance of my checking account".into();
    script.hear(0.9, 800);
    assert_eq!(
        script.turn(),
        TurnId(0),
        "a pause of 0.4 s does not end the turn"
    );
    script.hear(0.0, 700);
    assert_eq!(script.turn(), TurnId(1));
    let heard = script.shown.iter().rev().find_map(|m| match m {
        ToCaller::Heard {
            text,
            is_final: true,
            ..
        } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(
        heard.as_deref(),
        Some("what is the balance of my checking account")
    );
}

#[test]
fn turn_taken_too_early_is_reverted_when_caller_continues() {
    let mut script = Script::new(shop);
    script.words = "hello".into();
    script.hear(0.9, 1000);
    script.hear(0.0, 300);
    assert_eq!(script.turn(), TurnId(1));
    script.words = "hello my friend".into();
    script.hear(0.9, 600);
    assert!(
        script
            .shown
            .contains(&ToCaller::TurnVoid { turn: TurnId(1) })
    );
    assert_eq!(script.reverted, 1);
    script.hear(0.0, 2500);
    assert_eq!(
        script
            .records
            .iter()
            .map(|r| r.heard.as_str())
            .collect::<Vec<_>>(),
        ["hello my friend"]
    );
}

#[test]
fn cough_pauses_answer_and_takes_no_turn() {
    let mut script = Script::new(shop);
    script.say("tell me a story");
    script.hear(0.0, 300);
    let before = script.frames_played;
    script.words = String::new();
    script.hear(0.9, 250);
    let held = script.frames_played;
    assert!(held - before <= 4, "the answer stops within a few frames");
    script.hear(0.0, 3000);
    assert_eq!(script.turn(), TurnId(1));
    assert_eq!(script.records.len(), 1);
    assert!(!script.records[0].interrupted);
    assert_eq!(script.records[0].said, "You said tell me a story.");
    assert!(script.frames_played >= 50, "all of it was played");
}

#[test]
fn barge_in_ends_answer_and_history_keeps_heard_part() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(text) if text == "story" => {
            speak("One two three four five six seven eight nine ten.")
        }
        _ => speak("Yes?"),
    });
    script.say("story");
    script.words = "stop please".into();
    script.hear(0.9, 900);
    let record = script.records.first().expect("the dead turn is recorded");
    assert!(record.interrupted);
    assert!(
        record.said.starts_with("One two") && !record.said.contains("ten"),
        "{}",
        record.said
    );
}

#[test]
fn answer_prefix_prepared_during_tool_call_is_used_if_it_fits() {
    for (answer, whole) in [("Your balance is 5.", true), ("Nothing found.", false)] {
        let mut script = Script::new(move |event| match event {
            EngineEvent::Outcome { .. } => speak(answer),
            other => shop(other),
        });
        script.say("look");
        script.reply(0, AGENT);
        script.hear(0.0, 4000);
        assert_eq!(script.records[0].said, answer);
        let first = script.shown.iter().find_map(|message| match message {
            ToCaller::Said { text, .. } => Some(text.clone()),
            _ => None,
        });
        assert_eq!(first.as_deref() == Some("Your balance"), whole);
    }
}

#[test]
fn reply_to_call_of_interrupted_turn_is_not_spoken() {
    let mut script = Script::new(shop);
    script.say("look");
    assert_eq!(script.calls.len(), 1);
    script.say("never mind");
    assert_eq!(script.abandoned, 1);
    script.reply(0, AGENT);
    script.hear(0.0, 3000);
    let said: Vec<_> = script.records.iter().map(|r| r.said.as_str()).collect();
    assert_eq!(said, ["", "You said never mind."]);
}

#[test]
fn risky_call_runs_only_after_yes_to_read_back() {
    let mut script = Script::new(shop);
    script.say("pay");
    script.hear(0.0, 2000);
    assert!(script.calls.is_empty());
    assert_eq!(script.records[0].said, "Pay 20?");
    script.say("yes");
    assert_eq!(script.calls.len(), 1);
    script.say("yes");
    assert_eq!(script.calls.len(), 1, "a second yes runs nothing");
}

#[test]
fn answer_other_than_yes_drops_pending_payment() {
    for words in ["no", "what time is it"] {
        let mut script = Script::new(shop);
        script.say("pay");
        script.hear(0.0, 2000);
        script.say(words);
        script.hear(0.0, 3000);
        script.say("yes");
        assert!(script.calls.is_empty(), "{words}");
    }
}

#[test]
fn unclear_answer_is_asked_again_once_and_then_dropped() {
    for words in ["good", "mhm", "yes?", "okay", "great thanks", "yes or no"] {
        let mut script = Script::new(shop);
        script.say("pay");
        script.hear(0.0, 2000);
        script.say(words);
        script.hear(0.0, 4000);
        let said: Vec<_> = script.records.iter().map(|r| r.said.as_str()).collect();
        assert_eq!(said, ["Pay 20?", "Yes or no: Pay 20?"], "{words}");
        script.say(words);
        script.hear(0.0, 4000);
        assert_eq!(script.records[2].said, "All right.", "{words}");
        script.say("yes");
        assert!(script.calls.is_empty(), "{words}");
    }
}

#[test]
fn yes_after_the_question_was_repeated_runs_the_call() {
    let mut script = Script::new(shop);
    script.say("pay");
    script.hear(0.0, 2000);
    script.say("right");
    script.hear(0.0, 4000);
    script.say("yes please");
    assert_eq!(script.calls.len(), 1);
}

#[test]
fn key_is_the_only_yes_where_keys_are_asked_for() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(text) if text == "pay" => {
            let terms = CallTerms {
                read_back: Some(asked_for("Press 1.", json!("keys"))),
                changes: true,
                ..CallTerms::default()
            };
            call_on("pay", terms)
        }
        other => shop(other),
    });
    script.say("pay");
    script.hear(0.0, 2000);
    assert!(script.conversation.wants_keys());
    script.say("yes");
    script.hear(0.0, 4000);
    assert!(script.calls.is_empty());
    let (text, source) = ("1".to_owned(), InputSource::Keypad);
    script.input(Input::Typed {
        text,
        source,
        remark: None,
    });
    assert_eq!(script.calls.len(), 1);
}

#[test]
fn yes_before_read_back_is_heard_permits_nothing() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(text) if text == "pay" => call(
            "pay",
            Some("I am going to pay 20. And then some more. Shall I?"),
        ),
        other => shop(other),
    });
    script.say("pay");
    script.say("yes");
    assert!(script.calls.is_empty());
    script.hear(0.0, 6000);
    assert_eq!(
        script.records.last().map(|r| r.interrupted),
        Some(false),
        "the read-back went on to its end"
    );
    script.say("yes");
    assert_eq!(script.calls.len(), 1);
}

#[test]
fn two_risky_calls_in_one_decision_read_back_only_the_first() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(_) => call("pay", Some("Pay 20?")).and(call("send", Some("Send 20?"))),
        _ => Wanted::default(),
    });
    script.say("pay");
    script.hear(0.0, 6000);
    assert_eq!(script.records[0].said, "Pay 20?");
    let refused: Vec<_> = script
        .refused
        .iter()
        .map(|(call, code)| (call.tool.as_str(), *code))
        .collect();
    assert_eq!(refused, [("send", Code::ConfirmationRequired)]);
    script.say("yes");
    let called: Vec<_> = script.calls.iter().map(|c| c.1.tool.as_str()).collect();
    assert_eq!(called, ["pay"], "the yes is to what was read back");
}

#[test]
fn question_after_read_back_is_dropped_so_yes_is_to_read_back() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(_) => {
            call("pay", Some("Pay 20?")).and(speak("Would you like to hear your balance?"))
        }
        _ => Wanted::default(),
    });
    script.say("pay");
    script.hear(0.0, 12_000);
    assert!(
        script.records[0].said.ends_with("Pay 20?"),
        "{}",
        script.records[0].said
    );
    script.say("yes");
    assert_eq!(script.calls.len(), 1);
}

#[test]
fn engine_requesting_endless_calls_is_stopped() {
    let mut script = Script::new(|_| {
        let calls = (0..100).map(|n| call("pay", (n % 2 == 0).then_some("Pay 20?")));
        calls.fold(Wanted::default(), Wanted::and)
    });
    script.say("pay");
    script.hear(0.0, 20_000);
    for call in 0..script.calls.len() {
        script.reply(call, AGENT);
    }
    script.hear(0.0, 60_000);
    assert!(script.calls.len() <= 8, "{}", script.calls.len());
    assert!(script.refused.len() < 200, "{}", script.refused.len());
    assert_eq!(script.records.len(), 1, "the turn ends");
}

#[test]
fn reply_from_another_socket_is_unmatched() {
    let mut script = Script::new(shop);
    script.say("look");
    script.reply(0, SocketId(9));
    assert_eq!(script.unmatched, [UnmatchedReply::OtherSocket]);
    script.reply(0, AGENT);
    script.reply(0, AGENT);
    assert_eq!(
        script.unmatched,
        [UnmatchedReply::OtherSocket, UnmatchedReply::Settled]
    );
    script.hear(0.0, 3000);
    assert_eq!(script.records[0].said, "Done.");
}

#[test]
fn call_is_resent_to_returned_agent_and_apologised_for_if_lost() {
    let mut script = Script::new(shop);
    script.say("look");
    script.input(Input::AgentLost {
        until: script.now + Duration::from_secs(2),
    });
    script.input(Input::AgentAttached {
        socket: SocketId(2),
        remembers: true,
    });
    assert!(script.calls[1].2, "sent again under the same id");
    assert_eq!(script.calls[0].0, script.calls[1].0);
    script.input(Input::AgentLost {
        until: script.now + Duration::from_secs(2),
    });
    script.hear(0.0, 6000);
    let apology = conversimple_wire::Code::AgentUnavailable.sentence();
    assert_eq!(
        script.records[0].said,
        format!("{STILL_BEING_DONE} {apology}")
    );
}

#[test]
fn monologue_audio_is_dropped_and_makes_one_turn() {
    let mut script = Script::new(|_| call("look", None));
    script.words = "and so on".into();
    script.hear(0.9, 300_000);
    assert!(
        script.conversation.needed_from() * 512 + 16_000 * 25 > 300_000 * 16,
        "old sound may be dropped"
    );
    script.hear(0.0, 3000);
    assert!(script.calls.is_empty());
    assert_eq!(script.turn(), TurnId(1));
}

#[test]
fn stale_decision_transcript_and_sound_are_ignored() {
    let mut script = Script::new(shop);
    for input in call("pay", None).into_inputs(AskId(99)) {
        script.input(input);
    }
    script.input(Input::Transcript {
        ask: AskId(98),
        text: "pay".into(),
        remark: None,
    });
    script.input(Input::Sound {
        clause: ClauseId(97),
        samples: vec![0; 100],
    });
    assert!(script.calls.is_empty() && script.frames_played == 0);
    assert!(script.conversation.is_at_rest());
}

/// A payment that the caller has agreed to and that is open.
fn paying() -> Script {
    let mut script = Script::new(shop);
    let now = script.now;
    script.conversation.on_line(16_000, true, now);
    script.say("pay");
    script.hear(0.0, 2000);
    script.say("yes");
    assert_eq!(script.calls.len(), 1);
    script
}

impl Script {
    /// All that the caller can have heard.
    fn heard(&self) -> String {
        let said: Vec<&str> = self.records.iter().map(|it| it.said.as_str()).collect();
        said.join(" | ")
    }
}

#[test]
fn outcome_of_a_payment_that_outlived_its_turn_is_told_first() {
    let mut script = paying();
    script.say("what is the weather");
    script.reply(0, AGENT);
    script.hear(0.0, 8000);
    let heard = script.heard();
    assert!(heard.contains("Done."), "{heard}");
    assert!(heard.contains("You said what is the weather."), "{heard}");
    assert!(script.unmatched.is_empty());
}

#[test]
fn question_how_a_payment_goes_is_answered_and_its_outcome_told() {
    let mut script = paying();
    script.say("hello, did it work?");
    script.hear(0.0, 3000);
    assert!(
        script.heard().contains(STILL_BEING_DONE),
        "{}",
        script.heard()
    );
    script.reply(0, AGENT);
    script.hear(0.0, 3000);
    assert!(script.heard().ends_with("Done."), "{}", script.heard());
    assert_eq!(script.calls.len(), 1);
}

#[test]
fn same_payment_whose_outcome_was_not_heard_needs_a_yes_of_its_own() {
    let mut script = paying();
    script.say("pay");
    script.hear(0.0, 4000);
    assert!(
        script.heard().contains("Pay once more?"),
        "{}",
        script.heard()
    );
    assert_eq!(script.calls.len(), 1);
    script.say("no");
    script.hear(0.0, 4000);
    assert_eq!(script.calls.len(), 1);
    script.reply(0, AGENT);
    script.hear(0.0, 4000);
    assert!(script.heard().contains("Done."), "{}", script.heard());
    // It was told: the next is a payment like any other.
    script.say("pay");
    script.hear(0.0, 4000);
    assert!(script.heard().ends_with("Pay 20?"), "{}", script.heard());
}

/// However soon the caller speaks, and whenever the answer comes, a payment that ran is told.
#[test]
fn payment_is_told_whenever_the_caller_speaks_and_the_agent_answers() {
    for speaks in 0..30_u64 {
        for answers in 0..30_u64 {
            let mut script = Script::new(shop);
            let now = script.now;
            script.conversation.on_line(16_000, true, now);
            script.say("pay");
            script.hear(0.0, 2000);
            script.words = "yes".into();
            script.hear(0.9, 500);
            let mut is_answered = false;
            for frame in 0..60 {
                let voice = (15 + speaks..25 + speaks).contains(&frame);
                if voice {
                    script.words = "and the weather".into();
                }
                script.hear(if voice { 0.9 } else { 0.0 }, 32);
                if frame >= 16 + answers && !script.calls.is_empty() && !is_answered {
                    script.reply(0, AGENT);
                    is_answered = true;
                }
            }
            if !script.calls.is_empty() && !is_answered {
                script.reply(0, AGENT);
            }
            script.hear(0.0, 12_000);
            let told = script.heard().matches("Done.").count();
            assert!(
                told >= script.calls.len(),
                "speaks {speaks}, answers {answers}: {}",
                script.heard()
            );
        }
    }
}

#[test]
fn silent_caller_is_asked_twice_and_then_the_call_is_ended() {
    let mut script = Script::new(shop);
    let now = script.now;
    script.conversation.on_line(16_000, true, now);
    script.say("hello there");
    script.hear(0.0, 11_000);
    assert_eq!(script.records.len(), 1);
    script.hear(0.0, 8_000);
    assert!(
        script.heard().ends_with("Are you still there?"),
        "{}",
        script.heard()
    );
    script.hear(0.0, 30_000);
    assert!(
        script.heard().contains("I can't hear you."),
        "{}",
        script.heard()
    );
    assert!(!script.hung_up);
    script.hear(0.0, 80_000);
    assert!(script.hung_up);
}

#[test]
fn remark_of_the_platform_is_said_after_a_long_silence_and_what_was_asked_stays_asked() {
    let mut script = Script::new(|event| match event {
        EngineEvent::Heard(_) => {
            let expects = Expectation::Secret {
                tool: "store_card".into(),
                argument: "card".into(),
                kind: Kind::Card,
            };
            Decision::say("Your card?").expecting(expects).into()
        }
        _ => Wanted::default(),
    });
    script.say("store my card");
    script.hear(0.0, 1500);
    script.remark = Some("I have 4 of 16 digits so far.".into());
    script.words = "[card]".into();
    script.hear(0.9, 1000);
    script.hear(0.0, 1_500);
    assert_eq!(script.turn(), TurnId(1), "the caller has time to go on");
    script.hear(0.0, 2_000);
    assert_eq!(script.records[1].said, "I have 4 of 16 digits so far.");
    let secret = script.conversation.expects().and_then(Expectation::secret);
    assert_eq!(secret, Some(Kind::Card));
}
