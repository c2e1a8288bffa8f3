//! One-way handles and `range`: what a signature says about who sends and who receives.
use super::{Chan, TryRecv};

/// Receives until the channel is closed and drained.
pub struct Iter<'a, T>(pub(super) &'a Chan<T>);

impl<T: Send + 'static> Iterator for Iter<'_, T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        self.0.recv()
    }
}

impl<'a, T: Send + 'static> IntoIterator for &'a Chan<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The sending side only.
///
/// ```compile_fail
/// # use bagu::runtime::Chan;
/// fn f(tx: bagu::runtime::Sender<i32>) { tx.recv(); }
/// ```
pub struct Sender<T>(pub(super) Chan<T>);

/// The receiving side only.
///
/// ```compile_fail
/// fn f(rx: bagu::runtime::Receiver<i32>) { rx.close(); }
/// ```
pub struct Receiver<T>(pub(super) Chan<T>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Send + 'static> Sender<T> {
    /// As [`Chan::send`].
    pub fn send(&self, v: T) {
        self.0.send(v);
    }
    /// As [`Chan::try_send`].
    pub fn try_send(&self, v: T) -> bool {
        self.0.try_send(v)
    }
    /// As [`Chan::close`].
    pub fn close(&self) {
        self.0.close();
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// As [`Chan::recv`].
    pub fn recv(&self) -> Option<T> {
        self.0.recv()
    }
    /// As [`Chan::recv_ok`].
    pub fn recv_ok(&self) -> (T, bool)
    where
        T: Default,
    {
        self.0.recv_ok()
    }
    /// As [`Chan::try_recv`].
    pub fn try_recv(&self) -> TryRecv<T> {
        self.0.try_recv()
    }
    /// As [`Chan::iter`].
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }
}

impl<'a, T: Send + 'static> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
