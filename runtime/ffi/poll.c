/*
 * poll.c - intrinsics of internal/gol/poll: reads and writes that do not wait, and waiting for descriptors (sched/poll.c).
 * Those that wait in the system are in syscall.c.
 */
#include "ffi/descriptor.h"
#include "ffi/intrinsic.h"
#include "os/os.h"
#include "sched/proc.h"

#include <errno.h>
#include <unistd.h>

typedef struct { gol_int r0, r1; } transfer_result;

INTRINSIC(transfer_result, internal_1gol_1poll_attempt, gol_g *g, gol_int fd, gol_slice b, bool write_it)
{
	int64_t n;
	(void)g;
	do
		n = write_it ? write((int)fd, b.ptr, (size_t)b.len) : read((int)fd, b.ptr, (size_t)b.len);
	while (n < 0 && errno == EINTR);
	return (transfer_result){n < 0 ? 0 : n, n < 0 ? errno : 0};
}

INTRINSIC(gol_int, internal_1gol_1poll_wait, gol_g *g, gol_int fd, bool write_it, uint32_t *closing)
{
	poll_wait(g_of(g), (int)fd, write_it, closing);
	return 0;
}

INTRINSIC(void, internal_1gol_1poll_evict, gol_g *g, gol_int fd, uint32_t *closing) { (void)g; poll_evict((int)fd, closing); }

/* Regular files never wait: the system is not asked. */
INTRINSIC(bool, internal_1gol_1poll_canWait, gol_g *g, gol_int fd) { (void)g; return !descriptor_is_direct(fd) && poll_can_wait((int)fd); }

INTRINSIC(bool, internal_1gol_1poll_setNonblocking, gol_g *g, gol_int fd, bool on) { (void)g; return os_set_nonblocking((int)fd, on); }
INTRINSIC(bool, internal_1gol_1poll_isNonblocking, gol_g *g, gol_int fd) { (void)g; return os_is_nonblocking((int)fd); }

/* ---- signals: package os, internal/gol/hooks/os/signal -------------------------------------------------- */

INTRINSIC(void, os_brokenPipe, gol_g *g, bool standard) { (void)g; os_broken_pipe(standard); }
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_want, gol_g *g, gol_int number) { (void)g; return os_signal_want((int)number); }
INTRINSIC(void, internal_1gol_1hooks_1os_1signal_restore, gol_g *g, gol_int number) { (void)g; os_signal_default((int)number); }
INTRINSIC(void, internal_1gol_1hooks_1os_1signal_ignore, gol_g *g, gol_int number) { (void)g; os_signal_ignore((int)number); }
INTRINSIC(bool, internal_1gol_1hooks_1os_1signal_isIgnored, gol_g *g, gol_int number) { (void)g; return os_signal_is_ignored((int)number); }
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_descriptor, gol_g *g) { (void)g; return os_signals_descriptor(); }
INTRINSIC(gol_int, internal_1gol_1hooks_1os_1signal_next, gol_g *g) { (void)g; return os_signal_next(); }
INTRINSIC(bool, internal_1gol_1hooks_1os_1signal_pending, gol_g *g) { (void)g; return os_signals_pending(); }
