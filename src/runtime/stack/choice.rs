//! Where Go could have decided otherwise. A choice is no mistake: programs still see right values
//! (but for [`Choice::NoRetry`] and [`Choice::NoSystemStack`], which show why the step is there).
//! What changes is the cost, and that is what a demo lets a person see.

/// A decision other than Go's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Grow to four times the size, not twice.
    Fourfold,
    /// A collection halves a stack until it fits, not once.
    ShrinkToFit,
    /// A stack halves as soon as a return leaves what fits into half of it, not at a collection.
    ShrinkOnReturn,
    /// A move copies the whole stack, not the used part.
    CopyAll,
    /// `newstack` runs on the stack that has no room left, not on g0.
    NoSystemStack,
    /// After `newstack` the function goes on without checking again.
    NoRetry,
    /// A dead goroutine's record keeps its stack whatever its size.
    KeepAnySize,
    /// No per-processor cache (Go: the constant stackNoCache).
    NoCache,
    /// Large stacks go back to the page heap even while a collection runs.
    FreeDuringGc,
    /// Records that never were start with the adaptive size too.
    AdaptiveForNew,
}
