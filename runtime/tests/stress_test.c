/*
 * stress_test.c - runs the hand-written programs beside it under every stress setting: each must print what it
 * prints without, and the totals must show that the setting did something; in debug builds, that checks were made.
 */
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const programs[] = {"pingpong_test", "deep_test", "unwind_test", "side_test", "call_test"};
static const char *const settings[] = {
	"freeze", "freeze=2:1", "freeze=7:5", "freeze=50:3", "window=1", "window=3", "window=40", "sched:1", "sched:2,freeze=5:2",
	"gc=3", "freeze=3:9,gc=7,sched:4",
};

/* Output and exit status of a program under a setting, its totals apart. */
static int run(const char *folder, const char *program, const char *setting, char *out, size_t size, char *totals)
{
	char command[1000], line[1000];
	snprintf(command, sizeof command, "GOLSTRESS=%s,stats timeout 60 %s/%s 2>&1", setting, folder, program);
	FILE *f = popen(command, "r");
	size_t used = 0;
	out[0] = totals[0] = 0;
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, "gol stress:", 11) == 0)
			snprintf(totals, 1000, "%s", line);
		else if (used + strlen(line) < size)
			used += (size_t)sprintf(out + used, "%s", line);
	}
	return f != NULL ? pclose(f) : -1;
}

static long total(const char *totals, const char *name)
{
	char key[40];
	snprintf(key, sizeof key, " %s=", name);
	const char *p = strstr(totals, key);
	return p != NULL ? atol(p + strlen(key)) : -1;
}

static int check(const char *folder, const char *program)
{
	static char want[10000], got[10000], totals[1000];
	int failures = 0;
	if (run(folder, program, "", want, sizeof want, totals) != 0)
		return printf("%s fails\n", program), 1;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		int status = run(folder, program, settings[i], got, sizeof got, totals);
		bool idle = strstr(settings[i], "freeze") != NULL && (total(totals, "freezes") <= 0 || total(totals, "blockmoves") <= 0);
#ifdef GOL_DEBUG
		idle = idle || total(totals, "checks") <= 0;
#endif
		if (status == 0 && strcmp(got, want) == 0 && !idle)
			continue;
		failures++;
		printf("%s under %s: status %d%s, printed\n%swant\n%s%s", program, settings[i], status, idle ? ", nothing happened" : "", got, want, totals);
	}
	return failures;
}

int main(int argc, char **argv)
{
	int failures = 0;
	char folder[500];
	(void)argc;
	snprintf(folder, sizeof folder, "%s", argv[0]);
	const char *here = dirname(folder);
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		failures += check(here, programs[i]);
	puts(failures == 0 ? "ok" : "FAILED");
	return failures != 0;
}
