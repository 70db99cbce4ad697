//! Which digits are a month, a year in which a card expires, or both.

/// Month and year in one.
pub(super) fn is_expiry(digits: &[u8]) -> bool {
    match digits.len() {
        3 | 5 => is_month(&digits[..1]) && is_card_year(&digits[1..]),
        4 | 6 => is_month(&digits[..2]) && is_card_year(&digits[2..]),
        _ => false,
    }
}

/// A month, a day and a year.
pub(super) fn is_day(digits: &[u8]) -> bool {
    digits.len() == 8 && is_month(&digits[..2]) && is_card_year(&digits[4..])
}

pub(super) fn is_month(digits: &[u8]) -> bool {
    matches!(digits, [1..=9] | [0, 1..=9] | [1, 0..=2])
}

/// One of the two alone.
pub(super) fn is_month_or_year(digits: &[u8]) -> bool {
    is_month(digits) || is_card_year(digits)
}

/// A year in which a card may expire, in two or four digits.
pub(super) fn is_card_year(digits: &[u8]) -> bool {
    matches!(digits, [1..=4, _] | [2, 0, 1..=4, _])
}
