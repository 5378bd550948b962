/*
 * driver.h - the gol command: options, building, running, the object cache.
 */
#ifndef GOL_DRIVER_H
#define GOL_DRIVER_H

#include "../emit/emit.h"
#include "../load/load.h"

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 3 };

typedef struct Options {
	const char *verb;
	const char *output;         /* -o */
	const char *tags;
	const char *emit_dir;       /* -emit=c -o DIR */
	const char *dump;           /* -dump=STAGE */
	const char *cc;             /* CC, or gcc, or cc */
	const char *cflags;         /* CFLAGS of the user, for the program's own packages */
	int optimise;               /* 0..3 */
	int versions;
	bool versions_given;
	bool emit_c, remarks, all_errors, print_commands, print_packages, keep_work, rebuild, dry_run;
	bool no_line;               /* -gcflags=-noline: no #line */
	int remark_level;
	VEC(const char *) inputs;   /* files or a folder */
	VEC(char *) arguments;      /* gol run: for the program */
} Options;

typedef struct Driver {
	Compiler *c;
	Options options;
	const char *root;           /* where include/, libgolrt.a and stdlib/ are found */
	const char *include_dir, *runtime_library;
	const char *cache_dir;
	const char *work;           /* temporary folder */
	uint64_t headers;           /* hash of the headers that generated C includes */
	uint64_t identity;          /* of this compiler and the headers: part of every package's key */
} Driver;

/* options.c: fills d->options; on a mistake prints as Go does and returns false. */
bool parse_options(Driver *d, int argc, char **argv);
/* place.c: finds the installation and the cache. */
void find_places(Driver *d);
uint64_t hash_bytes(uint64_t h, const void *data, size_t n);
uint64_t hash_file(uint64_t h, const char *path);

/* cache.c: objects by key. Safe under concurrent runs: an object is written aside and renamed. */
const char *cache_path(Driver *d, uint64_t key);
bool cache_has(Driver *d, uint64_t key);
void clean_cache(Driver *d);

/* process.c */
int run_command(Driver *d, char *const argv[], bool quiet);      /* exit status; 128+n for signals */
typedef struct Job { char **argv; const char *from, *to; int status; } Job;   /* from is renamed to `to` when it succeeded */
bool run_jobs(Driver *d, Job *jobs, int count);
int cpu_count(void);

/* build.c */
int build(Driver *d, const char *output);       /* an exit status; output NULL: compile and discard */
int build_command(Driver *d);
int run_program(Driver *d);

/* help.c */
int help_command(Driver *d, const char *topic);
int version_command(void);
int env_command(Driver *d, int argc, char **argv);

#endif
