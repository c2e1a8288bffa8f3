//! The other views at the moment of the cursor: one channel, the contexts, the table of events; and
//! the page of keys.
use super::model::{Model, chan_of, subject};
use super::screen::{Row, Tone, clean};
use crate::base::text::{fit, wrap_hanging};
use crate::trace::event::{Kind, Seq};
use crate::trace::rings::Chan;
use crate::trace::state::State;
use crate::trace::text::event_line;
use crate::view::Look;
use crate::view::chan::picture;
use crate::view::context::tree;
use crate::view::why::{Said, say};

fn plain(lines: Vec<String>) -> impl Iterator<Item = Row> {
    lines.into_iter().map(|l| Row::of(clean(&l), Tone::Plain))
}

/// The selected channel: ring, queues, whether its rule holds, and its last steps.
pub(super) fn chan(model: &Model<'_>, state: &State, width: usize, room: usize) -> Vec<Row> {
    let rec = model.rec();
    let Some(id) = model.chan() else { return vec![Row::of(" （这次运行没有用到通道）", Tone::Warn)] };
    let Some(c) = state.chans.get(id as usize).filter(|c| c.made) else {
        return vec![Row::of(fit(&format!(" 通道 {} 还没有创建", clean(&rec.chan(id))), width), Tone::Warn)];
    };
    let kind = if c.cap == 0 { "无缓冲".to_owned() } else { format!("cap {}  len {}", c.cap, c.len()) };
    let closed = if c.closed { "  已关闭" } else { "" };
    let others = state.chans.iter().filter(|c| c.made).count() - 1;
    let more = if others > 0 { format!("  （另有 {others} 个，j k 换）") } else { String::new() };
    let name = clean(&rec.chan(id));
    let mut rows = vec![Row::of(fit(&format!(" 通道 {name}  {kind}{closed}{more}"), width), Tone::Bold)];
    rows.push(invariant(c, state));
    let look = Look { width, color: false };
    rows.extend(plain(picture(rec, state, c, look)));
    rows.push(Row::default());
    rows.extend(steps(model, id, width, room.saturating_sub(rows.len())));
    rows
}

/// The rule of `runtime/chan.go` that must hold whenever the lock is free.
fn invariant(c: &Chan, s: &State) -> Row {
    let waits = |g: u32| matches!(s.status(g), crate::trace::Status::Waiting(_));
    let senders = c.sendq.iter().any(|w| waits(w.g));
    let receivers = c.recvq.iter().any(|w| waits(w.g));
    let (rule, ok) = match (c.len(), c.cap) {
        (0, 0) => ("发送者和接收者不会同时在等", !(senders && receivers)),
        (0, _) => ("缓冲空：没有人在等着发送", !senders),
        (len, cap) if len < cap => ("有值也有空位：没有人在等", !senders && !receivers),
        _ => ("缓冲满：没有人在等着接收", !receivers),
    };
    // In the middle of an operation the events of one step are still to come.
    let verdict = if ok { "成立" } else { "这一步还没有做完" };
    Row::of(format!(" 不变式  {rule}：{verdict}"), Tone::Dim)
}

/// The last steps on a channel up to the cursor, newest last.
fn steps(model: &Model<'_>, id: u32, width: usize, room: usize) -> Vec<Row> {
    const SHOWN: usize = 12;
    let rec = model.rec();
    let tells = |kind: Kind| !matches!(kind, Kind::ChanSend | Kind::ChanRecv | Kind::SelectLock | Kind::SelectPoll);
    let before = &rec.events[..=model.at() as usize];
    let recent: Vec<Seq> = (0..before.len())
        .rev()
        .filter(|&i| tells(before[i].kind) && chan_of(&before[i]) == Some(id))
        .take(SHOWN.min(room))
        .map(|i| i as Seq)
        .collect();
    let mut out: Vec<Row> = vec![];
    for (seq, said) in told(model, &recent) {
        let why = if said.why.is_empty() { String::new() } else { format!("：{}", said.why) };
        let lead = format!(" {:>6} ", format!("@{seq}"));
        let lines = wrap_hanging(&clean(&format!("{}{why}", said.what)), width, &lead, "        ");
        if out.len() + lines.len() > room {
            break;
        }
        let g = rec.events.get(seq as usize).map_or(0, subject);
        out.splice(0..0, lines.into_iter().map(|l| Row::of(l, Tone::G(g))));
    }
    out
}

/// The sentences of some events, newest first as they are given: one fold when they stand close.
fn told(model: &Model<'_>, recent: &[Seq]) -> Vec<(Seq, Said)> {
    const CLOSE: Seq = 1 << 12;
    let rec = model.rec();
    let (Some(&newest), Some(&oldest)) = (recent.first(), recent.last()) else { return vec![] };
    if newest - oldest > CLOSE {
        return recent.iter().map(|&seq| (seq, say(rec, &model.line.at(seq), seq))).collect();
    }
    let mut state = model.line.at(oldest);
    let mut out = vec![];
    for seq in oldest..=newest {
        if recent.contains(&seq) {
            out.push((seq, say(rec, &state, seq)));
        }
        state.apply(&rec.events[seq as usize]);
    }
    out.reverse();
    out
}

/// The tree of contexts.
pub(super) fn ctx(state: &State, width: usize, room: usize) -> Vec<Row> {
    let lines = tree(state, Look { width, color: false });
    if lines.is_empty() {
        return vec![Row::of(" （到这里还没有用到 context）", Tone::Warn)];
    }
    let left = lines.len().saturating_sub(room);
    let mut rows: Vec<Row> = plain(lines).take(room).collect();
    if left > 0 && room > 0 {
        rows.truncate(room - 1);
        rows.push(Row::of(format!("   另有 {} 行没有画", left + 1), Tone::Dim));
    }
    rows
}

/// The table of events, the cursor's marked: two thirds of the room before it. What follows is
/// listed too: this is the table, not the history.
pub(super) fn events(model: &Model<'_>, width: usize, room: usize) -> Vec<Row> {
    let len = model.rec().events.len();
    let at = model.at() as usize;
    let first = at.saturating_sub(room * 2 / 3).min(len.saturating_sub(room));
    let mut rows = vec![];
    for seq in first..len.min(first + room) {
        let mark = if seq == at { '>' } else { ' ' };
        let line = fit(&clean(&format!("{mark}{}", event_line(model.rec(), seq as Seq))), width);
        rows.push(Row::of(line, if seq == at { Tone::Bold } else { Tone::Plain }));
    }
    rows
}

/// The page of keys.
pub(super) fn help(width: usize, height: usize) -> Vec<Row> {
    const KEYS: [(&str, &str); 18] = [
        ("左 右 h l", "退一个、进一个事件"),
        ("Shift+左右 n N", "选中的 goroutine（P、M、通道）的下一个、上一个事件"),
        ("[ ]", "上一个、下一个决定：偷、抢占、交接、停下、唤醒、选分支"),
        ("u", "跳到唤醒它的那个事件"),
        ("w", "跳回去"),
        ("Home End", "第一个、最后一个事件"),
        ("PgUp PgDn", "退、进 20 个"),
        (":118", "跳到 @118"),
        ("/词", "找事件；/ 后直接回车找下一处"),
        ("j k 上 下", "选泳道；通道图里换通道"),
        ("Enter", "选中当前事件的 goroutine"),
        ("Esc", "不选，跟着事件走"),
        ("g p m", "泳道按 goroutine、P、M"),
        ("v", "换图：调度、通道、context、事件表"),
        ("t  + -", "真实时间；放大、缩小"),
        ("d", "两次对照时：第一个不同的地方"),
        ("y", "把这一屏复制成文字，也存成文件"),
        ("q", "结束"),
    ];
    let mut rows = vec![Row::of(" 键（按任意键回去）", Tone::Bold)];
    for (key, what) in KEYS {
        let lead = format!(" {}", crate::view::look::cell(key, 16));
        rows.extend(wrap_hanging(what, width, &lead, &" ".repeat(17)).into_iter().map(|l| Row::of(l, Tone::Plain)));
    }
    if rows.len() > height {
        rows.truncate(height - 1);
        rows.push(Row::of(" 窗口小，没有列完", Tone::Warn));
    }
    rows
}
