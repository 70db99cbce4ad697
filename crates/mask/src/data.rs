//! How the tables of the crate are read: rows of columns separated by tabs, with `#` before a remark.
//!
//! Decides nothing. A row with another number of columns is left out; each table has a test that reads every row.

/// The rows of a table with `N` columns.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            columns.try_into().ok()
        })
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn every_row_of_a_table_has_its_columns() {
        fn check<const N: usize>(table: &'static str) {
            let lines = table.lines().filter(|line| !line.starts_with('#')).count();
            let full = rows::<N>(table)
                .filter(|row| row.iter().all(|column| !column.trim().is_empty()))
                .count();
            assert_eq!(full, lines, "{:?}", table.lines().next());
        }
        check::<3>(include_str!("../data/names.tsv"));
        check::<3>(include_str!("../data/phrases.tsv"));
        check::<3>(include_str!("../data/lexicon.tsv"));
        check::<3>(include_str!("../data/signs.tsv"));
        check::<4>(include_str!("../data/personal.tsv"));
        check::<4>(include_str!("../data/brands.tsv"));
        check::<5>(include_str!("../data/keys.tsv"));
        check::<3>(include_str!("../data/ibans.tsv"));
        check::<4>(include_str!("../data/commands.tsv"));
        check::<3>(include_str!("../data/weights.tsv"));
    }
}
