//! Stacks for goroutines, cut from large mappings.
//!
//! ```text
//!   one piece (2 MiB of address space)
//!   [guard| stack 0 ......... top][guard| stack 1 ......... top] …
//!                            ^ pages are used when touched, from the top down
//! ```
//!
//! Invariants
//!   B1  the lowest page of each stack is a guard: touching it is a fault, never another's memory
//!   B2  a stack is in the free list of its class or belongs to exactly one coroutine
//!   B3  stacks in the free list are cold: they hold no memory, only addresses
//!
//! Guards are `MADV_GUARD_INSTALL` marks where the kernel has them (Linux 6.13): they live in the
//! page table and split no mapping. Elsewhere each guard is an `mprotect`, which splits the mapping
//! in two, and Linux ends at about 32,000 stacks (vm.max_map_count); [`cannot_map`] says so.
//!
//! Not done: one mapping a stack (a system call and two kernel records each, 4.7 µs); one size for
//! all (a million stacks of 8 MiB are too much for the page tables).
//! Go: runtime/stack.go stackalloc, stackpool (go1.27.3): there stacks start at 2 KiB and move.
#![allow(unsafe_code)]
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use super::lock::Locked;

/// Address space of a stack by class; pages are used only when touched.
const CLASS_BYTES: [usize; 4] = [64 << 10, 256 << 10, 1 << 20, 8 << 20];
/// Mapped at once.
const PIECE_BYTES: usize = 2 << 20;
#[cfg(target_os = "linux")]
const MADV_GUARD_INSTALL: i32 = 102;

/// Which of the four sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Class(u8);

impl Class {
    /// The usual goroutine: 64 KiB.
    #[cfg(test)]
    pub(crate) const SMALL: Class = Class(0);
    /// Virtual threads: 256 KiB.
    pub(crate) const BIG: Class = Class(1);
    /// The main goroutine: 1 MiB.
    pub(crate) const MAIN: Class = Class(2);

    /// The smallest class that holds `bytes`; the largest when none does.
    pub(crate) fn for_bytes(bytes: usize) -> Self {
        Class(CLASS_BYTES.iter().position(|&b| b >= bytes).unwrap_or(CLASS_BYTES.len() - 1) as u8)
    }
    pub(crate) fn bytes(self) -> usize {
        CLASS_BYTES[self.0 as usize]
    }
    /// 0 to 3, by size.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The lowest address of a stack, guard included.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    low: NonNull<u8>,
    pub(crate) class: Class,
}

// SAFETY: an address; who owns the memory behind it is B2.
unsafe impl Send for Slot {}

static FREE: [Locked<Vec<Slot>>; CLASS_BYTES.len()] = [const { Locked::new(Vec::new()) }; CLASS_BYTES.len()];
/// The kernel has guard marks; found out once.
static MARKS: AtomicBool = AtomicBool::new(true);

fn page() -> usize {
    static PAGE: OnceLock<usize> = OnceLock::new();
    // SAFETY: asks for a number.
    *PAGE.get_or_init(|| usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096))
}

impl Slot {
    /// A cold stack of this class.
    pub(crate) fn take(class: Class) -> Self {
        let mut free = FREE[class.0 as usize].lock();
        if free.is_empty() {
            map_piece(class, &mut free);
        }
        match free.pop() {
            Some(s) => s,
            None => cannot_map(),
        }
    }

    /// Gives the memory back to the system and the addresses to the free list.
    ///
    /// # Safety
    /// Nothing on the stack is used any more.
    pub(crate) unsafe fn give_back(self) {
        // SAFETY: our own mapping (B2). Guard marks survive DONTNEED.
        unsafe { libc::madvise(self.low.as_ptr().cast(), self.class.bytes(), libc::MADV_DONTNEED) };
        FREE[self.class.0 as usize].lock().push(self);
    }

    /// Where a stack begins that grows down from below `header` bytes at the top; aligned for both.
    pub(crate) fn below_top(self, header: usize) -> *mut u8 {
        // SAFETY: within one mapping.
        unsafe { self.low.as_ptr().add((self.class.bytes() - header) & !63) }
    }

    /// The lowest address.
    #[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), allow(dead_code))] // `preempt` asks
    pub(crate) fn low(self) -> usize {
        self.low.as_ptr() as usize
    }

    /// Does `addr` lie on this stack?
    #[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), allow(dead_code))] // as `low`
    pub(crate) fn holds(self, addr: usize) -> bool {
        (self.low()..self.low() + self.class.bytes()).contains(&addr)
    }

    /// Does `addr` lie in the guard of this stack?
    pub(crate) fn guards(self, addr: usize) -> bool {
        let low = self.low.as_ptr() as usize;
        (low..low + page()).contains(&addr)
    }
}

fn map_piece(class: Class, free: &mut Vec<Slot>) {
    let bytes = class.bytes();
    let n = (PIECE_BYTES / bytes).max(1);
    // SAFETY: a fresh private mapping.
    let at = unsafe {
        libc::mmap(
            null_mut(),
            n * bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED {
        return;
    }
    // SAFETY: within the mapping.
    let lows = (0..n).rev().filter_map(|i| NonNull::new(unsafe { at.cast::<u8>().add(i * bytes) }));
    if !guard_all(lows.clone()) && !lows.clone().all(guard) {
        cannot_map();
    }
    free.extend(lows.map(|low| Slot { low, class }));
}

/// All guards of a piece by one system call (Linux 6.15 and later; half the time of one each).
#[cfg(target_os = "linux")]
fn guard_all(lows: impl Iterator<Item = NonNull<u8>>) -> bool {
    /// This process, in place of a process descriptor.
    const PIDFD_SELF: i32 = -10_000;
    let list: Vec<libc::iovec> =
        lows.map(|low| libc::iovec { iov_base: low.as_ptr().cast(), iov_len: page() }).collect();
    // SAFETY: our own fresh mapping, nothing on the pages.
    let done = unsafe {
        libc::syscall(libc::SYS_process_madvise, PIDFD_SELF, list.as_ptr(), list.len(), MADV_GUARD_INSTALL, 0)
    };
    done == (list.len() * page()) as i64
}

#[cfg(not(target_os = "linux"))]
fn guard_all(_: impl Iterator<Item = NonNull<u8>>) -> bool {
    false
}

/// Makes the lowest page a guard (B1). False when the kernel refuses.
fn guard(low: NonNull<u8>) -> bool {
    #[cfg(target_os = "linux")]
    if MARKS.load(Relaxed) {
        // SAFETY: our own fresh mapping, nothing on the page.
        if unsafe { libc::madvise(low.as_ptr().cast(), page(), MADV_GUARD_INSTALL) } == 0 {
            return true;
        }
        MARKS.store(false, Relaxed);
    }
    // SAFETY: as above.
    unsafe { libc::mprotect(low.as_ptr().cast(), page(), libc::PROT_NONE) == 0 }
}

/// Go ends the process as well: there is no goroutine that could go on.
#[cold]
fn cannot_map() -> ! {
    let why = std::io::Error::last_os_error();
    let hint = if MARKS.load(Relaxed) {
        "out of memory or address space"
    } else {
        "this kernel has no guard marks (Linux 6.13), so about 32000 stacks fit under vm.max_map_count"
    };
    eprintln!("runtime: cannot map a goroutine stack: {why} ({hint})\nfatal error: out of memory (goroutine stack)");
    std::process::exit(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_round_up() {
        assert_eq!(Class::for_bytes(1), Class::SMALL);
        assert_eq!(Class::for_bytes((64 << 10) + 1), Class::BIG);
        assert_eq!(Class::for_bytes(usize::MAX).bytes(), 8 << 20);
    }

    #[test]
    fn a_stack_is_writable_to_its_guard_and_comes_back_zeroed() {
        let s = Slot::take(Class::SMALL);
        // SAFETY: ours until given back; the guard is the lowest page.
        unsafe {
            let lowest = s.low.as_ptr().add(page());
            *lowest = 7;
            assert!(s.guards(s.low.as_ptr() as usize) && !s.guards(lowest as usize));
            s.give_back();
        }
        let again = Slot::take(Class::SMALL);
        // SAFETY: as above.
        unsafe {
            assert_eq!(*again.low.as_ptr().add(page()), 0);
            again.give_back();
        }
    }
}
