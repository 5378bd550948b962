/*
 * poll.c - intrinsics of internal/poll: reads and writes that do not wait, and waiting for descriptors (sched/poll.c).
 * Those that wait in the system are in syscall.c.
 */
#include "ffi/descriptor.h"
#include "ffi/intrinsic.h"
#include "os/os.h"
#include "sched/proc.h"

#include <errno.h>
#include <unistd.h>

typedef struct { gol_int r0, r1; } transfer_result;
typedef struct { uintptr_t r0; gol_int r1; } open_result;

static poll_desc *desc_of(uintptr_t pd) { return (poll_desc *)pd; }

static transfer_result move(int fd, gol_slice b, bool write_it)
{
	int64_t n;
	do
		n = write_it ? write(fd, b.ptr, (size_t)b.len) : read(fd, b.ptr, (size_t)b.len);
	while (n < 0 && errno == EINTR);
	return (transfer_result){n < 0 ? 0 : n, n < 0 ? errno : 0};
}

INTRINSIC(transfer_result, internal_1poll_attempt, gol_g *g, uintptr_t pd, gol_int fd, gol_slice b, bool write_it)
{
	(void)g;
	int status = poll_reset(desc_of(pd), write_it);
	return status != 0 ? (transfer_result){0, status} : move((int)fd, b, write_it);
}

INTRINSIC(transfer_result, internal_1poll_move, gol_g *g, gol_int fd, gol_slice b, bool write_it)
{
	(void)g;
	return move((int)fd, b, write_it);
}

INTRINSIC(transfer_result, internal_1poll_moveAt, gol_g *g, gol_int fd, gol_slice b, int64_t offset, bool write_it)
{
	int64_t n;
	(void)g;
	do
		n = write_it ? pwrite((int)fd, b.ptr, (size_t)b.len, offset) : pread((int)fd, b.ptr, (size_t)b.len, offset);
	while (n < 0 && errno == EINTR);
	return (transfer_result){n < 0 ? 0 : n, n < 0 ? errno : 0};
}

INTRINSIC(gol_int, internal_1poll_reset, gol_g *g, uintptr_t pd, bool write_it)
{
	(void)g;
	return poll_reset(desc_of(pd), write_it);
}

INTRINSIC(gol_int, internal_1poll_wait, gol_g *g, uintptr_t pd, bool write_it)
{
	int result;
	return poll_wait(g_of(g), desc_of(pd), write_it, &result) ? 0 : result;
}

INTRINSIC(open_result, internal_1poll_open, gol_g *g, gol_int fd)
{
	poll_desc *d;
	(void)g;
	int error = poll_open((int)fd, &d);
	return (open_result){(uintptr_t)d, error};
}

INTRINSIC(void, internal_1poll_release, gol_g *g, uintptr_t pd, gol_int fd)
{
	(void)g;
	poll_close(desc_of(pd), (int)fd);
}
INTRINSIC(void, internal_1poll_evict, gol_g *g, uintptr_t pd) { (void)g; poll_evict(desc_of(pd)); }
INTRINSIC(void, internal_1poll_expire, gol_g *g, uintptr_t pd, bool write_it, bool expired)
{
	(void)g;
	poll_expire(desc_of(pd), write_it, expired);
}
INTRINSIC(bool, internal_1poll_isDirect, gol_g *g, gol_int fd) { (void)g; return descriptor_is_direct((int)fd); }
INTRINSIC(uint32_t, internal_1poll_changes, gol_g *g) { (void)g; return load_relaxed(&descriptor_changes); }
INTRINSIC(bool, internal_1poll_IsNonblocking, gol_g *g, gol_int fd) { (void)g; return os_is_nonblocking((int)fd); }
INTRINSIC(bool, internal_1poll_IsPollDescriptor, gol_g *g, uintptr_t fd) { (void)g; return os_poll_is_own((int)fd); }

/* ---- signals: package os, internal/gol/hooks/os/signal -------------------------------------------------- */

INTRINSIC(void, os_brokenPipe, gol_g *g, bool standard) { (void)g; os_broken_pipe(standard); }
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_want, gol_g *g, gol_int number)
{
	(void)g;
	return os_signal_want((int)number);
}
INTRINSIC(void, internal_1gol_1hooks_1os_1signal_restore, gol_g *g, gol_int number)
{
	(void)g;
	os_signal_default((int)number);
}
INTRINSIC(void, internal_1gol_1hooks_1os_1signal_ignore, gol_g *g, gol_int number)
{
	(void)g;
	os_signal_ignore((int)number);
}
INTRINSIC(bool, internal_1gol_1hooks_1os_1signal_isIgnored, gol_g *g, gol_int number)
{
	(void)g;
	return os_signal_is_ignored((int)number);
}
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_descriptor, gol_g *g) { (void)g; return os_signals_descriptor(); }
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_next, gol_g *g) { (void)g; return os_signal_next(); }
INTRINSIC(bool, internal_1gol_1hooks_1os_1signal_pending, gol_g *g) { (void)g; return os_signals_pending(); }
