//! What the fuzz targets share: drawing decisions from the fuzzer's bytes, and the wav reader's own source.
//!
//! A target decides what must hold for every input; this crate decides nothing about the product. The reader of sound files is
//! compiled here from its own source files, because the crate that it lives in needs two models' runtimes to build.

pub mod draw;
pub mod json;
pub mod schema;

pub use draw::Draw;

/// `conversimple_providers::audio`, its files and nothing else of that crate.
#[path = "../../crates/providers/src/audio"]
pub mod audio {
    mod resample;
    pub mod wav;

    pub use resample::resample;
}
