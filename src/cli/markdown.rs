//! The Markdown subset of answers as terminal lines: headings, lists, code blocks, `code`, **bold**.
//!
//! A paragraph is wrapped as bare text first and coloured afterwards, so escape codes never get
//! into the way of line breaking. Without colour `code` keeps its backquotes; bold is dropped.
use std::ops::Range;

use crate::base::text::{self, is_han};
use crate::cli::term::Term;

/// How a stretch looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Code,
    Bold,
}

/// The lines of an answer, each beginning with `indent`.
#[must_use]
pub fn render(source: &str, term: &Term, indent: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    let mut paragraph = String::new();
    for line in source.lines() {
        if line.trim_start().starts_with("```") {
            flush(&mut paragraph, term, indent, &mut out);
            blank(&mut out);
            fenced = !fenced;
            continue;
        }
        if fenced {
            out.push(format!("{indent}  {}", term.code(&line.replace('\t', "    "))));
            continue;
        }
        let bare = line.trim();
        if bare.is_empty() {
            flush(&mut paragraph, term, indent, &mut out);
            blank(&mut out);
        } else if let Some(title) = heading(bare) {
            flush(&mut paragraph, term, indent, &mut out);
            blank(&mut out);
            out.extend(
                text::wrap_hanging(&format!("【{title}】"), term.width(), indent, indent).iter().map(|l| term.title(l)),
            );
        } else if let Some((mark, rest)) = list_item(bare) {
            flush(&mut paragraph, term, indent, &mut out);
            let depth = (line.len() - line.trim_start().len()) / 2;
            let lead = format!("{indent}{}{mark} ", "  ".repeat(depth.min(4)));
            out.extend(inline(rest, term, &lead, &" ".repeat(text::width(&lead))));
        } else {
            join(&mut paragraph, bare);
        }
    }
    flush(&mut paragraph, term, indent, &mut out);
    while out.last().is_some_and(|l| l.trim().is_empty()) {
        out.pop();
    }
    out
}

/// `## 机制` gives 机制.
fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with(' ')).then(|| title.trim())
}

/// `- x`, `* x` and `1. x` give the mark and the rest.
fn list_item(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("-", rest.trim_start()));
    }
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let rest = line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix("、"))?;
    ((1..=2).contains(&digits)).then(|| (&line[..=digits], rest.trim_start())).filter(|(mark, _)| mark.ends_with('.'))
}

/// A source line goes on in the next one: with a space between Latin words, without in Chinese.
fn join(paragraph: &mut String, line: &str) {
    let glue = paragraph.chars().next_back().is_some_and(|last| {
        let first = line.chars().next().unwrap_or(' ');
        !is_han(last) && !is_han(first) && last.is_ascii() && first.is_ascii()
    });
    if glue {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

fn flush(paragraph: &mut String, term: &Term, indent: &str, out: &mut Vec<String>) {
    if !paragraph.is_empty() {
        out.extend(inline(paragraph, term, indent, indent));
        paragraph.clear();
    }
}

/// One empty line, never two, never first.
fn blank(out: &mut Vec<String>) {
    if out.last().is_some_and(|l| !l.is_empty()) {
        out.push(String::new());
    }
}

/// One paragraph with its inline marks, wrapped, `lead` before the first line and `rest` before the others.
#[must_use]
pub fn inline(source: &str, term: &Term, lead: &str, rest: &str) -> Vec<String> {
    let (bare, looks) = strip(source, !term.color());
    let lines = text::wrap_hanging(&bare, term.width(), lead, rest);
    if looks.is_empty() { lines } else { paint(&bare, &looks, &lines, lead.len(), rest.len(), term) }
}

/// Takes the marks off and remembers where they were. With `keep_ticks` code keeps its backquotes
/// and nothing is remembered.
fn strip(source: &str, keep_ticks: bool) -> (String, Vec<(Range<usize>, Look)>) {
    let mut bare = String::with_capacity(source.len());
    let mut looks = Vec::new();
    let mut bold: Option<usize> = None;
    let mut rest = source;
    while let Some(at) = rest.find(['`', '*']) {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.strip_prefix('`').and_then(|inside| inside.split_once('`'));
        if let Some((code, after)) = code {
            let start = bare.len();
            if keep_ticks {
                bare.push('`');
                bare.push_str(code);
                bare.push('`');
            } else {
                bare.push_str(code);
                looks.push((start..bare.len(), Look::Code));
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            match bold.take() {
                Some(start) if !keep_ticks => looks.push((start..bare.len(), Look::Bold)),
                Some(_) => {}
                None if after.contains("**") => bold = Some(bare.len()),
                None => bare.push_str("**"),
            }
            rest = after;
        } else {
            bare.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    bare.push_str(rest);
    (bare, looks)
}

/// Colours wrapped lines. Wrapping only drops spaces, so each line is found again in the bare text.
fn paint(
    bare: &str,
    looks: &[(Range<usize>, Look)],
    lines: &[String],
    lead: usize,
    rest: usize,
    term: &Term,
) -> Vec<String> {
    let mut at = 0;
    let mut out = Vec::with_capacity(lines.len());
    for (i, line) in lines.iter().enumerate() {
        let start = if i == 0 { lead } else { rest }.min(line.len());
        let mut painted = line[..start].to_owned();
        let mut run = String::new();
        let mut run_look = None;
        for c in line[start..].chars() {
            while let Some(b) = bare[at..].chars().next().filter(|&b| b != c && b.is_whitespace()) {
                at += b.len_utf8();
            }
            let look = looks.iter().find(|(range, _)| range.contains(&at)).map(|(_, look)| *look);
            if look != run_look {
                painted.push_str(&dress(&run, run_look, term));
                run.clear();
                run_look = look;
            }
            run.push(c);
            at += c.len_utf8();
        }
        painted.push_str(&dress(&run, run_look, term));
        out.push(painted);
    }
    out
}

fn dress(run: &str, look: Option<Look>, term: &Term) -> String {
    match look {
        _ if run.is_empty() => String::new(),
        Some(Look::Code) => term.code(run),
        Some(Look::Bold) => term.bold(run),
        None => run.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::width;
    use crate::cli::args::ColorWhen;
    use crate::cli::term::Stream;

    const SAMPLE: &str = "先说结论：**关闭**后可读，`<-ch` 得到零值。\n\n## 机制\n- 第一条很长很长很长很长很长很长很长很长\n  - 里面一条\n1. 编号\n\n```go\nv, ok := <-ch\n```\n末尾";

    #[test]
    fn without_colour_every_mark_is_still_a_sign() {
        let lines = render(SAMPLE, &Term::colourless(30), "  ");
        assert_eq!(
            lines,
            [
                "  先说结论：关闭后可读，`<-ch`",
                "  得到零值。",
                "",
                "  【机制】",
                "  - 第一条很长很长很长很长很长",
                "    很长很长很长",
                "    - 里面一条",
                "  1. 编号",
                "",
                "    v, ok := <-ch",
                "",
                "  末尾",
            ]
        );
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let colour = Term::new(Stream::Out, ColorWhen::Always, Some(24), false);
        let painted = render(SAMPLE, &colour, "");
        assert!(painted.iter().all(|l| width(l) <= 24), "{painted:?}");
        assert!(painted[0].contains("\u{1b}[1m关闭"), "{painted:?}");
        let bare: String = strip_codes(&painted.join(""));
        assert!(bare.contains("<-ch得到零值") || bare.contains("<-ch 得到零值"), "{bare}");
    }

    fn strip_codes(text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c == '\u{1b}' {
                chars.by_ref().find(|c| *c == 'm');
            } else {
                out.push(c);
            }
        }
        out
    }

    #[test]
    fn unclosed_and_odd_marks_are_shown_as_they_are() {
        let term = Term::colourless(80);
        assert_eq!(render("a * b ** c ` d", &term, ""), ["a * b ** c ` d"]);
        assert_eq!(render("p *int, `x`", &term, ""), ["p *int, `x`"]);
        assert_eq!(render("#不是标题", &term, ""), ["#不是标题"]);
    }
}
