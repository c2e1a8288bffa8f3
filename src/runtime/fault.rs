//! Switches that break the runtime on purpose, so that a person sees what the rule was for.
//!
//! They are read on slow paths, or from a copy in the object they concern; all are off unless a
//! run asks for one by name.

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $text:literal;)*) => {
        /// A set of switches.
        #[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
        pub(crate) struct Faults(u64);
        impl Faults {
            $($(#[$doc])* pub(crate) const $name: Faults = Faults(1u64 << $bit);)*
            /// The switch called `name`; the empty set when the runtime has none of that name.
            pub(crate) fn named(name: &str) -> Faults {
                match name { $($text => Faults::$name,)* _ => Faults(0) }
            }
            /// Names of all switches.
            pub(crate) const NAMES: &'static [&'static str] = &[$($text,)*];
        }
    };
}

faults! {
    /// `close` wakes the first receiver only.
    CLOSE_WAKES_ONE = 0, "close-wakes-one";
    /// `close` throws the buffered elements away.
    CLOSE_DROPS_BUFFER = 1, "close-drops-buffer";
    /// Full ring and a waiting sender: the receiver takes the sender's value first.
    RECV_SKIPS_BUFFER = 2, "recv-skips-buffer";
    /// The value goes through the ring although a receiver waits.
    NO_DIRECT_SEND = 3, "no-direct-send";
    /// Wait queues serve the last who came.
    WAITQ_LIFO = 4, "waitq-lifo";
    /// A send on an unbuffered channel does not wait for the receiver.
    UNBUFFERED_ASYNC = 5, "unbuffered-async";
    /// A send on a closed channel is dropped in silence.
    SEND_TO_CLOSED_IGNORED = 6, "send-to-closed-ignored";
    /// Operations on a nil channel return at once.
    NIL_CHAN_RETURNS = 7, "nil-chan-returns";
    /// Non-blocking operations always take the lock.
    CHAN_LOCK_ALWAYS = 8, "chan-lock-always";
    /// `select` takes the first ready case in source order.
    SELECT_FIRST = 9, "select-first";
    /// `select` leaves its losing cases in their queues.
    SELECT_KEEPS_LOSERS = 10, "select-keeps-losers";
    /// A woken goroutine goes to the tail of the run queue.
    READY_TO_TAIL = 11, "ready-to-tail";
    /// No work stealing.
    NO_STEAL = 12, "no-steal";
    /// No deadlock detection.
    NO_DEADLOCK_CHECK = 13, "no-deadlock-check";
    /// Cancelling a context does not cancel its children.
    CTX_NO_PROPAGATE = 14, "ctx-no-propagate";
    /// A cancelled child stays in its parent's children.
    CTX_KEEPS_CHILD = 15, "ctx-keeps-child";
    /// The done channel is made with the context.
    CTX_EAGER_DONE = 16, "ctx-eager-done";
    /// Timers as before Go 1.23: in the heap from creation, buffered channel, stale values.
    TIMER_GO122 = 17, "timer-go122";
    /// A mutex never enters starvation mode.
    MUTEX_NO_HANDOFF = 18, "mutex-no-handoff";
    /// `WaitGroup::add` does not count.
    WG_IGNORES_ADD = 19, "wg-ignores-add";
    /// The global queue is looked at only when the own queue is empty (no 1-in-61).
    NO_GLOBAL_POLL = 20, "no-global-poll";
    /// A processor stays with its thread through a blocking call.
    SYSCALL_KEEPS_P = 21, "syscall-keeps-p";
    /// No signal-based preemption: the world of Go 1.13 (Go: GODEBUG=asyncpreemptoff=1).
    ASYNC_PREEMPT_OFF = 22, "async-preempt-off";
    /// Nobody is ever asked to give way: the world before Go 1.2.
    NO_PREEMPT = 23, "no-preempt";
    /// No monitor thread.
    NO_SYSMON = 24, "no-sysmon";
    /// A thread that stops spinning does not look a last time.
    NO_RECHECK = 25, "no-recheck";
    /// A ready goroutine wakes no idle processor.
    NO_WAKEP = 26, "no-wakep";
    /// `runnext` does not exist: what is made ready goes to the tail.
    NO_RUNNEXT = 27, "no-runnext";
    /// `LockOSThread` does nothing.
    NO_LOCK_THREAD = 28, "no-lock-thread";
    /// Goroutine records are never reused.
    NO_G_REUSE = 29, "no-g-reuse";
    /// The deadlock check does not count timers.
    DEAD_IGNORES_TIMERS = 30, "dead-ignores-timers";
    /// A `runnext` goroutine gets a new time slice instead of the rest of its waker's.
    NO_SLICE_INHERIT = 31, "no-slice-inherit";
    /// A thief takes one goroutine, not half.
    STEAL_ONE = 32, "steal-one";
    /// `select` empties the whole queue of each losing channel.
    SELECT_DEQUEUES_ALL = 33, "select-dequeues-all";
    /// Setting a timer that stands in a heap again leaves it where it stands.
    TIMER_RESET_NOT_SIFTED = 34, "timer-reset-not-sifted";
    /// A `WaitGroup` may be used again before the waiters have left.
    WG_REUSE_UNCHECKED = 35, "wg-reuse-unchecked";
    /// A goroutine may be preempted while it holds the lock of a channel.
    PREEMPT_LOCKED = 36, "preempt-locked";
    /// The preemption signal stops a goroutine wherever it is, in the runtime and the allocator, too. It
    /// is counted where that was, and goes on.
    PREEMPT_ANYWHERE = 37, "preempt-anywhere";
}

impl Faults {
    #[inline]
    pub(crate) fn has(self, other: Faults) -> bool {
        self.0 & other.0 != 0
    }
}
