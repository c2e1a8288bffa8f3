//! One Chinese sentence for an event: what happened, by which rule, to whom.
use crate::trace::event::{Event, Kind, Recording, Seq, WaitReason};
use crate::trace::state::State;
use crate::trace::text::time;

/// `G8 producer`, `G1 main`, `G8`, or `计时器` for nobody.
#[must_use]
pub fn who(rec: &Recording, state: &State, g: u32) -> String {
    match g {
        0 => "计时器".to_owned(),
        1 => "G1 main".to_owned(),
        _ => match rec.text(state.g(g).name) {
            "" => format!("G{g}"),
            name => format!("G{g} {name}"),
        },
    }
}

/// The value behind a text id with a space before it, or nothing.
fn value(rec: &Recording, id: u64) -> String {
    match rec.text(id as u32) {
        "" => String::new(),
        v => format!(" {v}"),
    }
}

/// What a waiting goroutine waits for, in words.
#[must_use]
pub fn waits_for(rec: &Recording, reason: WaitReason, object: u32) -> String {
    match reason {
        WaitReason::ChanReceive => format!("等着从 {} 接收", rec.chan(object)),
        WaitReason::ChanSend => format!("等着向 {} 发送", rec.chan(object)),
        WaitReason::ChanReceiveNil => "从 nil 通道接收，永远等下去".to_owned(),
        WaitReason::ChanSendNil => "向 nil 通道发送，永远等下去".to_owned(),
        WaitReason::Select => "select 的分支都没就绪，等".to_owned(),
        WaitReason::SelectNoCases => "空 select，永远等下去".to_owned(),
        WaitReason::Sleep => "睡眠".to_owned(),
        WaitReason::MutexLock => "等 Mutex".to_owned(),
        WaitReason::RWMutexRLock => "等读锁".to_owned(),
        WaitReason::RWMutexLock => "等写锁".to_owned(),
        WaitReason::WaitGroupWait => "等 WaitGroup 归零".to_owned(),
        WaitReason::CondWait => "等条件变量".to_owned(),
        WaitReason::SemAcquire => "等信号量".to_owned(),
        WaitReason::IoWait => "等网络就绪".to_owned(),
        other => format!("等待（{}）", other.text()),
    }
}

/// The sentence of a channel event; `before` is the state just before it. `None` for events that
/// say nothing by themselves (an attempt that the next event completes).
#[must_use]
pub fn channel(rec: &Recording, before: &State, e: &Event) -> Option<String> {
    let me = who(rec, before, e.g);
    let name = rec.chan(e.a);
    let chan = before.chans.get(e.a as usize).cloned().unwrap_or_default();
    let sending = value(rec, u64::from(before.g(e.g).sending));
    let got = value(rec, e.b);
    Some(match (e.kind, e.why) {
        (Kind::ChanMake, _) if e.b == 0 => format!("{me} 创建 {name}，无缓冲。"),
        (Kind::ChanMake, _) => format!("{me} 创建 {name}，容量 {}。", e.b),
        (Kind::ChanSendDone, 0) => {
            format!("{me} 发送{sending}：{} 正等着收，值直接交给它，不经过缓冲。", who(rec, before, e.b as u32))
        }
        (Kind::ChanSendDone, 1) => {
            format!("{me} 发送{sending}：没有人在等，放进 {} 号槽，缓冲里有 {} 个。", e.b, chan.len() + 1)
        }
        (Kind::ChanSendDone, _) => format!("{me} 的发送完成了：值已经被取走，它接着运行。"),
        (Kind::ChanRecvDone, 0) => format!("{me} 接收{got}：发送者正在排队，值直接从它手里拿。"),
        (Kind::ChanRecvDone, 1) => {
            format!("{me} 从 {} 号槽取走{got}，还剩 {} 个。", chan.recvx, chan.len().saturating_sub(1))
        }
        (Kind::ChanRecvDone, 2) => format!("{me} 等到了{got}，接着运行。"),
        (Kind::ChanRecvDone, 3) => format!("{me} 接收：通道已关闭、缓冲已空，立刻得到零值，ok 为 false。"),
        (Kind::ChanRecvDone, _) => refill(rec, before, e, &me),
        (Kind::ChanWait, 0) => {
            let full = if chan.cap == 0 {
                "没有接收者".to_owned()
            } else {
                format!("缓冲已满（{}/{}）", chan.len(), chan.cap)
            };
            format!("{me} 要发送{got}：{full}，排进 sendq，停下来等。")
        }
        (Kind::ChanWait, _) => {
            let empty = if chan.cap == 0 { "没有发送者" } else { "缓冲是空的" };
            format!("{me} 要接收：{empty}，排进 recvq，停下来等。")
        }
        (Kind::ChanUnwait, side) => {
            let queue = if side == 0 { "sendq" } else { "recvq" };
            format!("{} 的 select 走了别的分支，离开 {queue}。", who(rec, before, e.b as u32))
        }
        (Kind::ChanDrain, _) => format!("{me} 停止或重设计时器：缓冲里的旧值被清掉（Go 1.23 起）。"),
        (Kind::ChanClose, _) => closing(rec, before, e, &me),
        (Kind::ChanMiss, side) => {
            let (what, why) = if side == 0 { ("发送", "放不进去") } else { ("接收", "没有值") };
            let lock = if e.b == 1 { "，连锁都没加" } else { "" };
            format!("{me} 试着{what}：{why}，立刻返回{lock}。")
        }
        _ => return None,
    })
}

fn refill(rec: &Recording, before: &State, e: &Event, me: &str) -> String {
    let chan = before.chans.get(e.a as usize).cloned().unwrap_or_default();
    let got = value(rec, e.b);
    let Some(sender) = chan.sendq.front() else {
        return format!("{me} 从 {} 号槽取走{got}，等着的发送者把值放进这个槽。", chan.recvx);
    };
    format!(
        "{me} 从 {slot} 号槽取走{got}；{} 正等着发送{}，它的值放进腾出的 {slot} 号槽，它变为可运行。",
        who(rec, before, sender.g),
        value(rec, u64::from(sender.value)),
        slot = chan.recvx,
    )
}

fn closing(rec: &Recording, before: &State, e: &Event, me: &str) -> String {
    let chan = before.chans.get(e.a as usize).cloned().unwrap_or_default();
    let waiting: Vec<String> = chan.recvq.iter().chain(&chan.sendq).map(|w| who(rec, before, w.g)).take(6).collect();
    let left = if chan.cap > 0 { format!("，缓冲里还有 {} 个", chan.len()) } else { String::new() };
    if e.b == 0 {
        return format!("{me} 关闭 {}{left}；没有人在等。", rec.chan(e.a));
    }
    let names = if waiting.is_empty() { String::new() } else { format!("（{}）", waiting.join("、")) };
    format!("{me} 关闭 {}{left}；唤醒 {} 个等待者{names}。", rec.chan(e.a), e.b)
}

/// Why an event that made a goroutine runnable came to be: the waker and what it did.
#[must_use]
pub fn wake(rec: &Recording, before: &State, seq: Seq) -> String {
    let Some(e) = rec.events.get(seq as usize) else { return String::new() };
    let woken = who(rec, before, e.a);
    let by = who(rec, before, e.g);
    let cause = rec.events.get(e.cause as usize);
    let how = match cause.map(|c| (c.kind, c.a)) {
        Some((Kind::ChanSendDone, ch)) => format!("{by} 向 {} 发送", rec.chan(ch)),
        Some((Kind::ChanRecvDone, ch)) => format!("{by} 从 {} 接收", rec.chan(ch)),
        Some((Kind::ChanClose, ch)) => format!("{by} 关闭 {}", rec.chan(ch)),
        Some((Kind::SelectDone, _)) => format!("{by} 的 select"),
        Some((Kind::TimerFire, _)) => "计时器到点".to_owned(),
        Some((Kind::SemRelease | Kind::LockRelease, _)) => format!("{by} 放开"),
        Some((Kind::WaitGroupAdd, _)) => format!("{by} 让计数归零"),
        Some((Kind::CtxCancel, _)) => format!("{by} 取消 context"),
        _ => by,
    };
    format!("{how}，唤醒 {woken}")
}

/// The sentence of a context event.
#[must_use]
pub fn context(rec: &Recording, before: &State, e: &Event) -> Option<String> {
    let me = who(rec, before, e.g);
    Some(match e.kind {
        Kind::CtxMake if e.b == 0 => format!("{me} 创建 ctx{}（{}）。", e.a, ctx_kind(e.why)),
        Kind::CtxMake => format!("{me} 从 ctx{} 派生 ctx{}（{}）。", e.b, e.a, ctx_kind(e.why)),
        Kind::CtxDone => format!("ctx{} 第一次被问 Done，这时才创建通道 {}。", e.a, rec.chan(e.b as u32)),
        Kind::CtxCancel => {
            let why = if e.why == 1 { "deadline exceeded" } else { "canceled" };
            if e.b == 0 {
                format!("{me} 取消 ctx{}（{why}）。", e.a)
            } else {
                format!("取消从 ctx{} 传到 ctx{}（{why}）。", e.b, e.a)
            }
        }
        Kind::CtxChild if e.why == 0 => format!("ctx{} 登记到 ctx{} 的 children。", e.b, e.a),
        Kind::CtxChild => format!("ctx{} 从 ctx{} 的 children 里移除。", e.b, e.a),
        _ => return None,
    })
}

/// Go's name of the type behind a context, as [`Kind::CtxMake`] numbers it.
#[must_use]
pub fn ctx_kind(why: u8) -> &'static str {
    match why {
        0 => "backgroundCtx",
        1 => "todoCtx",
        2 => "cancelCtx",
        3 => "timerCtx",
        4 => "valueCtx",
        5 => "withoutCancelCtx",
        6 => "afterFuncCtx",
        _ => "自己实现的 Context",
    }
}

/// The sentence of an event on the time line; `None` when the line would say nothing new.
#[must_use]
pub fn moment(rec: &Recording, before: &State, seq: Seq, e: &Event) -> Option<String> {
    let me = who(rec, before, e.g);
    match e.kind {
        Kind::Print => Some(format!("{me} 打印「{}」", rec.text(e.a).replace('\n', "⏎"))),
        Kind::Note => Some(format!("{me} 记下 {} = {}", rec.text(e.a), e.b as i64)),
        Kind::GoCreate if e.a == 1 => None,
        Kind::GoCreate => Some(match rec.text(e.b as u32) {
            "" => format!("{me} 启动 G{}", e.a),
            name => format!("{me} 启动 G{} {name}", e.a),
        }),
        Kind::GoPark => Some(format!("{me} {}", waits_for(rec, WaitReason::from_u8(e.why), e.a))),
        Kind::GoReady => Some(wake(rec, before, seq)),
        Kind::GoYield => Some(format!("{me} {}", if e.why == 1 { "被抢占，回到全局队列" } else { "主动让出处理器" })),
        Kind::GoEnd => Some(format!("{me} {}", ["结束", "Goexit", "panic 退出"][usize::from(e.why.min(2))])),
        Kind::Steal => Some(format!("P{} 从 P{} 偷来 {} 个 goroutine", e.p, e.b, e.a)),
        Kind::TimerFire => Some(format!("计时器 {} 到点", e.a)),
        Kind::Burn => Some(format!("{me} 计算了 {}", time(e.b))),
        Kind::Fatal => Some(format!("运行中止：{}", rec.text(e.a).lines().next().unwrap_or_default())),
        Kind::SelectDone if e.a == u32::MAX => Some(format!("{me} 的 select 走 default")),
        Kind::SelectDone => Some(format!("{me} 的 select 选中第 {} 个分支", e.a + 1)),
        Kind::ChanClose | Kind::ChanMiss => channel(rec, before, e).map(|s| s.trim_end_matches('。').to_owned()),
        Kind::CtxCancel => context(rec, before, e).map(|s| s.trim_end_matches('。').to_owned()),
        Kind::Retake => Some(format!("M{} 在阻塞调用里，P{} 被拿走", e.a, e.p)),
        Kind::PreemptAsk => Some(format!("{} 跑了 {}，请它让出", who(rec, before, e.a), time(e.b))),
        Kind::StwStart => Some("停住世界".to_owned()),
        Kind::StwEnd => Some(format!("世界继续，停了 {}", time(e.b))),
        Kind::ProcCount => Some(format!("现在有 {} 个 P", e.a)),
        Kind::LockThread => Some(format!("{me} 锁在 M{} 上", e.m)),
        Kind::ThreadEnd => Some(format!("线程 M{} 结束", e.a)),
        Kind::StackGrow => Some(format!("{me} 的栈从 {} 长到 {} 字节", e.a, e.b)),
        Kind::StackShrink => Some(format!("{me} 的栈从 {} 缩到 {} 字节", e.a, e.b)),
        _ => None,
    }
}
