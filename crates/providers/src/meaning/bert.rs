//! The network: six layers of attention over word pieces, and the mean of what they say.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};

use super::weights::Weights;

/// Length of every embedding.
pub const MEANING_WIDTH: usize = 384;
const WIDTH: usize = MEANING_WIDTH;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD_WIDTH: usize = WIDTH / HEADS;
const EPSILON: f32 = 1e-12;

/// 96 rows of 1152 numbers are 440 KB.
const ROWS_AT_A_TIME: usize = 96;

pub(super) struct Bert {
    words: Halves,
    /// With the one type of token that is used already added.
    positions: Array2<f32>,
    start: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Queries, keys and values side by side.
    attention: Dense,
    attention_out: Dense,
    attention_norm: Norm,
    wide: Dense,
    narrow: Dense,
    norm: Norm,
}

/// Weights with one row for each input, halved as in [`Halves`].
struct Dense {
    weights: Halves,
    bias: Array1<f32>,
}

struct Norm {
    scale: Array1<f32>,
    shift: Array1<f32>,
}

/// A matrix in the upper half of each number: half the memory, and a change of less than 0.4 % that a nearness shows in its fourth digit.
struct Halves {
    numbers: Vec<u16>,
    columns: usize,
}

impl Bert {
    pub(super) fn new(weights: &Weights<'_>) -> Option<Self> {
        let types = weights.matrix("embeddings.token_type_embeddings.weight")?;
        let positions = weights.matrix("embeddings.position_embeddings.weight")?;
        Some(Self {
            words: Halves::new(&weights.matrix("embeddings.word_embeddings.weight")?),
            positions: positions + types.row(0),
            start: Norm::new(weights, "embeddings.LayerNorm")?,
            layers: (0..LAYERS)
                .map(|layer| Layer::new(weights, &format!("encoder.layer.{layer}")))
                .collect::<Option<_>>()?,
        })
    }

    /// The mean over all pieces, at length 1.
    pub(super) fn embed(&self, ids: &[usize]) -> Vec<f32> {
        let count = ids.len().min(self.positions.nrows());
        let mut pieces = self.positions.slice(s![..count, ..]).to_owned();
        for (mut row, id) in pieces.rows_mut().into_iter().zip(ids) {
            self.words
                .add_row(*id, row.as_slice_mut().unwrap_or_default());
        }
        self.start.apply(&mut pieces);
        for layer in &self.layers {
            pieces = layer.apply(pieces);
        }
        let mean = pieces.sum_axis(Axis(0));
        let length = mean.dot(&mean).sqrt().max(f32::MIN_POSITIVE);
        mean.iter().map(|number| number / length).collect()
    }
}

impl Layer {
    fn new(weights: &Weights<'_>, name: &str) -> Option<Self> {
        let part = |part: &str| Dense::new(weights, &format!("{name}.{part}"));
        let matrix =
            |part: &str| transposed(weights, &format!("{name}.attention.self.{part}.weight"));
        let bias = |part: &str| weights.vector(&format!("{name}.attention.self.{part}.bias"));
        let (query, key, value) = (matrix("query")?, matrix("key")?, matrix("value")?);
        Some(Self {
            attention: Dense {
                weights: Halves::new(
                    &concatenate(Axis(1), &[query.view(), key.view(), value.view()]).ok()?,
                ),
                bias: concatenate(
                    Axis(0),
                    &[
                        bias("query")?.view(),
                        bias("key")?.view(),
                        bias("value")?.view(),
                    ],
                )
                .ok()?,
            },
            attention_out: part("attention.output.dense")?,
            attention_norm: Norm::new(weights, &format!("{name}.attention.output.LayerNorm"))?,
            wide: part("intermediate.dense")?,
            narrow: part("output.dense")?,
            norm: Norm::new(weights, &format!("{name}.output.LayerNorm"))?,
        })
    }

    fn apply(&self, pieces: Array2<f32>) -> Array2<f32> {
        let mut attended = self.attention_out.apply(&self.attend(&pieces)) + &pieces;
        self.attention_norm.apply(&mut attended);
        let mut wide = self.wide.apply(&attended);
        wide.mapv_inplace(gelu);
        let mut out = self.narrow.apply(&wide) + &attended;
        self.norm.apply(&mut out);
        out
    }

    fn attend(&self, pieces: &Array2<f32>) -> Array2<f32> {
        let mixed = self.attention.apply(pieces);
        let mut out = Array2::zeros(pieces.dim());
        let scale = 1.0 / (HEAD_WIDTH as f32).sqrt();
        for head in 0..HEADS {
            let part = |which: usize| -> ArrayView2<'_, f32> {
                let start = which * WIDTH + head * HEAD_WIDTH;
                mixed.slice(s![.., start..start + HEAD_WIDTH])
            };
            let mut scores = part(0).dot(&part(1).t()) * scale;
            for mut row in scores.rows_mut() {
                let most = row.fold(f32::NEG_INFINITY, |most, score| most.max(*score));
                row.mapv_inplace(|score| (score - most).exp());
                let sum = row.sum();
                row /= sum;
            }
            let start = head * HEAD_WIDTH;
            out.slice_mut(s![.., start..start + HEAD_WIDTH])
                .assign(&scores.dot(&part(2)));
        }
        out
    }
}

impl Dense {
    fn new(weights: &Weights<'_>, name: &str) -> Option<Self> {
        Some(Self {
            weights: Halves::new(&transposed(weights, &format!("{name}.weight"))?),
            bias: weights.vector(&format!("{name}.bias"))?,
        })
    }

    fn apply(&self, input: &Array2<f32>) -> Array2<f32> {
        let mut out = Array2::zeros((input.nrows(), self.weights.columns));
        out += &self.bias;
        // A few rows at a time, so that what is made whole again stays in the nearest cache.
        let mut whole = Vec::with_capacity(ROWS_AT_A_TIME * self.weights.columns);
        for (block, halves) in self
            .weights
            .numbers
            .chunks(ROWS_AT_A_TIME * self.weights.columns)
            .enumerate()
        {
            whole.clear();
            whole.extend(halves.iter().map(|half| whole_number(*half)));
            let rows = whole.len() / self.weights.columns;
            let start = block * ROWS_AT_A_TIME;
            let part = input.slice(s![.., start..start + rows]);
            if let Ok(weights) = ArrayView2::from_shape((rows, self.weights.columns), &whole) {
                general_mat_mul(1.0, &part, &weights, 1.0, &mut out);
            }
        }
        out
    }
}

/// The file has one row for each output.
fn transposed(weights: &Weights<'_>, name: &str) -> Option<Array2<f32>> {
    Some(weights.matrix(name)?.reversed_axes())
}

impl Norm {
    fn new(weights: &Weights<'_>, name: &str) -> Option<Self> {
        Some(Self {
            scale: weights.vector(&format!("{name}.weight"))?,
            shift: weights.vector(&format!("{name}.bias"))?,
        })
    }

    fn apply(&self, pieces: &mut Array2<f32>) {
        for mut row in pieces.rows_mut() {
            let mean = row.sum() / WIDTH as f32;
            row -= mean;
            let variance = row.dot(&row) / WIDTH as f32;
            row /= (variance + EPSILON).sqrt();
            row *= &self.scale;
            row += &self.shift;
        }
    }
}

impl Halves {
    fn new(matrix: &Array2<f32>) -> Self {
        Self {
            numbers: matrix.iter().map(|number| half(*number)).collect(),
            columns: matrix.ncols(),
        }
    }

    fn add_row(&self, row: usize, to: &mut [f32]) {
        if let Some(row) = self.numbers.chunks_exact(self.columns).nth(row) {
            for (sum, half) in to.iter_mut().zip(row) {
                *sum += whole_number(*half);
            }
        }
    }
}

fn half(number: f32) -> u16 {
    (number.to_bits().saturating_add(0x8000) >> 16) as u16
}

fn whole_number(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// The exact form, with the error function to seven digits (Abramowitz and Stegun 7.1.26).
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let polynomial = t
        * (0.254_829_6
            + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - polynomial * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_function_matches_known_values() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.520_499_9),
            (-1.0, -0.842_700_8),
            (3.0, 0.999_977_9),
        ] {
            assert!((erf(x) - expected).abs() < 1e-6, "{x}: {}", erf(x));
        }
    }
}
