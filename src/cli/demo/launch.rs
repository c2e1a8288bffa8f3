//! What every subcommand that runs a demo needs: this program as a child, its limits, the mutation.
use std::path::PathBuf;
use std::time::Duration;

use crate::base::nearest::nearest;
use crate::cli::demo::ending;
use crate::cli::error::{CliError, Exit};
use crate::lab::child::{self, Work};
use crate::lab::sandbox::Limits;
use crate::lab::wire::Message;
use crate::lab::{Demo, Outcome, RunOptions};

/// Runs once in the child. The inner error says what became of it.
///
/// # Errors
/// When this program cannot start itself.
pub(super) fn in_child(
    demo: &Demo,
    opts: &RunOptions,
    limits: &Limits,
) -> Result<Result<Outcome, ending::Failure>, CliError> {
    let watched =
        child::run(&own_exe()?, demo, Work::Once, opts, limits, |_| {}).map_err(|e| ending::cannot_start(&e))?;
    if let Some(failure) = ending::failure(demo, &watched, limits) {
        return Ok(Err(failure));
    }
    let ran = watched.stdout.into_iter().flat_map(|a| a.messages).find_map(|m| match m {
        Message::Ran(outcome) => Some(*outcome),
        _ => None,
    });
    ran.map(Ok).ok_or_else(|| CliError::new(Exit::Io, "演示的子进程没有交回结果"))
}

/// The mutation of this name.
///
/// # Errors
/// Usage, with the list of those the demo has.
pub(super) fn mutation(demo: &Demo, name: &str) -> Result<String, CliError> {
    if demo.mutations.iter().any(|m| m.name == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = demo.mutations.iter().map(|m| m.name).collect();
    let mend = match nearest(name, names.iter().copied()) {
        Some(near) => format!("你是不是想写 {near}？它有：{}", names.join("、")),
        None if names.is_empty() => "它一个变异也没有".to_owned(),
        None => format!("它有：{}", names.join("、")),
    };
    Err(CliError::usage(format!("演示 {} 没有变异「{name}」", demo.id)).mend(mend))
}

/// This program, to be started again as the child.
pub(super) fn own_exe() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(|e| CliError::io("找不到自己的可执行文件", &e))
}

pub(super) fn limits(timeout: Option<Duration>, default_s: u64) -> Limits {
    Limits { wall: timeout.unwrap_or(Duration::from_secs(default_s)), ..Limits::default() }
}
