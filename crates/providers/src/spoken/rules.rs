//! The rules that turn what is not a word into words, in the order in which they apply.

use std::sync::LazyLock;

use conversimple_spoken::number::{
    say_cardinal as cardinal, say_decimal as decimal, say_digits as digits, say_ordinal as ordinal,
    say_year as year,
};
use regex::{Captures, Regex};

/// Where it applies, and what is said there.
pub(super) struct Rule {
    pub(super) pattern: Regex,
    pub(super) say: Say,
}

type Say = fn(&Captures<'_>) -> String;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const MONTH: &str = r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|November|December)\.?";

/// An amount in digits: groups of three with commas, or without, and a fraction.
const AMOUNT: &str = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)";

/// What follows an amount and multiplies it.
const SCALE: &str = r"(?: ?(thousand|million|billion|trillion|[kKMB]\b))?";

pub(super) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let table: Vec<(String, Say)> = vec![
        // Layout that a model may write and nobody says.
        (r"https?://(?:www\.)?".into(), |_| " ".into()),
        (r"\[([^\]]*)\]\([^)]*\)".into(), |c| c[1].to_owned()),
        (r"\*\*([^*]+)\*\*".into(), |c| c[1].to_owned()),
        (r#"["{}\[\]<>|\\^~`]+"#.into(), |_| " ".into()),
        (r"(?m)(^|\s)[*-] ".into(), |_| " , ".into()),
        // Dates and times.
        (r"\b(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?: ?Z|[+-]\d{2}:?\d{2})?\b".into(), |c| {
            format!("{} at {}", date(&c[2], &c[3], Some(&c[1])), time(&c[4], &c[5], ""))
        }),
        (r"\b(\d{4})-(\d{2})-(\d{2})\b".into(), |c| date(&c[2], &c[3], Some(&c[1]))),
        (r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b".into(), |c| date(&c[1], &c[2], Some(&c[3]))),
        (format!(r"\b{MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?\b"), |c| {
            named_date(&c[1], &c[2], c.get(3).map(|m| m.as_str()))
        }),
        (format!(r"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH}(?:,? (\d{{4}}))?\b"), |c| {
            named_date(&c[2], &c[1], c.get(3).map(|m| m.as_str()))
        }),
        (format!(r"\b{MONTH} (\d{{4}})\b"), |c| format!("{} {}", month(&c[1]), year(parsed(&c[2])))),
        (r"\b([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?: ?([aApP])(?:\.[mM]\.|[mM]\b))?".into(), |c| {
            time(&c[1], &c[2], c.get(3).map_or("", |m| m.as_str()))
        }),
        (r"\b(\d{1,2}) ?([aApP])(?:\.[mM]\.|[mM]\b)".into(), |c| time(&c[1], "00", &c[2])),
        (r"\b(in|In|since|Since|until|Until|by|By|year|from|From) (1[5-9]\d\d|20\d\d)\b([^,.\d%]|[.,]\D|[.,]?$)".into(), |c| {
            format!("{} {}{}", &c[1], year(parsed(&c[2])), &c[3])
        }),
        // Addresses on the net.
        (r"\b([A-Za-z0-9._%+*-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b".into(), |c| {
            format!(" {} at {} ", address(&c[1]), address(&c[2]))
        }),
        (r"\b((?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|gov|edu|co|uk|de|dev|app|info))((?:/[A-Za-z0-9._-]+)*)/?\b".into(), |c| {
            format!(" {}{} ", address(&c[1]), address(&c[2]))
        }),
        // What a mask has left, and what is read digit by digit.
        (r"(?:\b(?:ending|ends) (?:in|with) )?\b[A-Za-z0-9]?(?:[*#]{2,}|[xX]{2,}|\.{3,})[ *#xX.-]*(\d{2,}|[A-Za-z]?\d+[A-Za-z0-9]*)\b".into(), ending),
        (r"(?:\b(?:ending|ends) (?:in|with) )?(?:[*#]{2,}|\.{3,})[ *#xX.-]*(\d{2,}|[A-Za-z]?\d+[A-Za-z0-9]*)\b".into(), ending),
        (r"(ending in|Ending in|ends in|ends with) (\d+)\b".into(), |c| format!("{} {}", &c[1], digits(&c[2]))),
        (r"\b\d{4}(?:[ -]\d{4}){2,4}\b|\b\d{4}[ -]\d{6}[ -]\d{5}\b".into(), |c| in_groups(&c[0])),
        (r"(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b|\b\d{3}-\d{4}\b|\b\d{3}-\d{2}-\d{4}\b|\+\d{8,15}\b".into(), |c| {
            in_groups(&c[0])
        }),
        // Money.
        (format!(r"(-)?(?:US|us)?([$£€¥₹])(-)? ?{AMOUNT}{SCALE}(?: ?(?:USD|EUR|GBP|dollars|euros|pounds)\b)?"), |c| {
            let minus = c.get(1).or(c.get(3)).is_some();
            money(currency(&c[2]), &c[4], c.get(5).map_or("", |m| m.as_str()), minus)
        }),
        (format!(r"(^|[\s(])(-)?{AMOUNT} ?(dollars?|euros?|pounds|USD|EUR|GBP|JPY|INR|CHF|CAD|AUD)\b"), |c| {
            let minus = c.get(2).is_some();
            format!("{}{}", &c[1], money(currency(&c[4]), &c[3], "", minus))
        }),
        (format!(r"\b(USD|EUR|GBP|JPY|INR|CHF|CAD|AUD) (-)?{AMOUNT}\b"), |c| {
            money(currency(&c[1]), &c[3], "", c.get(2).is_some())
        }),
        // Measures.
        (format!(r"(-)?{AMOUNT} ?%"), |c| format!("{}{} percent", minus(c.get(1).is_some()), decimal(&c[2]))),
        (format!(r"(-)?{AMOUNT} ?° ?([CF]\b)?"), |c| {
            let scale = match c.get(3).map(|m| m.as_str()) {
                Some("C") => " Celsius",
                Some(_) => " Fahrenheit",
                None => "",
            };
            format!("{}{} {}{scale} ", minus(c.get(1).is_some()), decimal(&c[2]), plural(&c[2], "degree"))
        }),
        (format!(r"\b{AMOUNT} ?(km/h|mph|kph|kg|km|cm|mm|mi|ft|lbs?|oz|ml|GB|MB|KB|TB|kB|hrs?|mins?|secs?|ms)\b\.?"), measure),
        (r"(\d+)(?:-| to )(\d+)\b( (?:days?|hours?|minutes?|weeks?|months?|years?|people|percent|times))".into(), |c| {
            format!("{} to {}{}", decimal(&c[1]), decimal(&c[2]), &c[3])
        }),
        (r"\b(\d{1,9})(?:st|nd|rd|th)\b".into(), |c| ordinal(parsed(&c[1]))),
        // Ids: letters with digits or underscores, and digits after a word that announces one.
        (r"\b[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z]|_)[A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*\b".into(), |c| id(&c[0])),
        (r"\b[A-Za-z]+(?:-[A-Za-z0-9]+)*-\d+(?:-[A-Za-z0-9]+)*\b".into(), |c| id(&c[0])),
        (r"(?i)\b(number|no\.|code|id|pin|zip|account|card|confirmation|reference|order|ticket|invoice|extension|phone|room|flight)( (?:number|code|id))?( is|:)? ?#?(\d{3,})\b".into(), |c| {
            let part = |index| c.get(index).map_or("", |m| m.as_str());
            format!("{}{}{} {}", part(1).trim_end_matches('.'), part(2), part(3), digits(&c[4]))
        }),
        (r"#(\d+)\b".into(), |c| format!("number {}", if c[1].len() > 2 { digits(&c[1]) } else { decimal(&c[1]) })),
        (r"\b\d{7,}\b".into(), |c| digits(&c[0])),
        // Plain numbers.
        (r"\b(\d{1,3}) ?/ ?(\d{1,3})\b".into(), |c| format!("{} out of {}", decimal(&c[1]), decimal(&c[2]))),
        (r"\b\d+(?:\.\d+){2,}\b".into(), |c| address(&c[0])),
        (format!(r"(^|[\s(])-{AMOUNT}\b"), |c| format!("{}minus {}", &c[1], decimal(&c[2]))),
        (format!(r"{AMOUNT}\b"), |c| format!(" {} ", decimal(&c[1]))),
        // Abbreviations and signs.
        (r"\b(Mr|Mrs|Ms|Dr|Prof|Sr|Jr|vs|Inc|Ltd|Corp|approx|Ave|Blvd|Rd|St|Apt|Dept|etc|e\.g|i\.e|acct|amt|qty|min|max)\.(\s|,|$)".into(), abbreviation),
        (r"\b(e\.g|i\.e)\b".into(), |c| abbreviation_word(&c[1]).to_owned()),
        (r"\b(?:[A-Z]\.){2,}".into(), |c| letters(&c[0])),
        (r"\band/or\b".into(), |_| "and or".into()),
        (r"([A-Za-z]) ?/ ?([A-Za-z])".into(), |c| format!("{} or {}", &c[1], &c[2])),
        (r" ?& ?".into(), |_| " and ".into()),
        (r"@".into(), |_| " at ".into()),
        (r" ?\+ ?".into(), |_| " plus ".into()),
        (r" ?= ?".into(), |_| " equals ".into()),
        (r"%".into(), |_| " percent ".into()),
        (r"[$£€¥₹°]".into(), |_| " ".into()),
        (r"\(([^()]*)\)".into(), |c| format!(", {}, ", &c[1])),
        // Words: camelCase apart, words without vowels by letter, hyphens as spaces.
        (r"\b[a-z]+(?:[A-Z][a-z]+)+\b".into(), |c| camel(&c[0])),
        (r"\b[B-DF-HJ-NP-TV-XZ][B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{1,5}\b".into(), unpronounceable),
        (r"[-_*#]+".into(), |_| " ".into()),
    ];
    table
        .into_iter()
        .map(|(pattern, say)| Rule {
            pattern: Regex::new(&pattern).expect("the table is compiled by a test"),
            say,
        })
        .collect()
});

fn parsed(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

fn minus(is_negative: bool) -> &'static str {
    if is_negative { "minus " } else { "" }
}

fn plural(amount: &str, unit: &str) -> String {
    if amount == "1" {
        unit.to_owned()
    } else {
        format!("{unit}s")
    }
}

fn date(month: &str, day: &str, year_text: Option<&str>) -> String {
    let (mut month, mut day) = (parsed(month), parsed(day));
    if month > 12 && day <= 12 {
        std::mem::swap(&mut month, &mut day);
    }
    let Some(name) = usize::try_from(month)
        .ok()
        .and_then(|m| MONTHS.get(m.wrapping_sub(1)))
    else {
        return format!(
            "{} {} {}",
            cardinal(month),
            cardinal(day),
            digits(year_text.unwrap_or(""))
        );
    };
    full_date(name, day, year_text)
}

fn named_date(name: &str, day: &str, year_text: Option<&str>) -> String {
    full_date(month(name), parsed(day), year_text)
}

fn full_date(month: &str, day: u64, year_text: Option<&str>) -> String {
    match year_text {
        Some(text) if text.len() == 2 => {
            format!("{month} {}, {}", ordinal(day), year(2000 + parsed(text)))
        }
        Some(text) => format!("{month} {}, {}", ordinal(day), year(parsed(text))),
        None => format!("{month} {}", ordinal(day)),
    }
}

fn month(name: &str) -> &'static str {
    MONTHS
        .iter()
        .find(|month| name.len() >= 3 && month.starts_with(&name[..3]))
        .unwrap_or(&"")
}

fn time(hour: &str, minute: &str, half: &str) -> String {
    let (hour, minute) = (parsed(hour), parsed(minute));
    let half = match half {
        "a" | "A" => " AM",
        "p" | "P" => " PM",
        _ if hour > 12 => " PM",
        _ => "",
    };
    let on_clock = if hour > 12 { hour - 12 } else { hour };
    match (hour, minute) {
        (0, _) => format!("twelve{} AM", minutes(minute)),
        (_, 0) if half.is_empty() => format!("{} o'clock", cardinal(on_clock)),
        _ => format!("{}{}{half}", cardinal(on_clock), minutes(minute)),
    }
}

fn minutes(minute: u64) -> String {
    match minute {
        0 => String::new(),
        1..=9 => format!(" oh {}", cardinal(minute)),
        _ => format!(" {}", cardinal(minute)),
    }
}

/// Names of the whole and of a hundredth.
type Currency = (&'static str, &'static str, &'static str, &'static str);

fn currency(sign: &str) -> Currency {
    match sign {
        "€" | "EUR" | "euro" | "euros" => ("euro", "euros", "cent", "cents"),
        "£" | "GBP" | "pounds" => ("pound", "pounds", "penny", "pence"),
        "¥" | "JPY" => ("yen", "yen", "sen", "sen"),
        "₹" | "INR" => ("rupee", "rupees", "paisa", "paise"),
        "CHF" => ("Swiss franc", "Swiss francs", "centime", "centimes"),
        "CAD" => ("Canadian dollar", "Canadian dollars", "cent", "cents"),
        "AUD" => ("Australian dollar", "Australian dollars", "cent", "cents"),
        _ => ("dollar", "dollars", "cent", "cents"),
    }
}

fn money(currency: Currency, amount: &str, scale: &str, is_negative: bool) -> String {
    let (one, many, hundredth, hundredths) = currency;
    let sign = minus(is_negative);
    let scale = match scale {
        "k" | "K" => "thousand",
        "M" => "million",
        "B" => "billion",
        word => word,
    };
    if !scale.is_empty() {
        return format!("{sign}{} {scale} {many}", decimal(amount));
    }
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let whole = whole.replace(',', "");
    if fraction.len() > 2 || whole.len() > 15 {
        return format!("{sign}{} {many}", decimal(amount));
    }
    let whole = parsed(&whole);
    let cents = parsed(fraction) * if fraction.len() == 1 { 10 } else { 1 };
    let wholes = format!(
        "{} {}",
        cardinal(whole),
        if whole == 1 { one } else { many }
    );
    let parts = format!(
        "{} {}",
        cardinal(cents),
        if cents == 1 { hundredth } else { hundredths }
    );
    match (whole, cents) {
        (_, 0) => format!("{sign}{wholes}"),
        (0, _) => format!("{sign}{parts}"),
        _ => format!("{sign}{wholes} and {parts}"),
    }
}

fn measure(c: &Captures<'_>) -> String {
    let unit = match &c[2] {
        "km/h" | "kph" => return format!("{} kilometers per hour", decimal(&c[1])),
        "mph" => return format!("{} miles per hour", decimal(&c[1])),
        "ft" => {
            return format!(
                "{} {}",
                decimal(&c[1]),
                if &c[1] == "1" { "foot" } else { "feet" }
            );
        }
        "kg" => "kilogram",
        "km" => "kilometer",
        "cm" => "centimeter",
        "mm" => "millimeter",
        "mi" => "mile",
        "lb" | "lbs" => "pound",
        "oz" => "ounce",
        "ml" => "milliliter",
        "GB" => "gigabyte",
        "MB" => "megabyte",
        "KB" | "kB" => "kilobyte",
        "TB" => "terabyte",
        "hr" | "hrs" => "hour",
        "min" | "mins" => "minute",
        "ms" => "millisecond",
        _ => "second",
    };
    format!("{} {}", decimal(&c[1]), plural(&c[1], unit))
}

fn ending(c: &Captures<'_>) -> String {
    format!(" ending in {} ", id(&c[1]))
}

fn in_groups(text: &str) -> String {
    let groups: Vec<String> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .map(digits)
        .collect();
    groups.join(", ")
}

/// Words as words, short or vowelless runs of letters by letter, digits by digit, and nothing for what joins them.
fn id(text: &str) -> String {
    let mut said = Vec::new();
    for part in runs(text) {
        match part.as_bytes()[0] {
            b'0'..=b'9' => said.push(digits(part)),
            _ if is_word(part) => said.push(camel(part)),
            _ => said.push(letters(part)),
        }
    }
    format!(" {} ", said.join(" "))
}

/// An e-mail address, a host or a version: its parts with the marks between them by name.
fn address(text: &str) -> String {
    let mut said = Vec::new();
    for part in text.split_inclusive(['.', '-', '_', '/', '+', '*']) {
        let (name, mark) = match part.char_indices().next_back() {
            Some((at, mark)) if !mark.is_ascii_alphanumeric() => (&part[..at], Some(mark)),
            _ => (part, None),
        };
        for run in runs(name) {
            said.push(match run.as_bytes()[0] {
                b'0'..=b'9' if run.len() <= 2 => decimal(run),
                b'0'..=b'9' => digits(run),
                _ if run.len() > 1 && has_vowel(run) => run.to_owned(),
                _ => letters(run),
            });
        }
        said.extend(match mark {
            Some('.') => Some("dot".to_owned()),
            Some('-') => Some("dash".to_owned()),
            Some('_') => Some("underscore".to_owned()),
            Some('/') => Some("slash".to_owned()),
            Some('+') => Some("plus".to_owned()),
            _ => None,
        });
    }
    if text.starts_with('/') {
        said.insert(0, String::new());
    }
    said.join(" ")
}

/// The runs of letters and of digits; everything else only separates.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .flat_map(|word| {
            word.as_bytes()
                .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
                .filter_map(|run| std::str::from_utf8(run).ok())
        })
}

/// Long enough, with a vowel and not shouted: it can be read as a word.
fn is_word(run: &str) -> bool {
    let is_shouted = run.len() <= 3 && run.bytes().all(|b| b.is_ascii_uppercase());
    run.len() > 3 && has_vowel(run) && !is_shouted
        || matches!(
            run,
            "get" | "set" | "pay" | "the" | "my" | "is" | "to" | "of" | "by" | "new"
        )
}

fn has_vowel(run: &str) -> bool {
    run.bytes().any(|b| b"aeiouyAEIOUY".contains(&b))
}

/// Letters by name. A lone "a" would be taken for the article.
fn letters(text: &str) -> String {
    let named: Vec<String> = text
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| match letter.to_ascii_uppercase() {
            'A' => "ay".to_owned(),
            other => other.to_string(),
        })
        .collect();
    named.join(" ")
}

fn camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut before = 'A';
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push(' ');
        }
        out.push(letter);
        before = letter;
    }
    out
}

fn unpronounceable(c: &Captures<'_>) -> String {
    match &c[0] {
        "Mr" | "Mrs" | "Ms" | "Dr" | "Jr" | "Sr" | "PM" | "TV" | "Ltd" | "St" | "Hmm" | "Shh"
        | "Psst" | "Pfft" => c[0].to_owned(),
        other => letters(other),
    }
}

fn abbreviation(c: &Captures<'_>) -> String {
    // "St. Mary" is a saint, "Main St." a street; only the second ends a phrase.
    let word = match &c[1] {
        "St" if c[2].trim().is_empty() && !c[2].is_empty() => "Saint",
        other => abbreviation_word(other),
    };
    format!("{word}{}", &c[2])
}

fn abbreviation_word(short: &str) -> &str {
    match short {
        "Mr" => "Mister",
        "Mrs" => "Missus",
        "Ms" => "Miz",
        "Dr" => "Doctor",
        "Prof" => "Professor",
        "Sr" => "Senior",
        "Jr" => "Junior",
        "vs" => "versus",
        "Inc" => "Incorporated",
        "Ltd" => "Limited",
        "Corp" => "Corporation",
        "approx" => "approximately",
        "Ave" => "Avenue",
        "Blvd" => "Boulevard",
        "Rd" => "Road",
        "St" => "Street",
        "Apt" => "Apartment",
        "Dept" => "Department",
        "etc" => "et cetera",
        "e.g" => "for example",
        "i.e" => "that is",
        "acct" => "account",
        "amt" => "amount",
        "qty" => "quantity",
        "min" => "minimum",
        "max" => "maximum",
        other => other,
    }
}
