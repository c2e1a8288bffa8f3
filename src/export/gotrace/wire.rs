//! Bytes of Go's execution trace, format 1.22: header, batches, tables.
//!
//! A file is the header and then batches of at most [`BATCH_MAX`] bytes, each with generation, thread,
//! base time and exact length. A batch holds either events of one thread (each: type, time since the
//! one before, arguments; all numbers as varints) or one of three tables: frequency, stacks, strings.
//!
//! Invariants
//!   W1  within a thread's batches events stand in the order they were put; when time goes back a new
//!       batch begins there, because a difference cannot be negative: a lie about time stays visible
//!   W2  a string or stack gets its number at first use and stands in its table once; 0 is "none"
//!
//! Source: internal/trace/tracev2/events.go, batch.go, generation.go (go1.27.3)
use std::collections::{BTreeMap, HashMap};

/// First bytes of a file.
const HEADER: &[u8; 16] = b"go 1.22 trace\0\0\0";
/// Largest batch a reader accepts.
const BATCH_MAX: usize = 64 << 10;
/// Room for one more event: a type and at most six varints.
const EVENT_MAX: usize = 1 + 6 * 10;
/// Longest string a reader accepts, in bytes.
const STRING_MAX: usize = 1 << 10;
/// The only generation.
const GENERATION: u64 = 1;
/// "No thread": the owner of tables.
const NO_THREAD: u64 = u64::MAX;
/// Time of the tables, the zero point of a file; 0 means "unset" to the reader.
pub(super) const TIME_ZERO: u64 = 1;
/// Time units in a second: ours are ns.
const FREQUENCY: u64 = 1_000_000_000;

const EVENT_BATCH: u8 = 1;
const STACKS: u8 = 2;
const STACK: u8 = 3;
const STRINGS: u8 = 4;
const STRING: u8 = 5;
const FREQUENCY_EVENT: u8 = 8;

/// Events used, with Go's numbers. Arguments follow the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Ev {
    /// procs, stack
    ProcsChange = 9,
    /// p, seq of p
    ProcStart = 10,
    ProcStop = 11,
    /// p, seq of p, thread it is taken from
    ProcSteal = 12,
    /// p, status
    ProcStatus = 13,
    /// new g, its stack, creator's stack
    GoCreate = 14,
    /// g, seq of g
    GoStart = 16,
    GoDestroy = 17,
    /// reason, stack
    GoStop = 19,
    /// reason, stack
    GoBlock = 20,
    /// g, seq of g, stack
    GoUnblock = 21,
    /// seq of p, stack
    GoSyscallBegin = 22,
    GoSyscallEnd = 23,
    GoSyscallEndBlocked = 24,
    /// g, thread, status
    GoStatus = 25,
    /// kind, stack
    StwBegin = 26,
    StwEnd = 27,
    /// task, name, stack
    UserRegionBegin = 42,
    /// task, name, stack
    UserRegionEnd = 43,
    /// task, category, message, stack
    UserLog = 44,
}

/// `ProcStatus`: the processor has a thread.
pub(super) const P_RUNNING: u64 = 1;
/// `ProcStatus`: nobody has it.
pub(super) const P_IDLE: u64 = 2;
/// `GoStatus`: it waits for a processor.
pub(super) const G_RUNNABLE: u64 = 1;

/// A file being written.
#[derive(Default)]
pub(super) struct Wire {
    threads: BTreeMap<u32, Stream>,
    strings: HashMap<String, u64>,
    string_order: Vec<String>,
    stacks: HashMap<Vec<u64>, u64>,
    stack_order: Vec<Vec<u64>>,
    /// Function name and line of each frame; number = index + 1.
    frames: Vec<(u64, u64)>,
    frame_of: HashMap<u64, u64>,
}

/// The batches of one thread.
#[derive(Default)]
struct Stream {
    /// Base time and bytes.
    batches: Vec<(u64, Vec<u8>)>,
    last: u64,
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

impl Wire {
    /// Puts an event at the end of a thread's events.
    pub(super) fn event(&mut self, thread: u32, time: u64, ev: Ev, args: &[u64]) {
        let s = self.threads.entry(thread).or_default();
        let full = s.batches.last().is_none_or(|(_, b)| b.len() + EVENT_MAX > BATCH_MAX);
        if full || time < s.last {
            s.batches.push((time, vec![]));
            s.last = time;
        }
        let Some((_, bytes)) = s.batches.last_mut() else { return };
        bytes.push(ev as u8);
        varint(bytes, time - s.last);
        s.last = time;
        for &a in args {
            varint(bytes, a);
        }
    }

    /// The number of a string; what is too long for the format is cut with a mark.
    pub(super) fn string(&mut self, s: &str) -> u64 {
        if s.is_empty() {
            return 0;
        }
        let s = cut(s);
        if let Some(&id) = self.strings.get(s.as_ref()) {
            return id;
        }
        self.string_order.push(s.clone().into_owned());
        let id = self.string_order.len() as u64;
        self.strings.insert(s.into_owned(), id);
        id
    }

    /// The number of a stack, innermost function first. A function's line is that of its first use.
    pub(super) fn stack(&mut self, functions: &[&str], line: u64) -> u64 {
        let mut key = vec![];
        for name in functions.iter().filter(|n| !n.is_empty()) {
            let name = self.string(name);
            let next = self.frames.len() as u64 + 1;
            let frame = *self.frame_of.entry(name).or_insert(next);
            if frame == next {
                self.frames.push((name, line));
            }
            key.push(frame);
        }
        if key.is_empty() {
            return 0;
        }
        let next = self.stack_order.len() as u64 + 1;
        let id = *self.stacks.entry(key.clone()).or_insert(next);
        if id == next {
            self.stack_order.push(key);
        }
        id
    }

    /// The whole file; `file` is the name every frame gives as its source.
    pub(super) fn finish(mut self, file: &str) -> Vec<u8> {
        let file = self.string(file);
        let mut out = HEADER.to_vec();
        for (&thread, s) in &self.threads {
            for (time, bytes) in &s.batches {
                batch(&mut out, u64::from(thread), *time, bytes);
            }
        }
        let mut frequency = vec![FREQUENCY_EVENT];
        varint(&mut frequency, FREQUENCY);
        batch(&mut out, NO_THREAD, TIME_ZERO, &frequency);
        let stacks = (1..).zip(&self.stack_order).map(|(id, key)| self.stack_entry(id, key, file));
        table(&mut out, STACKS, stacks);
        let strings = (1..).zip(&self.string_order).map(|(id, s)| {
            let mut entry = vec![STRING];
            varint(&mut entry, id);
            varint(&mut entry, s.len() as u64);
            entry.extend(s.as_bytes());
            entry
        });
        table(&mut out, STRINGS, strings);
        out
    }

    fn stack_entry(&self, id: u64, key: &[u64], file: u64) -> Vec<u8> {
        let mut entry = vec![STACK];
        varint(&mut entry, id);
        varint(&mut entry, key.len() as u64);
        for &frame in key {
            let (name, line) = self.frames[frame as usize - 1];
            for n in [frame, name, file, line.max(1)] {
                varint(&mut entry, n);
            }
        }
        entry
    }
}

/// At most [`STRING_MAX`] bytes, cut between characters.
fn cut(s: &str) -> std::borrow::Cow<'_, str> {
    const MARK: &str = "…";
    if s.len() <= STRING_MAX {
        return s.into();
    }
    let mut at = STRING_MAX - MARK.len();
    while !s.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{MARK}", &s[..at]).into()
}

fn batch(out: &mut Vec<u8>, thread: u64, time: u64, bytes: &[u8]) {
    debug_assert!(bytes.len() <= BATCH_MAX, "{} bytes", bytes.len());
    out.push(EVENT_BATCH);
    for n in [GENERATION, thread, time, bytes.len() as u64] {
        varint(out, n);
    }
    out.extend(bytes);
}

/// A table in as many batches as it needs, each with its mark first.
fn table(out: &mut Vec<u8>, mark: u8, entries: impl Iterator<Item = Vec<u8>>) {
    let mut bytes = vec![mark];
    for entry in entries {
        if bytes.len() + entry.len() > BATCH_MAX {
            batch(out, NO_THREAD, TIME_ZERO, &bytes);
            bytes = vec![mark];
        }
        bytes.extend(entry);
    }
    batch(out, NO_THREAD, TIME_ZERO, &bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_as_go_writes_them() {
        let mut out = vec![];
        for n in [0, 127, 128, 300, u64::MAX] {
            varint(&mut out, n);
        }
        let max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(out, [&[0, 127, 0x80, 1, 0xac, 2][..], &max].concat());
    }

    #[test]
    fn strings_and_stacks_stand_once_and_long_ones_are_cut() {
        let mut w = Wire::default();
        assert_eq!([w.string("a"), w.string("b"), w.string("a"), w.string("")], [1, 2, 1, 0]);
        let (one, two) = (w.stack(&["f", "main"], 3), w.stack(&["g", "main"], 4));
        assert_eq!([one, two, w.stack(&["f", "main"], 9), w.stack(&["", ""], 9)], [1, 2, 1, 0]);
        assert_eq!(w.frames.len(), 3);
        let long = "长".repeat(1000);
        let cut = cut(&long);
        assert!(cut.len() <= STRING_MAX && cut.ends_with('…') && cut.len() > STRING_MAX - 6, "{}", cut.len());
    }

    #[test]
    fn a_batch_is_never_too_large_and_time_that_goes_back_begins_a_new_one() {
        let mut w = Wire::default();
        for i in 0..20_000 {
            w.event(0, i, Ev::GoUnblock, &[u64::MAX, u64::MAX, i]);
        }
        w.event(0, 5, Ev::ProcStop, &[]);
        let sizes: Vec<usize> = w.threads[&0].batches.iter().map(|b| b.1.len()).collect();
        assert!(sizes.len() > 5 && sizes.iter().all(|&s| s <= BATCH_MAX), "{sizes:?}");
        assert_eq!(w.threads[&0].batches.last(), Some(&(5, vec![Ev::ProcStop as u8, 0])));
    }
}
