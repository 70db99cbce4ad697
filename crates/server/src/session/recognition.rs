//! The recognitions of one session: one at a time, pieces in their order, and of utterances that may be over only the newest.
//!
//! A caller who goes on makes the words of the shorter utterance worthless: what waits is dropped, and what runs is told to stop.
//! Which words are still awaited is the machine's decision.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use conversimple_conversation::{AskId, Awaited};
use conversimple_providers::{Listening, SpeechToText};

use crate::mailbox::{Event, Mailbox};

/// Something to be recognised.
pub(super) struct Utterance {
    pub(super) ask: AskId,
    /// What its words are wanted for.
    pub(super) awaited: Awaited,
    /// At 16 kHz, −1 to 1.
    pub(super) sound: Vec<f32>,
    /// Words that are preferred in doubt.
    pub(super) expected: Arc<BTreeSet<String>>,
    /// The caller was asked for a number that is said digit by digit.
    pub(super) digits: bool,
}

/// What one session has to have recognised.
pub(super) struct Recognition {
    speech_in: Arc<dyn SpeechToText>,
    events: Mailbox,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    pieces: VecDeque<Utterance>,
    newest: Option<Utterance>,
    running: Option<Running>,
}

struct Running {
    ask: AskId,
    awaited: Awaited,
    wanted: Arc<AtomicBool>,
}

impl Recognition {
    pub(super) fn new(speech_in: Arc<dyn SpeechToText>, events: Mailbox) -> Self {
        Self {
            speech_in,
            events,
            queue: Arc::default(),
        }
    }

    /// Has an utterance recognised; its words come as an event, unless a newer utterance takes its place.
    pub(super) fn add(&self, utterance: Utterance) {
        let mut queue = lock(&self.queue);
        match utterance.awaited {
            Awaited::Piece => queue.pieces.push_back(utterance),
            Awaited::Utterance => {
                queue.stop(|running| running.awaited == Awaited::Utterance);
                queue.newest = Some(utterance);
            }
        }
        if queue.running.is_none()
            && let Some(first) = queue.next()
        {
            let (queue, speech_in, events) = (
                self.queue.clone(),
                self.speech_in.clone(),
                self.events.clone(),
            );
            tokio::spawn(work(queue, first, speech_in, events));
        }
    }

    /// Drops and stops what nobody awaits any more.
    pub(super) fn give_up(&self, awaits: impl Fn(AskId) -> bool) {
        let mut queue = lock(&self.queue);
        queue.newest.take_if(|newest| !awaits(newest.ask));
        queue.stop(|running| !awaits(running.ask));
    }
}

impl Drop for Recognition {
    fn drop(&mut self) {
        let mut queue = lock(&self.queue);
        queue.pieces.clear();
        queue.newest = None;
        queue.stop(|_| true);
    }
}

impl Queue {
    /// The next to be recognised; from now on it is the one that runs.
    fn next(&mut self) -> Option<(Utterance, Arc<AtomicBool>)> {
        let next = self.pieces.pop_front().or_else(|| self.newest.take());
        let wanted = Arc::new(AtomicBool::new(true));
        self.running = next.as_ref().map(|next| Running {
            ask: next.ask,
            awaited: next.awaited,
            wanted: wanted.clone(),
        });
        Some((next?, wanted))
    }

    fn stop(&self, unwanted: impl Fn(&Running) -> bool) {
        if let Some(running) = self.running.as_ref().filter(|running| unwanted(running)) {
            running.wanted.store(false, Ordering::Relaxed);
        }
    }
}

/// Recognises one after another until nothing waits.
async fn work(
    queue: Arc<Mutex<Queue>>,
    first: (Utterance, Arc<AtomicBool>),
    speech_in: Arc<dyn SpeechToText>,
    events: Mailbox,
) {
    let mut next = Some(first);
    while let Some((utterance, wanted)) = next {
        let ask = utterance.ask;
        let (speech_in, asked) = (speech_in.clone(), wanted.clone());
        let text = tokio::task::spawn_blocking(move || {
            let listening = Listening {
                expected: &utterance.expected,
                digits: utterance.digits,
                wanted: &|| asked.load(Ordering::Relaxed),
            };
            speech_in.transcribe(&utterance.sound, listening)
        })
        .await;
        let text = match text {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => {
                tracing::error!(%error, "speech was not recognised");
                String::new()
            }
            Err(_panicked) => String::new(),
        };
        if wanted.load(Ordering::Relaxed) {
            let _over = events.send(Event::Recognised { ask, text });
        }
        next = lock(&queue).next();
    }
}

fn lock(queue: &Mutex<Queue>) -> std::sync::MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as blocking;

    use conversimple_providers::ProviderError;

    use super::*;
    use crate::mailbox::{Inbox, mailbox};

    /// Says how many samples it was given, when it is allowed to; tells when it begins, and stops when it is not wanted.
    struct Slow {
        begun: Mutex<blocking::Sender<usize>>,
        allowed: Mutex<blocking::Receiver<()>>,
    }

    impl SpeechToText for Slow {
        fn transcribe(
            &self,
            audio: &[f32],
            listening: Listening<'_>,
        ) -> Result<String, ProviderError> {
            let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            let _told = begun.send(audio.len());
            let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
            let _allowed = allowed.recv();
            Ok(format!("{} {}", audio.len(), (listening.wanted)()))
        }
    }

    struct Bench {
        recognition: Recognition,
        events: Inbox,
        begun: blocking::Receiver<usize>,
        allow: blocking::Sender<()>,
    }

    fn bench() -> Bench {
        let (begun_in, begun) = blocking::channel();
        let (allow, allowed) = blocking::channel();
        let (events_in, events) = mailbox();
        let slow = Slow {
            begun: Mutex::new(begun_in),
            allowed: Mutex::new(allowed),
        };
        Bench {
            recognition: Recognition::new(Arc::new(slow), events_in),
            events,
            begun,
            allow,
        }
    }

    impl Bench {
        fn add(&self, ask: u64, awaited: Awaited) {
            self.recognition.add(Utterance {
                ask: AskId(ask),
                awaited,
                sound: vec![0.0; ask as usize],
                expected: Arc::default(),
                digits: false,
            });
        }

        async fn heard(&mut self) -> (u64, String) {
            self.allow.send(()).expect("it waits");
            loop {
                match self.events.recv().await.expect("an event") {
                    Event::Recognised { ask, text } => return (ask.0, text),
                    _ => continue,
                }
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn utterances_while_one_runs_leave_only_the_newest() {
        let mut bench = bench();
        for ask in 1..=9 {
            bench.add(ask, Awaited::Utterance);
            if ask == 1 {
                assert_eq!(bench.begun.recv(), Ok(1));
            }
        }
        bench.allow.send(()).expect("it waits");
        assert_eq!(bench.heard().await, (9, "9 true".to_owned()));
        assert_eq!(bench.begun.recv(), Ok(9), "none of those between has begun");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pieces_are_all_recognised_in_order() {
        let mut bench = bench();
        for ask in 1..=3 {
            bench.add(ask, Awaited::Piece);
        }
        bench.add(4, Awaited::Utterance);
        for ask in 1..=4 {
            assert_eq!(bench.heard().await, (ask, format!("{ask} true")));
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn recognition_nobody_awaits_is_stopped_and_tells_nothing() {
        let mut bench = bench();
        bench.add(1, Awaited::Utterance);
        assert_eq!(bench.begun.recv(), Ok(1));
        bench.recognition.give_up(|_| false);
        bench.allow.send(()).expect("it waits");
        bench.add(2, Awaited::Utterance);
        assert_eq!(bench.heard().await, (2, "2 true".to_owned()));
    }
}
