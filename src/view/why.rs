//! Every event in two Chinese sentences: what happened, and why it went that way.
//!
//! `explain` has the sentences of channels, contexts and the time line, which pass over events that
//! say nothing new; here every kind says something, because the stepper stands on each of them.
//! "Why" names the rule that fired and the value that made it fire, from the state just before, and
//! the event that caused this one.
use super::explain::{self, waits_for, who};
use crate::trace::event::{Event, Kind, NO_CAUSE, NO_M, NO_P, Recording, Seq, WaitReason};
use crate::trace::state::{Seat, State};
use crate::trace::text::time;

/// The two sentences, without a final stop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub what: String,
    /// Empty when there is nothing to add.
    pub why: String,
}

/// What event `seq` did and why; `before` is the state just before it.
#[must_use]
pub fn say(rec: &Recording, before: &State, seq: Seq) -> Said {
    let Some(e) = rec.events.get(seq as usize) else { return Said::default() };
    let (what, rule) = match e.kind {
        Kind::GoCreate | Kind::GoStart | Kind::GoPark | Kind::GoReady | Kind::GoYield | Kind::GoEnd => {
            goroutine(rec, before, seq, e)
        }
        Kind::ProcStart
        | Kind::ProcStop
        | Kind::Steal
        | Kind::SpinStart
        | Kind::SpinStop
        | Kind::GlobalGet
        | Kind::GlobalPut
        | Kind::ProcCount => processor(rec, before, e),
        Kind::ThreadStart
        | Kind::ThreadPark
        | Kind::ThreadWake
        | Kind::ThreadEnd
        | Kind::LockThread
        | Kind::UnlockThread
        | Kind::SyscallEnter
        | Kind::SyscallExit
        | Kind::Retake
        | Kind::CgoCall
        | Kind::CgoCallback => thread(rec, before, e),
        Kind::Sysmon
        | Kind::PreemptAsk
        | Kind::Signal
        | Kind::NetPoll
        | Kind::NetBreak
        | Kind::GcForced
        | Kind::StwStart
        | Kind::StwEnd => watch(rec, before, e),
        _ => program(rec, before, seq, e),
    };
    let mut why = rule.trim_end_matches('。').to_owned();
    if e.cause != NO_CAUSE && e.cause < seq {
        let cause = format!("起因 @{}：{}", e.cause, brief(rec, before, e.cause));
        why = if why.is_empty() { cause } else { format!("{why}。{cause}") };
    }
    Said { what: tidy(&what), why: tidy(&why) }
}

/// Without final stop and without characters that would break a line of a screen.
fn tidy(s: &str) -> String {
    s.trim_end_matches('。').chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// One clause for an event named as a cause.
fn brief(rec: &Recording, s: &State, seq: Seq) -> String {
    let Some(e) = rec.events.get(seq as usize) else { return String::new() };
    let me = who(rec, s, e.g);
    match e.kind {
        Kind::ChanSendDone => format!("{me} 向 {} 发送", rec.chan(e.a)),
        Kind::ChanRecvDone => format!("{me} 从 {} 接收", rec.chan(e.a)),
        Kind::SemRelease | Kind::LockRelease => format!("{me} 放开 #{}", e.a),
        Kind::WaitGroupAdd => format!("{me} 让 WaitGroup 变成 {}", e.b as i64),
        Kind::NetPoll => "poller 报告就绪".to_owned(),
        Kind::GoCreate if e.g == 0 => format!("运行时启动 G{}", e.a),
        _ => explain::moment(rec, s, seq, e).unwrap_or_else(|| format!("{me} {}", e.kind.name())),
    }
}

fn p(e: &Event) -> String {
    if e.p == NO_P { "（没有 P）".to_owned() } else { format!("P{}", e.p) }
}

fn m(e: &Event) -> String {
    if e.m == NO_M { "一个线程".to_owned() } else { format!("M{}", e.m) }
}

fn goroutine(rec: &Recording, s: &State, seq: Seq, e: &Event) -> (String, String) {
    let me = who(rec, s, e.g);
    match e.kind {
        Kind::GoCreate => {
            let name = match rec.text(e.b as u32) {
                "" => format!("G{}", e.a),
                name => format!("G{} {name}", e.a),
            };
            let by = if e.g == 0 { "运行时".to_owned() } else { me };
            let record = match e.why {
                1 => format!("；记录取自 {} 的空闲表", p(e)),
                2 => "；记录取自公共空闲表".to_owned(),
                _ => String::new(),
            };
            (format!("{by} 启动 {name}"), format!("{}{record}", next_place(s, e)))
        }
        Kind::GoStart => start(rec, s, e),
        Kind::GoPark => {
            let what = format!("{me} 停下：{}", waits_for(rec, WaitReason::from_u8(e.why), e.a));
            (what, park_rule(s, e))
        }
        Kind::GoReady => {
            let place = if e.b == 1 { next_place(s, e) } else { format!("排到 {} 队尾", p(e)) };
            (explain::wake(rec, s, seq), place)
        }
        Kind::GoYield if e.why == 1 => {
            let asked = s.gs.get(e.g as usize).and_then(|g| g.asked);
            let rule = asked.map_or_else(|| "时间片用完".to_owned(), |at| format!("@{at} 请它让出"));
            (format!("{me} 被抢占"), format!("{rule}；去全局队列的队尾"))
        }
        Kind::GoYield => (format!("{me} 主动让出（Gosched）"), "去全局队列的队尾，不是本地队列".to_owned()),
        _ => {
            let how = ["返回，结束", "调用 Goexit，结束", "panic，结束"][usize::from(e.why.min(2))];
            (format!("{me} {how}"), format!("它的记录留在 {} 的空闲表，给以后的 goroutine 用", p(e)))
        }
    }
}

/// Where a goroutine that goes into `runnext` ends up, and whom it pushes out.
fn next_place(s: &State, e: &Event) -> String {
    match s.ps.get(e.p as usize) {
        None => "没有 P，放进全局队列".to_owned(),
        Some(proc) => match proc.runnext {
            Some(old) if old != e.a => format!("放进 {} 的 runnext，原来在那里的 G{old} 挪到队尾", p(e)),
            _ => format!("放进 {} 的 runnext，下一个就轮到它", p(e)),
        },
    }
}

fn start(rec: &Recording, s: &State, e: &Event) -> (String, String) {
    let me = who(rec, s, e.g);
    let g = s.g(e.g);
    let from = match g.seat {
        Seat::Next(_) => format!("取自 {} 的 runnext，接着用当前的时间片", p(e)),
        Seat::Queue(q) if q == e.p => format!("取自 {} 的队列", p(e)),
        Seat::Queue(q) => format!("取自 P{q} 的队列"),
        Seat::Global => "取自全局队列".to_owned(),
        Seat::None => "刚刚找到它".to_owned(),
    };
    let waited = match g.born {
        Some(_) if e.time > g.since => format!("，可运行后等了 {}", time(e.time - g.since)),
        _ => String::new(),
    };
    (format!("{me} 在 {} {} 上运行", p(e), m(e)), format!("{from}{waited}"))
}

fn park_rule(s: &State, e: &Event) -> String {
    let leaves = format!("{} 去找下一个", p(e));
    let chan = s.chans.get(e.a as usize);
    let full = match (WaitReason::from_u8(e.why), chan) {
        (WaitReason::ChanSend, Some(c)) if c.cap > 0 => format!("缓冲 {}/{} 满了，没有接收者；", c.len(), c.cap),
        (WaitReason::ChanSend, Some(_)) => "没有接收者在等；".to_owned(),
        (WaitReason::ChanReceive, Some(c)) if c.cap > 0 => "缓冲是空的，没有发送者；".to_owned(),
        (WaitReason::ChanReceive, Some(_)) => "没有发送者在等；".to_owned(),
        _ => String::new(),
    };
    format!("{full}{leaves}，线程不陪着等")
}

fn list(gs: &[u32]) -> String {
    const SHOWN: usize = 8;
    let mut out: Vec<String> = gs.iter().take(SHOWN).map(|g| format!("G{g}")).collect();
    if gs.len() > SHOWN {
        out.push(format!("等 {} 个", gs.len()));
    }
    out.join(" ")
}

fn processor(rec: &Recording, s: &State, e: &Event) -> (String, String) {
    match e.kind {
        Kind::ProcStart => (format!("{} 拿到 {}", m(e), p(e)), "线程要有 P 才能运行 goroutine".to_owned()),
        Kind::ProcStop => {
            let call = s.ps.get(e.p as usize).is_some_and(|p| p.syscall.is_some());
            let why = if call { "它要陪 goroutine 进阻塞调用" } else { "没有可运行的 goroutine" };
            (format!("{} 放下 {}", m(e), p(e)), why.to_owned())
        }
        Kind::Steal => steal(rec, s, e),
        Kind::SpinStart => (
            format!("{} 开始自旋：带着 {} 找活", m(e), p(e)),
            "本地队列和全局队列都空；自旋的线程不超过忙着的 P 的一半".to_owned(),
        ),
        Kind::SpinStop if e.a == 1 => {
            (format!("{} 停止自旋：找到活了", m(e)), "如果还有空闲的 P，再叫一个线程来找".to_owned())
        }
        Kind::SpinStop => (format!("{} 停止自旋：没有找到", m(e)), "睡之前还要再看一遍所有队列".to_owned()),
        Kind::GlobalGet => {
            let (len, share) = (s.global.len(), s.ps.len());
            let why = match e.why {
                1 => "每 61 轮先看一次全局队列，免得它饿着".to_owned(),
                _ => format!("本地队列空；全局队列有 {len} 个，按 {share} 个 P 分一份"),
            };
            (format!("{} 从全局队列取 {} 个", p(e), e.a), why)
        }
        Kind::GlobalPut if e.a > 1 => {
            (format!("{} 个 goroutine 挪到全局队列", e.a), format!("{} 的本地队列满了，挪走一半", p(e)))
        }
        Kind::GlobalPut => ("1 个 goroutine 放进全局队列".to_owned(), String::new()),
        _ => (format!("现在有 {} 个 P", e.a), format!("原来有 {} 个；改 GOMAXPROCS 要停住世界", s.ps.len())),
    }
}

fn steal(rec: &Recording, s: &State, e: &Event) -> (String, String) {
    let victim = usize::try_from(e.b).ok().and_then(|v| s.ps.get(v));
    let taken: Vec<u32> = match victim {
        Some(v) if e.why == 1 => v.runnext.into_iter().collect(),
        Some(v) => v.queue.iter().take(e.a as usize).copied().collect(),
        None => vec![],
    };
    let names = if taken.is_empty() { String::new() } else { format!("：{}", list(&taken)) };
    let what = format!("{} 从 P{} 偷来 {} 个{names}，运行 {}", p(e), e.b, e.a, who(rec, s, e.g));
    let rule = if e.why == 1 {
        "队列里没有，最后一轮才动 runnext".to_owned()
    } else {
        format!("自己的队列、全局队列都空；对方排着 {} 个，拿一半", victim.map_or(0, |v| v.queue.len()))
    };
    (what, rule)
}

fn thread(rec: &Recording, s: &State, e: &Event) -> (String, String) {
    let me = who(rec, s, e.g);
    match e.kind {
        Kind::ThreadStart if e.why == 1 => {
            (format!("备好 extra M：M{}", e.a), "给不是运行时建的线程借用；总留着一个，不计入线程上限".to_owned())
        }
        Kind::ThreadStart if e.a == 0 => ("第一个线程 M0".to_owned(), "运行就在调用它的线程上开始".to_owned()),
        Kind::ThreadStart => (format!("新建线程 M{}", e.a), "有空闲的 P 和要做的事，却没有睡着的线程可叫".to_owned()),
        Kind::ThreadPark if e.why == 1 => (
            format!("{} 睡进 poller", m(e)),
            format!("最后一个闲着的线程替大家等：最多睡到 {}，或者有网络就绪", until(e.b)),
        ),
        Kind::ThreadPark if e.why == 3 => (
            format!("{} 睡到程序结束", m(e)),
            "锁在它上面的 goroutine 没有解锁就结束了；第一个线程不能退出，也不再跑别的".to_owned(),
        ),
        Kind::ThreadPark => (format!("{} 睡下", m(e)), "没有 P 也没有活；不占 CPU".to_owned()),
        Kind::ThreadWake => (format!("{} 叫醒 M{}", m(e), e.a), "有空闲的 P，而且没有别的线程在自旋".to_owned()),
        Kind::ThreadEnd => (format!("线程 M{} 结束", e.a), "锁在它上面的 goroutine 没有解锁就结束了".to_owned()),
        Kind::LockThread => (format!("{me} 锁在 {} 上", m(e)), format!("LockOSThread，第 {} 层", e.a)),
        Kind::UnlockThread if e.a > 0 => (format!("{me} 解锁一层"), format!("还有 {} 层，仍锁在 {} 上", e.a, m(e))),
        Kind::UnlockThread => (format!("{me} 不再锁在 {} 上", m(e)), String::new()),
        Kind::SyscallEnter => (format!("{me} 进入阻塞调用"), format!("{} 跟着它；{} 先留着，久了会被拿走", m(e), p(e))),
        Kind::SyscallExit => {
            let how = match (e.a, e.why) {
                (1, 0) => format!("原来的 {} 还在，接着运行", p(e)),
                (1, _) => format!("拿到空闲的 {}，接着运行", p(e)),
                _ => "没有空闲的 P：进全局队列，线程去睡".to_owned(),
            };
            (format!("{me} 从阻塞调用回来"), how)
        }
        Kind::Retake => retake(s, e),
        Kind::CgoCall if e.why == 1 => (format!("{me} 从 C 函数回来"), String::new()),
        Kind::CgoCall => (format!("{me} 调用 C 函数"), "在线程自己的栈上运行，算作阻塞调用".to_owned()),
        _ if e.why == 1 => {
            let how = if e.b == 1 { "借一个 extra M，线程退出时才归还" } else { "extra M 早已借到" };
            (format!("一个不是运行时建的线程回调进来，用 {}", m(e)), format!("{how}；先要拿到 P"))
        }
        _ => (format!("C 代码回调进 {me}"), "还在同一个线程上".to_owned()),
    }
}

/// A time on the clock of the run, `永远` for no limit.
fn until(ns: u64) -> String {
    if ns == u64::MAX || ns == 0 { "永远".to_owned() } else { time(ns) }
}

fn retake(s: &State, e: &Event) -> (String, String) {
    let g = s.ms.get(e.a as usize).and_then(|t| t.g).map_or_else(String::new, |g| format!("，陪着 G{g}"));
    let rule = match e.why {
        0 => "调用前就知道会阻塞，马上交出 P".to_owned(),
        1 => format!("sysmon 发现调用已经 {}，P 不能空等", time(e.b)),
        _ => "要停住世界".to_owned(),
    };
    let from = if e.a == u32::MAX { "一个线程".to_owned() } else { format!("M{}", e.a) };
    (format!("{} 从 {from} 手里拿走（它还在阻塞调用里{g}）", p(e)), rule)
}

fn watch(rec: &Recording, s: &State, e: &Event) -> (String, String) {
    let me = who(rec, s, e.g);
    match e.kind {
        Kind::Sysmon => {
            (format!("sysmon 看了一圈，下次睡 {} µs", e.a), "它没有 P；长期没事就从 20 µs 加倍到 10 ms".to_owned())
        }
        Kind::GcForced => ("sysmon 要求做一次 GC".to_owned(), format!("{} 没有做过，强制周期是 2 分钟", time(e.b))),
        Kind::PreemptAsk => {
            let how = if e.why == 1 { "立了标志，又发了信号" } else { "立了标志，等它到安全点" };
            (
                format!("请 {} 让出 {}", who(rec, s, e.a), p(e)),
                format!("已经跑了 {}，一个时间片是 10 ms；{how}", time(e.b)),
            )
        }
        Kind::Signal => {
            let how = match e.why {
                0 => "它在这里可以抢占：让出",
                1 => "打断的地方不能抢占，下次再试",
                2 => "运行时正忙（持锁或在分配），下次再试",
                _ => "已经没有人要它让了",
            };
            (format!("{} 在运行 {me} 时收到抢占信号", m(e)), how.to_owned())
        }
        Kind::NetPoll => {
            let how = match e.why {
                0 => "找活时顺便看一眼，不等".to_owned(),
                1 => format!("最后一个闲着的线程睡在里面，最多到 {}", until(e.b)),
                _ => "10 ms 没有人看过，sysmon 来看".to_owned(),
            };
            (format!("问 poller：{} 个 goroutine 就绪", e.a), how)
        }
        Kind::NetBreak => ("把睡在 poller 里的线程叫出来".to_owned(), "有了更早的计时器或新的活".to_owned()),
        Kind::StwStart => {
            let why = ["改 GOMAXPROCS", "垃圾回收", "打印全部 goroutine"][usize::from(e.why.min(2))];
            ("停住世界：所有 P 都停".to_owned(), why.to_owned())
        }
        _ => ("世界继续".to_owned(), format!("停了 {}", time(e.b))),
    }
}

fn program(rec: &Recording, s: &State, seq: Seq, e: &Event) -> (String, String) {
    let me = who(rec, s, e.g);
    if let Some(text) = explain::channel(rec, s, e).or_else(|| explain::context(rec, s, e)) {
        // The rule follows the first colon or full stop: `G2 发送 41：没有人在等……`.
        return match text.split_once('：') {
            Some((what, why)) => (what.to_owned(), why.to_owned()),
            None => (text, String::new()),
        };
    }
    let what = match e.kind {
        Kind::ChanSend => format!("{me} 要向 {} 发送{}", rec.chan(e.a), shown(rec, e.b)),
        Kind::ChanRecv => format!("{me} 要从 {} 接收", rec.chan(e.a)),
        Kind::Select => {
            let default = if e.why == 1 { "，有 default" } else { "" };
            return (format!("{me} 进入 select：{} 个分支{default}", e.a), nil_cases(e.b));
        }
        Kind::SelectPoll if e.b == u64::from(u32::MAX) => format!("{me} 看第 {} 个分支：nil 通道，永远不就绪", e.a + 1),
        Kind::SelectPoll => {
            let what = format!("{me} 看第 {} 个分支：{}", u64::from(e.a) + 1, rec.chan(e.b as u32));
            return (what, "次序是随机排的，不是写的次序".to_owned());
        }
        Kind::SelectLock => {
            let what = format!("{me} 给 {} 加锁（第 {} 把）", rec.chan(e.a), e.b.saturating_add(1));
            return (what, "按固定次序加锁，才不会和别的 select 互相锁死".to_owned());
        }
        Kind::LockAcquire => {
            let how = ["没有人持有，直接拿到", "等到了", "饥饿模式：直接交到手里"][usize::from(e.why.min(2))];
            return (format!("{me} 拿到锁 #{}", e.a), how.to_owned());
        }
        Kind::LockRelease => format!("{me} 放开锁 #{}", e.a),
        Kind::WaitGroupAdd => format!("{me} 把 WaitGroup #{} 改成 {}", e.a, e.b as i64),
        Kind::SemAcquire => format!("{me} 拿到信号量 #{}，还剩 {}", e.a, e.b),
        Kind::SemRelease => format!("{me} 放开信号量 #{}，现有 {}", e.a, e.b),
        Kind::TimerSet => {
            return (format!("{me} 设计时器 {}，{} 到点", e.a, time(e.b)), format!("放在 {} 的堆里", p(e)));
        }
        Kind::TimerFire => return (format!("计时器 {} 到点", e.a), format!("晚了 {}", time(e.b))),
        Kind::TimerStop => format!("{me} 停掉计时器 {}", e.a),
        Kind::StackGrow => {
            let why = format!("函数开头的检查发现不够；拷到两倍大的新栈，改了 {} 个指针", e.why);
            return (format!("{me} 的栈从 {} 长到 {} 字节", e.a, e.b), why);
        }
        Kind::StackShrink => {
            let why = "回收时用了不到四分之一，减半".to_owned();
            return (format!("{me} 的栈从 {} 缩到 {} 字节", e.a, e.b), why);
        }
        _ => explain::moment(rec, s, seq, e).unwrap_or_else(|| format!("{me} {}", e.kind.name())),
    };
    (what, String::new())
}

fn nil_cases(n: u64) -> String {
    if n == 0 { String::new() } else { format!("其中 {n} 个是 nil 通道，不参加") }
}

fn shown(rec: &Recording, id: u64) -> String {
    match rec.text(id as u32) {
        "" => String::new(),
        v => format!(" {v}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{self, Script};

    fn told(rec: &Recording) -> Vec<String> {
        let mut state = State::new(rec);
        let mut lines = vec![];
        for (seq, e) in (0..).zip(&rec.events) {
            let said = say(rec, &state, seq);
            lines.push(format!("@{seq} {} | {}", said.what, said.why));
            state.apply(e);
        }
        lines
    }

    #[test]
    fn a_short_story_told_in_full() {
        insta::assert_snapshot!(told(&fixture::full_ring()).join("\n"));
    }

    #[test]
    fn blocking_calls_preemption_and_a_stopped_world() {
        let mut s = Script::new(2);
        let born = s.create(0, 1, "main");
        s.on(0, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
        s.start(1, born);
        let born = s.create(1, 2, "reader");
        s.create(1, 3, "spinner");
        s.on(1, 0, Kind::ThreadStart, 1, 0, 0, NO_CAUSE);
        s.on(1, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
        s.on(1, 2, Kind::Steal, 1, 0, 0, NO_CAUSE);
        s.on(1, 2, Kind::GoStart, 0, 0, 0, born);
        s.on(1, 2, Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
        s.pass(20_000);
        s.on(1, 0, Kind::Sysmon, 20, 0, 0, NO_CAUSE);
        s.on(1, 0, Kind::Retake, 1, 20_000, 1, NO_CAUSE);
        s.pass(11_000_000);
        let ask = s.on(0, 0, Kind::PreemptAsk, 1, 11_000_000, 1, NO_CAUSE);
        s.on(0, 1, Kind::Signal, 0, 0, 0, ask);
        s.on(0, 1, Kind::GoYield, 0, 0, 1, ask);
        s.on(1, 2, Kind::SyscallExit, 0, 0, 2, NO_CAUSE);
        s.on(0, 0, Kind::NetPoll, 0, 0, 0, NO_CAUSE);
        s.on(0, 0, Kind::ThreadPark, 0, 12_000_000, 1, NO_CAUSE);
        s.ev(1, Kind::LockThread, 1, 0, 0, NO_CAUSE);
        s.ev(1, Kind::StwStart, 0, 0, 0, NO_CAUSE);
        s.ev(1, Kind::ProcCount, 4, 0, 0, NO_CAUSE);
        s.ev(1, Kind::StwEnd, 0, 5_000, 0, NO_CAUSE);
        s.ev(1, Kind::CgoCall, 0, 0, 0, NO_CAUSE);
        s.ev(1, Kind::CgoCallback, 0, 0, 1, NO_CAUSE);
        s.ev(1, Kind::StackGrow, 2048, 4096, 3, NO_CAUSE);
        insta::assert_snapshot!(told(&s.rec).join("\n"));
    }

    #[test]
    fn every_kind_says_something_and_nothing_with_breaks() {
        let mut rec = fixture::full_ring();
        rec.texts.push("a\nb\u{1b}[31m".to_owned());
        let at = rec.texts.len() as u32 - 1;
        for proto in [rec.events[0], Event { a: at, b: u64::from(at), p: NO_P, m: NO_M, why: 9, ..rec.events[5] }] {
            rec.events = Kind::ALL.iter().map(|&kind| Event { kind, ..proto }).collect();
            for (seq, kind) in (0..).zip(Kind::ALL) {
                let said = say(&rec, &State::new(&rec), seq);
                assert!(said.what.chars().count() > 3, "{kind:?}: {said:?}");
                assert!(!format!("{}{}", said.what, said.why).chars().any(char::is_control), "{kind:?}: {said:?}");
            }
        }
    }
}
