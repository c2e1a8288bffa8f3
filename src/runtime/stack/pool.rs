//! Stacks by size: a processor's cache, the pool of an order, the large list, the page heap.
//!
//! ```text
//!   2 4 8 16 KiB   P.stackcache[order]  ──refill 16 KiB──  stackpool[order]  ──span 32 KiB── pages
//!                  (no lock, ≤ 32 KiB)  ──release 16 KiB─▶ (one lock each)
//!   32 KiB …       stackLarge[log2 pages], filled only while a collection runs      ───────── pages
//! ```
//!
//! Invariants
//!   O1  a free stack is in exactly one list, or its span is back in the page heap
//!   O2  no span goes back to the page heap while a collection runs: the collector may still hold a
//!       pointer to a waiter's slot in it, and would find it pointing into a free span
//! Go: runtime/stack.go stackalloc, stackfree, stackpoolalloc, stackpoolfree, stackcacherefill,
//! stackcacherelease, freeStackSpans (go1.27.3)
use std::collections::BTreeMap;

use super::goroutine::Stack;
use super::memory::Addr;
use super::pages::{PAGE, Pages};
use super::{STACK_CACHE, STACK_MIN, STACK_ORDERS};

/// Where a stack came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The processor's cache, without a lock.
    Cache,
    /// The cache was empty and took half its size from the pool first; so many new spans were cut.
    Refill { spans: u64 },
    /// Straight from the pool, under its lock.
    Pool,
    /// A large stack another goroutine gave back while the collection runs.
    Large,
    /// A span of its own from the page heap.
    Heap,
}

/// Where a freed stack went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freed {
    /// The processor's cache; true when the cache was full and gave half to the pool first.
    Cache { released: bool },
    /// Straight to the pool, under its lock.
    Pool,
    /// The large list, because a collection runs.
    LargeList,
    /// The page heap.
    Heap,
}

/// What the allocator did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Stacks given out, stacks taken back.
    pub allocs: u64,
    pub frees: u64,
    /// Given out by a cache without asking anybody.
    pub cache_hits: u64,
    /// Times the lock of a pool was taken.
    pub pool_locks: u64,
    /// Spans taken from and given back to the page heap.
    pub spans_taken: u64,
    pub spans_returned: u64,
}

#[derive(Debug, Clone)]
struct Span {
    order: usize,
    /// Last freed first.
    free: Vec<Addr>,
    used: u64,
}

/// The allocator of stacks.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pub(super) pages: Pages,
    /// `caches[p][order]`, last freed first.
    caches: Vec<[Vec<Addr>; STACK_ORDERS]>,
    spans: BTreeMap<Addr, Span>,
    /// Spans with a free stack, by order, newest first.
    partial: [Vec<Addr>; STACK_ORDERS],
    /// Free large stacks by size, only while a collection runs.
    large: BTreeMap<u64, Vec<Addr>>,
    pub(super) gc_running: bool,
    /// Small stacks pass the caches by.
    pub(super) no_cache: bool,
    /// Large stacks go home even while a collection runs.
    pub(super) eager: bool,
    pub(super) traffic: Traffic,
}

fn order_of(size: u64) -> Option<usize> {
    let order = (size / STACK_MIN).trailing_zeros() as usize;
    (order < STACK_ORDERS && size < STACK_CACHE).then_some(order)
}

impl Pool {
    pub(super) fn new(procs: usize) -> Self {
        Self {
            pages: Pages::new(),
            caches: vec![Default::default(); procs],
            spans: BTreeMap::new(),
            partial: Default::default(),
            large: BTreeMap::new(),
            gc_running: false,
            no_cache: false,
            eager: false,
            traffic: Traffic::default(),
        }
    }

    /// Bytes in the cache of processor `p` for stacks of `size`.
    pub(super) fn cached(&self, p: usize, size: u64) -> u64 {
        order_of(size).map_or(0, |o| self.caches[p][o].len() as u64 * size)
    }

    /// A stack of `size` bytes for a goroutine on processor `p`.
    ///
    /// # Panics
    /// When `size` is not a power of two of at least [`STACK_MIN`].
    pub(super) fn alloc(&mut self, p: usize, size: u64) -> (Stack, Origin) {
        assert!(size.is_power_of_two() && size >= STACK_MIN, "stack size {size}");
        self.traffic.allocs += 1;
        let (lo, origin) = match order_of(size) {
            Some(order) => self.alloc_small(p, order),
            None => self.alloc_large(size),
        };
        (Stack { lo, hi: lo + size }, origin)
    }

    fn alloc_small(&mut self, p: usize, order: usize) -> (Addr, Origin) {
        if self.no_cache {
            self.traffic.pool_locks += 1;
            return (self.pool_alloc(order), Origin::Pool);
        }
        if let Some(lo) = self.caches[p][order].pop() {
            self.traffic.cache_hits += 1;
            return (lo, Origin::Cache);
        }
        let before = self.traffic.spans_taken;
        self.traffic.pool_locks += 1;
        let size = STACK_MIN << order;
        for _ in 0..(STACK_CACHE / 2).div_ceil(size) {
            let x = self.pool_alloc(order);
            self.caches[p][order].push(x);
        }
        let spans = self.traffic.spans_taken - before;
        let lo = self.caches[p][order].pop().unwrap_or_default();
        (lo, Origin::Refill { spans })
    }

    fn pool_alloc(&mut self, order: usize) -> Addr {
        if self.partial[order].is_empty() {
            let base = self.pages.alloc_manual(STACK_CACHE / PAGE);
            self.traffic.spans_taken += 1;
            let size = (STACK_MIN << order) as usize;
            let free = (base..base + STACK_CACHE).step_by(size).collect();
            self.spans.insert(base, Span { order, free, used: 0 });
            self.partial[order].push(base);
        }
        let base = self.partial[order].last().copied().unwrap_or_default();
        let Some(span) = self.spans.get_mut(&base) else { return 0 };
        let x = span.free.pop().unwrap_or_default();
        span.used += 1;
        if span.free.is_empty() {
            self.partial[order].retain(|&b| b != base);
        }
        x
    }

    fn alloc_large(&mut self, size: u64) -> (Addr, Origin) {
        if let Some(lo) = self.large.get_mut(&size).and_then(Vec::pop) {
            return (lo, Origin::Large);
        }
        self.traffic.spans_taken += 1;
        (self.pages.alloc_manual(size / PAGE), Origin::Heap)
    }

    /// Takes a stack back on processor `p`.
    pub(super) fn free(&mut self, p: usize, stack: Stack) -> Freed {
        self.traffic.frees += 1;
        let size = stack.size();
        let Some(order) = order_of(size) else {
            if self.gc_running && !self.eager {
                self.large.entry(size).or_default().push(stack.lo);
                return Freed::LargeList;
            }
            self.traffic.spans_returned += 1;
            self.pages.free_manual(stack.lo, size / PAGE);
            return Freed::Heap;
        };
        if self.no_cache {
            self.traffic.pool_locks += 1;
            self.pool_free(stack.lo);
            return Freed::Pool;
        }
        let released = self.cached(p, size) >= STACK_CACHE;
        if released {
            self.traffic.pool_locks += 1;
            while self.cached(p, size) > STACK_CACHE / 2 {
                let x = self.caches[p][order].pop().unwrap_or_default();
                self.pool_free(x);
            }
        }
        self.caches[p][order].push(stack.lo);
        Freed::Cache { released }
    }

    fn pool_free(&mut self, x: Addr) {
        let Some((&base, span)) = self.spans.range_mut(..=x).next_back() else { return };
        let order = span.order;
        if span.free.is_empty() {
            self.partial[order].push(base);
        }
        span.free.push(x);
        span.used -= 1;
        if span.used == 0 && !self.gc_running {
            self.return_span(base);
        }
    }

    fn return_span(&mut self, base: Addr) {
        if let Some(span) = self.spans.remove(&base) {
            self.partial[span.order].retain(|&b| b != base);
            self.traffic.spans_returned += 1;
            self.pages.free_manual(base, STACK_CACHE / PAGE);
        }
    }

    /// Every processor gives its cached stacks to the pools (a collection flushes the caches).
    pub(super) fn flush_caches(&mut self) {
        for p in 0..self.caches.len() {
            for order in 0..STACK_ORDERS {
                self.traffic.pool_locks += 1;
                for x in std::mem::take(&mut self.caches[p][order]) {
                    self.pool_free(x);
                }
            }
        }
    }

    /// After a collection: spans without a used stack go back to the page heap.
    pub(super) fn free_spans(&mut self) {
        let empty: Vec<Addr> = self.spans.iter().filter(|(_, s)| s.used == 0).map(|(&b, _)| b).collect();
        for base in empty {
            self.return_span(base);
        }
        for (size, list) in std::mem::take(&mut self.large) {
            for lo in list {
                self.traffic.spans_returned += 1;
                self.pages.free_manual(lo, size / PAGE);
            }
        }
    }
}
