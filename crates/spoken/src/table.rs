//! How the tables of `data` are read: one row a line, cells apart by tabs, lines that begin with `#` are notes.

/// The rows of a table, each as its cells; a row has at least `width` of them.
pub(crate) fn rows(text: &'static str, width: usize) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(move |line| {
            let mut cells: Vec<&str> = line.split('\t').collect();
            cells.resize(cells.len().max(width), "");
            cells
        })
}

/// The words of a cell that holds several.
pub(crate) fn several(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(',').filter(|word| !word.is_empty())
}
