/*
 * driver.h - the gol command: options, building, running, the object cache.
 */
#ifndef GOL_DRIVER_H
#define GOL_DRIVER_H

#include "../emit/emit.h"
#include "../escape/site.h"
#include "../inline/inline.h"
#include "../load/constraint.h"
#include "../load/load.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 3 };

#define GOL_VERSION "0.1"
#define GOL_ARCH HOST_ARCH

typedef VEC(char *) Arguments;

typedef struct Definition { const char *package, *name, *value; } Definition;       /* -X package.name=value */

typedef struct ListOptions {     /* of gol list */
	const char *json;           /* fields, divided by commas; "": all; NULL: no JSON */
	const char *format;         /* -f */
	const char *reuse;          /* -reuse */
	bool deps, find, errors, modules, tests;    /* -deps -find -e -m -test */
	bool updates, versions, retracted;  /* -u -versions -retracted */
} ListOptions;

typedef struct Options {
	const char *verb;
	const char *output;         /* -o */
	const char *tags;
	const char *dump;           /* -dump=STAGE */
	const char *cc;             /* CC, or gcc, or cc */
	const char *cflags;         /* CFLAGS of the user, for the program's own packages */
	const char *exec;           /* gol run -exec: what runs the program */
	const char *bad_compiler_flag;      /* what is wrong with -gcflags: reported like a mistake in the package */
	const char *linker_flags;   /* of -ldflags, for the C linker; see apply_linker_flags */
	VEC(Definition) definitions;        /* its -X */
	const char *bad_linker_flag;        /* what is wrong with it: reported once there is something to link */
	const char *modfile, *lang; /* -modfile; -gcflags=-lang */
	const char *mod, *build_mode, *overlay;     /* as given, or NULL */
	int optimise;               /* 0..3 */
	int versions;
	int parallel;               /* -p; 0: as many as there are processors */
	bool versions_given;
	bool emit_c, remarks, all_errors, print_commands, print_packages, keep_work, rebuild, dry_run, trim_paths, asan, race;
	bool json, writable_modules;        /* gol build -json; -modcacherw */
	bool no_line;               /* -gcflags=-noline: no #line */
	bool may_link_quickly;      /* a program that is run once (link.c) */
	bool debug;                 /* -g, -gcflags=-N, or -g in CFLAGS: for debuggers */
	int remark_level;
	bool frames, frames_page;           /* -m=frames, -m=html */
	bool list_sites;                    /* gol explain -list */
	int inline_level, inline_budget;    /* -gcflags=-l, -d=inline=N */
	bool inline_budget_given;
	TextList compiler_flags, linker_flag_texts;     /* each -gcflags and -ldflags as given; the last whose pattern matches a package
	                             * is its own */
	ListOptions list;
	const char *generate_run, *generate_skip;   /* regular expressions of gol generate */
	bool inputs_given;          /* inputs are not the default */
	TextList inputs;            /* files, folders, import paths, patterns */
	Arguments words;            /* all words behind the verb */
	Arguments arguments;        /* gol run: for the program */
} Options;

typedef struct Progress {       /* what a build of over a second says of itself */
	bool terminal, shown;       /* a line on a terminal, that is written over */
	bool lines;                 /* -progress: elsewhere a line every ten seconds */
	int done, count;
	char what[64];              /* empty: nothing is to be shown */
	struct timespec start, next;
} Progress;

typedef struct Child { struct Child *next; pid_t pid; } Child;

/* What must not outlive this process (scratch.c). The lock guards all but the first row, which is written before the
 * worker exists; it is taken for good by the thread that ends the process. */
typedef struct Scratch {
	sigset_t mask, waited;      /* as it was; the signals that the main thread waits for */
	bool ignores_size;          /* SIGXFSZ was ignored before */
	bool cleared;               /* folders of dead makers were removed (the worker's own) */
	pthread_mutex_t lock;
	struct ScratchPath *paths;
	Child *children;            /* C compilers, test programs and their builders, each with a process group */
	pid_t program;              /* that gol run runs; 0: none */
	bool passes_on;             /* an interrupt goes to the children, and gol goes on (gol test) */
	bool interrupted;           /* atomic: it has done so */
	bool is_fork;               /* of another gol, whose guard it has */
	pid_t guard;                /* guard.c; 0: none */
	int guard_socket;
	Progress progress;
} Scratch;

typedef struct CompileLock { int file; uint64_t key; } CompileLock;

typedef struct Driver {
	Compiler *c;                /* of the package being built */
	Options options;
	const char *root;           /* where include/, libgolrt.a and stdlib/ are found */
	const char *include_dir, *runtime_library, *amalgamation;
	const char *cache_dir;      /* where objects are looked for and stored */
	/* looked at too: the configured one where cache_dir stands in for it; or NULL */
	const char *read_only_cache;
	const char *tuning;                 /* a flag of the C compiler (compile.c); NULL until it is needed */
	const char *installed_cache;        /* objects of the standard library, filled by make install; may be NULL */
	const char *work;           /* temporary folder, NULL until one is needed */
	const char *build_info;     /* of the program being linked (build_info.c); NULL: it gets none */
	VEC(CompileLock) locks;     /* of what is being compiled: other processes wait for it (locks.c) */
	bool said_waiting;          /* that we wait for others */
	int shown_stderr;           /* whoever looks on sees it at once; 0: that is 2 */
	uint64_t headers;           /* hash of the headers that generated C includes */
	uint64_t identity;          /* of this compiler and the headers: part of every package's key */
	Map reported;               /* packages whose errors were printed */
	Scratch *scratch;
	bool shares_slots;
	int slots[2];               /* slots.c: a pipe */
	struct rlimit stack_limit;          /* as it was, for the program */
	bool target_is_ready, target_has_libffi;    /* cross.c */
	int events, real_stderr;            /* gol build -json: what standard error is for the moment, and was (json.c) */
} Driver;

/* options.c: fills d->options; on a mistake prints as Go does and returns the exit status. */
int parse_options(Driver *d, int argc, char **argv);
/* The flags of -gcflags that are meant for the program's package. */
void apply_compiler_flags(Driver *d, const Program *program);
/* [PATTERN=]FLAGS, the last that is meant for it; "" if none is */
const char *flags_for(Driver *d, const TextList *all, const Program *program);
void usage_line(Driver *d);
/* ldflags.c */
/* of -ldflags, flags: behind the pattern; an exit status */
int take_linker_flags(Driver *d, const char *value, const char *flags);
void apply_linker_flags(Driver *d, const Program *program);     /* those that are meant for it */
bool define_variables(Driver *d, Program *program);     /* -X, after checking; false: what is wrong was said */
uint64_t definitions_key(Driver *d, uint64_t key, const Package *p);
/* For commands whose command line is not flags and then packages: begin, then flags (flags.h), then finish. */
void begin_options(Driver *d);
int finish_options(Driver *d);
/* environment.c: refuses values that gol cannot do what they ask for; an exit status. */
int check_environment(Driver *d);
/* place.c: finds the installation and the cache. */
void find_places(Driver *d);
/* false with errno set if it is no folder that can be written to */
bool make_folders(const char *path);
const char *reason(Driver *d, int error);               /* as Go words it: strerror in lower case */
uint64_t hash_bytes(uint64_t h, const void *data, size_t n);
uint64_t hash_file(uint64_t h, const char *path);
const char *absolute_name(Driver *d, const char *path); /* the working directory before a relative one */

/* scratch.c */
void scratch_start(Scratch *s);                         /* before any thread: blocks signals */
void scratch_watch(Scratch *s);                         /* the main thread's part, for ever */
/* in a child that goes on as gol: nothing of the parent's is its own */
void scratch_forked(Scratch *s, pid_t parent);
const char *make_scratch(Driver *d, const char *name);  /* a new folder name-XXXXXX there; exits if that fails */
void scratch_remove(Driver *d, const char *path);
void scratch_keep(Driver *d, const char *path);         /* it is no longer ours to remove */
/* to be removed unless scratch_keep or scratch_remove comes first */
void scratch_file(Driver *d, const char *path);
void child_started(Scratch *s, Child *child);           /* with the lock held */
void child_ended(Scratch *s, Child *child);
void remove_tree(const char *path);
bool remove_read_only_tree(const char *path);            /* folders of it may be read-only; false with errno set */

/* guard.c */
void guard_start(Scratch *s);                           /* before any thread */
void guard_note(const Scratch *s, pid_t group, bool started);   /* a process group that has started or ended */
void guard_end(Scratch *s);

/* cache.c: objects by key */
const char *cache_find(Driver *d, uint64_t key);        /* the path of a sound one, NULL if there is none */
/* a sealed one; where that fails it is compiled again one day */
void cache_store(Driver *d, uint64_t key, const char *object);
/* The C of a package that is built for a debugger, which shows it; false where it cannot be kept. */
const char *cache_text_path(Driver *d, uint64_t key);
bool cache_store_text(Driver *d, uint64_t key, const char *text);
enum { SEAL_SIZE = 24 };        /* what a seal adds to a file */
bool seal_object(const char *path);                     /* false with errno set */
bool is_sound_object(const char *path);
const char *cache_path(Driver *d, uint64_t key);
int clean_command(Driver *d, int argc, char **argv);

/* locks.c: of an object that is being compiled. */
bool lock_object(Driver *d, uint64_t key);              /* false: another gol has it */
void wait_for_lock(Driver *d, uint64_t key, const char *what);          /* holding none; then look into the cache again */
void unlock_object(Driver *d, uint64_t key);            /* it is in the cache; nothing if it was not locked */
void unlock_all(Driver *d);

/* process.c */
typedef struct Job {
	char **argv;
	const char *object, *what;  /* the file it makes; the package */
	int status;                 /* exit status; 128+n for signals; 127 also: could not be run, which was said */
	const char *said;           /* what it wrote to standard error; never NULL when it has ended */
	int error_file;
	Child child;
} Job;
void add_argument(Driver *d, Arguments *a, const char *format, const char *value);
void add_words(Driver *d, Arguments *a, const char *words);
void print_command(char *const argv[]);
int child_descriptor(pid_t pid);                        /* readable once it has ended; -1: not to be had */
void run_job(Driver *d, Job *job);
/* Stops at the first that fails. `ended` is called for each that ended well, and stops it too by false. */
void run_jobs(Driver *d, Job *jobs, int count, bool (*ended)(void *context, const Job *job), void *context);
/* of the C compiler, which recurses as deep as expressions nest */
void raise_stack_limit(Driver *d);
/* slots.c: -p. `running`: processes that this gol has started and that have not ended. */
int job_limit(Driver *d);                               /* how many may run at once */
void share_slots(Driver *d);                            /* from now on with the gols that are forked from this one */
bool take_slot(Driver *d, int running);                 /* may one more be started? */
void give_slot(Driver *d, int running);                 /* one of them has ended */
int slot_descriptor(const Driver *d);                   /* readable when a slot may be had; -1: nobody else gives any */
/* progress.c */
void progress_start(Driver *d);
void progress_show(Driver *d, int done, int count, const char *what);
void progress_clear(Driver *d);
void progress_tick(Scratch *s);
void progress_erase(Scratch *s);

/* toolchain.c: says why the C compiler or linker failed; the exit status. */
int explain_failure(Driver *d, const Job *job, const char *flags);

/* compile.c: the objects of all packages, imports first; NULL terminated. An exit status. May be called again after the
 * cache was taken away, with the same units. */
typedef struct Unit {           /* one package being built */
	Package *package;
	uint64_t key;
	const char *object;         /* in the cache, or in the work folder where it was just compiled */
	bool emitted;
	int optimise, versions;
} Unit;
Job compile_job(Driver *d, const char *level, const char *flags, const char *c_path, const char *object);
void base_arguments(Driver *d, Arguments *a, const char *level, const char *flags);
InlineOptions inline_options(Driver *d, const Package *p, int remarks);         /* build.c */
/* Checks and analyses a loaded program as it would be built, for the sites of its root; an exit status. */
int find_sites(Driver *d, Program *program, Sites *sites);
uint64_t settings_key(Driver *d);                               /* of compiler, runtime, flags */
uint64_t program_key(Driver *d, const Program *program);        /* of a loaded program */
int compile_packages(Driver *d, Program *program, Unit **units, const char ***objects);
/* reach.c: the objects, or in the work folder copies of them, such that the linker can leave out what the program does
 * not reach; NULL: it must keep all. */
const char **reached_objects(Driver *d, const char *const *objects);
/* reach_c.c: the same for the C of all packages of a program, whose texts are replaced. */
void keep_reached(Compiler *c, CParts *texts, int count, const char *runtime);
/* link.c: an exit status. *lost: an object that was no longer there, then nothing was said; else NULL. */
int link_program(Driver *d, const char *const *objects, const char *output, const char **lost);
int copy_program(Driver *d, const char *linked, const char *output);     /* aside and renamed; an exit status */
/* flags of open(2); false with errno set */
bool copy_file(const char *from, const char *to, int flags, mode_t mode);
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
/* The same for what was loaded and has no errors. */
int build_program(Driver *d, Program *program, const char *output, bool is_program);
bool is_folder_name(const char *output);                /* of a folder that is there, or with a slash at its end */
void fresh_compiler(Driver *d);                         /* another d->c; the old one lives on */
/* cross.c: GOARCH */
bool is_known_machine(const char *arch);
bool is_cross(Driver *d);
const char *machine_of_compiler(Driver *d, const char *flag);
int prepare_target(Driver *d);                          /* an exit status; needs the work folder */
const char *cross_runner(Driver *d);                    /* what runs such programs: a name on PATH, or "" */
/* fmt.c */
int fmt_command(Driver *d);
/* generate.c */
int generate_command(Driver *d);
/* install.c */
int install_command(Driver *d);
/* list.c */
int list_command(Driver *d);
/* run.c */
/* Runs the program in the foreground and waits for it: a status as of waitpid; -1: it could not be started, which was
 * said. */
int execute(Driver *d, const char *path, char *const argv[]);
int run_command_line(Driver *d);
/* in a child: signals and limits as gol found them */
NORETURN void become_program(Driver *d, const char *path, char *const argv[]);
const char *signal_text(Driver *d, int number);         /* as os.ProcessState words it: "killed" */
/* test.c */
int test_command(Driver *d, int argc, char **argv);

/* at_version.c: packages named as path@version */
/* the module made for them; where gol was, $GOWORK */
typedef struct VersionPlace { const char *folder, *before, *work; } VersionPlace;
bool names_version(const Options *o);
/* goes to a module that requires them, and drops the versions; an exit status */
int enter_version(Driver *d, VersionPlace *place);
void leave_version(Driver *d, const VersionPlace *place);

/* vet.c */
int vet_command(Driver *d, int argc, char **argv);

/* tool.c: programs of the Go source tree, such as cmd/gofmt, compiled when they are first wanted */
const char *tool_path(Driver *d, const char *package);  /* the program; NULL: there is none, which was said */
/* if it was compiled before; NULL, and nothing said: it was not */
const char *ready_tool(Driver *d, const char *package);
void set_tool_environment(Driver *d);                   /* what a tool must find in this process's environment */
/* Runs it in the foreground with the arguments (NULL terminated, without its name): an exit status, its own if it
 * ran. */
int run_tool(Driver *d, const char *package, char *const *arguments);
/* The same in another folder, for gol alone: *said is what it wrote, and nothing stays in the environment. */
int run_tool_apart(Driver *d, const char *package, char *const *arguments, const char *folder, const char **said);
int tool_command(Driver *d, int argc, char **argv);
int doc_command(Driver *d, int argc, char **argv);
int go_command(Driver *d, const char *verb, int argc, char **argv);     /* by the tree's cmd/go */

/* mod.c */
int mod_command(Driver *d, int argc, char **argv);
int clean_module_cache(Driver *d);

/* trees.c */
int tree_command(Driver *d, int argc, char **argv);

/* kept.c */
const char *kept_slot(Driver *d, Arena *arena, const Target *target);   /* where its program is kept, if one is */
bool kept_take(const char *slot, uint64_t key, const char *program);    /* it is there now, made of what the key says */
/* Before it is run: the key goes behind its last byte. Where it cannot be kept it is made again one day. */
void kept_put(Driver *d, Arena *arena, const char *slot, uint64_t key, const char *program);

/* explain.c */
int explain_command(Driver *d);
/* The one package that a word of the command line names; what is wrong with it was said if *status is none of success. */
Program *load_word(Driver *d, const char *word, int *status);
/* A site as a line of fields, divided by tabs: what gol explain -list prints and gol escape-diff reads. */
void put_site(Driver *d, Buf *b, const Site *s);
/* escape_diff.c */
int escape_diff_command(Driver *d);
/* escape_page.c: the page of -m=html, to standard output; an exit status */
int print_escape_page(Driver *d, const Program *program, const Sites *sites);

/* trace.c */
int trace_command(Driver *d, int argc, char **argv);

/* help.c */
int help_command(int argc, char **argv);
int help_without_verb(void);
/* version.c */
int version_command(Driver *d, int argc, char **argv);
/* env.c */
int env_command(Driver *d, int argc, char **argv);
/* help.c */
int undefined_flag(Driver *d, const char *arg);         /* says so, with the usage line; EXIT_USAGE */

#endif
