//! Who may have a tool run, for whom, how often and after which yes. Decides from the tool's effect as the platform judges
//! it and from what its types and its body ask for.

use super::effect::judged;
use super::evidence::{Body, checks_owner};
use super::tool::Tool;
use crate::catalogue::access::{NO_CALLER, NO_CONFIRMATION, NO_LIMIT, NO_OWNER};
use crate::catalogue::rule::Rule;
use crate::code::Language;
use crate::code::ir::{Function, Param};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::is_context;
use crate::names::{Labels, meaning, words};
use conversimple_wire::effect::Effect;
use std::collections::HashMap;

/// What a tool does that not everybody may have done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Pays,
    Sends,
    Deletes,
    TouchesPersonalData,
}

impl Deed {
    fn words(self) -> &'static str {
        match self {
            Self::Pays => "moves money",
            Self::Sends => "sends something to somebody",
            Self::Deletes => "deletes something",
            Self::TouchesPersonalData => "touches personal data",
        }
    }
}

/// A tool and what is known of it.
struct Review<'r> {
    tool: &'r Tool<'r>,
    functions: &'r HashMap<&'r str, &'r Function>,
    body: &'r Body,
}

/// Checks who may have a tool run. `confirms_elsewhere` says whether another tool of the file asks for a yes.
pub(super) fn check(
    language: Language,
    tool: &Tool<'_>,
    functions: &HashMap<&str, &Function>,
    body: &Body,
    confirms_elsewhere: bool,
) -> Vec<Draft> {
    let review = Review {
        tool,
        functions,
        body,
    };
    let Some(deed) = review.deed() else {
        return Vec::new();
    };
    let span = tool.function.name_span;
    let what = deed.words();
    let draft = |rule: &'static Rule, rest: &str| {
        let message = format!("tool `{}` {what} {rest}", tool.name);
        Draft::new(rule, span, message)
    };
    let pays = deed == Deed::Pays;
    let mut drafts = Vec::new();
    if !review.asks_caller() {
        drafts.push(draft(&NO_CALLER, "and asks for no caller"));
    }
    if let Some(id) = review.unchecked_id(deed) {
        let rest = format!("and does not check whose `{}` it is", id.name);
        drafts.push(draft(&NO_OWNER, &rest));
    }
    if pays && language != Language::Rust && !body.limits {
        drafts.push(draft(&NO_LIMIT, "and has no limit of its own"));
    }
    let must_confirm = language == Language::Rust || confirms_elsewhere;
    if pays && must_confirm && !body.confirms && !tool.has(Fact::NoConfirmFlag) {
        drafts.push(draft(&NO_CONFIRMATION, "without the caller's yes"));
    }
    drafts
}

impl Review<'_> {
    /// What the tool does, if not everybody may have it done.
    fn deed(&self) -> Option<Deed> {
        let judgement = judged(self.tool);
        let name = words(&self.tool.name);
        let hands_over = Fact::StaffWord.in_words(&name);
        match judgement.effect {
            Effect::Login | Effect::Logout => return None,
            _ if Fact::LoginWord.in_words(&name) => return None,
            Effect::Pay if !(hands_over && judgement.money.is_empty()) => return Some(Deed::Pays),
            Effect::Send if !hands_over => return Some(Deed::Sends),
            Effect::Delete => return Some(Deed::Deletes),
            _ => {}
        }
        if self.body.moves_money && judgement.effect != Effect::Read && !hands_over {
            return Some(Deed::Pays);
        }
        let opens = name.first().is_some_and(|first| Fact::OpensWord.has(first));
        let is_personal = judgement.personal && !opens
            || self.takes_sensitive()
            || self.body.reads_personal
            || self.is_told_whose();
        is_personal.then_some(Deed::TouchesPersonalData)
    }

    fn takes_sensitive(&self) -> bool {
        let sensitive =
            Labels::CARD | Labels::NATIONAL | Labels::BANK | Labels::HEALTH | Labels::SECURITY_CODE;
        let mut params = self.tool.function.params.iter();
        params.any(|param| meaning(&param.name).any(sensitive))
    }

    /// Whoever asks for a caller and is told whose thing it is has something to compare.
    fn is_told_whose(&self) -> bool {
        let asks = self.body.asks_caller || self.takes("Caller");
        let mut params = self.tool.function.params.iter();
        asks && params.any(|param| {
            is_thing_id(param) && words(&param.name).len() > 1 && param.name.ends_with("id")
        })
    }

    fn takes(&self, kind: &str) -> bool {
        let mut params = self.tool.function.params.iter();
        params.any(|param| param.kind.contains(kind))
    }

    fn asks_caller(&self) -> bool {
        self.body.asks_caller
            || self.takes("Caller")
            || self.takes("Owned")
            || self.tool.has(Fact::PublicFlag)
    }

    /// The id of somebody's thing that is not compared with what the caller has.
    fn unchecked_id(&self, deed: Deed) -> Option<&Param> {
        if self.takes("Owned") || !matches!(deed, Deed::Pays | Deed::TouchesPersonalData) {
            return None;
        }
        let mut params = self.tool.function.params.iter();
        let id =
            params.find(|param| is_thing_id(param) && !is_context(&param.name, &param.kind))?;
        (!checks_owner(&id.name, self.tool.function, self.functions)).then_some(id)
    }
}

/// Whether a parameter names somebody's thing.
fn is_thing_id(param: &Param) -> bool {
    let name = words(&param.name);
    if !Fact::OwnedThing.in_words(&name) || is_own_number(param) {
        return false;
    }
    let is_id = name.last().is_some_and(|last| Fact::IdWord.has(last));
    let is_alone =
        name.len() == 1 && !Fact::KnownThingType.inside(&param.kind) && param.default.is_none();
    is_id || is_alone
}

/// A card's number is no id of a thing of the program's.
fn is_own_number(param: &Param) -> bool {
    meaning(&param.name).any(Labels::CARD) || param.kind.contains("CardNumber")
}
