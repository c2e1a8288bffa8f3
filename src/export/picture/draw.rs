//! Coordinates: one band of columns as SVG, and the small parts it is made of.
//!
//! All numbers are whole pixels: the same recording gives the same bytes on every machine. Text is
//! text, never outlines, so it can be selected and searched; what a box stands for is in its
//! `<title>`, which a browser shows under the pointer without any script.
use std::fmt::Write as _;
use std::ops::Range;

use super::look;
use super::model::{Arrow, Face, Mark, Model, Span, cause};
use crate::base::text::{fit, width};
use crate::trace::event::Recording;
use crate::trace::text::time;

/// Width of every picture.
pub(super) const WIDTH: usize = 1200;
const LABEL: usize = 156;
const MARGIN: usize = 16;
const ROW: usize = 24;
const BAR: usize = 18;
const RULER: usize = 24;
const COLUMN_MIN: usize = 8;
const COLUMN_MAX: usize = 26;
/// Columns of a full band.
pub(super) const COLUMNS: usize = (WIDTH - LABEL - 2 * MARGIN) / COLUMN_MIN;
/// Width of half a Chinese character in the lanes' type.
const CHAR: usize = 6;
/// Distance between two addresses of the ruler.
const RULER_STEP: usize = 104;

/// Text fit for XML: escaped, control characters shown as a space.
pub(super) fn xml(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Patterns, arrow head and type; once in a file.
pub(super) const DEFS: &str = r##"<style>
text{font-family:"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;font-size:12px;fill:#222}
.h{font-size:20px;font-weight:bold}.d{fill:#666}.r{font-size:11px;fill:#666}.b{font-weight:bold}.m{text-anchor:middle}
.s{stroke:#fff;stroke-width:2.5;stroke-opacity:.8;paint-order:stroke}.t{font-size:9px}
</style>
<defs>
<pattern id="ready" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="2" height="6" fill="#c9c9c9"/></pattern>
<pattern id="call" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><circle cx="2" cy="2" r="1.2" fill="#999"/></pattern>
<pattern id="spin" width="12" height="8" patternUnits="userSpaceOnUse"><rect width="12" height="8" fill="#fff"/><path d="M0 4q3 -5 6 0t6 0" fill="none" stroke="#999"/></pattern>
<pattern id="ov1" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" fill="#fff" fill-opacity=".5"/></pattern>
<pattern id="ov2" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.5" fill="#fff" fill-opacity=".6"/></pattern>
<pattern id="ov3" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 1h6M1 0v6" stroke="#fff" stroke-opacity=".5"/></pattern>
<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#333"/></marker>
</defs>
"##;

/// A piece of SVG that grows downwards.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) out: String,
    /// First free line, px.
    pub(super) y: usize,
}

impl Canvas {
    pub(super) fn text(&mut self, x: usize, y: usize, class: &str, s: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = writeln!(self.out, "<text x=\"{x}\" y=\"{y}\"{class}>{}</text>", xml(s));
    }

    /// A line of text below what is there.
    pub(super) fn line(&mut self, class: &str, s: &str, height: usize) {
        self.y += height;
        self.text(MARGIN, self.y, class, s);
    }

    fn rect(&mut self, (x, y, w, h): (usize, usize, usize, usize), fill: &str, stroke: &str, title: &str) {
        let _ = write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{fill}\"");
        if !stroke.is_empty() {
            let _ = write!(self.out, " stroke=\"{stroke}\"");
        }
        if title.is_empty() {
            self.out.push_str("/>\n");
        } else {
            let _ = writeln!(self.out, "><title>{}</title></rect>", xml(title));
        }
    }

    /// The box of a state; `g` gives the colour.
    fn face(&mut self, at: (usize, usize, usize, usize), face: Face, g: u32, title: &str) {
        let (x, y, w, h) = at;
        match face {
            Face::Run(_) => {
                self.rect(at, look::color(g), "#333", title);
                if !look::overlay(g).is_empty() {
                    self.rect(at, &format!("url(#{})", look::overlay(g)), "", title);
                }
            }
            Face::Ready => self.rect(at, "url(#ready)", look::color(g), title),
            Face::Wait(_) => self.rect(at, "#f0f0f0", "#ccc", title),
            Face::Call => self.rect(at, "url(#call)", "#999", title),
            Face::Spin => self.rect(at, "url(#spin)", "#ccc", title),
            Face::Idle => self.rect((x, y + h / 2, w, 1), "#bbb", "", title),
            Face::Look => self.rect((x, y + h / 2 - 2, w, 5), "#ddd", "", title),
        }
    }
}

/// Which rows a band has, and where they are.
struct Rows {
    procs: Vec<usize>,
    goroutines: Vec<u32>,
    top: usize,
}

impl Rows {
    fn p(&self, p: u8) -> Option<usize> {
        self.procs.iter().position(|&x| x == usize::from(p)).map(|i| self.top + i * ROW)
    }
    fn g(&self, g: u32) -> Option<usize> {
        let gap = if self.procs.is_empty() { 0 } else { ROW / 3 };
        let before = self.procs.len();
        self.goroutines.iter().position(|&x| x == g).map(|i| self.top + gap + (before + i) * ROW)
    }
    fn bottom(&self) -> usize {
        self.top + (self.procs.len() + self.goroutines.len()) * ROW + ROW / 3
    }
}

/// A stretch of columns and how wide they are.
struct Scale {
    cols: Range<usize>,
    step: usize,
}

impl Scale {
    fn new(cols: Range<usize>) -> Self {
        let room = WIDTH - LABEL - 2 * MARGIN;
        let step = (room / cols.len().max(1)).clamp(COLUMN_MIN, COLUMN_MAX);
        Self { cols, step }
    }
    fn x(&self, col: usize) -> usize {
        MARGIN + LABEL + (col.clamp(self.cols.start, self.cols.end) - self.cols.start) * self.step
    }
}

/// Draws some columns; at most `rows_max` goroutines. Returns how many more lived in them.
pub(super) fn band(c: &mut Canvas, rec: &Recording, m: &Model, cols: Range<usize>, rows_max: usize) -> usize {
    let scale = Scale::new(cols);
    let (goroutines, hidden) = chosen(m, &scale.cols, rows_max);
    let procs = if m.scheduled { shown_procs(m) } else { vec![] };
    c.y += RULER;
    let rows = Rows { procs, goroutines, top: c.y };
    ruler(c, m, &scale, &rows);
    for &p in &rows.procs {
        let y = rows.p(p as u8).unwrap_or(0);
        c.text(MARGIN, y + 15, "b", &format!("P{p}"));
        for s in within(&m.procs[p], &scale.cols) {
            processor_span(c, rec, m, &scale, s, y);
        }
    }
    for &g in &rows.goroutines {
        let y = rows.g(g).unwrap_or(0);
        c.face((MARGIN, y + 5, 10, 10), Face::Run(0), g, "");
        c.text(MARGIN + 16, y + 15, "", &fit(&m.who(g), (LABEL - 24) / CHAR));
        for s in within(&m.goroutines[&g], &scale.cols) {
            goroutine_span(c, rec, m, &scale, s, g, y);
        }
    }
    for a in m.arrows.iter().filter(|a| scale.cols.contains(&a.col)) {
        arrow(c, rec, m, &scale, &rows, a);
    }
    marks(c, rec, m, &scale, &rows);
    c.y = rows.bottom();
    hidden
}

fn within<'a>(lane: &'a [Span], cols: &'a Range<usize>) -> impl Iterator<Item = &'a Span> {
    lane.iter().filter(|s| s.from < cols.end && s.to > cols.start)
}

/// Processors worth a row: all, or those that did anything when there are many.
fn shown_procs(m: &Model) -> Vec<usize> {
    const ALL_UP_TO: usize = 8;
    let busy = |p: &usize| m.procs.len() <= ALL_UP_TO || m.procs[*p].iter().any(|s| s.face != Face::Idle);
    (0..m.procs.len()).filter(busy).take(64).collect()
}

/// Goroutines that live in these columns: the main one and those that change most.
fn chosen(m: &Model, cols: &Range<usize>, most: usize) -> (Vec<u32>, usize) {
    let mut lively: Vec<(usize, u32)> = vec![];
    for (&g, lane) in &m.goroutines {
        let n = within(lane, cols).count();
        if n > 0 {
            lively.push((n, g));
        }
    }
    let hidden = lively.len().saturating_sub(most);
    lively.sort_by_key(|&(n, g)| (g != 1, std::cmp::Reverse(n), g));
    lively.truncate(most);
    let mut rows: Vec<u32> = lively.into_iter().map(|(_, g)| g).collect();
    rows.sort_unstable();
    (rows, hidden)
}

fn ruler(c: &mut Canvas, m: &Model, scale: &Scale, rows: &Rows) {
    let every = RULER_STEP.div_ceil(scale.step);
    for col in scale.cols.clone().step_by(every) {
        let (x, (seq, at)) = (scale.x(col), m.columns[col]);
        let h = rows.bottom() - rows.top;
        c.rect((x, rows.top - 2, 1, h), "#e6e6e6", "", "");
        c.text(x, rows.top - 6, "r", &format!("@{seq} {}", time(at)));
    }
}

fn lasted(s: &Span) -> String {
    format!("@{}，{} 起，历时 {}", s.seq, time(s.begin), time(s.end.saturating_sub(s.begin)))
}

fn processor_span(c: &mut Canvas, rec: &Recording, m: &Model, scale: &Scale, s: &Span, y: usize) {
    let (x, w) = (scale.x(s.from), scale.x(s.to) - scale.x(s.from));
    let g = if let Face::Run(g) = s.face { g } else { 0 };
    let what = if g == 0 { look::told(rec, s.face, 0) } else { format!("运行 {}", m.who(g)) };
    c.face((x, y + 2, w, BAR), s.face, g, &format!("{what}（{}）", lasted(s)));
    if g != 0 {
        label(c, x, y, w, &[&m.who(g), &format!("G{g}"), &g.to_string()], look::ink(look::color(g)), true);
    } else if s.face == Face::Call {
        label(c, x, y, w, &[look::words(s.face), look::letter(s.face)], "#222", true);
    }
}

fn goroutine_span(c: &mut Canvas, rec: &Recording, m: &Model, scale: &Scale, s: &Span, g: u32, y: usize) {
    let (x, w) = (scale.x(s.from), scale.x(s.to) - scale.x(s.from));
    let what = look::told(rec, s.face, s.object);
    c.face((x, y + 2, w, BAR), s.face, g, &format!("{} {what}（{}）", m.who(g), lasted(s)));
    if !matches!(s.face, Face::Run(_)) {
        let long = format!("{} {what}", look::letter(s.face));
        // The mark of birth stands in the first column.
        let taken = if m.born_at(g) == Some(s.from) { scale.step } else { 0 };
        label(c, x + taken, y, w - taken, &[&long, look::letter(s.face)], "#222", false);
    }
}

/// The longest of the texts that fits into a box.
fn label(c: &mut Canvas, x: usize, y: usize, w: usize, texts: &[&str], ink: &str, middle: bool) {
    let Some(text) = texts.iter().find(|t| width(t) * (CHAR + 1) < w + 4) else { return };
    let (x, class) = if middle { (x + w / 2, " class=\"m\"") } else { (x + 3, " class=\"s\"") };
    let _ = writeln!(c.out, "<text x=\"{x}\" y=\"{}\"{class} style=\"fill:{ink}\">{}</text>", y + 15, xml(text));
}

/// From the lane of the waker (its processor's when no goroutine did it) to that of the woken one.
fn arrow(c: &mut Canvas, rec: &Recording, m: &Model, scale: &Scale, rows: &Rows, a: &Arrow) {
    let from = if a.by == 0 { rows.p(a.p) } else { rows.g(a.by) };
    let (Some(to), x) = (rows.g(a.to), scale.x(a.col) + scale.step / 2) else { return };
    let from = from.map_or(rows.top, |y| y + ROW / 2);
    let to = if from <= to { to + 2 } else { to + BAR + 2 };
    let dash = if a.birth { " stroke-dasharray=\"3 2\"" } else { "" };
    let by = if a.by == 0 { String::new() } else { format!("{} ", m.who(a.by)) };
    let title = xml(&format!("@{} {by}{} {}", a.seq, cause(rec, a.seq), m.who(a.to)));
    let _ = writeln!(
        c.out,
        "<g><title>{title}</title><path d=\"M{x} {from}V{to}\" stroke=\"#fff\" stroke-width=\"4\"/>\
         <path d=\"M{x} {from}V{to}\" stroke=\"#333\" fill=\"none\"{dash} marker-end=\"url(#tip)\"/>\
         <circle cx=\"{x}\" cy=\"{from}\" r=\"2\" fill=\"#333\"/></g>"
    );
}

fn marks(c: &mut Canvas, rec: &Recording, m: &Model, scale: &Scale, rows: &Rows) {
    for p in m.points.iter().filter(|p| scale.cols.contains(&p.col)) {
        let Some(y) = rows.g(p.g) else { continue };
        let (sign, words) = look::mark(p.mark);
        let at = |e: &crate::trace::Event| match p.mark {
            Mark::Printed => format!("：{}", rec.text(e.a)),
            Mark::Sent | Mark::Received | Mark::Closed => format!(" {}", rec.chan(e.a)),
            Mark::Born | Mark::Ended => String::new(),
        };
        let more = rec.events.get(p.seq as usize).map(at).unwrap_or_default();
        let x = scale.x(p.col) + scale.step / 2;
        let _ = writeln!(
            c.out,
            "<text x=\"{x}\" y=\"{}\" class=\"m s{}\">{sign}<title>{}</title></text>",
            y + 15,
            if scale.step < 12 { " t" } else { "" },
            xml(&format!("@{} {} {words}{more}", p.seq, m.who(p.g)))
        );
    }
}

/// What the boxes and signs that occur mean.
pub(super) fn legend(c: &mut Canvas, m: &Model) {
    c.y += 14;
    let mut x = MARGIN;
    let mut faces: Vec<Face> = vec![];
    let lanes = m.procs.iter().chain(m.goroutines.values());
    for face in lanes.flatten().map(|s| if let Face::Run(_) = s.face { Face::Run(1) } else { s.face }) {
        if !faces.iter().any(|f| look::words(*f) == look::words(face)) && (m.scheduled || face != Face::Idle) {
            faces.push(face);
        }
    }
    faces.sort_by_key(|f| look::words(*f));
    for face in faces {
        let text = format!("{} {}", look::letter(face), look::words(face));
        x = room(c, x, 30 + width(&text) * CHAR);
        c.face((x, c.y, 22, 14), face, 1, "");
        c.text(x + 28, c.y + 12, "", text.trim());
        x += 46 + width(&text) * CHAR;
    }
    let mut used: Vec<Mark> = m.points.iter().map(|p| p.mark).collect();
    used.sort_unstable();
    used.dedup();
    for (sign, words) in used.into_iter().map(look::mark) {
        x = room(c, x, 14 + width(words) * CHAR);
        c.text(x, c.y + 12, "", &format!("{sign} {words}"));
        x += 34 + width(words) * CHAR;
    }
    for (birth, words) in [(false, "谁唤醒谁"), (true, "谁启动谁")] {
        if m.arrows.iter().any(|a| a.birth == birth) {
            x = room(c, x, 80);
            let dash = if birth { " stroke-dasharray=\"3 2\"" } else { "" };
            let (from, to, y) = (x, x + 24, c.y + 8);
            let _ = writeln!(c.out, "<path d=\"M{from} {y}H{to}\" stroke=\"#333\"{dash} marker-end=\"url(#tip)\"/>");
            c.text(x + 30, c.y + 12, "", words);
            x += 100;
        }
    }
    c.y += 20;
}

/// Where the next item of `w` px begins: here, or on a new line.
fn room(c: &mut Canvas, x: usize, w: usize) -> usize {
    if x + w <= WIDTH - MARGIN {
        return x;
    }
    c.y += 22;
    MARGIN
}
