/*
 * syscall.c - package syscall: one function per system call.
 *
 * Those that may block go through a blocking-call frame (sched/call.c): the intrinsic fills the
 * frame and returns, `run` makes the call later from the frozen goroutine. Buffers are pointer
 * arguments of the frame (p[0]), so they are mended when they lie in the goroutine's own
 * stack; path names are copied at once, with a NUL, and freed after the call.
 *
 * Reads and writes of regular files and /dev/null cannot wait for anybody: package internal/poll, which knows what a
 * descriptor is, makes small ones in place, without freezing (poll.c).
 */
#define _GNU_SOURCE
#include "ffi/descriptor.h"
#include "ffi/intrinsic.h"
#include "base/exit.h"
#include "base/fatal.h"
#include "heap/heap.h"
#include "os/os.h"
#include "sched/proc.h"
#include "stack/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

typedef struct { gol_int r0, r1; } result2;
typedef struct { gol_int r0, r1, r2; } result3;

uint32_t descriptor_changes = 1;

bool descriptor_is_direct(int fd)
{
	struct stat s;
	return fstat(fd, &s) == 0 && (S_ISREG(s.st_mode) || (S_ISCHR(s.st_mode) && s.st_rdev == makedev(1, 3)));
}

static char *path_copy(gol_string s)
{
	char *p = malloc((size_t)s.len + 1);
	if (p == NULL)
		runtime_out_of_memory();
	if (s.len > 0)
		memcpy(p, s.ptr, (size_t)s.len);
	p[s.len] = 0;
	return p;
}

/* a[0], a[1]: path names to free, or 0. */
static char *path_of(const call_frame *c, int i) { return (char *)(uintptr_t)c->a[i]; }
static void path_set(call_frame *c, int i, gol_string s) { c->a[i] = (int64_t)(uintptr_t)path_copy(s); }

#define RETRY(expression) __extension__ ({ \
	int64_t n_; \
	do n_ = (int64_t)(expression); while (n_ < 0 && errno == EINTR); \
	n_; })

/* value and errno */
static void give2(call_frame *c, int64_t n)
{
	c->r[0] = n < 0 ? -1 : n;
	c->r[1] = n < 0 ? errno : 0;
}

/* errno only; frees the paths */
static void give1(call_frame *c, int64_t n, int paths)
{
	c->r[0] = n < 0 ? errno : 0;
	for (int i = 0; i < paths; i++)
		free(path_of(c, i));
}

/* ---- reading and writing -------------------------------------------------------------------------- */

/* a[0] fd, a[1] size, a[2] offset; p[0] the bytes */
static void run_read(call_frame *c) { give2(c, RETRY(read((int)c->a[0], c->p[0], (size_t)c->a[1]))); }
static void run_write(call_frame *c) { give2(c, RETRY(write((int)c->a[0], c->p[0], (size_t)c->a[1]))); }
static void run_pread(call_frame *c) { give2(c, RETRY(pread((int)c->a[0], c->p[0], (size_t)c->a[1], c->a[2]))); }
static void run_pwrite(call_frame *c) { give2(c, RETRY(pwrite((int)c->a[0], c->p[0], (size_t)c->a[1], c->a[2]))); }

static result2 transfer(gol_g *g, gol_int fd, gol_slice b, int64_t offset, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	c.a[0] = fd;
	c.a[1] = b.len;
	c.a[2] = offset;
	c.p[0] = b.ptr;
	call_blocking(g, &c);
	return (result2){0, 0};
}

INTRINSIC(result2, syscall_sysRead, gol_g *g, gol_int fd, gol_slice b) { return transfer(g, fd, b, 0, run_read); }
INTRINSIC(result2, syscall_sysWrite, gol_g *g, gol_int fd, gol_slice b) { return transfer(g, fd, b, 0, run_write); }

/* A descriptor in nonblocking mode that the poller does not know is waited for in the system too. */
static bool would_block(const call_frame *c, short events)
{
	struct pollfd p = {.fd = (int)c->a[0], .events = events};
	return c->r[1] == EAGAIN && RETRY(poll(&p, 1, -1)) >= 0;
}

static void run_block_read(call_frame *c) { do run_read(c); while (would_block(c, POLLIN)); }
static void run_block_write(call_frame *c) { do run_write(c); while (would_block(c, POLLOUT)); }

/* The read and write of os.File where the system waits: one call, as each more is one more frame to freeze. */
INTRINSIC(result2, internal_1poll_block, gol_g *g, gol_int fd, gol_slice b, bool write_it)
{
	return transfer(g, fd, b, 0, write_it ? run_block_write : run_block_read);
}

INTRINSIC(result2, syscall_sysPread, gol_g *g, gol_int fd, gol_slice b, int64_t offset)
{
	return transfer(g, fd, b, offset, run_pread);
}
INTRINSIC(result2, syscall_sysPwrite, gol_g *g, gol_int fd, gol_slice b, int64_t offset)
{
	return transfer(g, fd, b, offset, run_pwrite);
}

INTRINSIC(result2, syscall_sysSeek, gol_g *g, gol_int fd, int64_t offset, gol_int whence)
{
	(void)g;
	off_t at = lseek((int)fd, offset, (int)whence);
	return (result2){at, at < 0 ? errno : 0};
}

/* ---- descriptors ------------------------------------------------------------------------------------- */

static void run_open(call_frame *c)
{
	give2(c, RETRY(openat((int)c->a[4], path_of(c, 0), (int)c->a[2] | O_CLOEXEC, (mode_t)c->a[3])));
	free(path_of(c, 0));
}

static result2 open_at(gol_g *g, gol_int dir, gol_string path, gol_int flags, uint32_t perm)
{
	call_frame c;
	call_start(&c, run_open);
	path_set(&c, 0, path);
	c.a[2] = flags;
	c.a[3] = perm;
	c.a[4] = dir;
	call_blocking(g, &c);
	return (result2){0, 0};
}

INTRINSIC(result2, syscall_sysOpen, gol_g *g, gol_string path, gol_int flags, uint32_t perm)
{
	return open_at(g, AT_FDCWD, path, flags, perm);
}

INTRINSIC(result2, syscall_sysOpenat, gol_g *g, gol_int dir, gol_string path, gol_int flags, uint32_t perm)
{
	return open_at(g, dir, path, flags, perm);
}

/* After EINTR the descriptor is closed already, on Linux. */
static void run_close(call_frame *c)
{
	int64_t n = close((int)c->a[2]);
	give1(c, n < 0 && errno == EINTR ? 0 : n, 0);
}

static void run_fsync(call_frame *c) { give1(c, RETRY(fsync((int)c->a[2])), 0); }
static void run_ftruncate(call_frame *c) { give1(c, RETRY(ftruncate((int)c->a[2], c->a[3])), 0); }

static gol_int on_descriptor(gol_g *g, gol_int fd, int64_t number, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	c.a[2] = fd;
	c.a[3] = number;
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, syscall_sysClose, gol_g *g, gol_int fd) { return on_descriptor(g, fd, 0, run_close); }
INTRINSIC(gol_int, syscall_sysFsync, gol_g *g, gol_int fd) { return on_descriptor(g, fd, 0, run_fsync); }
INTRINSIC(gol_int, syscall_sysFtruncate, gol_g *g, gol_int fd, int64_t size)
{
	return on_descriptor(g, fd, size, run_ftruncate);
}

INTRINSIC(result3, syscall_sysPipe, gol_g *g, gol_int flags)
{
	int fds[2];
	(void)g;
	if (pipe2(fds, (int)flags) != 0)
		return (result3){-1, -1, errno};
	return (result3){fds[0], fds[1], 0};
}

INTRINSIC(result2, syscall_sysDup, gol_g *g, gol_int fd)
{
	(void)g;
	int n = fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
	return (result2){n, n < 0 ? errno : 0};
}

/* The number now is another file: who has asked what it is must ask again. */
INTRINSIC(gol_int, syscall_sysDup3, gol_g *g, gol_int from, gol_int to, gol_int flags)
{
	(void)g;
	int n = from == to && flags == 0 ? fcntl((int)from, F_GETFD) : (int)RETRY(dup3((int)from, (int)to, (int)flags));
	int error = n < 0 ? errno : 0;
	atomic_add(&descriptor_changes, 1);
	return error;
}

INTRINSIC(void, syscall_sysSetCloseOnExec, gol_g *g, gol_int fd) { (void)g; (void)fcntl((int)fd, F_SETFD, FD_CLOEXEC); }
INTRINSIC(gol_int, syscall_sysSetNonblock, gol_g *g, gol_int fd, bool on)
{
	(void)g;
	return os_set_nonblocking((int)fd, on) ? 0 : errno;
}

static void run_flock(call_frame *c) { give1(c, RETRY(flock((int)c->a[2], (int)c->a[3])), 0); }
INTRINSIC(gol_int, syscall_sysFlock, gol_g *g, gol_int fd, gol_int how) { return on_descriptor(g, fd, how, run_flock); }

/* ---- memory ---------------------------------------------------------------------------------------------- */

INTRINSIC(result2, syscall_sysMmap, gol_g *g, gol_int fd, int64_t offset, gol_int length, gol_int protection,
	gol_int flags)
{
	(void)g;
	void *p = mmap(NULL, (size_t)length, (int)protection, (int)flags, (int)fd, offset);
	return p == MAP_FAILED ? (result2){0, errno} : (result2){(gol_int)(uintptr_t)p, 0};
}

INTRINSIC(gol_int, syscall_sysMunmap, gol_g *g, uintptr_t address, gol_int length)
{
	(void)g;
	return munmap((void *)address, (size_t)length) == 0 ? 0 : errno;
}

INTRINSIC(gol_int, syscall_sysMprotect, gol_g *g, uintptr_t address, gol_int length, gol_int protection)
{
	(void)g;
	return mprotect((void *)address, (size_t)length, (int)protection) == 0 ? 0 : errno;
}

/* ---- files by name --------------------------------------------------------------------------------------- */

/* a[2], a[3], ...: the other arguments */
static void run_truncate(call_frame *c) { give1(c, RETRY(truncate(path_of(c, 0), c->a[2])), 1); }
static void run_mkdir(call_frame *c) { give1(c, mkdir(path_of(c, 0), (mode_t)c->a[2]), 1); }
static void run_mkfifo(call_frame *c) { give1(c, mkfifo(path_of(c, 0), (mode_t)c->a[2]), 1); }
static void run_unlink(call_frame *c) { give1(c, unlink(path_of(c, 0)), 1); }
static void run_rmdir(call_frame *c) { give1(c, rmdir(path_of(c, 0)), 1); }
static void run_unlinkat(call_frame *c)
{
	give1(c, unlinkat((int)c->a[2], path_of(c, 0), c->a[3] ? AT_REMOVEDIR : 0), 1);
}
static void run_access(call_frame *c) { give1(c, access(path_of(c, 0), (int)c->a[2]), 1); }
static void run_rename(call_frame *c) { give1(c, rename(path_of(c, 0), path_of(c, 1)), 2); }
static void run_link(call_frame *c) { give1(c, link(path_of(c, 0), path_of(c, 1)), 2); }
static void run_symlink(call_frame *c) { give1(c, symlink(path_of(c, 0), path_of(c, 1)), 2); }

static void run_chmod(call_frame *c)
{
	const char *path = path_of(c, 0);
	give1(c, RETRY(*path ? chmod(path, (mode_t)c->a[3]) : fchmod((int)c->a[2], (mode_t)c->a[3])), 1);
}

static void run_chdir(call_frame *c)
{
	const char *path = path_of(c, 0);
	give1(c, *path ? chdir(path) : fchdir((int)c->a[2]), 1);
}

/* a[2] fd, a[3] of the link itself?, a[4] user, a[5] group */
static void run_chown(call_frame *c)
{
	const char *path = path_of(c, 0);
	uid_t user = (uid_t)c->a[4];
	gid_t group = (gid_t)c->a[5];
	give1(c, *path == 0 ? fchown((int)c->a[2], user, group) : c->a[3] ? lchown(path, user, group) :
		chown(path, user, group), 1);
}

static void run_utimes(call_frame *c)
{
	struct timespec t[2] = {{c->a[2], c->a[3]}, {c->a[4], c->a[5]}};
	give1(c, utimensat(AT_FDCWD, path_of(c, 0), t, 0), 1);
}

static gol_int on_path(gol_g *g, gol_string path, int64_t a2, int64_t a3, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	path_set(&c, 0, path);
	c.a[2] = a2;
	c.a[3] = a3;
	call_blocking(g, &c);
	return 0;
}

static gol_int on_paths(gol_g *g, gol_string from, gol_string to, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	path_set(&c, 0, from);
	path_set(&c, 1, to);
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, syscall_sysTruncate, gol_g *g, gol_string path, int64_t size)
{
	return on_path(g, path, size, 0, run_truncate);
}
INTRINSIC(gol_int, syscall_sysMkdir, gol_g *g, gol_string path, uint32_t perm)
{
	return on_path(g, path, perm, 0, run_mkdir);
}
INTRINSIC(gol_int, syscall_sysMkfifo, gol_g *g, gol_string path, uint32_t mode)
{
	return on_path(g, path, mode, 0, run_mkfifo);
}
INTRINSIC(gol_int, syscall_sysUnlink, gol_g *g, gol_string path) { return on_path(g, path, 0, 0, run_unlink); }
INTRINSIC(gol_int, syscall_sysRmdir, gol_g *g, gol_string path) { return on_path(g, path, 0, 0, run_rmdir); }
INTRINSIC(gol_int, syscall_sysUnlinkat, gol_g *g, gol_int dir, gol_string path, bool folder)
{
	return on_path(g, path, dir, folder, run_unlinkat);
}
INTRINSIC(gol_int, syscall_sysAccess, gol_g *g, gol_string path, gol_int mode)
{
	return on_path(g, path, mode, 0, run_access);
}
INTRINSIC(gol_int, syscall_sysChmod, gol_g *g, gol_string path, gol_int fd, uint32_t mode)
{
	return on_path(g, path, fd, mode, run_chmod);
}
INTRINSIC(gol_int, syscall_sysChdir, gol_g *g, gol_string path, gol_int fd)
{
	return on_path(g, path, fd, 0, run_chdir);
}
INTRINSIC(gol_int, syscall_sysRename, gol_g *g, gol_string from, gol_string to)
{
	return on_paths(g, from, to, run_rename);
}
INTRINSIC(gol_int, syscall_sysLink, gol_g *g, gol_string from, gol_string to)
{
	return on_paths(g, from, to, run_link);
}
INTRINSIC(gol_int, syscall_sysSymlink, gol_g *g, gol_string from, gol_string to)
{
	return on_paths(g, from, to, run_symlink);
}

/* a[2] folder, a[3] mode, a[4] flags */
static void run_faccessat(call_frame *c)
{
	give1(c, faccessat((int)c->a[2], path_of(c, 0), (int)c->a[3], (int)c->a[4]), 1);
}

INTRINSIC(gol_int, syscall_sysFaccessat, gol_g *g, gol_int dir, gol_string path, gol_int mode, gol_int flags)
{
	call_frame c;
	call_start(&c, run_faccessat);
	path_set(&c, 0, path);
	c.a[2] = dir;
	c.a[3] = mode;
	c.a[4] = flags;
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, syscall_sysChown, gol_g *g, gol_string path, gol_int fd, bool link, gol_int uid, gol_int gid)
{
	call_frame c;
	call_start(&c, run_chown);
	path_set(&c, 0, path);
	c.a[2] = fd;
	c.a[3] = link;
	c.a[4] = uid;
	c.a[5] = gid;
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, syscall_sysUtimes, gol_g *g, gol_string path, int64_t asec, int64_t ansec, int64_t msec,
	int64_t mnsec)
{
	call_frame c;
	call_start(&c, run_utimes);
	path_set(&c, 0, path);
	c.a[2] = asec;
	c.a[3] = ansec;
	c.a[4] = msec;
	c.a[5] = mnsec;
	call_blocking(g, &c);
	return 0;
}

static void run_readlink(call_frame *c)
{
	give2(c, readlink(path_of(c, 0), c->p[0], (size_t)c->a[2]));
	free(path_of(c, 0));
}

INTRINSIC(result2, syscall_sysReadlink, gol_g *g, gol_string path, gol_slice b)
{
	call_frame c;
	call_start(&c, run_readlink);
	path_set(&c, 0, path);
	c.p[0] = b.ptr;
	c.a[2] = b.len;
	call_blocking(g, &c);
	return (result2){0, 0};
}

/* n is what the system said; frees the path */
static void give_stat(call_frame *c, int n, const struct stat *s)
{
	if (n == 0) {
		const int64_t values[16] = {
			(int64_t)s->st_dev, (int64_t)s->st_ino, s->st_mode, (int64_t)s->st_nlink, s->st_uid, s->st_gid,
				(int64_t)s->st_rdev, s->st_size,
			s->st_blksize, s->st_blocks, s->st_atim.tv_sec, s->st_atim.tv_nsec, s->st_mtim.tv_sec, s->st_mtim.tv_nsec,
			s->st_ctim.tv_sec, s->st_ctim.tv_nsec};
		memcpy(c->p[0], values, sizeof values);
	}
	give1(c, n, 1);
}

/* a[2] fd, a[3] of the link itself?; p[0]: 16 numbers */
static void run_stat(call_frame *c)
{
	struct stat s;
	const char *path = path_of(c, 0);
	give_stat(c, *path == 0 ? fstat((int)c->a[2], &s) : c->a[3] ? lstat(path, &s) : stat(path, &s), &s);
}

INTRINSIC(gol_int, syscall_sysStat, gol_g *g, gol_string path, gol_int fd, bool link, gol_slice out)
{
	call_frame c;
	call_start(&c, run_stat);
	path_set(&c, 0, path);
	c.a[2] = fd;
	c.a[3] = link;
	c.p[0] = out.ptr;
	require(out.len >= 16);
	call_blocking(g, &c);
	return 0;
}

/* ---- files by folder and name: package internal/syscall/unix --------------------------------------------------- */

/* a[2] folder, a[3] and a[4] other arguments, or the folder of a second path */
static gol_int in_folder(gol_g *g, gol_int folder, gol_string path, int64_t a3, int64_t a4, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	path_set(&c, 0, path);
	c.a[2] = folder;
	c.a[3] = a3;
	c.a[4] = a4;
	call_blocking(g, &c);
	return 0;
}

static gol_int in_folders(gol_g *g, gol_int folder, gol_string path, gol_int folder2, gol_string path2,
	void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	path_set(&c, 0, path);
	path_set(&c, 1, path2);
	c.a[2] = folder;
	c.a[3] = folder2;
	call_blocking(g, &c);
	return 0;
}

static void run_fstatat(call_frame *c)
{
	struct stat s;
	give_stat(c, fstatat((int)c->a[2], path_of(c, 0), &s, AT_SYMLINK_NOFOLLOW), &s);
}

static void run_readlinkat(call_frame *c)
{
	give2(c, readlinkat((int)c->a[2], path_of(c, 0), c->p[0], (size_t)c->a[3]));
	free(path_of(c, 0));
}

static void run_utimensat(call_frame *c)
{
	struct timespec t[2] = {{c->a[3], c->a[4]}, {c->a[5], c->a[6]}};
	give1(c, utimensat((int)c->a[2], path_of(c, 0), t, AT_SYMLINK_NOFOLLOW), 1);
}

static void run_mkdirat(call_frame *c) { give1(c, mkdirat((int)c->a[2], path_of(c, 0), (mode_t)c->a[3]), 1); }
static void run_renameat(call_frame *c)
{
	give1(c, renameat((int)c->a[2], path_of(c, 0), (int)c->a[3], path_of(c, 1)), 2);
}
static void run_linkat(call_frame *c)
{
	give1(c, linkat((int)c->a[2], path_of(c, 0), (int)c->a[3], path_of(c, 1), 0), 2);
}
static void run_symlinkat(call_frame *c) { give1(c, symlinkat(path_of(c, 1), (int)c->a[2], path_of(c, 0)), 2); }

static void run_fchmodat(call_frame *c)
{
	give1(c, RETRY(fchmodat((int)c->a[2], path_of(c, 0), (mode_t)c->a[3], AT_SYMLINK_NOFOLLOW)), 1);
}

static void run_fchownat(call_frame *c)
{
	give1(c, RETRY(fchownat((int)c->a[2], path_of(c, 0), (uid_t)c->a[3], (gid_t)c->a[4], AT_SYMLINK_NOFOLLOW)), 1);
}

INTRINSIC(gol_int, internal_1syscall_1unix_fstatat, gol_g *g, gol_int dir, gol_string path, gol_slice out)
{
	call_frame c;
	call_start(&c, run_fstatat);
	path_set(&c, 0, path);
	c.a[2] = dir;
	c.p[0] = out.ptr;
	require(out.len >= 16);
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(result2, internal_1syscall_1unix_readlinkat, gol_g *g, gol_int dir, gol_string path, gol_slice b)
{
	call_frame c;
	call_start(&c, run_readlinkat);
	path_set(&c, 0, path);
	c.a[2] = dir;
	c.a[3] = b.len;
	c.p[0] = b.ptr;
	call_blocking(g, &c);
	return (result2){0, 0};
}

INTRINSIC(gol_int, internal_1syscall_1unix_utimensat, gol_g *g, gol_int dir, gol_string path, int64_t asec,
	int64_t ansec, int64_t msec, int64_t mnsec)
{
	call_frame c;
	call_start(&c, run_utimensat);
	path_set(&c, 0, path);
	c.a[2] = dir;
	c.a[3] = asec;
	c.a[4] = ansec;
	c.a[5] = msec;
	c.a[6] = mnsec;
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, internal_1syscall_1unix_mkdirat, gol_g *g, gol_int dir, gol_string path, uint32_t mode)
{
	return in_folder(g, dir, path, mode, 0, run_mkdirat);
}

INTRINSIC(gol_int, internal_1syscall_1unix_fchmodat, gol_g *g, gol_int dir, gol_string path, uint32_t mode)
{
	return in_folder(g, dir, path, mode, 0, run_fchmodat);
}

INTRINSIC(gol_int, internal_1syscall_1unix_fchownat, gol_g *g, gol_int dir, gol_string path, gol_int uid, gol_int gid)
{
	return in_folder(g, dir, path, uid, gid, run_fchownat);
}

INTRINSIC(gol_int, internal_1syscall_1unix_renameat, gol_g *g, gol_int dir, gol_string from, gol_int dir2,
	gol_string to)
{
	return in_folders(g, dir, from, dir2, to, run_renameat);
}

INTRINSIC(gol_int, internal_1syscall_1unix_linkat, gol_g *g, gol_int dir, gol_string from, gol_int dir2, gol_string to)
{
	return in_folders(g, dir, from, dir2, to, run_linkat);
}

INTRINSIC(gol_int, internal_1syscall_1unix_symlinkat, gol_g *g, gol_string target, gol_int dir, gol_string path)
{
	return in_folders(g, dir, path, 0, target, run_symlinkat);
}

/* ---- directories --------------------------------------------------------------------------------------------- */

/* the kernel's linux_dirent64 */
struct entry { uint64_t inode; int64_t offset; uint16_t size; uint8_t type; char name[]; };

static size_t put_entry(uint8_t *to, const struct entry *e)
{
	size_t size = strlen(e->name);
	if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
		return 0;
	to[0] = e->type;
	to[1] = (uint8_t)size;
	to[2] = (uint8_t)(size >> 8);
	memcpy(to + 3, e->name, size);
	return 3 + size;
}

/* The kernel's records are longer than ours (8-byte inode and offset), so what fits there fits here. */
static void run_readdir(call_frame *c)
{
	size_t room = (size_t)c->a[3], used = 0;
	char *kernel = malloc(room);
	int64_t n = kernel != NULL ? 0 : -1;
	while (n >= 0 && used == 0) {           /* a block may hold nothing but "." and ".." */
		n = RETRY(syscall(SYS_getdents64, (int)c->a[2], kernel, room));
		for (int64_t at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(const void *)(kernel + at);
			used += put_entry((uint8_t *)c->p[0] + used, e);
			at += e->size;
		}
		if (n <= 0)
			break;
	}
	give2(c, n < 0 ? n : (int64_t)used);
	free(kernel);
}

INTRINSIC(result2, syscall_sysReaddir, gol_g *g, gol_int fd, gol_slice b)
{
	call_frame c;
	call_start(&c, run_readdir);
	c.a[2] = fd;
	c.a[3] = b.len;
	c.p[0] = b.ptr;
	call_blocking(g, &c);
	return (result2){0, 0};
}

/* ---- the process ------------------------------------------------------------------------------------------------- */

INTRINSIC(result2, syscall_sysGetcwd, gol_g *g, gol_slice b)
{
	(void)g;
	const char *p = b.len > 0 ? getcwd(b.ptr, (size_t)b.len) : NULL;
	return (result2){p != NULL ? (gol_int)strlen(p) : 0, p != NULL ? 0 : b.len > 0 ? errno : ERANGE};
}

INTRINSIC(result2, syscall_sysHostname, gol_g *g, gol_slice b)
{
	(void)g;
	int n = gethostname(b.ptr, (size_t)b.len);
	return (result2){n == 0 ? (gol_int)strnlen(b.ptr, (size_t)b.len) : 0, n == 0 ? 0 : errno};
}

INTRINSIC(gol_int, syscall_sysID, gol_g *g, gol_int which)
{
	(void)g;
	switch (which) {
	case 0: return getpid();
	case 1: return getppid();
	case 2: return getuid();
	case 3: return geteuid();
	case 4: return getgid();
	case 5: return getegid();
	default: return sysconf(_SC_PAGESIZE);
	}
}

INTRINSIC(gol_int, syscall_sysUmask, gol_g *g, gol_int mask) { (void)g; return umask((mode_t)mask); }

INTRINSIC(result2, syscall_sysProcessGroup, gol_g *g, gol_int which, gol_int pid, gol_int group)
{
	(void)g;
	pid_t n = which == 0 ? getpgid((pid_t)pid) : which == 1 ? setpgid((pid_t)pid, (pid_t)group) : setsid();
	return (result2){n, n < 0 ? errno : 0};
}

INTRINSIC(gol_int, syscall_sysKill, gol_g *g, gol_int pid, gol_int number)
{
	(void)g;
	return kill((pid_t)pid, (int)number) == 0 ? 0 : errno;
}

INTRINSIC(void, syscall_sysExit, gol_g *g, gol_int code)
{
	(void)g;
	exit_program((int)code);
}

/* ---- arguments and environment --------------------------------------------------------------------------------- */

static const gol_type string_type = {
	.size = 16, .pointer_bytes = 8, .kind = GOL_KIND_STRING, .align = 8, .pointer_map = (const uint8_t[]){1},
		.text = {(const uint8_t *)"string", 6},
};

/* The texts stay where the process has them: copies, since C code may change its environment. */
static gol_slice strings_of(char **list, int count)
{
	gol_string *out = heap_new_array(&string_type, (size_t)count);
	for (int i = 0; i < count; i++) {
		size_t size = strlen(list[i]);
		uint8_t *p = heap_new_bytes(size);
		memcpy(p, list[i], size);
		gol_store_pointer(&out[i].ptr, p);
		out[i].len = (gol_int)size;
	}
	return (gol_slice){out, count, count};
}

INTRINSIC(gol_slice, syscall_programArgs, gol_g *g)
{
	(void)g;
	return strings_of(program_arguments(), program_argument_count());
}

INTRINSIC(gol_slice, syscall_programEnv, gol_g *g)
{
	int count = 0;
	char **list = program_environment();
	(void)g;
	while (list != NULL && list[count] != NULL)
		count++;
	return strings_of(list, count);
}

INTRINSIC(void, syscall_cSetenv, gol_g *g, gol_string key, gol_string value, bool unset)
{
	char *k = path_copy(key), *v = path_copy(value);
	(void)g;
	if (unset)
		unsetenv(k);
	else
		setenv(k, v, 1);
	free(k);
	free(v);
}

/* package internal/syscall/unix */
INTRINSIC(result2, internal_1syscall_1unix_getrandom, gol_g *g, gol_slice b, gol_int flags)
{
	enum { UNINTERRUPTED = 256 };
	result2 r = {0, 0};
	(void)g;
	while (r.r0 < b.len) {
		gol_int rest = b.len - r.r0;
		ssize_t n = getrandom((char *)b.ptr + r.r0, (size_t)(rest < UNINTERRUPTED ? rest : UNINTERRUPTED),
			(unsigned)flags);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (result2){r.r0, errno};
		r.r0 += n;
	}
	return r;
}
