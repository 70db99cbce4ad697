//! Reads every common kind of wav file and writes the plainest one.
//!
//! Any rate and channel count; 8 to 32 bit integers, 32 and 64 bit floats, µ-law and A-law, also in the extensible header. A file that was
//! cut off, or written to a pipe without its length, is read as far as it goes.

use std::io;
use std::path::Path;

/// Mono sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Samples a second.
    pub rate_hz: u32,
    /// The mean of the channels, −1 to 1.
    pub samples: Vec<f32>,
}

impl Recording {
    /// The same sound at another rate.
    #[must_use]
    pub fn at_rate(&self, rate_hz: u32) -> Vec<f32> {
        super::resample(&self.samples, self.rate_hz, rate_hz)
    }
}

/// Why a file gave no sound.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It could not be opened or read.
    #[error("it cannot be read ({0})")]
    Unreadable(#[from] io::Error),
    /// It does not begin like a wav file.
    #[error("it is not a wav file")]
    NotWav,
    /// It begins like one and then makes no sense.
    #[error("it is a damaged wav file ({0})")]
    Damaged(&'static str),
    /// A compression that is not read here.
    #[error(
        "it is a wav file with a compression that is not supported (format {format}, {bits} bit); convert it to 16 bit PCM"
    )]
    Unsupported {
        /// The format number of the file.
        format: u16,
        /// Bits a sample as the file says.
        bits: u16,
    },
}

/// Reads a file.
///
/// # Errors
/// [`WavError`], whose text is the end of a sentence that begins with the file's name.
pub fn read(path: &Path) -> Result<Recording, WavError> {
    parse(&std::fs::read(path)?)
}

/// Reads the bytes of a file.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Recording, WavError> {
    let header = bytes.get(..12).ok_or(WavError::NotWav)?;
    if !matches!(&header[..4], b"RIFF" | b"RF64") || &header[8..12] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut rest = &bytes[12..];
    let mut format = None;
    while let Some(chunk) = rest.get(..8) {
        let stated = le_u32(&chunk[4..8]) as usize;
        let body = &rest[8..];
        let held = &body[..stated.min(body.len())];
        match &chunk[..4] {
            b"fmt " => format = Some(Format::parse(held)?),
            b"data" => {
                let format =
                    format.ok_or(WavError::Damaged("its sound comes before its format"))?;
                // A length of 0 or of all ones is what a writer to a pipe leaves behind.
                let sound = if stated == 0 { body } else { held };
                return format.decode(sound);
            }
            _ => {}
        }
        // Chunks begin on even places.
        rest = body.get(stated.saturating_add(stated & 1)..).unwrap_or(&[]);
    }
    Err(WavError::Damaged("it holds no sound"))
}

/// Mono 16-bit samples as the bytes of a wav file.
#[must_use]
pub fn to_bytes(rate_hz: u32, samples: &[i16]) -> Vec<u8> {
    let data_bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    bytes.extend(b"RIFF");
    bytes.extend(data_bytes.saturating_add(36).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(PCM.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend(rate_hz.saturating_mul(2).to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// Writes mono 16-bit samples to a file.
///
/// # Errors
/// What the file system says.
pub fn write(path: &Path, rate_hz: u32, samples: &[i16]) -> io::Result<()> {
    std::fs::write(path, to_bytes(rate_hz, samples))
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

#[derive(Debug, Clone, Copy)]
struct Format {
    code: u16,
    channels: usize,
    rate_hz: u32,
    /// Bytes of one sample of one channel, which may be more than the bits need.
    width: usize,
}

impl Format {
    fn parse(body: &[u8]) -> Result<Self, WavError> {
        let damaged = WavError::Damaged;
        if body.len() < 16 {
            return Err(damaged("its format is cut off"));
        }
        let mut code = le_u16(&body[..2]);
        if code == EXTENSIBLE {
            // The real format is the first two bytes of the sub-format's identifier.
            code = body
                .get(24..26)
                .map(le_u16)
                .ok_or(damaged("its format is cut off"))?;
        }
        let channels = usize::from(le_u16(&body[2..4]));
        let rate_hz = le_u32(&body[4..8]);
        let frame_bytes = usize::from(le_u16(&body[12..14]));
        let bits = le_u16(&body[14..16]);
        if channels == 0 {
            return Err(damaged("it has no channels"));
        }
        if !(1_000..=768_000).contains(&rate_hz) {
            return Err(damaged("its sample rate makes no sense"));
        }
        let width = match frame_bytes / channels {
            0 => usize::from(bits.div_ceil(8)),
            stated => stated,
        };
        let format = Self {
            code,
            channels,
            rate_hz,
            width,
        };
        let readable = match code {
            PCM => (1..=4).contains(&width) && bits >= 1 && usize::from(bits) <= width * 8,
            FLOAT => width == 4 || width == 8,
            A_LAW | MU_LAW => width == 1,
            _ => false,
        };
        if readable {
            Ok(format)
        } else {
            Err(WavError::Unsupported { format: code, bits })
        }
    }

    fn decode(&self, sound: &[u8]) -> Result<Recording, WavError> {
        let frame_bytes = self.width * self.channels;
        let share = 1.0 / self.channels as f32;
        let samples = sound
            .chunks_exact(frame_bytes)
            .map(|frame| {
                let sum: f32 = frame
                    .chunks_exact(self.width)
                    .map(|bytes| self.sample(bytes))
                    .sum();
                sum * share
            })
            .collect();
        Ok(Recording {
            rate_hz: self.rate_hz,
            samples,
        })
    }

    fn sample(&self, bytes: &[u8]) -> f32 {
        let value = match (self.code, bytes) {
            // Eight bits are the only ones without a sign.
            (PCM, &[byte]) => (f32::from(byte) - 128.0) / 128.0,
            (PCM, &[low, high]) => f32::from(i16::from_le_bytes([low, high])) / 32_768.0,
            (PCM, &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0,
            (PCM, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (FLOAT, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (FLOAT, &[a, b, c, d, e, f, g, h]) => {
                f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32
            }
            (MU_LAW, &[byte]) => mu_law(byte),
            (A_LAW, &[byte]) => a_law(byte),
            _ => 0.0,
        };
        if value.is_finite() {
            value.clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}

/// ITU-T G.711, µ-law.
fn mu_law(byte: u8) -> f32 {
    let byte = !byte;
    let magnitude = (((i16::from(byte & 0x0F) << 3) + 0x84) << ((byte & 0x70) >> 4)) - 0x84;
    signed(byte & 0x80 != 0, magnitude)
}

/// ITU-T G.711, A-law.
fn a_law(byte: u8) -> f32 {
    let byte = byte ^ 0x55;
    let step = i16::from(byte & 0x0F) << 4;
    let magnitude = match (byte & 0x70) >> 4 {
        0 => step + 8,
        1 => step + 0x108,
        segment => (step + 0x108) << (segment - 1),
    };
    signed(byte & 0x80 == 0, magnitude)
}

fn signed(negative: bool, magnitude: i16) -> f32 {
    let value = f32::from(magnitude) / 32_768.0;
    if negative { -value } else { value }
}

fn le_u16(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn le_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(
        code: u16,
        channels: u16,
        rate_hz: u32,
        bits: u16,
        sound: &[u8],
        extensible: bool,
    ) -> Vec<u8> {
        let width = bits / 8;
        let mut format = Vec::new();
        format.extend(if extensible { EXTENSIBLE } else { code }.to_le_bytes());
        format.extend(channels.to_le_bytes());
        format.extend(rate_hz.to_le_bytes());
        format.extend((rate_hz * u32::from(channels * width)).to_le_bytes());
        format.extend((channels * width).to_le_bytes());
        format.extend(bits.to_le_bytes());
        if extensible {
            format.extend(22_u16.to_le_bytes());
            format.extend(bits.to_le_bytes());
            format.extend(0_u32.to_le_bytes());
            format.extend(code.to_le_bytes());
            format.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        bytes.extend(b"LIST\x03\0\0\0abc\0");
        bytes.extend(b"fmt ");
        bytes.extend((format.len() as u32).to_le_bytes());
        bytes.extend(format);
        bytes.extend(b"data");
        bytes.extend((sound.len() as u32).to_le_bytes());
        bytes.extend(sound);
        bytes
    }

    #[test]
    fn wav_every_sample_format_decodes_alike() {
        let check = |code: u16, bits: u16, sound: &[u8]| {
            for extensible in [false, true] {
                let read = parse(&file(code, 1, 8_000, bits, sound, extensible)).expect("a wav");
                assert_eq!(read.rate_hz, 8_000);
                assert_eq!(read.samples.len(), 2, "{code} {bits}");
                assert!(
                    (read.samples[0] - 0.5).abs() < 0.02,
                    "{code} {bits} {read:?}"
                );
                assert!(
                    (read.samples[1] + 0.25).abs() < 0.02,
                    "{code} {bits} {read:?}"
                );
            }
        };
        check(PCM, 8, &[192, 96]);
        check(PCM, 16, &[0, 0x40, 0, 0xE0]);
        check(PCM, 24, &[0, 0, 0x40, 0, 0, 0xE0]);
        check(PCM, 32, &[0, 0, 0, 0x40, 0, 0, 0, 0xE0]);
        check(
            FLOAT,
            32,
            &[0.5_f32.to_le_bytes(), (-0.25_f32).to_le_bytes()].concat(),
        );
        check(
            FLOAT,
            64,
            &[0.5_f64.to_le_bytes(), (-0.25_f64).to_le_bytes()].concat(),
        );
        check(MU_LAW, 8, &[0x8F, 0x1F]);
        check(A_LAW, 8, &[0xA5, 0x35]);
    }

    #[test]
    fn wav_channels_are_mixed_to_mono() {
        let sound = [[0_u8, 0x40], [0, 0], [0, 0x20], [0, 0xE0]].concat();
        let read = parse(&file(PCM, 2, 44_100, 16, &sound, false)).expect("a wav");
        assert_eq!(read.samples, [0.25, 0.0]);
    }

    #[test]
    fn wav_written_is_read_back() {
        let bytes = to_bytes(16_000, &[0, 16_384, -32_768]);
        let read = parse(&bytes).expect("a wav");
        assert_eq!((read.rate_hz, read.samples), (16_000, vec![0.0, 0.5, -1.0]));
        assert!(
            parse(&to_bytes(16_000, &[]))
                .expect("silent")
                .samples
                .is_empty()
        );
    }

    #[test]
    fn wav_truncated_or_without_length_is_read_to_its_end() {
        let mut bytes = to_bytes(16_000, &[1, 2, 3]);
        bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse(&bytes).expect("a wav").samples.len(), 3);
        bytes[40..44].copy_from_slice(&0_u32.to_le_bytes());
        assert_eq!(parse(&bytes).expect("a wav").samples.len(), 3);
        bytes.truncate(47);
        assert_eq!(parse(&bytes).expect("a wav").samples.len(), 1);
    }

    #[test]
    fn wav_invalid_is_refused_with_reason() {
        let check = |bytes: &[u8], expected: &str| {
            let error = parse(bytes).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(b"", "not a wav file");
        check(
            b"ID3 this is an mp3 file with a few bytes",
            "not a wav file",
        );
        check(
            &file(2, 1, 8_000, 8, &[0; 8], false),
            "compression that is not supported",
        );
        check(&file(PCM, 0, 8_000, 16, &[0; 8], false), "no channels");
        check(&file(PCM, 1, 3, 16, &[0; 8], false), "sample rate");
        check(b"RIFF\0\0\0\0WAVE", "no sound");
        check(b"RIFF\0\0\0\0WAVEdata\x02\0\0\0ab", "before its format");
    }

    proptest! {
        #[test]
        fn wav_any_bytes_do_not_panic(
            start in prop::sample::select(vec![&b""[..], b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"]),
            rest in prop::collection::vec(any::<u8>(), 0..128),
        ) {
            let _ = parse(&[start, &rest].concat());
        }
    }
}
