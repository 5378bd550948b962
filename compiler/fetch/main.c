/*
 * main.c - the gol-fetch command: one request, or a batch of them from standard input.
 *
 *     standard input ──> main thread ──> queue ──> up to 8 threads ──> answers on standard output
 *
 * A thread is made when a request comes and none is idle, so that one request costs one thread and fifty cost eight;
 * each keeps its connections. Answers are written whole, under a lock, as they are ready; the number in front says
 * whose they are. A build starts one gol-fetch at its first miss and keeps it: what is asked next depends on what came.
 *
 * (Rejected: curl's multi interface. It would turn every step, locks and hashes too, into states of one loop, to save
 * at most seven handshakes.)
 *
 * SIGINT, SIGTERM and SIGHUP are waited for by a thread that removes temporary files and dies by the same signal.
 */
#include "fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, THREADS = 8, WORDS = 8, CONNECT_SECONDS = 30, STALL_SECONDS = 60 };

/* ---- failures -------------------------------------------------------------------------------------------------- */

bool fail(Request *r, FailKind kind, const char *format, ...)
{
	Buf text;
	va_list ap;
	buf_init(&text, r->arena);
	buf_str(&text, "");
	va_start(ap, format);
	buf_vprintf(&text, format, ap);
	va_end(ap);
	r->kind = kind;
	r->message = text.s;
	return false;
}

bool fail_prefix(Request *r, const char *format, ...)
{
	Buf text;
	va_list ap;
	buf_init(&text, r->arena);
	va_start(ap, format);
	buf_vprintf(&text, format, ap);
	va_end(ap);
	r->message = arena_printf(r->arena, "%s%s", text.s, r->message);
	return false;
}

bool fail_system(Request *r, const char *verb, const char *path, int error)
{
	char *text = arena_printf(r->arena, "%s", strerror(error));
	if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
		text[0] += 'a' - 'A';
	return fail(r, FAIL_ERROR, "%s %s: %s", verb, path, text);
}

const char *quoted(Request *r, const char *text)
{
	Buf b;
	buf_init(&b, r->arena);
	buf_quote(&b, text, strlen(text));
	return b.s;
}

/* ---- verbs ----------------------------------------------------------------------------------------------------- */

typedef struct Words { const char *word[WORDS]; int count; const char *sum; } Words;

typedef struct Verb {
	const char *name, *arguments;
	int least, most;            /* arguments */
	bool takes_sum;
	bool (*run)(Request *r, const Words *w, Buf *out);
} Verb;

static bool run_mod(Request *r, const Words *w, Buf *out) { return fetch_mod(r, w->word[1], w->word[2], w->sum, out); }
static bool run_info(Request *r, const Words *w, Buf *out) { return fetch_info(r, w->word[1], w->word[2], out); }
static bool run_zip(Request *r, const Words *w, Buf *out)
{
	return fetch_zip(r, w->word[1], w->word[2], w->sum, true, out);
}
static bool run_zipfile(Request *r, const Words *w, Buf *out)
{
	return fetch_zip(r, w->word[1], w->word[2], w->sum, false, out);
}
static bool run_verify(Request *r, const Words *w, Buf *out) { return fetch_verify(r, w->word[1], w->word[2], out); }
static bool run_list(Request *r, const Words *w, Buf *out) { return fetch_list(r, w->word[1], out); }
static bool run_latest(Request *r, const Words *w, Buf *out) { return fetch_latest(r, w->word[1], out); }
static bool run_query(Request *r, const Words *w, Buf *out)
{
	return fetch_query(r, w->word[1], w->word[2], w->word[3], out);
}
static bool run_get(Request *r, const Words *w, Buf *out) { return fetch_url(r, w->word[1], out); }
static bool run_tree(Request *r, const Words *w, Buf *out)
{
	return fetch_tree(r, w->word[1], w->word[2], w->sum, out);
}

static const Verb verbs[] = {
	{"mod", "PATH VERSION [-sum h1:...]", 2, 2, true, run_mod},
	{"info", "PATH VERSION", 2, 2, false, run_info},
	{"zip", "PATH VERSION [-sum h1:...]", 2, 2, true, run_zip},
	{"zipfile", "PATH VERSION [-sum h1:...]", 2, 2, true, run_zipfile},
	{"verify", "PATH VERSION", 2, 2, false, run_verify},
	{"list", "PATH", 1, 1, false, run_list},
	{"latest", "PATH", 1, 1, false, run_latest},
	{"query", "PATH QUERY [CURRENT]", 2, 3, false, run_query},
	{"get", "URL", 1, 1, false, run_get},
	{"tree", "VERSION FOLDER [-sum h1:...]", 2, 2, true, run_tree},
};

/* The verb that the words ask for; NULL after fail. */
static const Verb *find_verb(Request *r, const Words *w)
{
	for (int i = 0; i < COUNT_OF(verbs); i++) {
		const Verb *v = &verbs[i];
		if (w->count == 0 || strcmp(v->name, w->word[0]) != 0)
			continue;
		if (w->count - 1 >= v->least && w->count - 1 <= v->most && (!w->sum || v->takes_sum))
			return v;
		fail(r, FAIL_ERROR, "usage: gol-fetch %s %s", v->name, v->arguments);
		return NULL;
	}
	fail(r, FAIL_ERROR, "gol-fetch: unknown request %s", quoted(r, w->count ? w->word[0] : ""));
	return NULL;
}

static bool add_word(Request *r, Words *w, const char *word, bool *sum_follows)
{
	if (*sum_follows)
		w->sum = word;
	else if (strcmp(word, "-sum") != 0 && w->count < WORDS - 1)
		w->word[w->count++] = word;
	else if (strcmp(word, "-sum") != 0)
		return fail(r, FAIL_ERROR, "gol-fetch: too many words");
	*sum_follows = !*sum_follows && strcmp(word, "-sum") == 0;
	return true;
}

static bool run_words(Request *r, const Words *w, Buf *out)
{
	const Verb *v = find_verb(r, w);
	buf_str(out, "");
	return v && v->run(r, w, out);
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

typedef struct Line { struct Line *next; long number; char *text; } Line;

/* idle <= threads; first NULL: nothing waits. All guarded by the lock. */
typedef struct Batch {
	const Settings *settings;
	pthread_mutex_t lock, output_lock;
	pthread_cond_t changed;
	Line *first, **last;
	int threads, idle;
	bool ended;                 /* no more lines will come */
	pthread_t thread[THREADS];
} Batch;

static void answer(Batch *b, long number, const Request *r, bool ok, const Buf *out)
{
	static const char *const kinds[] = {"error", "notfound", "mismatch"};
	const char *text = ok ? out->s : r->message;
	size_t n = ok ? out->len : strlen(text);
	pthread_mutex_lock(&b->output_lock);
	if (ok)
		printf("%ld ok %zu\n", number, n);
	else
		printf("%ld fail %s %zu\n", number, kinds[r->kind], n);
	if (fwrite(text, 1, n, stdout) != n || fflush(stdout) != 0) {
		remove_temporaries();   /* nobody listens any more */
		_exit(EXIT_ERROR);
	}
	pthread_mutex_unlock(&b->output_lock);
}

static bool run_line(Request *r, char *text, Buf *out)
{
	Words w = {0};
	bool sum_follows = false;
	for (char *save, *word = strtok_r(text, " \t\r\n", &save); word; word = strtok_r(NULL, " \t\r\n", &save))
		if (!add_word(r, &w, word, &sum_follows))
			return false;
	return run_words(r, &w, out);
}

static Line *next_line(Batch *b)
{
	pthread_mutex_lock(&b->lock);
	b->idle++;
	while (!b->first && !b->ended)
		pthread_cond_wait(&b->changed, &b->lock);
	b->idle--;
	Line *line = b->first;
	if (line && !(b->first = line->next))
		b->last = &b->first;
	pthread_mutex_unlock(&b->lock);
	return line;
}

static void *work(void *argument)
{
	Batch *b = argument;
	void *curl = NULL;
	for (Line *line; (line = next_line(b));) {
		Request r = {.settings = b->settings, .arena = arena_new(), .curl = curl, .message = "", .temporary = -1};
		Buf out;
		buf_init(&out, r.arena);
		bool ok = run_line(&r, line->text, &out);
		answer(b, line->number, &r, ok, &out);
		curl = r.curl;
		arena_free(r.arena);
		free(line->text);
		free(line);
	}
	if (curl)
		curl_easy_cleanup(curl);
	return NULL;
}

static void add_line(Batch *b, Line *line)
{
	pthread_mutex_lock(&b->lock);
	*b->last = line;
	b->last = &line->next;
	int waiting = 0;
	for (Line *l = b->first; l && waiting <= THREADS; l = l->next)
		waiting++;
	if (waiting > b->idle && b->threads < THREADS && pthread_create(&b->thread[b->threads], NULL, work, b) == 0)
		b->threads++;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static int batch(const Settings *s)
{
	static Batch b = {.lock = PTHREAD_MUTEX_INITIALIZER, .output_lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER};
	size_t room = 0;
	char *text = NULL;
	b.settings = s;
	b.last = &b.first;
	for (long number = 1; getline(&text, &room, stdin) > 0; number++) {
		Line *line = calloc(1, sizeof *line);
		if (!line)
			return EXIT_ERROR;
		*line = (Line){.number = number, .text = text};
		text = NULL;
		room = 0;
		add_line(&b, line);
	}
	free(text);
	pthread_mutex_lock(&b.lock);
	b.ended = true;
	pthread_cond_broadcast(&b.changed);
	pthread_mutex_unlock(&b.lock);
	for (int i = 0; i < b.threads; i++)
		pthread_join(b.thread[i], NULL);
	return EXIT_OK;
}

/* ---- settings -------------------------------------------------------------------------------------------------- */

static const char *modules_cache(Arena *a)
{
	const char *given = getenv("GOMODCACHE"), *path = getenv("GOPATH"), *home = getenv("HOME");
	if (given && *given)
		return given;
	if (path && *path)
		return arena_printf(a, "%.*s/pkg/mod", (int)strcspn(path, ":"), path);
	return home && *home ? arena_printf(a, "%s/go/pkg/mod", home) : "";
}

/* $GOAUTH: credentials from netrc, or none; what Go's other ways are would be a program to run. */
static bool read_authentication(Settings *s)
{
	const char *way = getenv("GOAUTH");
	s->use_netrc = !way || !*way || strcmp(way, "netrc") == 0;
	if (s->use_netrc || strcmp(way, "off") == 0)
		return true;
	fprintf(stderr, "gol-fetch: GOAUTH=%s is not supported: it knows netrc and off\n", way);
	return false;
}

/* For slow lines, and for tests. */
static void read_limits(Settings *s)
{
	const char *text = getenv("GOLFETCHTIMEOUT");
	long seconds = text ? atol(text) : 0;
	s->connect_seconds = seconds > 0 ? seconds : CONNECT_SECONDS;
	s->stall_seconds = seconds > 0 ? seconds : STALL_SECONDS;
}

static int usage(void)
{
	fputs("usage: gol-fetch [-modcache folder] [-modcacherw] [-q] request\n"
	      "Requests are those below, or 'batch': lines of them from standard input.\n\n", stderr);
	for (int i = 0; i < COUNT_OF(verbs); i++)
		fprintf(stderr, "\t%s %s\n", verbs[i].name, verbs[i].arguments);
	return EXIT_USAGE;
}

static int read_flags(Settings *s, int argc, char **argv)
{
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *flag = argv[i] + 1 + (argv[i][1] == '-');
		if (strcmp(flag, "modcache") == 0 && i + 1 < argc)
			s->module_cache = argv[++i];
		else if (strcmp(flag, "modcacherw") == 0)
			s->writable_folders = true;
		else if (strcmp(flag, "q") == 0)
			s->quiet = true;
		else
			return -1;
	}
	return i < argc ? i : -1;
}

/* ---- the process ----------------------------------------------------------------------------------------------- */

static sigset_t waited;

static void *wait_for_signals(void *argument)
{
	int number;
	(void)argument;
	while (sigwait(&waited, &number) != 0)
		continue;
	remove_temporaries();
	signal(number, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &waited, NULL);
	raise(number);
	_exit(128 + number);
}

/* A full disk, a file size limit or a reader that is gone is an error of the call, not the end of the process. */
static void set_signals(void)
{
	pthread_t thread;
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&waited);
	sigaddset(&waited, SIGINT);
	sigaddset(&waited, SIGTERM);
	sigaddset(&waited, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &waited, NULL);
	if (pthread_create(&thread, NULL, wait_for_signals, NULL) == 0)
		pthread_detach(thread);
	else
		pthread_sigmask(SIG_UNBLOCK, &waited, NULL);
}

static int one_request(const Settings *s, int count, char **words)
{
	Request r = {.settings = s, .arena = arena_new(), .message = "", .temporary = -1};
	Words w = {0};
	Buf out;
	bool sum_follows = false, ok = true;
	buf_init(&out, r.arena);
	for (int i = 0; i < count && ok; i++)
		ok = add_word(&r, &w, words[i], &sum_follows);
	if (!ok || !find_verb(&r, &w)) {
		fprintf(stderr, "%s\n", r.message);
		return EXIT_USAGE;
	}
	if (!run_words(&r, &w, &out)) {
		size_t n = strlen(r.message);
		fprintf(stderr, n && r.message[n - 1] == '\n' ? "%s" : "%s\n", r.message);
		return EXIT_ERROR;
	}
	fwrite(out.s, 1, out.len, stdout);
	if (strcmp(w.word[0], "get") != 0 && out.len)
		putchar('\n');
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_ERROR;
}

int main(int argc, char **argv)
{
	static Settings s;
	Arena *a = arena_new();
	s.module_cache = modules_cache(a);
	int first = read_flags(&s, argc, argv);
	if (first < 0)
		return usage();
	if (!read_authentication(&s))
		return EXIT_USAGE;
	read_limits(&s);
	read_proxies(&s, a);
	set_signals();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	s.share = http_share_new();
	s.locale = unicode_locale();
	return strcmp(argv[first], "batch") == 0 && first + 1 == argc ? batch(&s) : one_request(&s, argc - first,
		argv + first);
}
