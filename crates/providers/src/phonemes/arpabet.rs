//! The sounds of the pronouncing dictionary in misaki's symbols.

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

fn symbol(name: &str, stress: u8) -> &'static str {
    match name {
        "AA" => "ɑ",
        "AE" => "æ",
        "AH" if stress == b'0' => "ə",
        "AH" => "ʌ",
        "AO" => "ɔ",
        "AW" => "W",
        "AY" => "I",
        "B" => "b",
        "CH" => "ʧ",
        "D" => "d",
        "DH" => "ð",
        "EH" => "ɛ",
        "ER" if stress == b'0' => "əɹ",
        "ER" => "ɜɹ",
        "EY" => "A",
        "F" => "f",
        "G" => "ɡ",
        "HH" => "h",
        "IH" => "ɪ",
        "IY" => "i",
        "JH" => "ʤ",
        "K" => "k",
        "L" => "l",
        "M" => "m",
        "N" => "n",
        "NG" => "ŋ",
        "OW" => "O",
        "OY" => "Y",
        "P" => "p",
        "R" => "ɹ",
        "S" => "s",
        "SH" => "ʃ",
        "T" => "t",
        "TH" => "θ",
        "UH" => "ʊ",
        "UW" => "u",
        "V" => "v",
        "W" => "w",
        "Y" => "j",
        "Z" => "z",
        "ZH" => "ʒ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
