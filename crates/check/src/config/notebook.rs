//! Notebooks: JSON whose code cells hold Python, a text for each line. Decides which texts are code.

use super::json;
use crate::code::ir::Span;

/// A code cell.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Where each line of the cell stands in the notebook.
    pub(crate) lines: Vec<Span>,
}

/// The code cells of a notebook; Markdown and outputs are left to the scan by form.
pub(crate) fn cells(text: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut is_code = false;
    let mut last_key = String::new();
    json::walk(text, &mut |keys, value, span| {
        let key = keys.last().map_or("", String::as_str);
        if key == "cell_type" {
            is_code = value == "code";
            cells.push(Cell::default());
        } else if key == "source" && !keys.iter().any(|key| key == "outputs") {
            if last_key != "source" && !is_code {
                cells.push(Cell::default());
            }
            if let Some(cell) = cells.last_mut().filter(|_| is_code) {
                for line in value.split_inclusive('\n') {
                    // Commands of the notebook itself are no Python.
                    let is_magic = line.trim_start().starts_with(['%', '!']);
                    cell.text.push_str(if is_magic { "\n" } else { line });
                    cell.lines.push(span);
                }
                if !value.ends_with('\n') {
                    cell.text.push('\n');
                }
            }
        }
        key.clone_into(&mut last_key);
    });
    cells.retain(|cell| !cell.text.trim().is_empty());
    cells
}
