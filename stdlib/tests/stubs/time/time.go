package time

import (
	real "time"
	"unsafe"
)

var origin = real.Now()

func now() (sec int64, nsec int32, mono int64) {
	t := real.Now()
	return t.Unix(), int32(t.Nanosecond()), int64(t.Sub(origin)) + 1
}

func monotonicNano() int64 { return runtimeNano() }

func runtimeNano() int64 { return int64(real.Since(origin)) + 1 }

func sleepFor(ns int64) { real.Sleep(real.Duration(ns)) }

type stubTimer struct {
	stop chan bool
	done chan bool
}

func timerStart(when int64, f func()) unsafe.Pointer {
	t := &stubTimer{make(chan bool, 1), make(chan bool)}
	go func() {
		select {
		case <-real.After(real.Duration(when - runtimeNano())):
			close(t.done)
			f()
		case <-t.stop:
		}
	}()
	return unsafe.Pointer(t)
}

func timerStop(timer unsafe.Pointer) bool {
	t := (*stubTimer)(timer)
	select {
	case <-t.done:
		return false
	case t.stop <- true:
		return true
	}
}
