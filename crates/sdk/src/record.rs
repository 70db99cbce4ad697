//! What is written down of every call: one line in the log, and one entry in the audit file where there is one.
//!
//! Refused or not, and before the answer leaves. Arguments are those that may be shown, and pass the mask; the cause of a
//! failure stands here under an id, and nowhere else. The file is a chain: each line is
//! `{"seq", "prev", "hash", "body"}`, and `conversimple::audit::verify` finds a line that was changed, is missing or moved.
//! A line survives the end of this process; against the loss of the machine's power nothing is done.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conversimple_guard::audit::{self, Chain, Head, Verdict};
use conversimple_guard::mask;
use conversimple_wire::tool::ToolCall;
use conversimple_wire::{AgentId, CallId, Code};
use serde_json::{Map, Value};

use crate::agent::{self, AgentError};
use crate::audit::{genesis, read_line, write_line};

/// Longest line that is looked for at the end of an audit file, in bytes.
const LINE_LIMIT_BYTES: u64 = 1024 * 1024;

/// One decision.
pub(crate) struct Record<'a> {
    pub(crate) call: &'a ToolCall,
    /// The tool's name, if there is such a tool.
    pub(crate) tool: Option<&'a str>,
    /// Whose the conversation is.
    pub(crate) who: Option<String>,
    /// The public code of a refusal or failure.
    pub(crate) code: Option<&'a str>,
    pub(crate) arguments: Option<Map<String, Value>>,
    pub(crate) cause: Option<&'a str>,
    pub(crate) took: Duration,
}

/// Writes records.
pub(crate) struct Recorder {
    agent_id: AgentId,
    file: Option<Mutex<(File, Chain)>>,
}

impl Recorder {
    pub(crate) fn open(agent_id: AgentId, file: Option<&Path>) -> Result<Self, AgentError> {
        let file = file
            .map(|path| open(path).map_err(AgentError::Audit))
            .transpose()?
            .map(Mutex::new);
        Ok(Self { agent_id, file })
    }

    pub(crate) fn write(&self, record: &Record<'_>) {
        let cause_id = record.cause.and_then(|_| cause_id());
        self.log(record, cause_id.as_deref());
        let Some(file) = &self.file else { return };
        let entry = self.entry(record, cause_id);
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, chain) = &mut *file;
        let line = write_line(&chain.append(&entry));
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::error!(kind = %error.kind(), "the audit file could not be written");
        }
    }

    fn log(&self, record: &Record<'_>, cause_id: Option<&str>) {
        let millis = record.took.as_secs_f64() * 1000.0;
        let tool = record.tool.unwrap_or("(unknown)");
        let verdict = record.code.unwrap_or("allowed");
        let agent = &self.agent_id;
        let (conversation, call) = (&record.call.conversation_id, &record.call.call_id);
        match record.cause {
            None => {
                tracing::info!(%agent, %conversation, %call, tool, verdict, millis, "tool call")
            }
            Some(cause) => {
                let cause = mask::mask(cause);
                tracing::error!(%agent, %conversation, %call, tool, verdict, millis, cause_id, %cause, "tool call failed");
            }
        }
        if tracing::enabled!(tracing::Level::DEBUG)
            && let Some(arguments) = &record.arguments
        {
            let mut shown = Value::Object(arguments.clone());
            mask::mask_json(&mut shown);
            tracing::debug!(%call, arguments = %shown, "arguments");
        }
    }

    fn entry(&self, record: &Record<'_>, cause_id: Option<String>) -> audit::Record {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let verdict = match record.code {
            None => Verdict::Allowed,
            Some(code) if record.cause.is_some() || code == Code::ToolTimeout.as_str() => {
                Verdict::Failed
            }
            Some(_) => Verdict::Refused,
        };
        let mut entry = audit::Record::new(now, "tool_call", verdict);
        entry.conversation_id = Some(record.call.conversation_id.clone());
        entry.call_id = Some(record.call.call_id.clone());
        entry.tool = record.tool.map(str::to_owned);
        entry.who.clone_from(&record.who);
        entry.code = record.code.map(str::to_owned);
        entry.arguments.clone_from(&record.arguments);
        entry.cause_id = cause_id;
        entry.cause = record.cause.map(str::to_owned);
        entry
    }
}

fn cause_id() -> Option<String> {
    let id = CallId::from_random(agent::random().ok()?);
    Some(id.as_str().replacen(CallId::PREFIX, "cause_", 1))
}

/// Opens the file and goes on after its last whole line. A line that a crash cut short was never acknowledged.
fn open(path: &Path) -> Result<(File, Chain), String> {
    let failed = |error: std::io::Error| format!("{}: {}", path.display(), error.kind());
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let from = length.saturating_sub(LINE_LIMIT_BYTES);
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(failed)?;
    let whole = tail
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    if whole < tail.len() {
        tracing::warn!("the audit file's last line was cut short and is dropped");
        file.set_len(from + whole as u64).map_err(failed)?;
    }
    let last = tail[..whole]
        .split(|b| *b == b'\n')
        .rfind(|line| !line.is_empty());
    let chain = match last {
        None => Chain::start(genesis()),
        Some(line) => {
            let entry = std::str::from_utf8(line)
                .ok()
                .and_then(read_line)
                .ok_or_else(|| format!("{}: its last line is no audit entry", path.display()))?;
            Chain::resume(Head {
                seq: entry.seq,
                hash: entry.hash,
            })
        }
    };
    Ok((file, chain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{AuditError, verify};
    use conversimple_wire::ConversationId;
    use serde_json::json;

    fn record(recorder: &Recorder, cause: Option<&str>) {
        let arguments = json!({"note": "my card is 4111 1111 1111 1111"});
        let call = ToolCall {
            call_id: CallId::parse("c1").expect("an id"),
            conversation_id: ConversationId::parse("v1").expect("an id"),
            tool_name: "pay".into(),
            arguments: arguments.as_object().cloned().unwrap_or_default(),
            timeout_seconds: 30.0,
        };
        recorder.write(&Record {
            call: &call,
            tool: Some("pay"),
            who: Some("user-ann".into()),
            code: cause.map(|_| "service_unavailable"),
            arguments: Some(call.arguments.clone()),
            cause,
            took: Duration::from_millis(1),
        });
    }

    fn recorder(path: &Path) -> Recorder {
        let id = AgentId::parse("guide").expect("an id");
        Recorder::open(id, Some(path)).expect("opened")
    }

    #[test]
    fn a_chain_goes_on_after_a_restart_and_after_a_line_that_was_cut_short() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.jsonl");
        record(&recorder(&path), None);
        record(
            &recorder(&path),
            Some("db.internal refused password=hunter22"),
        );
        let text = std::fs::read_to_string(&path).expect("read");
        std::fs::write(&path, format!("{text}{{\"seq\":3,\"pre")).expect("written");
        record(&recorder(&path), None);
        assert_eq!(verify(&path).expect("whole"), 3);
        let text = std::fs::read_to_string(&path).expect("read");
        assert!(
            text.contains("cause_") && text.contains("user-ann"),
            "{text}"
        );
        for secret in ["hunter22", "4111 1111"] {
            assert!(!text.contains(secret), "{text}");
        }
    }

    #[test]
    fn a_line_that_was_changed_removed_or_moved_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.jsonl");
        let recorder = recorder(&path);
        (0..4).for_each(|_| record(&recorder, None));
        let text = std::fs::read_to_string(&path).expect("read");
        let lines: Vec<&str> = text.lines().collect();
        let changed = lines[1].replace("allowed", "refused");
        for (kept, said) in [
            (
                vec![lines[0], &changed, lines[2]],
                "audit record 2 was changed",
            ),
            (
                vec![lines[0], lines[2], lines[3]],
                "audit record 2 is missing",
            ),
            (
                vec![lines[0], lines[2], lines[1], lines[3]],
                "audit record 2 is out of order",
            ),
            (
                vec![lines[0], "no entry"],
                "line 2 of the audit file is no entry",
            ),
        ] {
            std::fs::write(&path, kept.join("\n")).expect("written");
            let error: AuditError = verify(&path).expect_err("a broken chain");
            assert_eq!(error.to_string(), said);
        }
    }
}
