//! A guess at how a word is said: two gated recurrent layers, one that reads the letters and one that says the sounds.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Width of every layer.
const WIDTH: usize = 256;

/// No English word has more sounds.
const MOST_SOUNDS: usize = 28;

/// Letters begin at 3; 2 ends the word.
const LETTERS_END: usize = 2;
const FIRST_LETTER: usize = 3;

/// Sounds begin at 4; 2 begins and 3 ends the word.
const SOUNDS_START: usize = 2;
const SOUNDS_END: usize = 3;
const FIRST_SOUND: usize = 4;

/// In the order of the network's outputs.
const SOUNDS: [&str; 70] = [
    "AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2", "AO0", "AO1", "AO2", "AW0",
    "AW1", "AW2", "AY0", "AY1", "AY2", "B", "CH", "D", "DH", "EH0", "EH1", "EH2", "ER0", "ER1",
    "ER2", "EY0", "EY1", "EY2", "F", "G", "HH", "IH0", "IH1", "IH2", "IY0", "IY1", "IY2", "JH",
    "K", "L", "M", "N", "NG", "OW0", "OW1", "OW2", "OY0", "OY1", "OY2", "P", "R", "S", "SH", "T",
    "TH", "UH0", "UH1", "UH2", "UW", "UW0", "UW1", "UW2", "V", "W", "Y", "Z", "ZH",
];

pub(super) struct Network {
    reader: Layer,
    speaker: Layer,
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

struct Layer {
    embeddings: Vec<f32>,
    input: Vec<f32>,
    state: Vec<f32>,
    input_bias: Vec<f32>,
    state_bias: Vec<f32>,
}

impl Network {
    /// Reads the weights from the bytes of an `.npz`; `None` when they are not of the known shape.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut array = |name: &str, length: usize| {
            let mut file = Vec::new();
            archive
                .by_name(&format!("{name}.npy"))
                .ok()?
                .read_to_end(&mut file)
                .ok()?;
            floats(&file).filter(|floats| floats.len() == length)
        };
        let mut layer = |side: &str, symbols: usize| {
            Some(Layer {
                embeddings: array(&format!("{side}_emb"), symbols * WIDTH)?,
                input: array(&format!("{side}_w_ih"), 3 * WIDTH * WIDTH)?,
                state: array(&format!("{side}_w_hh"), 3 * WIDTH * WIDTH)?,
                input_bias: array(&format!("{side}_b_ih"), 3 * WIDTH)?,
                state_bias: array(&format!("{side}_b_hh"), 3 * WIDTH)?,
            })
        };
        let sounds = FIRST_SOUND + SOUNDS.len();
        Some(Self {
            reader: layer("enc", FIRST_LETTER + 26)?,
            speaker: layer("dec", sounds)?,
            output: array("fc_w", sounds * WIDTH)?,
            output_bias: array("fc_b", sounds)?,
        })
    }

    /// The sounds of a word in lower-case letters.
    pub(super) fn sounds(&self, word: &str) -> Vec<&'static str> {
        let mut state = vec![0.0; WIDTH];
        let letters = word
            .bytes()
            .filter(u8::is_ascii_lowercase)
            .map(|letter| FIRST_LETTER + usize::from(letter - b'a'));
        for letter in letters.chain([LETTERS_END]) {
            self.reader.step(letter, &mut state);
        }
        let mut said = Vec::new();
        let mut last = SOUNDS_START;
        while said.len() < MOST_SOUNDS {
            self.speaker.step(last, &mut state);
            let scores = multiply(&self.output, &state, &self.output_bias);
            last = largest(&scores);
            if last == SOUNDS_END {
                break;
            }
            said.extend(
                last.checked_sub(FIRST_SOUND)
                    .and_then(|index| SOUNDS.get(index)),
            );
        }
        said
    }
}

impl Layer {
    fn step(&self, symbol: usize, state: &mut [f32]) {
        let embedding = &self.embeddings[symbol * WIDTH..(symbol + 1) * WIDTH];
        let from_input = multiply(&self.input, embedding, &self.input_bias);
        let from_state = multiply(&self.state, state, &self.state_bias);
        for unit in 0..WIDTH {
            let gate =
                |part: usize| from_input[part * WIDTH + unit] + from_state[part * WIDTH + unit];
            let reset = sigmoid(gate(0));
            let keep = sigmoid(gate(1));
            let new = (from_input[2 * WIDTH + unit] + reset * from_state[2 * WIDTH + unit]).tanh();
            state[unit] = (1.0 - keep) * new + keep * state[unit];
        }
    }
}

/// One row of weights for each output.
fn multiply(weights: &[f32], input: &[f32], bias: &[f32]) -> Vec<f32> {
    weights
        .chunks_exact(WIDTH)
        .zip(bias)
        .map(|(row, bias)| bias + crate::audio::dot(row, input))
        .collect()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn largest(scores: &[f32]) -> usize {
    scores
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map_or(SOUNDS_END, |(index, _)| index)
}

/// The numbers of an `.npy` file of little-endian 32-bit floats.
fn floats(file: &[u8]) -> Option<Vec<f32>> {
    let header_bytes = usize::from(u16::from_le_bytes([*file.get(8)?, *file.get(9)?]));
    let header = std::str::from_utf8(file.get(10..10 + header_bytes)?).ok()?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return None;
    }
    let (numbers, _) = file[10 + header_bytes..].as_chunks::<4>();
    Some(
        numbers
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect(),
    )
}
