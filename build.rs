//! Writes two tables of embedded files, sorted by path:
//! every `questions/**/*.toml` (shipped banks), and every demo's source, Go twin and the twin's
//! recorded output (`demos/<topic>/<name>.{rs,go,go.out}`).
//!
//! Not done: parsing banks here and embedding a binary form. Banks of one's own are read when the
//! program runs anyway, so one reader that is fast enough serves both.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=questions");
    println!("cargo::rerun-if-changed=demos");
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("questions.rs"), questions(&root)?)?;
    fs::write(out.join("twins.rs"), twins(&root)?)
}

/// `&[("questions/…/x.toml", include_str!("…"))]`.
fn questions(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(&root.join("questions"), "toml", &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_str!({:?})),", file.to_string_lossy());
    }
    table.push_str("]\n");
    Ok(table)
}

/// `&[("channel/close-drain", rust source, Some(go source), Some(recorded output))]`.
fn twins(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(&root.join("demos"), "rs", &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|f| f.file_stem().is_some_and(|s| s != "mod")) {
        let name = file.strip_prefix(root.join("demos")).unwrap_or(file).with_extension("");
        let id = name.to_string_lossy().replace('\\', "/").replace('_', "-");
        let beside = |ext: &str| {
            let path = file.with_extension(ext);
            println!("cargo::rerun-if-changed={}", path.display());
            if path.is_file() { format!("Some(include_str!({:?}))", path.to_string_lossy()) } else { "None".to_owned() }
        };
        let (go, out) = (beside("go"), beside("go.out"));
        let _ = writeln!(table, "    ({id:?}, include_str!({:?}), {go}, {out}),", file.to_string_lossy());
    }
    table.push_str("]\n");
    Ok(table)
}

/// Adds every file below `dir` with this extension; a directory that does not exist holds none.
fn collect(dir: &Path, extension: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|e| e == extension) {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    Ok(())
}
