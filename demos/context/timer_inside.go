// The timer behind a timeout: when it is made, who fires it, when it goes.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// kind is the name of the dynamic type without its package.
func kind(ctx context.Context) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", ctx), "context.")
	return name
}

func main() {
	const d = 20 * time.Millisecond
	bg := context.Background()
	start := time.Now()
	ctx, cancel := context.WithTimeout(bg, d)
	<-ctx.Done()
	fmt.Printf("到期：不早于 20 ms=%v Err=%v\n", time.Since(start) >= d, ctx.Err())
	cancel()

	start = time.Now()
	ctx, cancel = context.WithTimeout(bg, d)
	cancel()
	fmt.Printf("提前取消：不到 20 ms=%v Err=%v\n", time.Since(start) < d, ctx.Err())

	parent, stop := context.WithTimeout(bg, d)
	child, cancel := context.WithTimeout(parent, 5*time.Second)
	fmt.Printf("父更早：%s\n", kind(child))
	cancel()
	stop()

	past, cancel := context.WithTimeout(bg, 0)
	fmt.Printf("截止已过：%s Err=%v\n", kind(past), past.Err())
	cancel()
}
