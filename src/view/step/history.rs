//! The history below the state: a lane each for goroutines, processors or threads, ending at the
//! cursor.
//!
//! A cell is one event, so that 20 ns and 20 ms both read, or in true time a fixed stretch of ns; a
//! cell of true time in which a lane changed more than once has a `*` behind its letter. Lanes are
//! chosen by what moved in the window, the selected one always among them, and stand in order of id.
use super::model::{Lanes, Model, subject};
use super::screen::{Row, Tone, clean};
use crate::trace::event::Seq;
use crate::trace::state::{State, Status, ThreadStatus};
use crate::trace::text::time;
use crate::view::explain::who;
use crate::view::lanes::letter;
use crate::view::look::cell;

/// Events looked at for one screen in true time at most, each with every lane: some 10 ms of work.
const EVENTS_MAX: usize = 1 << 15;
/// Lanes followed at most while the window is folded, and in true time.
const LANES_MAX: usize = 4096;
const LANES_TIME_MAX: usize = 64;

/// What a lane shows in a cell: a goroutine's letter, or who is on a processor or thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Letter(char),
    G(u32),
}

/// One column: the lanes after its last event; with true time also who changed more than once.
struct Column {
    /// Its address: an event, or ns in true time.
    at: u64,
    marks: Vec<Mark>,
    blurred: Vec<bool>,
}

/// Ruler and lanes in exactly so many rows at most.
pub(super) fn lanes(model: &Model<'_>, now: &State, width: usize, rows: usize) -> Vec<Row> {
    let label = if width >= 60 { 15 } else { 7 };
    let widest = match model.lanes {
        Lanes::G => 1,
        Lanes::P | Lanes::M => now.gs.len().saturating_sub(1).max(1).to_string().len(),
    };
    let step = widest + 1;
    let room = (width - label) / step;
    let lanes = candidates(model, now);
    let columns = if model.true_time { by_time(model, &lanes, room) } else { by_event(model, &lanes, room) };
    let chosen = choose(model, &lanes, &columns, rows.saturating_sub(2));
    let mut out = vec![ruler(model, &columns, label, step, width)];
    for &i in &chosen {
        out.push(lane(model, now, &lanes, i, &columns, label, step));
    }
    while out.len() + 1 < rows {
        out.push(Row::default());
    }
    out.push(legend(model, &columns, &chosen, lanes.len(), width));
    out.truncate(rows);
    out
}

/// Ids of the lanes that may be drawn.
fn candidates(model: &Model<'_>, now: &State) -> Vec<u32> {
    match model.lanes {
        Lanes::P => (0..now.ps.len() as u32).collect(),
        Lanes::M => {
            let known = |m: ThreadStatus| m != ThreadStatus::Unborn;
            (0..).zip(&now.ms).filter(|(_, m)| known(m.status)).map(|(id, _)| id).take(LANES_MAX).collect()
        }
        Lanes::G => {
            let (me, event) = (model.g(), model.event().map_or(0, subject));
            let recent = now.time.saturating_sub(if model.true_time { model.cell_ns() * 200 } else { u64::MAX });
            let shown = |id: u32, status: Status, since: u64| match status {
                Status::Unborn => false,
                Status::Dead => since >= recent || id == me || id == event,
                _ => true,
            };
            let all = (0..).zip(&now.gs).skip(1).filter(|(id, g)| shown(*id, g.status, g.since)).map(|(id, _)| id);
            let mut all: Vec<u32> = all.collect();
            let most = if model.true_time { LANES_TIME_MAX } else { LANES_MAX };
            if all.len() > most {
                // Those nearest to the one we look at.
                let at = all.partition_point(|&id| id < me).saturating_sub(most / 2).min(all.len() - most);
                all = all[at..at + most].to_vec();
            }
            all
        }
    }
}

fn marks(model: &Model<'_>, s: &State, lanes: &[u32]) -> Vec<Mark> {
    lanes.iter().map(|&id| mark(model.lanes, s, id)).collect()
}

fn mark(kind: Lanes, s: &State, id: u32) -> Mark {
    match kind {
        Lanes::G => Mark::Letter(letter(s.status(id))),
        Lanes::P => {
            let Some(p) = s.ps.get(id as usize) else { return Mark::Letter(' ') };
            let spins = p.m.and_then(|m| s.ms.get(m as usize)).is_some_and(|m| m.status == ThreadStatus::Spinning);
            match (p.running, p.syscall) {
                (Some(g), _) => Mark::G(g),
                (None, Some(_)) => Mark::Letter('y'),
                (None, None) if spins => Mark::Letter('~'),
                (None, None) if p.m.is_some() => Mark::Letter('-'),
                (None, None) => Mark::Letter('.'),
            }
        }
        Lanes::M => {
            let Some(m) = s.ms.get(id as usize) else { return Mark::Letter(' ') };
            Mark::Letter(match (m.status, m.g) {
                (ThreadStatus::Running, Some(g)) => return Mark::G(g),
                (ThreadStatus::Running, None) => '-',
                (ThreadStatus::Unborn, _) => ' ',
                (ThreadStatus::Spinning, _) => '~',
                (ThreadStatus::Parked, _) => '.',
                (ThreadStatus::Polling, _) => 'n',
                (ThreadStatus::Syscall, _) => 'y',
                (ThreadStatus::Ended, _) => 'x',
            })
        }
    }
}

/// The last `room` events, the cursor's last.
fn by_event(model: &Model<'_>, lanes: &[u32], room: usize) -> Vec<Column> {
    let from = (model.at() as usize + 1).saturating_sub(room);
    let mut state = model.line.at(from as Seq);
    let mut columns = vec![];
    for e in &model.rec().events[from..=model.at() as usize] {
        let at = u64::from(state.seq);
        state.apply(e);
        columns.push(Column { at, marks: marks(model, &state, lanes), blurred: vec![] });
    }
    columns
}

/// The last `room` stretches of time, the cursor in the last.
fn by_time(model: &Model<'_>, lanes: &[u32], room: usize) -> Vec<Column> {
    let events = &model.rec().events;
    let upto = model.at() as usize + 1;
    let (ns, end) = (model.cell_ns(), model.event().map_or(0, |e| e.time));
    let last = end / ns;
    let first = last.saturating_sub(room as u64 - 1);
    let begins = events[..upto].partition_point(|e| e.time < first * ns);
    let from = begins.max(upto.saturating_sub(EVENTS_MAX));
    // What lies before the events looked at stays empty rather than being drawn wrong.
    let first = if from > begins { events[from].time / ns } else { first };
    let mut state = model.line.at(from as Seq);
    let mut next = events[from..upto].iter().peekable();
    let mut columns = vec![];
    for cell in first..=last {
        let stop = (cell + 1).saturating_mul(ns);
        let mut ends = marks(model, &state, lanes);
        let mut changes = vec![0; lanes.len()];
        while let Some(e) = next.next_if(|e| e.time < stop) {
            state.apply(e);
            for ((&id, end), n) in lanes.iter().zip(&mut ends).zip(&mut changes) {
                let now = mark(model.lanes, &state, id);
                *n += usize::from(*end != now);
                *end = now;
            }
        }
        let blurred = changes.into_iter().map(|n| n > 1).collect();
        columns.push(Column { at: cell * ns, marks: ends, blurred });
    }
    columns
}

/// Positions of the lanes to draw: the selected one, then those that changed most, in order.
fn choose(model: &Model<'_>, lanes: &[u32], columns: &[Column], most: usize) -> Vec<usize> {
    let picked = selected(model);
    let mut all: Vec<usize> = (0..lanes.len()).collect();
    if all.len() > most {
        let moved = |i: usize| columns.windows(2).filter(|w| w[0].marks.get(i) != w[1].marks.get(i)).count();
        let lived = |i: usize| columns.iter().any(|c| !matches!(c.marks.get(i), None | Some(Mark::Letter('x' | ' '))));
        all.sort_by_cached_key(|&i| (Some(lanes[i]) != picked, !lived(i), std::cmp::Reverse(moved(i)), i));
        all.truncate(most);
        all.sort_unstable();
    }
    all
}

fn selected(model: &Model<'_>) -> Option<u32> {
    match model.lanes {
        Lanes::G => Some(model.g()).filter(|&g| g != 0),
        Lanes::P => model.p().map(u32::from),
        Lanes::M => model.m().map(u32::from),
    }
}

/// Addresses above the cells and a `v` over the last one.
fn ruler(model: &Model<'_>, columns: &[Column], label: usize, step: usize, width: usize) -> Row {
    let mut line = " ".repeat(label);
    let last = columns.len().saturating_sub(1);
    let name = |c: &Column| if model.true_time { time(c.at) } else { format!("@{}", c.at) };
    let mark = columns.last().map_or_else(String::new, |c| format!("v{}", name(c)));
    // The last address stands before its column when there is no room behind it.
    let cursor = label + last * step;
    let behind = cursor + mark.len() <= width;
    let stop = if behind { cursor } else { (cursor + 1).saturating_sub(mark.len()) };
    let every = (12 / step).max(1);
    for (i, c) in columns.iter().enumerate().step_by(every) {
        let (at, name) = (label + i * step, name(c));
        if at >= line.len() && at + name.len() < stop {
            line.extend(std::iter::repeat_n(' ', at - line.len()));
            line.push_str(&name);
        }
    }
    line.extend(std::iter::repeat_n(' ', stop.saturating_sub(line.len())));
    if behind {
        line.push_str(&mark);
    } else {
        line.push_str(&mark[1..]);
        line.push('v');
    }
    Row::of(line, Tone::Dim)
}

fn lane(model: &Model<'_>, now: &State, lanes: &[u32], i: usize, columns: &[Column], label: usize, step: usize) -> Row {
    let id = lanes[i];
    let pick = if selected(model) == Some(id) { '>' } else { ' ' };
    let (name, tone) = match model.lanes {
        Lanes::G if label > 10 => (clean(&who(model.rec(), now, id)), Tone::G(id)),
        Lanes::G => (format!("G{id}"), Tone::G(id)),
        Lanes::P => (format!("P{id}"), Tone::Plain),
        Lanes::M => (format!("M{id}"), Tone::Plain),
    };
    let mut row = Row::of(format!("{pick}{} ", cell(&name, label - 2)), tone);
    for c in columns {
        let blurred = c.blurred.get(i).copied().unwrap_or(false);
        let (text, tone) = match c.marks.get(i).copied().unwrap_or(Mark::Letter(' ')) {
            Mark::Letter('#') => ("#".to_owned(), Tone::G(id)),
            Mark::Letter(l) => (l.to_string(), Tone::Plain),
            Mark::G(g) => (g.to_string(), Tone::G(g)),
        };
        let text = if blurred { format!("{text}*") } else { text };
        row = row.add(format!("{text:<step$}"), tone);
    }
    row
}

/// What the letters mean that occur, and how many lanes are not drawn.
fn legend(model: &Model<'_>, columns: &[Column], chosen: &[usize], all: usize, width: usize) -> Row {
    const GOROUTINE: [(char, &str); 15] = [
        ('#', "运行"),
        ('r', "可运行"),
        ('c', "等接收"),
        ('s', "等发送"),
        ('S', "select"),
        ('n', "nil 通道"),
        ('z', "睡眠"),
        ('m', "等锁"),
        ('w', "WaitGroup"),
        ('o', "Cond"),
        ('q', "信号量"),
        ('i', "网络"),
        ('y', "阻塞调用"),
        ('b', "等待"),
        ('x', "结束"),
    ];
    const HOLDER: [(char, &str); 6] =
        [('~', "自旋"), ('y', "阻塞调用"), ('-', "找活"), ('n', "poller"), ('.', "空闲"), ('x', "结束")];
    let table: &[(char, &str)] = if model.lanes == Lanes::G { &GOROUTINE } else { &HOLDER };
    let used = |l: char| columns.iter().any(|c| chosen.iter().any(|&i| c.marks.get(i) == Some(&Mark::Letter(l))));
    let mut parts: Vec<String> = vec![];
    if all > chosen.len() {
        parts.push(format!("另有 {} 条没有画", all - chosen.len()));
    }
    if model.lanes != Lanes::G {
        parts.push("数字是 G".to_owned());
    }
    parts.extend(table.iter().filter(|(l, _)| used(*l)).map(|(l, t)| format!("{l} {t}")));
    if columns.iter().any(|c| c.blurred.contains(&true)) {
        parts.push("* 变了不止一次".to_owned());
    }
    Row::of(crate::base::text::fit(&format!(" {}", parts.join("  ")), width), Tone::Dim)
}
