/*
 * cpu.c - what the machine gives: processors, how much of their time, barriers on all of them, random bits.
 *
 * A control group limits the time, not the number of processors: so many microseconds in each period, which all
 * threads of the group share. /proc/self/cgroup says which group the process is in, /proc/self/mountinfo where groups
 * can be read. Of the two kinds that Linux has the old one counts where it has the cpu controller. Only the group
 * itself is looked at, not those above it, as Go does.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <limits.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_processor_count(void)
{
	unsigned long set[1024];        /* more than the kernel has: 65,536 processors */
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set);
	int count = 0;
	for (long i = 0; i < bytes / (long)sizeof *set; i++)
		count += __builtin_popcountl(set[i]);
	return count > 0 ? count : 1;
}

/* ---- control groups -------------------------------------------------------------------------------- */

typedef struct group { char path[PATH_MAX]; bool found, is_old; } group;

/* Is word in the comma separated list? */
static bool lists(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = list; p != NULL; p = strchr(p, ',') != NULL ? strchr(p, ',') + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == 0))
			return true;
	return false;
}

static FILE *open_file(const char *root, const char *folder, const char *name)
{
	char *path;
	if (asprintf(&path, "%s%s/%s", root, folder, name) < 0)
		return NULL;
	FILE *f = fopen(path, "re");
	free(path);
	return f;
}

/* Calls each with the lines of a file, their ends cut off, until it answers false. */
static void each_line(FILE *f, bool (*each)(char *line, void *context), void *context)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	if (f == NULL)
		return;
	while ((n = getline(&line, &cap, f)) > 0) {
		line[n - (line[n - 1] == '\n')] = 0;
		if (!each(line, context))
			break;
	}
	free(line);
	fclose(f);
}

/* number:controllers:path */
static bool find_group(char *line, void *context)
{
	group *found = context;
	char *number = strsep(&line, ":"), *controllers = strsep(&line, ":");
	if (controllers == NULL || line == NULL)
		return true;
	bool is_old = lists(controllers, "cpu");
	if (is_old || (strcmp(number, "0") == 0 && *controllers == 0)) {
		snprintf(found->path, sizeof found->path, "%s", line);
		found->found = true;
		found->is_old = is_old;
	}
	return !is_old;
}

/* mountinfo writes blanks as \040. */
static void decode(char *s)
{
	char *to = s;
	for (; *s != 0; to++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = 0;
}

typedef struct mount { const group *group; char path[2 * PATH_MAX]; bool found; } mount;

/* id, parent, device, root, mount point, options, optional fields, "-", type, source, options of the file system */
static bool find_mount(char *line, void *context)
{
	mount *m = context;
	char *fields[5], *end = strstr(line, " - ");
	if (end == NULL)
		return true;
	*end = 0;
	end += 3;
	for (int i = 0; i < 5; i++)
		if ((fields[i] = strsep(&line, " ")) == NULL)
			return true;
	char *type = strsep(&end, " "), *source = strsep(&end, " ");
	if (strcmp(type, m->group->is_old ? "cgroup" : "cgroup2") != 0 || source == NULL ||
		(m->group->is_old && (end == NULL || !lists(end, "cpu"))))
		return true;
	char *root = fields[3], *point = fields[4];
	decode(root);
	decode(point);
	size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(m->group->path, root, n) != 0 || (m->group->path[n] != '/' && m->group->path[n] != 0))
		return true;                    /* of another part of the tree */
	snprintf(m->path, sizeof m->path, "%s%s", point, m->group->path + n);
	m->found = true;
	return false;
}

/* The first line of a file of the group. */
static bool read_setting(const char *root, const mount *m, const char *name, char *to, int size)
{
	FILE *f = open_file(root, m->path, name);
	bool ok = f != NULL && fgets(to, size, f) != NULL;
	if (f != NULL)
		fclose(f);
	return ok;
}

static double quota_in(double quota, double period) { return quota > 0 && period > 0 ? quota / period : 0; }

double os_processor_limit(const char *root)
{
	group g = {.found = false};
	mount m = {.group = &g};
	char quota[64], period[64];
	each_line(open_file(root, "/proc/self", "cgroup"), find_group, &g);
	if (g.found)
		each_line(open_file(root, "/proc/self", "mountinfo"), find_mount, &m);
	if (!m.found)
		return 0;
	if (!g.is_old)                      /* "max 100000" or "150000 100000" */
		return read_setting(root, &m, "cpu.max", quota, sizeof quota) && sscanf(quota, "%*s %63s", period) == 1 ?
			quota_in(strtod(quota, NULL), strtod(period, NULL)) : 0;
	return read_setting(root, &m, "cpu.cfs_quota_us", quota, sizeof quota) &&
		read_setting(root, &m, "cpu.cfs_period_us", period, sizeof period) ?
		quota_in(strtod(quota, NULL), strtod(period, NULL)) : 0;
}

/* ---- barriers, random bits ---------------------------------------------------------------------------- */

bool os_barrier_prepare(void) { return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0; }

bool os_barrier(void) { return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0; }

uint64_t os_random_seed(void)
{
	uint64_t seed = 0;
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = (uint64_t)os_nanotime() * 0x9e3779b97f4a7c15u;
	return seed;
}
