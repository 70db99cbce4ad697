//! The sounds of the pronouncing dictionary in misaki's symbols.

use std::sync::LazyLock;

/// A word's sounds, such as `N UW0 Y EH1 N`, in misaki's symbols; unknown ones are left out.
pub(super) fn to_misaki<'a>(sounds: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for sound in sounds {
        let (name, stress) = match sound.as_bytes().last() {
            Some(digit @ b'0'..=b'2') => (&sound[..sound.len() - 1], *digit),
            _ => (sound, b'0'),
        };
        let symbol = symbol(name, stress);
        if !symbol.is_empty() {
            match stress {
                b'1' => out.push('ˈ'),
                b'2' => out.push('ˌ'),
                _ => {}
            }
            out.push_str(symbol);
        }
    }
    out
}

/// The rows of `data/arpabet.tsv`: a sound, its symbol, and its symbol without stress.
static SYMBOLS: LazyLock<Vec<(&'static str, &'static str, &'static str)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/arpabet.tsv")
        .lines()
        .filter(|row| !row.starts_with('#'));
    let cells = rows.filter_map(|row| row.split_once('\t'));
    let row = |(name, symbols): (&'static str, &'static str)| {
        let (stressed, light) = symbols.split_once('\t').unwrap_or((symbols, symbols));
        (name, stressed, light)
    };
    cells.map(row).collect()
});

fn symbol(name: &str, stress: u8) -> &'static str {
    let found = SYMBOLS.iter().find(|(known, ..)| *known == name);
    found.map_or(
        "",
        |(_, stressed, light)| if stress == b'0' { light } else { stressed },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_of_dictionary_has_its_row() {
        assert_eq!(SYMBOLS.len(), 39);
        assert_eq!((symbol("AH", b'1'), symbol("AH", b'0')), ("ʌ", "ə"));
    }

    #[test]
    fn arpabet_entry_becomes_symbols_with_stress() {
        let check = |entry: &str, expected: &str| {
            assert_eq!(to_misaki(entry.split(' ')), expected);
        };
        check("N UW0 Y EH1 N", "nujˈɛn");
        check("P AH0 T EH1 L", "pətˈɛl");
        check("B ER1 D ER0", "bˈɜɹdəɹ");
        check("W AY1 F AY2", "wˈIfˌI");
        check("XX", "");
    }
}
