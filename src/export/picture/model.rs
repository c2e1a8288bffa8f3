//! What a picture shows, without a single coordinate: columns, lanes of spans, arrows, marks.
//!
//! A column is an event that changes a lane or deserves a mark: columns are events, not time, so that
//! 20 ns and 20 ms are both readable. A lane is what one processor or one goroutine did, as spans
//! without gaps from birth to end. The schedule comes from `trace::order`.
use std::collections::BTreeMap;

use crate::trace::event::{Event, Kind, NO_CAUSE, NO_P, Recording, Seq, WaitReason};
use crate::trace::order::{Holder, Order};
use crate::trace::state::Status;

/// What a lane does during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// A goroutine runs (in a processor's lane) or runs on this processor (in a goroutine's).
    Run(u32),
    /// Runnable, waiting for a processor.
    Ready,
    Wait(WaitReason),
    /// In a blocking call; in a processor's lane: still held by the thread that is in it.
    Call,
    /// A processor nobody holds.
    Idle,
    /// Its thread spins.
    Spin,
    /// Its thread is between two goroutines.
    Look,
}

/// From one column up to another (not included).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) face: Face,
    /// Channel or other object waited for.
    pub(super) object: u32,
    /// Event and time of its beginning, time of its end.
    pub(super) seq: Seq,
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// Something at one moment in a goroutine's lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Born,
    Sent,
    Received,
    Closed,
    Printed,
    Ended,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) col: usize,
    pub(super) g: u32,
    pub(super) mark: Mark,
    pub(super) seq: Seq,
}

/// Who made whom runnable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrow {
    pub(super) col: usize,
    /// Goroutine that did it; 0: a timer, the poller.
    pub(super) by: u32,
    /// The processor it happened on.
    pub(super) p: u8,
    pub(super) to: u32,
    /// A birth, not a wake-up.
    pub(super) birth: bool,
    pub(super) seq: Seq,
}

/// Everything drawn.
pub(super) struct Model {
    /// Event and time of each column.
    pub(super) columns: Vec<(Seq, u64)>,
    pub(super) procs: Vec<Vec<Span>>,
    pub(super) goroutines: BTreeMap<u32, Vec<Span>>,
    pub(super) names: BTreeMap<u32, String>,
    births: BTreeMap<u32, usize>,
    pub(super) points: Vec<Point>,
    pub(super) arrows: Vec<Arrow>,
    /// The engine recorded its scheduler.
    pub(super) scheduled: bool,
    /// Time of the last event.
    pub(super) end: u64,
}

/// A span that goes on.
type Open = (usize, Face, u32, Seq, u64);

struct Maker<'a> {
    rec: &'a Recording,
    order: Order,
    spinning: Vec<u32>,
    m: Model,
    open_p: Vec<Option<Open>>,
    open_g: BTreeMap<u32, Open>,
    /// Object of each waiting goroutine.
    objects: BTreeMap<u32, u32>,
}

impl Model {
    /// Reads a recording.
    pub(super) fn of(rec: &Recording) -> Self {
        let procs = rec.of(Kind::ProcCount).map(|(_, e)| e.a).max().unwrap_or(0).max(u32::from(rec.procs));
        let procs = procs.min(u32::from(NO_P)) as usize;
        let m = Model {
            columns: vec![],
            procs: vec![vec![]; procs],
            goroutines: BTreeMap::new(),
            names: BTreeMap::new(),
            births: BTreeMap::new(),
            points: vec![],
            arrows: vec![],
            scheduled: rec.of(Kind::GoStart).next().is_some(),
            end: rec.events.last().map_or(0, |e| e.time),
        };
        let mut maker = Maker {
            rec,
            order: Order::new(rec),
            spinning: vec![],
            m,
            open_p: vec![None; procs],
            open_g: BTreeMap::new(),
            objects: BTreeMap::new(),
        };
        for (seq, e) in (0..).zip(&rec.events) {
            maker.event(seq, e);
        }
        maker.finish()
    }

    /// The column a goroutine was born in.
    pub(super) fn born_at(&self, g: u32) -> Option<usize> {
        self.births.get(&g).copied()
    }

    /// The name of a goroutine with its number: `G3 worker`.
    pub(super) fn who(&self, g: u32) -> String {
        match self.names.get(&g).map_or("", String::as_str) {
            "" => format!("G{g}"),
            name => format!("G{g} {name}"),
        }
    }
}

impl Maker<'_> {
    fn event(&mut self, seq: Seq, e: &Event) {
        let thread = self.order.thread(e);
        self.order.apply(e, thread);
        match e.kind {
            Kind::SpinStart => self.spinning.push(thread),
            Kind::SpinStop | Kind::ThreadPark => self.spinning.retain(|&m| m != thread),
            Kind::GoPark => _ = self.objects.insert(e.g, e.a),
            Kind::GoCreate => _ = self.m.names.insert(e.a, self.name(e)),
            _ => {}
        }
        let before = self.m.columns.len();
        let mut changed = false;
        for p in 0..self.m.procs.len() {
            changed |= self.turn_p(p, before, seq, e.time);
        }
        let other = if matches!(e.kind, Kind::GoCreate | Kind::GoReady) { e.a } else { 0 };
        for g in [e.g, other].into_iter().filter(|&g| g != 0) {
            changed |= self.turn_g(g, before, seq, e.time);
        }
        changed |= self.moments(before, seq, e);
        if changed {
            self.m.columns.push((seq, e.time));
        }
    }

    fn name(&self, e: &Event) -> String {
        if e.a == 1 { "main".to_owned() } else { self.rec.text(e.b as u32).to_owned() }
    }

    fn turn_p(&mut self, p: usize, col: usize, seq: Seq, now: u64) -> bool {
        let face = match self.order.holder(p as u8) {
            Holder::Unseen | Holder::Idle => Face::Idle,
            Holder::Held { syscall: true, .. } => Face::Call,
            Holder::Held { m, .. } => match self.order.on(m) {
                Some(g) if self.order.status(g) == Status::Running => Face::Run(g),
                _ if self.spinning.contains(&m) => Face::Spin,
                _ => Face::Look,
            },
        };
        let old = self.open_p[p];
        if old.is_some_and(|o| o.1 == face) {
            return false;
        }
        if let Some(o) = old {
            close(&mut self.m.procs[p], o, col, now);
        }
        self.open_p[p] = Some((col, face, 0, seq, now));
        old.is_some()
    }

    fn turn_g(&mut self, g: u32, col: usize, seq: Seq, now: u64) -> bool {
        let object = self.objects.get(&g).copied().unwrap_or(0);
        let face = match self.order.status(g) {
            Status::Unborn | Status::Dead => None,
            Status::Runnable => Some((Face::Ready, 0)),
            Status::Running => Some((Face::Run(self.on_p(g)), 0)),
            Status::Waiting(r) => Some((Face::Wait(r), object)),
            Status::Syscall => Some((Face::Call, 0)),
        };
        let old = self.open_g.get(&g).copied();
        if old.map(|o| (o.1, o.2)) == face {
            return false;
        }
        if let Some(o) = old {
            close(self.m.goroutines.entry(g).or_default(), o, col, now);
            self.open_g.remove(&g);
        }
        if let Some((face, object)) = face {
            self.open_g.insert(g, (col, face, object, seq, now));
        }
        true
    }

    /// The processor a goroutine runs on; [`NO_P`] when it is not known.
    fn on_p(&self, g: u32) -> u32 {
        (0..self.m.procs.len())
            .find(|&p| match self.order.holder(p as u8) {
                Holder::Held { m, .. } => self.order.on(m) == Some(g),
                _ => false,
            })
            .map_or(u32::from(NO_P), |p| p as u32)
    }

    /// Marks and arrows of an event; true when there is any.
    fn moments(&mut self, col: usize, seq: Seq, e: &Event) -> bool {
        let mark = match e.kind {
            Kind::GoCreate => Some((e.a, Mark::Born)),
            Kind::GoEnd => Some((e.g, Mark::Ended)),
            Kind::ChanSendDone => Some((e.g, Mark::Sent)),
            Kind::ChanRecvDone => Some((e.g, Mark::Received)),
            Kind::ChanClose => Some((e.g, Mark::Closed)),
            Kind::Print => Some((e.g, Mark::Printed)),
            _ => None,
        };
        if let Some((g, mark)) = mark.filter(|m| m.0 != 0) {
            self.m.points.push(Point { col, g, mark, seq });
            if mark == Mark::Born {
                self.m.births.insert(g, col);
            }
        }
        let arrow = matches!(e.kind, Kind::GoReady) || (e.kind == Kind::GoCreate && e.g != 0);
        if arrow {
            let birth = e.kind == Kind::GoCreate;
            self.m.arrows.push(Arrow { col, by: e.g, p: e.p, to: e.a, birth, seq });
        }
        mark.is_some() || arrow
    }

    fn finish(mut self) -> Model {
        let (col, now) = (self.m.columns.len(), self.m.end);
        for (p, open) in self.open_p.iter().enumerate() {
            if let Some(o) = open {
                close(&mut self.m.procs[p], *o, col, now);
            }
        }
        for (g, o) in self.open_g {
            close(self.m.goroutines.entry(g).or_default(), o, col, now);
        }
        self.m
    }
}

fn close(lane: &mut Vec<Span>, (from, face, object, seq, begin): Open, to: usize, end: u64) {
    if to > from {
        lane.push(Span { from, to, face, object, seq, begin, end });
    }
}

/// The event behind an arrow, in a few words.
pub(super) fn cause(rec: &Recording, seq: Seq) -> String {
    let Some(e) = rec.events.get(seq as usize) else { return String::new() };
    if e.kind == Kind::GoCreate {
        return "启动".to_owned();
    }
    let cause = rec.events.get(e.cause as usize).filter(|_| e.cause != NO_CAUSE);
    match cause.map(|c| (c.kind, c.a)) {
        Some((Kind::ChanSendDone, ch)) => format!("向 {} 发送，唤醒", rec.chan(ch)),
        Some((Kind::ChanRecvDone, ch)) => format!("从 {} 接收，唤醒", rec.chan(ch)),
        Some((Kind::ChanClose, ch)) => format!("关闭 {}，唤醒", rec.chan(ch)),
        Some((Kind::TimerFire, _)) => "计时器到点，唤醒".to_owned(),
        Some((Kind::NetPoll, _)) => "网络就绪，唤醒".to_owned(),
        Some((Kind::LockRelease | Kind::SemRelease, _)) => "放开，唤醒".to_owned(),
        Some((Kind::WaitGroupAdd, _)) => "计数归零，唤醒".to_owned(),
        Some((Kind::CtxCancel, _)) => "取消 context，唤醒".to_owned(),
        _ => "唤醒".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;

    #[test]
    fn lanes_have_no_gaps_between_birth_and_end() {
        for rec in [fixture::full_ring(), fixture::ping_pong(30)] {
            let m = Model::of(&rec);
            assert!(m.scheduled && m.columns.windows(2).all(|w| w[0].0 < w[1].0));
            for lane in m.procs.iter().chain(m.goroutines.values()) {
                assert!(lane.iter().all(|s| s.from < s.to && s.begin <= s.end), "{lane:?}");
                assert!(lane.windows(2).all(|w| w[0].to == w[1].from), "{lane:?}");
            }
            assert_eq!(m.who(1), "G1 main");
        }
    }

    #[test]
    fn arrows_are_births_and_wakes() {
        let rec = fixture::full_ring();
        let m = Model::of(&rec);
        let told: Vec<(u32, u32, bool)> = m.arrows.iter().map(|a| (a.by, a.to, a.birth)).collect();
        assert_eq!(told, [(1, 2, true), (0, 1, false), (1, 2, false)]);
        assert_eq!(cause(&rec, m.arrows[1].seq), "计时器到点，唤醒");
        assert_eq!(cause(&rec, m.arrows[2].seq), "从 jobs 接收，唤醒");
    }
}
