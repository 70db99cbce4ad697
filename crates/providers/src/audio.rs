//! Samples between the rates and shapes that callers, files and models use; needs no model.
//!
//! [`wav`] reads and writes files, [`Resampler`] changes the rate of a stream, the two functions here change the sample type.

pub(crate) mod log_mel;
mod resample;
pub mod wav;

pub(crate) use resample::dot;
pub use resample::{Resampler, resample};

/// 16-bit samples as −1 to 1.
#[must_use]
pub fn to_f32(samples: &[i16]) -> Vec<f32> {
    samples
        .iter()
        .map(|&sample| f32::from(sample) / 32_768.0)
        .collect()
}

/// Samples of −1 to 1 as 16 bit; what is beyond is clipped, what is no number is silence.
#[must_use]
pub fn to_i16(samples: &[f32]) -> Vec<i16> {
    let convert = |&sample: &f32| (sample * 32_768.0).round() as i16;
    samples.iter().map(convert).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_16_bit_survive_float_round_trip() {
        let all: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        assert_eq!(to_i16(&to_f32(&all)), all);
        assert_eq!(to_i16(&[2.0, -2.0, f32::NAN]), [i16::MAX, i16::MIN, 0]);
    }
}
