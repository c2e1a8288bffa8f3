//! Who waited although somebody could have run it; who ran without giving anybody a chance.
use super::{IDLE_NS, LONG_NS, Lint, worst};
use crate::trace::event::{Event, Kind, Recording, Seq};
use crate::trace::state::{State, Status};
use crate::trace::text::time;
use crate::view::explain::who;

/// Stretches of time in which a processor had no thread, oldest first.
#[derive(Default)]
struct Idle {
    past: Vec<(u64, u64)>,
    since: Option<u64>,
}

impl Idle {
    /// How much of `from..to` it was idle; `to` is now.
    fn within(&self, from: u64, to: u64) -> u64 {
        let open = self.since.map_or(0, |s| to.saturating_sub(s.max(from)));
        let recent = self.past.iter().rev().take_while(|(_, end)| *end > from);
        open + recent.map(|(start, end)| end.saturating_sub(*start.max(&from))).sum::<u64>()
    }
}

/// What is known about a goroutine on the way.
#[derive(Clone, Copy, Default)]
struct Track {
    /// When it last did anything while running.
    last: u64,
    seq: Seq,
}

struct Watch<'a> {
    rec: &'a Recording,
    state: State,
    idle: Vec<Idle>,
    tracks: Vec<Track>,
    waited: Vec<Lint>,
    long: Vec<Lint>,
}

/// Both rules in one fold.
pub(super) fn find(rec: &Recording) -> Vec<Lint> {
    let state = State::new(rec);
    let mut w = Watch { rec, state, idle: vec![], tracks: vec![], waited: vec![], long: vec![] };
    for (seq, e) in (0..).zip(&rec.events) {
        w.before(seq, e);
        w.state.apply(e);
        w.after(seq, e);
    }
    w.end();
    let mut all = worst(w.waited);
    all.extend(worst(w.long));
    all
}

impl Watch<'_> {
    fn track(&mut self, g: u32) -> Option<&mut Track> {
        let born = (g as usize) < self.state.gs.len();
        if born && self.tracks.len() < self.state.gs.len() {
            self.tracks.resize(self.state.gs.len(), Track::default());
        }
        self.tracks.get_mut(g as usize)
    }

    fn before(&mut self, seq: Seq, e: &Event) {
        if e.g == 0 {
            return;
        }
        match self.state.status(e.g) {
            Status::Runnable if e.kind == Kind::GoStart => self.started(seq, e.g, e.time),
            Status::Running => self.acted(seq, e.g, e.time),
            _ => {}
        }
    }

    /// A goroutine that could run gets to run, or the recording ends.
    fn started(&mut self, seq: Seq, g: u32, now: u64) {
        let Some(me) = self.state.gs.get(g as usize) else { return };
        let since = me.since;
        if now.saturating_sub(since) < IDLE_NS {
            return;
        }
        let best = (0..).zip(&self.idle).map(|(p, i): (usize, _)| (i.within(since, now), p)).max();
        if let Some((overlap, p)) = best.filter(|(overlap, _)| *overlap >= IDLE_NS) {
            let text = format!(
                "{} 可运行后等了 {}，其间 P{p} 空闲了 {}",
                who(self.rec, &self.state, g),
                time(now - since),
                time(overlap)
            );
            self.waited.push(Lint { rule: "runnable-while-idle", g, seq, n: overlap, text });
        }
    }

    /// A running goroutine does something: a safe point.
    fn acted(&mut self, seq: Seq, g: u32, now: u64) {
        let Some(track) = self.track(g).copied() else { return };
        let ran = now.saturating_sub(track.last);
        if ran >= LONG_NS {
            let asked = match self.state.gs.get(g as usize).and_then(|g| g.asked) {
                Some(at) => format!("；@{at} 请它让出，它没有理会"),
                None => String::new(),
            };
            let name = who(self.rec, &self.state, g);
            let text = format!("{name} 从 @{} 起连续跑了 {}，中间没有安全点{asked}", track.seq, time(ran));
            self.long.push(Lint { rule: "no-safe-point", g, seq: track.seq, n: ran, text });
        }
        if let Some(track) = self.track(g) {
            *track = Track { last: now, seq };
        }
    }

    fn after(&mut self, seq: Seq, e: &Event) {
        if matches!(e.kind, Kind::GoStart | Kind::SyscallExit)
            && let Some(track) = self.track(e.g)
        {
            *track = Track { last: e.time, seq };
        }
        // Only these change who holds a processor.
        let moves = matches!(
            e.kind,
            Kind::ProcStart
                | Kind::ProcStop
                | Kind::GoStart
                | Kind::Retake
                | Kind::ProcCount
                | Kind::StwStart
                | Kind::StwEnd
                | Kind::SyscallExit
        );
        if moves || seq == 0 {
            self.idle.resize_with(self.state.ps.len(), Idle::default);
            for (idle, p) in self.idle.iter_mut().zip(&self.state.ps) {
                let now = p.m.is_none() && self.state.stopped.is_none();
                match (idle.since, now) {
                    (None, true) => idle.since = Some(e.time),
                    (Some(since), false) => {
                        idle.past.push((since, e.time));
                        idle.since = None;
                    }
                    _ => {}
                }
            }
        }
    }

    /// What was under way when the recording ended.
    fn end(&mut self) {
        let (now, seq) = (self.state.time, self.state.seq.saturating_sub(1));
        // The program is over with main: what could still run then was not held up.
        if self.state.status(1) != Status::Dead {
            let left: Vec<u32> =
                self.state.live().filter(|(_, g)| g.status == Status::Runnable).map(|(id, _)| id).collect();
            for g in left {
                self.started(seq, g, now);
            }
        }
        let running: Vec<u32> = self.state.ps.iter().filter_map(|p| p.running).collect();
        for g in running {
            self.acted(seq, g, now);
        }
    }
}
