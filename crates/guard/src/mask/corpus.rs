//! Labelled call-centre lines: the generator (being written).
