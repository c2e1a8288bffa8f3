//! Chrome trace JSON, for ui.perfetto.dev.
//!
//! Three processes of tracks: `P` (what each processor ran), `G` (the life of each goroutine), `M`
//! (what each thread did; a blocking call stays with its thread while its processor moves on); a
//! fourth shows when the world was stopped, if it was.
//! Slices are `X` events that nest (on a track they never overlap at all), wake-ups are flow arrows
//! `s` → `f`, channel operations are instants `i`, names carry a number to sort by.
//!
//! Time: on the virtual platform many events share one moment, and a slice without width cannot be
//! seen. So the drawn clock is the run's clock pushed forward where needed to at least [`STEP_NS`]
//! between two events; the true time and the address of the event are in `args`.
//!
//! Source: "Trace Event Format" (Google, 2016 revision), as Perfetto reads it.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::trace::event::{Event, Kind, NO_CAUSE, NO_M, NO_P, Recording, Seq, WaitReason};
use crate::trace::order::{Holder, Order};
use crate::trace::state::Status;
use crate::trace::text::{event_line, time};

/// Least drawn distance between two events, ns.
const STEP_NS: u64 = 100;
/// Process of the processor tracks.
const PROCS: u32 = 1;
/// Process of the goroutine tracks.
const GOROUTINES: u32 = 2;
/// Process of the thread tracks.
const THREADS: u32 = 3;
/// Process of the track that shows when the world was stopped.
const WORLD: u32 = 4;

/// Process and number of a track.
type Track = (u32, u32);

/// The whole file.
#[must_use]
pub fn trace(rec: &Recording) -> String {
    let mut w = Writer { out: String::from("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"), first: true };
    let drawn = drawn_clock(rec);
    let end = drawn.last().map_or(0, |t| t.saturating_add(STEP_NS));
    names(rec, &mut w);
    slices(rec, &drawn, end, &mut w);
    flows(rec, &drawn, &mut w);
    for (seq, e) in (0..).zip(&rec.events) {
        instant(rec, seq, e, drawn[seq as usize], &mut w);
    }
    let _ = write!(
        w.out,
        "\n],\"otherData\":{{\"seed\":{},\"procs\":{},\"truncated\":{}}}}}\n",
        rec.seed, rec.procs, rec.truncated
    );
    w.out
}

/// The drawn time of each event: never earlier than the true one, never two at once.
fn drawn_clock(rec: &Recording) -> Vec<u64> {
    let mut last: Option<u64> = None;
    rec.events
        .iter()
        .map(|e| {
            let at = last.map_or(e.time, |l| e.time.max(l.saturating_add(STEP_NS)));
            last = Some(at);
            at
        })
        .collect()
}

struct Writer {
    out: String,
    first: bool,
}

impl Writer {
    /// One event; `rest` are further members, already JSON, with a leading comma.
    fn event(&mut self, ph: &str, name: &str, (pid, tid): Track, at: u64, rest: &str) {
        if !self.first {
            self.out.push_str(",\n");
        }
        self.first = false;
        let name = quoted(name);
        let _ = write!(
            self.out,
            "{{\"ph\":\"{ph}\",\"name\":{name},\"pid\":{pid},\"tid\":{tid},\"ts\":{}{rest}}}",
            micros(at)
        );
    }
}

/// ns as the µs of the format, exactly.
fn micros(ns: u64) -> String {
    format!("{}.{:03}", ns / 1000, ns % 1000)
}

/// A JSON string.
fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => _ = write!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Names and sort order of processes and tracks.
fn names(rec: &Recording, w: &mut Writer) {
    let mut meta = |what: &str, track: Track, name: &str, sort: u32| {
        w.event("M", &format!("{what}_name"), track, 0, &format!(",\"args\":{{\"name\":{}}}", quoted(name)));
        w.event("M", &format!("{what}_sort_index"), track, 0, &format!(",\"args\":{{\"sort_index\":{sort}}}"));
    };
    meta("process", (PROCS, 0), "1 processors", 1);
    meta("process", (GOROUTINES, 0), "2 goroutines", 2);
    for p in 0..procs(rec) {
        meta("thread", (PROCS, p + 1), &format!("P{p:02}"), p);
    }
    let mut order = Order::new(rec);
    let (mut gs, mut ms, mut stops) = (BTreeMap::new(), BTreeSet::new(), false);
    for e in &rec.events {
        let m = order.thread(e);
        order.apply(e, m);
        ms.insert(m);
        stops |= e.kind == Kind::StwStart;
        if e.kind == Kind::GoCreate {
            gs.insert(e.a, label(rec, e.a, e.b));
        }
    }
    for (id, name) in gs {
        meta("thread", (GOROUTINES, id), name.replacen(&format!("G{id}"), &format!("G{id:03}"), 1).trim_end(), id);
    }
    ms.remove(&u32::from(NO_M));
    if !ms.is_empty() {
        meta("process", (THREADS, 0), "3 threads", 3);
    }
    for m in ms {
        meta("thread", (THREADS, m + 1), &format!("M{m:02}"), m);
    }
    if stops {
        meta("process", (WORLD, 0), "4 world", 4);
        meta("thread", (WORLD, 1), "stopped", 1);
    }
}

/// The most processors there ever were.
fn procs(rec: &Recording) -> u32 {
    rec.of(Kind::ProcCount).map(|(_, e)| e.a).max().unwrap_or(0).max(u32::from(rec.procs)).min(u32::from(NO_P))
}

/// `G3 worker`, from a goroutine's birth.
fn label(rec: &Recording, g: u32, name: u64) -> String {
    let name = if g == 1 { "main" } else { rec.text(name as u32) };
    format!("G{g} {name}").trim_end().to_owned()
}

/// What a track does: cheap to compare, put into words only when it changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    /// A processor or thread runs this goroutine, or is in a blocking call with it.
    With(u32, bool),
    Spinning,
    /// A thread that holds a processor and no goroutine.
    Scheduling,
    Runnable,
    Running,
    Syscall,
    Waiting(WaitReason, u32),
    /// The world is stopped.
    Stopped(u8),
}

/// A slice that has begun: what, drawn start, true start, address.
type Open = (Face, u64, u64, Seq);

/// The slices of all tracks.
struct Slices<'a> {
    rec: &'a Recording,
    order: Order,
    spinning: BTreeSet<u32>,
    /// What each waiting goroutine waits on.
    objects: HashMap<u32, u32>,
    names: HashMap<u32, String>,
    open: BTreeMap<Track, Open>,
    /// Threads seen.
    threads: BTreeSet<u32>,
}

/// What each track did, without gaps in a life.
fn slices(rec: &Recording, drawn: &[u64], end: u64, w: &mut Writer) {
    let mut s = Slices {
        rec,
        order: Order::new(rec),
        spinning: BTreeSet::new(),
        objects: HashMap::new(),
        names: HashMap::new(),
        open: BTreeMap::new(),
        threads: BTreeSet::new(),
    };
    for (seq, e) in (0..).zip(&rec.events) {
        s.event(seq, e, drawn[seq as usize], w);
    }
    let true_end = rec.events.last().map_or(0, |e| e.time);
    for (track, o) in std::mem::take(&mut s.open) {
        s.close(w, track, &o, end, true_end);
    }
}

impl Slices<'_> {
    fn event(&mut self, seq: Seq, e: &Event, at: u64, w: &mut Writer) {
        let thread = self.order.thread(e);
        self.order.apply(e, thread);
        match e.kind {
            Kind::SpinStart => _ = self.spinning.insert(thread),
            Kind::SpinStop | Kind::ThreadPark => _ = self.spinning.remove(&thread),
            Kind::GoPark => _ = self.objects.insert(e.g, e.a),
            Kind::GoCreate => _ = self.names.insert(e.a, label(self.rec, e.a, e.b)),
            _ => {}
        }
        let here = (at, e.time, seq);
        for p in [e.p].into_iter().filter(|&p| p != NO_P) {
            let face = self.of_proc(p);
            self.turn((PROCS, u32::from(p) + 1), face, here, w);
        }
        let robbed = (e.kind == Kind::Retake).then(|| self.order.robbed(e));
        if e.m != NO_M {
            self.threads.insert(thread);
        }
        for m in [Some(thread), robbed].into_iter().flatten() {
            if !self.threads.contains(&m) {
                continue;
            }
            let face = self.of_thread(m);
            self.turn((THREADS, m + 1), face, here, w);
        }
        for g in touched(e) {
            let face = self.of_goroutine(g);
            self.turn((GOROUTINES, g), face, here, w);
        }
        match e.kind {
            Kind::StwStart => self.turn((WORLD, 1), Some(Face::Stopped(e.why)), here, w),
            Kind::StwEnd => self.turn((WORLD, 1), None, here, w),
            _ => {}
        }
    }

    fn of_proc(&self, p: u8) -> Option<Face> {
        let Holder::Held { m, .. } = self.order.holder(p) else { return None };
        let g = self.order.on(m)?;
        Some(Face::With(g, self.order.status(g) == Status::Syscall))
    }

    fn of_thread(&self, m: u32) -> Option<Face> {
        match self.order.on(m) {
            Some(g) => Some(Face::With(g, self.order.status(g) == Status::Syscall)),
            None if self.spinning.contains(&m) => Some(Face::Spinning),
            None => self.order.held(m).map(|_| Face::Scheduling),
        }
    }

    /// `None` before its birth and after its end.
    fn of_goroutine(&self, g: u32) -> Option<Face> {
        Some(match self.order.status(g) {
            Status::Unborn | Status::Dead => return None,
            Status::Runnable => Face::Runnable,
            Status::Running => Face::Running,
            Status::Syscall => Face::Syscall,
            Status::Waiting(r) => Face::Waiting(r, self.objects.get(&g).copied().unwrap_or(0)),
        })
    }

    /// A track does something else from here on, `(drawn, true, address)`.
    fn turn(&mut self, track: Track, face: Option<Face>, (at, now, seq): (u64, u64, Seq), w: &mut Writer) {
        if self.open.get(&track).map(|o| o.0) == face {
            return;
        }
        if let Some(o) = self.open.remove(&track) {
            self.close(w, track, &o, at, now);
        }
        if let Some(face) = face {
            self.open.insert(track, (face, at, now, seq));
        }
    }

    fn close(&self, w: &mut Writer, track: Track, &(face, at, since, seq): &Open, until: u64, now: u64) {
        let lasted = now.saturating_sub(since);
        let rest = format!(
            ",\"dur\":{},\"args\":{{\"event\":\"@{seq}\",\"time\":\"{}\",\"lasted\":\"{}\"}}",
            micros(until - at),
            time(since),
            time(lasted)
        );
        w.event("X", &self.words(face), track, at, &rest);
    }

    fn words(&self, face: Face) -> String {
        match face {
            Face::With(g, in_call) => {
                let name = self.names.get(&g).cloned().unwrap_or_else(|| format!("G{g}"));
                if in_call { format!("syscall {name}") } else { name }
            }
            Face::Spinning => "spinning".to_owned(),
            Face::Scheduling => "scheduling".to_owned(),
            Face::Runnable => "runnable".to_owned(),
            Face::Running => "running".to_owned(),
            Face::Syscall => "syscall".to_owned(),
            Face::Waiting(r @ (WaitReason::ChanReceive | WaitReason::ChanSend), object) => {
                format!("{} {}", r.text(), self.rec.chan(object))
            }
            Face::Waiting(r, _) => r.text().to_owned(),
            Face::Stopped(why) => ["gomaxprocs", "GC", "dump"][usize::from(why.min(2))].to_owned(),
        }
    }
}

/// Goroutines whose state an event may change.
fn touched(e: &Event) -> impl Iterator<Item = u32> {
    let other = if matches!(e.kind, Kind::GoCreate | Kind::GoReady) { e.a } else { 0 };
    [e.g, other].into_iter().filter(|&g| g != 0)
}

/// An arrow from each wake-up and birth to the moment the goroutine runs; from the thread's track when
/// no goroutine did it (a timer, the poller).
fn flows(rec: &Recording, drawn: &[u64], w: &mut Writer) {
    for (seq, e) in (0..).zip(&rec.events).filter(|(_, e)| e.kind == Kind::GoStart) {
        let Some(cause) = rec.events.get(e.cause as usize).filter(|_| e.cause != NO_CAUSE) else { continue };
        let from = match (cause.g, cause.m) {
            (0, NO_M) => continue,
            (0, m) => (THREADS, u32::from(m) + 1),
            (g, _) => (GOROUTINES, g),
        };
        if !matches!(cause.kind, Kind::GoReady | Kind::GoCreate) {
            continue;
        }
        let id = format!(",\"cat\":\"wake\",\"id\":{}", e.cause);
        w.event("s", "wake", from, drawn[e.cause as usize], &id);
        w.event("f", "wake", (GOROUTINES, e.g), drawn[seq as usize], &format!("{id},\"bp\":\"e\""));
    }
}

/// Operations that take no time of their own.
fn instant(rec: &Recording, seq: Seq, e: &Event, at: u64, w: &mut Writer) {
    let name = match e.kind {
        Kind::ChanSendDone | Kind::ChanRecvDone | Kind::ChanClose | Kind::ChanWait | Kind::ChanMiss => {
            format!("{} {}", e.kind.name(), rec.chan(e.a))
        }
        Kind::Print => format!("print {}", rec.text(e.a)),
        Kind::Note => format!("{} = {}", rec.text(e.a), e.b as i64),
        Kind::PreemptAsk => format!("{} G{}", e.kind.name(), e.a),
        Kind::SelectDone
        | Kind::CtxCancel
        | Kind::LockAcquire
        | Kind::LockRelease
        | Kind::WaitGroupAdd
        | Kind::Steal
        | Kind::TimerFire
        | Kind::Fatal
        | Kind::Retake
        | Kind::Signal
        | Kind::NetPoll
        | Kind::NetBreak
        | Kind::GcForced
        | Kind::ProcCount
        | Kind::LockThread
        | Kind::UnlockThread
        | Kind::ThreadEnd
        | Kind::CgoCall
        | Kind::CgoCallback
        | Kind::StackGrow
        | Kind::StackShrink => e.kind.name().to_owned(),
        _ => return,
    };
    let track = match (e.kind, e.g, e.p, e.m) {
        // Done to a processor, whoever does it.
        (Kind::Retake | Kind::PreemptAsk, _, p, _) if p != NO_P => (PROCS, u32::from(p) + 1),
        (_, 0, NO_P, NO_M) => return,
        (_, 0, NO_P, m) => (THREADS, u32::from(m) + 1),
        (_, 0, p, _) => (PROCS, u32::from(p) + 1),
        (_, g, ..) => (GOROUTINES, g),
    };
    let line = event_line(rec, seq);
    w.event("i", &name, track, at, &format!(",\"s\":\"t\",\"args\":{{\"event\":{}}}", quoted(line.trim())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;
    use serde_json::Value;

    /// The rules of the format that Perfetto needs, and our own promises.
    fn check(text: &str) -> Vec<Value> {
        let root: Value = serde_json::from_str(text).expect("it is JSON");
        let events = root["traceEvents"].as_array().expect("an array of events").clone();
        let mut ends: HashMap<(u64, u64), f64> = HashMap::new();
        let mut slices: Vec<(u64, u64, f64, f64)> = vec![];
        let mut flows: HashMap<u64, Vec<String>> = HashMap::new();
        for e in &events {
            let ph = e["ph"].as_str().expect("a phase");
            assert!(["X", "M", "s", "f", "i"].contains(&ph), "{e}");
            assert!(e["name"].is_string() && e["ts"].as_f64().is_some_and(|t| t >= 0.0), "{e}");
            let (pid, tid) = (e["pid"].as_u64().expect("pid"), e["tid"].as_u64().expect("tid"));
            match ph {
                "X" => {
                    let (ts, dur) = (e["ts"].as_f64().expect("ts"), e["dur"].as_f64().expect("dur"));
                    assert!(dur > 0.0, "a slice without width cannot be seen: {e}");
                    slices.push((pid, tid, ts, dur));
                }
                "s" | "f" => flows.entry(e["id"].as_u64().expect("id")).or_default().push(ph.to_owned()),
                "i" => assert_eq!(e["s"], "t"),
                _ => assert!(e["args"].is_object(), "{e}"),
            }
        }
        slices.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        for (pid, tid, ts, dur) in slices {
            let end = ends.entry((pid, tid)).or_insert(0.0);
            assert!(ts >= *end - 1e-6, "slices overlap on {pid}/{tid} at {ts}");
            *end = ts + dur;
        }
        assert!(flows.values().all(|f| f == &["s", "f"]), "{flows:?}");
        events
    }

    #[test]
    fn it_keeps_the_rules_of_the_format() {
        for rec in [fixture::full_ring(), fixture::ping_pong(40), Recording::default()] {
            check(&trace(&rec));
        }
        let events = check(&trace(&fixture::full_ring()));
        let named = |n: &str| events.iter().filter(|e| e["name"] == n).count();
        assert_eq!(named("chan send jobs"), 1);
        assert!(named("wake") >= 2 && named("chan-close jobs") == 1);
        let tracks: Vec<&str> =
            events.iter().filter(|e| e["name"] == "thread_name").filter_map(|e| e["args"]["name"].as_str()).collect();
        assert_eq!(tracks, ["P00", "G001 main", "G002 producer", "M00"]);
    }

    #[test]
    fn events_of_one_moment_are_spread_and_the_true_time_kept() {
        let mut rec = fixture::full_ring();
        rec.events.iter_mut().for_each(|e| e.time = 0);
        let drawn = drawn_clock(&rec);
        assert!(drawn.windows(2).all(|w| w[0] < w[1]));
        let events = check(&trace(&rec));
        assert!(events.iter().filter(|e| e["ph"] == "X").all(|e| e["args"]["lasted"] == "0ns"));
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quoted("a\"\\\n\u{1}中"), "\"a\\\"\\\\\\n\\u0001中\"");
    }
}
