//! `conversimple new NAME`: a small agent that works, with its keys kept out of git from the first commit.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;

/// The name that the template's files carry.
const PLACE: &str = "my-agent";

/// Each file of the template: where it goes, and what it says.
const FILES: [(&str, &str); 5] = [
    (
        "Cargo.toml",
        include_str!("../../sdk/template/Cargo.toml.in"),
    ),
    (".gitignore", include_str!("../../sdk/template/gitignore")),
    (
        ".env.example",
        include_str!("../../sdk/template/env.example"),
    ),
    (
        "src/main.rs",
        include_str!("../../sdk/template/src/main.rs"),
    ),
    (
        "README.md",
        "# my-agent\n\nA voice agent. Copy `.env.example` to `.env`, put a key in it (`conversimple keys create --customer NAME \
         --mode test`), start the platform (`conversimple serve`), then `cargo run`.\n\nTalk to it: `conversimple call --text \
         \"when do you open\"` with the same key in `CONVERSIMPLE_API_KEY`.\n\nBefore deploying: `conversimple check`.\n",
    ),
];

/// Options of `new`.
#[derive(Args)]
pub(crate) struct Options {
    /// Name of the agent and of its folder: letters, digits and `-`.
    name: String,
    /// Where the SDK's source is, for an agent beside a checkout.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let name = options.name.as_str();
    if !is_name(name) {
        bail!("a name is lower-case letters, digits and '-', and begins with a letter");
    }
    let folder = Path::new(name);
    if folder.exists() {
        bail!("{name} is there already; nothing was written");
    }
    let sdk = sdk(options.sdk.as_deref())?;
    for (file, text) in FILES {
        let text = text.replace(PLACE, name).replace("{conversimple}", &sdk);
        write(&folder.join(file), &text)?;
    }
    println!(
        "{name} is made. Next:\n  cd {name}\n  cp .env.example .env   # and put a key in it\n  cargo run"
    );
    Ok(ExitCode::SUCCESS)
}

/// Whether a name is good for a package, a folder and an agent alike.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 64
        && name.chars().all(is_part)
}

/// The dependency on the SDK, as a manifest writes it.
fn sdk(source: Option<&Path>) -> Result<String> {
    Ok(match source {
        Some(path) => {
            let path = std::path::absolute(path)?;
            format!("{{ path = {:?} }}", path.display().to_string())
        }
        None => format!("{:?}", env!("CARGO_PKG_VERSION")),
    })
}

/// Writes a file, in a folder that is made for it.
fn write(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
