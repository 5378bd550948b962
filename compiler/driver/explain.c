/*
 * explain.c - gol explain: what a line makes, where it is, and why (escape/site.h).
 *
 * A file of a module means the package it belongs to, since what a function does with its arguments is part of the
 * answer; a file that no package takes, or one outside of modules, is a program of its own.
 */
#include "driver.h"
#include "../load/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Spot { const char *file; uint32_t line, col; } Spot;        /* 0: all of them */

/* "a.go:12:3": the file's name is cut off, and its numbers go to the spot; false: the word is none of the form. */
static bool read_spot(Driver *d, const char *word, Spot *spot)
{
	char *text = arena_printf(d->c->arena, "%s", word);
	uint32_t numbers[2] = {0, 0};
	int count = 0;
	for (char *colon; count < 2 && (colon = strrchr(text, ':')) && colon[1]; count++) {
		if (colon[1 + strspn(colon + 1, "0123456789")] || strlen(colon + 1) > 9)
			break;
		numbers[1] = numbers[0];
		numbers[0] = (uint32_t)atoi(colon + 1);
		*colon = '\0';
	}
	*spot = (Spot){text, numbers[0], numbers[1]};
	return is_source_name(text);
}

static bool has_file(const Program *program, const char *path, uint32_t *number)
{
	for (int i = 0; i < program->root->files.len; i++) {
		const SourceFile *source = program->root->files.items[i]->source;
		if (strcmp(source->full_path, path) == 0) {
			*number = (uint32_t)source->index;
			return true;
		}
	}
	return false;
}

/* What is named, loaded: as the word stands. */
Program *load_word(Driver *d, const char *word, int *status)
{
	TargetList targets = {0};
	d->options.inputs = (TextList){0};
	vec_push(d->c->arena, &d->options.inputs, word);
	*status = find_inputs(d, &targets);
	if (*status == EXIT_OK && targets.len != 1) {
		fprintf(stderr, "gol: %s names %d packages\n", word, targets.len);
		*status = EXIT_ERROR;
	}
	if (*status != EXIT_OK)
		return NULL;
	types_new(d->c);
	Program *program = load_program(d->c, &targets.items[0], d->options.tags);
	for (int i = 0; i < program->errors.len; i++)
		fprintf(stderr, "%s\n", program->errors.items[i]);
	if (program->errors.len)
		*status = EXIT_ERROR;
	return program;
}

/* The folder of the file as a package, if it is in a module and takes the file; NULL: it is not. */
static Program *load_around(Driver *d, const char *path, uint32_t *number)
{
	char *folder = arena_printf(d->c->arena, "%s", path);
	*strrchr(folder, '/') = '\0';
	TextList errors = {0}, warnings = {0}, words = {0};
	TargetList targets = {0};
	Compiler *before = d->c;
	vec_push(d->c->arena, &words, *folder ? folder : "/");
	find_targets(d->c, words.items, 1, &targets, &errors, &warnings);
	if (errors.len || targets.len != 1 || !targets.items[0].module)
		return NULL;
	fresh_compiler(d);
	types_new(d->c);
	Program *program = load_program(d->c, &targets.items[0], d->options.tags);
	if (program->errors.len == 0 && has_file(program, path, number))
		return program;
	d->c = before;
	return NULL;
}

static Program *load_spot(Driver *d, const Spot *spot, uint32_t *number, int *status)
{
	const char *path = clean_absolute(d->c, spot->file);
	Program *program = file_exists(d->c, path) ? load_around(d, path, number) : NULL;
	*status = EXIT_OK;
	if (!program && (program = load_word(d, spot->file, status)) && *status == EXIT_OK)
		has_file(program, path, number);
	return program;
}

/* ---- printing ------------------------------------------------------------------------------------ */

static const char *without_tabs(Driver *d, const char *text)
{
	char *copy = arena_printf(d->c->arena, "%s", text ? text : "");
	for (char *p = copy; *p; p++)
		if (*p == '\t' || *p == '\n')
			*p = ' ';
	return copy;
}

void put_site(Driver *d, Buf *b, const Site *s)
{
	buf_printf(b, "%s\t%s\t%d\t%s\t%s\t", s->function, s->kind, s->ordinal, place_text(s->place),
	           without_tabs(d, s->what));
	pos_print(d->c, b, s->pos);
	buf_printf(b, "\t%s\n", without_tabs(d, s->why));
}

static void put_place(Buf *b, const Site *s)
{
	static const char *const texts[SITE_COUNT] = {
		"in the frame", "in the frame up to %lld bytes, in the heap beyond", "in the heap", "in the heap, where there is no room",
		"shares the bytes it is made of: nothing is copied", "the same every time: part of the program",
		"without size: needs no memory",
	};
	if (s->place == SITE_SMALL)
		buf_printf(b, texts[SITE_SMALL], (long long)s->size);
	else
		buf_str(b, texts[s->place]);
}

/* One site in full. */
static void put_paragraph(Driver *d, Buf *b, const Site *s)
{
	pos_print(d->c, b, s->pos);
	buf_printf(b, ": %s of %s: ", s->name, s->function);
	put_place(b, s);
	buf_char(b, '\n');
	if (s->type && s->size >= 0)
		buf_printf(b, "\t%s, %lld bytes\n", s->type, (long long)s->size);
	else if (s->type)
		buf_printf(b, "\t%s\n", s->type);
	if (s->inlined_from)
		buf_printf(b, "\tof %s, which is inlined here\n", s->inlined_from);
	if (s->in_loop && takes_heap(s->place))
		buf_str(b, "\tin a loop: made anew in each round\n");
	for (int i = 0; i < s->steps.len; i++) {
		const Step *step = &s->steps.items[i];
		buf_printf(b, "\t%s %s", i == 0 ? "its way:" : "        ", step->text);
		if (step->pos.line) {
			buf_str(b, "  at ");
			pos_print(d->c, b, step->pos);
		}
		buf_char(b, '\n');
	}
	if (s->why)
		buf_printf(b, "\twhy: %s\n", s->why);
	if (s->without)
		buf_printf(b, "\twithout the last step %s\n", s->without);
}

static bool is_asked(const Site *s, const Spot *spot, uint32_t number)
{
	if (!spot->file)
		return takes_heap(s->place);
	return s->pos.file == number && (!spot->line || s->pos.line == spot->line) && (!spot->col || s->pos.col == spot->col);
}

int explain_command(Driver *d)
{
	Spot spot;
	Sites sites = {0};
	uint32_t number = 0;
	int status, told = 0;
	if (d->options.inputs.len > 1) {
		fputs("gol explain: one file or package\n", stderr);
		usage_line(d);
		return EXIT_USAGE;
	}
	const char *word = d->options.inputs.items[0];
	bool is_file = read_spot(d, word, &spot);
	if (is_file && is_test_name(spot.file)) {
		fprintf(stderr, "gol explain: %s is a test file; only what gol build compiles is told of\n", spot.file);
		return EXIT_ERROR;
	}
	Program *program = is_file ? load_spot(d, &spot, &number, &status) : load_word(d, word, &status);
	if (!is_file)
		spot = (Spot){NULL, 0, 0};
	sites.file = number;
	sites.line = spot.line;
	if (status == EXIT_OK)
		status = find_sites(d, program, &sites);
	if (status != EXIT_OK)
		return status;
	Buf b;
	buf_init(&b, d->c->arena);
	for (int i = 0; i < sites.items.len; i++) {
		const Site *s = sites.items.items[i];
		if (d->options.list_sites ? is_file && !is_asked(s, &spot, number) : !is_asked(s, &spot, number))
			continue;
		told++;
		if (d->options.list_sites)
			put_site(d, &b, s);
		else
			put_paragraph(d, &b, s);
	}
	if (!told && !d->options.list_sites)
		buf_printf(&b, "%s: nothing %s needs memory of its own\n", word, spot.line ? "on this line" :
		           is_file ? "in this file" : "of this package in the heap");
	fwrite(b.s ? b.s : "", 1, (size_t)b.len, stdout);
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_ERROR;
}
