//! Logs that cannot carry a secret: every line passes the mask before it is written, and so do panics.
//!
//! Decides where lines go (standard error) and how loud they are (`CONVERSIMPLE_LOG_LEVEL`, else `RUST_LOG`, else `info`).
//! The mask is the last net: it does not know a password that nobody announced, so secrets have types that cannot be
//! printed at all.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::{self, Write};
use std::panic::PanicHookInfo;

use conversimple_mask as mask;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::environment::Environment;

/// Starts logging. Does nothing when a logger runs already, except that panics are still masked.
pub fn init() {
    let level = Environment::load()
        .ok()
        .and_then(|environment| {
            let own = environment.text("CONVERSIMPLE_LOG_LEVEL");
            own.or_else(|| environment.text("RUST_LOG"))
        })
        .map_or_else(|| "info".to_owned(), |level| level.to_lowercase());
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    // A logger that somebody else started stays; its lines are then its own affair.
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(Masked(io::stderr))
        .with_filter(filter.and(filter_fn(|line| !shows_frames(line))));
    let _ = tracing_subscriber::registry().with(lines).try_init();
    std::panic::set_hook(Box::new(tell_panic));
}

/// Says on standard error why a program ends: the error and what it comes of, in one masked line. For a `main` whose errors
/// are not all the SDK's own; one that returns them has them printed unmasked, with their frames where RUST_BACKTRACE asks.
pub fn last_words(error: &dyn fmt::Display) {
    let words = format!("Error: {error:#}");
    // Nobody can be told when standard error is gone.
    let _ = writeln!(io::stderr(), "{}", mask::mask(&words));
}

/// Below `info` the libraries under the socket write whole frames, in hexadecimal too, where no mask finds a password.
fn shows_frames(line: &Metadata<'_>) -> bool {
    const TRANSPORT: [&str; 4] = ["tungstenite", "tokio_tungstenite", "rustls", "tokio_rustls"];
    let library = line.target().split("::").next().unwrap_or_default();
    *line.level() > Level::INFO && TRANSPORT.contains(&library)
}

fn tell_panic(info: &PanicHookInfo<'_>) {
    let place = info
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()))
        .unwrap_or_default();
    let words = info.payload_as_str().unwrap_or("(no words)");
    // Captured only where RUST_BACKTRACE asks for it.
    let frames = Backtrace::capture();
    let frames = (frames.status() == BacktraceStatus::Captured).then(|| frames.to_string());
    write_panic(&place, words, frames.as_deref());
}

/// What a panic says passes the mask here too: whoever has a logger of their own has no masked writer behind it.
fn write_panic(place: &str, words: &str, frames: Option<&str>) {
    let words = mask::mask(words);
    match frames.map(mask::mask) {
        Some(frames) => tracing::error!(place, %words, "panic\n{frames}"),
        None => tracing::error!(place, %words, "panic"),
    }
}

/// A writer of which every line is masked.
pub struct Masked<W>(pub W);

impl<'a, W> MakeWriter<'a> for Masked<W>
where
    W: MakeWriter<'a>,
{
    type Writer = Line<W::Writer>;
    fn make_writer(&'a self) -> Self::Writer {
        Line {
            inner: self.0.make_writer(),
            text: Vec::new(),
        }
    }
}

/// One line until it is whole.
pub struct Line<W: Write> {
    inner: W,
    text: Vec<u8>,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let text = String::from_utf8_lossy(&text);
        self.inner.write_all(mask::mask(&text).as_bytes())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Line<W> {
    fn drop(&mut self) {
        // Nobody can be told when standard error is gone.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn log_line_of_customer_code_is_masked() {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(Masked(move || writer.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let card = "4111 1111 1111 1111";
            tracing::info!("card={card}");
            tracing::debug!(email = "somebody@example.com", "password=hunter22 for them");
            tracing::trace!(list = ?["Bearer cs_live_abcdefghijklmnopqrstuvwxyz0123456789"], "header");
            tracing::info!(balance = 1250.0, "nothing to hide");
        });
        let text = String::from_utf8(kept.0.lock().expect("no panic").clone()).expect("text");
        for secret in ["4111 1111", "somebody@", "hunter22", "abcdefghijklmnop"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(
            text.contains("1250") && text.contains("nothing to hide"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn log_of_panic_and_backtrace_is_masked() {
        let kept = Kept::default();
        let writer = kept.clone();
        // No masked writer: what a logger of the customer's own would write.
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Mutex::new(writer))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            write_panic(
                "agent.rs:1",
                "card 4111 1111 1111 1111 is not accepted",
                Some("0: shop::pay\n1: password=hunter22"),
            );
        });
        let text = String::from_utf8(kept.0.lock().expect("no panic").clone()).expect("text");
        assert!(
            text.contains("panic") && text.contains("0: shop::pay"),
            "{text}"
        );
        for secret in ["4111 1111", "hunter22"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
