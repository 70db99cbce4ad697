//! Text that is made to be slow under the mask: a piece is repeated to an eighth of a megabyte, so that whatever costs more than
//! its length runs into the fuzzer's limit on time. The input is `unit`, or `prefix*unit*suffix`.
#![no_main]

use conversimple_mask::{self as mask, Watch};
use libfuzzer_sys::fuzz_target;

/// At the mask's own pace a few milliseconds; where every token looks at every other, longer than an input may take.
const LONG_BYTES: usize = 128 * 1024;

fuzz_target!(|data: &[u8]| {
    let hostile = String::from_utf8_lossy(data);
    let mut parts = hostile.splitn(3, '*');
    let mut part = || parts.next().unwrap_or_default();
    let (prefix, unit, suffix) = match (part(), part(), part()) {
        (unit, "", "") => ("", unit, ""),
        parts => parts,
    };
    if unit.is_empty() {
        return;
    }
    let count = LONG_BYTES / unit.len();
    let text = format!("{prefix}{}{suffix}", unit.repeat(count));
    let found = mask::find(&text).len();
    assert!(found <= text.len());
    let heard = Watch::new().heard(&text, true);
    assert!(heard.spans.len() <= text.len());
});
