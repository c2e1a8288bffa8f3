//! The scheduler: who held each processor, and the life of each goroutine, a column an event.
//!
//! Columns are events, not time, so that 20 ns and 20 ms are both readable; the line above gives
//! addresses to cite. Only events that change a lane make a column; when there are more than fit,
//! the lanes go on in further bands, and beyond that neighbouring columns share a cell (`%` where
//! a lane changed more than once inside it).
use std::collections::BTreeMap;

use super::explain;
use super::look::{Look, cell, ends};
use super::steps::{has_sched, leftovers, time_view};
use crate::trace::event::{Event, Kind, Recording, Seq, WaitReason};
use crate::trace::state::{State, Status, ThreadStatus};
use crate::trace::text::time;

const LABEL: usize = 14;
const BANDS_MAX: usize = 3;
const GS_MAX: usize = 14;
const NOTES_MAX: usize = 12;

/// What one lane shows at one column.
type Letter = char;

const RUNNING: Letter = '#';
const IDLE: Letter = '.';
const DEAD: Letter = 'x';
const BORN: Letter = '+';
const MANY: Letter = '%';

/// One column: the event and the lanes after it.
struct Column {
    seq: Seq,
    /// Goroutine on each processor; 0 idle, `u32::MAX` spinning.
    ps: Vec<u32>,
    /// Letter of each goroutine shown.
    gs: Vec<Letter>,
}

/// The frame of the scheduler.
#[must_use]
pub fn lanes_view(rec: &Recording, look: Look) -> Vec<String> {
    if !has_sched(rec) {
        let mut lines = vec!["（这个引擎不记录调度过程，下面是时间线）".to_owned()];
        lines.extend(time_view(rec, look));
        return lines;
    }
    let mut last = State::new(rec);
    rec.events.iter().for_each(|e| last.apply(e));
    let (shown, hidden) = chosen(rec, &last);
    let (columns, notes) = columns(rec, &shown);
    let mut lines = vec![headline(rec, &last)];
    let width = columns.iter().flat_map(|c| &c.ps).filter(|g| **g != u32::MAX).max().map_or(1, |g| g.to_string().len());
    let width = if width == 1 { 1 } else { width + 1 };
    let room = (look.width - LABEL - 1) / width;
    let per_cell = columns.len().div_ceil(room * BANDS_MAX).max(1);
    let cells: Vec<&[Column]> = columns.chunks(per_cell).collect();
    for band in cells.chunks(room) {
        lines.push(ruler(band, width));
        for p in 0..rec.procs as usize {
            lines.push(processor(band, p, width, look));
        }
        for (i, &g) in shown.iter().enumerate() {
            lines.extend(goroutine(rec, &last, band, (i, g), width, look));
        }
        lines.push(String::new());
    }
    if hidden > 0 {
        lines.push(format!("另有 {hidden} 个 goroutine 没有画"));
    }
    lines.extend(legend(&columns, per_cell, look));
    lines.extend(wakes(&notes, look));
    lines.extend(leftovers(rec, &last).iter().take(6).flat_map(|l| look.hang("  ! ", l)));
    lines
}

fn headline(rec: &Recording, last: &State) -> String {
    let threads = last.ms.iter().filter(|m| m.status != ThreadStatus::Unborn).count();
    let gs = last.gs.iter().filter(|g| g.status != Status::Unborn).count();
    format!("调度  种子 {}  {} 个事件  历时 {}  {} P  {threads} M  {gs} G", rec.seed, rec.events.len(), time(last.time), rec.procs)
}

/// Goroutines drawn: all, or those with most events when there are too many; and how many are not.
fn chosen(rec: &Recording, last: &State) -> (Vec<u32>, usize) {
    let born: Vec<u32> = (1..last.gs.len() as u32).filter(|&g| last.status(g) != Status::Unborn).collect();
    if born.len() <= GS_MAX {
        return (born, 0);
    }
    let mut uses: BTreeMap<u32, usize> = BTreeMap::new();
    for e in &rec.events {
        *uses.entry(e.g).or_default() += 1;
    }
    let mut busiest = born.clone();
    busiest.sort_by_key(|g| (*g != 1, std::cmp::Reverse(uses.get(g).copied().unwrap_or(0)), *g));
    busiest.truncate(GS_MAX);
    busiest.sort_unstable();
    (busiest, born.len() - GS_MAX)
}

/// Every event that changes what a lane shows, and the wake-ups in words.
fn columns(rec: &Recording, shown: &[u32]) -> (Vec<Column>, Vec<(Seq, u32, String)>) {
    let mut state = State::new(rec);
    let (mut all, mut notes) = (vec![], vec![]);
    for (seq, e) in (0..).zip(&rec.events) {
        if e.kind == Kind::GoReady {
            notes.push((seq, e.a, explain::wake(rec, &state, seq)));
        }
        state.apply(e);
        let column = column(&state, seq, e, shown);
        let changed = |c: &Column| c.ps != column.ps || c.gs != column.gs;
        if all.last().is_none_or(changed) {
            all.push(column);
        }
    }
    (all, notes)
}

fn column(state: &State, seq: Seq, e: &Event, shown: &[u32]) -> Column {
    let spinning = |p: usize| {
        state.ms.iter().any(|m| m.status == ThreadStatus::Spinning && m.p == Some(p as u8))
    };
    let ps = state.ps.iter().enumerate();
    let ps = ps.map(|(i, p)| p.running.unwrap_or(if spinning(i) { u32::MAX } else { 0 })).collect();
    let gs = shown.iter().map(|&g| if e.kind == Kind::GoCreate && e.a == g { BORN } else { letter(state.status(g)) });
    Column { seq, ps, gs: gs.collect() }
}

fn letter(status: Status) -> Letter {
    match status {
        Status::Unborn => ' ',
        Status::Runnable => 'r',
        Status::Running => RUNNING,
        Status::Syscall => 'y',
        Status::Dead => DEAD,
        Status::Waiting(r) => match r {
            WaitReason::ChanReceive => 'c',
            WaitReason::ChanSend => 's',
            WaitReason::ChanReceiveNil | WaitReason::ChanSendNil => 'n',
            WaitReason::Select | WaitReason::SelectNoCases => 'S',
            WaitReason::Sleep => 'z',
            WaitReason::MutexLock | WaitReason::RWMutexRLock | WaitReason::RWMutexLock => 'm',
            WaitReason::WaitGroupWait => 'w',
            WaitReason::CondWait => 'o',
            WaitReason::SemAcquire => 'q',
            WaitReason::IoWait => 'i',
            WaitReason::Zero | WaitReason::Preempted | WaitReason::Syscall => 'b',
        },
    }
}

/// Addresses above the cells: `@0        @10`.
fn ruler(band: &[&[Column]], width: usize) -> String {
    const EVERY: usize = 10;
    let mut line = " ".repeat(LABEL + 1);
    for (i, cell) in band.iter().enumerate() {
        let at = LABEL + 1 + i * width;
        if i % EVERY == 0 && at >= line.len() {
            line.extend(std::iter::repeat_n(' ', at - line.len()));
            line.push_str(&format!("@{}", cell[0].seq));
        }
    }
    line.trim_end().to_owned()
}

fn processor(band: &[&[Column]], p: usize, width: usize, look: Look) -> String {
    let mut line = cell(&format!("P{p}"), LABEL + 1);
    for group in band {
        let first = group[0].ps.get(p).copied().unwrap_or(0);
        let mixed = group.iter().any(|c| c.ps.get(p).copied().unwrap_or(0) != first);
        let (g, text) = match first {
            _ if mixed => (0, MANY.to_string()),
            0 => (0, IDLE.to_string()),
            u32::MAX => (0, "~".to_owned()),
            g => (g, g.to_string()),
        };
        let padded = format!("{text:<width$}");
        line.push_str(&if g == 0 { padded } else { look.of_g(g, &padded) });
    }
    line.trim_end().to_owned()
}

/// The lane of a goroutine, unless it was not there during the whole band.
fn goroutine(rec: &Recording, last: &State, band: &[&[Column]], (i, g): (usize, u32), width: usize, look: Look) -> Option<String> {
    let lived = band.iter().flat_map(|cell| cell.iter()).any(|c| !matches!(c.gs[i], ' ' | DEAD));
    if !lived {
        return None;
    }
    let mut line = look.of_g(g, &cell(&explain::who(rec, last, g), LABEL + 1));
    for group in band {
        let first = group[0].gs[i];
        let settled = |c: &Column| c.gs[i] == first || first == BORN;
        let text = if group.iter().all(settled) { first } else { MANY };
        let padded = format!("{text:<width$}");
        line.push_str(&if text == RUNNING { look.of_g(g, &padded) } else { padded });
    }
    Some(line.trim_end().to_owned())
}

/// What the letters that occur mean.
fn legend(columns: &[Column], per_cell: usize, look: Look) -> Vec<String> {
    const ALL: [(Letter, &str); 16] = [
        (RUNNING, "运行"),
        ('r', "可运行"),
        ('c', "等接收"),
        ('s', "等发送"),
        ('S', "等 select"),
        ('n', "等 nil 通道"),
        ('z', "睡眠"),
        ('m', "等锁"),
        ('w', "等 WaitGroup"),
        ('o', "等 Cond"),
        ('q', "等信号量"),
        ('i', "等 IO"),
        ('y', "阻塞调用"),
        ('b', "等待"),
        (BORN, "出生"),
        (DEAD, "结束"),
    ];
    let used = |l: Letter| columns.iter().any(|c| c.gs.contains(&l));
    let mut parts: Vec<String> = ALL.iter().filter(|(l, _)| used(*l)).map(|(l, t)| format!("{l} {t}")).collect();
    if columns.iter().any(|c| c.ps.contains(&0)) {
        parts.push(format!("{IDLE} P 空闲"));
    }
    if columns.iter().any(|c| c.ps.contains(&u32::MAX)) {
        parts.push("~ 自旋找活".to_owned());
    }
    if per_cell > 1 {
        parts.push(format!("{MANY} 一格里变化多次（每格 {per_cell} 个事件）"));
    }
    look.hang("图例  ", &parts.join("  ")).iter().map(|l| look.dim(l)).collect()
}

fn wakes(notes: &[(Seq, u32, String)], look: Look) -> Vec<String> {
    let (head, tail, left) = ends(notes.len(), NOTES_MAX);
    let mut lines = vec![];
    for (i, (seq, g, text)) in notes.iter().enumerate() {
        if i == head && left > 0 {
            lines.push(format!("        … 省略 {left} 次唤醒"));
        }
        if i < head || i >= tail {
            let wrapped = look.hang(&format!("{:>6}  ", format!("@{seq}")), text);
            lines.extend(wrapped.iter().map(|l| look.of_g(*g, l)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;
    use crate::view::look::check;

    #[test]
    fn lanes_at_80_and_60_columns() {
        let rec = fixture::full_ring();
        for width in [80, 60] {
            let plain = lanes_view(&rec, Look::new(width, false));
            check::frame(&plain, &lanes_view(&rec, Look::new(width, true)), width);
        }
        insta::assert_snapshot!(lanes_view(&rec, Look::PLAIN).join("\n"));
    }

    #[test]
    fn long_runs_share_cells_and_stay_bounded() {
        let rec = fixture::ping_pong(500);
        let lines = lanes_view(&rec, Look::new(60, false));
        check::frame(&lines, &lanes_view(&rec, Look::new(60, true)), 60);
        assert!(lines.len() < 40, "{}", lines.len());
        assert!(lines.iter().any(|l| l.contains("一格里变化多次")));
    }

    #[test]
    fn unborn_idle_waiting_and_dead_are_four_things() {
        let letters = [Status::Unborn, Status::Waiting(WaitReason::ChanSend), Status::Dead].map(letter);
        assert_eq!(letters, [' ', 's', 'x']);
        assert!(!letters.contains(&IDLE));
        let all: Vec<char> = WaitReason::ALL.iter().map(|r| letter(Status::Waiting(*r))).collect();
        assert!(all.iter().all(|c| c.is_ascii_alphabetic() && ![DEAD, 'r', 'y'].contains(c)));
    }
}
