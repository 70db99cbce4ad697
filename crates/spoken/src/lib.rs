//! Numbers, money, dates and times as they are said and written: understood and spoken, by one set of tables.
//!
//! It is pure and knows nothing of the platform. Which number is meant by which argument is decided by whoever asks
//! (`dialog`), how words sound by whoever speaks (`providers`).

pub mod calendar;
pub mod currency;
pub mod money;
pub mod number;
pub mod say;
pub mod unit;
pub mod words;

mod cardinal;
mod digits;
mod figures;
mod lexicon;
mod reading;
mod speak;
mod table;
mod view;
