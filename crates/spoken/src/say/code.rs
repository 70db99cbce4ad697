//! What is read figure by figure or letter by letter: ids, telephones, cards, masks, addresses, versions.

use std::sync::LazyLock;

use super::spelling::{address, id};
use super::token::{Cursor, Kind, Token};
use crate::speak::{decimal, digits};
use crate::table::{rows, several};

type Read<'a> = Option<(String, Cursor<'a>)>;

/// The reach of a code in tokens; no code is longer, so reading stays linear.
const REACH: usize = 64;

fn lines(table: &'static str) -> Vec<&'static str> {
    rows(table, 1).map(|row| row[0]).collect()
}

static HOSTS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| lines(include_str!("../../data/hosts.tsv")));

static ANNOUNCING: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| lines(include_str!("../../data/announcing.tsv")));

/// Figures that are said in a way of their own, and the words before them that this needs.
static FIXED: LazyLock<Vec<(&'static str, &'static str, Vec<&'static str>)>> =
    LazyLock::new(|| {
        rows(include_str!("../../data/fixed.tsv"), 3)
            .map(|row| (row[0], row[1], several(row[2]).collect()))
            .collect()
    });

/// "24/7", "911", "call 112".
pub(super) fn fixed(at: Cursor<'_>) -> Read<'_> {
    if !at.begins() {
        return None;
    }
    let mut end = at;
    end.digits(1..=3)?;
    let mut longer = end;
    if longer.sign("/").is_some() && longer.digits(1..=2).is_some() {
        end = longer;
    }
    let written = at.until(end);
    let told = |needed: &[&str]| {
        let before = at.words_before().next().unwrap_or_default().to_lowercase();
        needed.is_empty() || needed.contains(&before.as_str())
    };
    let mut known = FIXED.iter();
    let (_, said, _) = known.find(|(figures, _, needed)| *figures == written && told(needed))?;
    let decimals = end.text() == "." && {
        let mut behind = end;
        behind.next();
        behind.digits(1..=9).is_some()
    };
    (end.ends() && !decimals && !end.text().starts_with(['/', '-', '%', ',']))
        .then(|| ((*said).to_owned(), end))
}

/// Groups of figures that telephones and cards are written in: their lengths, and whether only a dash may stand between.
const GROUPS: [(&[usize], bool); 6] = [
    (&[3, 3, 4], false),
    (&[3, 4], true),
    (&[3, 2, 4], true),
    (&[4, 4, 4], false),
    (&[4, 4, 4, 4], false),
    (&[4, 6, 5], false),
];

/// A telephone or a card number, group by group.
pub(super) fn grouped(at: Cursor<'_>) -> Read<'_> {
    if !at.begins() {
        return None;
    }
    let mut next = at;
    let plus = next.sign("+").is_some();
    let mut groups: Vec<&str> = Vec::new();
    let mut dashes = true;
    let mut end = next;
    loop {
        let bracket = next.sign("(").is_some();
        let Some(group) = next.digits(1..=15) else {
            break;
        };
        if bracket && next.sign(")").is_none() {
            break;
        }
        groups.push(group);
        end = next;
        let dash = next.sign("-.").or_else(|| next.space().then_some(" "));
        dashes &= dash == Some("-")
            || dash.is_none()
            || !next.peek().is_some_and(|token| token.kind == Kind::Digits);
        if groups.len() > 5 || dash.is_none() && !bracket {
            break;
        }
        if bracket {
            next.space();
        }
    }
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let total: usize = lengths.iter().sum();
    let known = GROUPS
        .iter()
        .any(|(known, dash)| *known == lengths && (dashes || !dash));
    let fits = if plus {
        (7..=15).contains(&total)
    } else {
        known
    };
    let said: Vec<String> = groups.iter().map(|group| digits(group)).collect();
    let lead = if plus { "plus " } else { "" };
    (fits && end.ends()).then(|| (format!("{lead}{}", said.join(", ")), end))
}

/// What the guard leaves of a secret: `****1111`, `***-0134`, `**** **** **** 4242`, `•••• 1111`, or nothing: `***`.
pub(super) fn mask(at: Cursor<'_>) -> Read<'_> {
    let free = at.stands_free();
    let (end, runs) = marks(at).filter(|_| free)?;
    let mut next = end;
    if next.digits(1..=4).is_some() && next.ends() {
        let lead = if told_ending(at) { "" } else { "ending in " };
        return Some((format!("{lead}{}", digits(&end.until(next))), next));
    }
    nothing_left(at, end).filter(|_| runs == 1)
}

/// "***" by itself: nothing is left of what was there.
fn nothing_left<'a>(at: Cursor<'a>, end: Cursor<'a>) -> Read<'a> {
    let alone = at.until(end).trim_end_matches([' ', '-']) == "***";
    let mut bare = at;
    for _ in 0..3 {
        bare.next();
    }
    (alone && bare.ends()).then(|| ("hidden".to_owned(), bare))
}

fn is_ending(ending: &str, joint: &str) -> bool {
    let ending = ending.to_lowercase();
    (ending == "ending" || ending == "ends") && matches!(joint, "in" | "with")
}

/// Runs of the marks of a mask, one space or dash behind each, and how many there are.
fn marks(at: Cursor<'_>) -> Option<(Cursor<'_>, usize)> {
    let mut next = at;
    let mut runs = 0;
    while let Some(end) = run(next) {
        runs += 1;
        next = end;
        if next.sign("-").is_none() {
            next.space();
        }
        if runs > 4 {
            return None;
        }
    }
    // Letters are a mask only where several groups of them stand before the figures.
    let letters = at.peek().is_some_and(|token| token.kind == Kind::Word);
    (runs > usize::from(letters)).then_some((next, runs))
}

fn run(at: Cursor<'_>) -> Option<Cursor<'_>> {
    let mut next = at;
    if next
        .word_if(|word| word.len() == 4 && word.eq_ignore_ascii_case("xxxx"))
        .is_some()
    {
        return Some(next);
    }
    let sign = at.peek()?.text;
    let (_, least) = LEAST.iter().find(|(mark, _)| *mark == sign)?;
    let count = (0..20).take_while(|_| next.sign(sign).is_some()).count();
    (*least..=12).contains(&count).then_some(next)
}

/// The marks of a mask, and how many of them there are at least.
const LEAST: [(&str, usize); 2] = [("*", 3), ("•", 4)];

/// "https://www.example.com/help?x=1": the host and the path, without what else stands there.
pub(super) fn link(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    at.word_if(|word| matches!(word, "http" | "https") && begins)?;
    for sign in [":", "/", "/"] {
        at.sign(sign)?;
    }
    let mut www = at;
    if www.word_if(|word| word == "www").is_some() && www.sign(".").is_some() {
        at = www;
    }
    let start = at;
    let mut end = at;
    let part = |token: Token<'_>| token.kind != Kind::Space && !"<>\"()[]|?#".contains(token.text);
    while let Some(token) = at.peek().filter(|token| part(*token)) {
        at.next();
        if token.kind != Kind::Sign || token.text == "/" {
            end = at;
        }
    }
    let shown = start.until(end);
    let mut rest = end;
    while rest.peek().is_some_and(|token| {
        token.kind != Kind::Space && (rest.at > end.at || "?#".contains(token.text))
    }) {
        rest.next();
    }
    Some((address(shown.trim_end_matches('/')), rest))
}

/// "ann.lee@example.com", "j***@example.com".
pub(super) fn email(at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins() && at.peek().is_some_and(|token| token.kind != Kind::Sign);
    let mut next = at;
    let local = |token: Token<'_>| {
        token.kind == Kind::Word || token.kind == Kind::Digits || "._%+*-".contains(token.text)
    };
    for _ in 0..REACH {
        next.peek()
            .filter(|token| begins && local(*token) && token.kind != Kind::Space)?;
        next.next();
        if next.text() == "@" {
            break;
        }
    }
    let name = at.until(next);
    next.sign("@")?;
    let (host, end) = host(next)?;
    Some((format!("{} at {}", address(&name), address(&host)), end))
}

/// The parts of a host's name, at least two of them.
fn host(at: Cursor<'_>) -> Read<'_> {
    let mut next = at;
    let mut end = None;
    for dots in 0..REACH {
        label(&mut next)?;
        if dots > 0 {
            end = Some(next);
        }
        let mut dot = next;
        let goes_on = dot.sign(".").is_some() && !dot.ends();
        if !goes_on {
            break;
        }
        next = dot;
    }
    end.map(|end| (at.until(end), end))
}

fn label(at: &mut Cursor<'_>) -> Option<()> {
    let start = at.at;
    while at.at < start + 8 {
        let dash = at.text() == "-";
        let alnum = at
            .peek()
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Digits));
        if !(alnum || dash && at.at > start) {
            break;
        }
        at.next();
    }
    (at.at > start).then_some(())
}

/// "example.com/help": a host without a scheme, known by its last part.
pub(super) fn domain(at: Cursor<'_>) -> Read<'_> {
    let (name, mut end) = host(at).filter(|_| at.begins())?;
    let last = name.rsplit('.').next()?;
    if !HOSTS.contains(&last) {
        return None;
    }
    let path = end;
    end = behind_path(end);
    let said = format!("{} {}", address(&name), address(&path.until(end)));
    end.sign("/");
    Some((said, end))
}

/// The place behind "/help/me".
fn behind_path(at: Cursor<'_>) -> Cursor<'_> {
    let mut end = at;
    for _ in 0..REACH {
        let mut next = end;
        if next.sign("/").is_none() || label(&mut next).is_none() {
            break;
        }
        end = next;
    }
    end
}

/// "1.2.3": figures with dots between them.
pub(super) fn version(at: Cursor<'_>) -> Read<'_> {
    let mut next = at;
    let begins = next.begins();
    let lead = next.word_if(|word| word == "v" || word == "V");
    next.digits(1..=9).filter(|_| begins)?;
    let (dots, end) = dotted(next);
    let least = if lead.is_some() { 1 } else { 2 };
    (dots >= least).then(|| (address(&at.until(end)), end))
}

/// Figures behind dots, how many times, and the place behind them.
fn dotted(at: Cursor<'_>) -> (usize, Cursor<'_>) {
    let (mut next, mut end, mut dots) = (at, at, 0);
    while dots < REACH && next.sign(".").is_some() && next.digits(1..=9).is_some() {
        dots += 1;
        end = next;
    }
    (dots, end)
}

/// "acc_1001", "ORD-2024-17", "txn_9f3a": letters with figures or underscores.
pub(super) fn identifier(at: Cursor<'_>) -> Read<'_> {
    if !at.begins() {
        return None;
    }
    let (mut next, mut end) = (at, at);
    let (mut mixed, mut dashed, mut word_first) = (false, false, false);
    let mut before: Option<Kind> = None;
    for count in 0..REACH {
        let Some(token) = next.peek() else { break };
        let joint = matches!(token.text, "_" | "-");
        if !(joint || matches!(token.kind, Kind::Word | Kind::Digits))
            || count == 0 && token.text == "-"
        {
            break;
        }
        word_first |= count == 0 && token.kind == Kind::Word;
        mixed |= token.text == "_" || !joint && before.is_some_and(|before| before != Kind::Sign);
        dashed |= token.kind == Kind::Digits && before == Some(Kind::Sign);
        before = Some(token.kind);
        next.next();
        if !joint || token.text == "_" {
            end = next;
        }
    }
    (mixed || dashed && word_first).then(|| (id(&at.until(end)), end))
}

/// Figures behind a word that announces a code, "#" and figures, and figures that are too long to be a number.
pub(super) fn code(at: Cursor<'_>) -> Read<'_> {
    let mut next = at;
    let hash = at.begins() && next.sign("#").is_some();
    let begins = hash || next.begins();
    let figures = next.digits(1..=40).filter(|_| begins)?;
    let decimals = {
        let mut behind = next;
        behind.sign(".,").is_some() && behind.digits(1..=40).is_some()
    };
    if !next.ends() || decimals {
        return None;
    }
    let announced = figures.len() >= 3 && is_announced(at) || told_ending(at);
    Some(match (hash, figures.len()) {
        (_, 7..) => (digits(figures), next),
        _ if announced => (digits(figures), next),
        (true, 3..) => (format!("number {}", digits(figures)), next),
        (true, _) => (format!("number {}", decimal(figures)), next),
        _ => return None,
    })
}

fn told_ending(at: Cursor<'_>) -> bool {
    let before: Vec<&str> = at.words_before().take(2).collect();
    matches!(before.as_slice(), [joint, ending] if is_ending(ending, joint))
}

/// "account 1001", "the confirmation number is 83214", "PIN: 007".
fn is_announced(at: Cursor<'_>) -> bool {
    let mut before = at.words_before().map(str::to_lowercase).take(3).peekable();
    before.next_if(|word| word == "is");
    before
        .next()
        .is_some_and(|word| ANNOUNCING.contains(&word.as_str()))
}
