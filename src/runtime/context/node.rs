//! The node of the context tree: one kind for each implementation in Go.
use std::any::{Any, TypeId, type_name};
use std::sync::Arc;

use super::cancel::{AfterPart, CancelPart, TimerPart};
use super::{Context, Ctx, Key};

pub(super) struct Node {
    pub(super) id: u32,
    pub(super) parent: Option<Ctx>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Background,
    Todo,
    Nil,
    Cancel(CancelPart),
    Timer(CancelPart, TimerPart),
    AfterFunc(CancelPart, AfterPart),
    Value(ValuePart),
    WithoutCancel,
    Custom(Box<dyn Context>),
}

pub(super) struct ValuePart {
    pub(super) key: Box<dyn Key>,
    pub(super) value: Arc<dyn Any + Send + Sync>,
    /// For `Display`.
    pub(super) shown: String,
}

/// As Go's `stringify`: a string shows itself, anything else its type.
pub(super) fn shown<T: Any>(v: &T) -> String {
    let any: &dyn Any = v;
    if let Some(s) = any.downcast_ref::<&'static str>() {
        return (*s).to_owned();
    }
    if let Some(s) = any.downcast_ref::<String>() {
        return s.clone();
    }
    let name = type_name::<T>();
    debug_assert_ne!(any.type_id(), TypeId::of::<str>());
    name.rsplit("::").next().unwrap_or(name).to_owned()
}
