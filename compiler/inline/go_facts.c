/*
 * go_facts.c - the table of go_facts.def, which is sorted by package and function; see go_facts.h.
 *
 * A word of GoFact.leaks is "-" for a parameter that leaks nowhere, else parts joined by '+': H (to the heap), C (what
 * it points to, to the heap), 0=1 (dereferenced once, to result 0).
 */
#include "go_facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const GoFact facts[] = {
#define GO_FACT(package, function, cost, calls, remarks, leaks) {package, function, cost, calls, remarks, leaks},
#include "go_facts.def"
#undef GO_FACT
};

static int compare(const char *package, const char *function, const GoFact *f)
{
	int by_package = strcmp(package, f->package);
	return by_package ? by_package : strcmp(function, f->function);
}

/* What the search relies on. */
static inline void require_sorted(int i)
{
	if (i > 0 && compare(facts[i - 1].package, facts[i - 1].function, &facts[i]) >= 0)
		abort();
}

static const GoFact *find(const char *package, const char *function)
{
	int from = 0, to = COUNT_OF(facts);
	while (from < to) {
		int middle = (from + to) / 2, order = compare(package, function, &facts[middle]);
		VERIFY(require_sorted(middle));
		if (order == 0)
			return &facts[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

const GoFact *go_fact(const Compiler *c, const Object *o)
{
	char name[128];
	if (c->no_facts || !o || o->kind != OBJECT_FUNC || !o->package || !o->package->is_stdlib || o->package->from_tree)
		return NULL;
	if (!o->receiver_base)
		return find(o->package->path, o->name);
	if (o->receiver_base->kind != TYPE_NAMED || !o->receiver_base->object)
		return NULL;
	snprintf(name, sizeof name, o->pointer_receiver ? "(*%s).%s" : "%s.%s", o->receiver_base->object->name, o->name);
	return find(o->package->path, name);
}

static const char *word_at(const char *words, int i)
{
	for (; words && i > 0; i--) {
		words = strchr(words, ' ');
		words += words != NULL;
	}
	return words;
}

bool go_fact_leaks(const GoFact *fact, int i, int *heap, int *results, int most)
{
	const char *p = word_at(fact->leaks, i);
	if (!p)
		return false;
	*heap = -1;
	for (int r = 0; r < most; r++)
		results[r] = -1;
	for (; *p && *p != ' '; p++) {
		if (*p == 'H' || *p == 'C')
			*heap = *p == 'C';
		else if (isdigit((unsigned char)*p) && p[1] == '=') {
			if (*p - '0' < most)
				results[*p - '0'] = p[2] - '0';
			p += 2;
		}
	}
	return true;
}

bool is_told_by_fact(const Compiler *c, Pos pos)
{
	for (uint32_t at = pos.call; at; at = c->calls.items[at].pos.call) {
		const FuncInfo *callee = c->calls.items[at].callee;
		if (go_fact(c, callee->object))
			return true;
	}
	return false;
}
