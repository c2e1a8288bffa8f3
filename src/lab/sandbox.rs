//! The child process a demo runs in: limits, watching, and never an orphan.
//!
//! Two sides:
//!
//! 1. the child calls [`limit_self`] before anything else: data segment, CPU time, no core file,
//!    dies with its parent;
//! 2. the parent calls [`watch`]: own process group, wall clock (TERM, then KILL to the group),
//!    a cap on what is printed, and Ctrl-C that ends the child first.
//!
//! Invariants
//!   B1  when `watch` returns, no process of the child's group is left
//!   B2  at most [`HEAD`] + [`TAIL`] bytes of stderr are kept, whatever the child writes
//!   B3  the handlers of SIGINT, SIGTERM, SIGHUP and SIGQUIT are ours only while a child runs
//!
//! Not done: limits set by the parent between fork and exec (`pre_exec`), which allows only
//! async-signal-safe calls; the child is our own binary and limits itself in its first lines.
//! Not done: `RLIMIT_AS`, which would count address space that stacks only reserve.
#![allow(unsafe_code)]
use std::collections::VecDeque;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// First bytes of stderr kept.
pub const HEAD: usize = 16 * 1024;
/// Last bytes of stderr kept.
pub const TAIL: usize = 16 * 1024;
/// Between TERM and KILL.
const GRACE: Duration = Duration::from_millis(200);
/// How often the parent looks at the clock and at Ctrl-C.
const TICK: Duration = Duration::from_millis(10);

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub wall: Duration,
    /// Data segment (heap and anonymous mappings), MiB.
    pub memory_mb: u64,
    /// Bytes the child may print before it is stopped.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall: Duration::from_secs(10), memory_mb: 1024, output: 4 << 20 }
    }
}

/// How a child ended, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Exit(i32),
    Signal(i32),
    /// Longer than the wall clock allows.
    Timeout,
    /// More output than allowed.
    Output,
    /// Ctrl-C (or TERM, HUP) reached us.
    Interrupted,
}

/// A finished child.
#[derive(Debug)]
pub struct Watched<T> {
    pub ended: Ended,
    /// What the reader of stdout made of it; `None` when the reader itself failed.
    pub stdout: Option<T>,
    pub stderr: Capped,
    pub wall: Duration,
}

/// Output of which head and tail are kept.
#[derive(Clone, Debug, Default)]
pub struct Capped {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: usize,
}

impl Capped {
    /// Takes more bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len();
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend(&bytes[..room]);
        let rest = &bytes[room..];
        let rest = &rest[rest.len().saturating_sub(TAIL)..];
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
    }
    /// Bytes written in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }
    /// What is kept, with a line in the middle that says how much is missing.
    #[must_use]
    pub fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let missing = self.total - self.head.len() - tail.len();
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        if missing == 0 {
            format!("{head}{tail}")
        } else {
            format!("{head}\n…（省略 {missing} 字节）…\n{tail}")
        }
    }
}

// ── the child's side ──

/// Puts this process under limits. Called first thing in the child.
///
/// # Errors
/// When the system refuses a limit, or the parent is gone already.
pub fn limit_self(limits: &Limits, parent: u32) -> io::Result<()> {
    let cpu = limits.wall.as_secs() * 4 + 2;
    set_limit(libc::RLIMIT_DATA, limits.memory_mb << 20)?;
    set_limit(libc::RLIMIT_CPU, cpu)?;
    set_limit(libc::RLIMIT_CORE, 0)?;
    die_with_parent(parent)
}

#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
type Resource = libc::c_int;

fn set_limit(what: Resource, most: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: most as libc::rlim_t, rlim_max: most as libc::rlim_t };
    // SAFETY: the struct is initialised and lives through the call.
    check(unsafe { libc::setrlimit(what, &raw const limit) })
}

fn check(returned: libc::c_int) -> io::Result<()> {
    if returned == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Asks the kernel to kill us when the parent goes; checks that it is not gone already.
fn die_with_parent(parent: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: prctl with PR_SET_PDEATHSIG takes one number and touches no memory of ours.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    if std::os::unix::process::parent_id() == parent {
        Ok(())
    } else {
        Err(io::Error::other("the parent process is gone"))
    }
}

/// Says on stderr that the stack overflowed when a fault lies near the stack pointer.
///
/// Goroutine stacks are not the threads' own, so the standard library's handler, which knows only
/// those, would leave a bare segmentation fault. The handler runs on the alternate stack that the
/// standard library gives every thread.
///
/// # Errors
/// When the system refuses the handler.
pub fn name_overflows() -> io::Result<()> {
    // SAFETY: the struct is fully initialised; the handler does only what a signal handler may.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
        new.sa_sigaction = handler as usize;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        check(libc::sigaction(libc::SIGSEGV, &raw const new, std::ptr::null_mut()))?;
        check(libc::sigaction(libc::SIGBUS, &raw const new, std::ptr::null_mut()))
    }
}

extern "C" fn on_fault(_: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    /// A frame's probe touches at most this far from the stack pointer.
    const NEAR: usize = 1 << 16;
    const WORDS: &[u8] = b"stack overflow\n";
    // SAFETY: the kernel hands valid pointers; write is async-signal-safe. Returning runs the
    // faulting instruction again, now with the default action (SA_RESETHAND): the process dies.
    unsafe {
        let at = (*info).si_addr() as usize;
        if stack_pointer(context).is_some_and(|sp| sp.abs_diff(at) <= NEAR) {
            libc::write(2, WORDS.as_ptr().cast(), WORDS.len());
        }
    }
}

/// The stack pointer at a fault, where we know the layout of the machine's context.
///
/// # Safety
/// `context` is what the kernel gave a `SA_SIGINFO` handler.
#[allow(clippy::unnecessary_wraps)] // `None` on machines whose context we do not know
unsafe fn stack_pointer(context: *mut libc::c_void) -> Option<usize> {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    // SAFETY: the caller's promise.
    return Some(unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_RSP as usize] as usize });
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    // SAFETY: the caller's promise.
    return Some(unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.sp as usize });
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        let _ = context;
        None
    }
}

/// Makes stray writes to stdout go to stderr and returns the real stdout for results.
///
/// # Errors
/// When the system is out of descriptors.
pub fn claim_stdout() -> io::Result<std::fs::File> {
    use std::os::fd::FromRawFd;
    // SAFETY: dup and dup2 only take descriptor numbers; 1 and 2 are open in a child that `watch`
    // started. The new descriptor belongs to nobody else, so the File may own it.
    unsafe {
        let real = libc::dup(1);
        if real < 0 || libc::dup2(2, 1) < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(std::fs::File::from_raw_fd(real))
    }
}

/// Dies of a segmentation fault (self-test).
pub(crate) fn raise_segv() {
    // SAFETY: raise takes a number; resetting the handler first makes the fault fatal at once.
    unsafe {
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::raise(libc::SIGSEGV);
    }
}

/// Largest resident set of this process so far, KiB.
#[must_use]
pub fn max_rss_kb() -> u64 {
    // SAFETY: all-zero is a valid rusage, and getrusage fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let n = usage.ru_maxrss.max(0) as u64;
    if cfg!(target_os = "macos") { n / 1024 } else { n }
}

// ── the parent's side ──

/// Runs `command` under watch; `read` gets its stdout on a thread of its own.
///
/// # Errors
/// When the program cannot be started.
pub fn watch<T, F>(mut command: Command, limits: &Limits, read: F) -> io::Result<Watched<T>>
where
    T: Send + 'static,
    F: FnOnce(ChildStdout) -> T + Send + 'static,
{
    let _guard = Signals::catch();
    let start = Instant::now();
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let kept = Arc::new(Mutex::new(Capped::default()));
    let (done_tx, done) = channel();
    let out = child.stdout.take().map(|pipe| {
        let done = done_tx.clone();
        thread::spawn(move || {
            let result = read(pipe);
            let _ = done.send(());
            result
        })
    });
    let err = child.stderr.take().map(|mut pipe| {
        let kept = Arc::clone(&kept);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..n]);
            }
            let _ = done_tx.send(());
        })
    });
    let ended = attend(&mut child, limits, start, &done, &kept);
    kill_group(&child, libc::SIGKILL);
    let status = child.wait()?;
    // A grandchild that left the group could hold the pipes; the group is dead, so do not wait long.
    let stdout = out.and_then(|t| join(t, GRACE * 10));
    if let Some(t) = err {
        let _ = join(t, GRACE);
    }
    let stderr = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Watched { ended: ended.unwrap_or_else(|| of_status(status)), stdout, stderr, wall: start.elapsed() })
}

fn join<T>(thread: thread::JoinHandle<T>, within: Duration) -> Option<T> {
    let until = Instant::now() + within;
    while !thread.is_finished() && Instant::now() < until {
        thread::sleep(Duration::from_millis(1));
    }
    if thread.is_finished() { thread.join().ok() } else { None }
}

/// Waits until the child has closed its pipes and ended, or must be stopped. `None`: it ended by
/// itself.
fn attend(
    child: &mut Child,
    limits: &Limits,
    start: Instant,
    done: &Receiver<()>,
    kept: &Mutex<Capped>,
) -> Option<Ended> {
    loop {
        match done.recv_timeout(TICK) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => {}
            // Both pipes are closed: only the exit is missing.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(1)),
        }
        if INTERRUPTS.load(SeqCst) > 0 {
            stop(child);
            return Some(Ended::Interrupted);
        }
        if QUITS.swap(0, SeqCst) > 0 {
            // The child answers with a dump of its goroutines and ends by itself.
            kill_group(child, libc::SIGQUIT);
        }
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return None;
        }
        if kept.lock().unwrap_or_else(PoisonError::into_inner).total() > limits.output {
            stop(child);
            return Some(Ended::Output);
        }
        if start.elapsed() > limits.wall {
            stop(child);
            return Some(Ended::Timeout);
        }
    }
}

/// TERM, a little patience, KILL; to the whole group.
fn stop(child: &mut Child) {
    kill_group(child, libc::SIGTERM);
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            break;
        }
        thread::sleep(Duration::from_millis(2));
    }
    kill_group(child, libc::SIGKILL);
}

fn kill_group(child: &Child, signal: libc::c_int) {
    // SAFETY: kill takes numbers only. The group bears the child's id, which cannot have been given
    // to another group while its leader has not been waited for, or while members remain.
    unsafe {
        libc::kill(-(child.id() as libc::pid_t), signal);
    }
}

fn of_status(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Exit(-1),
    }
}

/// Interrupts since the first child in flight was started.
static INTERRUPTS: AtomicI32 = AtomicI32::new(0);
/// Children in flight; handlers are installed while it is not zero.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
/// The handlers to put back, and the lock under which they change.
static SAVED: Mutex<Vec<(libc::c_int, libc::sigaction)>> = Mutex::new(vec![]);
/// Times that SIGQUIT came and was not passed on yet.
static QUITS: AtomicI32 = AtomicI32::new(0);
const CAUGHT: [libc::c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

extern "C" fn on_interrupt(signal: libc::c_int) {
    // An atomic add is all a handler may safely do.
    let counter = if signal == libc::SIGQUIT { &QUITS } else { &INTERRUPTS };
    counter.fetch_add(1, SeqCst);
}

/// Our handlers, while it lives (B3).
struct Signals;

impl Signals {
    fn catch() -> Self {
        let mut saved = SAVED.lock().unwrap_or_else(PoisonError::into_inner);
        if IN_FLIGHT.fetch_add(1, SeqCst) == 0 {
            INTERRUPTS.store(0, SeqCst);
            for signal in CAUGHT {
                // SAFETY: both structs are valid; the handler does one atomic add.
                unsafe {
                    let mut new: libc::sigaction = std::mem::zeroed();
                    let mut old: libc::sigaction = std::mem::zeroed();
                    let handler: extern "C" fn(libc::c_int) = on_interrupt;
                    new.sa_sigaction = handler as usize;
                    if libc::sigaction(signal, &raw const new, &raw mut old) == 0 {
                        saved.push((signal, old));
                    }
                }
            }
        }
        Self
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let mut saved = SAVED.lock().unwrap_or_else(PoisonError::into_inner);
        if IN_FLIGHT.fetch_sub(1, SeqCst) == 1 {
            for (signal, old) in saved.drain(..) {
                // SAFETY: `old` is what the system gave us for this signal.
                unsafe {
                    libc::sigaction(signal, &raw const old, std::ptr::null_mut());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut c = Command::new("/bin/sh");
        c.args(["-c", script]);
        c
    }
    fn limits(ms: u64) -> Limits {
        Limits { wall: Duration::from_millis(ms), ..Limits::default() }
    }
    fn text(mut pipe: ChildStdout) -> String {
        let mut s = String::new();
        let _ = pipe.read_to_string(&mut s);
        s
    }

    #[test]
    fn exit_signal_and_both_streams() {
        let w = watch(shell("echo out; echo err >&2; exit 7"), &limits(5000), text).expect("sh starts");
        assert_eq!((w.ended, w.stdout.as_deref(), w.stderr.text().as_str()), (Ended::Exit(7), Some("out\n"), "err\n"));
        let w = watch(shell("kill -SEGV $$"), &limits(5000), text).expect("sh starts");
        assert_eq!(w.ended, Ended::Signal(libc::SIGSEGV));
    }

    #[test]
    fn the_clock_ends_a_group_that_ignores_term() {
        let start = Instant::now();
        let w =
            watch(shell("trap '' TERM; sleep 60 & echo $!; wait; sleep 60"), &limits(150), text).expect("sh starts");
        assert_eq!(w.ended, Ended::Timeout);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        let grandchild: i32 = w.stdout.expect("its id").trim().parse().expect("a number");
        let gone = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(5));
            let stat = std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        });
        assert!(gone, "the grandchild {grandchild} is left");
    }

    #[test]
    fn endless_output_is_stopped_and_capped() {
        let l = Limits { output: 1 << 20, ..limits(20_000) };
        let w = watch(shell("echo first >&2; exec yes >&2"), &l, text).expect("sh starts");
        assert_eq!(w.ended, Ended::Output);
        let kept = w.stderr.text();
        assert!(kept.starts_with("first\ny\n") && kept.contains("省略"), "{}", &kept[..40]);
        assert!(kept.len() < HEAD + TAIL + 100);
    }

    #[test]
    fn head_and_tail() {
        let mut c = Capped::default();
        c.push(b"abc");
        assert_eq!(c.text(), "abc");
        for i in 0..10_000 {
            c.push(format!("line {i}\n").as_bytes());
        }
        assert!(c.text().starts_with("abcline 0\n") && c.text().ends_with("line 9999\n"));
    }
}
