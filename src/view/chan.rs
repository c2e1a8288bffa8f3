//! One channel, step by step: ring, both wait queues, and why each step went the way it did.
use std::fmt::Write as _;

use super::explain;
use super::look::{Look, ends};
use crate::base::text;
use crate::trace::event::{Event, Kind, Recording, Seq};
use crate::trace::rings::{Chan, Waiter};
use crate::trace::state::State;
use crate::trace::text::time;

/// Steps drawn at most.
const STEPS_MAX: usize = 24;
/// Slots drawn in full; a larger ring is told in numbers.
const SLOTS_MAX: usize = 8;

struct Step {
    seq: Seq,
    at: u64,
    g: u32,
    why: String,
    after: Chan,
}

/// The channel worth showing: the named one, else the first that has a name, else the busiest.
#[must_use]
pub fn pick(rec: &Recording, name: Option<&str>) -> Option<u32> {
    let named = |want: &str| rec.chan_names.iter().position(|n| n == want).map(|i| i as u32);
    if let Some(id) = name.and_then(named) {
        return Some(id);
    }
    let first = rec.chan_names.iter().position(|n| !n.is_empty()).map(|i| i as u32);
    let uses = |id: u32| rec.events.iter().filter(|e| on_chan(e, id)).count();
    first.or_else(|| rec.of(Kind::ChanMake).map(|(_, e)| e.a).max_by_key(|&id| (uses(id), std::cmp::Reverse(id))))
}

/// The frame of one channel.
#[must_use]
pub fn chan_view(rec: &Recording, name: Option<&str>, look: Look) -> Vec<String> {
    let Some(id) = pick(rec, name) else { return vec!["（这次运行没有用到通道）".to_owned()] };
    let mut state = State::new(rec);
    let mut steps: Vec<Step> = vec![];
    for (seq, e) in (0..).zip(&rec.events) {
        let why = on_chan(e, id).then(|| explain::channel(rec, &state, e)).flatten();
        state.apply(e);
        if let Some(why) = why {
            let after = state.chans.get(id as usize).cloned().unwrap_or_default();
            steps.push(Step { seq, at: e.time, g: e.g, why, after });
        }
    }
    let cap = steps.first().map_or(0, |s| s.after.cap);
    let kind = if cap == 0 { "无缓冲".to_owned() } else { format!("cap {cap}") };
    let mut lines = look.hang("", &format!("通道 {}  {kind}  共 {} 步", rec.chan(id), steps.len()));
    let (head, tail, left) = ends(steps.len(), STEPS_MAX);
    let mut shown: Option<Vec<String>> = None;
    for (i, step) in steps.iter().enumerate() {
        if i == head && left > 0 {
            lines.push(format!("        … 省略 {left} 步"));
            shown = None;
        }
        if i >= head && i < tail {
            continue;
        }
        lines.extend(sentence(step, look));
        let picture = picture(rec, &state, &step.after, look);
        // Only what changed is drawn again.
        if shown.as_ref() != Some(&picture) {
            lines.extend(picture.iter().cloned());
            shown = Some(picture);
        }
    }
    lines
}

fn on_chan(e: &Event, id: u32) -> bool {
    e.a == id
        && matches!(
            e.kind,
            Kind::ChanMake
                | Kind::ChanSendDone
                | Kind::ChanRecvDone
                | Kind::ChanWait
                | Kind::ChanUnwait
                | Kind::ChanClose
                | Kind::ChanMiss
                | Kind::ChanDrain
        )
}

fn sentence(step: &Step, look: Look) -> Vec<String> {
    let lead = format!("{:>6} {:>9}  ", format!("@{}", step.seq), time(step.at));
    let mut lines = look.hang(&lead, &step.why);
    if look.color {
        for line in &mut lines {
            let at = line.char_indices().map(|(i, _)| i).find(|&i| i >= lead.len()).unwrap_or(line.len());
            *line = format!("{}{}", look.dim(&line[..at]), look.of_g(step.g, &line[at..]));
        }
    }
    lines
}

/// Ring and queues as they are after a step.
pub(crate) fn picture(rec: &Recording, state: &State, c: &Chan, look: Look) -> Vec<String> {
    const INDENT: &str = "        ";
    let mut lines = vec![];
    if c.cap > 0 {
        let ring = ring(rec, c, look.width.saturating_sub(INDENT.len() + 22));
        let closed = if c.closed { "  已关闭" } else { "" };
        lines.extend(look.hang(INDENT, &format!("{ring}  recvx {}  sendx {}{closed}", c.recvx, c.sendx)));
    }
    if !(c.sendq.is_empty() && c.recvq.is_empty()) || c.cap == 0 {
        let closed = if c.closed && c.cap == 0 { "  已关闭" } else { "" };
        let text =
            format!("sendq {}  recvq {}{closed}", queue(rec, state, c.sendq.iter()), queue(rec, state, c.recvq.iter()));
        lines.extend(look.hang(INDENT, &text));
    }
    lines
}

/// `[ 41 | 42 | .. ]`, or `[ 5/100 ]` when slots do not fit.
fn ring(rec: &Recording, c: &Chan, room: usize) -> String {
    if c.cap <= SLOTS_MAX {
        let slots = c.ring.iter().map(|slot| match slot {
            None => "..".to_owned(),
            Some(id) => match rec.text(*id) {
                "" => "##".to_owned(),
                v => text::fit(v, 12),
            },
        });
        let drawn = format!("[ {} ]", slots.collect::<Vec<_>>().join(" | "));
        if text::width(&drawn) <= room {
            return drawn;
        }
    }
    format!("[ {}/{} ]", c.len(), c.cap)
}

/// `G8 producer(44), G9` or `-`.
fn queue<'a>(rec: &Recording, state: &State, waiters: impl Iterator<Item = &'a Waiter>) -> String {
    const SHOWN: usize = 6;
    let all: Vec<&Waiter> = waiters.collect();
    let mut out = String::new();
    for (i, w) in all.iter().take(SHOWN).enumerate() {
        let value = match rec.text(w.value) {
            "" => String::new(),
            v => format!("({v})"),
        };
        let _ = write!(out, "{}{}{value}", if i == 0 { "" } else { ", " }, explain::who(rec, state, w.g));
    }
    if all.len() > SHOWN {
        let _ = write!(out, " 等 {} 个", all.len());
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;
    use crate::view::look::check;

    #[test]
    fn a_ring_that_fills_and_is_handed_on() {
        let rec = fixture::full_ring();
        for width in [80, 60] {
            let plain = chan_view(&rec, Some("jobs"), Look::new(width, false));
            check::frame(&plain, &chan_view(&rec, Some("jobs"), Look::new(width, true)), width);
        }
        insta::assert_snapshot!(chan_view(&rec, Some("jobs"), Look::PLAIN).join("\n"));
    }

    #[test]
    fn no_channel_no_ring_and_many_steps() {
        assert_eq!(chan_view(&Recording::default(), None, Look::PLAIN), ["（这次运行没有用到通道）"]);
        let lines = chan_view(&fixture::ping_pong(100), None, Look::PLAIN);
        assert!(lines.len() < 4 * STEPS_MAX && lines.iter().any(|l| l.contains("省略")), "{}", lines.len());
        assert!(lines.iter().any(|l| l.contains("recvq G2 worker")), "{lines:#?}");
    }
}
