//! The web page: the picture in full, what was printed, the table of events. One file, no script.
use std::fmt::Write as _;

use super::draw::{self, Canvas, DEFS, WIDTH, xml};
use super::model::Model;
use super::{Part, Title, figures, gap, parts};
use crate::trace::event::{Kind, NO_CAUSE, Recording, Seq};
use crate::trace::text::event_line;

/// Bands and rows of the page.
const BANDS: usize = 24;
const ROWS: usize = 60;
/// Rows of the table of events; of more, the beginning and the end.
const EVENTS_MAX: usize = 4000;

const STYLE: &str = "body{margin:0 auto;max-width:1240px;padding:16px;background:#fff;color:#222;\
font-family:\"Noto Sans SC\",\"Noto Sans CJK SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\
h1{font-size:22px;margin:8px 0}h2{font-size:17px;margin:24px 0 8px}p{margin:4px 0;color:#555}\
figure{margin:8px 0;overflow-x:auto}svg{display:block;min-width:900px;width:100%;height:auto}\
pre{white-space:pre-wrap;background:#f6f6f6;padding:8px;overflow-wrap:anywhere}\
table{border-collapse:collapse;font:12px/1.5 ui-monospace,monospace}td{padding:0 12px 0 0;white-space:pre}\
tr:target{background:#fff3c4}a{color:#0645ad;text-decoration:none}";

/// The page of a recording.
pub(super) fn page(rec: &Recording, m: &Model, title: &Title) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{0}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<p>{1}</p>\n<p>{2}</p>\n",
        xml(title.heading),
        xml(title.how),
        xml(&figures(rec, m))
    );
    if !m.scheduled {
        out.push_str("<p>这个引擎不记录调度过程：没有 P，也看不出何时在运行。</p>\n");
    }
    pictures(&mut out, rec, m);
    printed(&mut out, rec, m);
    events(&mut out, rec);
    out.push_str("</body>\n</html>\n");
    out
}

fn pictures(out: &mut String, rec: &Recording, m: &Model) {
    out.push_str("<h2>过程</h2>\n<p>一列是一个事件，不按时间比例；指针停在方块、箭头和记号上有说明。</p>\n");
    let mut first = DEFS;
    for part in parts(m.columns.len(), BANDS) {
        let cols = match part {
            Part::Band(cols) => cols,
            Part::Gap(cols) => {
                let _ = writeln!(out, "<p>{}</p>", xml(&gap(m, &cols)));
                continue;
            }
        };
        let mut c = Canvas::default();
        let hidden = draw::band(&mut c, rec, m, cols, ROWS);
        figure(out, &c, first);
        first = "";
        if hidden > 0 {
            let _ = writeln!(out, "<p>这一段另有 {hidden} 个 goroutine 没有画。</p>");
        }
    }
    if !m.columns.is_empty() {
        let mut c = Canvas::default();
        draw::legend(&mut c, m);
        figure(out, &c, "");
    }
}

fn figure(out: &mut String, c: &Canvas, defs: &str) {
    let _ = writeln!(
        out,
        "<figure><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\">\n{defs}{}</svg></figure>",
        c.y + 4,
        c.out
    );
}

fn printed(out: &mut String, rec: &Recording, m: &Model) {
    out.push_str("<h2>输出</h2>\n<pre>");
    let mut any = false;
    for (seq, e) in rec.of(Kind::Print) {
        any = true;
        let text = rec.text(e.a);
        for line in text.split('\n') {
            let _ = writeln!(out, "<a href=\"#e{seq}\" title=\"@{seq} {}\">»</a> {}", xml(&m.who(e.g)), xml(line));
        }
    }
    for (_, e) in rec.of(Kind::Fatal) {
        any = true;
        for line in rec.text(e.a).trim().lines() {
            let _ = writeln!(out, "! {}", xml(line));
        }
    }
    out.push_str(if any { "</pre>\n" } else { "（没有打印）</pre>\n" });
}

fn events(out: &mut String, rec: &Recording) {
    let n = rec.events.len();
    let _ = write!(out, "<h2>事件</h2>\n<details><summary>全部 {n} 个事件，每个有编号和起因</summary>\n<table>\n");
    let (head, tail) = if n <= EVENTS_MAX { (n, n) } else { (EVENTS_MAX / 2, n - EVENTS_MAX / 2) };
    for seq in (0..head).chain(tail..n) {
        if seq == tail && tail > head {
            let _ = writeln!(out, "<tr><td>… 省略 {} 个</td></tr>", tail - head);
        }
        row(out, rec, seq as Seq);
    }
    out.push_str("</table>\n</details>\n");
}

fn row(out: &mut String, rec: &Recording, seq: Seq) {
    let Some(e) = rec.events.get(seq as usize) else { return };
    let line = event_line(rec, seq);
    let text = line.split("  <-@").next().unwrap_or(&line);
    let _ = write!(out, "<tr id=\"e{seq}\"><td>{}</td><td>", xml(text));
    if e.cause != NO_CAUSE {
        let _ = write!(out, "<a href=\"#e{0}\">因 @{0}</a>", e.cause);
    }
    out.push_str("</td></tr>\n");
}
