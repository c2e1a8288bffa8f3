//! What the compiler knows of a function: frame size, pointer maps, prologue.
//!
//! ```text
//!   arguments from the caller      ← argp
//!   return address
//!   caller's frame pointer         ← varp
//!   locals: slot n-1 … slot 0
//!   arguments for callees          ← sp
//! ```
//!
//! The frame size counts from `sp` up to and with the saved frame pointer, as the compiler's does on
//! amd64; the return address is the caller's business.
//! Go: cmd/internal/obj/x86/obj6.go stacksplit (go1.27.3)
use super::{STACK_BIG, STACK_SMALL, WORD};

/// Index into the machine's function table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FuncId(pub(super) u32);

/// A compiled function.
#[derive(Clone, Debug)]
pub struct Func {
    pub name: &'static str,
    /// Bytes, see the picture.
    pub frame: u64,
    /// Words at the low end of the frame for arguments of callees.
    pub out: u64,
    /// Words of its own arguments, in the caller's frame.
    pub args: u64,
    /// Local slots that hold pointers.
    pub ptrs: Vec<u64>,
    /// Arguments that are pointers.
    pub arg_ptrs: Vec<u64>,
    /// Whether it has no prologue check (`//go:nosplit`, or small leaf).
    pub nosplit: bool,
}

impl Func {
    /// A function without arguments and pointers whose frame takes `frame` bytes; room for the
    /// arguments of callees is four words, or what fits.
    ///
    /// # Panics
    /// When `frame` is no multiple of a word or holds not even the saved frame pointer.
    #[must_use]
    pub fn new(name: &'static str, frame: u64) -> Self {
        assert!(frame.is_multiple_of(WORD) && frame >= WORD, "frame of {frame} bytes");
        let out = (frame / WORD - 1).min(4) / 2 * 2;
        let out = if frame >= 8 * WORD { out } else { 0 };
        Self { name, frame, out, args: 0, ptrs: vec![], arg_ptrs: vec![], nosplit: false }
    }
    /// These local slots hold pointers.
    #[must_use]
    pub fn ptrs(mut self, slots: &[u64]) -> Self {
        self.ptrs = slots.to_vec();
        self
    }
    /// Takes `n` words of arguments, of which these are pointers.
    #[must_use]
    pub fn args(mut self, n: u64, ptrs: &[u64]) -> Self {
        (self.args, self.arg_ptrs) = (n, ptrs.to_vec());
        self
    }
    /// Has no check in its prologue.
    #[must_use]
    pub fn nosplit(mut self) -> Self {
        self.nosplit = true;
        self
    }
    /// Number of local slots.
    #[must_use]
    pub fn slots(&self) -> u64 {
        self.frame / WORD - 1 - self.out
    }
    /// Which check its prologue makes; `None` when it makes none.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        (!self.nosplit).then(|| Sequence::of(self.frame))
    }
}

/// The three forms of the check, by frame size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// Up to 128 bytes: `SP <= guard`.
    Small,
    /// Up to 4096 bytes: `SP - (frame - 128) <= guard`.
    Big,
    /// Above: the same, and a subtraction that wraps counts as failed.
    Huge,
}

impl Sequence {
    /// The form for a frame of so many bytes.
    #[must_use]
    pub const fn of(frame: u64) -> Self {
        if frame <= STACK_SMALL {
            Sequence::Small
        } else if frame <= STACK_BIG {
            Sequence::Big
        } else {
            Sequence::Huge
        }
    }
    /// The word compared with the guard; `None` when the subtraction wrapped.
    #[must_use]
    pub const fn compared(self, sp: u64, frame: u64) -> Option<u64> {
        match self {
            Sequence::Small => Some(sp),
            Sequence::Big => Some(sp.wrapping_sub(frame - STACK_SMALL)),
            Sequence::Huge => sp.checked_sub(frame - STACK_SMALL),
        }
    }
}

/// What a prologue decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Go on.
    Pass,
    /// Call `morestack`.
    More,
}

/// The check of a prologue: stack pointer on entry, frame size, `stackguard0`.
#[must_use]
pub const fn check_word(sp: u64, frame: u64, guard: u64) -> Check {
    match Sequence::of(frame).compared(sp, frame) {
        Some(word) if word > guard => Check::Pass,
        _ => Check::More,
    }
}
