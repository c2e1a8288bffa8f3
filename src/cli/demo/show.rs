//! `bagu demo show ID`: the source, what it claims, how it can be broken, which questions it backs.
use serde_json::json;

use crate::cli::args::demo::DemoShowArgs;
use crate::cli::ctx::Ctx;
use crate::cli::demo::find;
use crate::cli::error::{CliResult, Exit};
use crate::cli::json::demo_item;
use crate::cli::term::Term;
use crate::lab::gotwin;

/// Runs the command.
///
/// # Errors
/// Usage when there is no such demo; I/O when stdout cannot be written.
pub fn run(ctx: &Ctx, args: &DemoShowArgs) -> CliResult {
    let demo = find(&args.id)?;
    let source = gotwin::sources(demo.id).map_or("", |s| s.rust);
    let bank = ctx.bank()?;
    if args.json {
        let mut item = demo_item(demo, bank);
        item["schema"] = json!(1);
        item["source"] = json!(source);
        ctx.json(&item)?;
        return Ok(Exit::Done);
    }
    ctx.line(&ctx.term.bold(demo.title))?;
    ctx.line(&ctx.term.dim(demo.id))?;
    ctx.line("")?;
    ctx.lines(source.trim_end().lines().map(|l| highlight(l, &ctx.term)))?;
    ctx.line("")?;
    ctx.line(&ctx.term.title("论断"))?;
    for (i, claim) in demo.claims.iter().enumerate() {
        ctx.lines(ctx.term.hang(&format!("  {} ", i + 1), claim.text))?;
    }
    ctx.line("")?;
    ctx.line(&ctx.term.title("变异（故意弄坏，看论断倒下）"))?;
    for m in demo.mutations {
        let breaks: Vec<String> = m.breaks.iter().map(|i| (i + 1).to_string()).collect();
        ctx.line(&format!("  {}", ctx.term.code(m.name)))?;
        ctx.lines(ctx.term.hang("      ", &format!("{}；论断 {} 会倒下", m.what, breaks.join("、"))))?;
    }
    let questions: Vec<&str> =
        bank.questions.iter().filter(|q| q.demos.iter().any(|d| d == demo.id)).map(|q| q.id.as_str()).collect();
    if !questions.is_empty() {
        ctx.line("")?;
        ctx.line(&ctx.term.title("回答的题"))?;
        ctx.lines(questions.iter().map(|q| format!("  bagu show {q}")))?;
    }
    Ok(Exit::Done)
}

const KEYWORDS: &[&str] = &[
    "fn",
    "let",
    "mut",
    "move",
    "if",
    "else",
    "for",
    "in",
    "while",
    "loop",
    "match",
    "return",
    "use",
    "pub",
    "const",
    "struct",
    "enum",
    "impl",
    "trait",
    "type",
    "as",
    "ref",
    "break",
    "continue",
    "true",
    "false",
    "go",
    "func",
    "chan",
    "select",
    "case",
    "default",
    "defer",
    "range",
    "var",
    "package",
    "import",
    "nil",
    "switch",
    "map",
    "interface",
];

/// Comments dim, strings green, keywords bold; Rust and Go alike. Without colour the line itself.
#[must_use]
pub fn highlight(line: &str, term: &Term) -> String {
    if !term.color() {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let len = token(rest, c);
        let (piece, after) = rest.split_at(len);
        out.push_str(&match c {
            '/' if piece.starts_with("//") => term.dim(piece),
            '"' | '`' => term.good(piece),
            _ if KEYWORDS.contains(&piece) => term.bold(piece),
            _ => piece.to_owned(),
        });
        rest = after;
    }
    out
}

/// Byte length of the token at the start of `rest`, which begins with `c`.
fn token(rest: &str, c: char) -> usize {
    if rest.starts_with("//") {
        return rest.len();
    }
    if c == '"' || c == '`' {
        let mut escaped = false;
        for (at, x) in rest.char_indices().skip(1) {
            match x {
                _ if escaped => escaped = false,
                '\\' if c == '"' => escaped = true,
                x if x == c => return at + 1,
                _ => {}
            }
        }
        return rest.len();
    }
    if c.is_ascii_alphabetic() || c == '_' {
        return rest.find(|x: char| !(x.is_ascii_alphanumeric() || x == '_')).unwrap_or(rest.len());
    }
    c.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let split = |mut s: &str| {
            let mut all = vec![];
            while let Some(c) = s.chars().next() {
                let (a, b) = s.split_at(token(s, c));
                all.push(a.to_owned());
                s = b;
            }
            all
        };
        assert_eq!(
            split(r#"let a = "x \" y"; // 注释 "z""#),
            ["let", " ", "a", " ", "=", " ", r#""x \" y""#, ";", " ", "// 注释 \"z\""]
        );
        assert_eq!(split("`raw\\`，\""), ["`raw\\`", "，", "\""]);
        assert_eq!(highlight("let a", &Term::colourless(80)), "let a");
    }
}
