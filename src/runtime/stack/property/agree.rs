//! The comparison: what the machine holds beside what the reference says.
use super::*;
use crate::runtime::stack::goroutine::Status;

impl World {
    pub(super) fn agrees(&self) -> Outcome {
        for g in &self.gs {
            self.goroutine(g)?;
        }
        let m = &self.m;
        let alive = m.gs.iter().filter(|g| g.stack.size() > 0).count() as u64;
        if m.traffic().allocs - m.traffic().frees != alive {
            return Err(format!("{alive} stacks are in use, the allocator thinks otherwise"));
        }
        let depth = m.frames(m.cur).map_err(fatal)?.len();
        if m.depth_by_frame_pointers() != Some(depth) {
            return Err("frame pointers lead elsewhere".to_owned());
        }
        let panicking: Vec<u64> = self.gs[self.cur]
            .frames
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, f)| f.panicking)
            .filter_map(|(i, _)| self.address(&self.gs[self.cur], i, PANIC))
            .collect();
        if m.panics() != panicking {
            return Err("the list of panics is wrong".to_owned());
        }
        Ok(())
    }

    fn goroutine(&self, g: &RefG) -> Outcome {
        let real = &self.m.gs[g.id.0];
        if real.status == Status::Dead {
            return Err("a living goroutine is dead".to_owned());
        }
        if real.sp <= real.stack.lo + STACK_NOSPLIT {
            return Err("a check let it pass too near the low end".to_owned());
        }
        let frames = self.m.frames(g.id).map_err(fatal)?;
        if frames.len() != g.frames.len() {
            return Err(format!("{} frames, should be {}", frames.len(), g.frames.len()));
        }
        for (f, r) in frames.iter().rev().zip(&g.frames) {
            let func = self.m.func(f.func);
            if f.func != self.funcs[r.func] {
                return Err("another function's frame".to_owned());
            }
            for (slot, v) in (0..).zip(&r.slots) {
                self.word(&frames, f.sp + (func.out + slot) * WORD, *v)?;
            }
            for (i, v) in (0..).zip(&r.args) {
                self.word(&frames, f.argp + i * WORD, *v)?;
            }
        }
        Ok(())
    }

    fn word(&self, frames: &[Frame], at: u64, v: Val) -> Outcome {
        let want = match v {
            Val::Undefined => return Ok(()),
            Val::Number(n) => n,
            Val::Pointer(frame, slot) => {
                let f = frames[frames.len() - 1 - frame];
                f.sp + (self.m.func(f.func).out + slot) * WORD
            }
        };
        let got = self.m.load(at);
        if got == want { Ok(()) } else { Err(format!("{at:#x} holds {got:#x}, should be {want:#x}")) }
    }
}
