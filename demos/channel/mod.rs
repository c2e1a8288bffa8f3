//! Demos of the topic `channel`: one line a demo, in alphabetical order.
topic! {
}
