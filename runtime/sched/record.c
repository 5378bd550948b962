/*
 * record.c - the scheduler's events.
 *
 * Switches between goroutines are the hottest paths of the runtime, so a record takes ways that are rare otherwise: a
 * goroutine that gave way keeps its limit poisoned, so that its next dispatch goes through arm_for_dispatch (run.c);
 * and status_scanning stays on, so that readying is never plain (stack/status.h). Both are harmless but for their time.
 */
#include "sched/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/options.h"
#include "sched/proc.h"
#include "stack/list.h"
#include "stack/status.h"
#include "unwind/pc.h"
#include "unwind/trace.h"

enum { PATH_MAXIMUM = 4096 };
_Static_assert((int)EVENT_PROCESSORS == (int)MAX_PROCS, "gol trace refuses a record of more");

/* Programs start others, which have the same environment: only the first is recorded. */
static void say_who_writes(const char *path)
{
	text t = {0};
	text_string(&t, "runtime: GODEBUG=goltrace: ");
	text_string(&t, path);
	text_string(&t, ": another process writes it\n");
	text_flush(&t);
	text_free(&t);
}

void record_start(void)
{
	const char *value = option_value(getenv("GODEBUG"), "goltrace");
	char path[PATH_MAXIMUM];
	size_t length = value != NULL ? strcspn(value, ",") : 0;
	int error;
	if (length == 0)
		return;
	if (length >= sizeof path)
		runtime_fatal("runtime: GODEBUG=goltrace: the file name is too long");
	memcpy(path, value, length);
	path[length] = '\0';
	if (!event_start(path, proc_count(), &error)) {
		if (error != EAGAIN)
			runtime_fatal("runtime: GODEBUG=goltrace: %s: %s", path, strerror(error));
		say_who_writes(path);
		return;
	}
	for (uint64_t i = 0; i < WAIT_REASONS; i++)
		if (trace_wait_reasons[i] != NULL)
			event_text(EVENT_REASON, i, trace_wait_reasons[i], (uint32_t)strlen(trace_wait_reasons[i]));
	store_relaxed(&status_scanning, 1u);
}

/* Function and place of the code that a goroutine runs; the key is its address. */
static uint64_t name_of(const gol_func *fn)
{
	position p;
	text t = {0};
	uint64_t key = (uint64_t)(uintptr_t)fn->code;
	if (!pc_find(pc_of_code((uintptr_t)fn->code), &p))
		return 0;
	text_string(&t, p.func->name);
	text_string(&t, "\t");
	text_string(&t, p.func->file);
	text_string(&t, ":");
	text_uint(&t, p.func->line);
	event_text(EVENT_NAME, key, t.data, (uint32_t)t.size);
	text_free(&t);
	return key;
}

void record_made(P *p, G *g, const gol_func *fn, uint64_t by)
{
	g_set_limit(g, UINTPTR_MAX);
	event_write(EVENT_MAKE, p->id, g->id, name_of(fn), 0, by == 0);
	event_write(EVENT_READY, p->id, g->id, by, 0, 0);
}

void record_dispatch(M *m) { m->slice_start = event_now(); }

void record_slice(M *m, G *g, enum event_why why)
{
	event_write(EVENT_SLICE, m->p != NULL ? m->p->id : EVENT_NO_P, g->id, (uint64_t)m->slice_start,
		why == EVENT_PARKED ? g->wait_reason : 0, why);
	g_set_limit(g, UINTPTR_MAX);
}

void record_ready(const G *g)
{
	const M *m = current_m;
	uint32_t p = m != NULL && m->p != NULL ? m->p->id : EVENT_NO_P;
	uint64_t by = m != NULL && m->g != NULL ? m->g->id : 0;
	event_write(EVENT_READY, p, g->id, by, 0, 0);
}
