/*
 * fetch.h - gol-fetch: what its files share.
 *
 * A program of its own, started by gol when a module is missing: it talks to module proxies and fills the module cache,
 * so that gol itself loads no network library and opens no socket. README.md has its interface.
 *
 * Each request runs on one thread from beginning to end, in straight lines: it may block in the network, on a lock
 * file, in a hash. A function that can fail returns false after fail() has said why; nobody says it twice.
 */
#ifndef GOL_FETCH_H
#define GOL_FETCH_H

#include "../base/base.h"
#include "../base/version.h"

#include <sys/types.h>

/* ---- settings and requests -------------------------------------------------------------------------- */

/* PROXY_NONE: what $GONOPROXY names, before all others */
typedef enum { PROXY_URL, PROXY_OFF, PROXY_DIRECT, PROXY_NONE } ProxyKind;

typedef struct Proxy {
	ProxyKind kind;
	const char *url;            /* no slash at its end; with user and password if it has them */
	/* a '|' follows: the next one is asked after any error, not just where there is no such thing */
	bool after_any_error;
} Proxy;

/* Read once by main, then the same for all threads. */
typedef struct Settings {
	const char *module_cache;   /* "" if there is none to be found */
	bool writable_folders;      /* -modcacherw */
	bool quiet;
	bool use_netrc;             /* $GOAUTH */
	const char *no_proxy;       /* $GONOPROXY, or $GOPRIVATE: patterns */
	const char *proxy_error;    /* what is wrong with $GOPROXY; NULL: nothing */
	VEC(Proxy) proxies;
	long stall_seconds, connect_seconds;
	void *share;                /* CURLSH of all threads */
	void *locale;               /* locale_t that knows Unicode; NULL: there is none */
} Settings;

/* Why a request failed: what the caller has to tell apart. */
typedef enum { FAIL_ERROR, FAIL_NOT_FOUND, FAIL_MISMATCH } FailKind;

typedef struct Request {
	const Settings *settings;
	Arena *arena;               /* of this request; freed after its answer */
	void *curl;                 /* CURL of the thread: it keeps its connections from one request to the next */
	FailKind kind;
	const char *message;        /* set by fail */
	bool shows_progress;        /* of what it downloads, on a terminal */
	/* row of a temporary file in the list of those to be removed at a signal, or -1 (cache.c) */
	int temporary;
} Request;

bool fail(Request *r, FailKind kind, const char *format, ...) PRINTF_LIKE(3, 4);         /* returns false */
/* Puts text in front of the message; returns false. */
bool fail_prefix(Request *r, const char *format, ...) PRINTF_LIKE(2, 3);
/* "verb path: reason", as Go words a failed system call. */
bool fail_system(Request *r, const char *verb, const char *path, int error);
const char *quoted(Request *r, const char *text);       /* as %q prints it */

/* ---- modules, paths, versions (path.c, version.c) -------------------------------------------------------- */

typedef struct Module {
	const char *path, *version;
	const char *escaped_path, *escaped_version;         /* capitals as !x: names of files on any system */
} Module;

/* Checks and escapes; version NULL: of the path alone. */
bool make_module(Request *r, Module *m, const char *path, const char *version);
/* A file's name within a module; what: the name as messages show it. */
const char *file_name_error(Request *r, const char *name);           /* NULL: it is a fine name */
/* of any word that is asked for; NULL after fail */
const char *escape_version(Request *r, const char *version);
const char *folded(Request *r, const char *name);       /* equal for names that differ in case only */
bool matches_patterns(const char *patterns, const char *path);          /* as $GOPRIVATE has them */

void sort_versions(const char **list, int count);
bool is_canonical(const char *version);                 /* in full, without build but +incompatible */
bool is_pseudo(const char *version);
/* what the version should be; NULL: it fits */
const char *major_mismatch(Request *r, const char *path, const char *version);

/* ---- the network (http.c) --------------------------------------------------------------------------------- */

typedef struct Response {
	int status;
	const char *status_line;    /* "404 Not Found" */
	const char *url;            /* where redirects ended; without password */
	Buf headers, body;
} Response;

enum { BODY_LIMIT = 64 << 20, GO_MOD_LIMIT = 16 << 20, ZIP_LIMIT = 500 << 20 };

/* Any answer is a success. The body goes into file if that is not -1 (and the answer is 200), else into the
 * response. */
bool http_get(Request *r, const char *url, int file, size_t limit, Response *out);
/* The same where only 200 will do. */
bool http_read(Request *r, const char *url, int file, size_t limit, Response *out);
void *http_share_new(void);
void *unicode_locale(void);              /* path.c */
const char *redacted(Request *r, const char *url);

/* ---- proxies (proxy.c) ------------------------------------------------------------------------------------- */

void read_proxies(Settings *s, Arena *a);
/* What is asked of one proxy after the other. */
typedef bool (*AskProxy)(Request *r, const char *url, void *argument);
bool ask_proxies(Request *r, const char *path, AskProxy ask, void *argument);
/* GET url/escaped-path/name, errors as of the module: "path@version: ...". */
bool proxy_read(Request *r, const char *url, const Module *m, const char *name, int file, size_t limit, Response *out);
bool module_error(Request *r, const Module *m);         /* puts the module before the message; returns false */

typedef struct Info { const char *version, *time, *text; } Info;        /* text: as the cache keeps it */
bool parse_info(Request *r, const char *json, size_t size, Info *info);         /* json.c */

/* ---- the module cache (cache.c) -------------------------------------------------------------------------------- */

typedef VEC(const char *) Texts;

bool check_cache(Request *r);
const char *cache_path(Request *r, const Module *m, const char *suffix);
const char *module_folder(Request *r, const Module *m);
bool cache_write(Request *r, const Module *m, const char *suffix, const char *text, size_t size);
bool read_file(Request *r, const char *path, Buf *text);                /* quietly false */
Texts names_in(Request *r, const char *dir);
bool make_folder(Request *r, const char *path);         /* and those above it */
/* A new file beside path, removed when the process is ended by a signal; temporary_done when it is renamed or
 * removed. */
int temporary_file(Request *r, const char *path, const char **name);
void temporary_done(Request *r);
/* Those of dead processes; seconds 0: the caller holds the lock under which they are made, else those that are
 * older. */
void remove_temporaries_of(Request *r, const char *path, int seconds);
bool write_all(Request *r, int file, const char *name, const char *text, size_t size);
int lock_file(Request *r, const char *path);            /* waits; -1 after fail */
void remove_temporaries(void);                          /* of all threads, at a signal */

/* ---- zips (zip.c, unzip.c) ------------------------------------------------------------------------------------- */

typedef struct ZipFile { void *zip; const char *path; int64_t count; } ZipFile;

bool zip_open_file(Request *r, const char *path, ZipFile *z);
void zip_close_file(ZipFile *z);
bool zip_hash(Request *r, ZipFile *z, const char **sum);
bool zip_has_prefix(Request *r, ZipFile *z, const Module *m);
/* All rules of module zips; path: as errors show it. */
bool zip_check(Request *r, ZipFile *z, const Module *m, const char *path);
/* The name to unpack a file of the module under; NULL: it is left out. */
typedef const char *(*PlaceFile)(Request *r, const char *name);
/* place NULL: all as they are */
bool zip_unpack(Request *r, ZipFile *z, const Module *m, const char *dir, PlaceFile place);
/* h1 of a folder with one file */
const char *text_hash(Request *r, const char *name, const char *text, size_t size);
/* As of a zip with the folder's files, whose names begin with prefix there. */
bool folder_hash(Request *r, const char *dir, const char *prefix, const char **sum);
bool remove_folder(const char *path);                   /* with all in it, writable or not */
void protect_folders(const char *path);

/* ---- requests (module.c, query.c, tree.c) ---------------------------------------------------------------------- */

/* Each leaves its result in out. */
bool fetch_mod(Request *r, const char *path, const char *version, const char *sum, Buf *out);
bool fetch_info(Request *r, const char *path, const char *version, Buf *out);
/* To file, which is temporary, and judged; path: what errors call it. */
bool download_zip(Request *r, const Module *m, int file, const char *temporary, const char *path, const char *sum,
                  const char **hash);
bool fetch_zip(Request *r, const char *path, const char *version, const char *sum, bool unpack, Buf *out);
bool fetch_list(Request *r, const char *path, Buf *out);
bool fetch_latest(Request *r, const char *path, Buf *out);
bool fetch_query(Request *r, const char *path, const char *query, const char *current, Buf *out);
/* What of it in the cache is not what was downloaded. */
bool fetch_verify(Request *r, const char *path, const char *version, Buf *out);
bool fetch_url(Request *r, const char *url, Buf *out);
bool fetch_tree(Request *r, const char *version, const char *dir, const char *sum, Buf *out);

#endif
