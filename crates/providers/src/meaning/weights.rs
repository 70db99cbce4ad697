//! Reads tensors out of a safetensors file.

use std::collections::HashMap;

use ndarray::{Array1, Array2};
use serde::Deserialize;

/// The tensors of a file by name; it borrows the file.
pub(super) struct Weights<'a> {
    tensors: HashMap<String, Tensor>,
    data: &'a [u8],
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

impl<'a> Weights<'a> {
    /// Reads the table at the start; `None` when there is none.
    pub(super) fn parse(file: &'a [u8]) -> Option<Self> {
        let (length, rest) = file.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (table, data) = rest.split_at_checked(length)?;
        let mut table: HashMap<String, serde_json::Value> = serde_json::from_slice(table).ok()?;
        table.remove("__metadata__");
        let tensors = table
            .into_iter()
            .map(|(name, value)| Some((name, serde_json::from_value(value).ok()?)))
            .collect::<Option<_>>()?;
        Some(Self { tensors, data })
    }

    pub(super) fn vector(&self, name: &str) -> Option<Array1<f32>> {
        let (_, numbers) = self.numbers(name, 1)?;
        Some(Array1::from_vec(numbers))
    }

    pub(super) fn matrix(&self, name: &str) -> Option<Array2<f32>> {
        let (shape, numbers) = self.numbers(name, 2)?;
        Array2::from_shape_vec((shape[0], shape[1]), numbers).ok()
    }

    fn numbers(&self, name: &str, dimensions: usize) -> Option<(&[usize], Vec<f32>)> {
        let tensor = self.tensors.get(name)?;
        let (start, end) = tensor.data_offsets;
        let (numbers, []) = self.data.get(start..end)?.as_chunks::<4>() else {
            return None;
        };
        let is_whole = numbers.len() == tensor.shape.iter().product::<usize>();
        if tensor.dtype != "F32" || tensor.shape.len() != dimensions || !is_whole {
            return None;
        }
        let numbers = numbers
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        Some((&tensor.shape, numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(table: &str, data: &[f32]) -> Vec<u8> {
        let mut bytes = (table.len() as u64).to_le_bytes().to_vec();
        bytes.extend(table.as_bytes());
        bytes.extend(data.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    #[test]
    fn tensor_is_found_by_name_and_checked_for_shape() {
        let table = r#"{"__metadata__":{"a":"b"},"m":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},
            "v":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},"short":{"dtype":"F32","shape":[9],"data_offsets":[16,20]},
            "out":{"dtype":"F32","shape":[1],"data_offsets":[20,24]},"half":{"dtype":"F16","shape":[1],"data_offsets":[16,20]}}"#;
        let bytes = file(table, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let weights = Weights::parse(&bytes).expect("well formed");
        assert_eq!(weights.matrix("m").expect("there")[[1, 0]], 3.0);
        assert_eq!(weights.vector("v").expect("there")[0], 5.0);
        for name in ["short", "out", "half", "m", "none"] {
            assert!(weights.vector(name).is_none(), "{name}");
        }
        assert!(Weights::parse(&bytes[..30]).is_none());
        assert!(Weights::parse(&u64::MAX.to_le_bytes()).is_none());
    }
}
