/*
 * report.c - what GODEBUG has the runtime say of itself, in Go's formats:
 *
 *     inittrace=1        a line a package that has something to initialise: when, how long, what it allocated
 *     schedtrace=N       every N milliseconds a line of processors, threads and queues, by the monitor
 *     scheddetail=1      with it each P, M and G on a line of its own
 *
 * (gctrace=1 is the collector's: gc/collect.c.) Fields of Go's that say nothing here are left out of the lines for
 * Ms, but for those a reader splits lines by.
 */
#include "sched/report.h"

#include <stdlib.h>

#include "base/options.h"
#include "base/text.h"
#include "gc/gc.h"
#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "stack/list.h"
#include "stack/status.h"
#include "unwind/trace.h"

static struct {
	int64_t start;
	bool inits, detail;
	int64_t every, next;        /* of schedtrace: nanoseconds; 0: never */
	int64_t init_start;         /* of the package being initialised */
	gc_totals before;
} report;

void report_start(void)
{
	const char *debug = getenv("GODEBUG"), *inits = option_value(debug, "inittrace");
	const char *every = option_value(debug, "schedtrace"), *detail = option_value(debug, "scheddetail");
	report.start = report.init_start = report.next = os_nanotime();
	report.inits = inits != NULL && atoi(inits) > 0;
	report.detail = detail != NULL && atoi(detail) > 0;
	report.every = every != NULL && atoi(every) > 0 ? atoi(every) * (int64_t)1000000 : 0;
	if (report.inits)
		report.before = gc_count_totals();
	if (report.every != 0)
		monitor_need();
}

/* ---- initialisation --------------------------------------------------------------------------------------- */

static void init_line(gol_string path)
{
	char ms[2][32];
	int64_t now = os_nanotime();
	gc_totals after = gc_count_totals();
	text t = {0};
	text_string(&t, "init ");
	text_bytes(&t, path.ptr, (size_t)path.len);
	text_string(&t, " @");
	text_string(&t, text_in_ms((uint64_t)(report.init_start - report.start), ms[0]));
	text_string(&t, " ms, ");
	text_string(&t, text_in_ms((uint64_t)(now - report.init_start), ms[1]));
	text_string(&t, " ms clock, ");
	text_uint(&t, after.bytes - report.before.bytes);
	text_string(&t, " bytes, ");
	text_uint(&t, after.objects - report.before.objects);
	text_string(&t, " allocs\n");
	text_flush(&t);
	text_free(&t);
	report.before = after;
	report.init_start = os_nanotime();
}

void gol_init_done(gol_g *g, gol_string path)
{
	(void)g;
	if (GOL_UNLIKELY(report.inits))
		init_line(path);
}

/* ---- the scheduler ------------------------------------------------------------------------------------------ */

bool report_is_due(void) { return report.every != 0; }

static void field(text *t, const char *name, int64_t value)
{
	text_string(t, name);
	text_int(t, value);
}

static void id_field(text *t, const char *name, bool there, uint64_t id)
{
	text_string(t, name);
	if (there)
		text_uint(t, id);
	else
		text_string(t, "nil");
}

static uint32_t queued(const P *p) { return load_relaxed(&p->tail) - load_relaxed(&p->head); }

static void totals(text *t, int64_t now)
{
	int64_t idle = 0;
	for (const M *m = scheduler.idle_ms; m != NULL; m = m->link)
		idle++;
	field(t, "SCHED ", (now - report.start) / 1000000);
	field(t, "ms: gomaxprocs=", proc_count());
	field(t, " idleprocs=", scheduler.idle_count);
	field(t, " threads=", scheduler.m_count - scheduler.ended_count + 1);   /* the monitor */
	field(t, " spinningthreads=", load_relaxed(&scheduler.spinning));
	field(t, " needspinning=0 idlethreads=", idle);
	field(t, " runqueue=", scheduler.global_count);
}

static void queues(text *t)
{
	text_string(t, " [");
	for (uint32_t i = 0; i < proc_count(); i++)
		field(t, " ", queued(proc_at(i)));
	text_string(t, " ] schedticks=[ ");
	for (uint32_t i = 0; i < proc_count(); i++) {
		text_uint(t, load_relaxed(&proc_at(i)->tick));
		text_string(t, " ");
	}
	text_string(t, "]\n");
}

static void each_p(text *t)
{
	for (uint32_t i = 0; i < proc_count(); i++) {
		const P *p = proc_at(i);
		const M *m = load_relaxed(&p->m);
		field(t, "  P", i);
		field(t, ": status=", load_relaxed(&p->status) & 3);
		field(t, " schedtick=", load_relaxed(&p->tick));
		field(t, " syscalltick=", load_relaxed(&p->calls));
		id_field(t, " m=", m != NULL, m != NULL ? m->id : 0);
		field(t, " runqsize=", queued(p));
		field(t, " gfreecnt=", p->free_count);
		text_string(t, "\n");
	}
}

static void each_m(text *t)
{
	for (const M *m = scheduler.all_ms; m != NULL; m = m->all_link) {
		const P *p = m->p;
		const G *g = load_relaxed(&m->g);
		field(t, "  M", m->id);
		id_field(t, ": p=", p != NULL, p != NULL ? p->id : 0);
		id_field(t, " curg=", g != NULL, g != NULL ? g->id : 0);
		text_string(t, m->spinning ? " spinning=true\n" : " spinning=false\n");
	}
}

/* Go's numbers of states. */
static int go_status(uint32_t status)
{
	static const int numbers[] = {
		[G_DEAD] = 6, [G_RUNNABLE] = 1, [G_RUNNING] = 2, [G_PARKING] = 2, [G_READIED] = 2, [G_WAITING] = 4,
			[G_IN_CALL] = 3,
	};
	return numbers[status];
}

static void each_g(text *t)
{
	for (uint32_t i = 0; i < g_count(); i++) {
		const G *g = g_at(i);
		uint32_t status = status_of(g);
		const M *m = status == G_RUNNING || status == G_IN_CALL ? load_relaxed(&g->m) : NULL;
		if (status == G_DEAD)
			continue;
		text_string(t, "  G");
		text_uint(t, g->id);
		field(t, ": status=", go_status(status));
		text_string(t, "(");
		text_string(t, status == G_WAITING ? trace_wait_reasons[g->wait_reason] : "");
		id_field(t, ") m=", m != NULL, m != NULL ? m->id : 0);
		m = g->bound;
		id_field(t, " lockedm=", m != NULL, m != NULL ? m->id : 0);
		text_string(t, "\n");
	}
}

void report_look(int64_t now)
{
	text t = {0};
	if (report.every == 0 || now < report.next)
		return;
	report.next = now + report.every;
	os_acquire(&scheduler.lock);
	totals(&t, now);
	if (report.detail) {
		text_string(&t, " gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false\n");
		each_p(&t);
		each_m(&t);
		each_g(&t);
	} else {
		queues(&t);
	}
	os_release(&scheduler.lock);
	text_flush(&t);
	text_free(&t);
}
