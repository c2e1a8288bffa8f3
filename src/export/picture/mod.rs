//! A run as one picture that stands by itself: an SVG for notes, a web page with everything.
//!
//! Lanes of processors above lanes of goroutines, a column an event, an arrow for each birth and
//! wake-up. Nothing moves and nothing is fetched: no script, no font, no link outside the file, so it
//! opens offline and its text can be copied. Colour is never alone (`look`). The SVG is bounded; what
//! is left out of a long run is said in it. The page holds more and adds the table of events.
//!
//! Rejected: a time axis to scale (20 ns beside 20 ms cannot be read; true times stand in the ruler
//! and under the pointer), Mermaid and Graphviz (they place things where they like).
mod draw;
mod look;
mod model;
mod page;

use std::ops::Range;

use crate::trace::event::{Kind, Recording};
use crate::trace::text::time;
use draw::{COLUMNS, Canvas, DEFS, WIDTH};
use model::Model;

/// What a picture says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Title<'a> {
    /// One line.
    pub heading: &'a str,
    /// Which demo, how it was run.
    pub how: &'a str,
}

/// Bands and rows of the SVG.
const SVG_BANDS: usize = 3;
const SVG_ROWS: usize = 16;
/// Printed lines shown under it.
const OUT_MAX: usize = 8;

/// The run as an SVG.
#[must_use]
pub fn svg(rec: &Recording, title: &Title) -> String {
    let m = Model::of(rec);
    let mut c = Canvas::default();
    c.line("h", title.heading, 34);
    c.line("d", &format!("{} · {}", title.how, figures(rec, &m)), 24);
    if !m.scheduled {
        c.line("d", "（这个引擎不记录调度过程：没有 P，也看不出何时在运行）", 20);
    }
    if m.columns.is_empty() {
        c.line("d", "（没有记录到事件）", 24);
    }
    for part in parts(m.columns.len(), SVG_BANDS) {
        match part {
            Part::Band(cols) => {
                let hidden = draw::band(&mut c, rec, &m, cols, SVG_ROWS);
                if hidden > 0 {
                    c.line("d", &format!("（这一段另有 {hidden} 个 goroutine 没有画）"), 14);
                }
            }
            Part::Gap(cols) => c.line("d", &gap(&m, &cols), 18),
        }
    }
    draw::legend(&mut c, &m);
    output(&mut c, rec, &m);
    c.y += 18;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {h}\" width=\"{WIDTH}\" height=\"{h}\" \
         lang=\"zh-CN\">\n<title>{}</title>\n{DEFS}<rect width=\"{WIDTH}\" height=\"{h}\" fill=\"#fff\"/>\n{}</svg>\n",
        draw::xml(title.heading),
        c.out,
        h = c.y,
    )
}

/// The run as a page of its own.
#[must_use]
pub fn html(rec: &Recording, title: &Title) -> String {
    page::page(rec, &Model::of(rec), title)
}

/// How large the run was.
fn figures(rec: &Recording, m: &Model) -> String {
    let cut = if rec.truncated { "（后面的没有记下）" } else { "" };
    format!("{} 个事件{cut} · 历时 {} · {} P · {} G", rec.events.len(), time(m.end), rec.procs, m.names.len())
}

/// A piece of a picture: columns that are drawn, or columns that are not.
enum Part {
    Band(Range<usize>),
    Gap(Range<usize>),
}

/// All columns when `bands` bands hold them; else the beginning, a gap and the end.
fn parts(columns: usize, bands: usize) -> Vec<Part> {
    let cut = |from: usize, to: usize| {
        (from..to).step_by(COLUMNS).map(move |a| Part::Band(a..(a + COLUMNS).min(to))).collect::<Vec<_>>()
    };
    if columns <= bands * COLUMNS {
        return cut(0, columns);
    }
    let (head, tail) = ((bands - 1) * COLUMNS, columns - COLUMNS);
    let mut all = cut(0, head);
    all.push(Part::Gap(head..tail));
    all.extend(cut(tail, columns));
    all
}

fn gap(m: &Model, cols: &Range<usize>) -> String {
    let at = |col: usize| m.columns.get(col).map_or(0, |c| c.0);
    format!("… 省略 @{}–@{}（{} 步）", at(cols.start), at(cols.end - 1), cols.len())
}

/// The first printed lines, and the end when it was an abnormal one.
fn output(c: &mut Canvas, rec: &Recording, m: &Model) {
    let said: Vec<_> = rec.of(Kind::Print).collect();
    for (seq, e) in said.iter().take(OUT_MAX) {
        let line = format!("» @{seq} {}：{}", m.who(e.g), rec.text(e.a).replace('\n', "⏎"));
        c.line("", &crate::base::text::fit(&line, 180), 18);
    }
    if said.len() > OUT_MAX {
        c.line("d", &format!("…还打印了 {} 行", said.len() - OUT_MAX), 18);
    }
    for (seq, e) in rec.of(Kind::Fatal).take(1) {
        let line = rec.text(e.a).trim().lines().next().unwrap_or_default();
        c.line("b", &format!("@{seq} 运行中止：{line}"), 18);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;

    const TITLE: Title = Title { heading: "缓冲满了 <就等>", how: "channel/full · 种子 42" };

    /// Tags open and close in order, attributes are quoted: enough of XML to be read by anything.
    #[track_caller]
    fn well_formed(text: &str) {
        let mut open: Vec<&str> = vec![];
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            assert!(!rest[..at].contains('>'), "a stray > before {}", &rest[at..(at + 40).min(rest.len())]);
            let end = rest.find('>').expect("a tag ends");
            let tag = &rest[at + 1..end];
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') && !tag.starts_with('!') {
                open.push(tag.split([' ', '\n']).next().unwrap_or(tag));
            }
            rest = &rest[end + 1..];
        }
        assert_eq!(open, Vec::<&str>::new());
    }

    #[test]
    fn the_picture_of_a_full_ring() {
        let rec = fixture::full_ring();
        let svg = svg(&rec, &TITLE);
        well_formed(&svg);
        assert!(!svg.contains("<script") && !svg.contains("href"));
        insta::assert_snapshot!(svg);
    }

    #[test]
    fn long_runs_are_cut_in_the_middle_and_say_so() {
        let rec = fixture::ping_pong(400);
        let svg = svg(&rec, &TITLE);
        well_formed(&svg);
        assert!(svg.contains("… 省略 @") && svg.len() < 1 << 20, "{} bytes", svg.len());
        let short = fixture::ping_pong(10);
        assert!(!super::svg(&short, &TITLE).contains("省略"));
    }

    #[test]
    fn empty_and_unscheduled_recordings_have_a_picture_too() {
        well_formed(&svg(&Recording::default(), &TITLE));
        let mut rec = fixture::full_ring();
        rec.events.retain(|e| e.kind != Kind::GoStart);
        let svg = svg(&rec, &TITLE);
        well_formed(&svg);
        assert!(svg.contains("不记录调度过程"));
    }

    #[test]
    fn the_page_has_every_event_and_no_script() {
        let rec = fixture::full_ring();
        let page = html(&rec, &TITLE);
        assert!(!page.contains("<script") && !page.contains("http://") || page.contains("www.w3.org"));
        for seq in 0..rec.events.len() {
            assert!(page.contains(&format!("id=\"e{seq}\"")), "@{seq}");
        }
        let causes = rec.events.iter().filter(|e| e.cause != crate::trace::event::NO_CAUSE);
        for cause in causes.map(|e| format!("<a href=\"#e{0}\">因 @{0}</a>", e.cause)) {
            assert!(page.contains(&cause), "{cause}");
        }
        insta::assert_snapshot!(page.split("<h2>事件</h2>").next().expect("the part before the table"));
    }
}
