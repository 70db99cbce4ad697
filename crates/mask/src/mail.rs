//! E-mail addresses, written and spoken ("j o h n dot smith at gmail dot com"), and IBANs that are spelled.
//!
//! Decides where an address begins: a spoken one has no mark, so words before "at" are taken while they are joined ("dot",
//! "underscore"), spelled, or announced ("my email is"). "look at amazon dot com" is no address.

use super::digits::{Reading, Run, run_at};
use super::kind::{Kind, Span};
use super::leads::Expectation;
use super::lexicon::{
    AT, DOT, FILLER, HESITATION, JOIN, LINK, MAIL_PLACE, MAIL_STOP, NATO, Number, PROVIDER, ROLE,
    TLD,
};
use super::phrases::Words;
use super::scan::{Live, Scan};
use super::token::{AT_SIGN, COMMA, DASH, LINE, OTHER, PAREN, POINT, SPACE, STOP, Token, UNDER};
use super::written::{iban_checks, iban_length, mail_parts};

/// Tokens looked at on each side of an "at".
const REACH: usize = 40;

/// The address around the `@` before token `at`.
pub(super) fn written(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let token = scan.tokens[at];
    let before = at.checked_sub(1).map(|j| scan.tokens[j])?;
    let from = before.end();
    let (sign, after) = match scan.text[from..token.start].rfind('@') {
        Some(sign) => (from + sign, from + sign + 1),
        // A sign in a URL: `pat%40example.com`.
        None => (token.start - 1, token.start + 2),
    };
    // `git@host:owner/repository` is an address of nobody.
    let host = scan.text.as_bytes()[after..].iter().take(100);
    let remote = scan.text[..sign].ends_with("git")
        && host
            .take_while(|b| !b.is_ascii_whitespace())
            .any(|b| *b == b':');
    if remote || is_masked(&scan.text[..sign]) {
        return None;
    }
    let ends = Ends {
        scan,
        announced: scan.lead.want == Expectation::Email,
    };
    if let Some((start, end, dotted)) = mail_parts(scan.text, sign, after) {
        let end = if dotted {
            Some(end)
        } else {
            ends.domain(at, true).map(|d| d.end)
        };
        return end.map(|end| Span {
            start: ends.before_written(at - 1, start),
            end,
            kind: Kind::Email,
        });
    }
    // "john smith @ gmail . com": the sign stands alone, as a spoken "at" does.
    let domain = ends.domain(at, false)?;
    let start = ends.local(at - 1, &domain)?;
    Some(Span {
        start,
        end: domain.end,
        kind: Kind::Email,
    })
}

/// Whether the local part before the sign is masked already, to one letter at most: `a***@example.com`.
fn is_masked(before_sign: &str) -> bool {
    let Some(shown) = before_sign.strip_suffix("***") else {
        return false;
    };
    let mut letters = shown.chars().rev();
    letters.next().is_none_or(|c| !c.is_alphanumeric())
        || letters
            .next()
            .is_none_or(|c| !c.is_alphanumeric() && !"._-+*".contains(c))
}

/// The address around the word "at" at token `at`.
pub(super) fn spoken(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let ends = Ends {
        scan,
        announced: scan.lead.want == Expectation::Email,
    };
    let leads = scan.leads();
    // "at sign", and "at the rate", as it is said in India.
    let rate = leads.next(at, "the") && leads.next(at + 1, "rate");
    let of = rate && leads.next(at + 2, "of");
    let host = at
        + 1
        + usize::from(leads.next_in(at, Words::SignNouns))
        + 2 * usize::from(rate)
        + usize::from(of);
    let joined = at > 1 && ends.flag(at - 2, DOT | JOIN);
    let domain = ends.domain(host, joined)?;
    if at == 0 || ends.gap(at) & !(SPACE | COMMA) != 0 {
        return None;
    }
    let start = ends.local(at - 1, &domain)?;
    Some(Span {
        start,
        end: domain.end,
        kind: Kind::Email,
    })
}

/// An address that is still being said, "tom dash hughes at proton dot", around the "at" at token `at`.
pub(super) fn growing(scan: &Scan<'_>, at: usize) -> Option<Span> {
    let ends = Ends {
        scan,
        announced: scan.lead.want == Expectation::Email,
    };
    let rest = &scan.tokens[at + 1..];
    let provider = rest.iter().any(|t| t.info().is(PROVIDER));
    let joined = at > 1 && ends.flag(at - 2, DOT | JOIN) || ends.announced || provider;
    if at == 0 || !joined || rest.len() > 6 || rest.iter().any(|t| t.has(STOP)) {
        return None;
    }
    let domain = Domain {
        end: scan.text.trim_end().len(),
        words: 1,
        provider,
    };
    Some(Span {
        start: ends.local(at - 1, &domain)?,
        end: domain.end,
        kind: Kind::Email,
    })
}

struct Domain {
    end: usize,
    /// Plain words before the first dot.
    words: usize,
    provider: bool,
}

struct Ends<'s, 't> {
    scan: &'s Scan<'t>,
    announced: bool,
}

impl Ends<'_, '_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.scan.tokens.get(at)
    }

    fn flag(&self, at: usize, flag: u32) -> bool {
        self.token(at).is_some_and(|t| t.info().is(flag))
    }

    fn text(&self, at: usize) -> &str {
        self.token(at)
            .map_or("", |t| &self.scan.text[t.start..t.end()])
    }

    /// "full stop", the dot of Britain, begins at token `at`.
    fn is_full_stop(&self, at: usize) -> bool {
        self.text(at).eq_ignore_ascii_case("full") && self.text(at + 1).eq_ignore_ascii_case("stop")
    }

    /// "(at)", "[dot]": a sign in brackets, so that no robot reads it.
    fn bracketed(&self, at: usize) -> bool {
        let bytes = self.scan.text.as_bytes();
        self.token(at)
            .filter(|t| t.info().is(AT | DOT))
            .is_some_and(|t| {
                let before = t.start.checked_sub(1).map(|j| bytes[j]);
                matches!(
                    (before, bytes.get(t.end())),
                    (Some(b'('), Some(b')')) | (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}'))
                )
            })
    }

    /// The signs before token `at`, without the brackets around a sign.
    fn gap(&self, at: usize) -> u16 {
        // Two turns of one conversation are joined by a line's end.
        let line = if self.scan.live == Live::No { 0 } else { LINE };
        let gap = self.token(at).map_or(0, |t| t.gap) & !line;
        let signs = self.bracketed(at) || at > 0 && self.bracketed(at - 1);
        if signs { gap & !(PAREN | OTHER) } else { gap }
    }

    fn is_number(&self, at: usize) -> bool {
        self.token(at)
            .is_some_and(|t| t.is_digits() || t.info().number == Number::Unit)
    }

    /// A domain that begins at token `at`: words, then "dot" and a label at least once.
    ///
    /// After a name that is joined ("mary dot smith at …") any word may begin the host.
    fn domain(&self, at: usize, joined: bool) -> Option<Domain> {
        let (mut here, mut provider) = (at, false);
        // The host: up to four words ("hot mail", "acme dash corp"), or spelled letters.
        let first_dot = loop {
            let token = self.token(here)?;
            let gap = self.gap(here);
            if here > at && self.flag(here, HESITATION) && token.gap & !(SPACE | COMMA) == 0 {
                here += 1;
                continue;
            }
            let hesitated = here > at && self.flag(here - 1, HESITATION);
            let commas = if hesitated { COMMA } else { 0 };
            if token.is_atom() || here > at && gap & !(SPACE | DASH | POINT | UNDER | commas) != 0 {
                return None;
            }
            if here > at
                && (token.gap & POINT != 0 || token.info().is(DOT) || self.is_full_stop(here))
            {
                break here;
            }
            let compound = self.flag(here + 1, JOIN) || joined && here == at;
            let article = !compound && Words::Articles.has(self.text(here));
            if article && token.len > 1 || here - at >= if token.len == 1 { 16 } else { 5 } {
                return None;
            }
            provider |= token.info().is(PROVIDER);
            here += 1;
        };
        // "we met at a dot com".
        let lone = first_dot == at + 1 && self.text(at).eq_ignore_ascii_case("a");
        if self.flag(at, DOT) || lone && !joined && !self.announced {
            return None;
        }
        here = first_dot;
        let mut end = None;
        let mut last = at;
        while let Some(token) = self.token(here) {
            let label = if self.is_full_stop(here) {
                here + 2
            } else if token.gap & POINT != 0 && !token.info().is(DOT) {
                here
            } else if token.info().is(DOT) && self.gap(here) & !(SPACE | COMMA) == 0 {
                here + 1
            } else {
                break;
            };
            let Some(word) = self
                .token(label)
                .filter(|t| !t.is_atom() && self.gap(label) & !(SPACE | POINT) == 0)
            else {
                break;
            };
            last = label;
            end = Some(word.end());
            here = label + 1;
            // "dot c o m", "dot u k": a label in letters.
            if word.len == 1 && !word.is_digits() {
                while self
                    .token(here)
                    .is_some_and(|t| t.len == 1 && t.gap & !SPACE == 0 && !t.is_digits())
                    && here - label < 4
                {
                    end = self.token(here).map(Token::end);
                    here += 1;
                }
                return end.filter(|_| here - label > 1).map(|end| Domain {
                    end,
                    words: first_dot - at,
                    provider,
                });
            }
            if here - at > REACH {
                break;
            }
        }
        let known = self.flag(last, TLD)
            || self.announced
                && self
                    .token(last)
                    .is_some_and(|t| !t.is_digits() && t.len >= 2);
        end.filter(|_| known).map(|end| Domain {
            end,
            words: first_dot - at,
            provider,
        })
    }

    /// Where the name before "at" begins; `last` is its last token.
    fn local(&self, last: usize, domain: &Domain) -> Option<usize> {
        // "jane doe, all one word, at …"
        let remark = match (self.text(last.wrapping_sub(1)), self.text(last)) {
            ("one", "word") | ("all", "lowercase") => 2,
            ("lower", "case") => 3,
            _ => 0,
        };
        let mut last = last.checked_sub(remark)?;
        if remark == 2 && self.text(last) == "all" {
            last = last.checked_sub(1)?;
        }
        let first = self.token(last)?;
        if first.is_atom() || self.flag(last, JOIN | DOT) {
            return None;
        }
        // "we talked at length about dot com", "hiring at acme dot com": no name, or no host.
        let alone = !self.announced && !self.flag(last.wrapping_sub(1), DOT | JOIN);
        let vague = domain.words > 1
            && !domain.provider
            && self
                .token(last + 2)
                .is_some_and(|t| t.len > 1 && !self.flag(last + 3, JOIN));
        let company = first.info().is(ROLE);
        let act = first.len > 5 && self.text(last).ends_with("ing");
        if alone
            && first.len > 1
            && !first.is_digits()
            && first.info().number == Number::None
            && (vague && !company || act)
        {
            return None;
        }
        let (mut here, mut start) = (last, None);
        let (mut joined, mut chained, mut words) = (true, false, 0);
        for _ in 0..REACH {
            let Some(token) = self.token(here).filter(|t| !t.is_atom()) else {
                break;
            };
            let info = token.info();
            let piece = token.len == 1 && !token.is_digits();
            if info.is(HESITATION) && start.is_some() && here > 0 {
                here -= 1;
                continue;
            }
            // "g as in golf", "g for golf".
            if start.is_some()
                && let Some(letter) = self.spelled_with(here)
            {
                start = self.token(letter).map(|t| t.start);
                if letter == 0 {
                    break;
                }
                (here, chained, joined) = (letter - 1, true, false);
                continue;
            }
            let stop = here > 0 && self.is_full_stop(here - 1);
            if (stop || info.is(DOT | JOIN)) && start.is_some() && here > 0 {
                joined = true;
                here -= if stop || self.text(here) == "score" && self.text(here - 1) == "under" {
                    2.min(here)
                } else {
                    1
                };
                continue;
            }
            // "lopez the number two at …"
            if chained && self.text(here) == "number" && here > 1 && self.text(here - 1) == "the" {
                (here, joined) = (here - 2, true);
                continue;
            }
            let digit = token.is_digits()
                || matches!(
                    info.number,
                    Number::Unit
                        | Number::Teen
                        | Number::Tens
                        | Number::Repeat
                        | Number::Plural
                        | Number::Hundred
                        | Number::Thousand
                )
                || info.number == Number::Soft
                    && info.value == 0
                    && (chained || self.is_number(here.wrapping_sub(1)));
            let small = piece || digit;
            let after_sign = here > 0 && self.flag(here - 1, DOT | JOIN);
            let stops = info.is(MAIL_STOP) && !piece && !(start.is_none() && after_sign);
            let role = info.is(ROLE);
            let takes = if joined && start.is_some() {
                true
            } else if start.is_none() {
                let joins = here > 0 && self.flag(here - 1, JOIN);
                small
                    || self.announced && !stops
                    || !stops && (!info.is(MAIL_PLACE) || joins || role)
            } else {
                small
                    || !stops
                        && (chained
                            || role
                            || words < 3
                                && (self.announced || domain.provider && !info.is(MAIL_PLACE)))
            };
            if !takes || self.announced && token.start <= self.scan.lead.start {
                break;
            }
            // A plain word before "dot", then "look": "look at john dot smith …" ends at "john".
            start = Some(token.start);
            words += usize::from(!small);
            chained = small;
            joined =
                token.gap & (UNDER | DASH | POINT) != 0 && token.gap & !(UNDER | DASH | POINT) == 0;
            let hesitates = here > 0 && self.flag(here - 1, HESITATION | DOT | JOIN);
            let commas = if small || hesitates { COMMA } else { 0 };
            if here == 0 || self.gap(here) & !(SPACE | UNDER | DASH | POINT | commas) != 0 {
                break;
            }
            here -= 1;
        }
        start.map(|start| self.said_before(start, last))
    }

    /// The letter of "g as in golf" whose last word is token `at`.
    fn spelled_with(&self, at: usize) -> Option<usize> {
        let word = self.text(at).as_bytes().first()?.to_ascii_lowercase();
        let letter = match self.text(at.checked_sub(1)?) {
            "in" if self.text(at.checked_sub(2)?) == "as" => at.checked_sub(3)?,
            word if Words::ForLike.has(word) => at.checked_sub(2)?,
            _ => return None,
        };
        let same = self.token(at)?.len > 1 && self.token(letter)?.len == 1;
        (same && self.text(letter).as_bytes()[0].eq_ignore_ascii_case(&word)).then_some(letter)
    }

    /// "kowalski, that's k o w a l s k i, at": the name that is then spelled belongs to it.
    fn said_before(&self, start: usize, last: usize) -> usize {
        let mut first = last;
        while first > 0 && self.scan.tokens[first - 1].start >= start {
            first -= 1;
        }
        let spelled: String = (first..=last)
            .filter(|at| self.token(*at).is_some_and(|t| t.len == 1))
            .map(|at| self.text(at))
            .collect();
        if spelled.len() < 3 {
            return start;
        }
        let mut here = first;
        for _ in 0..4 {
            let Some(before) = here.checked_sub(1) else {
                break;
            };
            here = before;
            if self.text(here).eq_ignore_ascii_case(&spelled) {
                return self.token(here).map_or(start, |t| t.start);
            }
            if !self.token(here).is_some_and(|t| t.info().is(LINK | FILLER))
                && !self.text(here).eq_ignore_ascii_case("spelled")
            {
                break;
            }
        }
        start
    }

    /// "john dot smith@gmail.com": words joined to a written address.
    fn before_written(&self, last: usize, start: usize) -> usize {
        let (mut here, mut start) = (last, start);
        while self.token(here).is_some_and(|t| t.start > start) && here > 0 {
            here -= 1;
        }
        for _ in 0..6 {
            let joins = here >= 2
                && self.token(here).is_some_and(|t| t.gap & !SPACE == 0)
                && self.flag(here - 1, DOT | JOIN)
                && !self.flag(here - 1, super::lexicon::MEASURE);
            let Some(word) = here
                .checked_sub(2)
                .and_then(|j| self.token(j))
                .filter(|t| joins && !t.is_atom())
            else {
                break;
            };
            start = start.min(word.start);
            here -= 2;
        }
        start
    }
}

/// An IBAN in letters and digits, "G B two nine N W B K …", that begins at the single letter at token `at`.
///
/// Also whether it is whole: while a conversation goes on, one that reaches the end may go on too.
pub(super) fn spelled_iban(scan: &Scan<'_>, at: usize) -> Option<(Span, bool)> {
    let announced = scan.lead.want == Expectation::Iban;
    let letter = |j: usize| {
        scan.tokens
            .get(j)
            .filter(|t| (t.len == 1 || t.info().is(NATO)) && t.gap & AT_SIGN == 0)
            .map(|t| scan.text.as_bytes()[t.start])
            .filter(u8::is_ascii_alphabetic)
    };
    let head = scan.tokens[at];
    let (country, next) = if head.len == 2 {
        (
            scan.text.as_bytes().get(head.start..head.end())?.to_vec(),
            at + 1,
        )
    } else {
        (vec![letter(at)?, letter(at + 1)?], at + 2)
    };
    let wanted = iban_length(&country)?;
    let (mut letters, mut here, mut run) = (country.to_ascii_uppercase(), next, Run::default());
    let mut end = scan.tokens[next - 1].end();
    while letters.len() < wanted {
        if letters.len() >= 2
            && run_at(
                scan.text,
                &scan.tokens,
                here,
                Reading {
                    announced: letters.len() == 2,
                    lines: true,
                },
                &mut run,
            )
        {
            let to = (1..=run.items.len())
                .find(|to| letters.len() + run.digits_of(0, *to).len() >= wanted)
                .unwrap_or(run.items.len());
            letters.extend(run.digits_of(0, to).iter().map(|d| b'0' + d));
            here = run.items[to - 1].next;
        } else if let Some(b) = letter(here).filter(|_| letters.len() >= 4) {
            letters.push(b.to_ascii_uppercase());
            here += 1;
            // "x-ray" is two words.
            here += usize::from(
                b.eq_ignore_ascii_case(&b'x')
                    && scan.leads().text_of(here).eq_ignore_ascii_case("ray"),
            );
        } else if announced
            && scan.tokens.get(here).is_some_and(|t| {
                t.len <= 4
                    && scan.text.as_bytes()[t.start..t.end()]
                        .iter()
                        .all(u8::is_ascii_uppercase)
            })
        {
            let token = scan.tokens[here];
            letters.extend_from_slice(&scan.text.as_bytes()[token.start..token.end()]);
            here += 1;
        } else {
            break;
        }
        end = scan.tokens[here - 1].end();
    }
    let right = letters.len() == wanted && iban_checks(&letters);
    let open = scan.live != Live::No && letters.len() < wanted && here >= scan.tokens.len();
    let found = right || announced && (letters.len() >= 10 || open);
    let span = Span {
        start: scan.tokens[at].start,
        end,
        kind: Kind::Iban,
    };
    found.then_some((span, !open))
}
