//! From voice to a turn: what is an utterance, what it says, and when it is over.

use std::time::Duration;

use super::answer::Wish;
use super::*;

impl Conversation {
    pub(super) fn voice(&mut self, probability: f32, now: Duration) {
        let change = self.segmenter.hear(probability);
        let Some(utterance) = self.segmenter.utterance() else {
            return;
        };
        match change {
            Change::Began => {
                self.break_silence();
                self.emit(Output::Show(ToCaller::Speech { active: true }));
                self.take_back(now);
            }
            Change::WentOn if !self.understands_typed() => self.pending_turn = None,
            Change::WentOn => {}
            Change::None => {}
        }
        self.give_way(&utterance, now);
        // A caller who is silent is about to be understood: a piece would take the words from that.
        let long = self.segmenter.frames() - utterance.first_frame >= PIECE_FRAMES;
        if long && utterance.silent_frames == 0 {
            self.take_piece();
        } else if utterance.silence() == RECOGNISE_AFTER {
            self.recognise(now);
        } else if utterance.silent_frames > 0 {
            self.end_turn_if_silent(now);
        }
    }

    /// A turn was taken and the caller goes on: it was not over. Only while nothing was done for it.
    pub(super) fn take_back(&mut self, now: Duration) {
        let Some(turn) = &self.turn else { return };
        let Some(first_frame) = turn.first_frame else {
            return;
        };
        if !turn.may_be_taken_back() || now.saturating_sub(turn.taken_at) >= GOES_ON_WITHIN {
            return;
        }
        let (id, expected) = (turn.id, turn.expected.clone());
        self.trials = turn.trials;
        self.playout.cut(now);
        self.ledger.drop_pending();
        self.turn = None;
        // The same words come again, and may be the secret that was asked for before.
        self.expect(expected);
        self.segmenter.reopen(first_frame);
        self.emit(Output::Show(ToCaller::Clear { turn: id }));
        self.emit(Output::Show(ToCaller::TurnVoid { turn: id }));
        self.emit(Output::Revert);
    }

    /// The caller speaks over an answer: it is held at once, and dies when the voice turns out to be speech.
    pub(super) fn give_way(&mut self, utterance: &Utterance, now: Duration) {
        let Some(turn) = &self.turn else { return };
        let id = turn.id;
        if utterance.voiced() >= HOLD_AFTER
            && !self.playout.is_held()
            && self.playout.is_audible(now)
        {
            self.playout.hold(now);
            self.emit(Output::Show(ToCaller::Clear { turn: id }));
        }
        // What is said over a read-back may be a yes that came early; only its words can tell.
        let reads_back = self.turn.as_ref().is_some_and(|turn| turn.reads_back);
        if utterance.voiced() >= INTERRUPT_AFTER && !reads_back {
            self.interrupt(now);
        }
    }

    pub(super) fn recognise(&mut self, now: Duration) {
        let Some(utterance) = self.segmenter.utterance() else {
            return;
        };
        if utterance.voiced() < LEAST_VOICE && self.pieces.is_empty() || self.understands_typed() {
            return;
        }
        let ask = self.next_ask();
        let mut pending_turn = PendingTurn::new(
            utterance.first_frame,
            now.saturating_sub(utterance.silence()),
        );
        pending_turn.recognise = Some(ask);
        self.pending_turn = Some(pending_turn);
        self.emit(Output::Recognise {
            ask,
            frames: utterance.first_frame..self.segmenter.frames(),
        });
    }

    /// Typed words wait for the engine: no sound takes their place.
    fn understands_typed(&self) -> bool {
        self.pending_turn
            .as_ref()
            .is_some_and(|pending_turn| pending_turn.typed)
    }

    /// The utterance is too long to be recognised at once: its beginning is taken now.
    pub(super) fn take_piece(&mut self) {
        let Some(utterance) = self.segmenter.utterance() else {
            return;
        };
        if self.understands_typed() {
            return;
        }
        let ask = self.next_ask();
        let end = self.segmenter.frames();
        self.pending_turn = None;
        self.piece = Some(ask);
        self.emit(Output::Recognise {
            ask,
            frames: utterance.first_frame..end,
        });
        self.segmenter.cut(end);
    }

    pub(super) fn transcript(
        &mut self,
        ask: AskId,
        text: String,
        remark: Option<String>,
        now: Duration,
    ) {
        if self.piece == Some(ask) {
            self.piece = None;
            if self.pieces.len() <= PIECES_LIMIT {
                self.pieces.push(text);
            }
            return;
        }
        let Some(mut pending_turn) = self
            .pending_turn
            .take_if(|pending_turn| pending_turn.recognise == Some(ask))
        else {
            return;
        };
        pending_turn.transcript_at = Some(now);
        pending_turn.remark = remark;
        let spoken = self.pieces.iter().map(String::as_str);
        let whole = spoken.chain([text.as_str()]).collect::<Vec<_>>().join(" ");
        let answer = self.answer(&whole, InputSource::Spoken, now);
        // A yes, or a sign of listening, while the question is still being said.
        let early = matches!(answer, Some(Answer::Yes(_) | Answer::Unclear(_)))
            && self.turn.as_ref().is_some_and(|turn| turn.reads_back);
        let last_heard =
            self.playout.is_empty() && self.turn.as_ref().is_some_and(|turn| turn.is_decided());
        if early && last_heard {
            self.ledger.read_back_heard(now);
        } else if early || self.pieces.is_empty() && self.is_no_speech(&text) {
            self.false_start();
            return;
        }
        if self.turn.is_some() {
            self.interrupt(now);
        }
        // A question that was interrupted is not asked any more, and the words answer nothing.
        let answer = answer.filter(|_| self.ledger.pending(now).is_some());
        pending_turn.text = whole;
        self.understand(pending_turn, answer, now);
    }

    /// How complete an utterance sounds that is being understood.
    pub(super) fn intonation(&mut self, ask: AskId, complete: f32, now: Duration) {
        if let Some(pending_turn) = &mut self.pending_turn
            && pending_turn.recognise == Some(ask)
        {
            pending_turn.sounds = Some(complete);
            self.end_turn_if_silent(now);
        }
    }

    /// What words are to the read-back that waits for an answer; nothing when none does.
    fn answer(&self, words: &str, source: InputSource, now: Duration) -> Option<Answer> {
        let pending = self.ledger.pending(now)?;
        Some(pending.read_back().answer(words, source))
    }

    /// A cough, a hum, or "mhm" while an answer is spoken: the answer goes on.
    pub(super) fn is_no_speech(&self, text: &str) -> bool {
        let answering = self.turn.as_ref().is_some_and(|turn| !turn.reads_back);
        let mut words = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '⟨' && c != '⟩')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase);
        // A caller who hums at a question that waits is asked again; one who hesitates is about to answer.
        let asked = self.turn.is_none() && self.ledger.is_read_back_heard();
        words.all(|word| {
            let word = word.as_str();
            matches!(
                word,
                "uh" | "um" | "hmm" | "hm" | "ah" | "er" | "ahem" | "oh"
            ) || !asked && matches!(word, "mm" | "mhm" | "huh")
                || answering
                    && matches!(
                        word,
                        "okay" | "ok" | "yeah" | "right" | "sure" | "i" | "see"
                    )
        })
    }

    pub(super) fn false_start(&mut self) {
        self.segmenter.close();
        self.pieces.clear();
        self.trials = 0;
        self.playout.resume();
        self.emit(Output::Show(ToCaller::Speech { active: false }));
    }

    pub(super) fn typed(
        &mut self,
        text: String,
        source: InputSource,
        remark: Option<String>,
        now: Duration,
    ) {
        self.break_silence();
        if self.turn.is_some() {
            self.interrupt(now);
        }
        if self.segmenter.utterance().is_some() {
            self.emit(Output::Show(ToCaller::Speech { active: false }));
        }
        self.segmenter.close();
        self.pieces.clear();
        self.piece = None;
        let mut pending_turn = PendingTurn::new(0, now);
        pending_turn.typed = true;
        pending_turn.transcript_at = Some(now);
        pending_turn.remark = remark;
        let answer = self.answer(&text, source, now);
        pending_turn.text = text;
        self.understand(pending_turn, answer, now);
    }

    /// Who decides about these words: the read-back that waits for a yes, or the engine.
    pub(super) fn understand(
        &mut self,
        mut pending_turn: PendingTurn,
        answer: Option<Answer>,
        now: Duration,
    ) {
        if self.pieces.len() > PIECES_LIMIT {
            pending_turn.decision = Some(Plan::own(Some(
                "I'm sorry, that was too much at once. What do you need, in a few words?",
            )));
        } else if let Some(remark) = pending_turn.remark.take() {
            let plan = Plan {
                end_of_turn: EndOfTurn::Incomplete,
                ..Plan::own(Some(&remark))
            };
            pending_turn.decided_at = Some(now);
            pending_turn.opening = self.open_answer(plan.acts.first().and_then(Planned::opening));
            pending_turn.decision = Some(plan);
        } else {
            match answer {
                Some(Answer::Yes(agreement)) => {
                    let pending = self.ledger.pending(now);
                    let words = pending.and_then(|pending| pending.answer_prefix.clone());
                    self.reply(&mut pending_turn, Reply::Yes(agreement), words, now);
                }
                _ if self.owes() && asks_how_it_goes(&pending_turn.text) => {
                    self.reply(&mut pending_turn, Reply::HowItGoes, None, now);
                }
                Some(Answer::Unclear(_)) if self.ledger.may_ask_again(now) => {
                    self.reply(&mut pending_turn, Reply::Unclear, None, now);
                }
                Some(Answer::No | Answer::Unclear(_)) => {
                    let pending = self.ledger.pending(now);
                    let tool = pending
                        .map(|pending| pending.tool.clone())
                        .unwrap_or_default();
                    self.ask_about(&mut pending_turn, EngineEvent::Declined { tool });
                }
                Some(Answer::Other) | None => {
                    let heard = EngineEvent::Heard(pending_turn.text.clone());
                    self.ask_about(&mut pending_turn, heard);
                }
            }
        }
        if !pending_turn.typed {
            let turn = self.last_turn.next();
            self.emit(Output::Show(ToCaller::Heard {
                turn,
                text: pending_turn.text.clone(),
                is_final: false,
            }));
        }
        self.pending_turn = Some(pending_turn);
        self.end_turn_if_silent(now);
    }

    /// The words answer the read-back, and the engine need not hear them. An answer that sets something off is waited for
    /// as long as any unfinished sentence: "yes, but …".
    fn reply(
        &mut self,
        pending_turn: &mut PendingTurn,
        reply: Reply,
        opening: Option<String>,
        now: Duration,
    ) {
        pending_turn.reply = Some(reply);
        pending_turn.decided_at = Some(now);
        pending_turn.opening = self.open_answer(opening);
        pending_turn.decision = Some(Plan::own(None));
    }

    /// Asks the engine on trial, as often as it may be; after that when the caller's silence has lasted.
    fn ask_about(&mut self, pending_turn: &mut PendingTurn, event: EngineEvent) {
        if self.trials >= self.trials_limit && !pending_turn.typed {
            pending_turn.held = Some(event);
            return;
        }
        self.trials += 1;
        self.ask_engine(pending_turn, event);
    }

    fn ask_engine(&mut self, pending_turn: &mut PendingTurn, event: EngineEvent) {
        self.let_go_of_lookups();
        let ask = self.next_ask();
        pending_turn.plan = Some(ask);
        self.emit(Output::Ask { ask, event });
    }

    /// Has the beginning of an answer synthesised on trial.
    fn open_answer(&mut self, words: Option<String>) -> Option<PrefetchedClause> {
        let words = words.filter(|_| self.voice)?;
        let clause = self.next_clause();
        self.emit(Output::Synthesize {
            clause,
            text: words.clone(),
        });
        Some(PrefetchedClause {
            clause,
            words,
            sound: None,
        })
    }

    /// A part of a decision: for the turn that is being understood, for the one that is answered, or for nobody any more.
    pub(super) fn part(
        &mut self,
        ask: AskId,
        part: Part,
        terms: Option<Box<CallTerms>>,
        now: Duration,
    ) {
        let pending_turn = self.pending_turn.as_mut();
        if let Some(pending_turn) = pending_turn.filter(|pending| pending.plan == Some(ask)) {
            let is_act = matches!(part, Part::Act(_));
            let plan = pending_turn.decision.get_or_insert_default();
            plan.add(part, terms);
            let first = is_act.then_some(plan.acts.as_slice());
            if let Some([first]) = first {
                let opening = first.opening();
                pending_turn.decided_at = Some(now);
                self.prefetch(opening);
            }
            return self.end_turn_if_silent(now);
        }
        let Some(turn) = self.turn.as_mut().filter(|turn| turn.plan == Some(ask)) else {
            return;
        };
        if let (None, Some(deferred)) = (&turn.asked, &mut turn.deferred) {
            return deferred.add(part, terms);
        }
        if matches!(part, Part::Act(_)) {
            note_decision(turn, now);
            turn.acts_left = turn.acts_left.saturating_sub(1);
        }
        let exhausted = turn.acts_left == 0;
        self.perform_part(part, terms, now);
        if exhausted {
            self.decided(ask, now);
        }
    }

    /// Has the beginning of the answer to the words that are being understood synthesised.
    fn prefetch(&mut self, opening: Option<String>) {
        let opening = self.open_answer(opening);
        if let Some(pending_turn) = &mut self.pending_turn {
            pending_turn.opening = opening;
        }
    }

    /// A decision is whole.
    pub(super) fn decided(&mut self, ask: AskId, now: Duration) {
        let pending_turn = self.pending_turn.as_mut();
        if let Some(pending_turn) = pending_turn.filter(|pending| pending.plan == Some(ask)) {
            pending_turn.decided_at.get_or_insert(now);
            pending_turn.decision.get_or_insert_default().is_whole = true;
            return self.end_turn_if_silent(now);
        }
        let wanted = self
            .turn
            .as_ref()
            .is_some_and(|turn| turn.plan == Some(ask));
        if !wanted {
            return;
        }
        self.begin_decision();
        if let Some(turn) = &mut self.turn {
            note_decision(turn, now);
            turn.plan = None;
            turn.asked = None;
        }
    }

    /// Takes the turn when the silence is as long as the decision wants it.
    pub(super) fn end_turn_if_silent(&mut self, now: Duration) {
        let silence = self
            .segmenter
            .utterance()
            .map(|utterance| utterance.silence());
        let Some(pending_turn) = &self.pending_turn else {
            // Nothing to understand: a noise, once it is over.
            if silence.is_some_and(|silence| silence >= LONG_SILENCE) && self.piece.is_none() {
                self.false_start();
            }
            return;
        };
        let decision = pending_turn.decision.as_ref();
        if decision.is_none() && pending_turn.held.is_none() {
            return;
        }
        // One word has no melody: an answer to a read-back is judged by its words.
        let sounds = pending_turn.sounds.filter(|_| pending_turn.reply.is_none());
        let end_of_turn = decision.map_or(EndOfTurn::Unlikely, |plan| plan.end_of_turn);
        let wanted = wanted_silence(end_of_turn, &pending_turn.text, sounds);
        if pending_turn.typed || silence.is_some_and(|silence| silence >= wanted) {
            match decision {
                Some(_) => self.take_turn(now),
                None => self.ask_held(),
            }
        }
    }

    /// The silence has lasted, so the engine is asked about words that were not tried on it.
    fn ask_held(&mut self) {
        if let Some(mut pending_turn) = self.pending_turn.take() {
            if let Some(event) = pending_turn.held.take() {
                self.ask_engine(&mut pending_turn, event);
            }
            self.pending_turn = Some(pending_turn);
        }
    }

    pub(super) fn take_turn(&mut self, now: Duration) {
        let Some(pending_turn) = self.pending_turn.take() else {
            return;
        };
        let Some(plan) = pending_turn.decision else {
            return;
        };
        let trials = std::mem::take(&mut self.trials);
        let spoke = !pending_turn.typed || self.segmenter.utterance().is_some();
        self.segmenter.close();
        self.pieces.clear();
        self.last_turn = self.last_turn.next();
        let first_frame = (!pending_turn.typed).then_some(pending_turn.first_frame);
        let mut turn = Turn::new(
            self.last_turn,
            pending_turn.text.clone(),
            first_frame,
            now,
            pending_turn.spoke_until,
        );
        turn.opening = pending_turn.opening;
        turn.plan = pending_turn.plan.filter(|_| !plan.is_whole);
        turn.adopted = true;
        turn.trials = trials;
        turn.acts_left = ACTS_LIMIT.saturating_sub(plan.acts.len());
        turn.expected.clone_from(&self.expects);
        turn.millis.transcript = pending_turn
            .transcript_at
            .map(|at| millis(at, pending_turn.spoke_until));
        turn.millis.decision = pending_turn
            .decided_at
            .map(|at| millis(at, pending_turn.spoke_until));
        self.turn = Some(turn);
        if let Some(ask) = pending_turn.plan {
            self.emit(Output::Adopt {
                ask,
                begins_turn: true,
            });
        }
        if spoke {
            self.emit(Output::Show(ToCaller::Speech { active: false }));
        }
        self.emit(Output::Show(ToCaller::Heard {
            turn: self.last_turn,
            text: pending_turn.text,
            is_final: true,
        }));
        match pending_turn.reply {
            Some(Reply::Yes(agreement)) => self.run_confirmed(agreement, now),
            Some(Reply::Unclear) => self.ask_again(now),
            Some(Reply::HowItGoes) => self.report(),
            None => {
                self.ledger.drop_pending();
                match self.tell_untold() {
                    true => self.defer(plan),
                    false => self.perform(plan, now),
                }
            }
        }
    }

    fn run_confirmed(&mut self, agreement: Agreement, now: Duration) {
        self.keep_turn();
        let Some(AgreedCall {
            tool,
            arguments,
            changes,
            digest,
            yes,
        }) = self.ledger.say_yes(agreement, now)
        else {
            // The time for it ran out while it was said.
            self.say(Code::ConfirmationRequired.sentence());
            return;
        };
        let turn = self.last_turn;
        // It is the first call of its turn, so it is always granted.
        let _granted = self.ledger.admit(turn, &tool, &arguments, None, now);
        let wish = Wish {
            tool,
            arguments,
            changes,
            digest: Some(digest),
        };
        self.send(wish, Consent::Spoken(yes), now);
    }

    /// What the engine wants is done when what the caller is owed was told; its beginning is not what comes first.
    fn defer(&mut self, plan: Plan) {
        if let Some(turn) = &mut self.turn {
            turn.opening = None;
            turn.deferred = Some(plan);
        }
    }

    /// The caller's answer was unclear: the question is put again, shortened.
    fn ask_again(&mut self, now: Duration) {
        self.keep_turn();
        let pending = self.ledger.ask_again(now);
        let question = pending.map(|pending| pending.read_back().text().to_owned());
        match question {
            Some(question) => {
                if let Some(turn) = &mut self.turn {
                    turn.reads_back = true;
                }
                self.say(&question);
            }
            None => self.say(Code::ConfirmationRequired.sentence()),
        }
    }

    /// An answer to a read-back is nothing that the engine was asked about, so there is nothing to take back.
    pub(super) fn keep_turn(&mut self) {
        if let Some(turn) = &mut self.turn {
            turn.called = true;
        }
    }
}

/// The engine begins to answer.
fn note_decision(turn: &mut Turn, now: Duration) {
    let took = millis(now, turn.spoke_until);
    turn.millis.decision.get_or_insert(took);
}
