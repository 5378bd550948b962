/*
 * cross.c - GOARCH: programs for another machine than this one.
 *
 * Generated C and the runtime are C for any machine of 64 bits and little-endian words, so all that is needed is a C
 * compiler for the other machine, which CC must name: what it says of itself (-dumpmachine) decides whether it is
 * one. The target chooses files and tags (load/constraint.c) and the value of runtime.GOARCH. The runtime is compiled
 * from its amalgamation, once per compiler, into the cache, where it stands as an object like any other. Calls
 * through reflection need libffi for the target: they are there if its compiler finds ffi.h.
 *
 * Rejected: runtimes for all machines built by make (each needs a compiler that few have installed).
 */
#include "driver.h"
#include "../base/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct Target_ { const char *arch, *machine, *package; } machines[] = {
	{"amd64", "x86_64", "gcc-x86-64-linux-gnu"}, {"arm64", "aarch64", "gcc-aarch64-linux-gnu"},
		{"riscv64", "riscv64", "gcc-riscv64-linux-gnu"},
};

static const struct Target_ *find_machine(const char *arch)
{
	for (int i = 0; i < COUNT_OF(machines); i++)
		if (strcmp(machines[i].arch, arch) == 0)
			return &machines[i];
	return NULL;
}

bool is_known_machine(const char *arch) { return find_machine(arch) != NULL; }

bool is_cross(Driver *d) { return strcmp(d->c->arch, GOL_ARCH) != 0; }

/* What the C compiler says it compiles for: "aarch64-linux-gnu"; or "", also where it does not know the flag. */
const char *machine_of_compiler(Driver *d, const char *flag)
{
	Arguments a = {0};
	Buf command;
	char line[256] = "";
	buf_init(&command, d->c->arena);
	add_words(d, &a, d->options.cc);
	for (int i = 0; i < a.len; i++)
		buf_printf(&command, "'%s' ", a.items[i]);
	buf_printf(&command, "%s -dumpmachine 2>/dev/null", flag);
	FILE *f = popen(command.s, "r");
	if (f && !fgets(line, sizeof line, f))
		line[0] = '\0';
	if (f && pclose(f) != 0)
		line[0] = '\0';         /* clang names the machine, and then refuses the flag */
	return arena_strndup(d->c->arena, line, strcspn(line, "\n"));
}

static int check_compiler(Driver *d)
{
	const struct Target_ *wanted = find_machine(d->c->arch);
	const char *given = go_setting(d->c, "CC"), *machine = *given ? machine_of_compiler(d, "") : "";
	size_t n = strlen(wanted->machine);
	if (strncmp(machine, wanted->machine, n) == 0 && machine[n] == '-')
		return EXIT_OK;
	if (*given)
		fprintf(stderr, "gol: GOARCH=%s, but CC=%s compiles for %s\n", wanted->arch, given,
		        *machine ? machine : "no machine that it can name");
	else
		fprintf(stderr, "gol: GOARCH=%s needs a C compiler for %s: name it by CC (Debian: %s)\n", wanted->arch,
		        wanted->machine, wanted->package);
	return EXIT_USAGE;
}

/* ---- the runtime ---------------------------------------------------------------------------- */

static bool has_libffi(Driver *d)
{
	const char *source = arena_printf(d->c->arena, "%s/ffi.c", d->work),
		*object = arena_printf(d->c->arena, "%s/ffi.o", d->work);
	if (!write_text(source, "#include <ffi.h>\n"))
		return false;
	Job job = compile_job(d, "-O0", "", source, object);
	run_job(d, &job);
	return job.status == 0;
}

/* In a folder that stays until gol ends: all programs of the command are linked with it, also where the cache
 * cannot keep it. */
static int compile_runtime(Driver *d, uint64_t key, bool ffi)
{
	const char *source = arena_printf(d->c->arena, "%s/golrt.c", d->amalgamation),
		*folder = make_scratch(d, "gol-runtime");
	const char *object = arena_printf(d->c->arena, "%s/golrt.o", folder);
	if (access(source, R_OK) != 0) {
		fprintf(stderr, "gol: the runtime: %s: no such file or directory\n", source);
		return EXIT_ERROR;
	}
	Job job = compile_job(d, "-O2", ffi ? "-fno-omit-frame-pointer -DGOL_HAVE_FFI" : "-fno-omit-frame-pointer", source,
	                      object);
	job.what = "golrt";
	progress_show(d, 0, 1, "the runtime");
	run_job(d, &job);
	progress_clear(d);
	if (job.status != 0)
		return explain_failure(d, &job, "");
	if (!d->options.dry_run && seal_object(object))
		cache_store(d, key, object);
	d->runtime_library = object;
	return EXIT_OK;
}

/* Sets what to link with; an exit status. To be called with a work folder. */
int prepare_target(Driver *d)
{
	if (!is_cross(d) || d->target_is_ready)
		return EXIT_OK;
	int status = check_compiler(d);
	if (status != EXIT_OK)
		return status;
	uint64_t key = hash_file(hash_bytes(d->identity, d->options.cc, strlen(d->options.cc)),
	                         arena_printf(d->c->arena, "%s/golrt.c", d->amalgamation));
	bool ffi = has_libffi(d);
	key = hash_bytes(key, ffi ? "ffi" : "none", 4);
	const char *found = d->options.rebuild ? NULL : cache_find(d, key);
	d->target_has_libffi = ffi;
	if (found)
		d->runtime_library = found;
	else
		status = compile_runtime(d, key, ffi);
	d->target_is_ready = status == EXIT_OK;
	return status;
}

/* ---- running what was built ---------------------------------------------------------------------- */

const char *cross_runner(Driver *d)
{
	const char *name = arena_printf(d->c->arena, "go_linux_%s_exec", d->c->arch), *path = getenv("PATH");
	if (!is_cross(d))
		return "";
	for (const char *p = path ? path : ""; *p; p += strcspn(p, ":"), p += *p == ':')
		if (access(arena_printf(d->c->arena, "%.*s/%s", (int)strcspn(p, ":"), p, name), X_OK) == 0)
			return name;
	return "";
}
