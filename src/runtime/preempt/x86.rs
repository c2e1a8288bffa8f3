//! The x86-64 Linux part: handler, trampoline, clock.
#![allow(unsafe_code)]
use std::arch::x86_64::{__cpuid, __cpuid_count};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

use super::{Fate, Mail};
use crate::runtime::coro::Yield;
use crate::runtime::fault::Faults;
use crate::runtime::g;
use crate::runtime::lock;
use crate::runtime::sched::{self, M};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Signals work here.
pub(crate) const SUPPORTED: bool = true;

/// Stack that the switch away needs below the interrupted frame.
const ROOM: usize = 12 << 10;
/// Parts of the register file that are saved: x87, SSE, AVX, AVX-512.
const XSAVE_MASK: u32 = 0xE7;

unsafe extern "C" {
    static __start_bagu_preempt: u8;
    static __stop_bagu_preempt: u8;
    fn bagu_async_preempt();
}

// One instruction keeps the section alive when nothing else of it is linked in ("R": retain).
// What the kernel saved is back in the registers when `bagu_async_preempt` runs. `bagu_xsave_kind`: 0 = fxsave,
// 1 = xsave. The area is 64-byte aligned below everything that was pushed.
std::arch::global_asm!(
    r#"
    .section bagu_preempt,"axR",@progbits
    nop
    .text
    .globl bagu_async_preempt
    .hidden bagu_async_preempt
    .type bagu_async_preempt,@function
bagu_async_preempt:
    pushfq
    push rbp
    mov rbp, rsp
    push rax
    push rcx
    push rdx
    push rbx
    push rsi
    push rdi
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    mov rbx, rsp
    sub rsp, 4096
    and rsp, -64
    cmp dword ptr [rip + {kind}], 0
    je 2f
    xor eax, eax
    lea rdi, [rsp + 512]
    mov ecx, 8
    cld
    rep stosq
    mov eax, {mask}
    xor edx, edx
    xsave64 [rsp]
    jmp 3f
2:  fxsave64 [rsp]
3:  cld
    mov rdi, [rbx + 128]
    call {body}
    cmp dword ptr [rip + {kind}], 0
    je 4f
    mov eax, {mask}
    xor edx, edx
    xrstor64 [rsp]
    jmp 5f
4:  fxrstor64 [rsp]
5:  mov rsp, rbx
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rdi
    pop rsi
    pop rbx
    pop rdx
    pop rcx
    pop rax
    pop rbp
    popfq
    ret 128
    .size bagu_async_preempt, .-bagu_async_preempt
"#,
    kind = sym XSAVE,
    mask = const XSAVE_MASK,
    body = sym body,
);

/// 1 when the processor and the system save vector registers with `xsave`.
static XSAVE: AtomicU32 = AtomicU32::new(0);

/// Counts time with nothing but the processor's counter: no call, no safe point.
#[unsafe(link_section = "bagu_preempt")]
#[inline(never)]
pub(crate) fn spin_until_tsc(end: u64) {
    // SAFETY: reads a counter.
    unsafe {
        std::arch::asm!(
            "2:", "rdtsc", "shl rdx, 32", "or rax, rdx", "cmp rax, {end}", "jb 2b",
            end = in(reg) end, out("rax") _, out("rdx") _,
        );
    }
}

/// Counter steps a microsecond, measured once.
pub(crate) fn tsc_per_us() -> u64 {
    static RATE: OnceLock<u64> = OnceLock::new();
    *RATE.get_or_init(|| {
        let (t, c) = (Instant::now(), tsc());
        while t.elapsed() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        ((tsc() - c) / t.elapsed().as_micros().max(1) as u64).max(1)
    })
}

pub(crate) fn tsc() -> u64 {
    // SAFETY: reads a counter.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Installs the handler, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let osxsave = __cpuid(1).ecx & (1 << 27) != 0;
        let size = if osxsave { __cpuid_count(0xD, 0).ebx } else { 0 };
        // 4096 bytes are set aside; AMX tiles, which would not fit, are not in the mask.
        XSAVE.store(u32::from(osxsave && size > 0 && saved_size() <= 4096 - 64), Relaxed);
        let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = on_signal;
        // SAFETY: a zeroed sigaction is valid; the handler keeps A2.
        unsafe {
            let mut a: libc::sigaction = std::mem::zeroed();
            a.sa_sigaction = handler as usize;
            a.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
            libc::sigaction(libc::SIGURG, &raw const a, std::ptr::null_mut());
        }
    });
}

/// Bytes that `xsave` writes for our mask in the standard layout.
fn saved_size() -> u32 {
    (2..8)
        .filter(|i| XSAVE_MASK & (1 << i) != 0)
        .map(|i| {
            let part = __cpuid_count(0xD, i);
            part.ebx + part.eax
        })
        .max()
        .unwrap_or(0)
        .max(576)
}

/// What [`signal`] needs of the calling thread.
pub(crate) fn own_id() -> u64 {
    // SAFETY: asks for a number.
    unsafe { libc::syscall(libc::SYS_gettid) as u64 }
}

/// Sends the signal to the thread of `m`, unless one is underway to it, which will do as well.
pub(crate) fn signal(m: &M) {
    if let Some(os) = m.mail.begin() {
        // SAFETY: the thread is there: it does not end before it has taken this signal (`Mail`).
        let failed = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), os as libc::pid_t, libc::SIGURG) };
        if failed != 0 {
            m.mail.take_back();
        }
    }
}

fn in_section(pc: u64) -> bool {
    let (lo, hi) = (&raw const __start_bagu_preempt as u64, &raw const __stop_bagu_preempt as u64);
    (lo..hi).contains(&pc)
}

extern "C" fn on_signal(_: i32, _: *mut libc::siginfo_t, ctx: *mut libc::c_void) {
    // SAFETY: A2: the thread's own record, alive while the thread is in its run.
    let m = unsafe { g::cur_m().as_ref() };
    // SAFETY: the kernel passes the context of the interrupted code.
    let regs = unsafe { &mut (*ctx.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    Mail::receive(m.map(|m| &m.mail), || m.map_or(Fate::NoGoroutine, |m| decide(m, regs)));
}

/// May the goroutine be stopped here? Then its next instruction is made that of `bagu_async_preempt`.
fn decide(m: &M, regs: &mut [i64; 23]) -> Fate {
    let g = m.curg.get();
    // SAFETY: the goroutine this thread is running; its shell is there.
    let Some(g) = (unsafe { g.as_ref() }) else { return Fate::NoGoroutine };
    if !g.preempt.load(Relaxed) {
        return Fate::NotAsked;
    }
    let (pc, sp) = (regs[libc::REG_RIP as usize] as u64, regs[libc::REG_RSP as usize] as u64);
    if !in_section(pc) && !g.rt().faults.has(Faults::PREEMPT_ANYWHERE) {
        return Fate::Refused; // the goroutine may even be ending, its shell already given back
    }
    // SAFETY: as `g`; who runs preemptible code has a shell.
    let Some(shell) = (unsafe { g.shell.get().as_ref() }) else { return Fate::Refused };
    if sp < shell.slot().low() as u64 + ROOM as u64 {
        return Fate::NoRoom;
    }
    // As if the interrupted code had called `bagu_async_preempt`, below its red zone (A3).
    let at = sp - 128 - 8;
    // SAFETY: within the goroutine's stack, ROOM above its guard, below anything in use.
    unsafe { (at as *mut u64).write(pc) };
    regs[libc::REG_RSP as usize] = at as i64;
    regs[libc::REG_RIP as usize] = bagu_async_preempt as *const () as i64;
    Fate::Stopped
}

/// On the goroutine's stack, with every register saved: gives way.
///
/// What the handler decided is judged again by what is seen here: the return address, the stack this
/// runs on, the locks the thread holds.
extern "C" fn body(pc: u64) {
    let g = g::me();
    let rt = g.rt();
    let here = (&raw const rt).addr();
    // SAFETY: the running goroutine has a shell.
    let slot = unsafe { (*g.shell.get()).slot() };
    let on_its_stack = slot.holds(here);
    let locked = lock::held() > 0;
    if !in_section(pc) || !on_its_stack || locked {
        // SAFETY: a scheduler thread.
        return unsafe { (*g::cur_m()).mail.misplaced(locked) };
    }
    if rt.unwinding() {
        return;
    }
    g.preempt.store(false, Relaxed);
    if rt.is_dying() {
        crate::runtime::seam::halt(); // the run is over; nothing of this belongs into its recording
    }
    rt.event(Kind::Signal, 0, 0, 0, NO_CAUSE);
    rt.event(Kind::GoYield, 0, 0, 1, NO_CAUSE);
    // SAFETY: the running goroutine.
    unsafe { sched::suspend(g, Yield::Sched(true)) };
    if rt.is_dying() {
        crate::runtime::seam::halt();
    }
}
