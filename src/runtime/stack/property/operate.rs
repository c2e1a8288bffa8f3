//! One operation after the other, drawn from the seed: done on the machine and to the reference.
use super::*;
use crate::runtime::stack::park::POINTS;

impl World {
    pub(super) fn spawn(&mut self) -> Outcome {
        let func = self.any(2);
        let id = self.m.spawn(self.funcs[func], &[7, 0]).map_err(fatal)?;
        let frame = self.new_frame(func, [Val::Number(7), Val::Number(0)]);
        self.gs.push(RefG { id, frames: vec![frame], state: State::Runs });
        self.cur = self.gs.len() - 1;
        Ok(())
    }

    fn call(&mut self) -> Outcome {
        if self.gs[self.cur].frames.len() >= DEPTH_MAX {
            return Ok(());
        }
        let func = self.any(FRAMES.len());
        let (n, (p, at)) = (self.number(), self.target().ok_or("a target has no frame")?);
        self.m.call(self.funcs[func], &[n, at]).map_err(fatal)?;
        let frame = self.new_frame(func, [Val::Number(n), p]);
        self.gs[self.cur].frames.push(frame);
        Ok(())
    }

    fn ret(&mut self) -> Outcome {
        if self.gs[self.cur].frames.len() == 1 && self.gs.len() == 1 {
            return Ok(());
        }
        if self.top().panicking {
            self.m.panic_end();
        }
        let ran = self.m.ret();
        let frame = self.gs[self.cur].frames.pop().ok_or("no frame")?;
        let want: Vec<u64> = frame.deferred.into_iter().collect();
        if ran != want {
            return Err(format!("deferred {want:?}, ran {ran:?}"));
        }
        if self.gs[self.cur].frames.is_empty() {
            self.gs.remove(self.cur);
            return self.switch();
        }
        Ok(())
    }

    fn switch(&mut self) -> Outcome {
        let ready: Vec<usize> = (0..self.gs.len()).filter(|&i| self.gs[i].state == State::Runs).collect();
        if ready.is_empty() {
            return self.spawn();
        }
        self.cur = ready[self.any(ready.len())];
        self.m.switch_to(self.gs[self.cur].id);
        let p = self.any(2);
        self.m.run_on(p);
        Ok(())
    }

    fn write(&mut self) -> Outcome {
        match self.any(4) {
            0 => {
                let n = self.number();
                let slot = NUMBERS.start + self.any(4) as u64;
                self.set(slot, Val::Number(n), n);
            }
            1 => {
                let (p, at) = self.target().ok_or("a target has no frame")?;
                let slot = PTRS[self.any(2)];
                self.set(slot, p, at);
            }
            2 if self.top().deferred.is_none() => {
                let n = self.rng.next_u64() >> 8;
                self.set(CLOSURE, Val::Number(n), n);
                let closure = self.m.addr(CLOSURE);
                self.m.defer(DEFER, closure);
                self.top().deferred = Some(n);
            }
            3 if !self.top().panicking => {
                self.m.panic_start(PANIC);
                self.top().panicking = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes through a pointer: a local one, or the argument.
    fn write_through(&mut self) {
        let slot = PTRS[self.any(2)];
        let arg = self.any(2) == 0;
        let (v, at) =
            if arg { (self.top().args[1], self.m.arg(1)) } else { (self.top().slots[slot as usize], self.m.get(slot)) };
        if let Val::Pointer(frame, slot) = v {
            let n = self.rng.next_u64() >> 8;
            self.m.store(at, n);
            let waits = self.gs[self.cur].state;
            if waits == State::Runs {
                self.gs[self.cur].frames[frame].slots[slot as usize] = Val::Number(n);
            }
        }
    }

    /// A collection, perhaps with a sender that comes in the middle of a move.
    fn gc(&mut self) -> Outcome {
        let moves = self.m.moves().len();
        let value = self.rng.next_u64() >> 8;
        let sender = self.any(2) == 0;
        if sender {
            let point = self.any(POINTS as usize) as u8;
            self.m.send_during_move(point, self.chan, value);
        }
        let scans = self.m.gc().map_err(fatal)?;
        self.m.pass_by();
        for s in scans {
            let may = s.used + STACK_NOSPLIT < s.before / 4 && s.before > STACK_MIN;
            if s.after < s.before && (!may || s.after != s.before / 2) {
                return Err(format!("shrank from {} to {} with {} in use", s.before, s.after, s.used));
            }
        }
        if sender && self.m.moves().len() > moves {
            self.received(value);
        }
        Ok(())
    }

    /// The goroutine that waits longest got this value.
    fn received(&mut self, value: u64) {
        let waits = |g: &&mut RefG| matches!(g.state, State::Waits(..));
        if let Some(g) = self.gs.iter_mut().filter(waits).min_by_key(|g| g.id)
            && let State::Waits(_, slot) = g.state
            && let Some(f) = g.frames.last_mut()
        {
            f.slots[slot as usize] = Val::Number(value);
            g.state = State::Runs;
        }
    }

    /// Something that takes the goroutine off the processor and brings a collection before it is back.
    fn away(&mut self) -> Outcome {
        let slot = NUMBERS.start + self.any(4) as u64;
        match self.any(4) {
            0 => {
                self.m.park_begin(self.chan, slot);
                self.gs[self.cur].state = State::Waits(self.chan, slot);
                if self.any(3) == 0 {
                    self.gc()?;
                }
                // The sender that came within the window has made it runnable again.
                if self.gs[self.cur].state != State::Runs {
                    self.m.park_commit();
                }
                self.switch()
            }
            1 => {
                let n = self.rng.next_u64() >> 8;
                let g = self.gs[self.cur].id;
                self.m.syscall_enter(slot);
                self.gs[self.cur].state = State::Kernel(slot);
                self.gc()?;
                self.m.kernel_writes(g, n);
                self.m.syscall_exit();
                self.gs[self.cur].state = State::Runs;
                self.top().slots[slot as usize] = Val::Number(n);
                Ok(())
            }
            2 => {
                let at = self.m.addr(slot);
                if self.m.async_stop(&[at, 5]) {
                    self.gs[self.cur].state = State::Stopped(slot);
                    self.gc()?;
                    let registers = self.m.async_resume();
                    self.gs[self.cur].state = State::Runs;
                    if registers[..2] != [self.m.addr(slot), 5] {
                        return Err("a register went stale".to_owned());
                    }
                }
                Ok(())
            }
            _ => {
                let n = self.rng.next_u64() >> 8;
                if self.m.send(self.chan, n) {
                    self.received(n);
                }
                Ok(())
            }
        }
    }

    fn requests(&mut self) -> Outcome {
        match self.any(4) {
            0 => self.m.ask_preempt(),
            1 => self.m.ask_move(),
            2 => self.m.busy = !self.m.busy,
            _ => {
                self.m.call(self.leaf, &[]).map_err(fatal)?;
                self.m.ret();
            }
        }
        Ok(())
    }

    pub(super) fn operation(&mut self) -> Outcome {
        match self.any(20) {
            0..=5 => self.call(),
            6..=9 => self.ret(),
            10..=12 => self.write(),
            13 => {
                self.write_through();
                Ok(())
            }
            14 => self.gc(),
            15 => self.away(),
            16 => self.switch(),
            17 if self.gs.len() < 5 => self.spawn(),
            18 => (0..8).try_for_each(|_| self.ret()),
            _ => self.requests(),
        }
    }
}
