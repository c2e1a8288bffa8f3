//! Who holds what: the schedule as Go's own trace reader follows it, and what it may never do.
//!
//! A thread (M) holds at most one processor (P) and runs at most one goroutine (G); every event
//! either keeps that so or is a fault. The state is kept apart from `trace::state` on purpose: that
//! fold is lenient for the views, this one is strict, and two folds that agree are worth more.
//!
//! Invariants
//!   O1  [`Order::judge`] changes nothing, [`Order::apply`] judges nothing: a recording with a fault
//!       can be followed to its end, and the exporter can follow it without repairing it
//!   O2  a processor is `Unseen` until first named, as in Go's format, where a status event brings it
//!       in: a recording without `ProcStart` (hand-made, or begun in the middle) is no fault
//!   O3  threads 254 and above share one number in an event. Then a thread is known by what it holds
//!       (its processor, its goroutine); one that holds nothing is like any other
//!
//! | rule | sentence |
//! |---|---|
//! | `born` | a goroutine is created once, and never started before |
//! | `dead` | a dead goroutine does nothing and is not woken |
//! | `ready` | only a waiting goroutine is made ready |
//! | `start` | only a runnable goroutine starts |
//! | `one-g` | a thread runs one goroutine, a goroutine one thread |
//! | `one-m` | a processor belongs to one thread, is taken only when free, given up only by its holder |
//! | `no-p` | a goroutine starts, creates and goes on only where its thread holds the processor |
//! | `running` | only a running goroutine acts, and on its own thread |
//! | `syscall` | a blocking call ends once, after it began |
//! | `retake` | a processor is taken away only from a thread in a blocking call |
//! | `locked` | a locked goroutine runs on its thread alone, and that thread runs it alone |
//! | `thread` | a thread starts once, takes nothing up after its end; asleep it holds no processor |
//! | `stw` | the world is stopped once before it goes on |
//!
//! Source: internal/trace/order.go and testtrace/validation.go (go1.27.3); `locked` and `thread` are
//! ours, Go's format does not carry them.
use super::event::{Event, Kind, NO_P, Recording, WaitReason};
use super::state::Status;

/// Threads from here on share a number.
const SHARED_M: u8 = 254;
/// Numbers given to threads that share one (O3).
const OWN_M: u32 = 1000;
/// Larger ids are not followed: a damaged file must not eat the memory.
const ID_MAX: u32 = 1 << 22;

/// A broken rule: its name and one Chinese sentence.
pub type Broken = (&'static str, String);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct G {
    status: Status,
    /// The thread that runs it or is in a blocking call with it.
    m: Option<u32>,
    locked: Option<u32>,
}

/// Where a processor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// Not named so far (O2).
    #[default]
    Unseen,
    Idle,
    Held {
        m: u32,
        /// Its thread is in a blocking call: it may be taken away.
        syscall: bool,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct M {
    p: Option<u8>,
    g: Option<u32>,
    locked: Option<u32>,
    started: bool,
    ended: bool,
}

/// The schedule after some number of events.
#[derive(Clone, Debug, Default)]
pub struct Order {
    gs: Vec<G>,
    ps: Vec<Holder>,
    ms: Vec<M>,
    /// There are threads that share a number (O3).
    crowded: bool,
    /// Threads above [`OWN_M`] that may hold nothing.
    spare: Vec<u32>,
    next_m: u32,
    stopped: bool,
}

fn place<T: Default + Clone>(items: &mut Vec<T>, at: u32) -> Option<&mut T> {
    if at >= ID_MAX {
        return None;
    }
    if items.len() <= at as usize {
        items.resize(at as usize + 1, T::default());
    }
    items.get_mut(at as usize)
}

/// Things only a running goroutine does.
#[must_use]
pub fn is_act(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::GoPark
            | Kind::GoYield
            | Kind::GoEnd
            | Kind::SyscallEnter
            | Kind::ChanMake
            | Kind::ChanSend
            | Kind::ChanSendDone
            | Kind::ChanRecv
            | Kind::ChanRecvDone
            | Kind::ChanWait
            | Kind::ChanClose
            | Kind::Select
            | Kind::SelectDone
            | Kind::LockAcquire
            | Kind::LockRelease
            | Kind::LockThread
            | Kind::UnlockThread
            | Kind::CgoCall
            | Kind::Print
            | Kind::Burn
    )
}

impl Order {
    /// Before the first event.
    #[must_use]
    pub fn new(rec: &Recording) -> Self {
        let crowded = rec.of(Kind::ThreadStart).any(|(_, e)| e.a > u32::from(SHARED_M));
        Self { crowded, next_m: OWN_M, ..Self::default() }
    }

    /// The thread an event happened on. To be asked once for each event, before it is applied;
    /// 255 stands for everything outside the run's threads.
    pub fn thread(&mut self, e: &Event) -> u32 {
        if e.m != SHARED_M || !self.crowded {
            return u32::from(e.m);
        }
        let of_g = self.gs.get(e.g as usize).and_then(|g| g.m).filter(|&m| m >= OWN_M);
        let of_p = match self.holder(e.p) {
            Holder::Held { m, .. } if m >= OWN_M => Some(m),
            _ => None,
        };
        if let Some(m) = of_g.filter(|_| e.g != 0).or(of_p) {
            return m;
        }
        while let Some(m) = self.spare.pop() {
            if self.m(m).p.is_none() && self.m(m).g.is_none() {
                return m;
            }
        }
        self.next_m += 1;
        self.next_m
    }

    fn m(&self, m: u32) -> M {
        self.ms.get(m as usize).copied().unwrap_or_default()
    }

    fn g(&self, g: u32) -> G {
        self.gs.get(g as usize).copied().unwrap_or_default()
    }

    /// What the goroutine is doing.
    #[must_use]
    pub fn status(&self, g: u32) -> Status {
        self.g(g).status
    }

    /// The processor a thread holds.
    #[must_use]
    pub fn held(&self, m: u32) -> Option<u8> {
        self.m(m).p
    }

    /// The goroutine a thread runs, or is in a blocking call with.
    #[must_use]
    pub fn on(&self, m: u32) -> Option<u32> {
        self.m(m).g
    }

    /// Where a processor is.
    #[must_use]
    pub fn holder(&self, p: u8) -> Holder {
        self.ps.get(usize::from(p)).copied().unwrap_or_default()
    }

    /// The thread a `Retake` takes from, as [`Order::thread`] numbers threads.
    #[must_use]
    pub fn robbed(&self, e: &Event) -> u32 {
        match self.holder(e.p) {
            Holder::Held { m, .. } if e.a >= u32::from(SHARED_M) => m,
            _ => e.a,
        }
    }

    /// Every rule the event would break, were it applied now. `m` is what [`Order::thread`] said.
    #[must_use]
    pub fn judge(&self, e: &Event, m: u32) -> Vec<Broken> {
        let mut out = vec![];
        let takes = matches!(e.kind, Kind::ProcStart | Kind::GoStart | Kind::SpinStart);
        if takes && self.m(m).ended {
            out.push(("thread", format!("M{m} 已经退出，却还有 {}", e.kind.name())));
        }
        match e.kind {
            Kind::GoCreate if self.status(e.a) != Status::Unborn => {
                out.push(("born", format!("G{} 第二次被创建", e.a)));
            }
            Kind::GoStart => self.judge_start(e, m, &mut out),
            Kind::GoReady => match self.status(e.a) {
                Status::Waiting(_) => {}
                Status::Dead => out.push(("dead", format!("G{} 已经结束，却又被唤醒", e.a))),
                other => out.push(("ready", format!("G{} 并没有在等待（{other:?}），却被唤醒", e.a))),
            },
            Kind::ProcStart => self.judge_take(e, m, &mut out),
            Kind::ProcStop if self.m(m).p != Some(e.p) => {
                out.push(("one-m", format!("P{} 不在 M{m} 手里，M{m} 却交出了它", e.p)));
            }
            Kind::ProcStop => self.judge_stop(e, m, &mut out),
            Kind::SyscallExit => self.judge_exit(e, m, &mut out),
            Kind::Retake => {
                let from = self.robbed(e);
                if self.holder(e.p) != (Holder::Held { m: from, syscall: true }) {
                    out.push(("retake", format!("P{} 并不在阻塞调用中的 M{from} 手里，却被收走", e.p)));
                }
            }
            Kind::ThreadStart | Kind::ThreadEnd | Kind::ThreadPark => self.judge_thread(e, m, &mut out),
            Kind::StwStart if self.stopped => out.push(("stw", "世界已经停住，又停了一次".into())),
            Kind::StwEnd if !self.stopped => out.push(("stw", "世界没有停住，却又恢复".into())),
            _ => {}
        }
        if is_act(e.kind) && e.g != 0 {
            self.judge_act(e, m, &mut out);
        }
        out
    }

    fn judge_start(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        let g = self.g(e.g);
        match g.status {
            Status::Runnable => {}
            Status::Unborn => out.push(("born", format!("G{} 还没有创建就开始运行", e.g))),
            Status::Dead => out.push(("dead", format!("G{} 已经结束，却又开始运行", e.g))),
            Status::Running => out.push(("one-g", format!("G{} 正在运行，又在别处开始运行", e.g))),
            Status::Waiting(r) => {
                out.push(("start", format!("G{} 还在等（{}），没有被唤醒就开始运行", e.g, r.text())));
            }
            Status::Syscall => out.push(("start", format!("G{} 还在阻塞调用里就开始运行", e.g))),
        }
        if let Some(other) = self.m(m).g.filter(|&o| o != e.g) {
            out.push(("one-g", format!("M{m} 上 G{other} 还没离开，G{} 就开始运行", e.g)));
        }
        match (self.m(m).p, self.holder(e.p)) {
            (Some(p), _) if p == e.p => {}
            (None, Holder::Unseen) if e.p != NO_P => {}
            (_, Holder::Held { m: other, .. }) if other != m => {
                out.push(("one-m", format!("P{} 还在 M{other} 手里，M{m} 就用上了", e.p)));
            }
            _ => out.push(("no-p", format!("M{m} 没有拿着 P{}，却运行 G{}", e.p, e.g))),
        }
        if let Some(own) = g.locked.filter(|&own| own != m) {
            out.push(("locked", format!("G{} 锁定在 M{own} 上，却在 M{m} 上运行", e.g)));
        }
        if let Some(own) = self.m(m).locked.filter(|&own| own != e.g) {
            out.push(("locked", format!("M{m} 已被 G{own} 锁定，却运行 G{}", e.g)));
        }
    }

    fn judge_take(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        if let Holder::Held { m: other, .. } = self.holder(e.p) {
            let text = if other == m {
                format!("P{} 已经在 M{m} 手里，又拿了一次", e.p)
            } else {
                format!("P{} 还在 M{other} 手里，M{m} 就用上了", e.p)
            };
            out.push(("one-m", text));
        } else if let Some(p) = self.m(m).p {
            out.push(("one-m", format!("M{m} 手里还有 P{p}，又拿了 P{}", e.p)));
        }
    }

    fn judge_stop(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        if self.stopped {
            return; // whoever resizes may have to go on with another processor
        }
        if let Some(g) = self.m(m).g.filter(|&g| self.status(g) == Status::Running) {
            out.push(("no-p", format!("M{m} 上 G{g} 还在运行，P{} 就被交出", e.p)));
        }
    }

    fn judge_exit(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        let g = self.g(e.g);
        if g.status != Status::Syscall || g.m != Some(m) {
            out.push(("syscall", format!("G{} 没有在 M{m} 上进入阻塞调用，却从里面返回", e.g)));
            return;
        }
        match self.m(m).p {
            // Its old processor is in another's call by now: taken back, as Go does.
            None if e.a == 1 && self.steals_back(e, m).is_some() => {}
            None if e.a == 1 => out.push(("no-p", format!("G{} 从阻塞调用返回，M{m} 没有 P 却接着运行", e.g))),
            Some(p) if e.a != 1 && self.holder(p) == (Holder::Held { m, syscall: true }) => {
                out.push(("syscall", format!("M{m} 还拿着 P{p}，G{} 却去排队", e.g)));
            }
            _ => {}
        }
    }

    /// The thread in a blocking call whose processor a goroutine that is back takes for itself: its own
    /// old one, which had been taken from it (Go: exitsyscallTryGetP).
    #[must_use]
    pub fn steals_back(&self, e: &Event, m: u32) -> Option<u32> {
        match self.holder(e.p) {
            Holder::Held { m: other, syscall: true } if e.a == 1 && self.m(m).p.is_none() && other != m => Some(other),
            _ => None,
        }
    }

    fn judge_thread(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        let of = if e.kind == Kind::ThreadPark { m } else { e.a };
        if of >= u32::from(SHARED_M) {
            return;
        }
        let t = self.m(of);
        match e.kind {
            Kind::ThreadStart if t.started && !t.ended => out.push(("thread", format!("M{of} 第二次启动"))),
            Kind::ThreadEnd if t.ended => out.push(("thread", format!("M{of} 第二次退出"))),
            Kind::ThreadPark => {
                if let Some(p) = t.p {
                    out.push(("thread", format!("M{of} 手里还有 P{p}，却去睡了")));
                }
            }
            _ => {}
        }
    }

    fn judge_act(&self, e: &Event, m: u32, out: &mut Vec<Broken>) {
        let g = self.g(e.g);
        let leaves = matches!(e.kind, Kind::GoPark | Kind::GoYield | Kind::GoEnd | Kind::SyscallEnter);
        match g.status {
            Status::Running if g.m == Some(m) => {}
            Status::Running => out.push((
                "running",
                format!("G{} 在 M{} 上运行，M{m} 上却有它的 {}", e.g, g.m.unwrap_or(0), e.kind.name()),
            )),
            Status::Syscall if !leaves => {}
            // The main goroutine of a hand-made story may act without having been introduced.
            Status::Unborn if e.g == 1 && !leaves => {}
            Status::Dead => out.push(("dead", format!("G{} 已经结束，却还有 {}", e.g, e.kind.name()))),
            other => out.push(("running", format!("G{} 没有在运行（{other:?}），却有 {}", e.g, e.kind.name()))),
        }
    }

    /// Takes the event in, whatever it says. `m` is what [`Order::thread`] said.
    pub fn apply(&mut self, e: &Event, m: u32) {
        match e.kind {
            Kind::GoCreate => self.set(e.a, Status::Runnable),
            Kind::GoReady => self.set(e.a, Status::Runnable),
            Kind::GoStart => self.start(e, m),
            Kind::GoPark => self.leave(e.g, m, Status::Waiting(WaitReason::from_u8(e.why))),
            Kind::GoYield => self.leave(e.g, m, Status::Runnable),
            Kind::GoEnd => {
                self.unlock(e.g);
                self.leave(e.g, m, Status::Dead);
            }
            Kind::SyscallEnter => {
                self.set(e.g, Status::Syscall);
                self.in_call(m, true);
            }
            Kind::SyscallExit if e.a == 1 => {
                if self.steals_back(e, m).is_some() {
                    self.take(e.p, m);
                }
                self.set(e.g, Status::Running);
                self.in_call(m, false);
            }
            Kind::SyscallExit => self.leave(e.g, m, Status::Runnable),
            Kind::ProcStart => self.take(e.p, m),
            Kind::ProcStop => self.free(e.p),
            Kind::Retake => self.free(e.p),
            Kind::StwStart => self.stopped = true,
            Kind::StwEnd => self.stopped = false,
            Kind::LockThread => self.lock(e.g, m),
            Kind::UnlockThread if e.a == 0 => self.unlock(e.g),
            Kind::ThreadStart | Kind::ThreadEnd if e.a < u32::from(SHARED_M) => {
                if let Some(t) = place(&mut self.ms, e.a) {
                    t.started = true;
                    t.ended = e.kind == Kind::ThreadEnd;
                }
            }
            _ => {}
        }
        if m >= OWN_M && self.m(m).p.is_none() && self.m(m).g.is_none() {
            self.spare.push(m);
        }
    }

    fn set(&mut self, g: u32, status: Status) {
        if let Some(g) = place(&mut self.gs, g) {
            g.status = status;
        }
    }

    fn start(&mut self, e: &Event, m: u32) {
        if self.m(m).p.is_none() && self.holder(e.p) == Holder::Unseen {
            self.take(e.p, m);
        }
        if let Some(g) = place(&mut self.gs, e.g) {
            g.status = Status::Running;
            g.m = Some(m);
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.g = Some(e.g);
        }
    }

    /// `g` leaves its thread.
    fn leave(&mut self, g: u32, m: u32, status: Status) {
        let m = self.g(g).m.unwrap_or(m);
        if let Some(g) = place(&mut self.gs, g) {
            g.status = status;
            g.m = None;
        }
        if let Some(t) = self.ms.get_mut(m as usize).filter(|t| t.g == Some(g)) {
            t.g = None;
        }
    }

    fn in_call(&mut self, m: u32, now: bool) {
        if let Some(Holder::Held { syscall, .. }) = self.m(m).p.and_then(|p| self.ps.get_mut(usize::from(p))) {
            *syscall = now;
        }
    }

    fn take(&mut self, p: u8, m: u32) {
        if p == NO_P {
            return;
        }
        self.free(p);
        if let Some(h) = place(&mut self.ps, u32::from(p)) {
            *h = Holder::Held { m, syscall: false };
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.p = Some(p);
        }
    }

    fn free(&mut self, p: u8) {
        if let Holder::Held { m, .. } = self.holder(p)
            && let Some(t) = self.ms.get_mut(m as usize).filter(|t| t.p == Some(p))
        {
            t.p = None;
        }
        if let Some(h) = place(&mut self.ps, u32::from(p)) {
            *h = Holder::Idle;
        }
    }

    fn lock(&mut self, g: u32, m: u32) {
        if let Some(g) = place(&mut self.gs, g) {
            g.locked = Some(m);
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.locked = Some(g);
        }
    }

    fn unlock(&mut self, g: u32) {
        if let Some(m) = self.gs.get_mut(g as usize).and_then(|g| g.locked.take())
            && let Some(t) = self.ms.get_mut(m as usize)
        {
            t.locked = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::{NO_CAUSE, NO_M};

    /// An event of `g` on processor and thread, at no time.
    fn ev(kind: Kind, g: u32, p: u8, m: u8, a: u32) -> Event {
        Event { time: 0, b: 0, g, a, cause: NO_CAUSE, p, m, kind, why: 0 }
    }

    fn follow(events: &[Event]) -> Vec<&'static str> {
        let rec = Recording { events: events.to_vec(), ..Recording::default() };
        let mut o = Order::new(&rec);
        let mut rules = vec![];
        for e in events {
            let m = o.thread(e);
            rules.extend(o.judge(e, m).iter().map(|b| b.0));
            o.apply(e, m);
        }
        rules
    }

    /// G1 runs on P0 and M0.
    fn running() -> Vec<Event> {
        vec![
            ev(Kind::GoCreate, 0, NO_P, NO_M, 1),
            ev(Kind::ThreadStart, 0, NO_P, NO_M, 0),
            ev(Kind::ProcStart, 0, 0, 0, 0),
            ev(Kind::GoStart, 1, 0, 0, 0),
        ]
    }

    #[track_caller]
    fn after_running(more: &[Event], rules: &[&str]) {
        let mut all = running();
        all.extend(more);
        assert_eq!(follow(&all), rules);
    }

    #[test]
    fn a_blocking_call_in_each_of_its_endings_is_no_fault() {
        let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
        after_running(&[enter, ev(Kind::SyscallExit, 1, 0, 0, 1), ev(Kind::Print, 1, 0, 0, 0)], &[]);
        let retake = Event { why: 1, ..ev(Kind::Retake, 0, 0, 255, 0) };
        let gone = [enter, retake, ev(Kind::ProcStart, 0, 0, 1, 0)];
        let mut queued = gone.to_vec();
        queued.extend([ev(Kind::SyscallExit, 1, NO_P, 0, 0), ev(Kind::GoStart, 1, 0, 1, 0)]);
        after_running(&queued, &[]);
        let mut other = gone.to_vec();
        other.extend([ev(Kind::ProcStart, 0, 1, 0, 0), ev(Kind::SyscallExit, 1, 1, 0, 1), ev(Kind::GoEnd, 1, 1, 0, 0)]);
        after_running(&other, &[]);
        after_running(&[enter, ev(Kind::ProcStop, 1, 0, 0, 0), ev(Kind::SyscallExit, 1, NO_P, 0, 0)], &[]);
    }

    #[test]
    fn a_processor_taken_back_from_another_s_call_and_one_changed_under_a_stopped_world() {
        let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
        let mut back = vec![
            enter,
            Event { why: 1, ..ev(Kind::Retake, 0, 0, 255, 0) },
            ev(Kind::ProcStart, 0, 0, 1, 0),
            ev(Kind::GoCreate, 0, 0, 1, 2),
            ev(Kind::GoStart, 2, 0, 1, 0),
        ];
        let mut busy = back.clone();
        busy.push(ev(Kind::SyscallExit, 1, 0, 0, 1));
        after_running(&busy, &["no-p"]); // G2 runs there
        back.extend([ev(Kind::SyscallEnter, 2, 0, 1, 0), ev(Kind::SyscallExit, 1, 0, 0, 1)]);
        back.extend([ev(Kind::SyscallExit, 2, NO_P, 1, 0), ev(Kind::GoEnd, 1, 0, 0, 0)]);
        after_running(&back, &[]);
        let resize = [ev(Kind::StwStart, 0, 0, 0, 0), ev(Kind::ProcStop, 0, 0, 0, 0), ev(Kind::ProcStart, 0, 1, 0, 0)];
        after_running(&[&resize[..], &[ev(Kind::StwEnd, 0, 1, 0, 0), ev(Kind::GoEnd, 1, 1, 0, 0)]].concat(), &[]);
    }

    #[test]
    fn lies_about_blocking_calls() {
        after_running(&[ev(Kind::SyscallExit, 1, 0, 0, 1)], &["syscall"]);
        after_running(&[ev(Kind::Retake, 0, 0, 255, 0)], &["retake"]);
        let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
        after_running(&[enter, ev(Kind::SyscallExit, 1, 0, 0, 0)], &["syscall"]);
        after_running(&[enter, ev(Kind::ProcStop, 1, 0, 0, 0), ev(Kind::SyscallExit, 1, NO_P, 0, 1)], &["no-p"]);
        after_running(&[enter, ev(Kind::GoPark, 1, 0, 0, 0)], &["running"]);
        after_running(&[enter, enter], &["running"]);
    }

    #[test]
    fn lies_about_processors() {
        after_running(&[ev(Kind::ProcStart, 0, 0, 0, 0)], &["one-m"]);
        after_running(&[ev(Kind::ProcStart, 0, 0, 1, 0)], &["one-m"]);
        after_running(&[ev(Kind::ProcStart, 0, 1, 0, 0)], &["one-m"]);
        after_running(&[ev(Kind::ProcStop, 0, 1, 0, 0)], &["one-m"]);
        after_running(&[ev(Kind::ProcStop, 0, 0, 0, 0)], &["no-p"]);
        let away = [ev(Kind::GoYield, 1, 0, 0, 0), ev(Kind::ProcStop, 0, 0, 0, 0), ev(Kind::GoStart, 1, 0, 0, 0)];
        after_running(&away, &["no-p"]);
    }

    #[test]
    fn lies_about_threads_and_the_stopped_world() {
        after_running(&[ev(Kind::ThreadStart, 0, NO_P, 0, 0)], &["thread"]);
        after_running(&[ev(Kind::ThreadPark, 0, NO_P, 0, 0)], &["thread"]);
        let gone = [ev(Kind::ThreadStart, 0, NO_P, 0, 1), ev(Kind::ThreadEnd, 0, NO_P, 1, 1)];
        after_running(&[gone[0], gone[1], gone[1]], &["thread"]);
        after_running(&[gone[0], gone[1], ev(Kind::ProcStart, 0, 1, 1, 0)], &["thread"]);
        after_running(&[ev(Kind::StwEnd, 1, 0, 0, 0)], &["stw"]);
        let stop = ev(Kind::StwStart, 1, 0, 0, 0);
        after_running(&[stop, stop, ev(Kind::StwEnd, 1, 0, 0, 0)], &["stw"]);
    }

    #[test]
    fn lies_about_locked_threads() {
        let lock = ev(Kind::LockThread, 1, 0, 0, 1);
        let away = [lock, ev(Kind::GoYield, 1, 0, 0, 0), ev(Kind::ProcStart, 0, 1, 1, 0)];
        let mut elsewhere = away.to_vec();
        elsewhere.push(ev(Kind::GoStart, 1, 1, 1, 0));
        after_running(&elsewhere, &["locked"]);
        let mut guest = away.to_vec();
        guest.extend([ev(Kind::GoCreate, 0, 1, 1, 2), ev(Kind::GoStart, 2, 0, 0, 0)]);
        after_running(&guest, &["locked"]);
        let mut free = vec![lock, ev(Kind::UnlockThread, 1, 0, 0, 0)];
        free.extend_from_slice(&elsewhere[1..]);
        after_running(&free, &[]);
    }

    #[test]
    fn threads_that_share_a_number_are_told_apart_by_what_they_hold() {
        let mut all = running();
        all.extend((1..=300).map(|i| ev(Kind::ThreadStart, 1, 0, 0, i)));
        for p in 1..=2u8 {
            let g = u32::from(p) + 1;
            all.extend([
                ev(Kind::GoCreate, 1, 0, 0, g),
                ev(Kind::ProcStart, 0, p, SHARED_M, 0),
                ev(Kind::GoStart, g, p, SHARED_M, 0),
                ev(Kind::SyscallEnter, g, p, SHARED_M, 0),
                ev(Kind::ProcStop, g, p, SHARED_M, 0),
            ]);
        }
        all.extend((2..=3).rev().map(|g| ev(Kind::SyscallExit, g, NO_P, SHARED_M, 0)));
        assert_eq!(follow(&all), Vec::<&str>::new());
    }
}
