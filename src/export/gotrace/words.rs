//! What a Go trace says in words: names of functions on stacks, reasons, messages.
//!
//! Our goroutines have no Go stack. What stands in its place is what is known: the outermost function
//! is the goroutine's name, the innermost what it was doing (`chan send jobs`). Reasons are Go's own
//! strings, for `go tool trace` sorts its profiles by them.
//!
//! Source: runtime/traceruntime.go traceBlockReasonStrings, traceGoStopReasonStrings (go1.27.3)
use crate::trace::event::{Event, Kind, Recording, WaitReason};
use crate::trace::text::time;

/// Go's word for why a goroutine blocks.
pub(super) fn block_reason(why: WaitReason) -> &'static str {
    match why {
        WaitReason::ChanReceive => "chan receive",
        WaitReason::ChanSend => "chan send",
        WaitReason::ChanReceiveNil | WaitReason::ChanSendNil | WaitReason::SelectNoCases => "forever",
        WaitReason::Select => "select",
        WaitReason::Sleep => "sleep",
        WaitReason::MutexLock
        | WaitReason::RWMutexRLock
        | WaitReason::RWMutexLock
        | WaitReason::WaitGroupWait
        | WaitReason::SemAcquire => "sync",
        WaitReason::CondWait => "sync.(*Cond).Wait",
        WaitReason::IoWait => "network",
        WaitReason::Preempted => "preempted",
        WaitReason::Zero | WaitReason::Syscall => "unspecified",
    }
}

/// Go's word for why a goroutine stops but stays runnable.
pub(super) fn stop_reason(why: u8) -> &'static str {
    if why == 1 { "preempted" } else { "runtime.Gosched" }
}

/// Go's word for why the world is stopped.
pub(super) fn stw_reason(why: u8) -> &'static str {
    match why {
        0 => "GOMAXPROCS",
        1 => "GC mark termination",
        2 => "all goroutines stack trace",
        _ => "unknown",
    }
}

/// The innermost function of a goroutine that blocks.
pub(super) fn blocking(rec: &Recording, e: &Event) -> String {
    let why = WaitReason::from_u8(e.why);
    match why {
        WaitReason::ChanReceive | WaitReason::ChanSend => format!("{} {}", why.text(), rec.chan(e.a)),
        WaitReason::MutexLock | WaitReason::RWMutexRLock | WaitReason::RWMutexLock | WaitReason::WaitGroupWait => {
            format!("{} #{}", why.text(), e.a)
        }
        WaitReason::Zero => "wait".to_owned(),
        _ => why.text().to_owned(),
    }
}

/// The innermost function of whoever made a goroutine runnable, from the event that caused it.
pub(super) fn waking(rec: &Recording, cause: Option<&Event>) -> String {
    let Some(c) = cause else { return "ready".to_owned() };
    match c.kind {
        Kind::ChanSendDone => format!("chan send {}", rec.chan(c.a)),
        Kind::ChanRecvDone => format!("chan receive {}", rec.chan(c.a)),
        Kind::ChanClose => format!("close {}", rec.chan(c.a)),
        Kind::SelectDone => "select".to_owned(),
        Kind::TimerFire => "timer".to_owned(),
        Kind::NetPoll => "netpoll".to_owned(),
        Kind::LockRelease => format!("unlock #{}", c.a),
        Kind::SemRelease => format!("semrelease #{}", c.a),
        Kind::WaitGroupAdd => format!("sync.WaitGroup.Done #{}", c.a),
        Kind::CtxCancel => format!("cancel ctx{}", c.a),
        other => other.name().to_owned(),
    }
}

/// Category and message of an annotation; `None` for events that are told in another way.
pub(super) fn annotation(rec: &Recording, e: &Event) -> Option<(&'static str, String)> {
    let value = |id: u64| match rec.text(id as u32) {
        "" => String::new(),
        v => format!(" {v}"),
    };
    Some(match e.kind {
        Kind::Print => ("打印", rec.text(e.a).to_owned()),
        Kind::Note => ("记数", format!("{} = {}", rec.text(e.a), e.b as i64)),
        Kind::Fatal => ("中止", rec.text(e.a).lines().next().unwrap_or_default().to_owned()),
        Kind::ChanMake => ("通道", format!("创建 {} 容量 {}", rec.chan(e.a), e.b)),
        Kind::ChanSendDone => {
            let how = match e.why {
                0 => format!("直接交给 G{}", e.b),
                1 => format!("放进 {} 号槽", e.b),
                _ => "等到了接收者".to_owned(),
            };
            ("通道", format!("向 {} 发送：{how}", rec.chan(e.a)))
        }
        Kind::ChanRecvDone => {
            let how = match e.why {
                0 => format!("从等着的发送者手里拿到{}", value(e.b)),
                1 | 4 => format!("从缓冲取走{}", value(e.b)),
                3 => "已关闭，得到零值".to_owned(),
                _ => format!("等到了{}", value(e.b)),
            };
            ("通道", format!("从 {} 接收：{how}", rec.chan(e.a)))
        }
        Kind::ChanClose => ("通道", format!("关闭 {}，唤醒 {} 个", rec.chan(e.a), e.b)),
        Kind::SelectDone if e.a == u32::MAX => ("select", "走 default".to_owned()),
        Kind::SelectDone => ("select", format!("选中第 {} 个分支", e.a + 1)),
        Kind::CtxCancel => ("context", format!("取消 ctx{}", e.a)),
        Kind::LockThread => ("线程", format!("锁定在 M{}，第 {} 层", e.m, e.a)),
        Kind::UnlockThread => ("线程", format!("解除锁定，还剩 {} 层", e.a)),
        Kind::StackGrow => ("栈", format!("扩大 {} → {} 字节", e.a, e.b)),
        Kind::StackShrink => ("栈", format!("缩小 {} → {} 字节", e.a, e.b)),
        Kind::Signal => ("抢占", format!("收到信号：{}", signal(e.why))),
        Kind::CgoCall if e.why == 1 => ("cgo", "从 C 返回".to_owned()),
        Kind::CgoCall => ("cgo", "调用 C".to_owned()),
        Kind::CgoCallback => ("cgo", "C 回调".to_owned()),
        _ => return None,
    })
}

/// The innermost function of a goroutine that an annotation is about.
pub(super) fn doing(rec: &Recording, e: &Event) -> String {
    match e.kind {
        Kind::ChanMake => format!("make {}", rec.chan(e.a)),
        Kind::ChanSendDone => format!("chan send {}", rec.chan(e.a)),
        Kind::ChanRecvDone => format!("chan receive {}", rec.chan(e.a)),
        Kind::ChanClose => format!("close {}", rec.chan(e.a)),
        Kind::SelectDone => "select".to_owned(),
        Kind::CtxCancel => format!("cancel ctx{}", e.a),
        other => other.name().to_owned(),
    }
}

fn signal(why: u8) -> &'static str {
    ["让出处理器", "此处不可抢占", "运行时正忙", "已经没人要了"][usize::from(why.min(3))]
}

/// The name of a stretch of computing.
pub(super) fn burning(ns: u64) -> String {
    format!("计算 {}", time(ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_to_wait_has_a_word_of_go() {
        let known = ["chan receive", "chan send", "forever", "select", "sleep", "sync", "sync.(*Cond).Wait"];
        for why in WaitReason::ALL {
            let word = block_reason(*why);
            assert!(known.contains(&word) || ["network", "preempted", "unspecified"].contains(&word), "{word}");
        }
    }
}
