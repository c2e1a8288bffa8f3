//! How a machine stops for good, in Go's words; and the mistakes that can be planted in it.
use super::memory::Addr;

/// `fatal error: …`: no recover, no deferred calls, exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fatal {
    /// The stack would pass its limit.
    StackOverflow { limit: u64, sp: Addr, lo: Addr, hi: Addr },
    /// A function that does not check ran below the stack's low end.
    SplitStackOverflow { sp: Addr, lo: Addr },
    /// A stack had to grow where growing is forbidden (in a blocking call).
    SplitAtBadTime,
    /// A stack had to grow between fork and exec.
    GrowthAfterFork,
    /// A frame's pointer slot holds a small number.
    InvalidPointer { func: &'static str, at: Addr, value: u64 },
    /// Walking up the stack met a return address that is in no function.
    UnknownPc { pc: u64 },
    /// g0 ran out of room.
    MorestackOnG0,
    /// A shrink was asked for where it is not safe.
    ShrinkAtBadTime,
}

impl Fatal {
    /// The lines Go prints, without the traceback.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Fatal::StackOverflow { limit, sp, lo, hi } => format!(
                "runtime: goroutine stack exceeds {limit}-byte limit\n\
                 runtime: sp={sp:#x} stack=[{lo:#x}, {hi:#x}]\n\
                 fatal error: stack overflow"
            ),
            Fatal::SplitStackOverflow { sp, lo } => {
                format!("runtime: split stack overflow: {sp:#x} < {lo:#x}\nfatal error: runtime: split stack overflow")
            }
            Fatal::SplitAtBadTime => "fatal error: runtime: stack split at bad time".to_owned(),
            Fatal::GrowthAfterFork => "fatal error: stack growth after fork".to_owned(),
            Fatal::InvalidPointer { func, at, value } => format!(
                "runtime: bad pointer in frame {func} at {at:#x}: {value:#x}\n\
                 fatal error: invalid pointer found on stack"
            ),
            Fatal::UnknownPc { pc } => format!("runtime: unexpected return pc {pc:#x}\nfatal error: unknown caller pc"),
            Fatal::MorestackOnG0 => "fatal: morestack on g0".to_owned(),
            Fatal::ShrinkAtBadTime => "fatal error: shrinkstack at bad time".to_owned(),
        }
    }
}

/// A mistake to plant. Each breaks one step of moving a stack, or one condition before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Pointer slots of frames keep their old value.
    LocalsNotAdjusted,
    /// Pointer arguments keep their old value.
    ArgsNotAdjusted,
    /// Saved frame pointers keep their old value.
    FramePointersNotAdjusted,
    /// Deferred calls keep their old `sp`, `fn` and `link`.
    DefersNotAdjusted,
    /// The list of running panics keeps its old head.
    PanicsNotAdjusted,
    /// A waiter's `sudog.elem` keeps its old value.
    SudogsNotAdjusted,
    /// Channels are not locked while a waiter's stack is copied.
    ChannelsNotLocked,
    /// Every word that looks like an address into the stack is mended, maps or not.
    ScalarsAdjusted,
    /// The address one past the stack counts as inside it.
    UpperBoundIncluded,
    /// The lowest used word is not copied.
    OneWordShort,
    /// The old stack is freed before it is copied.
    FreedTooEarly,
    /// `stackguard0` keeps its old value.
    GuardNotMoved,
    /// The old stack is never freed.
    NeverFreed,
    /// A stack shrinks while the kernel may write into it.
    ShrinkInSyscall,
    /// A stack shrinks at an asynchronous safe point, where no map knows the saved registers.
    ShrinkAtAsyncPoint,
    /// A stack shrinks between joining a channel's queue and being marked as waiting there.
    ShrinkWhileParking,
    /// A stack shrinks at once below a half instead of a quarter.
    ShrinkAtHalf,
}

impl Bug {
    /// All of them.
    pub const ALL: &'static [Bug] = &[
        Bug::LocalsNotAdjusted,
        Bug::ArgsNotAdjusted,
        Bug::FramePointersNotAdjusted,
        Bug::DefersNotAdjusted,
        Bug::PanicsNotAdjusted,
        Bug::SudogsNotAdjusted,
        Bug::ChannelsNotLocked,
        Bug::ScalarsAdjusted,
        Bug::UpperBoundIncluded,
        Bug::OneWordShort,
        Bug::FreedTooEarly,
        Bug::GuardNotMoved,
        Bug::NeverFreed,
        Bug::ShrinkInSyscall,
        Bug::ShrinkAtAsyncPoint,
        Bug::ShrinkWhileParking,
        Bug::ShrinkAtHalf,
    ];
}
