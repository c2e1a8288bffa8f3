//! `bagu man`: the manual page (roff) on stdout, every command in one page.
use clap::Command;
use clap_mangen::Man;

use crate::cli::args::ManArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliResult, Exit};
use crate::cli::parse::command;

/// Section titles of the generator, and ours.
const TITLES: [(&str, &str); 6] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH OPTIONS", ".SH 选项"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH EXTRA", ".SH 示例"),
];

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(ctx: &Ctx, _args: &ManArgs) -> CliResult {
    let mut page = Vec::new();
    let command = command();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for sub in command.get_subcommands() {
        section(sub, &format!("bagu {}", sub.get_name()), &mut page)?;
    }
    man.render_extra_section(&mut page)?;
    let page = String::from_utf8_lossy(&page).into_owned();
    let page = TITLES.iter().fold(page, |page, (theirs, ours)| page.replace(theirs, ours));
    ctx.out().write_all(page.as_bytes())?;
    Ok(Exit::Done)
}

/// One command as a section of the page, its own sections below it; then its subcommands.
fn section(command: &Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    page.extend(format!(".SH {}\n", name.to_uppercase()).bytes());
    let man = Man::new(command.clone().bin_name(name));
    let mut inner = Vec::new();
    man.render_synopsis_section(&mut inner)?;
    man.render_description_section(&mut inner)?;
    man.render_extra_section(&mut inner)?;
    let inner = String::from_utf8_lossy(&inner).into_owned();
    let inner = TITLES.iter().fold(inner, |page, (theirs, ours)| page.replace(theirs, ours));
    page.extend(inner.replace(".SH ", ".SS ").bytes());
    let mut options = Vec::new();
    man.render_options_section(&mut options)?;
    page.extend(String::from_utf8_lossy(&options).replace(".SH OPTIONS", ".SS 选项").bytes());
    command.get_subcommands().try_for_each(|sub| section(sub, &format!("{name} {}", sub.get_name()), page))
}
