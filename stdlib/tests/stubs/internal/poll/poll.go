package poll

import real "syscall"

// Under Go a read that blocks takes a thread, so nothing waits here.

func number(err error) int {
	if e, ok := err.(real.Errno); ok {
		return int(e)
	}
	return 0
}

func move(fd int, b []byte, write bool) (n, errno int) {
	var err error
	if write {
		n, err = real.Write(fd, b)
	} else {
		n, err = real.Read(fd, b)
	}
	return max(n, 0), number(err)
}

func moveAt(fd int, b []byte, offset int64, write bool) (n, errno int) {
	var err error
	if write {
		n, err = real.Pwrite(fd, b, offset)
	} else {
		n, err = real.Pread(fd, b, offset)
	}
	return max(n, 0), number(err)
}

func gather(fd int, pieces [][]byte, maximum int) (n, errno int) { return 0, int(real.ENOSYS) }
func sendfile(from, to, size int) (n, errno int)                 { return 0, int(real.ENOSYS) }
func copyRange(from, to, size int) (n, errno int)                { return 0, int(real.ENOSYS) }
func splice(from, to, size int) (n, errno int)                   { return 0, int(real.EINVAL) }

func block(fd int, b []byte, write bool) (n, errno int)               { return move(fd, b, write) }
func attempt(pd uintptr, fd int, b []byte, write bool) (n, errno int) { return move(fd, b, write) }
func open(fd int) (pd uintptr, errno int)                             { return 0, int(real.EPERM) }
func release(pd uintptr, fd int)                                      {}
func reset(pd uintptr, write bool) (errno int)                        { return 0 }
func wait(pd uintptr, write bool) (errno int)                         { return 0 }
func evict(pd uintptr)                                                {}
func expire(pd uintptr, write, expired bool)                          {}
func isDirect(fd int) bool                                            { return false }
func changes() uint32                                                 { return 1 }

// IsNonblocking is false: see above.
func IsNonblocking(fd int) bool { return false }

// IsPollDescriptor is false: there is none.
func IsPollDescriptor(fd uintptr) bool { return false }
