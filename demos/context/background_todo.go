// Background and TODO: the same in every behaviour, two types, two names.
package main

import (
	"context"
	"fmt"
)

// probe tells everything a root can answer, and what becomes of a child.
func probe(root context.Context) string {
	child, cancel := context.WithCancel(root)
	before := child.Err()
	cancel()
	_, deadline := root.Deadline()
	return fmt.Sprintf("Done 为 nil=%v 有截止=%v Err=%v 子=%v→%v", root.Done() == nil, deadline, root.Err(), before, child.Err())
}

func main() {
	bg, td := context.Background(), context.TODO()
	one, two := probe(bg), probe(td)
	fmt.Printf("%v：%s\n", bg, one)
	fmt.Printf("%v：%s\n", td, two)
	fmt.Printf("行为相同：%v\n", one == two)
	fmt.Printf("相等：%v\n", bg == td)
}
