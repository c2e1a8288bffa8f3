//! Demos of the topic `select`: one line a demo, in alphabetical order.
topic! {
}
