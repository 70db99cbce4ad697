//! Prints what was measured, as tables. Which measurement is the first argument; what each measures stands in its module.

mod dialog;

use std::io::Write as _;

fn main() -> anyhow::Result<()> {
    let table = match std::env::args().nth(1).as_deref() {
        Some("dialog") => dialog::run()?,
        _ => "Say what to measure: dialog\n".to_owned(),
    };
    std::io::stdout().write_all(table.as_bytes())?;
    Ok(())
}
