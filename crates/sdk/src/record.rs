//! What is written down of every call: one line in the log, and one entry in the audit file where there is one.
//!
//! Refused or not, and before the answer leaves. Arguments are those that may be shown, and pass the mask; the cause of a
//! failure stands here under an id, and nowhere else. The file is a chain: each line is
//! `{"seq", "prev", "hash", "body"}`, and `conversimple::audit::verify` finds a line that was changed, is missing or moved.
//! A line survives the end of this process; against the loss of the machine's power nothing is done. Signing the chain's ends
//! is `heads`' part.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conversimple_guard::audit::{self, Chain, Head, Verdict};
use conversimple_mask as mask;
use conversimple_wire::tool::ToolCall;
use conversimple_wire::{AgentId, CallId, Code};
use serde_json::{Map, Value};

use crate::audit::{genesis, read_line, write_line};
use crate::error::AgentError;
use crate::heads::{AuditFiles, HeadSigner};
use crate::random::random;

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
    trail: Option<Mutex<AuditWriter>>,
}

/// The audit file.
struct AuditWriter {
    file: File,
    chain: Chain,
    signer: Option<HeadSigner>,
}

impl AuditWriter {
    fn open(files: &AuditFiles) -> Result<Self, String> {
        let (file, chain) = open(&files.trail)?;
        let signer = files.key.as_deref();
        let signer = signer.map(|key| HeadSigner::open(key, &files.heads, chain.head()));
        Ok(Self {
            signer: signer.transpose()?,
            file,
            chain,
        })
    }

    fn append(&mut self, entry: &audit::Record) {
        let line = write_line(&self.chain.append(entry));
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => {
                if let Some(signer) = &mut self.signer {
                    signer.wrote(self.chain.head());
                }
            }
            Err(error) => {
                tracing::error!(kind = %error.kind(), "the audit file could not be written");
            }
        }
    }
}

impl Recorder {
    pub(crate) fn open(agent_id: AgentId, files: Option<&AuditFiles>) -> Result<Self, AgentError> {
        let trail = files
            .map(|files| AuditWriter::open(files).map_err(AgentError::Audit))
            .transpose()?
            .map(Mutex::new);
        Ok(Self { agent_id, trail })
    }

    pub(crate) fn write(&self, record: &Record<'_>) {
        let cause_id = record.cause.and_then(|_| cause_id());
        self.log(record, cause_id.as_deref());
        let Some(trail) = &self.trail else { return };
        let entry = self.entry(record, cause_id);
        trail
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&entry);
    }

    fn log(&self, record: &Record<'_>, cause_id: Option<&str>) {
        // Whole microseconds: a long row of digits is what a telephone number looks like to the mask.
        let millis = (record.took.as_secs_f64() * 1e6).round() / 1e3;
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
    let id = CallId::from_random(random().ok()?);
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
    use crate::audit::{AuditError, verify, verify_with};
    use conversimple_guard::audit::{HeadVerifier, SignedHead, Witness};
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
        recorder_with(path, None)
    }

    fn recorder_with(path: &Path, key: Option<&Path>) -> Recorder {
        let id = AgentId::parse("guide").expect("an id");
        let files = AuditFiles {
            trail: path.to_owned(),
            key: key.map(Path::to_owned),
            heads: crate::audit::heads_beside(path),
        };
        Recorder::open(id, Some(&files)).expect("opened")
    }

    #[test]
    fn audit_file_continues_after_restart_and_truncated_line() {
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
    fn audit_file_changed_removed_or_moved_line_is_detected() {
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

    #[test]
    fn agent_audit_cut_or_rewritten_disagrees_with_signed_heads() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, key) = (folder.path().join("audit.jsonl"), folder.path().join("key"));
        let day = |records: usize| {
            let recorder = recorder_with(&path, Some(&key));
            (0..records).for_each(|_| record(&recorder, None));
        };
        day(2);
        day(3);
        // A crash: what it left unsigned is signed at the next start.
        record(&recorder(&path), None);
        day(0);
        let lines = std::fs::read_to_string(crate::audit::heads_beside(&path)).expect("heads");
        let first: SignedHead =
            serde_json::from_str(lines.lines().next().expect("a head")).expect("a head");
        let verifier = HeadVerifier::trusting([first.key.as_str()]).expect("a key");
        let (heads, wrong) = verifier.read(&lines);
        assert_eq!(wrong, []);
        let ends: Vec<_> = heads.iter().map(|head| head.seq).collect();
        assert_eq!(ends, [2, 5, 6]);
        let check = || {
            let mut witness = Witness::new(heads.clone());
            verify_with(&path, &mut witness).map_err(|error| error.to_string())
        };
        assert_eq!(check(), Ok(6));
        let text = std::fs::read_to_string(&path).expect("read");
        let kept: String = text.split_inclusive('\n').take(4).collect();
        std::fs::write(&path, kept).expect("written");
        let said = check().expect_err("cut");
        assert!(
            said.starts_with("audit records 5 to 6 are missing"),
            "{said}"
        );
        std::fs::remove_file(&path).expect("removed");
        let anew = recorder(&path);
        (0..6).for_each(|_| record(&anew, Some("another story")));
        let said = check().expect_err("written anew");
        assert!(
            said.starts_with("an audit record from 1 to 2 was changed"),
            "{said}"
        );
    }
}
