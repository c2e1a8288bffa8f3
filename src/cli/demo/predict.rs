//! `--predict`: the person writes down the output first, then it is compared line by line.
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::prompt::{Input, Line};
use crate::lab::gotwin::{self, pattern};
use crate::lab::{Demo, GoMatch};

/// What the person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guess {
    Lines(Vec<String>),
    Interrupted,
}

/// Shows the program and asks for its output, one line at a time; an empty line ends it.
///
/// # Errors
/// Usage with `--no-input` at a terminal; I/O when reading fails.
pub fn ask(ctx: &Ctx, demo: &Demo) -> Result<Guess, CliError> {
    let mut input = Input::open(true)?;
    if input.is_terminal() && ctx.global.no_input {
        return Err(CliError::usage("--predict 要你输入，--no-input 不许提问").mend("去掉其中一个"));
    }
    ctx.line(&ctx.term.bold(demo.title))?;
    ctx.line("")?;
    ctx.lines(program(demo).lines().map(|l| ctx.term.code(l)))?;
    ctx.line("")?;
    ctx.flush()?;
    ctx.notice("你觉得它会打印什么？一行一行写，空行结束。")?;
    let mut lines = vec![];
    loop {
        match input.line("> ")? {
            Line::Interrupted => return Ok(Guess::Interrupted),
            Line::End => break,
            Line::Text(t) if t.trim().is_empty() => break,
            Line::Text(t) => lines.push(t.trim_end().to_owned()),
        }
    }
    Ok(Guess::Lines(lines))
}

/// The program to read: the Go twin when there is one, else our own `run`.
#[must_use]
pub fn program(demo: &Demo) -> &'static str {
    let Some(sources) = gotwin::sources(demo.id) else { return "" };
    if let Some(go) = sources.go {
        let start = go.find("\nfunc ").or_else(|| go.find("\ntype ")).map_or(0, |i| i + 1);
        return go[start..].trim_end();
    }
    let rust = sources.rust;
    rust.find("\nfn run()").map_or(rust, |i| rust[i + 1..].trim_end())
}

/// One compared line: what was guessed, what was printed, equal or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub guess: Option<String>,
    pub printed: Option<String>,
    pub same: bool,
}

/// Compares a guess with what was printed, as strictly as the demo's order is fixed.
#[must_use]
pub fn compare(demo: &Demo, guess: &[String], out: &[String]) -> Vec<Compared> {
    let printed: Vec<&str> = out.iter().flat_map(|l| l.split('\n')).collect();
    let same = |a: &str, b: &str| squeeze(a) == squeeze(b);
    if matches!(demo.go, GoMatch::Set) {
        return as_set(guess, &printed, same);
    }
    let recorded = gotwin::sources(demo.id).and_then(|s| s.recorded()).map(|r| r.lines).unwrap_or_default();
    let loose = matches!(demo.go, GoMatch::Pattern);
    (0..guess.len().max(printed.len()))
        .map(|i| {
            let (g, p) = (guess.get(i), printed.get(i));
            let fits = g.is_some_and(|g| {
                p.is_some_and(|p| same(g, p))
                    || loose && recorded.get(i).is_some_and(|r| pattern(&squeeze(r), &squeeze(g)))
            });
            Compared { guess: g.cloned(), printed: p.map(ToString::to_string), same: fits }
        })
        .collect()
}

fn as_set(guess: &[String], printed: &[&str], same: impl Fn(&str, &str) -> bool) -> Vec<Compared> {
    let mut left: Vec<&str> = guess.iter().map(String::as_str).collect();
    let mut all: Vec<Compared> = printed
        .iter()
        .map(|p| {
            let at = left.iter().position(|g| same(g, p));
            let guess = at.map(|i| left.remove(i).to_owned());
            Compared { same: guess.is_some(), guess, printed: Some((*p).to_owned()) }
        })
        .collect();
    all.extend(left.into_iter().map(|g| Compared { guess: Some(g.to_owned()), printed: None, same: false }));
    all
}

/// Spaces and the width of characters do not matter in a guess.
fn squeeze(s: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    s.nfkc().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::selftest;

    fn own(lines: &[&str]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn line_by_line_whatever_the_spaces() {
        let demo = selftest::get("__selftest/loop").expect("it is there");
        let c = compare(demo, &own(&["1  TRUE", "０ false", "9"]), &own(&["1 TRUE", "0 false"]));
        assert_eq!(c.iter().map(|c| c.same).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(c[2].printed, None);
    }

    #[test]
    fn as_a_set_when_order_is_free() {
        let mut demo = *selftest::get("__selftest/loop").expect("it is there");
        demo.go = GoMatch::Set;
        let c = compare(&demo, &own(&["b", "x"]), &own(&["a", "b"]));
        assert_eq!(c.iter().map(|c| c.same).collect::<Vec<_>>(), [false, true, false]);
    }
}
