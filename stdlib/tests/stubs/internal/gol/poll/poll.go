package poll

import real "syscall"

// Under Go a read that blocks takes a thread, so nothing waits here.

func attempt(fd int, b []byte, write bool) (n, errno int) {
	var err error
	if write {
		n, err = real.Write(fd, b)
	} else {
		n, err = real.Read(fd, b)
	}
	if e, ok := err.(real.Errno); ok {
		errno = int(e)
	}
	return n, errno
}

func wait(fd int, write bool, closing *uint32) int { return 0 }
func evict(fd int, closing *uint32)                { *closing = 1 }
func canWait(fd int) bool                          { return false }
func setNonblocking(fd int, on bool) bool          { return real.SetNonblock(fd, on) == nil }
func isNonblocking(fd int) bool                    { return false }
