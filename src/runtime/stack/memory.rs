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

/// Words of a chunk. Stacks start and end at multiples of a chunk.
const CHUNK_WORDS: usize = 32;
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
        if word == POISON && !self.chunks.contains_key(&chunk) {
            return;
        }
        self.chunks.entry(chunk).or_insert_with(|| Box::new([POISON; CHUNK_WORDS]))[i] = word;
    }

    /// Forgets `lo..hi`: it reads as poison from now on.
    pub(super) fn poison(&mut self, lo: Addr, hi: Addr) {
        let (first, last) = (lo.div_ceil(CHUNK), hi / CHUNK);
        let whole: Vec<u64> = self.chunks.range(first..last.max(first)).map(|(&c, _)| c).collect();
        for c in whole {
            self.chunks.remove(&c);
        }
        let lo = lo.next_multiple_of(WORD);
        let ends = [(lo, hi.min(first * CHUNK)), ((last * CHUNK).max(lo), hi)];
        for at in ends.into_iter().flat_map(|(from, to)| (from..to).step_by(WORD as usize)) {
            self.store(at, POISON);
        }
    }

    /// Copies `bytes` from `from` to `to`; the two must not overlap.
    pub(super) fn copy(&mut self, from: Addr, to: Addr, bytes: u64) {
        self.poison(to, to + bytes);
        let chunks: Vec<u64> =
            self.chunks.range(from / CHUNK..(from + bytes).div_ceil(CHUNK)).map(|(&c, _)| c).collect();
        for c in chunks {
            let (lo, hi) = ((c * CHUNK).max(from), ((c + 1) * CHUNK).min(from + bytes));
            for at in (lo..hi).step_by(WORD as usize) {
                let word = self.load(at);
                self.store(to + (at - from), word);
            }
        }
    }
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
        m.copy(0x1018, 0x8018, 0x301);
        for at in (0x1000..0x1400).step_by(8) {
            let want = if (0x1018..0x1319).contains(&at) { at } else { 1 };
            assert_eq!(m.load(at + 0x7000), want, "{at:#x}");
        }
    }
}
