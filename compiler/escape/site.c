/*
 * site.c - sites (site.h) from the graph of a batch that is solved.
 *
 * While a batch is solved each node that is found to escape keeps the way by which it was found (site_found): its own
 * address, then every edge it took, the last one into what lives longer. That is one way of perhaps several. What the
 * last step changes is therefore not guessed: the batch is solved again without it (stays_without).
 *
 * Rejected: the reasons of JUDGE_GO (-m=2). They tell why Go's rules let a value escape, and where our frames hold
 * more (small maps) or less (objects of no known size) that would be a lie.
 */
#include "graph.h"
#include "../inline/inline.h"
#include "../../runtime/include/gol/effects.h"

#include <stdlib.h>
#include <string.h>

enum {
	FAR = 1 << 20,              /* so many dereferences that nothing is an address any more */
	LONGEST = 100,              /* edges of a way that are told */
};

const char *place_text(SitePlace place)
{
	static const char *const texts[SITE_COUNT] = {"frame", "small", "heap", "grows", "shared", "data", "none"};
	return texts[place];
}

/* ---- ways ------------------------------------------------------------------------------ */

/* Results without names, which inlining makes variables of, in words. */
static const char *without_results(Escape *e, const char *text)
{
	Buf b;
	buf_init(&b, e->c->arena);
	for (; *text; text++) {
		if (text[0] == '~' && text[1] == 'r' && text[2] >= '0' && text[2] <= '9') {
			buf_str(&b, "its result");
			text += 1 + strspn(text + 2, "0123456789");
		} else {
			buf_char(&b, *text);
		}
	}
	return b.s ? b.s : "";
}

/* What a step does, for those whose text alone does not tell. */
static const char *step_text(Escape *e, const Why *w)
{
	static const struct { const char *reason, *format; } table[] = {
		{"assign", "%s"}, {"return", "%s"}, {"assign-pair", "assigned to %s"},
		{"address-of", "the address of %s"}, {"reference", "captured by reference"},
		{"interface-converted", "%s in an interface"}, {"call parameter", "argument of %s"},
		{"captured by a closure", "captured by %s"}, {"send", "%s is sent"}, {"appended to slice", "an element in %s"},
		{"appended slice...", "elements in %s"}, {"key of map put", "the key in %s"},
		{"slice-literal-element", "an element of %s"}, {"map literal key", "a key in %s"},
		{"map literal value", "a value in %s"}, {"range", "range over %s"}, {"range-deref", "range over %s"},
		{"slice", "%s"}, {"dot", "%s"}, {"dot of pointer", "%s"}, {"indirection", "%s"},
	};
	const char *text = *w->text ? without_results(e, w->text) : "it";
	for (int i = 0; i < (int)(sizeof table / sizeof *table); i++)
		if (strcmp(table[i].reason, w->reason) == 0)
			return strstr(table[i].format, "%s") ? arena_printf(e->c->arena, table[i].format, text) :
				table[i].format;
	return arena_printf(e->c->arena, "%s (%s)", text, w->reason);
}

/* The root in the clause that tells why the node escapes; NULL: the step says it all. */
static const char *root_text(Escape *e, const Node *root, const Node *n)
{
	if (root == &e->heap)
		return NULL;
	if (root->escapes)
		return root->object || root->expr ? arena_printf(e->c->arena, "%s is in the heap", node_text(e, root)) : NULL;
	if (root->result >= 0)
		return "its function returns it";
	if (root->func == n->func)
		return arena_printf(e->c->arena, "%s keeps it from one round of the loop to the next", node_text(e, root));
	return arena_printf(e->c->arena, "%s is a variable of the function around", node_text(e, root));
}

void site_found(Escape *e, Node *root, Node *n)
{
	if (!e->sites || n->silent || n->way)
		return;
	Way *way = NEW(e->c->arena, Way);
	const Why *last = NULL;
	Node *from = n;
	for (int steps = 0; from != root && from->next && from->via && steps < LONGEST; from = from->next, steps++) {
		way->last_from = from;
		way->last = from->via->is_direct ? NULL : (Edge *)from->via;
		for (const Why *w = from->via->why; w; w = w->next) {
			if (strcmp(w->reason, "spill") == 0)
				continue;
			last = w;
			Step step = {step_text(e, w), w->pos};
			vec_push(e->c->arena, &way->steps, step);
		}
	}
	way->root_text = root_text(e, root, n);
	if (last)
		way->pos = last->pos;
	n->way = way;
}

/* ---- what a step changes --------------------------------------------------------------------- */

static void reset(Escape *e)
{
	for (int i = 0; i < e->nodes.len; i++)
		e->nodes.items[i]->escapes = e->nodes.items[i]->directs > 0;
}

/* Would n be in the frame without the last step of its way? What it found is put back. */
static bool stays_without(Escape *e, Node *n)
{
	bool *found = NEW_ARRAY(e->c->arena, bool, e->nodes.len);
	Node *from = n->way->last_from;
	Edge *edge = n->way->last;
	int derefs = edge ? edge->derefs : 0, remarks = e->remarks;
	Sites *sites = e->sites;
	for (int i = 0; i < e->nodes.len; i++)
		found[i] = e->nodes.items[i]->escapes;
	if (edge)
		edge->derefs = FAR;
	else
		from->directs--;
	e->remarks = 0;
	e->sites = NULL;
	reset(e);
	solve(e);
	bool stays = !n->escapes;
	for (int i = 0; i < e->nodes.len; i++)
		e->nodes.items[i]->escapes = found[i];
	if (edge)
		edge->derefs = derefs;
	else
		from->directs++;
	e->remarks = remarks;
	e->sites = sites;
	return stays;
}

/* ---- sites ------------------------------------------------------------------------------------ */

static const char *kind_of(const Node *n)
{
	static const char *const kinds[ALLOC_COUNT] = {
		[ALLOC_NEW] = "new", [ALLOC_POINTER_LITERAL] = "literal", [ALLOC_SLICE_LITERAL] = "slice", [ALLOC_MAP] = "map",
		[ALLOC_MAKE_SLICE] = "make", [ALLOC_CLOSURE] = "closure", [ALLOC_METHOD_VALUE] = "method value",
		[ALLOC_SPREAD] = "arguments", [ALLOC_BOX] = "box", [ALLOC_STRING] = "text", [ALLOC_APPEND] = "append",
		[ALLOC_CHAN] = "chan",
	};
	return n->object ? "variable" : kinds[n->alloc];
}

/* A literal all of whose elements are constants or such literals: lowering makes data of it where it becomes the
 * content of an interface, which nobody writes to (lower/static.c). */
static bool is_constant_literal(Expr *x)
{
	x = unparen(x);
	if (x->mode == MODE_CONST)
		return true;
	if (x->kind != EXPR_COMPOSITE || !x->type || x->list.len == 0)
		return false;
	TypeKind kind = underlying(x->type)->kind;
	if (kind != TYPE_STRUCT && kind != TYPE_ARRAY)
		return false;
	for (int i = 0; i < x->list.len; i++) {
		Expr *v = x->list.items[i];
		if (!is_constant_literal(v->kind == EXPR_KEY_VALUE ? v->y : v))
			return false;
	}
	return true;
}

/* Is it known when it is compiled how large what make makes is? */
static bool has_constant_size(const Expr *make)
{
	return make->list.items[make->list.len - 1]->mode == MODE_CONST;
}

/* *size: bytes, of SITE_SMALL those that fit the frame; -1: not known. */
SitePlace site_place(Escape *e, const Node *n, int64_t *size)
{
	bool text = n->alloc == ALLOC_STRING && !n->object, append = n->alloc == ALLOC_APPEND && !n->object;
	*size = n->allocated && !text && !append ? node_size(e, n) : -1;
	if (text && (n->expr->stays & (STAYS_SHARED | STAYS_READ)))
		return SITE_SHARED;
	if (*size == 0 && n->alloc != ALLOC_MAP)
		return SITE_NONE;
	if ((n->alloc == ALLOC_BOX && is_constant_literal(n->expr)) ||
	    (n->alloc == ALLOC_CLOSURE && n->expr->func_info->captured.len == 0))
		return SITE_DATA;
	if (n->escapes)
		return append ? SITE_GROWS : SITE_HEAP;
	if (!text && !append && !(n->alloc == ALLOC_MAKE_SLICE && !has_constant_size(n->expr)))
		return SITE_FRAME;
	*size = text ? GOL_TEXT_BUFFER : append ? GOL_APPEND_STORE : SMALL_MAKE;
	return SITE_SMALL;
}

static const char *forced_text(const Node *n)
{
	static const struct { const char *reason, *text; } table[] = {
		{"too large for stack", "too large for a frame"}, {"zero-sized element", "its elements have no size"},
		{"non-constant size", "its size is not known when it is compiled"},
		{"size not known", "its size depends on type arguments"},
		{"always allocated", "such objects always are"}, {"no storage", "it has no size"},
	};
	for (int i = 0; i < (int)(sizeof table / sizeof *table); i++)
		if (strcmp(table[i].reason, n->heap_reason) == 0)
			return table[i].text;
	return n->heap_reason;
}

static void explain(Escape *e, Node *n, Site *s)
{
	if (s->place == SITE_GROWS && !n->way)
		return;
	if (n->heap_reason) {
		s->why = n->alloc == ALLOC_CHAN ? "channels always are" :
			n->alloc == ALLOC_MAP ? "it has more entries than a small map, or nobody knows how many" : forced_text(n);
		return;
	}
	if (!n->way)
		return;
	int count = n->way->steps.len;
	for (int i = 0; i < count; i++)
		vec_push(e->c->arena, &s->steps, n->way->steps.items[i]);
	const char *last = count ? s->steps.items[count - 1].text : NULL, *root = n->way->root_text;
	s->why = last && root ? arena_printf(e->c->arena, "%s: %s", last, root) : last ? last : root;
	s->why_pos = n->way->pos;
	bool asked = e->sites->file && s->pos.file == e->sites->file && (!e->sites->line || s->pos.line == e->sites->line);
	if (asked && count)
		s->without = stays_without(e, n) ? "it would be in the frame" : "it would be in the heap for another reason";
}

/* Variables that are values only need no memory that can be looked at. */
static bool is_plain(const Object *o)
{
	return !o->addr_taken && !o->captured_by_reference;
}

static const char *what_is(Escape *e, const Node *n)
{
	return n->object ? n->object->name : n->alloc == ALLOC_SPREAD ?
		arena_printf(e->c->arena, "... of %s", text_of(e, n->expr)) : without_results(e, text_of(e, n->expr));
}

/* As it is told of: "variable x", but not "new new(T)". */
const char *site_name(Escape *e, const Node *n)
{
	const char *kind = kind_of(n), *what = what_is(e, n);
	size_t length = strlen(kind);
	bool says_so = strncmp(what, kind, length) == 0 && what[length] == '(';
	return says_so ? what : arena_printf(e->c->arena, "%s %s", kind, what);
}

static void add_site(Escape *e, Node *n)
{
	if (n->silent || !n->func || (!n->object && (!n->expr || n->alloc == ALLOC_NONE)))
		return;
	if (n->object && (is_plain(n->object) || !n->object->name || !*n->object->name || *n->object->name == '#' ||
	                  strcmp(n->object->name, "_") == 0))
		return;
	Site *s = NEW(e->c->arena, Site);
	Pos at = n->object ? n->object->pos : n->expr->pos;
	Type *type = n->object ? n->object->type : n->alloc == ALLOC_BOX ? value_type(n->expr) :
		n->alloc == ALLOC_SPREAD || n->alloc == ALLOC_STRING || n->alloc == ALLOC_CLOSURE ? NULL :
		n->allocated && n->alloc != ALLOC_MAP ? n->allocated : n->expr->type;
	s->pos = pos_outermost(e->c, at);
	s->inlined_from = at.call ? inlined_name(e->c, &e->c->calls.items[at.call]) : NULL;
	s->function = function_text(e, n->func);
	s->kind = kind_of(n);
	s->what = what_is(e, n);
	s->name = site_name(e, n);
	s->type = type ? type_text_of(e, type) : NULL;
	s->in_loop = n->loop_depth > 1;
	s->place = site_place(e, n, &s->size);
	if (s->place == SITE_HEAP || s->place == SITE_GROWS)
		explain(e, n, s);
	vec_push(e->c->arena, &e->sites->items, s);
}

void site_batch(Escape *e)
{
	for (int i = 0; e->sites && i < e->nodes.len; i++)
		add_site(e, e->nodes.items[i]);
}

/* ---- all of a package --------------------------------------------------------------------------- */

static int by_position(const void *left, const void *right)
{
	const Site *a = *(Site *const *)left, *b = *(Site *const *)right;
	int order = pos_compare(a->pos, b->pos);
	if (order == 0)
		order = strcmp(a->kind, b->kind);
	if (order == 0)
		order = strcmp(a->inlined_from ? a->inlined_from : "", b->inlined_from ? b->inlined_from : "");
	return order ? order : strcmp(a->what, b->what);
}

/* An expression may have several nodes; it is in the heap if one of them is. */
static void join(Sites *s)
{
	int kept = 0;
	for (int i = 0; i < s->items.len; i++) {
		Site *site = s->items.items[i], *last = kept ? s->items.items[kept - 1] : NULL;
		if (!last || by_position(&last, &site) != 0)
			s->items.items[kept++] = site;
		else if (site->place == SITE_HEAP)
			s->items.items[kept - 1] = site;
	}
	s->items.len = kept;
}

void sites_finish(Compiler *c, Sites *s)
{
	Map counts = {0};
	if (s->items.len)
		qsort(s->items.items, (size_t)s->items.len, sizeof *s->items.items, by_position);
	join(s);
	for (int i = 0; i < s->items.len; i++) {
		Site *site = s->items.items[i];
		const char *key = intern_str(c, arena_printf(c->arena, "%s %s", site->function, site->kind));
		intptr_t n = (intptr_t)map_get(&counts, key) + 1;
		map_put(c->arena, &counts, key, (void *)n);
		site->ordinal = (int)n;
	}
}

static void put_size(Buf *b, int64_t size)
{
	if (size >= 0)
		buf_printf(b, ", %lld byte%s", (long long)size, size == 1 ? "" : "s");
}

void sites_remark(Compiler *c, const Sites *s)
{
	for (int i = 0; i < s->items.len; i++) {
		const Site *site = s->items.items[i];
		Buf b;
		buf_init(&b, c->arena);
		buf_printf(&b, "%s: ", site->name);
		if (site->place == SITE_SMALL) {
			buf_printf(&b, "frame up to %lld bytes, else heap", (long long)site->size);
		} else {
			buf_str(&b, place_text(site->place));
			put_size(&b, site->place == SITE_FRAME || site->place == SITE_HEAP ? site->size : -1);
		}
		buf_str(&b, site->in_loop && takes_heap(site->place) ? ", in a loop" : "");
		if (site->inlined_from)
			buf_printf(&b, ", inlined from %s", site->inlined_from);
		if (site->why)
			buf_printf(&b, ": %s", site->why);
		if (site->why && site->why_pos.line)
			buf_printf(&b, " (line %u)", pos_outermost(c, site->why_pos).line);
		remark_at(c, site->pos, "%s", b.s);
	}
}
