//! The scheduler: who held each processor, and the life of each goroutine, a column an event.
//!
//! Columns are events, not time, so that 20 ns and 20 ms are both readable; the line above gives
//! addresses to cite. Only events that change a lane make a column. What does not fit one band goes
//! on in the next; a longer run lets up to [`SHARE_MAX`] neighbours share a cell (which then shows
//! what lasted longest in it), and of a still longer one the beginning and the end are drawn.
use std::collections::VecDeque;

use super::explain;
use super::look::{Look, cell, ends};
use super::steps::{has_sched, leftovers, time_view};
use crate::trace::event::{Event, Kind, Recording, Seq, WaitReason};
use crate::trace::state::{State, Status, ThreadStatus};
use crate::trace::text::time;

const LABEL: usize = 14;
const BANDS_MAX: usize = 3;
/// Columns that may share a cell.
const SHARE_MAX: usize = 3;
/// Goroutines drawn in one band.
const ROWS_MAX: usize = 14;
/// Goroutines followed at all: the first ones.
const GS_MAX: usize = 256;
const NOTES_MAX: usize = 12;

/// What one lane shows at one column.
type Letter = char;

const RUNNING: Letter = '#';
const IDLE: Letter = '.';
const DEAD: Letter = 'x';
const BORN: Letter = '+';
/// A processor whose thread looks for work, in [`Column::ps`].
const SPINNING: u32 = u32::MAX;

/// One column: the event and the lanes after it.
#[derive(Clone)]
struct Column {
    seq: Seq,
    /// Goroutine on each processor; 0 idle.
    ps: Vec<u32>,
    /// Letter of each goroutine, index = id.
    gs: Vec<Letter>,
}

/// The columns to draw.
struct Drawn {
    head: Vec<Column>,
    /// The end of a run that is too long; empty otherwise.
    tail: Vec<Column>,
    share: usize,
    notes: Vec<(Seq, u32, String)>,
}

/// The frame of the scheduler.
#[must_use]
pub fn lanes_view(rec: &Recording, look: Look) -> Vec<String> {
    if !has_sched(rec) {
        let mut lines = look.hang("", "（这个引擎不记录调度过程，下面是时间线）");
        lines.extend(time_view(rec, look));
        return lines;
    }
    let mut last = State::new(rec);
    rec.events.iter().for_each(|e| last.apply(e));
    let most = rec.of(Kind::GoStart).map(|(_, e)| e.g).max().unwrap_or(1);
    let width = if most < 10 { 1 } else { most.to_string().len() + 1 };
    let room = (look.width - LABEL - 1) / width;
    let drawn = collect(rec, room);
    let mut lines = look.hang("", &headline(rec, &last));
    for (part, share) in [(&drawn.head, drawn.share), (&drawn.tail, 1)] {
        let cells: Vec<&[Column]> = part.chunks(share).collect();
        for band in cells.chunks(room) {
            draw(rec, &last, band, width, look, &mut lines);
        }
        if let (Some(from), Some(to), 1) = (drawn.head.last(), drawn.tail.first(), share)
            && std::ptr::eq(part, &raw const drawn.head)
        {
            lines.push(format!("… 省略 @{}–@{}", from.seq + 1, to.seq - 1));
            lines.push(String::new());
        }
    }
    lines.extend(legend(&drawn, look));
    lines.extend(wakes(&drawn.notes, look));
    lines.extend(leftovers(rec, &last).iter().take(6).flat_map(|l| look.hang("  ! ", l)));
    lines
}

/// One band: ruler, processors, goroutines that lived in it.
fn draw(rec: &Recording, last: &State, band: &[&[Column]], width: usize, look: Look, lines: &mut Vec<String>) {
    lines.push(ruler(band, width, look.width));
    for p in 0..rec.procs as usize {
        lines.push(processor(band, p, width, look));
    }
    let (rows, hidden) = rows(band);
    lines.extend(rows.iter().map(|&g| goroutine(rec, last, band, g, width, look)));
    if hidden > 0 {
        lines.push(format!("（这一段另有 {hidden} 个 goroutine 没有画）"));
    }
    lines.push(String::new());
}

fn headline(rec: &Recording, last: &State) -> String {
    let threads = last.ms.iter().filter(|m| m.status != ThreadStatus::Unborn).count();
    let gs = last.gs.iter().filter(|g| g.status != Status::Unborn).count();
    format!(
        "调度  种子 {}  {} 个事件  历时 {}  {} P  {threads} M  {gs} G",
        rec.seed,
        rec.events.len(),
        time(last.time),
        rec.procs
    )
}

/// Goroutines that lived in a band, those that changed most if there are too many; and how many
/// are not drawn.
fn rows(band: &[&[Column]]) -> (Vec<u32>, usize) {
    let letter = |c: &Column, g: usize| c.gs.get(g).copied().unwrap_or(' ');
    let all: Vec<&Column> = band.iter().flat_map(|cell| cell.iter()).collect();
    let born = all.last().map_or(0, |c| c.gs.len());
    let lived = |g: &usize| all.iter().any(|c| !matches!(letter(c, *g), ' ' | DEAD));
    let mut rows: Vec<usize> = (1..born).filter(lived).collect();
    let hidden = rows.len().saturating_sub(ROWS_MAX);
    if hidden > 0 {
        let changes = |g: usize| all.windows(2).filter(|w| letter(w[0], g) != letter(w[1], g)).count();
        rows.sort_by_key(|&g| (g != 1, std::cmp::Reverse(changes(g)), g));
        rows.truncate(ROWS_MAX);
        rows.sort_unstable();
    }
    (rows.into_iter().map(|g| g as u32).collect(), hidden)
}

/// Every event that changes what a lane shows (as many as can be drawn), and the wake-ups in words.
fn collect(rec: &Recording, room: usize) -> Drawn {
    let full = room * BANDS_MAX * SHARE_MAX;
    let mut state = State::new(rec);
    let (mut head, mut tail) = (Vec::<Column>::new(), VecDeque::<Column>::new());
    let mut notes = vec![];
    for (seq, e) in (0..).zip(&rec.events) {
        if e.kind == Kind::GoReady {
            notes.push((seq, e.a, explain::wake(rec, &state, seq)));
        }
        state.apply(e);
        let column = column(&state, seq, e);
        let before = tail.back().or(head.last());
        if before.is_some_and(|c| c.ps == column.ps && c.gs == column.gs) {
            continue;
        }
        if head.len() < full {
            head.push(column);
        } else {
            tail.push_back(column);
            if tail.len() > room {
                tail.pop_front();
            }
        }
    }
    if tail.is_empty() {
        let share = head.len().div_ceil(room * BANDS_MAX).max(1);
        return Drawn { head, tail: vec![], share, notes };
    }
    let from = head.len() + tail.len() - room;
    let tail: Vec<Column> = head.iter().chain(&tail).skip(from).cloned().collect();
    head.truncate(room * (BANDS_MAX - 1));
    Drawn { head, tail, share: 1, notes }
}

fn column(state: &State, seq: Seq, e: &Event) -> Column {
    let spinning = |p: usize| state.ms.iter().any(|m| m.status == ThreadStatus::Spinning && m.p == Some(p as u8));
    let ps = state.ps.iter().enumerate();
    let ps = ps.map(|(i, p)| p.running.unwrap_or(if spinning(i) { SPINNING } else { 0 })).collect();
    let gs = (0..).zip(&state.gs).take(GS_MAX);
    let gs = gs.map(|(id, g)| if e.kind == Kind::GoCreate && e.a == id { BORN } else { letter(g.status) }).collect();
    Column { seq, ps, gs }
}

pub(crate) fn letter(status: Status) -> Letter {
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
fn ruler(band: &[&[Column]], width: usize, columns: usize) -> String {
    const EVERY: usize = 10;
    let mut line = " ".repeat(LABEL + 1);
    for (i, cell) in band.iter().enumerate() {
        let at = LABEL + 1 + i * width;
        let name = format!("@{}", cell[0].seq);
        if i % EVERY == 0 && at >= line.len() && at + name.len() <= columns {
            line.extend(std::iter::repeat_n(' ', at - line.len()));
            line.push_str(&name);
        }
    }
    line.trim_end().to_owned()
}

/// What lasted longest in a cell; of two that lasted equally long, the later.
fn longest<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: Vec<(T, usize)> = vec![];
    for v in values {
        match counts.iter_mut().find(|(x, _)| *x == v) {
            Some((_, n)) => *n += 1,
            None => counts.push((v, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map(|(v, _)| v)
}

fn processor(band: &[&[Column]], p: usize, width: usize, look: Look) -> String {
    let mut line = cell(&format!("P{p}"), LABEL + 1);
    for group in band {
        let (g, text) = match longest(group.iter().map(|c| c.ps.get(p).copied().unwrap_or(0))) {
            None | Some(0) => (0, IDLE.to_string()),
            Some(SPINNING) => (0, "~".to_owned()),
            Some(g) => (g, g.to_string()),
        };
        let padded = format!("{text:<width$}");
        line.push_str(&if g == 0 { padded } else { look.of_g(g, &padded) });
    }
    line.trim_end().to_owned()
}

/// The lane of a goroutine. Its birth is always shown, however short.
fn goroutine(rec: &Recording, last: &State, band: &[&[Column]], g: u32, width: usize, look: Look) -> String {
    let mut line = look.of_g(g, &cell(&explain::who(rec, last, g), LABEL + 1));
    for group in band {
        let letters = || group.iter().map(|c| c.gs.get(g as usize).copied().unwrap_or(' '));
        let born = letters().find(|l| *l == BORN);
        let text = born.or_else(|| longest(letters())).unwrap_or(' ');
        let padded = format!("{text:<width$}");
        line.push_str(&if text == RUNNING { look.of_g(g, &padded) } else { padded });
    }
    line.trim_end().to_owned()
}

/// What the letters that occur mean.
fn legend(drawn: &Drawn, look: Look) -> Vec<String> {
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
    let columns = || drawn.head.iter().chain(&drawn.tail);
    let used = |l: Letter| columns().any(|c| c.gs.iter().skip(1).any(|x| *x == l));
    let mut parts: Vec<String> = ALL.iter().filter(|(l, _)| used(*l)).map(|(l, t)| format!("{l} {t}")).collect();
    if columns().any(|c| c.ps.contains(&0)) {
        parts.push(format!("{IDLE} P 空闲"));
    }
    if columns().any(|c| c.ps.contains(&SPINNING)) {
        parts.push("~ 自旋找活".to_owned());
    }
    if drawn.share > 1 {
        parts.push(format!("每格 {} 步，画其中占得最久的", drawn.share));
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
    fn longer_runs_share_cells_and_the_longest_are_cut_in_the_middle() {
        let rec = fixture::ping_pong(500);
        let lines = lanes_view(&rec, Look::new(60, false));
        check::frame(&lines, &lanes_view(&rec, Look::new(60, true)), 60);
        assert!(lines.len() < 50, "{}", lines.len());
        assert!(lines.iter().any(|l| l.contains("省略 @")), "{lines:#?}");
        let lines = lanes_view(&fixture::ping_pong(60), Look::PLAIN);
        assert!(lines.iter().any(|l| l.contains("画其中占得最久的")), "{lines:#?}");
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
