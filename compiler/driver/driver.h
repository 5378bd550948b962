/*
 * driver.h - the gol command: options, building, running, the object cache.
 */
#ifndef GOL_DRIVER_H
#define GOL_DRIVER_H

#include "../emit/emit.h"
#include "../load/load.h"

#include <sys/resource.h>
#include <time.h>

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 3 };

#define GOL_VERSION "0.1"
#if defined(__aarch64__)
#define GOL_ARCH "arm64"
#else
#define GOL_ARCH "amd64"
#endif

typedef VEC(char *) Arguments;

typedef struct Options {
	const char *verb;
	const char *output;         /* -o */
	const char *tags;
	const char *dump;           /* -dump=STAGE */
	const char *cc;             /* CC, or gcc, or cc */
	const char *cflags;         /* CFLAGS of the user, for the program's own packages */
	const char *exec;           /* gol run -exec: what runs the program */
	const char *bad_compiler_flag;      /* of -gcflags: reported like a mistake in the package */
	int optimise;               /* 0..3 */
	int versions;
	int parallel;               /* -p; 0: as many as there are processors */
	bool versions_given;
	bool emit_c, remarks, all_errors, print_commands, print_packages, keep_work, rebuild, dry_run;
	bool no_line;               /* -gcflags=-noline: no #line */
	int remark_level;
	VEC(const char *) compiler_flags;   /* each -gcflags as given; the last whose pattern matches a package is its own */
	TextList inputs;            /* files, folders, import paths, patterns */
	Arguments arguments;        /* gol run: for the program */
} Options;

typedef struct Progress {       /* the line that a long build shows on a terminal */
	bool terminal, shown;
	struct timespec start;
} Progress;

typedef struct Driver {
	Compiler *c;                /* of the package being built */
	Options options;
	const char *root;           /* where include/, libgolrt.a and stdlib/ are found */
	const char *include_dir, *runtime_library, *amalgamation;
	const char *cache_dir;
	const char *installed_cache;        /* objects of the standard library, filled by make install; may be NULL */
	const char *work;           /* temporary folder, NULL until one is needed */
	uint64_t headers;           /* hash of the headers that generated C includes */
	uint64_t identity;          /* of this compiler and the headers: part of every package's key */
	Map reported;               /* packages whose errors were printed */
	Progress progress;
	struct rlimit stack_limit;          /* as it was, for the program */
} Driver;

/* options.c: fills d->options; on a mistake prints as Go does and returns the exit status. */
int parse_options(Driver *d, int argc, char **argv);
/* The flags of -gcflags that are meant for the package with this path. */
void apply_compiler_flags(Driver *d, const char *path);
void usage_line(Driver *d);
/* place.c: finds the installation and the cache. */
void find_places(Driver *d);
bool make_folders(const char *path);
uint64_t hash_bytes(uint64_t h, const void *data, size_t n);
uint64_t hash_file(uint64_t h, const char *path);
const char *make_scratch(Driver *d, const char *name);   /* a new folder $TMPDIR/name-XXXXXX; exits if that fails */
void remove_tree(const char *path);

/* cache.c: objects by key. Safe under concurrent runs: an object is written aside and renamed. */
const char *cache_path(Driver *d, uint64_t key);
const char *cache_find(Driver *d, uint64_t key);        /* its path, NULL if there is none */
int clean_command(Driver *d, int argc, char **argv);

/* process.c */
typedef struct Job { char **argv; const char *from, *to, *what; int status; } Job;   /* from is renamed to `to` when it succeeded */
void add_argument(Driver *d, Arguments *a, const char *format, const char *value);
void add_words(Driver *d, Arguments *a, const char *words);
int run_command(Driver *d, char *const argv[]);         /* exit status; 128+n for signals */
bool run_jobs(Driver *d, Job *jobs, int count);
void raise_stack_limit(Driver *d);                      /* of the C compiler, which recurses as deep as expressions nest */
void progress_start(Driver *d);
void progress_show(Driver *d, int done, int count, const char *what);
void progress_clear(Driver *d);

/* compile.c: the objects of all packages, imports first; NULL terminated. An exit status. */
int compile_packages(Driver *d, Program *program, const char ***objects);
/* link.c: an exit status. */
int link_program(Driver *d, const char *const *objects, const char *output);
/* emit_c.c */
int emit_sources(Driver *d, Program *program, const char *dir);
int dump(Driver *d, Program *program);
const char *c_file_name(Driver *d, Package *p);
bool write_text(const char *path, const char *text);

/* build.c */
void make_work(Driver *d);
int find_inputs(Driver *d, TargetList *targets);
/* Checks and compiles; output NULL: and discards. *is_program (may be NULL): whether it is package main. */
int build_target(Driver *d, const Target *target, const char *output, bool *is_program);
int build_command(Driver *d);
/* run.c */
int run_command_line(Driver *d);

/* help.c */
int help_command(int argc, char **argv);
int help_without_verb(void);
int version_command(Driver *d, int argc, char **argv);
int env_command(Driver *d, int argc, char **argv);

#endif
