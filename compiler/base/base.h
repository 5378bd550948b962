/*
 * base.h - what every part of the compiler stands on: memory, growing arrays,
 * interned names, source positions, the queue of errors.
 *
 * All state of one compilation hangs off one Compiler, passed first everywhere;
 * the compiler has no mutable statics, so several compilations may run in one
 * process. Memory comes from the compilation's arena and lives as long as it:
 * nothing is freed one by one, so no structure needs an owner.
 */
#ifndef GOL_BASE_H
#define GOL_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))
#define COUNT_OF(a) ((int)(sizeof(a) / sizeof *(a)))

/* ---- arena ---------------------------------------------------------------- */

typedef struct Arena Arena;
Arena *arena_new(void);
void arena_free(Arena *a);
size_t arena_size(const Arena *a);
/* For tests that compile more than once from one state: two arenas exchange what they hold; every piece of memory
 * held. */
void arena_swap(Arena *a, Arena *b);
void arena_visit(const Arena *a, void (*visit)(void *arg, void *bytes, size_t size), void *arg);
/* Zeroed, aligned to 16 bytes; never NULL (out of memory is fatal). */
void *arena_alloc(Arena *a, size_t size);
char *arena_printf(Arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_strndup(Arena *a, const char *s, size_t n);
#define NEW(arena, T) ((T *)arena_alloc(arena, sizeof(T)))
#define NEW_ARRAY(arena, T, n) ((T *)arena_alloc(arena, sizeof(T) * (size_t)(n)))

/* ---- growing arrays: VEC(int) v = {0}; vec_push(arena, &v, 3); v.items[0] --- */

#define VEC(T) struct { T *items; int len, cap; }
/* The value is worked out before the array is touched: it may push to the same array. */
#define vec_push(arena, v, ...) __extension__ ({ \
	__typeof__(*(v)->items) vec_value_ = __VA_ARGS__; \
	vec_reserve_(arena, (void **)&(v)->items, (v)->len, &(v)->cap, sizeof *(v)->items); \
	(void)((v)->items[(v)->len++] = vec_value_); })
#define vec_last(v) ((v)->items[(debug_require((v)->len > 0), (v)->len - 1)])
#define vec_pop(v) ((v)->items[(debug_require((v)->len > 0), --(v)->len)])
void vec_reserve_(Arena *a, void **items, int len, int *cap, size_t size);

/* ---- text being built -------------------------------------------------------- */

typedef struct { Arena *arena; char *s; size_t len, cap; } Buf;    /* always NUL-terminated once written */
void buf_init(Buf *b, Arena *a);
void buf_char(Buf *b, char c);
void buf_bytes(Buf *b, const char *s, size_t n);
void buf_str(Buf *b, const char *s);
void buf_printf(Buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(Buf *b, const char *format, va_list ap) PRINTF_LIKE(2, 0);

typedef VEC(const char *) TextList;

/* ---- interned strings and maps ------------------------------------------------ */

/* Names are interned: equal names are equal pointers. */
typedef struct Interner Interner;

/* Hash map from pointer (an interned name, a node) or from string bytes to pointer. */
typedef struct Map { void *slots; int len, cap; bool by_text; } Map;
void *map_get(const Map *m, const void *key);              /* NULL if absent */
void map_put(Arena *a, Map *m, const void *key, void *value);       /* replaces an equal key's value */
/* Set by_text = true before first use: keys are then compared as C strings. */
/* Iteration in insertion order: */
int map_count(const Map *m);
const void *map_key_at(const Map *m, int i);
void *map_value_at(const Map *m, int i);

/* ---- source text and positions ------------------------------------------------- */

/* A //line or line block comment: from (line, col) on, positions are counted from path:new_line:new_col. */
typedef struct {
	uint32_t line, col;
	const char *path;                /* as written; empty: unchanged */
	uint32_t new_line, new_col;      /* new_col 0: columns are not known */
} LineDirective;

typedef struct SourceFile {
	const char *path;        /* as diagnostics print it */
	const char *full_path;   /* absolute */
	/* for tracebacks and #line: full_path; in the standard library from its root on, so that objects do not depend on
	 * where gol is installed */
	const char *recorded_path;
	const char *text;        /* NUL-terminated */
	size_t size;
	int index;               /* in Compiler.files; 0 is no file */
	int go_version;          /* minor version of the language it is written in */
	int module_version;      /* ... the module it belongs to */
	int file_version;        /* what its //go:build line says of that; 0: nothing */
	VEC(LineDirective) line_directives;      /* filled by the parser, in source order */
} SourceFile;

/* line and col are 1-based; col counts bytes. file == 0: no position (built in).
 * line_directives (//line) are applied when a diagnostic or traceback is printed.
 * call: in code that was inlined (inline/), the call that it stands in place of, an index into Compiler.calls; else
 * 0. */
typedef struct { uint32_t file, line, col, call; } Pos;
#define NO_POS ((Pos){0, 0, 0, 0})
int pos_compare(Pos a, Pos b);

/* A call that was inlined: where it stands, which may be in inlined code itself, and what it called (a FuncInfo of an
 * instance or not, of a Package; inline/sites.c). */
typedef struct InlinedCall { Pos pos; const void *callee, *package; bool instance; } InlinedCall;

/* ---- Unicode classes (tables generated from unicode-data at build time) ------------- */

bool unicode_is_letter(uint32_t rune);   /* L*, not _ */
bool unicode_is_digit(uint32_t rune);    /* Nd */
bool unicode_is_upper(uint32_t rune);    /* Lu */
bool unicode_is_print(uint32_t rune);    /* L M N P S and the ASCII space: what %q leaves as it is */
/* Decode one rune; *size is 1..4. Malformed input gives 0xFFFD with size 1; n == 0 gives size 0. */
uint32_t utf8_decode(const char *s, size_t n, int *size);
int utf8_encode(char out[4], uint32_t rune);
bool name_is_exported(const char *name); /* starts with an upper-case letter */
void buf_rune(Buf *b, uint32_t rune);
void buf_quote(Buf *b, const char *s, size_t n);         /* a Go string literal, as %q prints it */
void buf_quote_rune(Buf *b, uint32_t rune);              /* 'x', as %q prints it */

/* ---- SHA-256 (sha256.c) -------------------------------------------------------------- */

enum { SHA256_SIZE = 32 };
void sha256_bytes(uint8_t digest[SHA256_SIZE], const void *bytes, size_t size);
bool sha256_file(uint8_t digest[SHA256_SIZE], const char *path, uint64_t *size);        /* false with errno set */

/* ---- the compilation -------------------------------------------------------------- */

typedef struct Diagnostic Diagnostic;
typedef struct Types Types;              /* types/type.h: universe and type tables */

typedef struct SourceTree {          /* Go's own packages (load/tree.c) */
	bool sought;
	const char *root;                   /* NULL: there is none */
	const char *version;                /* "go1.26.8" */
	int minor;
} SourceTree;

typedef struct Compiler {
	Arena *arena;
	Interner *interner;
	VEC(SourceFile *) files;            /* [0] is NULL */
	VEC(Diagnostic *) diagnostics;
	int errors;                         /* error diagnostics queued so far */
	bool all_errors;                    /* -e: no cap of 10 */
	Types *types;
	VEC(InlinedCall) calls;             /* [0] is none */
	bool no_facts;                      /* -d=facts=0: remarks are about the library here (inline/go_facts.h) */
	int go_version;                     /* newest minor version of the language; that of a file is in SourceFile */
	const char *stdlib_dir;             /* where stdlib/ is */
	const char *generated_dir;          /* generated sources of the standard library, laid out alike; may be NULL */
	const char *trees_dir;              /* where gol tree get puts Go source trees; NULL: nowhere */
	const char *fetch_program;          /* gol-fetch, which downloads modules (fetch/); it may not be there */
	const char *arch;                   /* GOARCH, the machine that is compiled for; NULL: this one */
	const char *modfile;                /* -modfile: read instead of go.mod; or NULL */
	const char *mod_mode;               /* -mod: readonly, vendor, mod; NULL or empty: not given */
	/* gol mod download, verify: go.sum need not be complete, vendor/ does not count, whatever mod_mode says */
	bool of_module_cache;
	bool writable_modules;              /* -modcacherw */
	const struct Overlay *overlay;      /* -overlay: what overlay_actual answers from; or NULL */
	bool race;                          /* -race: what is read only to be dropped is read all the same */
	int cover;                          /* gol test -cover: a CoverMode (cover/cover.h) */
	TextList cover_patterns;            /* -coverpkg: which packages get counters; none: the one that is tested */
	/* of p@v: its module's go line, which defaults of GODEBUG go by instead of the main module's; or NULL */
	const char *godebug_version;
	bool trim_paths;                    /* recorded paths begin with the module's path instead of the file system's */
	const char *work_dir;               /* current directory: diagnostics print paths relative to it */
	const char *seen_from;              /* folder of the package being checked, absolute; or NULL */
	SourceTree tree;
	struct Modules *modules;            /* read so far (module/module.h) */
} Compiler;

Compiler *compiler_new(void);
/* Another, with the same places and settings: for a further package. */
Compiler *compiler_like(const Compiler *old);
void compiler_set_directory(Compiler *c);       /* after chdir */
void compiler_free(Compiler *c);
const char *intern(Compiler *c, const char *s, size_t n);
const char *intern_str(Compiler *c, const char *s);
Interner *interner_new(Arena *a);
const char *interner_get(Interner *in, const char *s, size_t n);

/* Read a file; NULL with errno set when it cannot be read. Strips a BOM (only at the very beginning). */
SourceFile *source_load(Compiler *c, const char *path);
void source_set_version(SourceFile *f, int module_version);     /* go_version, from it and file_version */
SourceFile *source_from_text(Compiler *c, const char *path, const char *text, size_t size);

/* ---- files as -overlay has them (overlay.c) ------------------------------------------- */

typedef struct Overlay Overlay;
/* NULL if the file cannot be read or is none, which is then said. */
const Overlay *overlay_read(Compiler *c, const char *path);
/* Where a file is read: the path itself if it is not replaced, NULL if it is taken away. */
const char *overlay_actual(Compiler *c, const char *path);
bool folder_exists(Compiler *c, const char *path);
bool file_exists(Compiler *c, const char *path);
/* Sorted, without the dots; empty where there is no such folder. */
TextList folder_names(Compiler *c, const char *dir);
/* Absolute form of a path, with "." and ".." and doubled slashes worked out. */
const char *clean_absolute(Compiler *c, const char *path);

/* An absolute path as messages of the command show it: relative to the working directory where that is shorter. */
const char *short_name(Compiler *c, const char *full);

/* A user's source error, queued; diag_print sorts by position, drops duplicates on a line of equal text,
 * prints Go's way and stops after 10 unless all_errors. A "\n\t" in the text starts a continuation line. */
void error_at(Compiler *c, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4);
/* Same, for an error that only a worse one on the same line should silence. */
void soft_error_at(Compiler *c, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4);
/* A remark (-m): printed after the errors' order, never counts. */
void remark_at(Compiler *c, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4);
/* Print everything queued of a package to stderr, and forget it. Returns the number of errors printed. */
int diag_print(Compiler *c, const char *package_header);
/* The queued message with this number as it would be printed, without newline: for tests. */
const char *diag_text(Compiler *c, int number);
/* The same of one that is no longer in the queue, and where it points. */
const char *diag_line(Compiler *c, const Diagnostic *d);
Pos diag_pos(const Diagnostic *d);
/* Of inlined code: where the call stands in the function that is compiled. */
Pos pos_outermost(const Compiler *c, Pos pos);
bool pos_inside(const Compiler *c, Pos pos, Pos from, Pos to);  /* between two of one text, or in code inlined there */
/* "path:line:col" as diagnostics show it, //line applied; "-" for NO_POS. */
void pos_print(Compiler *c, Buf *out, Pos pos);
/* Go's compiler cannot tell columns from there on: they are equal, and not shown */
enum { POS_COLUMNS = 255 };
void pos_print_first(Compiler *c, Buf *out, Pos pos);   /* the same as messages begin with it */
/* Path and line as tracebacks show them: absolute path, //line applied. */
const char *pos_full_path(Compiler *c, Pos pos, uint32_t *line);

/* Debug builds (make debug) verify what each pass leaves behind. */
#ifdef GOL_DEBUG
#define VERIFY(call) (call)
#else
#define VERIFY(call) ((void)0)
#endif

/* Our own bug: prints "internal compiler error", exits 3. */
void ice(Compiler *c, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4) NORETURN;

/*
 * What holds unless the compiler has a bug. `require` is always on: for what costs next to nothing where it stands,
 * when going on would print wrong C or read memory that is not ours. `debug_require` is for what is looked at often or
 * costs a search; make debug and make check run with it. Neither has side effects. Where a position of the program is
 * at hand and helps, ice says more.
 */
#define require(condition) \
	(__builtin_expect(!!(condition), 1) ? (void)0 : require_failed(__FILE__, __LINE__, #condition))
#ifdef GOL_DEBUG
#define debug_require(condition) require(condition)
#else
#define debug_require(condition) ((void)0)
#endif
void require_failed(const char *file, int line, const char *condition) NORETURN;    /* as ice: exits 3 */

#endif
