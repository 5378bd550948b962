/*
 * list.c - see list.h. When the array of all goroutines is full a longer one takes its place; the old ones, together
 * smaller, are left to those who read them.
 */
#include "stack/list.h"

#include <stdlib.h>

#include "base/fatal.h"

enum { BATCH = 64 };

typedef struct g_list { struct g_list *older; G *items[]; } g_list;

static struct {
	os_lock lock;
	G **all;                        /* items of the newest list; read without the lock */
	uint32_t count, cap;            /* count also read without the lock */
	g_list *lists;                  /* newest first */
	G *spare;                       /* the rest of the last batch */
	uint32_t spare_count;
} list = {.lock = LOCK_OF_RANK(RANK_GOROUTINES)};

_Thread_local M *current_m;

const struct g_places g_places = {&list.all, &list.count};

uint32_t g_count(void) { return load_acquire(&list.count); }
G *g_at(uint32_t i) { return load_acquire(&list.all)[i]; }

static void list_add(G *g)
{
	if (list.count == list.cap) {
		uint32_t cap = list.cap ? 2 * list.cap : 256;
		g_list *longer = malloc(sizeof *longer + cap * sizeof *longer->items);
		if (longer == NULL)
			runtime_out_of_memory();
		if (list.count > 0)
			memcpy(longer->items, list.all, list.count * sizeof *longer->items);
		longer->older = list.lists;
		list.lists = longer;
		store_release(&list.all, longer->items);
		list.cap = cap;
	}
	g->slot = list.count;
	list.all[list.count] = g;
	store_release(&list.count, list.count + 1);
}

g_death *g_death_of(G *g)
{
	if (g->death == NULL && (g->death = calloc(1, sizeof *g->death)) == NULL)
		runtime_out_of_memory();
	return g->death;
}

G *g_make(void)
{
	os_acquire(&list.lock);
	if (list.spare_count == 0) {
		list.spare = calloc(BATCH, sizeof *list.spare);
		if (list.spare == NULL)
			runtime_out_of_memory();
		list.spare_count = BATCH;
	}
	G *g = &list.spare[--list.spare_count];
	list_add(g);
	os_release(&list.lock);
	return g;
}
