/*
 * trees.c - gol tree: which Go source trees there are, and getting one.
 *
 * gol tree get brings the sources of a Go release through a module proxy (gol-fetch does the work): they are a module
 * like any other. There is no go.sum to compare them with, so the hash of each release that can be had stands here;
 * it is the one that Go's checksum database has.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Release { const char *version, *amd64, *arm64; } Release;

/* The first is what is got without a name. */
static const Release releases[] = {
	{"go1.26.8", "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=", "h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc="},
};

/* ---- gol tree ------------------------------------------------------------------------------------------ */

static int list_trees(Driver *d)
{
	Compiler *c = d->c;
	SourceTreeList trees = list_go_trees(c);
	if (!find_go_tree(c))
		fprintf(stderr, "gol: %s\n", why_no_tree(c));
	for (int i = 0; i < trees.len; i++) {
		const SourceTree *t = &trees.items[i];
		bool chosen = c->tree.root && strcmp(c->tree.root, t->root) == 0;
		printf("%s%-10s %s\n", chosen ? "* " : "  ", t->version, t->root);
	}
	return c->tree.root ? EXIT_OK : EXIT_ERROR;
}

/* ---- gol tree get ---------------------------------------------------------------------------------------- */

static const Release *find_release(const char *version)
{
	for (int i = 0; i < COUNT_OF(releases); i++)
		if (strcmp(releases[i].version, version) == 0 || strcmp(releases[i].version + 2, version) == 0)
			return &releases[i];
	fprintf(stderr, "gol: tree get: no hash is known of %s; what can be had:", version);
	for (int i = 0; i < COUNT_OF(releases); i++)
		fprintf(stderr, " %s", releases[i].version);
	fputc('\n', stderr);
	return NULL;
}

static int run_fetch(Driver *d, const Release *release, const char *dir)
{
	Arguments a = {0};
	char *const words[] = {"gol-fetch", "tree", (char *)release->version, (char *)dir, "-sum",
		                   (char *)(strcmp(GOL_ARCH, "arm64") == 0 ? release->arm64 : release->amd64), NULL};
	for (int i = 0; i < COUNT_OF(words); i++)
		vec_push(d->c->arena, &a, words[i]);
	if (access(d->c->fetch_program, X_OK) != 0) {
		fprintf(stderr, "gol: tree get: %s is missing\n", d->c->fetch_program);
		return EXIT_ERROR;
	}
	int status = execute(d, d->c->fetch_program, a.items);
	if (status < 0)
		return EXIT_ERROR;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int get_tree(Driver *d, const char *version)
{
	const Release *release = version ? find_release(version) : &releases[0];
	struct stat st;
	if (!release)
		return EXIT_ERROR;
	if (!d->c->trees_dir) {
		fprintf(stderr, "gol: tree get: neither GOLTREES nor HOME says where to put it\n");
		return EXIT_ERROR;
	}
	const char *dir = arena_printf(d->c->arena, "%s/%s", d->c->trees_dir, release->version);
	if (stat(arena_printf(d->c->arena, "%s/src", dir), &st) != 0)
		return run_fetch(d, release, dir);
	puts(dir);
	return EXIT_OK;
}

int tree_command(Driver *d, int argc, char **argv)
{
	if (argc == 0)
		return list_trees(d);
	if (strcmp(argv[0], "get") == 0 && argc <= 2 && (argc == 1 || argv[1][0] != '-'))
		return get_tree(d, argc == 2 ? argv[1] : NULL);
	fprintf(stderr, "usage: gol tree [get [version]]\nRun 'gol help tree' for details.\n");
	return EXIT_USAGE;
}
