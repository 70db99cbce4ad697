//! The agent's process comes and goes; the conversation stays.

use std::process::Command;

use crate::platform::{Platform, calls};

#[test]
fn killed_agent_is_restarted_and_next_call_succeeds() {
    let platform = Platform::typing();
    let first = platform.type_lines(&["search for headphones"]);
    assert_eq!(calls(&first, 0), [("search_products", "allowed")]);
    // The agent is the process whose working folder is this platform's own.
    let folder = platform.data.join("guide");
    let killed = kill_process_in(&folder);
    assert!(killed, "the agent runs in {}", folder.display());
    let next = platform.type_lines(&["search for headphones"]);
    assert_eq!(calls(&next, 0), [("search_products", "allowed")], "{next}");
}

fn kill_process_in(folder: &std::path::Path) -> bool {
    let folder = folder.canonicalize().expect("the folder is there");
    let processes = std::fs::read_dir("/proc").expect("processes");
    for process in processes.flatten() {
        let cwd = std::fs::read_link(process.path().join("cwd"));
        if cwd.is_ok_and(|cwd| cwd == folder) {
            let id = process.file_name();
            return Command::new("kill")
                .arg("-9")
                .arg(id)
                .status()
                .is_ok_and(|status| status.success());
        }
    }
    false
}
