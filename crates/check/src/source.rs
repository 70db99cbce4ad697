//! One file as the rules see it: its text, its place and what kind of file it is. Decides what a path and a first look
//! at the bytes say (language, configuration, test, vendored, binary); leaves reading folders to `walk`.

use crate::code::Language;
use crate::facts::Fact;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Read by syntax tree.
    Code(Language),
    /// A notebook: JSON with Python in it.
    Notebook,
    /// `.env` and its relatives: one `NAME=value` a line.
    Env,
    Yaml,
    Json,
    Toml,
    /// INI, properties, `.cfg`, `.npmrc`: `name = value`.
    Ini,
    Dockerfile,
    Shell,
    /// Prose: only secrets that are certain count.
    Prose,
    /// Any other text.
    Other,
}

/// A file that is being checked.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path from the folder that is checked, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) format: Format,
    /// Test code, fixtures and the like: only certain secrets count there.
    pub(crate) is_test: bool,
    /// Where the tests of a Rust file begin, which stand at its end.
    tests_from: usize,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

/// A place in a file, counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Source {
    pub(crate) fn new(path: String, text: String) -> Self {
        let format = format(&path, &text);
        let is_test = is_test(&path);
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let tests_from = if format == Format::Code(Language::Rust) {
            tests_from(&text)
        } else {
            text.len() + 1
        };
        Self {
            path,
            text,
            format,
            is_test,
            tests_from,
            lines,
        }
    }

    /// The text of a file, or nothing when it is binary.
    pub(crate) fn decode(bytes: Vec<u8>) -> Option<String> {
        let utf16 = |units: &mut dyn Iterator<Item = u16>| -> Option<String> {
            let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
            (!text.contains('\0')).then_some(text)
        };
        let pairs = |bytes: &[u8], big: bool| -> Vec<u16> {
            bytes
                .chunks_exact(2)
                .map(|pair| {
                    if big {
                        u16::from_be_bytes([pair[0], pair[1]])
                    } else {
                        u16::from_le_bytes([pair[0], pair[1]])
                    }
                })
                .collect()
        };
        match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => return utf16(&mut pairs(rest, false).into_iter()),
            [0xfe, 0xff, rest @ ..] => return utf16(&mut pairs(rest, true).into_iter()),
            _ => {}
        }
        let head = &bytes[..bytes.len().min(8192)];
        if memchr::memchr(0, head).is_some() {
            return None;
        }
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Some(text)
    }

    /// Whether a place is test code.
    pub(crate) fn is_test_at(&self, offset: usize) -> bool {
        self.is_test || offset >= self.tests_from
    }

    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines[line - 1];
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count());
        Place {
            line,
            column: column + 1,
        }
    }

    /// A line's text, counted from 1, without its end.
    pub(crate) fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.lines.get(index)) else {
            return "";
        };
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        self.text
            .get(*start..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The byte at which a line starts, counted from 1.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|index| self.lines.get(index))
            .copied()
            .unwrap_or(self.text.len())
    }

    pub(crate) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Whether the file was made by a tool: a bundle or minified, so that nobody will mend it here.
    pub(crate) fn is_generated(&self) -> bool {
        let name = file_name(&self.path);
        let is_bundle =
            name.contains(".min.") || name.ends_with(".bundle.js") || name.ends_with(".map");
        let is_script = matches!(self.format, Format::Code(_));
        is_bundle
            || (is_script && self.text.len() > 20_000 && self.text.len() / self.lines.len() > 400)
    }
}

/// Where `#[cfg(test)] mod tests {` starts; past the end when there is none.
fn tests_from(text: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find("#[cfg(test)]").map(|at| from + at) {
        let after = &text[at + "#[cfg(test)]".len()..];
        let item = after
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("#["));
        // A closing attribute may run over several lines; its end looks like no item.
        let is_module = item.is_some_and(|line| {
            line.starts_with("mod ")
                || line.starts_with("pub mod ")
                || line.starts_with("reason")
                || line.starts_with("clippy")
        });
        if is_module {
            return at;
        }
        from = at + 1;
    }
    text.len() + 1
}

pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a name is that of an environment file that holds values, not an example of one.
pub(crate) fn is_env_file(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let is_env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    is_env && !is_example_name(&name)
}

/// `.env.example`, `settings.sample.toml` and the like.
pub(crate) fn is_example_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    Fact::ExampleFile.inside(&name)
}

pub(crate) fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.split('/').rev();
    let name = parts.next().unwrap_or("");
    let is_test_name = name.starts_with("test_")
        || name == "conftest.py"
        || name == "tests.py"
        || name == "tests.rs"
        || name.rsplit_once('.').is_some_and(|(stem, _)| {
            stem.ends_with("_test")
                || stem.ends_with(".test")
                || stem.ends_with(".spec")
                || stem.ends_with("_tests")
        });
    is_test_name || parts.any(|part| Fact::TestFolder.has(part))
}

fn format(path: &str, text: &str) -> Format {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if name == ".env" || name.starts_with(".env.") || extension == "env" || name == ".envrc" {
        return Format::Env;
    }
    if name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || extension == "dockerfile"
    {
        return Format::Dockerfile;
    }
    by_extension(extension)
        .or_else(|| by_name(&name))
        .unwrap_or_else(|| shebang(text))
}

/// Extensions by their fact, and what such a file is read as.
const EXTENSIONS: [(Fact, Format); 8] = [
    (Fact::PythonExtension, Format::Code(Language::Python)),
    (
        Fact::JavascriptExtension,
        Format::Code(Language::JavaScript),
    ),
    (
        Fact::TypescriptExtension,
        Format::Code(Language::TypeScript),
    ),
    (Fact::YamlExtension, Format::Yaml),
    (Fact::JsonExtension, Format::Json),
    (Fact::IniExtension, Format::Ini),
    (Fact::ShellExtension, Format::Shell),
    (Fact::ProseExtension, Format::Prose),
];

fn by_extension(extension: &str) -> Option<Format> {
    match extension {
        "tsx" => Some(Format::Code(Language::Tsx)),
        "rs" => Some(Format::Code(Language::Rust)),
        "ipynb" => Some(Format::Notebook),
        "toml" => Some(Format::Toml),
        _ => {
            let mut known = EXTENSIONS.iter();
            let (_, format) = known.find(|(fact, _)| fact.has(extension))?;
            Some(*format)
        }
    }
}

fn by_name(name: &str) -> Option<Format> {
    let known = [
        (Fact::ProseFile, Format::Prose),
        (Fact::IniFile, Format::Ini),
        (Fact::ShellFile, Format::Shell),
    ];
    let mut known = known.into_iter();
    let (_, format) = known.find(|(fact, _)| fact.has(name))?;
    Some(format)
}

fn shebang(text: &str) -> Format {
    let first = text.lines().next().unwrap_or("");
    if !first.starts_with("#!") {
        return Format::Other;
    }
    if first.contains("python") {
        Format::Code(Language::Python)
    } else if first.contains("node") || first.contains("deno") || first.contains("bun") {
        Format::Code(Language::JavaScript)
    } else if first.contains("sh") {
        Format::Shell
    } else {
        Format::Other
    }
}
