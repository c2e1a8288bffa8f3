//! From what was typed to [`Cli`], with help and mistakes in Chinese.
//!
//! clap has no translations. Help: our own template and headings, and a handful of fixed words
//! replaced in the rendered text. Mistakes: the kind and the context of clap's error are put into
//! the four-part sentence of `error`; clap's own English message is never shown.
use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use crate::base::text::{width, wrap, wrap_hanging};
use crate::cli::args::{Cli, ColorWhen};
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::term::{Stream, Term};

/// How every help page is laid out.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n";

/// Parses a command line. `Err` holds how the program ends instead of running a command: help was
/// shown, or the line is wrong.
///
/// # Errors
/// `Err(Ok(Exit::Done))` after help or version; `Err(Err(_))` for wrong use.
pub fn parse(line: impl IntoIterator<Item = OsString>) -> Result<Cli, CliResult> {
    let matches = command().try_get_matches_from(line).map_err(|error| explain(&error))?;
    Cli::from_arg_matches(&matches).map_err(|error| explain(&error))
}

/// The whole command with Chinese headings.
#[must_use]
pub fn command() -> Command {
    localise(Cli::command()).disable_version_flag(true).arg(
        Arg::new("version").short('V').long("version").help("显示版本").action(ArgAction::Version).help_heading("选项"),
    )
}

fn localise(command: Command) -> Command {
    let command = command
        .help_template(TEMPLATE)
        // clap counts characters; we wrap by columns.
        .term_width(0)
        .subcommand_help_heading("命令")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            if arg.get_help_heading().is_some() { arg } else { arg.help_heading(heading) }
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .help("显示这份说明")
                .action(ArgAction::Help)
                .help_heading("通用选项"),
        );
    command.mut_subcommands(localise)
}

/// Shows help, or says what is wrong with the line.
fn explain(error: &clap::Error) -> CliResult {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(error, &mut std::io::stdout()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            print(error, &mut std::io::stderr())?;
            Ok(Exit::Usage)
        }
        _ => Err(sentence(error)),
    }
}

fn print(error: &clap::Error, to: &mut impl Write) -> CliResult {
    let text = error.render().to_string();
    let text = text.replace("[OPTIONS]", "[选项]").replace("[COMMAND]", "[命令]").replace("<COMMAND>", "<命令>");
    let columns = Term::new(Stream::Out, ColorWhen::Never, None, false).width();
    to.write_all(laid_out(&text, columns).as_bytes())?;
    to.flush()?;
    Ok(Exit::Done)
}

/// Lays a help page out anew: clap pads by characters, and a Chinese one takes two columns. The
/// examples below stay as they are: they are to be pasted.
fn laid_out(page: &str, columns: usize) -> String {
    let at = page.find("\n示例").map_or(page.len(), |i| i + 1);
    let (head, examples) = page.split_at(at);
    let entry = |line: &str| -> Option<(String, String)> {
        let (left, right) = line.strip_prefix("  ")?.trim_start_matches(' ').split_once("  ")?;
        let indent = line.len() - line.trim_start().len();
        Some((format!("{}{left}", " ".repeat(indent)), right.trim().to_owned()))
    };
    let lefts = head.lines().filter_map(entry).map(|(left, _)| width(&left));
    let column = lefts.max().unwrap_or(0) + 2;
    let mut out = String::new();
    for line in head.lines() {
        let lines = match entry(line) {
            Some((left, right)) => {
                let lead = format!("{left}{}", " ".repeat(column - width(&left)));
                wrap_hanging(&right, columns.max(column + 20), &lead, &" ".repeat(column))
            }
            None if line.ends_with(':') => vec![format!("{}：", line.trim_end_matches(':'))],
            None => wrap(line, columns),
        };
        out.push_str(&lines.join("\n"));
        out.push('\n');
    }
    out + examples
}

/// clap's error in our words.
fn sentence(error: &clap::Error) -> CliError {
    let get = |kind| error.get(kind).map(shown).unwrap_or_default();
    let arg = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let help = "看用法：bagu --help，或 bagu <命令> --help";
    let similar = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .map(get)
        .find(|s| !s.is_empty())
        .map_or_else(|| help.to_owned(), |s| format!("你是不是想输入 {s}？"));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            CliError::usage(format!("没有「{}」这个命令", get(ContextKind::InvalidSubcommand))).mend(similar)
        }
        ErrorKind::UnknownArgument => CliError::usage(format!("不认识「{arg}」")).mend(similar),
        ErrorKind::InvalidValue if value.is_empty() => {
            CliError::usage(format!("「{arg}」后面缺一个值")).why(choices(error)).mend(help)
        }
        ErrorKind::InvalidValue => {
            CliError::usage(format!("「{arg}」不能是「{value}」")).why(choices(error)).mend(similar)
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|e| validation(&e.to_string())).unwrap_or_default();
            CliError::usage(format!("「{arg}」不能是「{value}」")).why(why).mend(help)
        }
        ErrorKind::MissingRequiredArgument => CliError::usage(format!("还缺 {arg}")).mend(help),
        ErrorKind::MissingSubcommand => CliError::usage("后面还缺一个子命令").mend(help),
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg);
            let what = if other.is_empty() || other == arg {
                format!("「{arg}」只能写一次")
            } else {
                format!("「{arg}」和「{other}」不能一起用")
            };
            CliError::usage(what).mend(help)
        }
        ErrorKind::TooManyValues => CliError::usage(format!("「{arg}」给多了：{value}")).mend(help),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            CliError::usage(format!("「{arg}」的值不够")).mend(help)
        }
        ErrorKind::InvalidUtf8 => CliError::usage("参数里有不是 UTF-8 的字节").mend("检查终端的字符编码"),
        ErrorKind::Io | ErrorKind::Format => CliError::new(Exit::Io, "写不出说明文字"),
        _ => CliError::usage("这样用不行").mend(help),
    }
}

/// "可选：a、b、c" for an argument with a closed list of values.
fn choices(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(list)) if !list.is_empty() => format!("可选：{}", list.join("、")),
        _ => String::new(),
    }
}

/// Rewords clap's own number messages; our own value parsers already speak Chinese.
fn validation(text: &str) -> String {
    if let Some((_, range)) = text.split_once(" is not in ") {
        return range
            .split_once("..=")
            .map_or_else(|| format!("范围是 {range}"), |(a, b)| format!("范围是 {a} 到 {b}"));
    }
    if text.starts_with("invalid digit") || text.starts_with("cannot parse") {
        return "要写一个整数".to_owned();
    }
    if text.starts_with("number too") { "数字太大或太小".to_owned() } else { text.to_owned() }
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(s) => s.clone(),
        ContextValue::Strings(list) => list.join(" 或 "),
        ContextValue::StyledStr(s) => s.to_string(),
        ContextValue::StyledStrs(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" 或 "),
        ContextValue::Number(n) => n.to_string(),
        ContextValue::Bool(b) => b.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_aligned_by_columns_and_its_examples_stay() {
        let page =
            "一句话\n\n选项:\n      --home <目录>  放在这里\n  -q, --quiet      少说话\n\n示例：\n  bagu  x   y\n";
        let expected =
            "一句话\n\n选项：\n      --home <目录>  放在这里\n  -q, --quiet        少说话\n\n示例：\n  bagu  x   y\n";
        assert_eq!(laid_out(page, 80), expected);
        for line in laid_out(page, 40).lines() {
            assert!(width(line) <= 44, "{line}");
        }
    }

    #[test]
    fn the_whole_definition_is_sound() {
        command().debug_assert();
    }
}
