//! Words with addresses. Sparse: a word nobody wrote takes no room, so a stack of 512 MiB is cheap
//! as long as its frames are mostly empty.
//!
//! Invariants
//!   W1  memory that was given back reads as [`POISON`] (Go has the same aid: stackPoisonCopy)
//!   W2  fresh memory reads as poison too: a program that trusts it is seen
use std::collections::BTreeMap;

use super::WORD;

/// An address of the machine, in bytes. A plain number: it stays behind when a stack moves, as a
/// `uintptr` does in Go.
pub type Addr = u64;

/// What a word holds that nobody wrote since its memory was given out.
pub const POISON: u64 = 0xfcfc_fcfc_fcfc_fcfc;

/// Words of a chunk: 2 KiB, so that stacks start and end at multiples of a chunk.
const CHUNK_WORDS: usize = 256;
const CHUNK: u64 = CHUNK_WORDS as u64 * WORD;

/// The memory of a machine.
#[derive(Debug, Default, Clone)]
pub(super) struct Memory {
    chunks: BTreeMap<u64, Box<[u64; CHUNK_WORDS]>>,
}

const fn place(at: Addr) -> (u64, usize) {
    (at / CHUNK, (at % CHUNK / WORD) as usize)
}

impl Memory {
    /// The word at `at`.
    ///
    /// # Panics
    /// When `at` is not a multiple of a word: a mistake of the caller.
    pub(super) fn load(&self, at: Addr) -> u64 {
        assert!(at.is_multiple_of(WORD), "unaligned load at {at:#x}");
        let (chunk, i) = place(at);
        self.chunks.get(&chunk).map_or(POISON, |c| c[i])
    }

    /// Writes the word at `at`.
    ///
    /// # Panics
    /// As [`Memory::load`].
    pub(super) fn store(&mut self, at: Addr, word: u64) {
        assert!(at.is_multiple_of(WORD), "unaligned store at {at:#x}");
        let (chunk, i) = place(at);
        self.chunk(chunk)[i] = word;
    }

    fn chunk(&mut self, n: u64) -> &mut [u64; CHUNK_WORDS] {
        self.chunks.entry(n).or_insert_with(|| Box::new([POISON; CHUNK_WORDS]))
    }

    /// Forgets `lo..hi`: it reads as poison from now on. Both ends are multiples of a word.
    pub(super) fn poison(&mut self, lo: Addr, hi: Addr) {
        let touched: Vec<u64> = self.chunks.range(lo / CHUNK..hi.div_ceil(CHUNK)).map(|(&c, _)| c).collect();
        for c in touched {
            match words_of(c, lo, hi) {
                (0, CHUNK_WORDS) => drop(self.chunks.remove(&c)),
                (from, to) => self.chunk(c)[from..to].fill(POISON),
            }
        }
    }

    /// Copies `bytes` from `from` to `to`. The two do not overlap, lie at the same place within their
    /// chunks (stacks are multiples of a chunk), and are multiples of a word.
    pub(super) fn copy(&mut self, from: Addr, to: Addr, bytes: u64) {
        debug_assert!(from % CHUNK == to % CHUNK, "{from:#x} and {to:#x} lie differently in their chunks");
        self.poison(to, to + bytes);
        let end = from + bytes;
        let sources: Vec<u64> = self.chunks.range(from / CHUNK..end.div_ceil(CHUNK)).map(|(&c, _)| c).collect();
        for c in sources {
            let (first, last) = words_of(c, from, end);
            let words = *self.chunk(c);
            self.chunk(c + to / CHUNK - from / CHUNK)[first..last].copy_from_slice(&words[first..last]);
        }
    }
}

/// Which words of chunk `c` lie in `lo..hi`.
fn words_of(c: u64, lo: Addr, hi: Addr) -> (usize, usize) {
    let start = c * CHUNK;
    let word = |at: Addr| (at.clamp(start, start + CHUNK) - start) as usize / WORD as usize;
    (word(lo), word(hi))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwritten_and_forgotten_words_are_poison() {
        let mut m = Memory::default();
        assert_eq!(m.load(0x1000), POISON);
        for at in (0x1000..0x2000).step_by(8) {
            m.store(at, at);
        }
        m.poison(0x1008, 0x1f38);
        for at in (0x1000..0x2000).step_by(8) {
            let want = if (0x1008..0x1f38).contains(&at) { POISON } else { at };
            assert_eq!(m.load(at), want, "{at:#x}");
        }
    }

    #[test]
    fn a_copy_carries_every_word_and_nothing_else() {
        let mut m = Memory::default();
        for at in (0x1000..0x1400).step_by(8) {
            m.store(at, at);
            m.store(at + 0x7000, 1);
        }
        m.copy(0x1018, 0x8018, 0x300);
        for at in (0x1000..0x1400).step_by(8) {
            let want = if (0x1018..0x1318).contains(&at) { at } else { 1 };
            assert_eq!(m.load(at + 0x7000), want, "{at:#x}");
        }
    }
}
