//! Values of secrets in every form in which they are said or written, and of the blanks in frames without a secret.
//!
//! Decides what is right: check digits, brands' ranges, what people say in place of a digit. All values are random and of nobody.

use crate::Kind;

/// A small generator (SplitMix64) that gives the same lines for the same seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that begin with `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `below - 1`.
    pub fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.roll() % (below.max(1) as u64)).unwrap_or(0)
    }

    /// True once in `times`.
    pub fn chance(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `list`, which is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn say(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }

    fn digits(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.digit()).collect()
    }

    fn digit(&mut self) -> u8 {
        u8::try_from(self.below(10)).unwrap_or(0)
    }

    fn text(&mut self, alphabet: &str, count: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..count).map(|_| *self.pick(&letters)).collect()
    }
}

type Make = fn(&mut Dice) -> String;

/// Kind, form and maker of a value.
#[rustfmt::skip]
pub(super) const FORMS: &[(Kind, &str, Make)] = &[
    (Kind::Card, "written solid", |d| shown(&card(d))),
    (Kind::Card, "written grouped", |d| { let c = card16(d); groups(&c, &[4, 4, 4, 4], d.say(&[" ", "-"])) }),
    (Kind::Card, "written amex", |d| { let c = number(d, &[3, 7], 15); groups(&c, &[4, 6, 5], d.say(&[" ", "-"])) }),
    (Kind::Card, "spoken digits", |d| { let c = card(d); dictate(d, &c, Style::Plain) }),
    (Kind::Card, "spoken pairs", |d| { let c = card16(d); pairs(d, &c) }),
    (Kind::Card, "spoken double", |d| { let c = doubled_card(d); dictate(d, &c, Style::Double) }),
    (Kind::Card, "spoken fillers", |d| { let c = card(d); dictate(d, &c, Style::Filler) }),
    (Kind::Card, "spoken corrected", |d| { let c = card16(d); dictate(d, &c, Style::Corrected) }),
    (Kind::Card, "spoken confused", |d| { let c = card16(d); dictate(d, &c, Style::Confused) }),
    (Kind::Card, "spoken dashes", |d| { let c = card16(d); dictate(d, &c, Style::Dashed) }),
    (Kind::Card, "spoken hundreds", |d| hundreds_card(d)),
    (Kind::Card, "spoken mixed", |d| { let c = card16(d); mixed(d, &c) }),
    (Kind::Card, "growing", |d| { let c = card16(d); let n = 5 + d.below(9); dictate(d, &c[..n], Style::Plain) }),
    (Kind::SecurityCode, "written", |d| { let n = if d.chance(4) { 4 } else { 3 }; shown(&d.digits(n)) }),
    (Kind::SecurityCode, "spoken", |d| { let c = d.digits(3); dictate(d, &c, Style::Plain) }),
    (Kind::SecurityCode, "spoken fillers", |d| { let c = d.digits(3); dictate(d, &c, Style::Filler) }),
    (Kind::SecurityCode, "spoken pairs", |d| { let c = d.digits(4); pairs(d, &c) }),
    (Kind::Expiry, "written", |d| { let (m, y) = month_year(d); format!("{m:02}/{y:02}") }),
    (Kind::Expiry, "written long", |d| { let (m, y) = month_year(d); format!("{m:02}/20{y:02}") }),
    (Kind::Expiry, "spoken", |d| { let (m, y) = month_year(d); spoken_expiry(d, m, y) }),
    (Kind::Expiry, "spoken month", |d| { let (m, y) = month_year(d); named_expiry(d, m, y) }),
    (Kind::Ssn, "written dashed", |d| { let s = ssn(d); groups(&s, &[3, 2, 4], "-") }),
    (Kind::Ssn, "written spaced", |d| { let s = ssn(d); groups(&s, &[3, 2, 4], " ") }),
    (Kind::Ssn, "spoken digits", |d| { let s = ssn(d); dictate(d, &s, Style::Plain) }),
    (Kind::Ssn, "spoken fillers", |d| { let s = ssn(d); dictate(d, &s, Style::Filler) }),
    (Kind::Ssn, "spoken dashes", |d| { let s = ssn(d); ssn_dashes(d, &s) }),
    (Kind::Ssn, "spoken double", |d| { let s = ssn(d); dictate(d, &s, Style::Double) }),
    (Kind::Phone, "written", |d| { let p = phone(d); written_phone(d, &p) }),
    (Kind::Phone, "written country", |d| country_phone(d)),
    (Kind::Phone, "written solid", |d| shown(&phone(d))),
    (Kind::Phone, "spoken digits", |d| { let p = phone(d); dictate(d, &p, Style::Plain) }),
    (Kind::Phone, "spoken double", |d| { let p = phone(d); dictate(d, &p, Style::Double) }),
    (Kind::Phone, "spoken fillers", |d| { let p = phone(d); dictate(d, &p, Style::Filler) }),
    (Kind::Phone, "spoken pairs", |d| { let p = phone(d); format!("{} {}", dictate(d, &p[..6], Style::Plain), pairs(d, &p[6..])) }),
    (Kind::Phone, "spoken confused", |d| { let p = phone(d); dictate(d, &p, Style::Confused) }),
    (Kind::Email, "written", |d| written_mail(d)),
    (Kind::Email, "spoken dot", |d| format!("{} dot {} at {}", d.pick(FIRST), d.pick(LAST), spoken_host(d))),
    (Kind::Email, "spoken single", |d| format!("{} at {}", d.pick(FIRST), spoken_host(d))),
    (Kind::Email, "spoken sign", |d| { let sign = *d.pick(&["underscore", "dash", "hyphen", "dot"]); format!("{} {sign} {} at {}", d.pick(FIRST), d.pick(LAST), spoken_host(d)) }),
    (Kind::Email, "spoken digits", |d| { let n = d.digits(2); format!("{} {} {} at {}", d.pick(FIRST), d.pick(&["dot", "underscore"]), dictate(d, &n, Style::Plain), spoken_host(d)) }),
    (Kind::Email, "spoken spelled", |d| { let name = *d.pick(FIRST); format!("{} at {}", spell(name, " "), spoken_host(d)) }),
    (Kind::Email, "spoken half", |d| format!("{}.{} at {}.com", d.pick(FIRST), d.pick(LAST), d.pick(HOSTS))),
    (Kind::Iban, "written grouped", |d| { let i = iban(d); spaced(&i, 4) }),
    (Kind::Iban, "written solid", |d| iban(d)),
    (Kind::Iban, "spoken spelled", |d| { let i = iban(d); spell_iban(&i) }),
    (Kind::Ip, "written v4", |d| format!("{}.{}.{}.{}", 11 + d.below(100), d.below(256), d.below(256), 1 + d.below(254))),
    (Kind::Ip, "written v6", |d| format!("2001:db8:{}::{}", d.text("0123456789abcdef", 4), d.text("123456789abcdef", 3))),
    (Kind::Ip, "spoken", |d| { let parts = [10, 172, 192, 168, 54, 203]; let a: Vec<String> = (0..4).map(|_| { let n = if d.chance(2) { *d.pick(&parts) } else { d.below(256) }; octet(d, n) }).collect(); a.join(" dot ") }),
    (Kind::ApiKey, "code ours", |d| { let mode = *d.pick(&["live", "test"]); format!("cs_{mode}_{}", d.text(ALNUM, 32)) }),
    (Kind::ApiKey, "code aws", |d| format!("AKIA{}", d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))),
    (Kind::ApiKey, "code github", |d| { let p = *d.pick(&["ghp_", "gho_", "ghs_", "github_pat_"]); format!("{p}{}", d.text(ALNUM, 36)) }),
    (Kind::ApiKey, "code stripe", |d| { let p = *d.pick(&["sk_live_", "sk_test_", "rk_live_"]); format!("{p}{}", d.text(ALNUM, 24)) }),
    (Kind::ApiKey, "code model", |d| { let p = *d.pick(&["sk-proj-", "sk-", "sk-ant-api03-"]); format!("{p}{}", d.text(ALNUM, 48)) }),
    (Kind::ApiKey, "code slack", |d| format!("xox{}-{}-{}", d.pick(&["b", "p"]), d.text("0123456789", 12), d.text(ALNUM, 24))),
    (Kind::ApiKey, "code google", |d| format!("AIza{}", d.text(ALNUM, 35))),
    (Kind::ApiKey, "code twilio", |d| format!("SK{}", d.text("0123456789abcdef", 32))),
    (Kind::ApiKey, "code sendgrid", |d| format!("SG.{}.{}", d.text(ALNUM, 22), d.text(ALNUM, 43))),
    (Kind::Jwt, "code", |d| format!("eyJ{}.eyJ{}.{}", d.text(ALNUM, 30), d.text(ALNUM, 60), d.text(ALNUM, 43))),
    (Kind::Password, "written", |d| { let word = *d.pick(WORDS); format!("{word}{}{}", d.below(1000), d.pick(&["", "!", "#", "$x"])) }),
    (Kind::Password, "spoken word", |d| (*d.pick(WORDS)).to_owned()),
    (Kind::Password, "spoken digits", |d| { let n = d.digits(3); format!("{} {}", d.pick(WORDS), dictate(d, &n, Style::Plain)) }),
    (Kind::Password, "spoken spelled", |d| { let between = *d.pick(&[" ", ", ", "-"]); let word = *d.pick(WORDS); spell(word, between) }),
    (Kind::Password, "spoken sign", |d| { let n = d.digits(2); format!("{} {} {} exclamation mark", d.pick(WORDS), d.pick(WORDS), dictate(d, &n, Style::Plain)) }),
    (Kind::Pin, "written", |d| { let n = *d.pick(&[4, 4, 4, 6]); shown(&d.digits(n)) }),
    (Kind::Pin, "spoken digits", |d| { let n = *d.pick(&[4, 4, 4, 6]); let p = d.digits(n); dictate(d, &p, Style::Plain) }),
    (Kind::Pin, "spoken pairs", |d| { let p = d.digits(4); pairs(d, &p) }),
    (Kind::Pin, "spoken double", |d| { let mut p = d.digits(4); p[2] = p[1]; dictate(d, &p, Style::Double) }),
    (Kind::Pin, "spoken fillers", |d| { let p = d.digits(4); dictate(d, &p, Style::Filler) }),
    (Kind::Pin, "spoken confused", |d| { let p = d.digits(4); dictate(d, &p, Style::Confused) }),
];

const ALNUM: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
#[rustfmt::skip]
const FIRST: &[&str] = &["john", "mary", "ahmed", "priya", "sven", "lucia", "olga", "mateo", "chloe", "wei", "fatima", "george", "hannah", "tom", "grace", "rob"];
#[rustfmt::skip]
const LAST: &[&str] = &["smith", "miller", "jones", "garcia", "nguyen", "kowalski", "brown", "okafor", "tanaka", "rossi", "walker", "patel", "young"];
#[rustfmt::skip]
const HOSTS: &[&str] = &["gmail", "yahoo", "hotmail", "outlook", "icloud", "acme", "northwind", "bluebird", "contoso", "protonmail"];
#[rustfmt::skip]
const WORDS: &[&str] = &["sunflower", "tulip", "dragonfly", "mountain", "pepperoni", "starlight", "copper", "walrus", "banjo", "cinnamon", "rocket", "velvet", "harbor", "falcon"];
const NAMES: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];
const TEENS: [&str; 10] = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
#[rustfmt::skip]
const MONTH_NAMES: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Double,
    Filler,
    Corrected,
    Confused,
    Dashed,
}

fn shown(digits: &[u8]) -> String {
    digits.iter().map(|d| char::from(b'0' + d)).collect()
}

fn groups(digits: &[u8], sizes: &[usize], between: &str) -> String {
    let (mut out, mut at) = (Vec::new(), 0);
    for size in sizes {
        out.push(shown(&digits[at..at + size]));
        at += size;
    }
    out.join(between)
}

fn spaced(text: &str, size: usize) -> String {
    text.as_bytes()
        .chunks(size)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A number with this beginning and a right check digit.
fn number(dice: &mut Dice, head: &[u8], len: usize) -> Vec<u8> {
    let mut digits = head.to_vec();
    digits.extend(dice.digits(len - 1 - head.len()));
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, d)| {
            let d = u32::from(*d);
            if at % 2 == 1 {
                d
            } else if d * 2 > 9 {
                d * 2 - 9
            } else {
                d * 2
            }
        })
        .sum();
    digits.push(u8::try_from((10 - sum % 10) % 10).unwrap_or(0));
    digits
}

fn card16(dice: &mut Dice) -> Vec<u8> {
    const HEADS: [&[u8]; 10] = [
        &[4],
        &[4],
        &[5, 1],
        &[5, 4],
        &[5, 5],
        &[2, 2, 3],
        &[2, 5],
        &[6, 0, 1, 1],
        &[6, 5],
        &[3, 5, 3],
    ];
    let head = *dice.pick(&HEADS);
    number(dice, head, 16)
}

fn card(dice: &mut Dice) -> Vec<u8> {
    match dice.below(8) {
        0 => number(dice, &[3, 7], 15),
        1 => number(dice, &[3, 4], 15),
        2 => number(dice, &[3, 6], 14),
        _ => card16(dice),
    }
}

fn doubled_card(dice: &mut Dice) -> Vec<u8> {
    let mut digits = number(dice, &[4], 16);
    for at in [1, 6, 9] {
        digits[at + 1] = digits[at];
    }
    digits.pop();
    let head = digits.clone();
    number(dice, &head, 16)
}

fn ssn(dice: &mut Dice) -> Vec<u8> {
    let mut digits = dice.digits(9);
    digits[0] = 1 + u8::try_from(dice.below(5)).unwrap_or(0);
    digits[4] = digits[4].max(1);
    digits[8] = digits[8].max(1);
    digits
}

fn phone(dice: &mut Dice) -> Vec<u8> {
    let mut digits = dice.digits(10);
    for at in [0, 3] {
        digits[at] = 2 + digits[at] % 8;
    }
    digits
}

fn written_phone(dice: &mut Dice, p: &[u8]) -> String {
    let (a, b, c) = (shown(&p[..3]), shown(&p[3..6]), shown(&p[6..]));
    match dice.below(5) {
        0 => format!("({a}) {b}-{c}"),
        1 => format!("{a}-{b}-{c}"),
        2 => format!("{a}.{b}.{c}"),
        3 => format!("1-{a}-{b}-{c}"),
        _ => format!("{a} {b} {c}"),
    }
}

fn country_phone(dice: &mut Dice) -> String {
    let d = |dice: &mut Dice, n| shown(&dice.digits(n));
    match dice.below(4) {
        0 => format!("+1 {}", groups(&phone(dice), &[3, 3, 4], " ")),
        1 => format!("+44 20 {} {}", d(dice, 4), d(dice, 4)),
        2 => format!("+49 30 {}", d(dice, 7)),
        _ => format!(
            "+33 6 {} {} {} {}",
            d(dice, 2),
            d(dice, 2),
            d(dice, 2),
            d(dice, 2)
        ),
    }
}

fn name_of(dice: &mut Dice, digit: u8) -> &'static str {
    if digit == 0 {
        dice.say(&["zero", "oh", "zero", "o"])
    } else {
        NAMES[usize::from(digit)]
    }
}

fn confused(digit: u8) -> &'static str {
    match digit {
        1 => "won",
        2 => "to",
        4 => "for",
        8 => "ate",
        d => NAMES[usize::from(d)],
    }
}

/// Words between digits, by which a slip is taken back.
const SLIPS: &[&str] = &[
    "sorry",
    "no",
    "no wait",
    "uh sorry",
    "sorry I mean",
    "scratch that",
    "oops",
];
/// Words between digits that mean nothing.
const FILLERS: &[&str] = &[
    "uh",
    "um",
    "er",
    "like",
    "let me see",
    "hmm",
    "and then",
    "okay",
    "you know",
];
/// Words between groups.
const DASHES: &[&str] = &["dash", "space", "dash", "then"];

/// Digits as they are said one by one.
fn dictate(dice: &mut Dice, digits: &[u8], style: Style) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut at, wrong) = (0, digits.len() / 2 + dice.below(3));
    let mut slipped = false;
    while at < digits.len() {
        if let Some((said, taken)) = repeated(dice, &digits[at..], style) {
            words.push(said);
            at += taken;
            continue;
        }
        if style == Style::Corrected && at == wrong && !slipped {
            let slip = dice.digit();
            words.push(format!("{} {}", name_of(dice, slip), dice.pick(SLIPS)));
            slipped = true;
        }
        let inner = at > 0 && at + 1 < digits.len();
        words.push(said(dice, digits[at], style, inner));
        at += 1;
        if at < digits.len() {
            words.extend(between(dice, at, style));
        }
    }
    let comma = style == Style::Plain && dice.chance(4);
    in_groups(&words, comma)
}

/// "double four", "triple one", and how many digits that is.
fn repeated(dice: &mut Dice, digits: &[u8], style: Style) -> Option<(String, usize)> {
    let digit = *digits.first()?;
    let run = digits.iter().take_while(|d| **d == digit).count();
    if style != Style::Double || run < 2 {
        return None;
    }
    let (name, taken) = match run {
        2 => ("double", 2),
        _ => ("triple", 3),
    };
    Some((format!("{name} {}", name_of(dice, digit)), taken))
}

fn said(dice: &mut Dice, digit: u8, style: Style, inner: bool) -> String {
    let wrong = style == Style::Confused && inner && dice.chance(3);
    if wrong {
        return confused(digit).to_owned();
    }
    name_of(dice, digit).to_owned()
}

/// What stands before the digit at `at`.
fn between(dice: &mut Dice, at: usize, style: Style) -> Option<String> {
    let filled = style == Style::Filler && (dice.chance(5) || at == 2);
    if filled {
        return Some((*dice.pick(FILLERS)).to_owned());
    }
    let dashed = style == Style::Dashed && at.is_multiple_of(4);
    dashed.then(|| (*dice.pick(DASHES)).to_owned())
}

fn in_groups(words: &[String], comma: bool) -> String {
    let mut out = String::new();
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            out.push_str(if comma && place % 4 == 0 { ", " } else { " " });
        }
        out.push_str(word);
    }
    out
}

fn pair(dice: &mut Dice, tens: u8, units: u8) -> String {
    let (tens, units) = (usize::from(tens), usize::from(units));
    match (tens, units) {
        (0, 0) => "double zero".to_owned(),
        (0, u) => format!("{} {}", dice.pick(&["oh", "zero"]), NAMES[u]),
        (1, u) => TEENS[u].to_owned(),
        (t, 0) => TENS[t].to_owned(),
        (t, u) => format!("{}{}{}", TENS[t], dice.pick(&[" ", "-"]), NAMES[u]),
    }
}

fn pairs(dice: &mut Dice, digits: &[u8]) -> String {
    digits
        .chunks(2)
        .map(|two| {
            if let [t, u] = two {
                pair(dice, *t, *u)
            } else {
                NAMES[usize::from(two[0])].to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn hundreds_card(dice: &mut Dice) -> String {
    let mut digits = number(dice, &[4], 16);
    digits[2] = 0;
    digits[3] = 0;
    digits[1] = digits[1].max(1);
    digits.pop();
    let fixed = number(dice, &digits, 16);
    format!(
        "{} hundred {}",
        pair(dice, 4, fixed[1]),
        pairs(dice, &fixed[4..])
    )
}

fn mixed(dice: &mut Dice, digits: &[u8]) -> String {
    let parts: Vec<String> = digits
        .chunks(4)
        .map(|four| match dice.below(3) {
            0 => shown(four),
            1 => pairs(dice, four),
            _ => dictate(dice, four, Style::Plain).replace(',', ""),
        })
        .collect();
    parts.join(*dice.pick(&[" ", ", "]))
}

fn month_year(dice: &mut Dice) -> (usize, usize) {
    (1 + dice.below(12), 26 + dice.below(8))
}

fn spoken_expiry(dice: &mut Dice, month: usize, year: usize) -> String {
    let spoken_month = if month < 10 {
        format!("{}{}", dice.pick(&["oh ", "zero ", ""]), NAMES[month])
    } else {
        TEENS[month - 10].to_owned()
    };
    let tens = TENS[year / 10];
    let units = if year.is_multiple_of(10) {
        String::new()
    } else {
        format!(" {}", NAMES[year % 10])
    };
    let over = *dice.pick(&[" ", " ", " slash "]);
    let century = *dice.pick(&["", "", "twenty "]);
    format!("{spoken_month}{over}{century}{tens}{units}")
}

fn named_expiry(dice: &mut Dice, month: usize, year: usize) -> String {
    let year_text = if dice.chance(2) {
        format!("20{year:02}")
    } else {
        format!(
            "twenty {}",
            pair(
                dice,
                u8::try_from(year / 10).unwrap_or(2),
                u8::try_from(year % 10).unwrap_or(7)
            )
        )
    };
    format!(
        "{} {}{year_text}",
        MONTH_NAMES[month - 1],
        dice.pick(&["", "", "of "])
    )
}

fn ssn_dashes(dice: &mut Dice, s: &[u8]) -> String {
    let parts =
        [&s[..3], &s[3..5], &s[5..]].map(|part| dictate(dice, part, Style::Plain).replace(',', ""));
    parts.join(*dice.pick(&[" dash ", ", ", ". "]))
}

fn written_mail(dice: &mut Dice) -> String {
    let sign = *dice.pick(&[".", "_", "-", "", "+"]);
    let tld = *dice.pick(&["com", "org", "co.uk", "io", "de"]);
    let number = if dice.chance(3) {
        dice.below(100).to_string()
    } else {
        String::new()
    };
    format!(
        "{}{sign}{}{number}@{}.{tld}",
        dice.pick(FIRST),
        dice.pick(LAST),
        dice.pick(HOSTS)
    )
}

fn spoken_host(dice: &mut Dice) -> String {
    let tld = *dice.pick(&[
        "dot com",
        "dot com",
        "dot com",
        "dot org",
        "dot net",
        "dot co dot uk",
        "dot io",
    ]);
    format!("{} {tld}", dice.pick(HOSTS))
}

fn spell(word: &str, between: &str) -> String {
    word.chars()
        .map(String::from)
        .collect::<Vec<_>>()
        .join(between)
}

fn iban(dice: &mut Dice) -> String {
    let (country, letters, len) = *dice.pick(&[
        ("GB", 4, 22),
        ("DE", 0, 22),
        ("FR", 0, 27),
        ("NL", 4, 18),
        ("ES", 0, 24),
    ]);
    let body = format!(
        "{}{}",
        dice.text("ABCDEFGHIJKLMNPQRSTUVWXYZ", letters),
        shown(&dice.digits(len - 4 - letters))
    );
    let rest = format!("{body}{country}00").bytes().fold(0_u32, |n, b| {
        if b.is_ascii_digit() {
            (n * 10 + u32::from(b - b'0')) % 97
        } else {
            (n * 100 + u32::from(b - b'A') + 10) % 97
        }
    });
    format!("{country}{:02}{body}", 98 - rest)
}

fn spell_iban(iban: &str) -> String {
    let word = |b: u8| {
        if b.is_ascii_digit() {
            NAMES[usize::from(b - b'0')].to_owned()
        } else {
            char::from(b).to_string()
        }
    };
    iban.bytes().map(word).collect::<Vec<_>>().join(" ")
}

fn octet(dice: &mut Dice, value: usize) -> String {
    if value < 10 {
        return NAMES[value].to_owned();
    }
    let text = value.to_string();
    let digits: Vec<u8> = text.bytes().map(|b| b - b'0').collect();
    match (digits.as_slice(), dice.below(2)) {
        ([h, t, u], 0) if *t > 0 => format!("{} {}", NAMES[usize::from(*h)], pair(dice, *t, *u)),
        ([t, u], 0) => pair(dice, *t, *u),
        (all, _) => all
            .iter()
            .map(|d| NAMES[usize::from(*d)])
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The value of a blank in a frame: `<digits 6>` spoken, `<num 6>` written, `<price>` …
pub(super) fn blank(dice: &mut Dice, name: &str) -> String {
    let (name, size) = name.split_once(' ').unwrap_or((name, "4"));
    let size: usize = size.parse().unwrap_or(4);
    match name {
        "digits" => {
            let digits = dice.digits(size);
            dictate(dice, &digits, Style::Plain)
        }
        "num" => {
            let mut digits = dice.digits(size);
            digits[0] = digits[0].max(1);
            shown(&digits)
        }
        "cardlike" => {
            let digits = card16(dice);
            if dice.chance(2) {
                dictate(dice, &digits, Style::Plain)
            } else {
                groups(&digits, &[4, 4, 4, 4], " ")
            }
        }
        "small" => NAMES[2 + dice.below(8)].to_owned(),
        "two" => {
            let (t, u) = (2 + dice.below(8), 1 + dice.below(9));
            format!("{} {}", TENS[t], NAMES[u])
        }
        "year" => {
            if dice.chance(2) {
                format!("{}", 1950 + dice.below(80))
            } else {
                format!(
                    "{} {} {}",
                    dice.pick(&["nineteen", "twenty"]),
                    TENS[2 + dice.below(7)],
                    NAMES[1 + dice.below(9)]
                )
            }
        }
        "price" => {
            let (a, b) = (2 + dice.below(7), 1 + dice.below(9));
            if dice.chance(2) {
                format!("${}.{:02}", dice.below(4000), dice.below(100))
            } else {
                format!("{} {} dollars", TENS[a], NAMES[b])
            }
        }
        "time" => {
            let hour = dice.below(12);
            if dice.chance(2) {
                format!("{}:{:02} pm", hour + 1, dice.below(60))
            } else {
                format!(
                    "{} {}",
                    if hour < 9 {
                        NAMES[hour + 1]
                    } else {
                        TEENS[hour - 9]
                    },
                    dice.pick(&["thirty", "fifteen", "forty five", "o'clock", "twenty pm"])
                )
            }
        }
        "date" => format!(
            "20{:02}-{:02}-{:02}",
            20 + dice.below(9),
            1 + dice.below(12),
            1 + dice.below(28)
        ),
        "month" => MONTH_NAMES[dice.below(12)].to_owned(),
        "name" => (*dice.pick(FIRST)).to_owned(),
        "word" => (*dice.pick(WORDS)).to_owned(),
        "hex" => dice.text("0123456789abcdef", size),
        _ => String::new(),
    }
}
