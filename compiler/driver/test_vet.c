/*
 * test_vet.c - vet before tests.
 *
 * Packages are vetted (vet.c) with the few analyzers that are hardly ever wrong, or those of -vet; one that vet has
 * something to say of fails as if it could not be built. One process looks at all packages, while the first programs
 * are built; its verdicts are kept with the results of tests, under a key of all sources that the program is made of
 * and of what else lies in the package's folder (test_cache.c has the files), so that nothing is run where nothing
 * has changed.
 *
 * The first vet of a tree has to be compiled, which takes minutes: gol test does that only where -vet asks for it.
 * Without the flag packages are vetted if vet is there, because gol vet was used before. Standard packages are not
 * vetted (what gol has is not what vet would see), nor what is written for a newer Go than the tree's.
 */
#define _GNU_SOURCE           /* memfd_create */
#include "test.h"
#include "vet.h"
#include "../load/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- keys ------------------------------------------------------------------------------------------- */

/* What vet reads beside the sources of the program: files that the build leaves out, assembly. */
static uint64_t add_folder(Driver *d, uint64_t key, const char *dir)
{
	TextList names = folder_names(d->c, dir);
	struct stat st;
	for (int i = 0; i < names.len; i++) {
		const char *name = names.items[i], *dot = strrchr(name, '.');
		if (!is_source_name(name) && !(dot && strcmp(dot, ".s") == 0))
			continue;
		if (stat(arena_printf(d->c->arena, "%s/%s", dir, base_name(name)), &st) != 0)
			continue;
		int64_t facts[] = {st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
		key = hash_bytes(hash_bytes(key, name, strlen(name) + 1), facts, sizeof facts);
	}
	return key;
}

static uint64_t verdict_key(Testing *t, const Test *test, const char *tool, const TextList *flags)
{
	Driver *d = t->d;
	const char *texts[] = {"vet", tool, d->c->work_dir, test->target->dir, d->options.tags ? d->options.tags : ""};
	uint64_t key = test->program_key;
	for (int i = 0; i < COUNT_OF(texts); i++)
		key = hash_bytes(key, texts[i], strlen(texts[i]) + 1);
	for (int i = 0; i < flags->len; i++)
		key = hash_bytes(key, flags->items[i], strlen(flags->items[i]) + 1);
	return add_folder(d, key, test->target->dir);
}

/* ---- flags -------------------------------------------------------------------------------------------- */

/* False, and said: the tree's vet has no such analyzer. */
static bool choose_analyzers(Testing *t, const char *known, TextList *flags)
{
	static const char *const by_default[] = {"atomic", "bool", "buildtags", "directive", "errorsas", "ifaceassert",
		"nilfunc", "printf", "slog",
		"stringintconv", "tests"};
	const TestFlags *f = &t->flags;
	bool some;
	for (int i = 0; i < COUNT_OF(by_default) && !f->vet_given; i++) {
		const char *flag = arena_printf(t->arena, "-%s", by_default[i]);
		if (is_vet_flag(t->d, known, flag, &some))
			vec_push(t->arena, flags, flag);
	}
	for (int i = 0; i < f->vet.len; i++) {
		const char *flag = arena_printf(t->arena, "-%s", f->vet.items[i]);
		if (!is_vet_flag(t->d, known, flag, &some)) {
			fprintf(stderr, "gol: -vet=%s: vet of the Go tree %s has no such analyzer\n", f->vet.items[i],
			        t->d->c->tree.root);
			return false;
		}
		vec_push(t->arena, flags, flag);
	}
	return true;
}

/* ---- the process ---------------------------------------------------------------------------------------- */

/* Takes the verdict from the cache, or adds the package to the job. */
static void add_test(Testing *t, VetJob *job, Test *test, const char *tool, const TextList *flags)
{
	size_t n;
	if (test->target->is_stdlib || (test->target->module && test->target->module->minor > t->d->c->tree.minor))
		return;
	test->vet_key = verdict_key(t, test, tool, flags);
	char *kept = t->d->options.rebuild ? NULL : read_result(t->d, test->vet_key, &n);
	if (kept) {
		test->vet_said = n ? arena_strndup(t->arena, kept, n) : NULL;
		free(kept);
		return;
	}
	int before = job->listing.roots.len, number = job->packages.len;
	listing_add(&job->listing, test->target);
	if (job->listing.roots.len == before)
		return;
	for (int i = 0; i < COUNT_OF(test->vet_outputs); i++)
		test->vet_outputs[i] = arena_printf(t->arena, "%s/vet%03d.%d", t->folder, number, i);
	vec_push(t->arena, &job->packages, (VetPackage){listing_tests(&job->listing, vec_last(&job->listing.roots)),
	                                                {test->vet_outputs[0], test->vet_outputs[1]}});
	test->vet_waits = true;
}

static bool spawn_vet(Testing *t, char **argv)
{
	Driver *d = t->d;
	t->vet_error = memfd_create("gol-vet", MFD_CLOEXEC);
	fflush(NULL);
	pthread_mutex_lock(&d->scratch->lock);
	pid_t pid = t->vet.pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		dup2(t->vet_error, 2);
		set_tool_environment(d);
		become_program(d, argv[0], argv);
	}
	if (pid > 0) {
		setpgid(pid, pid);
		child_started(d->scratch, &t->vet);
		t->running++;
	}
	pthread_mutex_unlock(&d->scratch->lock);
	if (pid < 0)
		fprintf(stderr, "gol: cannot run %s: %s\n", argv[0], reason(d, errno));
	return pid > 0;
}

static bool start_job(Testing *t, const char *tool)
{
	Driver *d = t->d;
	TextList flags = {0};
	Arguments command = {0};
	const char *known = vet_flags(d, tool);
	if (!known || !choose_analyzers(t, known, &flags))
		return false;
	VetJob job = vet_job(d);
	job.of_test = true;
	job.chosen = t->flags.vet_given;
	for (int i = 0; i < t->tests.len; i++)
		add_test(t, &job, &t->tests.items[i], tool, &flags);
	if (job.packages.len == 0)
		return true;
	if (!vet_command_line(&job, tool, &flags, t->folder, &command))
		return false;
	if (d->options.print_commands)
		print_command(command.items);
	for (int i = 0; i < t->tests.len && d->options.dry_run; i++)
		t->tests.items[i].vet_waits = false;
	return d->options.dry_run || spawn_vet(t, command.items);
}

bool start_vetting(Testing *t)
{
	Driver *d = t->d;
	if (t->flags.vet_off)
		return true;
	const char *tool = t->flags.vet_given ? tool_path(d, VET_TOOL) : ready_tool(d, VET_TOOL);
	if (!tool)
		return !t->flags.vet_given;
	Compiler *before = d->c;
	fresh_compiler(d);
	find_go_tree(d->c);
	bool ok = start_job(t, tool);
	d->c = before;
	return ok;
}

/* ---- verdicts ---------------------------------------------------------------------------------------------- */

static void add_file(Buf *b, const char *path)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = fopen(path, "re");
	if (f && getdelim(&text, &n, '\0', f) > 0)
		buf_str(b, text);
	free(text);
	if (f)
		fclose(f);
}

/* What vet said when it could not do its work belongs to all. */
static const char *own_words(Testing *t, int status)
{
	char *text = arena_alloc(t->arena, 1 << 16);
	ssize_t n = pread(t->vet_error, text, (1 << 16) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(t->vet_error);
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1 && !*text)
		return "";
	return *text ? text : arena_printf(t->arena, "vet: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit status",
	                                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

void look_at_vet(Testing *t)
{
	int status;
	if (t->vet.pid <= 0 || waitpid(t->vet.pid, &status, WNOHANG) != t->vet.pid)
		return;
	child_ended(t->d->scratch, &t->vet);
	t->vet.pid = 0;
	give_slot(t->d, t->running--);
	const char *own = own_words(t, status);
	for (int i = 0; i < t->tests.len; i++) {
		Test *test = &t->tests.items[i];
		if (!test->vet_waits)
			continue;
		Buf said;
		buf_init(&said, t->arena);
		buf_str(&said, "");
		for (int k = 0; k < COUNT_OF(test->vet_outputs); k++)
			add_file(&said, test->vet_outputs[k]);
		if (*own)
			buf_printf(&said, "# %s\n%s", test->target->path, own);
		else
			write_result(t->d, test->vet_key, said.s, strlen(said.s));
		test->vet_said = *said.s ? said.s : NULL;
		test->vet_waits = false;
	}
}

/* A block's package: a second header in it says that it is one made for tests. */
static const char *package_of(Testing *t, const Test *test, const char *block)
{
	const char *path = block + strlen("# "), *line = strchr(block, '\n');
	const char *name = arena_strndup(t->arena, path, strcspn(path, "\n"));
	return line && strncmp(line, "\n# [", 4) == 0 ? arena_printf(t->arena, "%s [%s.test]", name, test->target->path) :
		name;
}

void take_vet_verdict(Testing *t, Test *test)
{
	if (!test->vet_said || test->failed)
		return;
	for (const char *block = test->vet_said, *end; *block; block = end) {
		end = strstr(block + 1, "\n# ");
		if (end && end[3] == '[')
			end = strstr(end + 1, "\n# ");
		end = end ? end + 1 : block + strlen(block);
		test->failed_build = package_of(t, test, block);
		if (t->flags.json)
			json_vet_failed(test->failed_build, arena_strndup(t->arena, block, (size_t)(end - block)));
	}
	if (!t->flags.json)
		fputs(test->vet_said, stderr);
	test->failed = true;
	test->cached = false;
}
