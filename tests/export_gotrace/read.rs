//! A reader of Go execution traces, format 1.22, small but strict: header, batches and their sizes,
//! tables, and the order of events by Go's rules. It shares no code with the writer.
//!
//! Like Go's reader it takes events thread by thread, the earliest that can happen first; a file whose
//! events cannot all happen is refused. Unlike Go's it also refuses a thread whose time goes back.
//!
//! Source: internal/trace/batch.go, generation.go, order.go (go1.27.3)
use std::collections::{BTreeMap, HashMap, HashSet};

/// What stands in a file.
#[derive(Debug, Default)]
pub struct Trace {
    /// Events in the order in which they can happen.
    pub events: Vec<Event>,
    pub strings: HashMap<u64, String>,
    /// Function names, innermost first.
    pub stacks: HashMap<u64, Vec<String>>,
    /// Sizes of all batches.
    pub batches: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub time: u64,
    pub m: u64,
    /// Context before the event.
    pub p: Option<u64>,
    pub g: Option<u64>,
    pub name: &'static str,
    pub args: Vec<u64>,
}

/// Type, name, number of arguments after the time, positions of stacks and strings among them.
type Spec = (u8, &'static str, usize, &'static [usize], &'static [usize]);
const SPECS: &[Spec] = &[
    (9, "ProcsChange", 2, &[1], &[]),
    (10, "ProcStart", 2, &[], &[]),
    (11, "ProcStop", 0, &[], &[]),
    (12, "ProcSteal", 3, &[], &[]),
    (13, "ProcStatus", 2, &[], &[]),
    (14, "GoCreate", 3, &[1, 2], &[]),
    (16, "GoStart", 2, &[], &[]),
    (17, "GoDestroy", 0, &[], &[]),
    (19, "GoStop", 2, &[1], &[0]),
    (20, "GoBlock", 2, &[1], &[0]),
    (21, "GoUnblock", 3, &[2], &[]),
    (22, "GoSyscallBegin", 2, &[1], &[]),
    (23, "GoSyscallEnd", 0, &[], &[]),
    (24, "GoSyscallEndBlocked", 0, &[], &[]),
    (25, "GoStatus", 3, &[], &[]),
    (26, "STWBegin", 2, &[1], &[0]),
    (27, "STWEnd", 0, &[], &[]),
    (42, "UserRegionBegin", 3, &[2], &[1]),
    (43, "UserRegionEnd", 3, &[2], &[1]),
    (44, "UserLog", 4, &[3], &[1, 2]),
];

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Result<u8, String> {
        let (&b, rest) = self.0.split_first().ok_or("the file ends too early")?;
        self.0 = rest;
        Ok(b)
    }
    fn number(&mut self) -> Result<u64, String> {
        let mut n = 0u64;
        for shift in (0..70).step_by(7) {
            let b = self.byte()?;
            n |= u64::from(b & 0x7f).checked_shl(shift).unwrap_or(0);
            if b < 0x80 {
                return Ok(n);
            }
        }
        Err("a number of more than ten bytes".into())
    }
    fn take(&mut self, n: u64) -> Result<&'a [u8], String> {
        let n = usize::try_from(n).map_err(|e| e.to_string())?;
        if n > self.0.len() {
            return Err(format!("{n} bytes wanted, {} left", self.0.len()));
        }
        let (part, rest) = self.0.split_at(n);
        self.0 = rest;
        Ok(part)
    }
}

/// Reads and judges a file.
///
/// # Errors
/// What is wrong with it.
pub fn read(file: &[u8]) -> Result<Trace, String> {
    let rest = file.strip_prefix(b"go 1.22 trace\0\0\0").ok_or("not the header")?;
    let mut all = Bytes(rest);
    let mut trace = Trace::default();
    let mut threads: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
    let mut raw_stacks: HashMap<u64, Vec<[u64; 4]>> = HashMap::new();
    let mut frequency = None;
    while !all.0.is_empty() {
        if all.byte()? != 1 {
            return Err("something else than a batch".into());
        }
        let (generation, m, time, size) = (all.number()?, all.number()?, all.number()?, all.number()?);
        if generation != 1 || time == 0 || size > 64 << 10 {
            return Err(format!("batch head {generation} {time} {size}"));
        }
        let mut bytes = Bytes(all.take(size)?);
        trace.batches.push(bytes.0.len());
        match (m == u64::MAX, bytes.0.first()) {
            (true, Some(8)) => {
                bytes.byte()?;
                if frequency.replace(bytes.number()?).is_some() {
                    return Err("two frequencies".into());
                }
            }
            (true, Some(2)) => stacks(&mut bytes, &mut raw_stacks)?,
            (true, Some(4)) => strings(&mut bytes, &mut trace.strings)?,
            (true, other) => return Err(format!("table {other:?}")),
            (false, _) => events(&mut bytes, m, time, threads.entry(m).or_default())?,
        }
    }
    if frequency != Some(1_000_000_000) {
        return Err(format!("frequency {frequency:?}"));
    }
    resolve(&mut trace, raw_stacks)?;
    check_tables(&trace, &threads)?;
    order(&mut trace, threads)?;
    Ok(trace)
}

fn stacks(bytes: &mut Bytes, into: &mut HashMap<u64, Vec<[u64; 4]>>) -> Result<(), String> {
    bytes.byte()?;
    while !bytes.0.is_empty() {
        if bytes.byte()? != 3 {
            return Err("something else than a stack".into());
        }
        let (id, n) = (bytes.number()?, bytes.number()?);
        if n > 128 {
            return Err(format!("a stack of {n} frames"));
        }
        let mut frames = vec![];
        for _ in 0..n {
            frames.push([bytes.number()?, bytes.number()?, bytes.number()?, bytes.number()?]);
        }
        if id == 0 || into.insert(id, frames).is_some() {
            return Err(format!("stack {id} twice"));
        }
    }
    Ok(())
}

fn strings(bytes: &mut Bytes, into: &mut HashMap<u64, String>) -> Result<(), String> {
    bytes.byte()?;
    while !bytes.0.is_empty() {
        if bytes.byte()? != 5 {
            return Err("something else than a string".into());
        }
        let (id, len) = (bytes.number()?, bytes.number()?);
        if len > 1024 {
            return Err(format!("a string of {len} bytes"));
        }
        let text = std::str::from_utf8(bytes.take(len)?).map_err(|e| e.to_string())?;
        if id == 0 || into.insert(id, text.to_owned()).is_some() {
            return Err(format!("string {id} twice"));
        }
    }
    Ok(())
}

fn events(bytes: &mut Bytes, m: u64, base: u64, into: &mut Vec<Event>) -> Result<(), String> {
    let mut time = base;
    if into.last().is_some_and(|last| base < last.time) {
        return Err(format!("time goes back on M{m}"));
    }
    while !bytes.0.is_empty() {
        let kind = bytes.byte()?;
        let (_, name, n, _, _) = SPECS.iter().find(|s| s.0 == kind).ok_or(format!("event type {kind}"))?;
        time += bytes.number()?;
        let args = (0..*n).map(|_| bytes.number()).collect::<Result<Vec<u64>, String>>()?;
        into.push(Event { time, m, p: None, g: None, name, args });
    }
    Ok(())
}

fn resolve(trace: &mut Trace, raw: HashMap<u64, Vec<[u64; 4]>>) -> Result<(), String> {
    for (id, frames) in raw {
        let mut names = vec![];
        for [pc, func, file, line] in frames {
            let (Some(f), Some(src)) = (trace.strings.get(&func), trace.strings.get(&file)) else {
                return Err(format!("stack {id} names strings that are not there"));
            };
            if pc == 0 || line == 0 || f.is_empty() || src.is_empty() {
                return Err(format!("stack {id} has an empty frame"));
            }
            names.push(f.clone());
        }
        trace.stacks.insert(id, names);
    }
    Ok(())
}

fn check_tables(trace: &Trace, threads: &BTreeMap<u64, Vec<Event>>) -> Result<(), String> {
    for e in threads.values().flatten() {
        let Some((_, _, _, stacks, strings)) = SPECS.iter().find(|s| s.1 == e.name) else { continue };
        let stack_ok = stacks.iter().all(|&i| e.args[i] == 0 || trace.stacks.contains_key(&e.args[i]));
        let string_ok = strings.iter().all(|&i| e.args[i] == 0 || trace.strings.contains_key(&e.args[i]));
        if !stack_ok || !string_ok {
            return Err(format!("{e:?} names what is in no table"));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Runnable,
    Running,
    Waiting,
    Syscall,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Proc {
    Idle,
    Running,
    Syscall,
}

/// What Go's reader keeps.
#[derive(Default)]
struct World {
    gs: HashMap<u64, (Life, u64)>,
    ps: HashMap<u64, (Proc, u64)>,
    /// Processor and goroutine of each thread.
    ms: HashMap<u64, (Option<u64>, Option<u64>)>,
    stopped: HashSet<u64>,
}

/// Puts the events into an order in which each can happen.
fn order(trace: &mut Trace, threads: BTreeMap<u64, Vec<Event>>) -> Result<(), String> {
    let mut queues: Vec<_> = threads.into_values().map(std::collections::VecDeque::from).collect();
    let mut world = World::default();
    loop {
        queues.retain(|q| !q.is_empty());
        queues.sort_by_key(|q| q[0].time);
        if queues.is_empty() {
            return Ok(());
        }
        let mut moved = false;
        for q in &mut queues {
            let mut e = q[0].clone();
            (e.p, e.g) = world.ms.get(&e.m).copied().unwrap_or_default();
            if world.advance(&e)? {
                q.pop_front();
                trace.events.push(e);
                moved = true;
                break;
            }
        }
        if !moved {
            return Err(format!("nothing can happen next: {:?}", queues.iter().map(|q| &q[0]).collect::<Vec<_>>()));
        }
    }
}

impl World {
    /// False when it cannot happen yet.
    fn advance(&mut self, e: &Event) -> Result<bool, String> {
        let (p, g) = (e.p, e.g);
        match e.name {
            "ProcStatus" => {
                let state = if e.args[1] == 1 { Proc::Running } else { Proc::Idle };
                if self.ps.insert(e.args[0], (state, 0)).is_some_and(|old| old.0 != state) {
                    return Err(format!("status of a known processor: {e:?}"));
                }
                if state == Proc::Running {
                    self.ms.insert(e.m, (Some(e.args[0]), g));
                }
                Ok(true)
            }
            "GoStatus" => {
                let new = self.gs.insert(e.args[0], (Life::Runnable, 0)).is_none();
                if new { Ok(true) } else { Err(format!("status of a known goroutine: {e:?}")) }
            }
            "ProcStart" => {
                let Some((Proc::Idle, seq)) = self.ps.get(&e.args[0]) else { return Ok(false) };
                if e.args[1] != seq + 1 || p.is_some() {
                    return Ok(false);
                }
                self.ps.insert(e.args[0], (Proc::Running, e.args[1]));
                self.ms.insert(e.m, (Some(e.args[0]), g));
                Ok(true)
            }
            "ProcStop" => {
                let p = p.ok_or(format!("no processor to stop: {e:?}"))?;
                self.ps.entry(p).and_modify(|s| s.0 = Proc::Idle);
                self.ms.insert(e.m, (None, g));
                Ok(true)
            }
            "ProcSteal" => self.steal(e),
            "GoCreate" => {
                p.ok_or(format!("created without a processor: {e:?}"))?;
                let new = self.gs.insert(e.args[0], (Life::Runnable, 0)).is_none();
                if new { Ok(true) } else { Err(format!("created twice: {e:?}")) }
            }
            "GoStart" | "GoUnblock" => self.runnable_or_running(e),
            _ => self.of_running(e),
        }
    }

    fn steal(&mut self, e: &Event) -> Result<bool, String> {
        let Some((Proc::Syscall, seq)) = self.ps.get(&e.args[0]) else { return Ok(false) };
        if e.args[1] != seq + 1 {
            return Ok(false);
        }
        let (held, g) = self.ms.get(&e.args[2]).copied().unwrap_or_default();
        if held != Some(e.args[0]) {
            return Err(format!("stolen from one that has it not: {e:?}"));
        }
        self.ps.insert(e.args[0], (Proc::Idle, e.args[1]));
        self.ms.insert(e.args[2], (None, g));
        Ok(true)
    }

    fn runnable_or_running(&mut self, e: &Event) -> Result<bool, String> {
        let (from, to) =
            if e.name == "GoStart" { (Life::Runnable, Life::Running) } else { (Life::Waiting, Life::Runnable) };
        let Some(&(state, seq)) = self.gs.get(&e.args[0]) else { return Ok(false) };
        if state != from || e.args[1] != seq + 1 {
            return Ok(false);
        }
        if to == Life::Running {
            if e.p.is_none() || e.g.is_some() {
                return Err(format!("started where it cannot run: {e:?}"));
            }
            self.ms.insert(e.m, (e.p, Some(e.args[0])));
        }
        self.gs.insert(e.args[0], (to, e.args[1]));
        Ok(true)
    }

    /// Events of the goroutine that the thread runs.
    fn of_running(&mut self, e: &Event) -> Result<bool, String> {
        let blocked_exit = e.name == "GoSyscallEndBlocked";
        if blocked_exit && e.p.and_then(|p| self.ps.get(&p)).is_some_and(|p| p.0 == Proc::Syscall) {
            return Ok(false);
        }
        let g = e.g.ok_or(format!("no goroutine: {e:?}"))?;
        let want = if e.name.starts_with("GoSyscallEnd") { Life::Syscall } else { Life::Running };
        if (e.p.is_none() && !blocked_exit) || self.gs.get(&g).is_none_or(|s| s.0 != want) {
            return Err(format!("not in a state to do it: {e:?}"));
        }
        let mut now = |life: Life| {
            self.gs.entry(g).and_modify(|s| s.0 = life);
        };
        match e.name {
            "GoBlock" => now(Life::Waiting),
            "GoStop" | "GoSyscallEndBlocked" => now(Life::Runnable),
            "GoDestroy" => _ = self.gs.remove(&g),
            "GoSyscallEnd" => now(Life::Running),
            "GoSyscallBegin" => now(Life::Syscall),
            "STWBegin" if !self.stopped.insert(g) => return Err(format!("stopped twice: {e:?}")),
            "STWEnd" if !self.stopped.remove(&g) => return Err(format!("not stopped: {e:?}")),
            _ => return Ok(true),
        }
        match (e.name, e.p.and_then(|p| self.ps.get_mut(&p))) {
            ("GoBlock" | "GoStop" | "GoDestroy" | "GoSyscallEndBlocked", _) => _ = self.ms.insert(e.m, (e.p, None)),
            ("GoSyscallBegin", Some(p)) if e.args[0] == p.1 + 1 => *p = (Proc::Syscall, p.1 + 1),
            ("GoSyscallBegin", _) => return Err(format!("sequence of the processor: {e:?}")),
            ("GoSyscallEnd", Some(p)) if p.0 == Proc::Syscall => p.0 = Proc::Running,
            ("GoSyscallEnd", _) => return Err(format!("its processor is not in a call: {e:?}")),
            _ => {}
        }
        Ok(true)
    }
}
