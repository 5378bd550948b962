/*
 * detect.c - clocks, sync objects, shadow cells: the detector itself. The model is in race.h.
 *
 * Shadow memory is a page for each 4 KiB of the program's memory that was accessed, found in a table of two levels.
 * It has RACE_CELLS cells for each word, and, once something in it was used to synchronise, a sync object's address
 * for each word. A page has one lock, which is held for the accesses of one word or of a range in the page: cells are
 * two words, and two threads that write one would leave a cell of neither. While one worker alone has a P it costs
 * nothing.
 *
 * A cell is replaced by an access that says more: of the same goroutine, or ordered behind it, and whatever
 * would race with the old one, if it comes later, races with the new one too. When all cells of a word are taken
 * by others (reads of many goroutines) one of them is forgotten.
 *
 * A goroutine's clock is read and written by the worker that runs it; while it is parked, by who completes its
 * operation, with the lock of the channel held. Slots have a lock, since any worker may take one.
 */
#include "base/fatal.h"
#include "base/lock.h"
#include "os/os.h"
#include "race/race.h"

#include <stdlib.h>

enum {
	CELLS = 4, PAGE_SHIFT = 12, PAGE_WORDS = 512, HALF_SHIFT = 18, HALF = 1 << HALF_SHIFT,
	PAST = 64,                      /* holders of a slot that are remembered */
	REPORTED = 4096,                /* pairs of places that were reported */
	WRITE = 0x100, ATOMIC = 0x200, SLOT_SHIFT = 10, EPOCH_SHIFT = 18,
};

uint32_t gol_race_on;
void (*race_print)(const race_found *found);

/* what: epoch << 18 | slot << 10 | ATOMIC | WRITE | mask of bytes; 0: free. where: context << 32 | place. */
typedef struct cell { uint64_t what, where; } cell;

typedef struct sync_object { uint32_t count, room; uint64_t clock[]; } sync_object;

typedef struct page {
	spin_lock lock;
	sync_object **syncs;            /* NULL or PAGE_WORDS of them */
	cell cells[PAGE_WORDS][CELLS];
} page;

/* Of a goroutine, beyond its end: as long as it is among the past holders of a slot. Guarded by slots.lock. */
typedef struct who { uint64_t id; uint32_t created, uses; bool finished; } who;

struct gol_race_thread {
	uint64_t clock[RACE_SLOTS];
	uint32_t slot;                  /* it holds it <=> slots.all[slot].holder is this */
	uint32_t ignore;                /* > 0: what it does orders nothing */
	who *who;
};
typedef struct gol_race_thread thread;

typedef struct slot {
	thread *holder;                 /* NULL: it has ended */
	const void *worker;             /* that runs the holder; NULL: none does */
	uint64_t epoch;                 /* of the holder, or the last of the previous one */
	uint64_t idle_since;            /* slots.now then */
	struct { uint64_t from; who *who; } past[PAST];
	uint32_t past_count;
} slot;

static struct {
	spin_lock lock;
	slot all[RACE_SLOTS];
	uint32_t used;                  /* those above have never been held: their entries of all clocks are 0 */
	uint64_t now;
} slots = {.lock = LOCK_OF_RANK(RANK_RACE_SLOTS)};

static struct {
	uintptr_t low, high;            /* of the heap */
	page ***top;
	os_lock lock;                   /* of reports and counts */
	uint32_t count;
	struct { uint64_t a, b; } reported[REPORTED];
} race = {.lock = LOCK_OF_RANK(RANK_RACE_REPORT)};

extern const char __executable_start[], _end[];      /* the linker's: the program as it lies in memory */

/* ---- shadow memory --------------------------------------------------------------------------------------- */

static void *zeroed(size_t count, size_t size)
{
	void *p = calloc(count, size);
	if (p == NULL)
		runtime_out_of_memory();
	return p;
}

static inline bool is_shared(uintptr_t p)
{
	return p - race.low < race.high - race.low ||
		p - (uintptr_t)__executable_start < (uintptr_t)(_end - __executable_start);
}

static inline page *find_page(uintptr_t p)
{
	page **half = load_acquire(&race.top[p >> (PAGE_SHIFT + HALF_SHIFT) & (HALF - 1)]);
	return half != NULL ? load_acquire(&half[p >> PAGE_SHIFT & (HALF - 1)]) : NULL;
}

static GOL_COLD page *make_page(uintptr_t p)
{
	page ***half = &race.top[p >> (PAGE_SHIFT + HALF_SHIFT) & (HALF - 1)];
	if (load_acquire(half) == NULL) {
		page **made = os_reserve(0, HALF * sizeof(page *), true);
		if (made == NULL)
			runtime_out_of_memory();
		if (!atomic_change(half, NULL, made))
			os_unreserve(made, HALF * sizeof(page *));
	}
	page **at = &(*half)[p >> PAGE_SHIFT & (HALF - 1)], *new = zeroed(1, sizeof *new);
	new->lock = (spin_lock)LOCK_OF_RANK(RANK_RACE_PAGE);
	if (!atomic_change(at, NULL, new))
		free(new);
	return *at;
}

static inline page *page_of(uintptr_t p)
{
	page *s = find_page(p);
	return GOL_LIKELY(s != NULL) ? s : make_page(p);
}

static inline uint32_t word_of(uintptr_t p) { return p >> 3 & (PAGE_WORDS - 1); }

/* ---- reports --------------------------------------------------------------------------------------------- */

uint32_t race_count(void) { return load_relaxed(&race.count); }

static inline uint64_t where_of(uint32_t context, const gol_point *at)
{
	return (uint64_t)context << 32 | (uint32_t)((uintptr_t)at - (uintptr_t)__executable_start);
}

static race_side side_of(cell c)
{
	return (race_side){.write = c.what & WRITE, .atomic = c.what & ATOMIC, .context = (uint32_t)(c.where >> 32),
		.at = (const gol_point *)((uintptr_t)__executable_start + (uint32_t)c.where)};
}

/* Who held the slot in that epoch. */
static void identify(race_side *side, uint64_t what)
{
	spin_acquire(&slots.lock);
	const slot *s = &slots.all[what >> SLOT_SHIFT & (RACE_SLOTS - 1)];
	for (uint32_t i = 0; i < PAST && i < s->past_count; i++) {
		uint32_t k = (s->past_count - 1 - i) % PAST;
		if (s->past[k].from > what >> EPOCH_SHIFT)
			continue;
		const who *w = s->past[k].who;
		side->known = true;
		side->goroutine = w->id;
		side->finished = w->finished;
		side->is_main = w->id == 1;
		side->created = w->created;
		break;
	}
	spin_release(&slots.lock);
}

/* Each pair of places is reported once. False: it was. */
static bool is_new(uint64_t a, uint64_t b)
{
	uint64_t low = a < b ? a : b, high = a < b ? b : a, h = (low * 31 + high) * UINT64_C(0x9e3779b97f4a7c15);
	for (uint32_t i = 0; i < REPORTED; i++) {
		uint32_t k = ((uint32_t)(h >> 40) + i) & (REPORTED - 1);
		if (race.reported[k].a == 0 && race.reported[k].b == 0) {
			race.reported[k].a = low;
			race.reported[k].b = high;
			return true;
		}
		if (race.reported[k].a == low && race.reported[k].b == high)
			return false;
	}
	return true;
}

static GOL_COLD void report(uintptr_t address, cell now, cell before)
{
	race_found found = {.address = address, .now = side_of(now), .before = side_of(before)};
	identify(&found.now, now.what);
	identify(&found.before, before.what);
	os_acquire(&race.lock);
	if (is_new(now.where, before.where)) {
		race.count++;
		if (race_print != NULL)
			race_print(&found);
	}
	os_release(&race.lock);
}

/* ---- accesses ------------------------------------------------------------------------------------------------ */

static inline uint64_t mask_of(uint64_t what) { return what & 0xff; }
static inline uint64_t epoch_of(uint64_t what) { return what >> EPOCH_SHIFT; }
static inline uint32_t slot_number(uint64_t what) { return what >> SLOT_SHIFT & (RACE_SLOTS - 1); }

/* Whatever races with a races with b too, as far as bytes and kinds go. */
static inline bool says_no_more(uint64_t a, uint64_t b)
{
	return (mask_of(a) & ~mask_of(b)) == 0 && (b & WRITE) >= (a & WRITE) && (b & ATOMIC) <= (a & ATOMIC);
}

static inline bool conflict(uint64_t a, uint64_t b)
{
	return (mask_of(a) & mask_of(b)) != 0 && ((a | b) & WRITE) != 0 && (a & b & ATOMIC) == 0;
}

/* Compares the access with the word's cells and puts it there. True: *other races with it. The page's lock is held. */
static inline bool check_word(const thread *t, cell *cells, cell now, cell *other)
{
	cell *place = NULL;
	bool found = false, kept = false;
	for (int i = 0; i < CELLS; i++) {
		cell *c = &cells[i];
		if (c->what == 0) {
			place = c;
			continue;
		}
		bool own = slot_number(c->what) == slot_number(now.what);
		bool ordered = own || t->clock[slot_number(c->what)] >= epoch_of(c->what);
		if (!ordered && conflict(c->what, now.what)) {
			*other = *c;
			found = true;
		} else if (own && epoch_of(c->what) == epoch_of(now.what) && says_no_more(now.what, c->what)) {
			kept = true;
		} else if (ordered && says_no_more(c->what, now.what)) {
			c->what = 0;
			place = c;
		}
	}
	if (kept)
		return found;
	if (place == NULL)
		place = &cells[(now.where ^ now.what >> EPOCH_SHIFT) % CELLS];
	*place = now;
	return found;
}

static inline bool any_is_the_same(const cell *cells, uint64_t what)
{
	for (int i = 0; i < CELLS; i++)
		if (load_relaxed(&cells[i].what) == what)
			return true;
	return false;
}

static inline uint64_t what_of(const thread *t, uint64_t kind)
{
	return t->clock[t->slot] << EPOCH_SHIFT | (uint64_t)t->slot << SLOT_SHIFT | kind;
}

/* The bytes of [p, p + n) in the word at w. */
static inline uint64_t bytes_in(uintptr_t w, uintptr_t p, size_t n)
{
	unsigned low = p > w ? (unsigned)(p - w) : 0, high = p + n < w + 8 ? (unsigned)(p + n - w) : 8;
	return (uint64_t)(0xff >> (8 - (high - low))) << low;
}

/* One report for a range is enough. */
static void access_range(const thread *t, uintptr_t p, size_t n, uint64_t kind, uint64_t where)
{
	cell now = {0, where}, other, racing = {0, 0};
	uintptr_t racing_at = 0;
	uint64_t racing_now = 0;
	for (uintptr_t w = p & ~(uintptr_t)7, high = p + n; w < high;) {
		page *s = page_of(w);
		uintptr_t page_end = ((w >> PAGE_SHIFT) + 1) << PAGE_SHIFT;
		spin_acquire(&s->lock);
		for (; w < high && w < page_end; w += 8) {
			now.what = what_of(t, kind | bytes_in(w, p, n));
			if (GOL_UNLIKELY(check_word(t, s->cells[word_of(w)], now, &other)) && racing.what == 0) {
				racing = other;
				racing_at = w > p ? w : p;
				racing_now = now.what;
			}
		}
		spin_release(&s->lock);
	}
	if (GOL_UNLIKELY(racing.what != 0))
		report(racing_at, (cell){racing_now, where}, racing);
}

static inline void access(gol_g *g, uintptr_t p, size_t n, uint64_t kind, uint32_t context, const gol_point *at)
{
	const thread *t = g->race;
	if (!is_shared(p) || t == NULL || n == 0)
		return;
	if (GOL_LIKELY((p & 7) + n <= 8)) {
		uint64_t what = what_of(t, kind | bytes_in(p & ~(uintptr_t)7, p, n));
		const page *s = find_page(p);
		if (s != NULL && any_is_the_same(s->cells[word_of(p)], what))
			return;
	}
	access_range(t, p, n, kind, where_of(context, at));
}

void gol_race_read(gol_g *g, const void *p, size_t n, uint32_t context, const gol_point *at)
{
	access(g, (uintptr_t)p, n, 0, context, at);
}

void gol_race_write(gol_g *g, const void *p, size_t n, uint32_t context, const gol_point *at)
{
	access(g, (uintptr_t)p, n, WRITE, context, at);
}

void race_read_range(gol_g *g, const void *p, size_t n)
{
	access(g, (uintptr_t)p, n, 0, g->race_context, g->race_point);
}

void race_write_range(gol_g *g, const void *p, size_t n)
{
	access(g, (uintptr_t)p, n, WRITE, g->race_context, g->race_point);
}

static void forget_word(page *s, uint32_t word, uint64_t bytes)
{
	for (int i = 0; i < CELLS; i++) {
		uint64_t what = s->cells[word][i].what & ~bytes;
		s->cells[word][i].what = mask_of(what) != 0 ? what : 0;
	}
	if (s->syncs != NULL && s->syncs[word] != NULL && bytes == 0xff) {
		free(s->syncs[word]);
		s->syncs[word] = NULL;
	}
}

void race_forget(uintptr_t p, size_t n)
{
	for (uintptr_t w = p & ~(uintptr_t)7, high = p + n; w < high;) {
		page *s = find_page(w);
		uintptr_t page_end = ((w >> PAGE_SHIFT) + 1) << PAGE_SHIFT;
		if (s == NULL) {
			w = page_end;
			continue;
		}
		spin_acquire(&s->lock);
		for (; w < high && w < page_end; w += 8)
			forget_word(s, word_of(w), bytes_in(w, p, n));
		spin_release(&s->lock);
	}
}

/* ---- slots --------------------------------------------------------------------------------------------------- */

static void forget_who(who *w)
{
	if (--w->uses == 0)
		free(w);
}

/* A slot nobody has held yet, or that has been idle for longest. There are more slots than workers. */
static slot *choose_slot(void)
{
	if (slots.used < RACE_SLOTS)
		return &slots.all[slots.used++];
	slot *best = NULL;
	for (slot *s = slots.all; s < slots.all + RACE_SLOTS; s++)
		if (s->worker == NULL && (best == NULL || s->idle_since < best->idle_since))
			best = s;
	require(best != NULL);
	return best;
}

static void take_slot_for(thread *t)
{
	slot *s = choose_slot();
	t->slot = (uint32_t)(s - slots.all);
	s->holder = t;
	s->epoch++;
	t->clock[t->slot] = s->epoch;
	who **past = &s->past[s->past_count % PAST].who;
	if (s->past_count >= PAST)
		forget_who(*past);
	*past = t->who;
	t->who->uses++;
	s->past[s->past_count % PAST].from = s->epoch;
	s->past_count++;
}

static void make_idle(slot *s)
{
	s->worker = NULL;
	s->idle_since = ++slots.now;
}

void race_run(gol_g *g, const void *worker)
{
	static _Thread_local uint32_t last = RACE_SLOTS;
	thread *t = g->race;
	if (t == NULL)
		return;
	spin_acquire(&slots.lock);
	if (last < RACE_SLOTS && slots.all[last].worker == worker)
		make_idle(&slots.all[last]);
	if (slots.all[t->slot].holder != t)
		take_slot_for(t);
	slots.all[t->slot].worker = worker;
	last = t->slot;
	spin_release(&slots.lock);
}

/* What t has done so far was released: what it does from now on was not. */
static void next_epoch(thread *t)
{
	spin_acquire(&slots.lock);
	slot *s = &slots.all[t->slot];
	if (s->holder == t)             /* else its next slot will begin with an epoch of its own */
		t->clock[t->slot] = ++s->epoch;
	spin_release(&slots.lock);
}

static void join(uint64_t *to, const uint64_t *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

void race_begin(gol_g *g, uint64_t id, gol_g *parent)
{
	thread *t = zeroed(1, sizeof *t), *from = parent != NULL ? parent->race : NULL;
	t->who = zeroed(1, sizeof *t->who);
	*t->who = (who){.id = id, .uses = 1};
	t->slot = 0;
	if (from != NULL) {
		memcpy(t->clock, from->clock, sizeof t->clock);
		next_epoch(from);
		t->who->created = race_context_of(parent->race_context, parent->race_point);
	}
	g->race = t;
	g->race_context = 0;
	g->race_point = NULL;
}

void race_end(gol_g *g)
{
	thread *t = g->race;
	if (t == NULL)
		return;
	spin_acquire(&slots.lock);
	slot *s = &slots.all[t->slot];
	if (s->holder == t) {
		s->holder = NULL;
		make_idle(s);
	}
	t->who->finished = true;
	forget_who(t->who);
	spin_release(&slots.lock);
	free(t);
	g->race = NULL;
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

/* The sync object of an address, whose page is locked; made: if there is none. */
static sync_object **sync_at(page *s, uintptr_t p)
{
	if (s->syncs == NULL)
		s->syncs = zeroed(PAGE_WORDS, sizeof *s->syncs);
	return &s->syncs[word_of(p)];
}

static sync_object *with_room(sync_object **at)
{
	uint32_t used = load_relaxed(&slots.used);
	sync_object *o = *at;
	if (o != NULL && o->room >= used)
		return o;
	uint32_t room = used < 8 ? 8 : used < 32 ? 32 : RACE_SLOTS;
	sync_object *new = zeroed(1, sizeof *new + room * sizeof new->clock[0]);
	new->room = room;
	if (o != NULL) {
		new->count = o->count;
		memcpy(new->clock, o->clock, o->count * sizeof o->clock[0]);
		free(o);
	}
	return *at = new;
}

static void take_from(thread *t, const sync_object *o)
{
	if (o != NULL)
		join(t->clock, o->clock, o->count);
}

static void give_to(const thread *t, sync_object **at, bool merge)
{
	sync_object *o = with_room(at);
	uint32_t n = o->room;
	if (merge)
		join(o->clock, t->clock, n);
	else
		memcpy(o->clock, t->clock, n * sizeof o->clock[0]);
	o->count = n;
}

static inline thread *ordering(gol_g *g) { return g->race != NULL && g->race->ignore == 0 ? g->race : NULL; }

enum { ACQUIRE = 1, RELEASE = 2, MERGE = 4 };

/* With the page's lock held. Both: the goroutine gets what was there before. */
static void order(thread *t, page *s, uintptr_t p, int how)
{
	sync_object **at = sync_at(s, p);
	if ((how & ACQUIRE) && (how & RELEASE)) {
		uint64_t before[RACE_SLOTS];
		memcpy(before, t->clock, sizeof before);
		take_from(t, *at);
		sync_object *o = with_room(at);
		memcpy(o->clock, before, o->room * sizeof o->clock[0]);
		o->count = o->room;
	} else if (how & ACQUIRE) {
		take_from(t, *at);
	} else {
		give_to(t, at, how & MERGE);
	}
	if (how & (RELEASE | MERGE))
		next_epoch(t);
}

static void order_at(gol_g *g, const void *sync, int how)
{
	thread *t = ordering(g);
	if (t == NULL || sync == NULL)
		return;
	page *s = page_of((uintptr_t)sync);
	spin_acquire(&s->lock);
	order(t, s, (uintptr_t)sync, how);
	spin_release(&s->lock);
}

void race_acquire(gol_g *g, const void *sync) { order_at(g, sync, ACQUIRE); }
void race_release(gol_g *g, const void *sync) { order_at(g, sync, RELEASE); }
void race_release_merge(gol_g *g, const void *sync) { order_at(g, sync, MERGE); }
void race_release_acquire(gol_g *g, const void *sync) { order_at(g, sync, ACQUIRE | RELEASE); }

void race_meet(gol_g *a, gol_g *b)
{
	thread *x = ordering(a), *y = ordering(b);
	if (x == NULL || y == NULL)
		return;
	join(x->clock, y->clock, RACE_SLOTS);
	memcpy(y->clock, x->clock, sizeof y->clock);
	next_epoch(x);
	next_epoch(y);
}

void race_acquire_all(gol_g *g)
{
	thread *t = ordering(g);
	if (t == NULL)
		return;
	spin_acquire(&slots.lock);
	for (uint32_t i = 0; i < slots.used; i++)
		if (i != t->slot && slots.all[i].epoch > t->clock[i])
			t->clock[i] = slots.all[i].epoch;
	spin_release(&slots.lock);
}

void race_atomic_begin(gol_g *g, const void *p, size_t n, enum race_atomic how)
{
	thread *t = g->race;
	if (t == NULL || !is_shared((uintptr_t)p) || t->ignore != 0)
		return;
	page *s = page_of((uintptr_t)p);
	cell other, now = {what_of(t, ATOMIC | (how == RACE_LOAD ? 0 : WRITE) |
		bytes_in((uintptr_t)p & ~(uintptr_t)7, (uintptr_t)p, n)), where_of(g->race_context, g->race_point)};
	spin_acquire(&s->lock);
	if (how != RACE_STORE)
		order(t, s, (uintptr_t)p, ACQUIRE);
	if (check_word(t, s->cells[word_of((uintptr_t)p)], now, &other)) {
		spin_release(&s->lock);
		report((uintptr_t)p, now, other);
		spin_acquire(&s->lock);
	}
}

void race_atomic_end(gol_g *g, const void *p, enum race_atomic how)
{
	thread *t = g->race;
	if (t == NULL || !is_shared((uintptr_t)p) || t->ignore != 0)
		return;
	page *s = page_of((uintptr_t)p);
	if (how != RACE_LOAD)
		order(t, s, (uintptr_t)p, how == RACE_STORE ? RELEASE : MERGE);
	spin_release(&s->lock);
}

void race_ignore(gol_g *g, bool on)
{
	if (g->race != NULL)
		g->race->ignore += on ? 1 : (uint32_t)-1;
}

/* ---- start ----------------------------------------------------------------------------------------------------- */

void race_start(uintptr_t low, uintptr_t high)
{
	race.low = low;
	race.high = high;
	race.top = os_reserve(0, HALF * sizeof *race.top, true);
	if (race.top == NULL)
		runtime_out_of_memory();
	race_context_start();
	gol_race_on = 1;
}
