//! A screen: rows of toned text, and how panes share it.
//!
//! 80×24 is the size everything is made for. With fewer rows panes give way in this order, and the
//! heading says which: legend, threads and queues, history, processors. With fewer columns names
//! and the slice bar go first. More of either shows more history, never new facts.
use super::history;
use super::model::{Lanes, Model, Pane, Prompt};
use super::now;
use super::panes;
use crate::base::text::{self, fit, wrap};
use crate::trace::State;
use crate::trace::text::time;
use crate::view::why::say;

/// Smallest screen that can show anything, columns and rows.
const SMALLEST: (usize, usize) = (40, 8);

/// How a piece of text looks where there is colour. Letters and marks say the same without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Dim,
    Bold,
    /// The colour of a goroutine.
    G(u32),
    /// The heading and the foot.
    Bar,
    /// Needs attention.
    Warn,
}

/// A piece of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub tone: Tone,
}

/// A row under construction that never exceeds its width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row(pub Vec<Span>);

impl Row {
    pub(super) fn of(text: impl Into<String>, tone: Tone) -> Self {
        Self(vec![Span { text: text.into(), tone }])
    }
    pub(super) fn add(mut self, text: impl Into<String>, tone: Tone) -> Self {
        self.0.push(Span { text: text.into(), tone });
        self
    }
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|s| text::width(&s.text)).sum()
    }
}

/// What a terminal of a given size shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    pub rows: Vec<Vec<Span>>,
}

impl Screen {
    /// The rows as plain text, without space at their ends, each with a line break.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let line: String = row.iter().map(|s| s.text.as_str()).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Cuts rows to the size and fills up with empty ones.
pub(super) fn finish(rows: Vec<Row>, width: usize, height: usize) -> Screen {
    let mut rows: Vec<Vec<Span>> = rows.into_iter().take(height).map(|r| cut(r, width)).collect();
    rows.resize_with(height, Vec::new);
    Screen { rows }
}

fn cut(row: Row, width: usize) -> Vec<Span> {
    let mut left = width;
    let mut out = vec![];
    for span in row.0 {
        let used = text::width(&span.text);
        if used <= left {
            left -= used;
            out.push(span);
        } else {
            if left > 0 {
                // `fit` needs room for a wide character and its mark, which may be wide too.
                let text = if left >= 4 { fit(&span.text, left) } else { " ".repeat(left) };
                out.push(Span { text, tone: span.tone });
            }
            break;
        }
    }
    out
}

/// Text of free origin: no control characters, so that nothing but us moves the cursor.
pub(super) fn clean(s: &str) -> String {
    s.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The screen of one model.
#[must_use]
pub fn draw(model: &Model<'_>, width: usize, height: usize) -> Screen {
    finish(rows(model, width, height, true), width, height)
}

/// The rows of a model; `foot` leaves room for keys and status.
pub(super) fn rows(model: &Model<'_>, width: usize, height: usize, foot: bool) -> Vec<Row> {
    if width < SMALLEST.0 || height < SMALLEST.1.min(if foot { SMALLEST.1 } else { 6 }) {
        let text = format!("窗口太小（{width}x{height}），至少要 {}x{}", SMALLEST.0, SMALLEST.1);
        return wrap(&text, width.max(4)).into_iter().map(|l| Row::of(l, Tone::Warn)).collect();
    }
    if model.help {
        return panes::help(width, height);
    }
    if model.line.is_empty() {
        return vec![Row::of("这次运行没有记录到过程（may 引擎不记录调度）", Tone::Warn), keys(model, width)];
    }
    let before = model.before();
    let mut now = before.clone();
    model.event().into_iter().for_each(|e| now.apply(e));
    let said = sentences(model, &before, width, height);
    let room = height - 1 - said.len() - 1 - usize::from(foot);
    let (body, dropped) = match model.pane {
        Pane::Sched => sched(model, &now, width, room),
        Pane::Chan => (panes::chan(model, &now, width, room), vec![]),
        Pane::Ctx => (panes::ctx(&now, width, room), vec![]),
        Pane::Events => (panes::events(model, width, room), vec![]),
    };
    let mut rows = vec![heading(model, &dropped, width)];
    rows.extend(body);
    rows.truncate(room + 1);
    rows.resize_with(room + 1, Row::default);
    rows.push(rule(width));
    rows.extend(said);
    if foot {
        rows.push(keys(model, width));
    }
    rows
}

pub(super) fn rule(width: usize) -> Row {
    Row::of("-".repeat(width), Tone::Dim)
}

/// State, rule, history; what did not fit is named.
fn sched(model: &Model<'_>, state: &State, width: usize, room: usize) -> (Vec<Row>, Vec<&'static str>) {
    /// A ruler and three lanes: fewer tell nothing.
    const HISTORY_MIN: usize = 4;
    let procs = now::processors(model, state, width);
    let others = now::others(model, state, width);
    let mut dropped = vec![];
    let shown = procs.len().min(room.saturating_sub(others.len() + 1 + HISTORY_MIN).max(room / 3).max(1));
    if shown < procs.len() {
        dropped.push("一些 P");
    }
    let mut rows: Vec<Row> = procs.into_iter().take(shown).collect();
    let left = room.saturating_sub(rows.len());
    let history = left > HISTORY_MIN;
    if left > others.len() + HISTORY_MIN || (!history && left >= others.len()) {
        rows.extend(others);
    } else {
        dropped.push("线程和队列");
    }
    if history {
        rows.push(rule(width));
        let left = room - rows.len();
        rows.extend(history::lanes(model, state, width, left));
    } else {
        dropped.push("历史");
    }
    (rows, dropped)
}

/// Where we are, in one line.
fn heading(model: &Model<'_>, dropped: &[&str], width: usize) -> Row {
    let rec = model.rec();
    let at = model.event().map_or(0, |e| e.time);
    let scale =
        if model.true_time { format!("每格 {}", time(model.cell_ns())) } else { "每格一个事件".to_owned() };
    let scale = if model.pane == Pane::Sched { scale } else { String::new() };
    let lanes = match (model.pane, model.lanes) {
        (Pane::Sched, Lanes::P) => "/P",
        (Pane::Sched, Lanes::M) => "/M",
        (Pane::Sched, Lanes::G) => "/G",
        _ => "",
    };
    let last = model.line.len().saturating_sub(1);
    let mut text = format!(" {}{lanes}  种子 {}  @{}/{last}  {}", model.pane.name(), rec.seed, model.at(), time(at));
    for part in [scale, if rec.truncated { "记录不全".to_owned() } else { String::new() }] {
        if !part.is_empty() {
            text.push_str("  ");
            text.push_str(&part);
        }
    }
    if !dropped.is_empty() {
        text.push_str(&format!("  窗口小，没有画：{}", dropped.join("、")));
    }
    let mut text = fit(&text, width);
    let used = text::width(&text);
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    Row::of(text, Tone::Bar)
}

/// The event under the cursor and why: at most two rows each, one each on low screens.
fn sentences(model: &Model<'_>, before: &State, width: usize, height: usize) -> Vec<Row> {
    let Some(e) = model.event() else { return vec![] };
    let most = if height >= 20 { 2 } else { 1 };
    let said = say(model.rec(), before, model.at());
    let mut rows = vec![];
    let g = super::model::subject(e);
    let lead = format!(" @{} ", model.at());
    for line in lines(&lead, &said.what, width, most) {
        rows.push(Row::of(line, if g == 0 { Tone::Bold } else { Tone::G(g) }));
    }
    let why = if said.why.is_empty() { "-".to_owned() } else { said.why };
    for line in lines(" 为什么 ", &why, width, most) {
        rows.push(Row::of(line, Tone::Plain));
    }
    // A constant height: the keys below must not jump from event to event.
    rows.resize_with(2 * most, Row::default);
    rows
}

fn lines(lead: &str, s: &str, width: usize, most: usize) -> Vec<String> {
    let indent = " ".repeat(text::width(lead).min(9));
    let mut all = text::wrap_hanging(&clean(s), width, lead, &indent);
    if all.len() > most {
        all.truncate(most);
        if let Some(last) = all.last_mut() {
            *last = format!("{}…", fit(last, width.saturating_sub(4)).trim_end_matches('…'));
        }
    }
    all
}

/// Keys, or what is being typed, or what there is to tell.
fn keys(model: &Model<'_>, width: usize) -> Row {
    match &model.prompt {
        Some(Prompt::Find(text)) => return Row::of(fit(&format!("/{}_", clean(text)), width), Tone::Bold),
        Some(Prompt::Goto(text)) => return Row::of(fit(&format!(":{}_", clean(text)), width), Tone::Bold),
        None => {}
    }
    if !model.status.is_empty() {
        return Row::of(fit(&clean(&model.status), width), Tone::Warn);
    }
    let full = " 左右 一步  [ ] 决定  n N 同一个  u 谁叫醒  g p m 泳道  v 换图  / 找  ? 键  q";
    let short = " 左右 一步  [ ] 决定  u 谁叫醒  ? 键  q";
    let text = if text::width(full) <= width { full } else { short };
    Row::of(text, Tone::Dim)
}
