//! The network: six layers of attention over word pieces, and the mean of what they say.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};

use super::weights::Weights;

const WIDTH: usize = super::MEANING_WIDTH;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD_WIDTH: usize = WIDTH / HEADS;
const EPSILON: f32 = 1e-12;

pub(super) struct Bert {
    words: WordTable,
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

/// Weights with one row for each input, as they are used.
struct Dense {
    weights: Array2<f32>,
    bias: Array1<f32>,
}

struct Norm {
    scale: Array1<f32>,
    shift: Array1<f32>,
}

/// One row for each word piece, in the upper half of each number: 23 MB and not 47, and a change of less than 0.4 %.
struct WordTable {
    rows: Vec<[u16; WIDTH]>,
}

impl Bert {
    pub(super) fn new(weights: &Weights<'_>) -> Option<Self> {
        let types = weights.matrix("embeddings.token_type_embeddings.weight")?;
        let positions = weights.matrix("embeddings.position_embeddings.weight")?;
        Some(Self {
            words: WordTable::new(&weights.matrix("embeddings.word_embeddings.weight")?),
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
            self.words.add(*id, row.as_slice_mut().unwrap_or_default());
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
        let (query, key, value) = (
            part("attention.self.query")?,
            part("attention.self.key")?,
            part("attention.self.value")?,
        );
        Some(Self {
            attention: Dense {
                weights: concatenate(
                    Axis(1),
                    &[
                        query.weights.view(),
                        key.weights.view(),
                        value.weights.view(),
                    ],
                )
                .ok()?,
                bias: concatenate(
                    Axis(0),
                    &[query.bias.view(), key.bias.view(), value.bias.view()],
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
            // The file has one row for each output.
            weights: weights
                .matrix(&format!("{name}.weight"))?
                .t()
                .as_standard_layout()
                .into_owned(),
            bias: weights.vector(&format!("{name}.bias"))?,
        })
    }

    fn apply(&self, input: &Array2<f32>) -> Array2<f32> {
        input.dot(&self.weights) + &self.bias
    }
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

impl WordTable {
    fn new(table: &Array2<f32>) -> Self {
        let half = |number: &f32| ((number.to_bits() + 0x8000) >> 16) as u16;
        let rows = table
            .rows()
            .into_iter()
            .map(|row| {
                let mut halves = [0; WIDTH];
                for (to, from) in halves.iter_mut().zip(row) {
                    *to = half(from);
                }
                halves
            })
            .collect();
        Self { rows }
    }

    fn add(&self, id: usize, to: &mut [f32]) {
        if let Some(row) = self.rows.get(id) {
            for (sum, half) in to.iter_mut().zip(row) {
                *sum += f32::from_bits(u32::from(*half) << 16);
            }
        }
    }
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
    fn the_error_function_is_right() {
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
