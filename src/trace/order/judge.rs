//! What the schedule may never do: one rule a row, each told in a Chinese sentence when it is broken.
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
use super::{Holder, Order, SHARED_M, is_act};
use crate::trace::event::{Event, Kind, NO_P};
use crate::trace::state::Status;

/// A broken rule: its name and one Chinese sentence.
pub type Broken = (&'static str, String);

impl Order {
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
}
