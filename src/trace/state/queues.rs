//! Run queues in the fold: who stands where, and what stealing and sharing move.
//!
//! Every goroutine knows its [`Seat`]; each function here changes seat and queue together.
use super::{Event, Kind, Seat, State, place};

/// Records of ended goroutines a processor keeps before half of them go to the common list
/// (runtime/proc.go `gfput`, go1.27.3).
const GFREE_MAX: u32 = 64;

impl State {
    /// Puts `g` into the queue of `p`, or the global one when there is no such processor.
    pub(super) fn enqueue(&mut self, p: u8, g: u32, next: bool) {
        self.unqueue(g);
        let Some(proc) = self.ps.get_mut(p as usize) else { return self.enqueue_global(g) };
        let Some(me) = self.gs.get_mut(g as usize).filter(|_| g != 0) else { return };
        if next {
            me.seat = Seat::Next(p);
            if let Some(old) = proc.runnext.replace(g) {
                proc.queue.push_back(old);
                if let Some(old) = self.gs.get_mut(old as usize) {
                    old.seat = Seat::Queue(p);
                }
            }
        } else {
            me.seat = Seat::Queue(p);
            proc.queue.push_back(g);
        }
    }

    /// Puts `g` at the end of the global queue.
    pub(super) fn enqueue_global(&mut self, g: u32) {
        self.unqueue(g);
        if let Some(me) = place(&mut self.gs, g).filter(|_| g != 0) {
            me.seat = Seat::Global;
            self.global.push_back(g);
        }
    }

    /// Takes `g` out of the queue it stands in.
    pub(super) fn unqueue(&mut self, g: u32) {
        let Some(me) = self.gs.get_mut(g as usize) else { return };
        let queue = match std::mem::take(&mut me.seat) {
            Seat::None => return,
            Seat::Next(p) => {
                if let Some(p) = self.ps.get_mut(p as usize) {
                    p.runnext = None;
                }
                return;
            }
            Seat::Queue(p) => self.ps.get_mut(p as usize).map(|p| &mut p.queue),
            Seat::Global => Some(&mut self.global),
        };
        let Some(queue) = queue else { return };
        if queue.front() == Some(&g) {
            queue.pop_front();
        } else if let Some(at) = queue.iter().position(|&x| x == g) {
            queue.remove(at);
        }
    }

    /// Stealing, and moves between a processor's queue and the global one.
    pub(super) fn queues(&mut self, e: &Event) {
        let n = e.a as usize;
        match e.kind {
            Kind::Steal => self.steal(e, n),
            Kind::GlobalGet => {
                let n = n.min(self.global.len());
                let taken: Vec<u32> = self.global.drain(..n).collect();
                self.seat_all(e.p, &taken);
            }
            // One goroutine that yields was put there by `GoYield`; more are an overflowing queue.
            _ => {
                let Some(p) = self.ps.get_mut(e.p as usize).filter(|_| n > 1) else { return };
                let n = n.min(p.queue.len());
                let moved: Vec<u32> = p.queue.drain(..n).collect();
                for &g in &moved {
                    if let Some(g) = self.gs.get_mut(g as usize) {
                        g.seat = Seat::Global;
                    }
                }
                self.global.extend(moved);
            }
        }
    }

    fn steal(&mut self, e: &Event, n: usize) {
        let Some(victim) = usize::try_from(e.b).ok().and_then(|v| self.ps.get_mut(v)) else { return };
        let mut taken: Vec<u32> = if e.why == 1 {
            victim.runnext.take().into_iter().collect()
        } else {
            let n = n.min(victim.queue.len());
            victim.queue.drain(..n).collect()
        };
        if let Some(at) = taken.iter().position(|&g| g == e.g) {
            taken.remove(at);
            if let Some(g) = self.gs.get_mut(e.g as usize) {
                g.seat = Seat::None;
            }
        }
        self.seat_all(e.p, &taken);
    }

    /// Puts goroutines that were just taken out of a queue at the end of `p`'s.
    fn seat_all(&mut self, p: u8, taken: &[u32]) {
        let there = (p as usize) < self.ps.len();
        for &g in taken {
            if let Some(g) = self.gs.get_mut(g as usize) {
                g.seat = if there { Seat::Queue(p) } else { Seat::None };
            }
        }
        if let Some(p) = self.ps.get_mut(p as usize) {
            p.queue.extend(taken);
        }
    }

    /// A goroutine was created: where its record came from.
    pub(super) fn reuse(&mut self, e: &Event) {
        let Some(p) = self.ps.get_mut(e.p as usize) else { return };
        if e.why == 2 {
            let moved = self.gfree.min(GFREE_MAX / 2);
            self.gfree -= moved;
            p.gfree += moved;
        }
        if e.why != 0 {
            p.gfree = p.gfree.saturating_sub(1);
        }
    }

    /// A goroutine ended: its record is kept.
    pub(super) fn keep_record(&mut self, p: u8) {
        let Some(p) = self.ps.get_mut(p as usize) else { return };
        p.gfree += 1;
        if p.gfree >= GFREE_MAX {
            self.gfree = self.gfree.saturating_add(GFREE_MAX / 2);
            p.gfree -= GFREE_MAX / 2;
        }
    }
}
