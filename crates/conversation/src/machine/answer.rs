//! From a turn to its answer: what is said, which calls are made, and how an answer gives way.

use std::time::Duration;

use super::*;

/// A call that is wanted.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) changes: bool,
    pub(super) digest: Option<ArgumentsDigest>,
}

impl Conversation {
    /// Does what was decided about the caller's words so far.
    pub(super) fn perform(&mut self, plan: Plan, now: Duration) {
        if !plan.keeps_expectation {
            self.expect(plan.expects);
        }
        for planned in plan.acts {
            self.act(planned, now);
        }
    }

    /// A part of the decision about the turn that is being answered, or about an outcome that it is told.
    pub(super) fn perform_part(
        &mut self,
        part: Part,
        terms: Option<Box<CallTerms>>,
        now: Duration,
    ) {
        self.begin_decision();
        match part {
            Part::EndOfTurn(_) => {}
            Part::Expects(expects) => self.expect(Some(expects)),
            Part::Act(act) => {
                if let Act::Say(words) = &act {
                    self.note_told(words);
                }
                self.act(Planned { act, terms }, now);
            }
        }
    }

    /// The engine begins to answer: its fork takes its place. Nothing that it asked for before is expected any more,
    /// unless this is about an outcome of a turn that is over.
    pub(super) fn begin_decision(&mut self) {
        let Some(turn) = &mut self.turn else { return };
        let begins = !std::mem::replace(&mut turn.adopted, true);
        let Some(ask) = turn.plan.filter(|_| begins) else {
            return;
        };
        let late = turn.asked.as_ref().is_some_and(|owed| owed.late);
        self.emit(Output::Adopt {
            ask,
            begins_turn: false,
        });
        if !late {
            self.expect(None);
        }
    }

    fn act(&mut self, Planned { act, terms }: Planned, now: Duration) {
        match act {
            Act::Say(text) => self.talk(&text),
            Act::Call { tool, arguments } => {
                self.wish(tool, arguments, *terms.unwrap_or_default(), now);
            }
            Act::Own { kind } => {
                let (tool, arguments) = own_things_call(&kind);
                self.wish(tool, arguments, CallTerms::default(), now);
            }
        }
    }

    fn wish(
        &mut self,
        tool: String,
        arguments: Map<String, Value>,
        terms: CallTerms,
        now: Duration,
    ) {
        let digest = terms.repeat.as_ref().map(ReadBack::digest);
        let twice = digest.is_some_and(|digest| self.is_owed(digest));
        let question = if twice { terms.repeat } else { terms.read_back };
        let wish = Wish {
            tool,
            arguments,
            changes: terms.changes,
            digest,
        };
        self.call(wish, question, terms.answer_prefix, now);
    }

    /// Says what the engine wants said. What the caller says yes to is the last that they heard, so a read-back that is
    /// talked over will be said again.
    fn talk(&mut self, text: &str) {
        if let Some(turn) = &mut self.turn {
            turn.talked_over = turn.reads_back;
        }
        self.say(text);
    }

    pub(super) fn say(&mut self, text: &str) {
        let Some(turn) = &mut self.turn else { return };
        if !self.voice {
            turn.said.push(text.to_owned());
            let turn = turn.id;
            self.emit(Output::Show(ToCaller::Said {
                turn,
                text: text.to_owned(),
            }));
            return;
        }
        let opening = turn.opening.take();
        let begun = opening.filter(|opening| begins_with(text, &opening.words));
        let mut rest = text;
        if let Some(PrefetchedClause {
            clause,
            words,
            sound,
        }) = begun
        {
            rest = &text[words.len()..];
            if sound.is_none() {
                self.synthesizing = Some(clause);
            }
            self.playout.push(clause, words, sound);
        }
        for clause in clauses(rest) {
            let id = self.next_clause();
            self.playout.push(id, clause, None);
        }
    }

    pub(super) fn call(
        &mut self,
        wish: Wish,
        read_back: Option<ReadBack>,
        answer_prefix: Option<String>,
        now: Duration,
    ) {
        let Some(turn) = &mut self.turn else { return };
        let id = turn.id;
        let sentence = read_back
            .as_ref()
            .map(|question| question.text().to_owned());
        let asking = read_back.map(|read_back| Asking {
            read_back,
            answer_prefix,
            changes: wish.changes,
        });
        let (tool, arguments) = (&wish.tool, &wish.arguments);
        match self.ledger.admit(id, tool, arguments, asking, now) {
            Admission::Granted => self.send(wish, Consent::None, now),
            Admission::Withheld => {
                (turn.reads_back, turn.talked_over) = (true, false);
                self.say(&sentence.unwrap_or_default());
            }
            Admission::Ambiguous => {
                let code = Code::ConfirmationRequired;
                turn.outcomes.push_back(Owed {
                    tool: tool.clone(),
                    arguments: arguments.clone(),
                    outcome: ToolOutcome::Failed(code),
                    changes: false,
                    digest: None,
                    late: false,
                    told: false,
                });
                self.refuse(id, wish, code, now);
            }
            Admission::Exhausted => {
                // An engine that loops is not asked again, and what it would like to say is not said.
                let first = !std::mem::replace(&mut turn.exhausted, true);
                self.emit(Output::Abandon {
                    tool: tool.clone(),
                    arguments: arguments.clone(),
                });
                self.refuse(id, wish, Code::ToolExecutionError, now);
                if first {
                    self.talk(Code::ToolExecutionError.sentence());
                }
            }
        }
    }

    /// Sends a call for the turn that is being answered.
    pub(super) fn send(&mut self, wish: Wish, consent: Consent, now: Duration) {
        let Some(turn) = &mut self.turn else { return };
        (turn.called, turn.sent) = (true, true);
        turn.open_calls += 1;
        let id = turn.id;
        let call = self.open_call(id, wish, now);
        let call_id = (self.new_call_id)();
        self.ledger.enter(call_id.clone(), call.clone());
        self.emit(Output::Call {
            call_id,
            call,
            consent,
            again: false,
        });
    }

    fn refuse(&mut self, turn: TurnId, wish: Wish, code: Code, now: Duration) {
        let call = self.open_call(turn, wish, now);
        let call_id = (self.new_call_id)();
        self.emit(Output::Refused {
            call_id,
            call,
            code,
        });
    }

    fn open_call(&self, turn: TurnId, wish: Wish, now: Duration) -> OpenCall {
        OpenCall {
            turn,
            tool: wish.tool,
            arguments: wish.arguments,
            asked_at: now,
            deadline: now + self.call_limit,
            socket: self.socket,
            changes: wish.changes,
            digest: wish.digest,
            abandoned: false,
            excused: false,
        }
    }

    pub(super) fn outcome(
        &mut self,
        call_id: &CallId,
        socket: Option<SocketId>,
        outcome: ToolOutcome,
    ) {
        match self.ledger.settle(call_id, socket) {
            Ok(call) => self.settled(call_id.clone(), call, outcome, socket.is_some()),
            Err(unmatched) => self.emit(Output::Unmatched(unmatched)),
        }
    }

    pub(super) fn attached(&mut self, socket: SocketId, remembers: bool) {
        self.socket = Some(socket);
        for (call_id, call) in self.ledger.move_to(socket, remembers, self.call_limit) {
            self.emit(Output::Call {
                call_id,
                call,
                // The gate let it through before.
                consent: Consent::None,
                again: true,
            });
        }
    }

    pub(super) fn sound(&mut self, clause: ClauseId, samples: Vec<i16>) {
        if self.synthesizing == Some(clause) {
            self.synthesizing = None;
        }
        let tried = self
            .pending_turn
            .as_mut()
            .and_then(|pending_turn| pending_turn.opening.as_mut());
        let kept = self.turn.as_mut().and_then(|turn| turn.opening.as_mut());
        match tried
            .into_iter()
            .chain(kept)
            .find(|opening| opening.clause == clause)
        {
            Some(opening) => opening.sound = Some(samples),
            None => self.playout.sound(clause, samples),
        }
    }

    /// The turn that is being answered dies.
    pub(super) fn interrupt(&mut self, now: Duration) {
        let Some(mut turn) = self.turn.take() else {
            return;
        };
        let said = if self.voice {
            self.playout.cut(now)
        } else {
            turn.said.join(" ")
        };
        self.synthesizing = None;
        if !self.ledger.is_read_back_heard() {
            self.ledger.drop_pending();
        }
        self.bequeath(&mut turn, &said);
        let is_open = self.ledger.open().any(|(_, call)| call.turn == turn.id);
        self.emit(Output::Show(ToCaller::Clear { turn: turn.id }));
        self.emit(Output::Record(TurnRecord {
            turn: turn.id,
            heard: turn.heard,
            said,
            interrupted: true,
            called: turn.sent,
            is_open,
            millis: turn.millis,
        }));
        self.emit(Output::Show(ToCaller::TurnEnd {
            turn: turn.id,
            millis: turn.millis,
        }));
    }
}
