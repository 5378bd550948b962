/*
 * queue.c - runnable goroutines: the global queue, and what is rare with those of the Ps (p.h).
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "base/options.h"
#include "os/os.h"
#include "stack/list.h"
#include "stack/status.h"

void queue_add_global(G *g)
{
	g->link = NULL;
	if (scheduler.global_head != NULL)
		scheduler.global_tail->link = g;
	else
		scheduler.global_head = g;
	scheduler.global_tail = g;
	store_relaxed(&scheduler.global_count, scheduler.global_count + 1);
}

void proc_put_global(G *g)
{
	os_acquire(&scheduler.lock);
	queue_add_global(g);
	if (scheduler.idle_count > 0)
		idle_give_any();
	os_release(&scheduler.lock);
}

void queue_add_expected(G *list)
{
	for (G *g = list, *next; g != NULL; g = next) {
		next = g->link;
		if (status_ready(g))
			queue_add_global(g);
		atomic_add(&scheduler.expected, -1);
	}
}

void proc_ready_expected(G *list)
{
	os_acquire(&scheduler.lock);
	queue_add_expected(list);
	if (scheduler.idle_count > 0)
		idle_give_any();
	os_release(&scheduler.lock);
}

void proc_ready_here(G *list)
{
	for (G *g = list, *next; g != NULL; g = next) {
		next = g->link;
		g->link = NULL;
		if (status_ready(g))
			queue_put_back(current_m->p, g);
		atomic_add(&scheduler.expected, -1);
	}
}

G *queue_take_global(void)
{
	if (load_relaxed(&scheduler.global_count) == 0)
		return NULL;
	os_acquire(&scheduler.lock);
	G *g = scheduler.global_head;
	if (g != NULL) {
		scheduler.global_head = g->link;
		g->link = NULL;
		store_relaxed(&scheduler.global_count, scheduler.global_count - 1);
	}
	os_release(&scheduler.lock);
	return g;
}

GOL_COLD void queue_spill(P *p)
{
	os_acquire(&scheduler.lock);
	for (uint32_t i = 0; i < P_QUEUE / 2; i++)
		queue_add_global(p->queue[p->head++ % P_QUEUE]);
	os_release(&scheduler.lock);
}

void sched_ready(G *g)
{
	P *p = current_m->p;
	lock_require_none("readies a goroutine");
	if (status_ready(g))
		queue_put_front(p, g);
}

GOL_COLD G *queue_take_random(P *p)
{
	if (p->run_next != NULL) {
		queue_put_back(p, p->run_next);
		store_relaxed(&p->run_next, (G *)NULL);
	}
	uint32_t n = p->tail - p->head;
	G *g = queue_take_global();
	if (g != NULL && (n == 0 || stress_chance(&current_m->random, n + 1)))
		return g;
	if (g != NULL)
		queue_put_back(p, g);
	n = p->tail - p->head;
	if (n == 0)
		return NULL;
	uint32_t a = p->head % P_QUEUE, b = (p->head + (uint32_t)(random_next(&current_m->random) >> 33) % n) % P_QUEUE;
	G *chosen = p->queue[b];
	p->queue[b] = p->queue[a];
	p->queue[a] = chosen;
	return queue_take_local(p);
}

GOL_COLD void queue_skip_next(P *p)
{
	store_relaxed(&p->skip_next, 0u);
	if (p->run_next != NULL) {
		queue_put_back(p, p->run_next);
		store_relaxed(&p->run_next, (G *)NULL);
	}
}

bool proc_has_work(P *p)
{
	return load_relaxed(&p->run_next) != NULL || load_relaxed(&p->head) != load_relaxed(&p->tail) ||
		load_relaxed(&scheduler.global_count) != 0 || timers_next() <= os_nanotime();
}
