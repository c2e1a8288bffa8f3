//! `--trace FILE`: the run as a file for other tools.
//!
//! The form is known before the demo runs, so that a mistyped name costs no run.
use std::path::{Path, PathBuf};

use crate::cli::args::demo::{DemoRunArgs, FormatArg};
use crate::cli::ctx::Ctx;
use crate::cli::demo::report::which_run;
use crate::cli::error::{CliError, Exit};
use crate::export::Format;
use crate::export::chrome;
use crate::export::gotrace;
use crate::export::picture::{self, Title};
use crate::lab::{Demo, Outcome};

/// Where to write, and in which form.
pub(super) struct Wanted {
    path: PathBuf,
    format: Format,
}

/// What the flags ask for.
///
/// # Errors
/// Usage: the name of the file does not tell the form.
pub(super) fn wanted(args: &DemoRunArgs) -> Result<Option<Wanted>, CliError> {
    let Some(path) = &args.trace else { return Ok(None) };
    let named = args.format.map(|f| match f {
        FormatArg::Json => Format::Chrome,
        FormatArg::Go => Format::Go,
        FormatArg::Svg => Format::Svg,
        FormatArg::Html => Format::Html,
    });
    let Some(format) = named.or_else(|| Format::of_path(path)) else {
        let known: Vec<String> = Format::ALL.iter().flat_map(|f| f.endings()).map(|e| format!(".{e}")).collect();
        return Err(CliError::usage("从文件名看不出要写成什么格式")
            .at(path.display().to_string())
            .mend(format!("文件名用 {} 结尾，或加上 --format", known.join("、"))));
    };
    Ok(Some(Wanted { path: path.clone(), format }))
}

/// Writes the file and says what opens it.
///
/// # Errors
/// The recording does not fit the form, or the file cannot be written.
pub(super) fn write(ctx: &Ctx, demo: &Demo, o: &Outcome, wanted: &Wanted) -> Result<(), CliError> {
    let (path, rec) = (&wanted.path, &o.seen.recording);
    let how = which_run(demo, &o.opts);
    let title = Title { heading: demo.title, how: &how };
    let bytes = match wanted.format {
        Format::Chrome => chrome::trace(rec).into_bytes(),
        Format::Go => gotrace::trace(rec).map_err(|why| refused(path, why))?,
        Format::Svg => picture::svg(rec, &title).into_bytes(),
        Format::Html => picture::html(rec, &title).into_bytes(),
    };
    std::fs::write(path, bytes).map_err(|e| CliError::io("写不了 trace 文件", &e).at(path.display().to_string()))?;
    let open = match wanted.format {
        Format::Chrome => "在 https://ui.perfetto.dev 里打开它".to_owned(),
        Format::Go => format!("用 go tool trace {} 打开它", path.display()),
        Format::Svg | Format::Html => "用浏览器打开它".to_owned(),
    };
    ctx.notice(&format!("过程已写入 {}，{open}", path.display()))
}

fn refused(path: &Path, why: gotrace::Refused) -> CliError {
    let said = CliError::new(Exit::Negative, "这次运行写不成 Go trace").at(path.display().to_string());
    match why {
        gotrace::Refused::NoSchedule => said
            .why("过程里没有调度事件：may 引擎不记录它的调度器")
            .mend("换用 --engine gmp，或把文件名改成 .json 结尾"),
        gotrace::Refused::TooManyProcs => {
            said.why("处理器超过 254 个，事件里分不开").mend("用 --procs 减少处理器，或把文件名改成 .json 结尾")
        }
    }
}
