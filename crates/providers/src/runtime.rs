//! The inference runtime: loaded once a process from the verified cache, and the settings that every session shares.
//!
//! One thread a session: two threads were slower for speech to text and gain a third for speech, at twice the processor time (2026-11-23), and
//! calls run side by side anyway.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::ep;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

use crate::ProviderError;
use crate::models::{self, ModelError, PinnedFile};

/// The library stays loaded until the process ends, so this is never emptied.
static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

/// The loaded runtime and the folder that models are read from; cheap to clone.
#[derive(Debug, Clone)]
pub struct Runtime {
    environment: Environment,
    dir: PathBuf,
}

/// How a session uses memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Keeps its working memory between runs: for what runs often on equal shapes.
    Kept,
    /// Gives its working memory back after each run: for what runs on ever different shapes.
    Returned,
}

impl Runtime {
    /// Verifies and loads the runtime from the models' folder; the second call in a process reuses the first one's library.
    ///
    /// # Errors
    /// [`ProviderError::Model`] when the library is not there or not the pinned one, [`ProviderError::Runtime`] when it does not load.
    pub fn load(dir: &Path) -> Result<Self, ProviderError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let environment = match &*loaded {
            Some(environment) => environment.clone(),
            None => loaded.insert(load_library(dir)?).clone(),
        };
        Ok(Self {
            environment,
            dir: dir.to_path_buf(),
        })
    }

    /// The bytes of a model, verified.
    pub(crate) fn read(&self, file: &PinnedFile) -> Result<Vec<u8>, ModelError> {
        models::read(&self.dir, file)
    }

    /// A session over a verified model.
    pub(crate) fn session(
        &self,
        model: &'static str,
        bytes: &[u8],
        memory: Memory,
    ) -> Result<Session, ProviderError> {
        self.build(bytes, memory)
            .map_err(|cause| ProviderError::inference(model, cause))
    }

    fn build(&self, bytes: &[u8], memory: Memory) -> ort::Result<Session> {
        let arena = memory == Memory::Kept;
        let cpu = ep::CPU::default().with_arena_allocator(arena).build();
        Session::builder(&self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_intra_op_spinning(false)?
            .with_memory_pattern(arena)?
            // Weights beside the arena, so that it does not grow in powers of two around them.
            .with_device_allocated_initializers()?
            .with_log_level(ort::logging::LogLevel::Error)?
            .with_execution_providers([cpu])?
            .commit_from_memory(bytes)
    }
}

fn load_library(dir: &Path) -> Result<Environment, ProviderError> {
    let wheel = models::RUNTIME_WHEEL.ok_or_else(|| ModelError::Platform {
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    })?;
    let library = models::verified_path(dir, &wheel.files[0])?;
    let refused = |cause: &dyn std::fmt::Display| ProviderError::Runtime {
        cause: cause.to_string(),
    };
    ort::init_from(library)
        .map_err(|cause| refused(&cause))?
        .with_name("conversimple")
        .with_telemetry(false)
        .build()
        .map_err(|cause| refused(&cause))
}
