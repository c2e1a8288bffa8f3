//! Whole pages for spans: the part of the page heap that stacks need.
//!
//! Stacks and heap objects come from the same pages; a stack's span is *manual*: taken and given
//! back by hand, never swept. First fit at the lowest address, as Go's page allocator.
//! Go: runtime/mheap.go allocManual, freeManual (go1.27.3)
use std::collections::BTreeMap;

use super::memory::Addr;

/// Bytes of a page (Go: pageSize).
pub(super) const PAGE: u64 = 8192;
/// Where Go's heap arenas begin on linux/amd64.
const BASE: Addr = 0xc0_0000_0000;

/// Free runs of pages and the end of what was ever used.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    /// Start → number of pages. No two runs touch.
    free: BTreeMap<Addr, u64>,
    top: Addr,
    /// Pages given out by hand for stacks.
    for_stacks: u64,
    /// Spans taken for stacks so far.
    pub spans: u64,
}

impl Pages {
    pub(super) fn new() -> Self {
        Self { free: BTreeMap::new(), top: BASE, for_stacks: 0, spans: 0 }
    }

    /// Bytes of spans that hold stacks (Go: MemStats.StackInuse without the threads' own stacks).
    pub(super) fn stack_bytes(&self) -> u64 {
        self.for_stacks * PAGE
    }

    /// A span of `n` pages for stacks.
    pub(super) fn alloc_manual(&mut self, n: u64) -> Addr {
        self.for_stacks += n;
        self.spans += 1;
        self.take(n)
    }

    /// A span of `n` pages for heap objects, which are never freed here.
    pub(super) fn alloc_heap(&mut self, n: u64) -> Addr {
        self.take(n)
    }

    fn take(&mut self, n: u64) -> Addr {
        let fit = self.free.iter().find(|&(_, &len)| len >= n).map(|(&at, &len)| (at, len));
        match fit {
            Some((at, len)) => {
                self.free.remove(&at);
                if len > n {
                    self.free.insert(at + n * PAGE, len - n);
                }
                at
            }
            None => {
                let at = self.top;
                self.top += n * PAGE;
                at
            }
        }
    }

    /// Gives a stack span back.
    pub(super) fn free_manual(&mut self, at: Addr, n: u64) {
        self.for_stacks -= n;
        let (mut start, mut len) = (at, n);
        if let Some((&before, &blen)) = self.free.range(..at).next_back()
            && before + blen * PAGE == at
        {
            self.free.remove(&before);
            (start, len) = (before, blen + n);
        }
        if let Some(alen) = self.free.remove(&(at + n * PAGE)) {
            len += alen;
        }
        self.free.insert(start, len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_fit_and_neighbours_join() {
        let mut p = Pages::new();
        let (a, b, c) = (p.alloc_manual(4), p.alloc_manual(4), p.alloc_manual(4));
        assert_eq!((b - a, c - b), (4 * PAGE, 4 * PAGE));
        p.free_manual(a, 4);
        p.free_manual(c, 4);
        assert_eq!(p.alloc_manual(8), c + 4 * PAGE, "no run of eight yet");
        p.free_manual(b, 4);
        assert_eq!(p.alloc_manual(12), a);
        assert_eq!(p.stack_bytes(), 20 * PAGE);
    }
}
