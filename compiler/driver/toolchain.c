/*
 * toolchain.c - why did the C compiler fail?
 *
 * C that gol has emitted is right; where a C compiler refuses it that is our bug, but first it is asked whether this
 * is a compiler for such C at all, with these flags, on this machine today. A probe answers: a few lines that use
 * what gol emits (the runtime's header, GNU C), compiled and linked in the same way. It runs after a failure only, so
 * that it costs nothing where nothing is wrong.
 *
 *   the disk is full, the compiler was killed, there is no memory    said so; the user's machine
 *   the probe fails with the user's CFLAGS, passes without           CFLAGS
 *   the probe fails in both ways                                     CC
 *   the probe passes                                                 internal compiler error
 */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char probe_text[] =
	"#include \"generated.h\"\n"
	"typedef uint64_t __attribute__((may_alias)) word;\n"
	"__extension__ typedef unsigned __int128 wide;\n"
	"__attribute__((weak, noinline, cold)) int probe(word *p, long n)\n"
	"{\n"
	"\tlong sum;\n"
	"\tif (__builtin_expect(__builtin_add_overflow(n, (long)*p, &sum), 0)) return 1;\n"
	"\treturn __extension__ ({ wide w = (wide)*p * (unsigned long)n; (int)(w >> 64); });\n"
	"}\n"
	"int main(void) { word w = 2; return probe(&w, 3); }\n";

/* Compiles and links it; the failure is in *job. */
static bool probe(Driver *d, const char *flags, Job *job)
{
	const char *source = arena_printf(d->c->arena, "%s/probe.c", d->work),
		*object = arena_printf(d->c->arena, "%s/probe.o", d->work);
	Arguments a = {0};
	if (!write_text(source, probe_text)) {
		fprintf(stderr, "gol: writing %s: %s\n", source, reason(d, errno));
		exit(EXIT_ERROR);
	}
	*job = compile_job(d, "-O0", flags, source, object);
	run_job(d, job);
	if (job->status != 0)
		return false;
	add_words(d, &a, d->options.cc);
	add_words(d, &a, flags);
	add_words(d, &a, "-no-pie -o");
	add_argument(d, &a, "%s/probe", d->work);
	add_argument(d, &a, "%s", object);
	vec_push(d->c->arena, &a, NULL);
	*job = (Job){.argv = a.items};
	run_job(d, job);
	return job->status == 0;
}

/* Words of the system and of gcc for what has nothing to do with the C. */
static const char *trouble_of_machine(Driver *d, const Job *job)
{
	static const int errors[] = {ENOSPC, EDQUOT, EFBIG, EROFS, ENOMEM};
	for (int i = 0; i < COUNT_OF(errors); i++)
		if (strstr(job->said, strerror(errors[i])))
			return reason(d, errors[i]);
	if (strstr(job->said, "out of memory") || strstr(job->said, "virtual memory exhausted"))
		return reason(d, ENOMEM);
	if (job->status > 128 || strstr(job->said, "signal terminated program"))
		return "killed by a signal";
	return NULL;
}

static int say(const Job *job)
{
	size_t n = strlen(job->said);
	fprintf(stderr, "%s%s", job->said, n && job->said[n - 1] != '\n' ? "\n" : "");
	return EXIT_ERROR;
}

/* The C that was compiled. */
static const char *last_word(const Job *job)
{
	int n = 0;
	while (job->argv[n + 1])
		n++;
	return job->argv[n];
}

int explain_failure(Driver *d, const Job *job, const char *flags)
{
	const char *what = job->what ? "compiling" : "linking", *name = job->what ? job->what : "the program";
	const char *cc = d->options.cc, *trouble;
	Job with, without;
	if (job->status == 127 && !*job->said)          /* said by process.c */
		return EXIT_ERROR;
	if ((trouble = trouble_of_machine(d, job))) {
		fprintf(stderr, "gol: %s %s in %s: %s: %s\n", what, name, d->work, cc, trouble);
		return say(job);
	}
	if (!probe(d, flags, &with)) {
		if ((trouble = trouble_of_machine(d, &with)))
			fprintf(stderr, "gol: %s %s in %s: %s: %s\n", what, name, d->work, cc, trouble);
		else if (*flags && probe(d, "", &without))
			fprintf(stderr, "gol: %s does not work with CFLAGS=%s\n", cc, flags);
		else
			fprintf(stderr, "gol: CC=%s cannot compile the C that gol emits: gol needs gcc or clang (GNU C)\n", cc);
		return say(&with);
	}
	const char *source = last_word(job);
	if (job->what && access(source, R_OK) != 0) {
		fprintf(stderr, "gol: %s was removed during the build\n", source);
		return EXIT_ERROR;
	}
	say(job);
	if (job->what)
		fprintf(stderr, "internal compiler error: the C compiler rejected package %s\n", name);
	else
		fprintf(stderr, "internal compiler error: linking failed\n");
	return EXIT_INTERNAL;
}
