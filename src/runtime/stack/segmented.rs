//! The stack of Go 1.2 and before: a list of segments, for comparison.
//!
//! A call that finds no room gets a new segment; its return goes through `lessstack`, which gives the
//! segment back. Nothing is ever copied but the arguments, and nothing has to be mended. The price is
//! paid where a call inside a loop stands at the end of a segment: each round takes a segment and
//! gives it back — the hot split.
//!
//! Only room is modelled, not words: frames are byte counts. Frames above 4 KiB, which always opened a
//! segment in those days, are checked like the others here.
//! Go: src/pkg/runtime/stack.c newstack, oldstack; stack.h for the small sizes (as they stood while 1.2
//! was made); the 8 KiB minimum is that of the release notes of Go 1.2

/// Smallest segment, bytes.
const SEGMENT_MIN: u64 = 8192;
/// Bytes added to what the frame needs.
const SEGMENT_EXTRA: u64 = 1024;
/// The guard lies so far above the low end of a segment.
const SEGMENT_GUARD: u64 = 256;
/// A small frame may hang so far below the guard.
const SMALL: u64 = 128;
/// Bookkeeping at the high end of a segment.
const SEGMENT_TOP: u64 = 96;
/// A return address.
const RETURN: u64 = 8;

#[derive(Clone, Copy, Debug)]
struct Segment {
    size: u64,
    used: u64,
}

/// A segmented stack.
#[derive(Clone, Debug)]
pub struct Segmented {
    segments: Vec<Segment>,
    /// For each frame: its bytes, and whether it opened a segment.
    frames: Vec<(u64, bool)>,
    /// Keeps one empty segment instead of giving it back at once (as gcc's split stacks do).
    pub keep_one: bool,
    kept: bool,
    /// Segments taken and given back since the start.
    pub taken: u64,
    pub returned: u64,
}

impl Default for Segmented {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmented {
    /// A goroutine's stack with its first segment.
    #[must_use]
    pub fn new() -> Self {
        let first = Segment { size: SEGMENT_MIN, used: SEGMENT_TOP };
        Self { segments: vec![first], frames: vec![], keep_one: false, kept: false, taken: 1, returned: 0 }
    }

    /// Calls a function whose frame takes `frame` bytes.
    pub fn call(&mut self, frame: u64) {
        let opens = !self.fits(frame);
        if opens {
            let size = (frame + SEGMENT_EXTRA).max(SEGMENT_MIN);
            self.segments.push(Segment { size, used: SEGMENT_TOP });
            let reused = std::mem::take(&mut self.kept) && size == SEGMENT_MIN;
            self.taken += u64::from(!reused);
        }
        if let Some(s) = self.segments.last_mut() {
            s.used += frame + RETURN;
        }
        self.frames.push((frame, opens));
    }

    fn fits(&self, frame: u64) -> bool {
        let Some(s) = self.segments.last() else { return false };
        let left = s.size - s.used.min(s.size);
        // The check as in the contiguous stack: what hangs below the guard by up to `SMALL` passes.
        left > frame.saturating_sub(SMALL) + RETURN + SEGMENT_GUARD
    }

    /// Returns from the newest call.
    ///
    /// # Panics
    /// When there is none.
    pub fn ret(&mut self) {
        let (frame, opened) = self.frames.pop().unwrap_or_else(|| panic!("return without a call"));
        if opened {
            self.segments.pop();
            self.kept = self.keep_one;
            self.returned += u64::from(!self.keep_one);
        } else if let Some(s) = self.segments.last_mut() {
            s.used -= frame + RETURN;
        }
    }

    /// Bytes left in the newest segment above its guard.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.segments.last().map_or(0, |s| s.size.saturating_sub(s.used + SEGMENT_GUARD))
    }
}
