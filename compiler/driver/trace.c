/*
 * trace.c - gol trace: the record that a program wrote under GODEBUG=goltrace=FILE becomes one page for the browser.
 *
 * Go's `go tool trace` serves a viewer over HTTP; a page in a file can be kept, sent and opened without gol.
 */
#include "driver.h"
#include "test.h"
#include "../trace/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct TraceFlags { const char *output, *input; Duration from, to; } TraceFlags;

static int usage(void)
{
	fputs("usage: gol trace [-from d] [-to d] [-o file] file\nRun 'gol help trace' for details.\n", stderr);
	return EXIT_USAGE;
}

/* The value of the flag at argv[*i], which may stand in the next word. NULL: another flag, or no value. */
static const char *flag_value(const char *name, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 1 + (argv[*i][1] == '-');
	size_t n = strlen(name);
	if (strncmp(word, name, n) != 0)
		return NULL;
	if (word[n] == '=')
		return word + n + 1;
	return word[n] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

static int read_time(const char *value, Duration *d)
{
	if (parse_duration(value, d))
		return EXIT_OK;
	fprintf(stderr, "gol trace: invalid duration \"%s\"\n", value);
	return EXIT_USAGE;
}

static int read_flags(TraceFlags *f, int argc, char **argv)
{
	int status = EXIT_OK;
	*f = (TraceFlags){.to = INT64_MAX};
	for (int i = 0; i < argc && status == EXIT_OK; i++) {
		const char *value;
		bool is_flag = argv[i][0] == '-' && argv[i][1] != '\0';
		if (!is_flag && !f->input)
			f->input = argv[i];
		else if (is_flag && (value = flag_value("o", argc, argv, &i)))
			f->output = value;
		else if (is_flag && (value = flag_value("from", argc, argv, &i)))
			status = read_time(value, &f->from);
		else if (is_flag && (value = flag_value("to", argc, argv, &i)))
			status = read_time(value, &f->to);
		else
			return usage();
	}
	return status != EXIT_OK || f->input ? status : usage();
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int write_page(const char *path, const Buf *page)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	bool ok = f && fwrite(page->s, 1, (size_t)page->len, f) == (size_t)page->len;
	if (f && (f == stdout ? fflush(f) : fclose(f)) != 0)
		ok = false;
	if (!ok)
		fprintf(stderr, "gol trace: %s: %s\n", path, strerror(errno));
	return ok ? EXIT_OK : EXIT_ERROR;
}

static void say_what_is_missing(const TraceFlags *f, const Trace *t)
{
	if (t->torn)
		fprintf(stderr, "gol trace: %s ends in the middle of a record: the program was killed, or the disk full\n",
		        f->input);
	if (t->dropped)
		fprintf(stderr, "gol trace: %s was full before the program ended\n", f->input);
	if (t->cut)
		fprintf(stderr, "gol trace: the page shows the first %d events; choose others by -from and -to\n", t->cut);
}

int trace_command(Driver *d, int argc, char **argv)
{
	TraceFlags f;
	Trace t;
	Buf page;
	const char *why;
	int status = read_flags(&f, argc, argv);
	if (status != EXIT_OK)
		return status;
	if (!trace_read(d->c, f.input, f.from, f.to, &t, &why)) {
		fprintf(stderr, "gol trace: %s: %s\n", f.input, why);
		return EXIT_ERROR;
	}
	const char *output = f.output ? f.output : arena_printf(d->c->arena, "%s.html", f.input);
	if (same_file(f.input, output)) {
		fprintf(stderr, "gol trace: %s is the trace itself\n", output);
		return EXIT_USAGE;
	}
	say_what_is_missing(&f, &t);
	buf_init(&page, d->c->arena);
	trace_page(d->c, &t, &page);
	status = write_page(output, &page);
	if (status == EXIT_OK && strcmp(output, "-") != 0)
		printf("%s: %d events of %u processors in %.3f s\n", output, t.events.len + t.made.len, t.processors,
		       (double)(t.to - t.from) / 1e9);
	return status;
}
