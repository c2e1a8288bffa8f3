//! What became of a child process, in words: a crash is a result, not an accident.
use crate::cli::error::CliError;
use crate::lab::Demo;
use crate::lab::child::Answer;
use crate::lab::sandbox::{Ended, Limits, Watched};
use crate::lab::wire::{Message, WireError};

/// A child that did not finish its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One sentence: what happened.
    pub what: String,
    /// What to do about it; may be empty.
    pub mend: String,
    /// As a shell would give it: the child's own code, 124 for the clock, 128 + signal.
    pub code: i32,
    /// The last lines it wrote to stderr, or the dump that was asked for.
    pub tail: Vec<String>,
    /// Ctrl-C.
    pub interrupted: bool,
}

/// Lines of stderr shown.
const TAIL_LINES: usize = 5;
/// Begins a dump that was asked for, which is shown as a whole.
const QUIT: &str = "SIGQUIT: quit";

/// `None` when the child did all its work.
#[must_use]
pub fn failure(demo: &Demo, watched: &Watched<Answer>, limits: &Limits) -> Option<Failure> {
    let broken = watched.stdout.as_ref().and_then(|a| a.broken.as_ref());
    if watched.ended == Ended::Exit(0) && watched.stdout.is_some() && broken.is_none() {
        return None;
    }
    let stderr = watched.stderr.text();
    let (what, mend, code) = words(demo, watched, limits, &stderr);
    let lines = if stderr.contains(QUIT) { usize::MAX } else { TAIL_LINES };
    let mut tail: Vec<String> =
        stderr.lines().rev().filter(|l| !l.trim().is_empty()).take(lines).map(str::to_owned).collect();
    tail.reverse();
    Some(Failure { what, mend, code, tail, interrupted: watched.ended == Ended::Interrupted })
}

fn words(demo: &Demo, watched: &Watched<Answer>, limits: &Limits, stderr: &str) -> (String, String, i32) {
    let during =
        last_begun(watched).filter(|w| w != demo.id).map_or_else(String::new, |w| format!("（在「{w}」这一步）"));
    let id = demo.id;
    let wall = humane(limits.wall);
    match watched.ended {
        Ended::Timeout => (
            format!("演示 {id} 跑了超过 {wall}，已经停掉{during}：它可能是死循环，或者在等永远不会来的东西"),
            "给它更多时间：--timeout 60s".to_owned(),
            124,
        ),
        Ended::Output => (
            format!("演示 {id} 输出超过 {} MiB，已经停掉{during}", limits.output >> 20),
            "它可能在循环里不停打印".to_owned(),
            125,
        ),
        Ended::Interrupted => (format!("演示 {id} 被中断，子进程已经结束"), String::new(), 130),
        Ended::Signal(signal) => {
            let (what, mend) = of_signal(signal, stderr, limits);
            (format!("演示 {id} {what}{during}"), mend, 128 + signal)
        }
        Ended::Exit(0) => {
            let why = match watched.stdout.as_ref().and_then(|a| a.broken.as_ref()) {
                Some(WireError::Garbled(part)) => format!("交回的结果读不懂（{part}）"),
                _ => "没有交回结果就结束了".to_owned(),
            };
            (format!("演示 {id} 的子进程{why}{during}"), "它可能自己退出了进程".to_owned(), 0)
        }
        Ended::Exit(70) => {
            (format!("演示 {id} 的子进程没能开始"), "系统不允许设置资源限制？看 bagu doctor".to_owned(), 70)
        }
        Ended::Exit(101) if stderr.contains("memory") => {
            (format!("演示 {id} 要的内存超过了 {} MiB 的上限{during}", limits.memory_mb), String::new(), 101)
        }
        Ended::Exit(2) if stderr.contains(QUIT) => {
            (format!("演示 {id} 收到 SIGQUIT，和 Go 一样打印全部协程后以退出码 2 结束{during}"), String::new(), 2)
        }
        Ended::Exit(2) if stderr.contains("fatal error: stack overflow") => {
            (format!("演示 {id} 栈溢出了，和 Go 一样以退出码 2 结束{during}"), "看递归有没有停下来的条件".to_owned(), 2)
        }
        Ended::Exit(code) => (format!("演示 {id} 自己退出了进程，退出码 {code}{during}"), String::new(), code),
    }
}

/// What a deadly signal means here: who sent it and why.
fn of_signal(signal: i32, stderr: &str, limits: &Limits) -> (String, String) {
    let overflow = stderr.contains("overflowed its stack")
        || stderr.contains("stack overflow")
        || stderr.contains("goroutine stack exceeds");
    match signal {
        libc::SIGSEGV | libc::SIGBUS | libc::SIGABRT if overflow => {
            ("栈溢出了：函数调用得太深，多半是没有出口的递归".to_owned(), "看递归有没有停下来的条件".to_owned())
        }
        libc::SIGABRT if stderr.contains("memory allocation of") => {
            (format!("用光了 {} MiB 的内存上限", limits.memory_mb), "它可能在循环里不停地分配".to_owned())
        }
        libc::SIGABRT => ("主动中止了（SIGABRT）".to_owned(), String::new()),
        libc::SIGSEGV => ("访问了不该访问的内存（SIGSEGV，段错误）".to_owned(), String::new()),
        libc::SIGBUS => ("访问了坏的内存地址（SIGBUS）".to_owned(), String::new()),
        libc::SIGXCPU => ("用光了 CPU 时间上限".to_owned(), "它可能在死循环；--timeout 可以放宽".to_owned()),
        libc::SIGKILL => ("被系统强行结束（SIGKILL），可能是机器内存不够".to_owned(), String::new()),
        libc::SIGILL | libc::SIGTRAP | libc::SIGFPE => (format!("执行了非法指令（信号 {signal}）"), String::new()),
        n => (format!("被信号 {n} 结束"), String::new()),
    }
}

/// The work that had begun last.
fn last_begun(watched: &Watched<Answer>) -> Option<String> {
    let messages = &watched.stdout.as_ref()?.messages;
    messages.iter().rev().find_map(|m| if let Message::Begin(name) = m { Some(name.clone()) } else { None })
}

fn humane(d: std::time::Duration) -> String {
    if d.subsec_millis() == 0 { format!("{} 秒", d.as_secs()) } else { format!("{} 毫秒", d.as_millis()) }
}

/// The system would not even start the child.
pub fn cannot_start(e: &std::io::Error) -> CliError {
    CliError::io("没法启动演示的子进程", e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_told_apart_by_what_was_said() {
        let l = Limits::default();
        assert!(of_signal(libc::SIGABRT, "memory allocation of 16777216 bytes failed", &l).0.contains("1024 MiB"));
        assert!(of_signal(libc::SIGABRT, "thread 'main' has overflowed its stack", &l).0.contains("栈溢出"));
        assert!(of_signal(libc::SIGSEGV, "", &l).0.contains("段错误"));
        assert!(of_signal(libc::SIGXCPU, "", &l).0.contains("CPU"));
        assert!(of_signal(40, "", &l).0.contains("40"));
    }
}
