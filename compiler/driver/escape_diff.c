/*
 * escape_diff.c - gol escape-diff OLD NEW: what two programs put into the heap, compared; for people who change code
 * that must not allocate, and for machines that watch them.
 *
 * Each side is a list of lines as gol explain -list prints them, read from a file or made of a package. A site's key is
 * its function, its kind and its number among those of the kind there, so code may move. Where something is put in
 * between, those behind it change their numbers: such a function is compared by counts of what is in the heap.
 *
 * Rejected: keys of the text of a site (renaming a variable would be a difference) and of its line.
 */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Item { const char *function, *kind, *number, *place, *what, *pos, *why; } Item;
typedef struct List { VEC(Item) items; } List;

/* The fields of a line, which is cut up; false: it has not as many. */
static bool read_item(char *line, Item *out)
{
	const char **fields[] = {&out->function, &out->kind, &out->number, &out->place, &out->what, &out->pos, &out->why};
	for (int i = 0; i < COUNT_OF(fields); i++) {
		if (!line)
			return false;
		*fields[i] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return line == NULL;
}

/* false: a line is none of a list; its number. */
static bool read_lines(Driver *d, char *text, List *list, int *number)
{
	*number = 0;
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		Item item;
		++*number;
		if (!read_item(line, &item))
			return false;
		vec_push(d->c->arena, &list->items, item);
	}
	return true;
}

static char *read_all(Driver *d, const char *path)
{
	FILE *f = fopen(path, "rbe");
	Buf b;
	char part[4096];
	buf_init(&b, d->c->arena);
	buf_str(&b, "");
	for (size_t n; f && (n = fread(part, 1, sizeof part, f)) > 0;)
		buf_bytes(&b, part, n);
	bool ok = f && !ferror(f);
	if (f)
		fclose(f);
	return ok ? arena_strndup(d->c->arena, b.s ? b.s : "", (size_t)b.len) : NULL;
}

static int make_list(Driver *d, const char *word, List *list)
{
	Sites sites = {0};
	int status, number;
	Program *program = load_word(d, word, &status);
	if (status == EXIT_OK)
		status = find_sites(d, program, &sites);
	Buf b;
	buf_init(&b, d->c->arena);
	buf_str(&b, "");
	for (int i = 0; i < sites.items.len; i++)
		put_site(d, &b, sites.items.items[i]);
	if (status == EXIT_OK)
		read_lines(d, arena_strndup(d->c->arena, b.s ? b.s : "", (size_t)b.len), list, &number);
	return status;
}

static int take_side(Driver *d, const char *word, List *list)
{
	int number;
	if (is_source_name(word) || !file_exists(d->c, word))
		return make_list(d, word, list);
	char *text = read_all(d, word);
	if (!text) {
		fprintf(stderr, "gol escape-diff: %s: %s\n", word, reason(d, errno));
		return EXIT_ERROR;
	}
	if (!read_lines(d, text, list, &number)) {
		fprintf(stderr, "gol escape-diff: %s:%d: not a line of gol explain -list\n", word, number);
		return EXIT_ERROR;
	}
	return EXIT_OK;
}

/* ---- comparison -------------------------------------------------------------------------------- */

static bool is_heap(const Item *i) { return strcmp(i->place, "heap") == 0 || strcmp(i->place, "grows") == 0; }

static bool same_kind(const Item *a, const Item *b)
{
	return strcmp(a->function, b->function) == 0 && strcmp(a->kind, b->kind) == 0;
}

static int count(const List *list, const Item *like, bool heap_only)
{
	int n = 0;
	for (int i = 0; i < list->items.len; i++)
		n += same_kind(&list->items.items[i], like) && (!heap_only || is_heap(&list->items.items[i]));
	return n;
}

static const Item *find(const List *list, const Item *like)
{
	for (int i = 0; i < list->items.len; i++)
		if (same_kind(&list->items.items[i], like) && strcmp(list->items.items[i].number, like->number) == 0)
			return &list->items.items[i];
	return NULL;
}

/* Is it the first of its kind in its function? */
static bool is_first(const Item *i) { return strcmp(i->number, "1") == 0; }

static void say_moved(const Item *before, const Item *now)
{
	printf("%s: %s %s (%s): %s -> %s%s%s\n", now->pos, now->kind, now->what, now->function, before->place, now->place,
	       is_heap(now) && *now->why ? ": " : "", is_heap(now) ? now->why : "");
}

/* As many of the kind there as before: one by one. */
static int compare_each(const List *old, const List *now, const Item *first)
{
	int worse = 0;
	for (int i = 0; i < now->items.len; i++) {
		const Item *item = &now->items.items[i], *before;
		if (!same_kind(item, first) || !(before = find(old, item)) || strcmp(before->place, item->place) == 0)
			continue;
		say_moved(before, item);
		worse += is_heap(item);
	}
	return worse;
}

/* More of them, or fewer: what is in the heap, in all. */
static int compare_counts(const List *old, const List *now, const Item *first)
{
	int before = count(old, first, true), after = count(now, first, true);
	if (before == after)
		return 0;
	printf("%s: %s: %d in the heap -> %d\n", first->function, first->kind, before, after);
	for (int i = 0; after > before && i < now->items.len; i++) {
		const Item *item = &now->items.items[i];
		if (same_kind(item, first) && is_heap(item))
			printf("\t%s: %s%s%s\n", item->pos, item->what, *item->why ? ": " : "", item->why);
	}
	return after > before ? after - before : 0;
}

static int compare(const List *old, const List *now)
{
	int worse = 0;
	for (int i = 0; i < now->items.len; i++) {
		const Item *item = &now->items.items[i];
		if (!is_first(item))
			continue;
		bool alike = count(old, item, false) == count(now, item, false);
		worse += alike ? compare_each(old, now, item) : compare_counts(old, now, item);
	}
	for (int i = 0; i < old->items.len; i++)
		if (is_first(&old->items.items[i]) && count(now, &old->items.items[i], false) == 0)
			compare_counts(old, now, &old->items.items[i]);
	return worse;
}

int escape_diff_command(Driver *d)
{
	List lists[2] = {0};
	if (d->options.inputs.len != 2 || d->options.list_sites) {
		usage_line(d);
		return EXIT_USAGE;
	}
	TextList words = d->options.inputs;
	Options given = d->options;
	for (int i = 0; i < 2; i++) {
		d->options = given;
		int status = take_side(d, words.items[i], &lists[i]);
		if (status != EXIT_OK)
			return status;
		if (i == 0)
			fresh_compiler(d);
	}
	int worse = compare(&lists[0], &lists[1]);
	return fflush(stdout) != 0 || worse ? EXIT_ERROR : EXIT_OK;
}
