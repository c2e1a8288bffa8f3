//! Where files live, and why there: `--home`, `BAGU_HOME`, or the XDG directories on every Unix,
//! macOS too (a person who sets `XDG_CONFIG_HOME` means it); the usual ones on Windows.
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::cli::error::{CliError, Exit};

/// Who decided about the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--home DIR`.
    Flag,
    /// `BAGU_HOME`.
    Variable,
    /// XDG variables or their defaults.
    System,
}

/// Every path the program may touch. None of them need exist.
#[derive(Debug, Clone)]
pub struct Places {
    pub origin: Origin,
    /// Settings.
    pub config_file: PathBuf,
    /// Root of everything that must not be lost.
    pub data: PathBuf,
    /// Answers and schedule.
    pub progress: PathBuf,
    /// One's own banks, `*.toml` below it.
    pub banks: PathBuf,
    /// Line history and the interrupted session; may be lost.
    pub state: PathBuf,
}

impl Places {
    /// Looks the places up.
    ///
    /// # Errors
    /// I/O when there is no home directory to fall back on.
    pub fn find(flag: Option<&Path>) -> Result<Self, CliError> {
        if let Some(dir) = flag {
            return Ok(Self::below(dir, Origin::Flag));
        }
        if let Some(dir) = std::env::var_os("BAGU_HOME").filter(|v| !v.is_empty()) {
            return Ok(Self::below(Path::new(&dir), Origin::Variable));
        }
        #[cfg(windows)]
        let found = etcetera::choose_base_strategy();
        #[cfg(not(windows))]
        let found = etcetera::base_strategy::Xdg::new();
        let base = found.map_err(|_| {
            CliError::new(Exit::Io, "找不到你的主目录")
                .why("没有设置 HOME")
                .mend("用 --home 目录 或环境变量 BAGU_HOME 指定")
        })?;
        let (config, data) = (base.config_dir().join("bagu"), base.data_dir().join("bagu"));
        let state = base.state_dir().map_or_else(|| data.join("state"), |dir| dir.join("bagu"));
        Ok(Self::from_roots(Origin::System, &config, data, state))
    }

    fn below(dir: &Path, origin: Origin) -> Self {
        Self::from_roots(origin, dir, dir.to_path_buf(), dir.join("state"))
    }

    fn from_roots(origin: Origin, config: &Path, data: PathBuf, state: PathBuf) -> Self {
        Self {
            origin,
            config_file: config.join("config.toml"),
            progress: data.join("progress.db"),
            banks: data.join("banks"),
            data,
            state,
        }
    }
}
