//! Which banks there are: the shipped ones in the binary and those of one's own on disk.
//!
//! Invariants
//!   L1  one bad file never hides the rest: every readable question of every file is there
//!   L2  order is by path, shipped ones first, so lists and sessions are the same on every machine
//!   L3  of two questions with one id the first loaded stays, and the second is told
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bank::model::{Bank, Question};
use crate::bank::problem::{Place, Problem};
use crate::bank::quick;
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
    let bytes = sources.iter().map(|s| s.text.len()).sum();
    for (questions, told) in in_parallel(sources, bytes, read_source) {
        problems.extend(told);
        bank.questions.extend(questions);
    }
    drop_duplicates(&mut bank, &mut problems);
    (bank, problems)
}

/// The quick way when the file is right, else the thorough one, which says what is wrong.
fn read_source(source: &Source) -> (Vec<Question>, Vec<Problem>) {
    if let Some(questions) = quick::read(source) {
        return (questions, Vec::new());
    }
    let file = read::read(source);
    (file.questions.into_iter().map(|(q, _)| q).collect(), file.problems)
}

/// The same as mapping one after the other, on as many threads as help. Starting a thread costs as
/// much as reading some 30 KB.
fn in_parallel<T: Sync, R: Send>(items: &[T], bytes: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const WORTH_BYTES: usize = 200_000;
    const THREADS_MAX: usize = 4;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    if bytes < WORTH_BYTES || threads < 2 || items.len() < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let one = || {
        let mut done = Vec::new();
        // Relaxed: the number alone is shared; results are handed over by joining.
        while let Some((i, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?))) {
            done.push((i, work(item)));
        }
        done
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(one)).collect();
        let mut done = one();
        for worker in workers {
            // A panic in a worker is a bug; pass it on.
            done.extend(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Keeps the first question of each id.
fn drop_duplicates(bank: &mut Bank, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(bank.questions.len());
    let mut second: Vec<usize> = Vec::new();
    for (i, q) in bank.questions.iter().enumerate() {
        match seen.entry(&q.id) {
            Entry::Vacant(free) => {
                free.insert(i);
            }
            Entry::Occupied(taken) => {
                let first = &bank.questions[*taken.get()];
                let place = Place { file: q.file.clone(), line: q.line, column: 1 };
                problems.push(duplicate(q, &first.file, first.line, place));
                second.push(i);
            }
        }
    }
    for i in second.into_iter().rev() {
        bank.questions.remove(i);
    }
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
    // Sizes are not known yet; many files are worth a thread.
    let bytes = files.len() * 50_000;
    for read in in_parallel(&files, bytes, |file| read_file(file)) {
        match read {
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
        return Err(Box::new(
            Problem::fault("not-a-file", place, "这不是普通文件").mend("给出一个 .toml 文件或一个目录"),
        ));
    }
    let mut bytes = Vec::with_capacity((meta.len() as usize).min(FILE_BYTES_MAX) + 1);
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

/// What the quick way makes of a file, for the test that holds it to the thorough one.
#[doc(hidden)]
#[must_use]
pub fn quick_for_tests(source: &Source) -> Option<Vec<Question>> {
    quick::read(source)
}
