package sync

import (
	"fmt"
	"os"
	"runtime"
	real "sync"
	"time"
)

var (
	semMutex real.Mutex
	semCond  = real.NewCond(&semMutex)
)

func runtime_Semacquire(addr *uint32, lifo bool) {
	semMutex.Lock()
	for *addr == 0 {
		semCond.Wait()
	}
	*addr--
	semMutex.Unlock()
}

func runtime_Semrelease(addr *uint32, handoff bool) {
	semMutex.Lock()
	*addr++
	semMutex.Unlock()
	semCond.Broadcast()
}

var start = time.Now()

func runtime_nanotime() int64 { return int64(time.Since(start)) + 1 }

func runtime_gcCycle() uint32 {
	return 0
}

func runtime_procID() int { return 0 }

func fatal(text string) {
	fmt.Fprintln(os.Stderr, "fatal error: "+text)
	os.Exit(2)
}

var _ = runtime.GC

func runtime_SemacquireGroup(addr *uint32) { runtime_Semacquire(addr, false) }
