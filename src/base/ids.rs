//! Newtypes for the identities that events, views and the scheduler share.
//!
//! All are small integers handed out in order of creation, so that the same seed gives the same
//! ids. `0` is a real id only for [`Mid`] and [`Pid`]; goroutines count from 1 as in Go.
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $int:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $int);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    };
}

id!(
    /// A goroutine. `G1` is the main goroutine; `0` means "none" in an event.
    Gid, "G", u32
);
id!(
    /// An OS thread (real platform) or a thread coroutine (virtual platform).
    Mid, "M", u16
);
id!(
    /// A processor: the right to run goroutines, and the run queue that goes with it.
    Pid, "P", u16
);
id!(
    /// A channel, in order of creation within one run.
    ChanId, "ch", u32
);
