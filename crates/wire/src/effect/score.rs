//! Weighs evidence and decides. This file holds every number of the judgement.

use super::kind::Effect;
use super::phrase::{Evidence, Source};

/// What a piece of evidence weighs. A name's verb outweighs a description, because descriptions also speak of what other
/// tools do; a second verb outweighs both, because a tool that looks something up and then pays is one that pays. Set by hand
/// on the tuned half of `testdata/tools.jsonl` on 2026-11-27.
fn weight(source: Source) -> f32 {
    match source {
        Source::NameVerb | Source::NameDeed => 4.0,
        Source::NameAmbiguous | Source::NameFact => 2.5,
        Source::NameEither => 2.0,
        Source::NamePaper => 1.5,
        Source::NameLight => 1.0,
        Source::NameJoint | Source::ProseJoint => 6.0,
        Source::ProseVerb => 2.0,
        Source::ProseLater => 0.7,
        Source::Argument => 1.5,
    }
}

/// How much more must speak for a look than for anything that changes something, so that doubt is never a look.
const READ_RATIO: f32 = 1.25;
/// The least that must speak for a look: one verb of a description.
const READ_LEAST: f32 = 1.5;
/// The share of what speaks for a plain change at which a payment, a message or a deletion wins over it.
const RISK_SHARE: f32 = 0.34;

/// The effect for which the evidence speaks.
pub(super) fn decide(evidence: &[Evidence]) -> Effect {
    let sum = |effect| -> f32 {
        let of_effect = evidence.iter().filter(|piece| piece.effect == effect);
        of_effect.map(|piece| weight(piece.source)).sum()
    };
    let best = |effects: &[Effect]| {
        effects
            .iter()
            .map(|effect| (*effect, sum(*effect)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .unwrap_or((Effect::Write, 0.0))
    };
    let risk = best(&[Effect::Pay, Effect::Delete, Effect::Send]);
    let plain = best(&[Effect::Write, Effect::Login, Effect::Logout]);
    let read = sum(Effect::Read);
    if read >= READ_LEAST && read > READ_RATIO * risk.1.max(plain.1) {
        Effect::Read
    } else if risk.1 > 0.0 && risk.1 >= RISK_SHARE * plain.1 {
        risk.0
    } else {
        plain.0
    }
}
