//! Which banks there are: the shipped ones in the binary and those of one's own on disk.
//!
//! Invariants
//!   L1  one bad file never hides the rest: every readable question of every file is there
//!   L2  order is by path, shipped ones first, so lists and sessions are the same on every machine
//!   L3  of two questions with one id the first loaded stays, and the second is told
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bank::model::{Bank, Question};
use crate::bank::problem::{Place, Problem};
use crate::bank::read;
use crate::bank::source::{FILE_BYTES_MAX, Source};

/// Deepest directory below a bank directory that is looked into.
const DEPTH_MAX: usize = 8;
/// Most files read from disk.
const FILES_MAX: usize = 2000;

/// The shipped files: path in the repository, text.
static SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/questions.rs"));

/// The shipped banks as sources.
#[must_use]
pub fn shipped() -> Vec<Source> {
    SHIPPED.iter().map(|(name, text)| Source::embedded(name, text)).collect()
}

/// The shipped banks alone.
#[must_use]
pub fn load_embedded() -> (Bank, Vec<Problem>) {
    load(&[])
}

/// The shipped banks and those at `extra` (files, or directories searched for `*.toml`).
#[must_use]
pub fn load(extra: &[PathBuf]) -> (Bank, Vec<Problem>) {
    let mut sources = shipped();
    let (more, mut problems) = gather(extra);
    sources.extend(more);
    let (bank, told) = load_sources(&sources);
    problems.extend(told);
    (bank, problems)
}

/// Reads sources that are already text.
#[must_use]
pub fn load_sources(sources: &[Source]) -> (Bank, Vec<Problem>) {
    let mut bank = Bank::default();
    let mut problems = Vec::new();
    for source in sources {
        let file = read::read(source);
        problems.extend(file.problems);
        bank.questions.extend(file.questions.into_iter().map(|(q, _)| q));
    }
    drop_duplicates(&mut bank, &mut problems);
    (bank, problems)
}

/// Keeps the first question of each id.
fn drop_duplicates(bank: &mut Bank, problems: &mut Vec<Problem>) {
    let mut first: HashMap<String, (String, u32)> = HashMap::with_capacity(bank.questions.len());
    bank.questions.retain(|q| match first.get(&q.id) {
        None => {
            first.insert(q.id.clone(), (q.file.clone(), q.line));
            true
        }
        Some((file, line)) => {
            problems.push(duplicate(q, file, *line, Place { file: q.file.clone(), line: q.line, column: 1 }));
            false
        }
    });
}

/// The sentence about a second question with the same id.
pub(super) fn duplicate(q: &Question, file: &str, line: u32, place: Place) -> Problem {
    Problem::fault("duplicate-id", place, format!("编号「{}」已经用过了", q.id))
        .of(&q.id)
        .why(format!("第一次在 {file}:{line}，这一道不会被加载"))
        .mend("给其中一道换个编号")
}

/// Reads every bank file at the given paths, in the order of the paths; below a directory sorted.
#[must_use]
pub fn gather(paths: &[PathBuf]) -> (Vec<Source>, Vec<Problem>) {
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let from = files.len();
            if let Err((dir, error)) = collect(path, DEPTH_MAX, &mut files) {
                problems.push(unreadable(&dir, &error));
            }
            files[from..].sort();
        } else {
            files.push(path.clone());
        }
    }
    files.dedup();
    if files.len() > FILES_MAX {
        let place = Place { file: files[FILES_MAX].display().to_string(), line: 0, column: 0 };
        problems.push(
            Problem::fault("too-many-files", place, format!("一共有 {} 个题库文件", files.len()))
                .why(format!("最多读 {FILES_MAX} 个，后面的没有读"))
                .mend("是不是指到了一个太大的目录？"),
        );
        files.truncate(FILES_MAX);
    }
    for file in files {
        match read_file(&file) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(*problem),
        }
    }
    (sources, problems)
}

/// Reads one file, never more of it than [`FILE_BYTES_MAX`] and never anything but a regular file.
fn read_file(path: &Path) -> Result<Source, Box<Problem>> {
    let name = path.display().to_string();
    let failed = |error: &io::Error| Box::new(unreadable(path, error));
    let meta = fs::metadata(path).map_err(|e| failed(&e))?;
    if !meta.is_file() {
        let place = Place { file: name, line: 0, column: 0 };
        return Err(Box::new(Problem::fault("not-a-file", place, "这不是普通文件").mend("给出一个 .toml 文件或一个目录")));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| failed(&e))?;
    io::Read::read_to_end(&mut io::Read::take(file, FILE_BYTES_MAX as u64 + 1), &mut bytes).map_err(|e| failed(&e))?;
    Source::decode(&name, bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "文件或目录不存在".to_owned(),
        io::ErrorKind::PermissionDenied => "没有权限".to_owned(),
        _ => error.to_string(),
    };
    let place = Place { file: path.display().to_string(), line: 0, column: 0 };
    Problem::fault("unreadable", place, "读不了").why(why).mend("检查路径和权限")
}

/// Every `*.toml` below a directory. Links to directories are not followed.
fn collect(dir: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (dir.to_path_buf(), error);
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        if kind.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files)?;
            }
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
