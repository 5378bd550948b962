/*
 * test_cache.c - results of tests that need not be run again.
 *
 * A test that passed passes again if nothing has changed that it depends on: its program, its flags, and what of the
 * system it looks at. The first two are a key. What it looked at the last time, the program has written down
 * (internal/testlog in the library): environment variables, and files and folders it opened or asked about, where it
 * was then.
 *
 *     KEY.result                  that list, under the key of program and flags
 *     KEY2.result                 what was printed, under that key and a hash of all that the list names, as it is now
 *
 * So a result is found by what the list of the last run says now. Files are told by size, mode and time of change;
 * what lies outside of the module is not looked at, as in Go. A file that was changed less than two seconds before is
 * no basis for anything: the next change may have the same time. Each file carries a seal (cache.c), and one that is
 * not sound is not there.
 *
 * Kept are only results of flags of which it is known that they do not ask for another run: -count, -bench, -shuffle
 * and the program's own flags do. Without packages on the command line nothing is kept.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC "# test log\n"

/* ---- files of the cache ---------------------------------------------------------------------------- */

static const char *result_path(Driver *d, uint64_t key)
{
	return arena_printf(d->c->arena, "%s/%016llx.result", d->cache_dir, (unsigned long long)key);
}

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *text = NULL;
	*n = 0;
	if (f && fstat(fileno(f), &st) == 0 && (text = malloc((size_t)st.st_size + 1))) {
		*n = fread(text, 1, (size_t)st.st_size, f);
		text[*n] = '\0';
	}
	if (f)
		fclose(f);
	return text;
}

/* Without its seal. */
char *read_result(Driver *d, uint64_t key, size_t *n)
{
	const char *path = result_path(d, key);
	char *text = is_sound_object(path) ? read_file(path, n) : NULL;
	if (text && *n >= SEAL_SIZE)
		text[*n -= SEAL_SIZE] = '\0';
	return text;
}

static bool write_bytes(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(text, 1, n, f) == n;
	return f && fclose(f) == 0 && ok;
}

void write_result(Driver *d, uint64_t key, const char *text, size_t n)
{
	const char *path = result_path(d, key), *aside = arena_printf(d->c->arena, "%s.%d", path, (int)getpid());
	scratch_file(d, aside);
	if (write_bytes(aside, text, n) && seal_object(aside))
		(void)!rename(aside, path);
	scratch_remove(d, aside);
}

/* ---- what the tests looked at ------------------------------------------------------------------------- */

typedef struct Inputs {
	Driver *d;
	const char *root;           /* of the module or tree; what lies outside is not looked at */
	const char *here;           /* the program's working directory */
	uint64_t hash;
	bool bad;                   /* a file is too new, or the list is none */
} Inputs;

static void add_bytes(Inputs *in, const void *data, size_t n) { in->hash = hash_bytes(in->hash, data, n); }

static void add_stat(Inputs *in, const struct stat *st)
{
	int64_t facts[] = {st->st_size, st->st_mode, st->st_mtim.tv_sec, st->st_mtim.tv_nsec};
	add_bytes(in, facts, sizeof facts);
}

static void add_variable(Inputs *in, const char *name)
{
	const char *value = getenv(name);
	add_bytes(in, name, strlen(name) + 1);
	add_bytes(in, value ? value : "", value ? strlen(value) + 1 : 0);
}

/* Of the file, and of the link if it is one. */
static void add_facts(Inputs *in, const char *path)
{
	struct stat st;
	int (*const calls[])(const char *, struct stat *) = {stat, lstat};
	for (int i = 0; i < COUNT_OF(calls); i++) {
		if (calls[i](path, &st) == 0)
			add_stat(in, &st);
		else
			add_bytes(in, &errno, sizeof errno);
	}
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void add_folder(Inputs *in, const char *path)
{
	DIR *dir = opendir(path);
	Arguments names = {0};
	struct stat st;
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			vec_push(in->d->c->arena, &names, arena_printf(in->d->c->arena, "%s", entry->d_name));
	if (dir)
		closedir(dir);
	if (names.len)
		qsort(names.items, (size_t)names.len, sizeof *names.items, by_text);
	for (int i = 0; i < names.len; i++) {
		add_bytes(in, names.items[i], strlen(names.items[i]) + 1);
		if (lstat(arena_printf(in->d->c->arena, "%s/%s", path, names.items[i]), &st) == 0)
			add_stat(in, &st);
	}
}

static void add_opened(Inputs *in, const char *path)
{
	struct stat st;
	struct timespec now;
	if (stat(path, &st) != 0) {
		add_bytes(in, &errno, sizeof errno);
		return;
	}
	add_stat(in, &st);
	clock_gettime(CLOCK_REALTIME, &now);
	double age = (double)(now.tv_sec - st.st_mtim.tv_sec) + (double)(now.tv_nsec - st.st_mtim.tv_nsec) / 1e9;
	if (S_ISDIR(st.st_mode))
		add_folder(in, path);
	else if (S_ISREG(st.st_mode) && age < 2)
		in->bad = true;
}

static const char *absolute(Inputs *in, const char *name)
{
	return *name == '/' ? name : clean_absolute(in->d->c, arena_printf(in->d->c->arena, "%s/%s", in->here, name));
}

static bool is_inside(const Inputs *in, const char *path)
{
	size_t n = in->root ? strlen(in->root) : 0;
	return n && strncmp(path, in->root, n) == 0 && (path[n] == '/' || !path[n]);
}

static void add_action(Inputs *in, const char *action, const char *name)
{
	if (strcmp(action, "getenv") == 0) {
		add_variable(in, name);
		return;
	}
	if (strcmp(action, "chdir") == 0) {
		in->here = name;
		add_bytes(in, name, strlen(name));
		add_facts(in, name);
		return;
	}
	const char *path = absolute(in, name);
	bool open = strcmp(action, "open") == 0;
	in->bad |= !open && strcmp(action, "stat") != 0;
	if (!is_inside(in, path))
		return;
	add_bytes(in, path, strlen(path) + 1);
	if (open)
		add_opened(in, path);
	else
		add_facts(in, path);
}

/* A hash of the list's inputs as they are now; false: the list cannot be believed. */
static bool hash_inputs(Testing *t, const Test *test, const char *list, uint64_t *hash)
{
	const Target *target = test->target;
	Inputs in = {.d = t->d, .here = tests_folder(test->c, target), .hash = test->key};
	in.root = target->module ? target->module->root : target->is_stdlib ? test->c->tree.root : NULL;
	if (strncmp(list, MAGIC, strlen(MAGIC)) != 0)
		return false;
	add_variable(&in, "GODEBUG");
	char *copy = strdup(list + strlen(MAGIC));
	for (char *save, *line = strtok_r(copy, "\n", &save); line && !in.bad; line = strtok_r(NULL, "\n", &save)) {
		char *blank = strchr(line, ' ');
		in.bad = !blank;
		if (blank) {
			*blank = '\0';
			add_action(&in, line, arena_printf(t->d->c->arena, "%s", blank + 1));
		}
	}
	free(copy);
	*hash = in.hash;
	return !in.bad;
}

/* ---- keys ------------------------------------------------------------------------------------------------ */

static bool is_listed(const char *const *list, int count, const char *flag, size_t n)
{
	for (int i = 0; i < count; i++)
		if (strlen(list[i]) == n && strncmp(list[i], flag, n) == 0)
			return true;
	return false;
}

/* False: with these flags the test is run whatever was seen before. */
static bool add_flags(const TestFlags *flags, uint64_t *key)
{
	static const char *const harmless[] = {"-test.benchtime", "-test.cpu", "-test.list", "-test.parallel", "-test.run",
		"-test.short", "-test.skip",
		"-test.timeout", "-test.failfast", "-test.v", "-test.fullpath"};
	static const char *const no_matter[] = {"-test.coverprofile", "-test.outputdir"};
	for (int i = 0; i < flags->passed.len; i++) {
		const char *flag = flags->passed.items[i];
		size_t n = strcspn(flag, "=");
		if (!flag[n] || strncmp(flag, "-test.", strlen("-test.")) != 0)
			return false;
		if (is_listed(harmless, COUNT_OF(harmless), flag, n))
			*key = hash_bytes(*key, flag, strlen(flag) + 1);
		else if (!is_listed(no_matter, COUNT_OF(no_matter), flag, n))
			return false;
	}
	return true;
}

/* 0: results are not kept. */
static uint64_t result_key(Testing *t, const Test *test)
{
	const Options *o = &t->d->options;
	bool has_root = test->target->module || test->target->is_stdlib;
	if (t->flags.local || t->flags.compile_only || !test->has_tests || !has_root || (o->exec && *o->exec) ||
	    o->rebuild || o->dry_run)
		return 0;
	uint64_t key = test->program_key;
	const char *folder = tests_folder(test->c, test->target);
	key = hash_bytes(key, folder, strlen(folder));
	if (test->others)
		key = hash_bytes(key, test->others, strlen(test->others));
	return add_flags(&t->flags, &key) ? key : 0;
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

/* The last line, "ok  \tp\t0.003s", with (cached) in place of the time. */
static bool replay(Test *test, const char *text, size_t n)
{
	const char *line = text + n - 1;
	if (n == 0 || text[n - 1] != '\n')
		return false;
	while (line > text && line[-1] != '\n')
		line--;
	const char *time = strncmp(line, "ok  \t", 5) == 0 ? strchr(line + 5, '\t') : NULL;
	if (!time)
		return false;
	time++;
	output_add(&test->output, text, (size_t)(time - text));
	output_printf(&test->output, "(cached)%s", time + strspn(time, "0123456789.s"));
	return true;
}

void find_result(Testing *t, Test *test)
{
	if (t->flags.cover_profile && *t->flags.cover_profile)     /* what is kept has no profile */
		return;
	uint64_t hash;
	size_t n;
	test->key = result_key(t, test);
	char *list = test->key ? read_result(t->d, test->key, &n) : NULL;
	char *text = list && hash_inputs(t, test, list, &hash) ? read_result(t->d, hash, &n) : NULL;
	if (text && replay(test, text, n)) {
		test->cached = true;
		test->state = TEST_BUILT;
	}
	free(list);
	free(text);
}

void keep_result(Testing *t, Test *test)
{
	uint64_t hash;
	size_t n;
	char *list = read_file(arena_printf(t->d->c->arena, "%s/testlog.txt", test->folder), &n);
	if (list && n && list[n - 1] == '\n' && hash_inputs(t, test, list, &hash)) {
		write_result(t->d, test->key, list, n);
		write_result(t->d, hash, test->output.text, test->output.len);
	}
	free(list);
}
