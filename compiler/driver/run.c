/*
 * run.c - gol run: build into a temporary folder, run, say how it ended.
 */
#include "driver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Go's words are the C library's in lower case. */
const char *signal_text(Driver *d, int number)
{
	char *text = arena_printf(d->c->arena, "%s", strsignal(number));
	for (char *p = text; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 'a' - 'A' : *p);
	return text;
}

void become_program(Driver *d, const char *path, char *const argv[])
{
	if (!d->scratch->ignores_size)
		signal(SIGXFSZ, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &d->scratch->mask, NULL);
	setrlimit(RLIMIT_STACK, &d->stack_limit);
	execvp(path, argv);
	fprintf(stderr, "gol: cannot run %s: %s\n", path, reason(d, errno));
	_exit(127);
}

/* Signals are the program's while it runs (scratch.c). */
int execute(Driver *d, const char *path, char *const argv[])
{
	int status = 0;
	pthread_mutex_lock(&d->scratch->lock);
	pid_t pid = d->scratch->program = fork();
	if (pid == 0)
		become_program(d, path, argv);
	pthread_mutex_unlock(&d->scratch->lock);
	if (pid < 0) {
		fprintf(stderr, "gol: cannot run %s: %s\n", path, reason(d, errno));
		return -1;
	}
	siginfo_t ended;
	while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)    /* signals still find it */
		;
	pthread_mutex_lock(&d->scratch->lock);
	d->scratch->program = 0;
	pthread_mutex_unlock(&d->scratch->lock);
	waitpid(pid, &status, 0);
	return status;
}

/* Says how the program ended. */
static int exit_of(Driver *d, int status)
{
	if (status < 0)
		return EXIT_ERROR;
	if (WIFSIGNALED(status))
		fprintf(stderr, "signal: %s\n", signal_text(d, WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		fprintf(stderr, "exit status %d\n", WEXITSTATUS(status));
	else
		return EXIT_OK;
	return EXIT_ERROR;
}

int run_command_line(Driver *d)
{
	TargetList targets = {0};
	VersionPlace place = {0};
	bool is_program = false;
	int status = names_version(&d->options) ? enter_version(d, &place) : EXIT_OK;
	if (status == EXIT_OK)
		status = find_inputs(d, &targets);
	if (status == EXIT_OK && targets.len != 1) {
		fprintf(stderr, targets.len ? "gol: pattern %s matches multiple packages\n" :
		        "gol: no packages loaded from %s\n", d->options.inputs.items[0]);
		status = EXIT_ERROR;
	}
	if (status != EXIT_OK) {
		leave_version(d, &place);
		return status;
	}
	const char *dir = make_scratch(d, "gol-run");
	const char *program = arena_printf(d->c->arena, "%s/%s", dir, targets.items[0].output);
	status = build_target(d, &targets.items[0], program, &is_program);
	leave_version(d, &place);
	if (status == EXIT_OK && !d->options.dry_run && access(program, X_OK) == 0) {
		Arguments a = {0};
		add_words(d, &a, d->options.exec ? d->options.exec : cross_runner(d));
		add_argument(d, &a, "%s", program);
		for (int i = 0; i < d->options.arguments.len; i++)
			vec_push(d->c->arena, &a, d->options.arguments.items[i]);
		vec_push(d->c->arena, &a, NULL);
		if (d->options.print_commands)
			fprintf(stderr, "%s\n", program);
		status = exit_of(d, execute(d, a.items[0], a.items));
	}
	scratch_remove(d, dir);
	return status;
}
