package syscall

import (
	"os"
	real "syscall"
	"unsafe"
)

func code(err error) int {
	if e, ok := err.(real.Errno); ok {
		return int(e)
	}
	if err != nil {
		return 22
	}
	return 0
}

func sysOpen(path string, flags int, perm uint32) (fd, errno int) {
	fd, err := real.Open(path, flags|real.O_CLOEXEC, perm)
	return fd, code(err)
}
func sysOpenat(dir int, path string, flags int, perm uint32) (fd, errno int) {
	fd, err := real.Openat(dir, path, flags|real.O_CLOEXEC, perm)
	return fd, code(err)
}
func sysUnlinkat(dir int, path string, folder bool) (errno int) {
	p, err := real.BytePtrFromString(path)
	if err != nil {
		return code(err)
	}
	flags := 0
	if folder {
		flags = 0x200 // AT_REMOVEDIR
	}
	_, _, e := real.Syscall(real.SYS_UNLINKAT, uintptr(dir), uintptr(unsafe.Pointer(p)), uintptr(flags))
	return int(e)
}
func sysClose(fd int) (errno int) { return code(real.Close(fd)) }
func sysRead(fd int, b []byte) (n, errno int) {
	n, err := real.Read(fd, b)
	return n, code(err)
}
func sysWrite(fd int, b []byte) (n, errno int) {
	n, err := real.Write(fd, b)
	return n, code(err)
}
func sysPread(fd int, b []byte, offset int64) (n, errno int) {
	n, err := real.Pread(fd, b, offset)
	return n, code(err)
}
func sysPwrite(fd int, b []byte, offset int64) (n, errno int) {
	n, err := real.Pwrite(fd, b, offset)
	return n, code(err)
}
func sysSeek(fd int, offset int64, whence int) (position int64, errno int) {
	p, err := real.Seek(fd, offset, whence)
	return p, code(err)
}
func sysFsync(fd int) (errno int)                     { return code(real.Fsync(fd)) }
func sysFtruncate(fd int, size int64) (errno int)     { return code(real.Ftruncate(fd, size)) }
func sysTruncate(path string, size int64) (errno int) { return code(real.Truncate(path, size)) }
func sysMkdir(path string, perm uint32) (errno int)   { return code(real.Mkdir(path, perm)) }
func sysUnlink(path string) (errno int)               { return code(real.Unlink(path)) }
func sysRmdir(path string) (errno int)                { return code(real.Rmdir(path)) }
func sysRename(from, to string) (errno int)           { return code(real.Rename(from, to)) }
func sysLink(old, new string) (errno int)             { return code(real.Link(old, new)) }
func sysSymlink(old, new string) (errno int)          { return code(real.Symlink(old, new)) }
func sysAccess(path string, mode int) (errno int)     { return code(real.Access(path, uint32(mode))) }
func sysKill(pid, signal int) (errno int)             { return code(real.Kill(pid, real.Signal(signal))) }
func sysReadlink(path string, b []byte) (n, errno int) {
	n, err := real.Readlink(path, b)
	return n, code(err)
}

func sysStat(path string, fd int, link bool, out []int64) (errno int) {
	var st real.Stat_t
	var err error
	switch {
	case path == "":
		err = real.Fstat(fd, &st)
	case link:
		err = real.Lstat(path, &st)
	default:
		err = real.Stat(path, &st)
	}
	copy(out, []int64{int64(st.Dev), int64(st.Ino), int64(st.Mode), int64(st.Nlink), int64(st.Uid), int64(st.Gid), int64(st.Rdev),
		st.Size, int64(st.Blksize), st.Blocks, st.Atim.Sec, st.Atim.Nsec, st.Mtim.Sec, st.Mtim.Nsec, st.Ctim.Sec, st.Ctim.Nsec})
	return code(err)
}

func sysReaddir(fd int, b []byte) (n, errno int) {
	for {
		kernel := make([]byte, len(b)/2)
		k, err := real.ReadDirent(fd, kernel)
		if err != nil || k == 0 {
			return 0, code(err)
		}
		for kernel = kernel[:k]; len(kernel) > 0; {
			size := int(kernel[16]) | int(kernel[17])<<8
			kind := kernel[18]
			name := kernel[19:size]
			for i, c := range name {
				if c == 0 {
					name = name[:i]
					break
				}
			}
			kernel = kernel[size:]
			if s := string(name); s != "." && s != ".." {
				b[n], b[n+1], b[n+2] = kind, byte(len(s)), byte(len(s)>>8)
				n += 3 + copy(b[n+3:], s)
			}
		}
		if n > 0 {
			return n, 0
		}
	}
}

func sysChmod(path string, fd int, mode uint32) (errno int) {
	if path == "" {
		return code(real.Fchmod(fd, mode))
	}
	return code(real.Chmod(path, mode))
}
func sysChown(path string, fd int, link bool, uid, gid int) (errno int) {
	if path == "" {
		return code(real.Fchown(fd, uid, gid))
	}
	if link {
		return code(real.Lchown(path, uid, gid))
	}
	return code(real.Chown(path, uid, gid))
}
func sysUtimes(path string, asec, ansec, msec, mnsec int64) (errno int) {
	return code(real.UtimesNano(path, []real.Timespec{{Sec: asec, Nsec: ansec}, {Sec: msec, Nsec: mnsec}}))
}
func sysChdir(path string, fd int) (errno int) {
	if path == "" {
		return code(real.Fchdir(fd))
	}
	return code(real.Chdir(path))
}
func sysGetcwd(b []byte) (n, errno int) {
	n, err := real.Getcwd(b)
	return n - 1, code(err)
}
func sysHostname(b []byte) (n, errno int) {
	s, _ := os.Hostname()
	return copy(b, s), 0
}
func sysPipe() (r, w, errno int) {
	var p [2]int
	err := real.Pipe2(p[:], real.O_CLOEXEC)
	return p[0], p[1], code(err)
}
func sysDup(fd int) (newfd, errno int) {
	n, err := real.Dup(fd)
	return n, code(err)
}
func sysID(which int) int {
	return [...]func() int{real.Getpid, real.Getppid, real.Getuid, real.Geteuid, real.Getgid, real.Getegid, real.Getpagesize}[which]()
}
func sysExit(code int)                      { real.Exit(code) }
func programArgs() []string                 { return os.Args }
func programEnv() []string                  { return os.Environ() }
func cSetenv(key, value string, unset bool) {}

func sysMkfifo(path string, mode uint32) (errno int) { return code(real.Mkfifo(path, mode)) }
