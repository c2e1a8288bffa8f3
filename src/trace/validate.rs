//! The judge of recordings: what no scheduler and no channel may ever do.
//!
//! The rules about goroutines, threads and processors stand in `trace::order`: they are those Go's own
//! trace reader holds a schedule to. Here are those about time, causes and tables, and those of
//! `runtime/chan.go` about ring and queues. A recording of a mutated run may break the channel rules:
//! that is what mutations are for. Scheduler rules are judged only when the engine recorded its
//! scheduler (`may` does not).
//!
//! | rule | sentence |
//! |---|---|
//! | `time` | time never goes back |
//! | `cause` | a cause is an earlier event |
//! | `table` | processor, text and channel ids exist |
//! | `start` | what let a goroutine start is what made it runnable |
//! | `ready` | a wake-up by nobody has a cause |
//! | `ring` | a ring never holds more than its capacity, gives what was put first, none when empty |
//! | `direct` | no sender waits while the ring has room, no receiver while it holds a value |
use super::event::{Event, Kind, NO_CAUSE, NO_P, Recording, Seq, WaitReason};
use super::order::Order;
use super::rings::Waiter;
use super::state::{State, Status};

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The event that broke it.
    pub seq: Seq,
    /// Name of the rule, as in the table above.
    pub rule: &'static str,
    /// One Chinese sentence.
    pub text: String,
}

/// Faults reported at most; the first is what matters.
const FAULTS_MAX: usize = 100;

/// Everything wrong with a recording, in order of events.
#[must_use]
pub fn validate(rec: &Recording) -> Vec<Fault> {
    let procs = rec.of(Kind::ProcCount).map(|(_, e)| e.a).max().unwrap_or(0).max(u32::from(rec.procs));
    let sched = rec.of(Kind::GoStart).next().is_some();
    let mut judge = Judge { rec, state: State::new(rec), order: Order::new(rec), faults: vec![], sched, procs };
    for (seq, e) in (0..).zip(&rec.events) {
        judge.event(seq, e);
        if judge.faults.len() >= FAULTS_MAX {
            break;
        }
        judge.state.apply(e);
    }
    judge.faults
}

struct Judge<'a> {
    rec: &'a Recording,
    /// For rings and queues.
    state: State,
    /// For the schedule.
    order: Order,
    faults: Vec<Fault>,
    /// The engine recorded its scheduler.
    sched: bool,
    /// The most processors there ever were.
    procs: u32,
}

impl Judge<'_> {
    fn fault(&mut self, seq: Seq, rule: &'static str, text: String) {
        self.faults.push(Fault { seq, rule, text });
    }

    fn event(&mut self, seq: Seq, e: &Event) {
        if e.time < self.state.time {
            self.fault(seq, "time", format!("时间从 {} 退到了 {} ns", self.state.time, e.time));
        }
        if e.cause != NO_CAUSE && e.cause >= seq {
            self.fault(seq, "cause", format!("起因 @{} 不早于它自己", e.cause));
        }
        self.tables(seq, e);
        if self.sched {
            self.schedule(seq, e);
        }
        self.rings(seq, e);
    }

    fn tables(&mut self, seq: Seq, e: &Event) {
        if e.p != NO_P && u32::from(e.p) >= self.procs {
            self.fault(seq, "table", format!("P{} 不存在（共 {} 个）", e.p, self.procs));
        }
        let text = match e.kind {
            Kind::GoCreate | Kind::ChanSend => Some(e.b),
            Kind::ChanWait if e.why == 0 => Some(e.b),
            Kind::ChanRecvDone => Some(e.b),
            Kind::Print | Kind::Note | Kind::Fatal => Some(u64::from(e.a)),
            _ => None,
        };
        if let Some(id) = text.filter(|&id| id as usize >= self.rec.texts.len().max(1)) {
            self.fault(seq, "table", format!("没有编号为 {id} 的文字"));
        }
        let on_chan = matches!(
            e.kind,
            Kind::ChanSend
                | Kind::ChanSendDone
                | Kind::ChanRecv
                | Kind::ChanRecvDone
                | Kind::ChanWait
                | Kind::ChanUnwait
                | Kind::ChanClose
        );
        if on_chan && !self.state.chans.get(e.a as usize).is_some_and(|c| c.made) {
            self.fault(seq, "table", format!("通道 {} 还没有创建", e.a));
        }
    }

    /// The schedule, by the rules of `trace::order`, and the causes it gives.
    fn schedule(&mut self, seq: Seq, e: &Event) {
        let m = self.order.thread(e);
        for (rule, text) in self.order.judge(e, m) {
            self.fault(seq, rule, text);
        }
        self.order.apply(e, m);
        match e.kind {
            Kind::GoReady if e.g == 0 && e.cause == NO_CAUSE => {
                self.fault(seq, "ready", format!("G{} 被唤醒，但没有起因", e.a));
            }
            Kind::GoStart => self.start_cause(seq, e),
            _ => {}
        }
    }

    /// What let a goroutine start must be what made it runnable.
    fn start_cause(&mut self, seq: Seq, e: &Event) {
        let Some(cause) = self.rec.events.get(e.cause as usize).filter(|_| e.cause != NO_CAUSE) else { return };
        let made_runnable = match cause.kind {
            Kind::GoCreate | Kind::GoReady => cause.a == e.g,
            Kind::GoYield | Kind::SyscallExit => cause.g == e.g,
            _ => false,
        };
        if !made_runnable {
            let text = format!("G{} 的起因 @{}（{}）并没有让它可运行", e.g, e.cause, cause.kind.name());
            self.fault(seq, "start", text);
        }
    }

    fn rings(&mut self, seq: Seq, e: &Event) {
        let Some(c) = self.state.chans.get(e.a as usize).filter(|c| c.made) else { return };
        let (len, cap) = (c.len(), c.cap);
        let head = c.ring.get(c.recvx).copied().flatten();
        // A select that another case has won may stand in a queue for a moment: not counted.
        let stands = |w: &&Waiter| {
            matches!(self.state.status(w.g), Status::Waiting(WaitReason::ChanReceive | WaitReason::ChanSend))
        };
        let waiting = (c.sendq.iter().filter(stands).count(), c.recvq.iter().filter(stands).count());
        let name = self.rec.chan(e.a);
        match (e.kind, e.why) {
            (Kind::ChanSendDone, 1) if len >= cap => {
                self.fault(seq, "ring", format!("{name} 的缓冲已满（{len}/{cap}），还放进了一个值"));
            }
            (Kind::ChanRecvDone, 1 | 4) if len == 0 => {
                self.fault(seq, "ring", format!("{name} 的缓冲是空的，却从里面读到了值"));
            }
            (Kind::ChanRecvDone, 1 | 4) if head.is_some_and(|h| self.rec.text(h) != self.rec.text(e.b as u32)) => {
                let (got, first) = (self.rec.text(e.b as u32).to_owned(), self.rec.text(head.unwrap_or(0)).to_owned());
                self.fault(seq, "ring", format!("{name} 读到 {got}，但最早放进去的是 {first}"));
            }
            (Kind::ChanRecvDone, 3) if len > 0 => {
                self.fault(seq, "ring", format!("{name} 里还有 {len} 个值，却读到了零值"));
            }
            (Kind::ChanWait, 0) if len < cap || waiting.1 > 0 => {
                self.fault(seq, "direct", format!("{name} 还放得下（{len}/{cap}）或有人在等，G{} 却排队发送", e.g));
            }
            (Kind::ChanWait, 1) if len > 0 || waiting.0 > 0 => {
                self.fault(seq, "direct", format!("{name} 里有值或有人等着发，G{} 却排队接收", e.g));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{self, Script};

    /// A story without a fault: main creates G2, which waits on a channel and is served.
    fn honest() -> Script {
        let mut s = Script::new(2);
        s.rec = fixture::full_ring();
        s.rec.procs = 2;
        s
    }
    fn find(rec: &Recording, kind: Kind, nth: usize) -> usize {
        rec.of(kind).nth(nth).map(|(i, _)| i as usize).expect("the story has such an event")
    }
    #[track_caller]
    fn caught(rule: &str, lie: impl FnOnce(&mut Recording)) {
        let mut rec = honest().rec;
        assert_eq!(validate(&rec), [], "the story without the lie");
        lie(&mut rec);
        let faults = validate(&rec);
        assert!(faults.iter().any(|f| f.rule == rule), "{rule}: {faults:?}");
    }

    #[test]
    fn honest_stories_pass() {
        assert_eq!(validate(&fixture::ping_pong(50)), []);
        assert_eq!(validate(&fixture::full_ring()), []);
        assert_eq!(validate(&Recording::default()), []);
    }

    #[test]
    fn time_and_causes() {
        caught("time", |r| r.events.last_mut().expect("some").time = 0);
        caught("cause", |r| r.events[2].cause = 2);
        caught("cause", |r| {
            let at = find(r, Kind::GoReady, 0);
            r.events[at].cause = at as u32 + 1;
        });
    }

    #[test]
    fn ids_that_do_not_exist() {
        caught("table", |r| r.events[3].p = 9);
        caught("table", |r| r.events.last_mut().expect("some").p = 2);
        caught("table", |r| {
            let at = find(r, Kind::ChanSend, 0);
            r.events[at].b = 999;
        });
        caught("table", |r| {
            let at = find(r, Kind::ChanMake, 0);
            r.events.remove(at);
            r.events.iter_mut().filter(|e| e.cause != NO_CAUSE && e.cause as usize > at).for_each(|e| e.cause -= 1);
        });
    }

    #[test]
    fn unborn_and_dead_goroutines() {
        caught("born", |r| {
            let at = find(r, Kind::GoCreate, 1);
            r.events[at].a = 7;
        });
        caught("born", |r| {
            let e = r.events[find(r, Kind::GoCreate, 1)];
            r.events.push(Event { time: u64::MAX, g: 1, ..e });
        });
        caught("dead", |r| {
            let e = *r.events.last().expect("some");
            r.events.push(Event { kind: Kind::GoStart, ..e });
        });
        caught("dead", |r| {
            let e = *r.events.last().expect("some");
            r.events.push(Event { kind: Kind::GoReady, a: 2, g: 1, ..e });
        });
        caught("dead", |r| {
            let e = *r.events.last().expect("some");
            r.events.push(Event { kind: Kind::Print, a: 0, ..e });
        });
    }

    #[test]
    fn waking_and_starting() {
        caught("ready", |r| {
            let at = find(r, Kind::GoReady, 0);
            r.events[at].cause = NO_CAUSE;
        });
        caught("ready", |r| {
            let at = find(r, Kind::GoPark, 0);
            r.events[at].kind = Kind::GoYield;
        });
        caught("start", |r| {
            let at = find(r, Kind::GoReady, 0);
            r.events[at].kind = Kind::Note;
            r.events[at].a = 0;
        });
        caught("start", |r| {
            let at = find(r, Kind::GoStart, 2);
            r.events[at].cause = 0;
            r.events[at].g = 1;
            let wrong = find(r, Kind::ChanMake, 0) as u32;
            r.events[at].cause = wrong;
        });
        caught("running", |r| {
            let at = find(r, Kind::ChanClose, 0);
            r.events[at].g = 2;
        });
    }

    #[test]
    fn one_goroutine_one_thread_one_processor() {
        caught("one-g", |r| {
            let at = find(r, Kind::GoPark, 0);
            r.events[at].kind = Kind::Note;
            r.events[at].a = 0;
        });
        caught("one-g", |r| {
            let e = r.events[find(r, Kind::GoStart, 0)];
            r.events.insert(2, Event { p: 1, m: 1, ..e });
        });
        caught("one-m", |r| {
            let at = find(r, Kind::GoStart, 1);
            r.events[at].m = 5;
        });
    }

    #[test]
    fn rings_and_queues() {
        caught("ring", |r| {
            let at = find(r, Kind::ChanMake, 0);
            r.events[at].b = 1;
        });
        caught("ring", |r| {
            let at = find(r, Kind::ChanRecvDone, 1);
            r.events[at].b = u64::from(r.events[find(r, Kind::ChanSend, 0)].b as u32);
        });
        caught("ring", |r| {
            let at = find(r, Kind::ChanRecvDone, 1);
            r.events[at].why = 3;
        });
        caught("ring", |r| {
            let at = find(r, Kind::ChanRecvDone, 3);
            r.events[at].why = 1;
        });
        caught("direct", |r| {
            let at = find(r, Kind::ChanMake, 0);
            r.events[at].b = 3;
        });
        caught("direct", |r| {
            let at = find(r, Kind::ChanWait, 0);
            r.events[at].why = 1;
        });
    }

    #[test]
    fn a_served_waiter_is_out_of_the_queue() {
        let rec = fixture::full_ring();
        let mut state = State::new(&rec);
        rec.events.iter().for_each(|e| state.apply(e));
        assert!(state.chans[0].sendq.is_empty() && state.chans[0].closed && state.chans[0].is_empty());
        assert_eq!(state.status(2), Status::Dead);
        assert_eq!(WaitReason::ChanSend.text(), "chan send");
    }
}
