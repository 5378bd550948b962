/*
 * socket.c - package syscall: sockets, and system calls by number; internal/poll: transfers between descriptors.
 *
 * A call that may wait is tried in place first where the system can be told not to wait; only if it would and the
 * descriptor is in blocking mode is it made from a blocking-call frame (sched/call.c). internal/poll says
 * MSG_DONTWAIT itself: then nothing waits here.
 */
#define _GNU_SOURCE
#include "ffi/descriptor.h"
#include "ffi/intrinsic.h"
#include "os/os.h"
#include "sched/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct { gol_int r0, r1; } result2;
typedef struct { gol_int r0, r1, r2; } result3;
typedef struct { uintptr_t r0, r1; gol_int r2; } call_result;

static gol_int error_of(int64_t n) { return n < 0 ? errno : 0; }
static result2 count_of(int64_t n) { return (result2){n < 0 ? 0 : n, error_of(n)}; }

/* ---- what never waits ------------------------------------------------------------------------------------- */

INTRINSIC(result2, syscall_sysSocket, gol_g *g, gol_int domain, gol_int kind, gol_int protocol)
{
	(void)g;
	return count_of(socket((int)domain, (int)kind, (int)protocol));
}

INTRINSIC(result3, syscall_sysSocketpair, gol_g *g, gol_int domain, gol_int kind, gol_int protocol)
{
	int fds[2] = {-1, -1};
	(void)g;
	int n = socketpair((int)domain, (int)kind, (int)protocol, fds);
	return (result3){fds[0], fds[1], error_of(n)};
}

INTRINSIC(gol_int, syscall_sysBind, gol_g *g, gol_int fd, void *address, gol_int size)
{
	(void)g;
	return error_of(bind((int)fd, address, (socklen_t)size));
}

INTRINSIC(gol_int, syscall_sysListen, gol_g *g, gol_int fd, gol_int backlog)
{
	(void)g;
	return error_of(listen((int)fd, (int)backlog));
}
INTRINSIC(gol_int, syscall_sysShutdown, gol_g *g, gol_int fd, gol_int how)
{
	(void)g;
	return error_of(shutdown((int)fd, (int)how));
}

INTRINSIC(result2, syscall_sysSocketName, gol_g *g, gol_int fd, bool peer, void *address, gol_int room)
{
	socklen_t size = (socklen_t)room;
	(void)g;
	int n = peer ? getpeername((int)fd, address, &size) : getsockname((int)fd, address, &size);
	return (result2){size, error_of(n)};
}

INTRINSIC(gol_int, syscall_sysSetOption, gol_g *g, gol_int fd, gol_int level, gol_int name, void *value, gol_int size)
{
	(void)g;
	return error_of(setsockopt((int)fd, (int)level, (int)name, value, (socklen_t)size));
}

INTRINSIC(result2, syscall_sysGetOption, gol_g *g, gol_int fd, gol_int level, gol_int name, void *value, gol_int room)
{
	socklen_t size = (socklen_t)room;
	(void)g;
	int n = getsockopt((int)fd, (int)level, (int)name, value, &size);
	return (result2){size, error_of(n)};
}

/* ---- connections: a[0] fd, a[1] size of the address or room for it, a[2] flags; p[0] the address ------------- */

/* After EINTR the connection is being made: the caller asks later. */
static void run_connect(call_frame *c)
{
	int n = connect((int)c->a[0], c->p[0], (socklen_t)c->a[1]);
	c->r[0] = error_of(n);
}

static void run_accept(call_frame *c)
{
	socklen_t size = (socklen_t)c->a[1];
	int n;
	do n = accept4((int)c->a[0], c->p[0], &size, (int)c->a[2]); while (n < 0 && errno == EINTR);
	c->r[0] = n;
	c->r[1] = size;
	c->r[2] = error_of(n);
}

/* Makes the call in place if the descriptor does not wait. False: it is made later, when g is frozen. */
static bool in_place(gol_g *g, call_frame *c)
{
	if (os_is_nonblocking((int)c->a[0])) {
		c->run(c);
		return true;
	}
	call_blocking(g, c);
	return false;
}

INTRINSIC(gol_int, syscall_sysConnect, gol_g *g, gol_int fd, void *address, gol_int size)
{
	call_frame c;
	call_start(&c, run_connect);
	c.a[0] = fd;
	c.a[1] = size;
	c.p[0] = address;
	return in_place(g, &c) ? c.r[0] : 0;
}

INTRINSIC(result3, syscall_sysAccept, gol_g *g, gol_int fd, void *address, gol_int room, gol_int flags)
{
	call_frame c;
	call_start(&c, run_accept);
	c.a[0] = fd;
	c.a[1] = room;
	c.a[2] = flags;
	c.p[0] = address;
	return in_place(g, &c) ? (result3){c.r[0], c.r[1], c.r[2]} : (result3){0, 0, 0};
}

/* ---- messages: a[0] fd, a[1] a[2] sizes, a[3] flags, a[4] size of the address; p[0] data, p[1] control data ------ */

/* What sysReceive stores: stdlib/syscall/socket.gol has the same. */
typedef struct message { uint8_t name[112]; int64_t name_size, control_size, flags; } message;

static struct msghdr header_of(const call_frame *c, struct iovec *v)
{
	*v = (struct iovec){c->p[0], (size_t)c->a[1]};
	return (struct msghdr){.msg_iov = v, .msg_iovlen = 1, .msg_control = c->a[2] > 0 ? c->p[1] : NULL,
		.msg_controllen = (size_t)c->a[2]};
}

/* p[2]: message */
static void run_receive(call_frame *c)
{
	message *m = c->p[2];
	struct iovec v;
	struct msghdr h = header_of(c, &v);
	int64_t n;
	h.msg_name = m->name;
	h.msg_namelen = sizeof m->name;
	do n = recvmsg((int)c->a[0], &h, (int)c->a[3]); while (n < 0 && errno == EINTR);
	c->r[0] = n < 0 ? 0 : n;
	c->r[1] = error_of(n);
	if (n < 0)
		return;
	m->name_size = h.msg_namelen;
	m->control_size = (int64_t)h.msg_controllen;
	m->flags = h.msg_flags;
}

/* p[2]: the address */
static void run_send(call_frame *c)
{
	struct iovec v;
	struct msghdr h = header_of(c, &v);
	int64_t n;
	h.msg_name = c->p[2];
	h.msg_namelen = (socklen_t)c->a[4];
	do n = sendmsg((int)c->a[0], &h, (int)c->a[3]); while (n < 0 && errno == EINTR);
	c->r[0] = n < 0 ? 0 : n;
	c->r[1] = error_of(n);
}

static result2 exchange(gol_g *g, call_frame *c)
{
	int64_t flags = c->a[3];
	c->a[3] |= MSG_DONTWAIT;
	c->run(c);
	if (c->r[1] != EAGAIN || (flags & MSG_DONTWAIT) || os_is_nonblocking((int)c->a[0]))
		return (result2){c->r[0], c->r[1]};
	c->a[3] = flags;
	call_blocking(g, c);
	return (result2){0, 0};
}

INTRINSIC(result2, syscall_sysReceive, gol_g *g, gol_int fd, gol_slice b, gol_slice control, gol_int flags, void *m)
{
	call_frame c;
	call_start(&c, run_receive);
	c.a[0] = fd;
	c.a[1] = b.len;
	c.a[2] = control.len;
	c.a[3] = flags;
	c.p[0] = b.ptr;
	c.p[1] = control.ptr;
	c.p[2] = m;
	return exchange(g, &c);
}

INTRINSIC(result2, syscall_sysSend, gol_g *g, gol_int fd, gol_slice b, gol_slice control, gol_int flags, void *to,
	gol_int to_size)
{
	call_frame c;
	call_start(&c, run_send);
	c.a[0] = fd;
	c.a[1] = b.len;
	c.a[2] = control.len;
	c.a[3] = flags;
	c.a[4] = to_size;
	c.p[0] = b.ptr;
	c.p[1] = control.ptr;
	c.p[2] = to;
	return exchange(g, &c);
}

/* ---- between descriptors ------------------------------------------------------------------------------------- */

/* Writes pieces from the first that is not empty, at most maximum bytes. */
INTRINSIC(result2, internal_1poll_gather, gol_g *g, gol_int fd, gol_slice pieces, gol_int maximum)
{
	enum { MOST = 1024 };
	struct iovec v[MOST];
	const gol_slice *piece = pieces.ptr;
	int count = 0;
	(void)g;
	for (gol_int i = 0; i < pieces.len && count < MOST && maximum > 0; i++) {
		gol_int size = piece[i].len < maximum ? piece[i].len : maximum;
		if (size == 0)
			continue;
		v[count++] = (struct iovec){piece[i].ptr, (size_t)size};
		maximum -= size;
	}
	if (count == 0)
		return (result2){0, 0};
	int64_t n;
	do n = writev((int)fd, v, count); while (n < 0 && errno == EINTR);
	return count_of(n);
}

/* a[0] from, a[1] to, a[2] how much */
static void give_count(call_frame *c, int64_t n)
{
	c->r[0] = n < 0 ? 0 : n;
	c->r[1] = error_of(n);
}

static void run_sendfile(call_frame *c) { give_count(c, sendfile((int)c->a[1], (int)c->a[0], NULL, (size_t)c->a[2])); }
static void run_copy_range(call_frame *c)
{
	give_count(c, copy_file_range((int)c->a[0], NULL, (int)c->a[1], NULL, (size_t)c->a[2], 0));
}

static result2 between(gol_g *g, gol_int from, gol_int to, gol_int size, void (*run)(call_frame *))
{
	call_frame c;
	call_start(&c, run);
	c.a[0] = from;
	c.a[1] = to;
	c.a[2] = size;
	call_blocking(g, &c);
	return (result2){0, 0};
}

INTRINSIC(result2, internal_1poll_sendfile, gol_g *g, gol_int from, gol_int to, gol_int size)
{
	return between(g, from, to, size, run_sendfile);
}
INTRINSIC(result2, internal_1poll_copyRange, gol_g *g, gol_int from, gol_int to, gol_int size)
{
	return between(g, from, to, size, run_copy_range);
}

INTRINSIC(result2, internal_1poll_splice, gol_g *g, gol_int from, gol_int to, gol_int size)
{
	int64_t n;
	(void)g;
	do n = splice((int)from, NULL, (int)to, NULL, (size_t)size, SPLICE_F_NONBLOCK | SPLICE_F_MOVE); while (n < 0 &&
		errno == EINTR);
	return count_of(n);
}

/* ---- system calls by number: a[0] to a[5] arguments, a[6] number ------------------------------------------------- */

static void run_number(call_frame *c)
{
	long n = syscall(c->a[6], c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
	c->r[0] = n;
	c->r[1] = 0;
	c->r[2] = n == -1 ? errno : 0;
#ifdef SYS_dup2
	if (c->a[6] == SYS_dup2)
		atomic_add(&descriptor_changes, 1);
#endif
	if (c->a[6] == SYS_dup3)
		atomic_add(&descriptor_changes, 1);
}

/* What the arguments point to is not on this goroutine's stack (//go:uintptrescapes), and its caller keeps it alive. */
INTRINSIC(call_result, syscall_sysNumber, gol_g *g, bool waits, uintptr_t number, uintptr_t a, uintptr_t b,
	uintptr_t d, uintptr_t e, uintptr_t f, uintptr_t h)
{
	call_frame c;
	call_start(&c, run_number);
	const uintptr_t arguments[] = {a, b, d, e, f, h, number};
	for (int i = 0; i < 7; i++)
		c.a[i] = (int64_t)arguments[i];
	if (waits) {
		call_blocking(g, &c);
		return (call_result){0, 0, 0};
	}
	run_number(&c);
	return (call_result){(uintptr_t)c.r[0], 0, c.r[2]};
}
