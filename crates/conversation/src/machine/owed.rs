//! What the caller is owed: the outcomes of calls that were sent, until they were heard.
//!
//! A call that was sent outlives its turn. While it is open the caller hears that it takes its time, when they ask or
//! after [`EXCUSE_AFTER`]. Its outcome is told first thing in the next answer, or in a turn of its own when nobody speaks.
//! Until it was heard, the same call again needs a yes of its own. What only looks something up is let go when the
//! caller turns to something else.

use std::time::Duration;

use super::*;
use crate::owed::{Owed, STILL_BEING_DONE, Told, Untold};

/// How long a call may be open in silence. People take a second and a half without an answer for a line that is dead.
const EXCUSE_AFTER: Duration = Duration::from_millis(1500);

impl Conversation {
    /// A call ended. `sent`: it may have had an effect.
    pub(super) fn settled(
        &mut self,
        call_id: CallId,
        call: OpenCall,
        outcome: ToolOutcome,
        sent: bool,
    ) {
        self.emit(Output::Settled {
            call_id,
            call: call.clone(),
            outcome: outcome.clone(),
        });
        let turn = self.turn.as_mut().filter(|turn| turn.id == call.turn);
        let owed = Owed {
            late: turn.is_none(),
            changes: call.changes,
            digest: call.digest.filter(|_| sent),
            told: false,
            tool: call.tool,
            arguments: call.arguments,
            outcome,
        };
        match turn {
            Some(turn) => {
                turn.open_calls -= 1;
                turn.outcomes.push_back(owed);
            }
            None if call.abandoned => {}
            None => self.untold.push_back(Untold::Outcome(owed)),
        }
    }

    /// Whether exactly this call was sent and its outcome was not heard.
    pub(super) fn is_owed(&self, digest: ArgumentsDigest) -> bool {
        let open = self.ledger.open().map(|(_, call)| call);
        let mut open = open.filter(|call| call.is_sent()).map(|call| call.digest);
        let mut untold = self.untold.iter().map(Untold::digest);
        let in_turn = self.turn.as_ref().is_some_and(|turn| {
            let asked = turn.outcomes.iter().chain(&turn.asked);
            let told = turn.told.iter().map(|told| told.digest);
            asked
                .map(|owed| owed.digest)
                .chain(told)
                .any(|it| it == Some(digest))
        });
        in_turn || open.any(|it| it == Some(digest)) || untold.any(|it| it == Some(digest))
    }

    /// Whether a call of a turn that is over is open, or its outcome was not heard.
    pub(super) fn owes(&self) -> bool {
        !self.untold.is_empty() || self.ledger.open().any(|(_, call)| self.is_late(call))
    }

    fn is_late(&self, call: &OpenCall) -> bool {
        let living = self.turn.as_ref().is_some_and(|turn| turn.id == call.turn);
        !living && !call.abandoned && call.is_sent()
    }

    /// The turn that dies leaves what it owes. `said` is what the caller heard of it.
    pub(super) fn bequeath(&mut self, turn: &mut Turn, said: &str) {
        for (call_id, call) in self.ledger.withdraw_unsent(turn.id) {
            self.emit(Output::Abandon {
                tool: call.tool.clone(),
                arguments: call.arguments.clone(),
            });
            let outcome = ToolOutcome::Failed(Code::TurnInterrupted);
            self.emit(Output::Settled {
                call_id,
                call,
                outcome,
            });
        }
        let told = std::mem::take(&mut turn.told).into_iter();
        let unheard = told.filter(|told| {
            let beginning = clauses(&told.words).into_iter().next();
            beginning.is_some_and(|beginning| !said.contains(&beginning))
        });
        self.untold.extend(unheard.map(Untold::Words));
        let asked = turn.asked.take().into_iter().filter(|owed| !owed.told);
        let outcomes = asked.chain(std::mem::take(&mut turn.outcomes));
        self.untold
            .extend(outcomes.map(|owed| Untold::Outcome(Owed { late: true, ..owed })));
    }

    /// The caller turns to something else: what was only looked up for a turn that is over is not told any more.
    pub(super) fn let_go_of_lookups(&mut self) {
        let living = self.turn.as_ref().map(|turn| turn.id);
        let mut gone = Vec::new();
        for (_, call) in self.ledger.open_mut() {
            if !call.changes && !call.abandoned && Some(call.turn) != living {
                call.abandoned = true;
                gone.push((call.tool.clone(), call.arguments.clone()));
            }
        }
        for untold in std::mem::take(&mut self.untold) {
            match untold {
                Untold::Outcome(owed) if !owed.changes => gone.push((owed.tool, owed.arguments)),
                kept => self.untold.push_back(kept),
            }
        }
        for (tool, arguments) in gone {
            self.emit(Output::Abandon { tool, arguments });
        }
    }

    /// The turn that begins tells what is owed before its own answer. False when there is nothing to tell.
    pub(super) fn tell_untold(&mut self) -> bool {
        let untold = std::mem::take(&mut self.untold);
        if untold.is_empty() {
            return false;
        }
        self.keep_turn();
        for untold in untold {
            match untold {
                Untold::Words(told) => {
                    self.say(&told.words);
                    if let Some(turn) = &mut self.turn {
                        turn.told.push(told);
                    }
                }
                Untold::Outcome(owed) => {
                    if let Some(turn) = &mut self.turn {
                        turn.outcomes.push_back(owed);
                    }
                }
            }
        }
        true
    }

    /// The caller asks how a call of theirs goes.
    pub(super) fn report(&mut self) {
        self.keep_turn();
        if !self.tell_untold() {
            self.say(STILL_BEING_DONE);
            self.excuse_all();
        }
        self.ask_pending_again();
    }

    /// What the caller says yes to is the last that they heard: a question that waits is put again after anything else.
    pub(super) fn ask_pending_again(&mut self) {
        let waits = self.ledger.is_read_back_heard();
        if let Some(turn) = self.turn.as_mut().filter(|_| waits) {
            (turn.reads_back, turn.talked_over) = (true, true);
        }
    }

    /// Tells late outcomes when the caller is silent and nothing is being said.
    pub(super) fn tell_at_rest(&mut self, now: Duration) {
        if self.line && self.is_at_rest() && !self.untold.is_empty() {
            self.begin_own_turn(now);
            self.tell_untold();
            self.ask_pending_again();
        }
    }

    /// Says of a call that is open for long that it is. Once for each, and never while anybody speaks.
    pub(super) fn excuse(&mut self, now: Duration) {
        let quiet = self.pending_turn.is_none() && self.segmenter.utterance().is_none();
        let silent = self.playout.is_over(now) && !self.playout.is_held();
        let due = self.excuse_at().is_some_and(|at| at <= now);
        if !(due && quiet && silent) {
            return;
        }
        self.excuse_all();
        if self.turn.is_none() {
            self.begin_own_turn(now);
            self.keep_turn();
            self.ask_pending_again();
        }
        self.say_aside(STILL_BEING_DONE);
    }

    fn excuse_all(&mut self) {
        for (_, call) in self.ledger.open_mut() {
            call.excused = true;
        }
    }

    /// When the next open call must be spoken of. In writing nobody wonders whether the line is dead.
    pub(super) fn excuse_at(&self) -> Option<Duration> {
        let open = self.ledger.open().map(|(_, call)| call);
        let waited_for = open.filter(|call| self.voice && !call.excused && !call.abandoned);
        waited_for.map(|call| call.asked_at + EXCUSE_AFTER).min()
    }

    /// A turn that no words of the caller began.
    pub(super) fn begin_own_turn(&mut self, now: Duration) {
        self.last_turn = self.last_turn.next();
        self.turn = Some(Turn::new(self.last_turn, String::new(), None, now, now));
    }

    /// Says something beside the answer, whose prepared beginning stays prepared.
    pub(super) fn say_aside(&mut self, text: &str) {
        let opening = self.turn.as_mut().and_then(|turn| turn.opening.take());
        self.say(text);
        if let Some(turn) = &mut self.turn {
            turn.opening = opening;
        }
    }

    /// The engine says what follows from the outcome that it was asked about, if it was.
    pub(super) fn note_told(&mut self, words: &str) {
        let Some(turn) = &mut self.turn else { return };
        let asked = turn.asked.as_mut();
        if let Some(owed) = asked.filter(|owed| owed.changes && !owed.told && !words.is_empty()) {
            owed.told = true;
            turn.told.push(Told {
                words: words.to_owned(),
                digest: owed.digest,
            });
        }
    }
}
