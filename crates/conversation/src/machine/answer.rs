//! From a turn to its answer: what is said, which calls are made, and how an answer gives way.

use std::time::Duration;

use super::*;

impl Conversation {
    pub(super) fn perform(&mut self, decision: Decision, now: Duration) {
        self.expect(decision.expects);
        for act in decision.acts.into_iter().take(ACTS_LIMIT) {
            match act {
                Act::Say(text) => self.talk(&text),
                Act::Call {
                    tool,
                    arguments,
                    read_back,
                    answer_prefix,
                } => {
                    self.call(tool, arguments, read_back, answer_prefix, now);
                }
            }
        }
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
        tool: String,
        arguments: Map<String, Value>,
        read_back: Option<Box<ReadBack>>,
        answer_prefix: Option<String>,
        now: Duration,
    ) {
        let Some(turn) = &mut self.turn else { return };
        let id = turn.id;
        let sentence = read_back
            .as_ref()
            .map(|question| question.text().to_owned());
        let asking = read_back.map(|read_back| Asking {
            read_back: *read_back,
            answer_prefix,
        });
        match self.ledger.admit(id, &tool, &arguments, asking, now) {
            Admission::Granted => self.send(tool, arguments, Consent::None, now),
            Admission::Withheld => {
                (turn.reads_back, turn.talked_over) = (true, false);
                self.say(&sentence.unwrap_or_default());
            }
            Admission::Ambiguous => {
                let code = Code::ConfirmationRequired;
                turn.outcomes.push_back(Event::Outcome {
                    tool: tool.clone(),
                    arguments: arguments.clone(),
                    outcome: ToolOutcome::Failed(code),
                });
                self.refuse(id, tool, arguments, code, now);
            }
            Admission::Exhausted => {
                // An engine that loops is not asked again, and what it would like to say is not said.
                let first = !std::mem::replace(&mut turn.exhausted, true);
                self.emit(Output::Abandon {
                    tool: tool.clone(),
                    arguments: arguments.clone(),
                });
                self.refuse(id, tool, arguments, Code::ToolExecutionError, now);
                if first {
                    self.talk(Code::ToolExecutionError.sentence());
                }
            }
        }
    }

    /// Sends a call for the turn that is being answered.
    pub(super) fn send(
        &mut self,
        tool: String,
        arguments: Map<String, Value>,
        consent: Consent,
        now: Duration,
    ) {
        let Some(turn) = &mut self.turn else { return };
        turn.called = true;
        turn.open_calls += 1;
        let id = turn.id;
        let call = self.open_call(id, tool, arguments, now);
        let call_id = (self.new_call_id)();
        self.ledger.enter(call_id.clone(), call.clone());
        self.emit(Output::Call {
            call_id,
            call,
            consent,
            again: false,
        });
    }

    fn refuse(
        &mut self,
        turn: TurnId,
        tool: String,
        arguments: Map<String, Value>,
        code: Code,
        now: Duration,
    ) {
        let call = self.open_call(turn, tool, arguments, now);
        let call_id = (self.new_call_id)();
        self.emit(Output::Refused {
            call_id,
            call,
            code,
        });
    }

    fn open_call(
        &self,
        turn: TurnId,
        tool: String,
        arguments: Map<String, Value>,
        now: Duration,
    ) -> OpenCall {
        OpenCall {
            turn,
            tool,
            arguments,
            asked_at: now,
            deadline: now + self.call_limit,
            socket: self.socket,
        }
    }

    pub(super) fn outcome(
        &mut self,
        call_id: &CallId,
        socket: Option<SocketId>,
        outcome: ToolOutcome,
    ) {
        match self.ledger.settle(call_id, socket) {
            Ok(call) => self.settled(call_id.clone(), call, outcome),
            Err(unmatched) => self.emit(Output::Unmatched(unmatched)),
        }
    }

    pub(super) fn settled(&mut self, call_id: CallId, call: OpenCall, outcome: ToolOutcome) {
        self.emit(Output::Settled {
            call_id,
            call: call.clone(),
            outcome: outcome.clone(),
        });
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == call.turn) {
            turn.open_calls -= 1;
            turn.outcomes.push_back(Event::Outcome {
                tool: call.tool,
                arguments: call.arguments,
                outcome,
            });
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
        let Some(turn) = self.turn.take() else { return };
        let said = if self.voice {
            self.playout.cut(now)
        } else {
            turn.said.join(" ")
        };
        self.synthesizing = None;
        if !self.ledger.is_read_back_heard() {
            self.ledger.drop_pending();
        }
        let dead: Vec<_> = self
            .ledger
            .open()
            .filter(|(_, call)| call.turn == turn.id)
            .map(|(_, call)| call.clone())
            .collect();
        for call in dead {
            self.emit(Output::Abandon {
                tool: call.tool,
                arguments: call.arguments,
            });
        }
        for event in turn.asked.into_iter().chain(turn.outcomes) {
            if let Event::Outcome {
                tool, arguments, ..
            } = event
            {
                self.emit(Output::Abandon { tool, arguments });
            }
        }
        self.emit(Output::Show(ToCaller::Clear { turn: turn.id }));
        self.emit(Output::Record(TurnRecord {
            turn: turn.id,
            heard: turn.heard,
            said,
            interrupted: true,
            millis: turn.millis,
        }));
        self.emit(Output::Show(ToCaller::TurnEnd {
            turn: turn.id,
            millis: turn.millis,
        }));
    }
}
