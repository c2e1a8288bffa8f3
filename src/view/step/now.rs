//! The scheduler as it is after the event under the cursor: processors with what they run and what
//! waits for them, then threads, the global queue, timers, the poller.
//!
//! Only numbers and fixed words stand in columns; queues are last, because they are cut at the edge.
use super::model::{Lanes, Model};
use super::screen::{Row, Tone};
use crate::base::text::{fit, width as columns};
use crate::trace::state::{Proc, State, Status, ThreadStatus};
use crate::trace::text::time;
use crate::view::look::cell;

/// A time slice, ns: what sysmon lets pass before it asks.
const SLICE_NS: u64 = 10_000_000;
/// Entries of a queue put into a row before it is cut anyway.
const QUEUE_MAX: usize = 40;

/// One row for each processor.
pub(super) fn processors(model: &Model<'_>, s: &State, width: usize) -> Vec<Row> {
    (0..).zip(&s.ps).map(|(id, p)| processor(model, s, id, p, width)).collect()
}

fn processor(model: &Model<'_>, s: &State, id: usize, p: &Proc, width: usize) -> Row {
    let picked = model.lanes == Lanes::P && model.p() == Some(id as u8);
    let holder = p.m.map_or_else(|| "-".to_owned(), |m| format!("M{m}"));
    let spins = p.m.and_then(|m| s.ms.get(m as usize)).is_some_and(|m| m.status == ThreadStatus::Spinning);
    let (status, who) = match (p.running, p.syscall) {
        _ if s.stopped.is_some() => ("停住", p.running),
        (Some(g), _) => ("运行", Some(g)),
        (None, Some(g)) => ("阻塞调用", Some(g)),
        (None, None) if spins => ("自旋", None),
        (None, None) if p.m.is_none() => ("空闲", None),
        (None, None) => ("找活", None),
    };
    let mark = if picked { '>' } else { ' ' };
    let mut row =
        Row::of(format!("{mark}{} {} {}", cell(&format!("P{id}"), 3), cell(&holder, 4), cell(status, 9)), Tone::Plain);
    let name = who.map_or_else(|| "-".to_owned(), |g| format!("G{g}"));
    row = row.add(cell(&name, 6), who.map_or(Tone::Dim, Tone::G));
    if width >= 72 {
        let used = p.running.map_or(0, |_| s.time.saturating_sub(p.slice));
        let bar = if p.running.is_some() { slice(used) } else { String::new() };
        row = row.add(format!("{} ", cell(&bar, 16)), Tone::Dim);
    }
    let next = p.runnext.map_or_else(|| "-".to_owned(), |g| format!("G{g}"));
    row = row.add(format!("next {} ", cell(&next, 6)), Tone::Plain);
    let room = width.saturating_sub(row.width());
    row.add(queue("队列", p.queue.iter().copied(), p.queue.len(), room), Tone::Plain)
}

/// `##... 2.1/10ms`: how much of the time slice is gone.
fn slice(used: u64) -> String {
    const CELLS: u64 = 5;
    let full = (used * CELLS / SLICE_NS).min(CELLS) as usize;
    let tenths = used / (SLICE_NS / 100);
    format!("{}{} {}.{}/10ms", "#".repeat(full), ".".repeat(CELLS as usize - full), tenths / 10, tenths % 10)
}

/// `队列 3: 12 13 14`, cut to the room there is.
fn queue(name: &str, items: impl Iterator<Item = u32>, len: usize, room: usize) -> String {
    if room < columns(name) + 4 {
        return String::new();
    }
    if len == 0 {
        return fit(&format!("{name} -"), room);
    }
    let mut out = format!("{name} {len}:");
    for (i, g) in items.take(QUEUE_MAX).enumerate() {
        let more = if i + 1 < len { 3 } else { 0 };
        let next = format!(" {g}");
        if columns(&out) + next.len() + more > room {
            out.push_str(" ..");
            break;
        }
        out.push_str(&next);
    }
    fit(&out, room)
}

/// Threads that hold no processor, then what belongs to nobody: two rows.
pub(super) fn others(model: &Model<'_>, s: &State, width: usize) -> Vec<Row> {
    vec![threads(model, s, width), common(s, width)]
}

fn threads(model: &Model<'_>, s: &State, width: usize) -> Row {
    let mut parts: Vec<String> = vec![];
    let mut asleep = 0;
    for (id, m) in s.ms.iter().enumerate() {
        let mark = if model.lanes == Lanes::M && model.m() == Some(id as u8) { ">" } else { "" };
        match m.status {
            ThreadStatus::Syscall => {
                let g = m.g.map_or_else(|| "-".to_owned(), |g| format!("G{g}"));
                let lost = if m.p.is_none() { "，P 已被拿走" } else { "" };
                parts.insert(0, format!("{mark}M{id} 阻塞调用 {g}{lost}"));
            }
            ThreadStatus::Polling => {
                let wait = match m.until {
                    0 | u64::MAX => String::new(),
                    t => format!("到 +{}", time(t.saturating_sub(s.time))),
                };
                parts.push(format!("{mark}M{id} 睡在 poller{wait}"));
            }
            ThreadStatus::Spinning if m.p.is_none() => parts.push(format!("{mark}M{id} 自旋")),
            ThreadStatus::Running if m.p.is_none() => parts.push(format!("{mark}M{id} 没有 P")),
            ThreadStatus::Parked => asleep += 1,
            _ => {}
        }
    }
    if let Some(us) = s.sysmon {
        parts.push(format!("sysmon 睡 {us}µs"));
    }
    parts.push(format!("睡着的线程 {asleep}"));
    Row::of(fit(&format!("     {}", parts.join("  ")), width), Tone::Plain)
}

fn common(s: &State, width: usize) -> Row {
    let mut tail = String::new();
    let sleeping = s.live().filter(|(_, g)| g.status == Status::Waiting(crate::trace::WaitReason::Sleep)).count();
    tail.push_str(&match s.timers.values().map(|t| t.due).min() {
        Some(due) => format!("  计时器 {}，下一个 +{}", s.timers.len(), time(due.saturating_sub(s.time))),
        None => "  计时器 0".to_owned(),
    });
    if sleeping > 0 {
        tail.push_str(&format!("  睡眠 {sleeping}"));
    }
    tail.push_str(&format!("  netpoll 等 {}", s.in_poller));
    if let Some((why, since)) = s.stopped {
        let why = ["改 P 数", "回收", "打印"][usize::from(why.min(2))];
        tail.push_str(&format!("  世界停着（{why}，{}）", time(s.time.saturating_sub(since))));
    }
    let room = width.saturating_sub(5 + columns(&tail)).max(12);
    let head = queue("全局", s.global.iter().copied(), s.global.len(), room);
    Row::of(fit(&format!("     {head}{tail}"), width), Tone::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_and_queues() {
        assert_eq!(slice(0), "..... 0.0/10ms");
        assert_eq!(slice(2_100_000), "#.... 2.1/10ms");
        assert_eq!(slice(40_000_000), "##### 40.0/10ms");
        assert_eq!(queue("队列", [12, 13, 14].into_iter(), 3, 40), "队列 3: 12 13 14");
        assert_eq!(queue("队列", 100..200, 100, 20), "队列 100: 100 101 ..");
        assert_eq!(queue("队列", 0..0, 0, 20), "队列 -");
        assert_eq!(queue("队列", 0..9, 9, 7), "", "no room for anything");
    }
}
