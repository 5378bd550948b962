/*
 * link.c - from objects to the program, and the program to its place.
 *
 * The linker writes beside the destination, under another name, and the result is
 * renamed: a build that fails leaves what was there. Only regular files (and links)
 * are ever replaced; a device or pipe gets the program written into it, and
 * /dev/null nothing.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *what, const char *path)
{
	fprintf(stderr, "gol: %s %s: %s\n", what, path, strerror(errno));
	return EXIT_ERROR;
}

static int run_linker(Driver *d, const char *const *objects, const char *output)
{
	Arguments a = {0};
	add_words(d, &a, d->options.cc);
	add_words(d, &a, d->options.cflags);
	add_argument(d, &a, "%s", "-no-pie");
	add_argument(d, &a, "%s", "-o");
	add_argument(d, &a, "%s", output);
	for (int i = 0; objects[i]; i++)
		add_argument(d, &a, "%s", objects[i]);
	add_argument(d, &a, "%s", d->runtime_library);
	add_words(d, &a, "-lm -lpthread");
	vec_push(d->c->arena, &a, NULL);
	int status = run_command(d, a.items);
	if (status == 127)
		return EXIT_ERROR;
	if (status) {
		fprintf(stderr, "internal compiler error: linking failed\n");
		return EXIT_INTERNAL;
	}
	return EXIT_OK;
}

static int copy_into(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CLOEXEC);
	ssize_t n = in < 0 || out < 0 ? -1 : 0;
	while (n >= 0 && (n = read(in, buffer, sizeof buffer)) > 0)
		for (ssize_t done = 0, m; done < n; done += m)
			if ((m = write(out, buffer + done, (size_t)(n - done))) < 0) {
				n = -1;
				break;
			}
	int status = n < 0 ? complain("writing", to) : EXIT_OK;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return status;
}

/* Where the linker may write so that a rename brings it to output. */
static const char *name_aside(Driver *d, const char *output)
{
	const char *slash = strrchr(output, '/');
	int dir = slash ? (int)(slash - output) + 1 : 0;
	return arena_printf(d->c->arena, "%.*s.%s.%d", dir, output, output + dir, (int)getpid());
}

static int link_into_special(Driver *d, const char *const *objects, const char *output)
{
	struct stat null, st;
	make_work(d);
	const char *linked = arena_printf(d->c->arena, "%s/a.out", d->work);
	int status = run_linker(d, objects, linked);
	if (status != EXIT_OK || d->options.dry_run)
		return status;
	if (stat("/dev/null", &null) == 0 && stat(output, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev)
		return EXIT_OK;
	return copy_into(linked, output);
}

static void make_parent(Driver *d, const char *output)
{
	const char *slash = strrchr(output, '/');
	if (slash && slash > output)
		make_folders(arena_strndup(d->c->arena, output, (size_t)(slash - output)));
}

int link_program(Driver *d, const char *const *objects, const char *output)
{
	struct stat st;
	bool exists = stat(output, &st) == 0;
	if (exists && S_ISDIR(st.st_mode)) {
		fprintf(stderr, "gol: build output \"%s\" already exists and is a directory\n", output);
		return EXIT_ERROR;
	}
	if (exists && !S_ISREG(st.st_mode))
		return link_into_special(d, objects, output);
	if (d->options.dry_run)
		return run_linker(d, objects, output);
	make_parent(d, output);
	const char *aside = name_aside(d, output);
	int status = run_linker(d, objects, aside);
	if (status == EXIT_OK && rename(aside, output) != 0)
		status = complain("writing", output);
	if (status != EXIT_OK)
		unlink(aside);
	return status;
}
