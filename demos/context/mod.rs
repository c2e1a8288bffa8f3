//! Demos of the topic `context`: one line a demo, in alphabetical order.
topic! {
}
