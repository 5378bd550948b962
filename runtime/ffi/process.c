/*
 * process.c - intrinsics of package syscall that start programs and wait for them (os/process.c).
 *
 * All that a request names is copied out of the heap before the call, which may last: the goroutine is frozen then. A
 * request is one block with its texts and lists behind it, freed when the call has been made.
 */
#define _GNU_SOURCE
#include "ffi/intrinsic.h"
#include "base/fatal.h"
#include "os/os.h"
#include "sched/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct { gol_int r0, r1, r2; } result3;

/* ---- requests ---------------------------------------------------------------------------------------- */

typedef struct request { os_spawn spawn; char *next; } request;

/* Indexes of numbers, and bits of the first: stdlib/syscall/exec.gol has the same. */
enum { FLAGS, GROUP, TERMINAL, DEATH_SIGNAL, CLONE_FLAGS, UNSHARE_FLAGS, UID, GID, NUMBERS };
enum { NEW_SESSION = 1, SET_GROUP = 2, SET_TERMINAL = 4, NO_TERMINAL = 8, FOREGROUND = 16, TRACED = 32, HAS_USER = 64,
	HAS_GROUPS = 128,
       WANTS_DESCRIPTOR = 256 };

static size_t text_room(gol_string s) { return (size_t)s.len + 1; }

static size_t list_room(gol_slice list)
{
	const gol_string *texts = list.ptr;
	size_t room = ((size_t)list.len + 1) * sizeof(char *);
	for (gol_int i = 0; i < list.len; i++)
		room += text_room(texts[i]);
	return room + sizeof(char *);           /* up to where pointers may stand again */
}

static void *take(request *r, size_t size)
{
	void *p = r->next;
	r->next += size;
	return p;
}

static char *take_text(request *r, gol_string s)
{
	char *p = take(r, text_room(s));
	if (s.len > 0)
		memcpy(p, s.ptr, (size_t)s.len);
	p[s.len] = 0;
	return p;
}

static char **take_list(request *r, gol_slice list)
{
	const gol_string *texts = list.ptr;
	r->next = (char *)(((uintptr_t)r->next + sizeof(char *) - 1) & ~(uintptr_t)(sizeof(char *) - 1));
	char **p = take(r, ((size_t)list.len + 1) * sizeof *p);
	for (gol_int i = 0; i < list.len; i++)
		p[i] = take_text(r, texts[i]);
	p[list.len] = NULL;
	return p;
}

static request *request_new(gol_string path, gol_slice arguments, gol_slice environment, size_t more)
{
	request *r = calloc(1, sizeof *r + list_room(arguments) + list_room(environment) + text_room(path) + more);
	if (r == NULL)
		runtime_out_of_memory();
	r->next = (char *)(r + 1);
	r->spawn.arguments = take_list(r, arguments);
	r->spawn.environment = take_list(r, environment);
	r->spawn.path = take_text(r, path);
	return r;
}

static void set_numbers(os_spawn *s, const gol_int *numbers)
{
	gol_int flags = numbers[FLAGS];
	s->new_session = flags & NEW_SESSION;
	s->set_group = flags & SET_GROUP;
	s->set_terminal = flags & SET_TERMINAL;
	s->no_terminal = flags & NO_TERMINAL;
	s->foreground = flags & FOREGROUND;
	s->traced = flags & TRACED;
	s->has_user = flags & HAS_USER;
	s->has_groups = flags & HAS_GROUPS;
	s->wants_descriptor = flags & WANTS_DESCRIPTOR;
	s->group = (int)numbers[GROUP];
	s->terminal = (int)numbers[TERMINAL];
	s->death_signal = (int)numbers[DEATH_SIGNAL];
	s->clone_flags = (uint64_t)numbers[CLONE_FLAGS];
	s->unshare_flags = (uint64_t)numbers[UNSHARE_FLAGS];
	s->uid = (uint32_t)numbers[UID];
	s->gid = (uint32_t)numbers[GID];
}

/* ---- starting ------------------------------------------------------------------------------------------- */

/* p: malloc'd; a[0] the request */
static void run_spawn(call_frame *c)
{
	request *r = (request *)(uintptr_t)c->a[0];
	c->r[0] = os_spawn_start(&r->spawn);
	c->r[1] = r->spawn.descriptor;
	c->r[2] = r->spawn.error;
	free(r);
}

INTRINSIC(result3, syscall_sysSpawn, gol_g *g, gol_string path, gol_slice arguments, gol_slice environment,
	gol_string folder, gol_string root,
          gol_slice files, gol_slice groups, gol_slice numbers)
{
	size_t file_bytes = (size_t)files.len * sizeof(int), group_bytes = (size_t)groups.len * sizeof(uint32_t);
	request *r = request_new(path, arguments, environment, text_room(folder) + text_room(root) + file_bytes +
		group_bytes + 2 * sizeof(int));
	call_frame c;
	require(numbers.len == NUMBERS);
	set_numbers(&r->spawn, numbers.ptr);
	r->spawn.folder = folder.len > 0 ? take_text(r, folder) : NULL;
	r->spawn.root = root.len > 0 ? take_text(r, root) : NULL;
	r->next = (char *)(((uintptr_t)r->next + sizeof(int) - 1) & ~(uintptr_t)(sizeof(int) - 1));
	r->spawn.file_count = (int)files.len;
	r->spawn.files = take(r, file_bytes);
	for (gol_int i = 0; i < files.len; i++)
		r->spawn.files[i] = (int)((const gol_int *)files.ptr)[i];
	r->spawn.group_count = (size_t)groups.len;
	r->spawn.groups = take(r, group_bytes);
	if (group_bytes > 0)
		memcpy(r->spawn.groups, groups.ptr, group_bytes);
	call_start(&c, run_spawn);
	c.a[0] = (int64_t)(uintptr_t)r;
	call_blocking(g, &c);
	return (result3){0, 0, 0};
}

/* p[0]: the request; r[0]: an error number */
static void become(G *g, call_frame *c)
{
	request *r = c->p[0];
	(void)g;
	c->r[0] = os_become(r->spawn.path, r->spawn.arguments, r->spawn.environment);
	free(r);
}

/* If it succeeds nobody is left to be told; no other goroutine may run meanwhile, as ignored signals are not. */
INTRINSIC(gol_int, syscall_sysExec, gol_g *g, gol_string path, gol_slice arguments, gol_slice environment)
{
	call_frame c;
	frozen_start(&c, become);
	frozen_how(&c, FROZEN_STOPS_WORLD);
	c.p[0] = request_new(path, arguments, environment, 0);
	call_blocking(g, &c);
	return 0;
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

static void put_ended(call_frame *c, int error, const os_ended *ended)
{
	int64_t *out = c->p[0];
	if (error == 0 && ended->pid != 0) {
		out[0] = ended->status;
		memcpy(out + 1, ended->usage, sizeof ended->usage);
	}
	c->r[0] = error == 0 ? ended->pid : -1;
	c->r[1] = error;
}

/* a[0] process, a[1] options; p[0]: the status, then the usage */
static void run_wait4(call_frame *c)
{
	os_ended ended = {0};
	int error = os_wait4((int)c->a[0], (int)c->a[1], &ended);
	put_ended(c, error, &ended);
}

typedef struct { gol_int r0, r1; } result2;

INTRINSIC(result2, syscall_sysWait4, gol_g *g, gol_int pid, gol_int options, gol_slice out)
{
	call_frame c;
	call_start(&c, run_wait4);
	c.a[0] = pid;
	c.a[1] = options;
	c.p[0] = out.ptr;
	require(out.len >= 1 + OS_USAGE_COUNT);
	call_blocking(g, &c);
	return (result2){0, 0};
}

INTRINSIC(result2, syscall_sysWaitDescriptor, gol_g *g, gol_int descriptor, gol_slice out)
{
	os_ended ended = {0};
	call_frame c;
	(void)g;
	c.p[0] = out.ptr;
	require(out.len >= 1 + OS_USAGE_COUNT);
	put_ended(&c, os_wait_descriptor((int)descriptor, &ended), &ended);
	return (result2){c.r[0], c.r[1]};
}

static void run_wait_ended(call_frame *c) { c->r[0] = os_wait_ended((int)c->a[0]); }

INTRINSIC(gol_int, syscall_sysWaitEnded, gol_g *g, gol_int pid)
{
	call_frame c;
	call_start(&c, run_wait_ended);
	c.a[0] = pid;
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(gol_int, syscall_sysUsage, gol_g *g, gol_int who, gol_slice out)
{
	os_ended ended;
	(void)g;
	require(out.len >= OS_USAGE_COUNT);
	int error = os_usage((int)who, &ended);
	if (error == 0)
		memcpy(out.ptr, ended.usage, sizeof ended.usage);
	return error;
}

INTRINSIC(result2, syscall_sysProcessOpen, gol_g *g, gol_int pid)
{
	int descriptor;
	(void)g;
	int error = os_process_open((int)pid, &descriptor);
	return (result2){descriptor, error};
}

INTRINSIC(gol_int, syscall_sysProcessSignal, gol_g *g, gol_int descriptor, gol_int number)
{
	(void)g;
	return os_process_signal((int)descriptor, (int)number);
}

/* The C library changes all threads. -1: as it is. */
INTRINSIC(gol_int, syscall_sysSetID, gol_g *g, gol_int which, gol_int real, gol_int effective, gol_int saved)
{
	(void)g;
	uid_t r = (uid_t)real, e = (uid_t)effective, s = (uid_t)saved;
	int n = which == 0 ? setuid(r) : which == 1 ? setgid(r) : which == 2 ? setresuid(r, e, s) :
		which == 3 ? setresgid(r, e, s) :
		which == 4 ? setreuid(r, e) : setregid(r, e);
	return n == 0 ? 0 : errno;
}
