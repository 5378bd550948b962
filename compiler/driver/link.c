/*
 * link.c - from objects to the program, and the program to its place.
 *
 * The linker writes into the work folder. From there the program is copied beside its destination, under another
 * name, and renamed: a build that fails leaves what was there. Only regular files (and links) are ever replaced; a
 * device or pipe gets the program written into it, and /dev/null nothing.
 *
 * Programs that are made to be run once, those of gol run and gol test, are linked by ld.gold where it is there: in
 * half the time. The linker has no part in what a program does, and where gold fails the usual one links. What
 * gol build makes, and gol test -c, stays with the C compiler's choice.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(Driver *d, const char *what, const char *path)
{
	fprintf(stderr, "gol: %s %s: %s\n", what, path, reason(d, errno));
	return EXIT_ERROR;
}

/* Whoever has wishes for the linker, or another machine, gets the usual one. */
static bool has_quick_linker(Driver *d)
{
	char found[PATH_MAX];
	const char *path = getenv("PATH");
	if (!d->options.may_link_quickly || is_cross(d) || *d->options.linker_flags ||
	    strstr(d->options.cflags, "-fuse-ld") || strstr(d->options.cflags, "-flto"))
		return false;
	for (const char *end; path && *path; path = *end ? end + 1 : end) {
		end = path + strcspn(path, ":");
		snprintf(found, sizeof found, "%.*s/ld.gold", (int)(end - path), path);
		if (access(found, X_OK) == 0)
			return true;
	}
	return false;
}

static Job link_job(Driver *d, const char *const *objects, const char **reached, const char *output, bool quick)
{
	Arguments a = {0};
	add_words(d, &a, d->options.cc);
	if (quick)
		add_argument(d, &a, "%s", "-fuse-ld=gold");
	add_words(d, &a, d->options.cflags);
	add_words(d, &a, d->options.linker_flags);
	add_argument(d, &a, "%s", d->options.build_mode && strcmp(d->options.build_mode, "pie") == 0 ? "-pie" : "-no-pie");
	add_argument(d, &a, "%s", "-o");
	add_argument(d, &a, "%s", output);
	if (reached) {  /* but what tools look for in programs stays: gol version, gdb */
		add_argument(d, &a, "%s", "-Wl,--gc-sections,--undefined=gol_gdb,--undefined=gol_show_goroutines");
		if (d->build_info)
			add_argument(d, &a, "%s", "-Wl,--undefined=gol_build_info");
	}
	for (int i = 0; objects[i]; i++)
		add_argument(d, &a, "%s", reached ? reached[i] : objects[i]);
	if (d->build_info)
		add_argument(d, &a, "%s", d->build_info);
	add_argument(d, &a, "%s", d->runtime_library);
	add_words(d, &a, d->target_has_libffi ? "-lffi -lm -lpthread" : "-lm -lpthread");
	vec_push(d->c->arena, &a, NULL);
	return (Job){.argv = a.items, .object = output};
}

static int run_linker(Driver *d, const char *const *objects, const char *output, const char **lost)
{
	bool quick = has_quick_linker(d);
	const char **reached = reached_objects(d, objects);
	Job job = link_job(d, objects, reached, output, quick);
	*lost = NULL;
	if (!d->options.dry_run && access(d->runtime_library, R_OK) != 0)
		return complain(d, "the runtime", d->runtime_library);
	progress_show(d, 1, 1, "link");
	run_job(d, &job);
	if (job.status != 0 && quick) {         /* what it said is not shown: the other one says what is wrong */
		job = link_job(d, objects, reached, output, false);
		run_job(d, &job);
	}
	progress_clear(d);
	if (job.status == 0)
		return EXIT_OK;
	for (int i = 0; objects[i]; i++)
		if (!is_sound_object(objects[i])) {
			*lost = objects[i];
			return EXIT_ERROR;
		}
	return explain_failure(d, &job, arena_printf(d->c->arena, "%s%s", d->options.cflags, d->options.linker_flags));
}

static bool write_all(int fd, const char *p, ssize_t n)
{
	while (n > 0) {
		ssize_t m = write(fd, p, (size_t)n);
		if (m < 0 && errno != EINTR)
			return false;
		if (m > 0)
			p += m, n -= m;
	}
	return true;
}

bool copy_file(const char *from, const char *to, int flags, mode_t mode)
{
	char buffer[1 << 16];
	ssize_t n = 0;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CLOEXEC | flags, mode);
	bool ok = out >= 0;
	while (ok && (n = read(in, buffer, sizeof buffer)) != 0)
		ok = n < 0 ? errno == EINTR : write_all(out, buffer, n);
	int error = errno;
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) != 0 && ok)
		return false;
	errno = error;
	return ok;
}

/* A name of the same folder; short, so that it is no longer than the longest that can be had. */
static const char *name_aside(Driver *d, const char *output)
{
	const char *slash = strrchr(output, '/');
	return arena_printf(d->c->arena, "%.*s.gol-%d", slash ? (int)(slash - output) + 1 : 0, output, (int)getpid());
}

static int write_special(Driver *d, const char *linked, const char *output)
{
	struct stat null, st;
	if (stat("/dev/null", &null) == 0 && stat(output, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev)
		return EXIT_OK;
	return copy_file(linked, output, 0, 0) ? EXIT_OK : complain(d, "writing", output);
}

static void make_folder_of(Driver *d, const char *output)
{
	const char *slash = strrchr(output, '/');
	if (slash && slash > output)
		make_folders(arena_strndup(d->c->arena, output, (size_t)(slash - output)));
}

static int write_program(Driver *d, const char *linked, const char *output)
{
	make_folder_of(d, output);
	if (rename(linked, output) == 0)        /* the same file system */
		return EXIT_OK;
	return copy_program(d, linked, output);
}

int copy_program(Driver *d, const char *linked, const char *output)
{
	const char *aside = name_aside(d, output);
	make_folder_of(d, output);
	scratch_file(d, aside);
	int status = copy_file(linked, aside, O_CREAT | O_EXCL, 0777) && rename(aside, output) == 0 ? EXIT_OK :
		complain(d, "writing", output);
	scratch_remove(d, aside);
	return status;
}

int link_program(Driver *d, const char *const *objects, const char *output, const char **lost)
{
	struct stat st;
	bool exists = stat(output, &st) == 0;
	if (exists && S_ISDIR(st.st_mode)) {
		fprintf(stderr, "gol: build output \"%s\" already exists and is a directory\n", output);
		return EXIT_ERROR;
	}
	make_work(d);
	const char *linked = d->options.dry_run ? output : arena_printf(d->c->arena, "%s/a.out", d->work);
	int status = run_linker(d, objects, linked, lost);
	if (status != EXIT_OK || d->options.dry_run)
		return status;
	if (access(linked, R_OK) != 0) {
		fprintf(stderr, "gol: %s made no program; gol needs gcc or clang\n", d->options.cc);
		return EXIT_ERROR;
	}
	return exists && !S_ISREG(st.st_mode) ? write_special(d, linked, output) : write_program(d, linked, output);
}
