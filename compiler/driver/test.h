/*
 * test.h - what the files of gol test share. test.c has the overview.
 */
#ifndef GOL_TEST_H
#define GOL_TEST_H

#include "../cover/cover.h"
#include "driver.h"

#include <stdio.h>

typedef int64_t Duration;           /* nanoseconds */

/* test_flags.c: the command line, which is partly for gol and partly for the test programs. */
typedef struct TestFlags {
	TextList packages;          /* as named; none: the current folder, in a mode of its own */
	bool local;                 /* none was named */
	TextList passed;            /* to the test programs, in order */
	bool compile_only, json, verbose, verbose_json, fail_fast, artifacts, help;
	bool cover;                 /* by any of its flags */
	CoverMode cover_mode;
	const char *cover_profile;  /* or NULL */
	TextList cover_packages;    /* -coverpkg: patterns */
	const char *bench, *fuzz, *list, *output_dir;
	bool vet_given, vet_off;    /* -vet; -vet=off */
	TextList vet;               /* its analyzers; none: all if it was given, else those that are hardly ever wrong */
	const char *unknown;        /* the first flag that gol does not know; or NULL */
	Duration timeout;           /* 0: none */
} TestFlags;

/* Fills d->options too; an exit status. */
int parse_test_flags(Driver *d, int argc, char **argv, TestFlags *flags);
bool parse_duration(const char *text, Duration *d);
const char *duration_text(Driver *d, Duration t);        /* as time.Duration prints itself: 1m30s, 300ms */

/* Output of a process, growing. Not in an arena: of a test that prints much nothing should be kept twice. */
typedef struct Output { char *text; size_t len, cap; } Output;
void output_add(Output *o, const char *text, size_t n);
void output_printf(Output *o, const char *format, ...) PRINTF_LIKE(2, 3);
void output_free(Output *o);

/* test_json.c: the output of one test program as events, one a line. */
typedef struct JsonWriter JsonWriter;
JsonWriter *json_new(const char *package);               /* prints the event "start" */
void json_write(JsonWriter *j, const char *text, size_t n);
/* prints the last one; failed_build may be NULL */
void json_close(JsonWriter *j, bool failed, const char *failed_build);
/* What the compiler said of a package: build-output events, and build-fail. */
void json_build_failed(const char *text);
void json_vet_failed(const char *package, const char *text);    /* the same of what vet said of one package */

typedef enum {
	TEST_WAITS,                 /* to be built */
	TEST_BUILDS,                /* child is the process that does it */
	TEST_BUILT,                 /* its program waits to be run, if it is not of a package without tests */
	TEST_RUNS,                  /* child is the test program */
	TEST_ENDED,                 /* its line waits for those of the packages before it */
	TEST_PRINTED,
} TestState;

/* What the process that builds a package tells the one that started it; in memory of both. */
typedef struct BuildReport {
	bool built;
	bool changed;               /* it was loaded once more, and is not what it was */
} BuildReport;

typedef struct Test {
	const Target *target;
	Compiler *c;
	/* of the tests; without a root: the package has no test files. NULL: it is loaded where it is built */
	Program *program;
	uint64_t program_key;       /* of what it is made of (program_key) */
	TestState state;
	bool has_tests, failed, skipped;
	bool shows;                 /* its output goes to stdout as it comes */
	bool cached;                /* its result was kept */
	bool streams;               /* the program writes to our stdout itself: no pipe */
	const char *failed_build;   /* the package that could not be built: "path [variant]" */
	const char *uncovered;      /* no tests: the lines of its profile, if it has statements; or NULL */
	/* -coverpkg: lines of profiles of other packages named, which are not in the program; or NULL */
	const char *others;
	Output profile;             /* what the program wrote of coverage */
	const char *folder, *path;  /* of the program */
	const char *copy;           /* where it is to stay: -c, -o; or NULL */
	BuildReport *report;
	uint64_t key;               /* of its result: program and flags; 0: not to be kept */
	Child child;
	int said;                   /* what the builder said: a file without a name */
	int pipe;                   /* of the program's output; -1: none, or at its end */
	bool exited;
	int status;                 /* of waitpid */
	Output output;              /* what is to be printed */
	size_t program_output;      /* how much of it the program wrote */
	JsonWriter *json;
	struct timespec start, end;
	bool quit_sent, killed, io_incomplete;
	bool vet_waits;             /* it is being vetted */
	uint64_t vet_key;           /* of what vet said */
	const char *vet_said;       /* NULL: nothing */
	const char *vet_outputs[2]; /* files for that, of the package and of the tests beside it */
} Test;

typedef struct Testing {
	Driver *d;
	Arena *arena;
	Map said;                   /* what builders have said of packages */
	TestFlags flags;
	VEC(Test) tests;
	const char *folder;         /* of all programs */
	Compiler *compiler;         /* of none of them */
	size_t loaded_size;         /* of programs that were loaded */
	FILE *profile;              /* of coverage; or NULL */
	Duration kill_after, wait_delay;    /* 0: never */
	Child vet;                  /* the process that vets all packages; no pid: there is none */
	int vet_error;              /* what it said itself: a file without a name */
	int running;                /* builders, programs and vet */
	bool wants_slot;            /* one could be started, if -p allowed it */
	int printed;                /* tests[0 .. printed) have their lines */
	bool failed;                /* exit status 1 */
	bool stop;                  /* nothing more is started: -failfast, and one has failed; or an interrupt */
	bool not_compiled;          /* -c, and one could not be: nothing more is said of it */
} Testing;

/* test.c */
void setup_failed(Testing *t, const char *path, const char *said);
/* test_load.c */
bool load_test(Testing *t, Test *test);                 /* false: it has failed already, or there is nothing to do */
/* in the process that builds it, if it is not there; false, and said: it cannot be */
bool load_again(Testing *t, Test *test);
/* test_inputs.c */
bool take_inputs(Testing *t, Test *test);               /* it need not be loaded: all is as it was the last time */
void keep_inputs(Testing *t, const Test *test, struct timespec start);   /* of when it was begun to be loaded */
/* test_build.c */
bool start_building(Testing *t, Test *test);
void finish_building(Testing *t, Test *test);
/* test_program.c */
bool take_program(Testing *t, Test *test);              /* its program is there, from the cache */
void keep_program(Testing *t, Test *test);
/* test_run.c: builds, runs and prints all. */
void run_tests(Testing *t);
bool is_interrupted(const Testing *t);
void start_program(Testing *t, Test *test);
void program_ended(Testing *t, Test *test);
void show(Testing *t, Test *test, const char *text, size_t n);
/* test_vet.c */
bool start_vetting(Testing *t);                         /* false, and said: -vet cannot be done */
void look_at_vet(Testing *t);
void take_vet_verdict(Testing *t, Test *test);              /* of a package that was built: it may fail by it */
/* test_cover.c */
bool start_profile(Testing *t);
bool end_profile(Testing *t);
const char *profile_argument(const Testing *t, const Test *test);
void take_profile(Testing *t, Test *test);             /* of a program that has ended */
void add_profile(Testing *t, Test *test);              /* when the package is printed */
void note_uncovered(Test *test);
void cover_named(Testing *t);                          /* -coverpkg: when all are loaded */
const char *others_argument(const Testing *t, const Test *test);     /* NULL: there are no others */
const char *coverage_of(const Testing *t, const Test *test);    /* for the end of its line */
/* test_cache.c */
void find_result(Testing *t, Test *test);
void keep_result(Testing *t, Test *test);
char *read_result(Driver *d, uint64_t key, size_t *n); /* what is kept under a key, to be freed; NULL: nothing sound */
void write_result(Driver *d, uint64_t key, const char *text, size_t n);

#endif
