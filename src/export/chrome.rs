//! Chrome trace JSON, for ui.perfetto.dev.
//!
//! Two processes of tracks: `P` (who held each processor) and `G` (the life of each goroutine).
//! Slices are `X` events that nest (on a track they never overlap at all), wake-ups are flow arrows
//! `s` → `f`, channel operations are instants `i`, names carry a number to sort by.
//!
//! Time: on the virtual platform many events share one moment, and a slice without width cannot be
//! seen. So the drawn clock is the run's clock pushed forward where needed to at least [`STEP_NS`]
//! between two events; the true time and the address of the event are in `args`.
//!
//! Source: "Trace Event Format" (Google, 2016 revision), as Perfetto reads it.
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::trace::event::{Event, Kind, NO_CAUSE, NO_P, Recording, Seq, WaitReason};
use crate::trace::state::{State, Status};
use crate::trace::text::{event_line, time};

/// Least drawn distance between two events, ns.
const STEP_NS: u64 = 100;
/// Process of the processor tracks.
const PROCS: u32 = 1;
/// Process of the goroutine tracks.
const GOROUTINES: u32 = 2;

/// The whole file.
#[must_use]
pub fn trace(rec: &Recording) -> String {
    let mut w = Writer { out: String::from("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"), first: true };
    let drawn = drawn_clock(rec);
    let end = drawn.last().map_or(0, |t| t + STEP_NS);
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
            let at = last.map_or(e.time, |l| e.time.max(l + STEP_NS));
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
    fn event(&mut self, ph: &str, name: &str, (pid, tid): (u32, u32), at: u64, rest: &str) {
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
    let mut meta = |what: &str, track: (u32, u32), name: &str, sort: u32| {
        w.event("M", &format!("{what}_name"), track, 0, &format!(",\"args\":{{\"name\":{}}}", quoted(name)));
        w.event("M", &format!("{what}_sort_index"), track, 0, &format!(",\"args\":{{\"sort_index\":{sort}}}"));
    };
    meta("process", (PROCS, 0), "1 processors", 1);
    meta("process", (GOROUTINES, 0), "2 goroutines", 2);
    for p in 0..u32::from(rec.procs) {
        meta("thread", (PROCS, p + 1), &format!("P{p:02}"), p);
    }
    let mut last = State::new(rec);
    rec.events.iter().for_each(|e| last.apply(e));
    for (id, g) in (0..).zip(&last.gs).filter(|(_, g)| g.status != Status::Unborn) {
        let name = if id == 1 { "main" } else { rec.text(g.name) };
        meta("thread", (GOROUTINES, id), format!("G{id:03} {name}").trim_end(), id);
    }
}

/// A slice that has begun: its name, drawn start, true start, address.
type Open = (String, u64, u64, Seq);

/// What each processor ran and what each goroutine was doing, as slices without gaps in a life.
fn slices(rec: &Recording, drawn: &[u64], end: u64, w: &mut Writer) {
    let mut state = State::new(rec);
    let mut open: HashMap<(u32, u32), Open> = HashMap::new();
    for (seq, e) in (0..).zip(&rec.events) {
        state.apply(e);
        let at = drawn[seq as usize];
        let mut turn = |track: (u32, u32), name: Option<String>| {
            let same = open.get(&track).map(|o| &o.0) == name.as_ref();
            if same {
                return;
            }
            if let Some(o) = open.remove(&track) {
                close(w, track, &o, at, e.time);
            }
            if let Some(name) = name {
                open.insert(track, (name, at, e.time, seq));
            }
        };
        for (p, proc) in (1..).zip(&state.ps) {
            turn((PROCS, p), proc.running.map(|g| label(rec, &state, g)));
        }
        for g in touched(e) {
            turn((GOROUTINES, g), doing(rec, &state, g));
        }
    }
    let true_end = rec.events.last().map_or(0, |e| e.time);
    let mut rest: Vec<_> = open.into_iter().collect();
    rest.sort_by_key(|(track, _)| *track);
    for (track, o) in rest {
        close(w, track, &o, end, true_end);
    }
}

fn close(w: &mut Writer, track: (u32, u32), (name, at, since, seq): &Open, until: u64, now: u64) {
    let lasted = now.saturating_sub(*since);
    let rest = format!(
        ",\"dur\":{},\"args\":{{\"event\":\"@{seq}\",\"time\":\"{}\",\"lasted\":\"{}\"}}",
        micros(until - at),
        time(*since),
        time(lasted)
    );
    w.event("X", name, track, *at, &rest);
}

/// Goroutines whose state an event may change.
fn touched(e: &Event) -> impl Iterator<Item = u32> {
    let other = if matches!(e.kind, Kind::GoCreate | Kind::GoReady) { e.a } else { 0 };
    [e.g, other].into_iter().filter(|&g| g != 0)
}

fn label(rec: &Recording, state: &State, g: u32) -> String {
    let name = if g == 1 { "main" } else { rec.text(state.g(g).name) };
    format!("G{g} {name}").trim_end().to_owned()
}

/// What a goroutine is doing, `None` before its birth and after its end.
fn doing(rec: &Recording, state: &State, g: u32) -> Option<String> {
    Some(match state.status(g) {
        Status::Unborn | Status::Dead => return None,
        Status::Runnable => "runnable".to_owned(),
        Status::Running => "running".to_owned(),
        Status::Syscall => "syscall".to_owned(),
        Status::Waiting(r @ (WaitReason::ChanReceive | WaitReason::ChanSend)) => {
            format!("{} {}", r.text(), rec.chan(state.g(g).object))
        }
        Status::Waiting(r) => r.text().to_owned(),
    })
}

/// An arrow from each wake-up to the moment the woken one runs.
fn flows(rec: &Recording, drawn: &[u64], w: &mut Writer) {
    for (seq, e) in (0..).zip(&rec.events).filter(|(_, e)| e.kind == Kind::GoStart) {
        let Some(cause) = rec.events.get(e.cause as usize) else { continue };
        if e.cause == NO_CAUSE || cause.g == 0 || !matches!(cause.kind, Kind::GoReady | Kind::GoCreate) {
            continue;
        }
        let id = format!(",\"cat\":\"wake\",\"id\":{}", e.cause);
        w.event("s", "wake", (GOROUTINES, cause.g), drawn[e.cause as usize], &id);
        w.event("f", "wake", (GOROUTINES, e.g), drawn[seq as usize], &format!("{id},\"bp\":\"e\""));
    }
}

/// Operations that take no time of their own.
fn instant(rec: &Recording, seq: Seq, e: &Event, at: u64, w: &mut Writer) {
    let name = match e.kind {
        Kind::ChanSendDone | Kind::ChanRecvDone | Kind::ChanClose | Kind::ChanWait | Kind::ChanMiss => {
            format!("{} {}", e.kind.name(), rec.chan(e.a))
        }
        Kind::SelectDone | Kind::CtxCancel | Kind::LockAcquire | Kind::LockRelease | Kind::WaitGroupAdd => {
            e.kind.name().to_owned()
        }
        Kind::Print => format!("print {}", rec.text(e.a)),
        Kind::Note => format!("{} = {}", rec.text(e.a), e.b as i64),
        Kind::Steal | Kind::TimerFire | Kind::Fatal => e.kind.name().to_owned(),
        _ => return,
    };
    let track = match (e.g, e.p) {
        (0, NO_P) => return,
        (0, p) => (PROCS, u32::from(p) + 1),
        (g, _) => (GOROUTINES, g),
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
        assert_eq!(tracks, ["P00", "G001 main", "G002 producer"]);
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
