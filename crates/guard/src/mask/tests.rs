//! Tables and properties of the mask.

use super::corpus::{self, Dice, Half, Score};
use super::{find, mask};

#[test]
#[ignore = "prints; for tuning"]
fn report() {
    let mut rows = Vec::new();
    for half in [Half::Tuning, Half::Kept] {
        let mut dice = Dice::new(7);
        for (kind, form) in corpus::forms() {
            let mut score = Score::default();
            let mut missed = Vec::new();
            for _ in 0..400 {
                let line = corpus::positive(&mut dice, kind, form, half);
                let spans = find(&line.text);
                let before = (score.found, score.right);
                score.count(&line, &spans, true);
                if score.found == before.0 || score.right - before.1 != spans.len() {
                    missed.push((
                        line.text.clone(),
                        mask(&line.text).into_owned(),
                        spans.iter().map(|s| s.kind.as_str()).collect::<Vec<_>>(),
                    ));
                }
            }
            rows.push(format!(
                "{half:?} {kind} {form}: recall {:.3} precision {:.3}",
                score.recall(),
                score.precision()
            ));
            if half == Half::Tuning || std::env::var_os("KEPT").is_some() {
                for (text, masked, kinds) in missed.iter().take(4) {
                    rows.push(format!("      {text}\n   -> {masked} {kinds:?}"));
                }
            }
        }
        let mut wrong = Vec::new();
        let total = 6000;
        for _ in 0..total {
            let line = corpus::negative(&mut dice, half);
            if !find(&line.text).is_empty() {
                wrong.push(format!("      {} -> {}", line.text, mask(&line.text)));
            }
        }
        rows.push(format!(
            "{half:?} negatives touched: {}/{total}",
            wrong.len()
        ));
        if half == Half::Tuning || std::env::var_os("KEPT").is_some() {
            rows.extend(wrong.into_iter().take(40));
        }
    }
    panic!("{}", rows.join("\n"));
}
