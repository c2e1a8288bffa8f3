//! A `select` whose cases are known only at run time (Go: `reflect.Select`).
//!
//! Each case is boxed; the macro makes the same records in the frame.
use std::any::Any;

use super::{DEFAULT, Picked, RecvCase, Scase, SendCase, wait};
use crate::runtime::chan::Chan;

trait Slot {
    fn case(&mut self) -> Scase;
    fn finish(&mut self, picked: &Picked) -> Option<Box<dyn Any>>;
}

impl<T: Send + 'static> Slot for RecvCase<Chan<T>, T> {
    fn case(&mut self) -> Scase {
        RecvCase::case(self)
    }
    fn finish(&mut self, picked: &Picked) -> Option<Box<dyn Any>> {
        self.take(picked).map(|v| Box::new(v) as Box<dyn Any>)
    }
}

/// A send case with the handle that keeps its channel alive.
struct OwnedSend<T: Send + 'static>(SendCase<T>, #[allow(dead_code)] Chan<T>);

impl<T: Send + 'static> Slot for OwnedSend<T> {
    fn case(&mut self) -> Scase {
        self.0.case()
    }
    fn finish(&mut self, _: &Picked) -> Option<Box<dyn Any>> {
        self.0.done();
        None
    }
}

/// A select whose cases are known only at run time (Go: `reflect.Select`).
#[derive(Default)]
pub struct Select {
    slots: Vec<Box<dyn Slot>>,
    has_default: bool,
}

/// Which case of a [`Select`] won, and what it received.
pub struct Got {
    index: usize,
    value: Option<Box<dyn Any>>,
}

impl Select {
    /// [`Got::index`] when the default was taken.
    pub const DEFAULT: usize = DEFAULT;

    /// No case yet; waiting on it blocks for ever.
    #[must_use]
    pub fn new() -> Self {
        <Self as Default>::default()
    }
    /// Adds a receive; returns its index.
    pub fn recv<T: Send + 'static>(&mut self, ch: &Chan<T>) -> usize {
        self.slots.push(Box::new(RecvCase::new(ch.clone())));
        self.slots.len() - 1
    }
    /// Adds a send; returns its index.
    pub fn send<T: Send + 'static>(&mut self, ch: &Chan<T>, v: T) -> usize {
        self.slots.push(Box::new(OwnedSend(SendCase::new(ch, v), ch.clone())));
        self.slots.len() - 1
    }
    /// Adds a default: the select will not wait.
    pub fn default(&mut self) {
        self.has_default = true;
    }
    /// Waits for the first case.
    #[must_use]
    pub fn wait(mut self) -> Got {
        let mut cases: Vec<Scase> = self.slots.iter_mut().map(|s| s.case()).collect();
        let picked = wait(&mut cases, self.has_default);
        let value = self.slots.get_mut(picked.index).and_then(|s| s.finish(&picked));
        Got { index: picked.index, value }
    }
}

impl Got {
    /// The winner's index, [`Select::DEFAULT`] for the default.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }
    /// What a receive case got; `None` when its channel was closed, for sends and for the default.
    ///
    /// # Panics
    /// When the case received another type.
    #[must_use]
    pub fn value<T: 'static>(self) -> Option<T> {
        self.value.map(|v| *v.downcast::<T>().unwrap_or_else(|_| panic!("select: the case received another type")))
    }
}
