/*
 * race_report.c - what the race detector found, in Go's format, and the end of a program in which it found something.
 *
 * GORACE holds key=value pairs, divided by blanks: log_path=stdout, stderr or the beginning of a file's name, to which
 * .PID is added; exitcode (66); halt_on_error=1 ends the program after the first report; strip_path_prefix. What
 * tunes Go's detector alone, history_size and atexit_sleep_ms, is accepted and changes nothing here: calling
 * contexts are kept for ever, and nothing waits for goroutines that run at the end.
 */
#include "unwind/race_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/text.h"
#include "os/os.h"
#include "race/race.h"
#include "stack/position.h"
#include "unwind/pc.h"

enum { FRAMES = 128, DEFAULT_CODE = 66 };

static struct {
	int code, fd;
	bool halts;
	const char *prefix; size_t prefix_size;
} report = {.code = DEFAULT_CODE, .fd = 2};

static void write_out(text *t)
{
	os_write_all(report.fd, t->data, t->size);
	t->size = 0;
}

/* ---- stacks ------------------------------------------------------------------------------------------------ */

static void print_frame(text *t, const position *p)
{
	const char *file = position_file(p);
	if (report.prefix_size > 0 && strncmp(file, report.prefix, report.prefix_size) == 0)
		file += report.prefix_size;
	text_string(t, "  ");
	text_string(t, position_name(p));
	text_string(t, "()\n      ");
	text_string(t, file);
	text_string(t, ":");
	text_uint(t, position_line(p));
	text_string(t, " +");
	text_hex(t, p->point);
	text_string(t, "\n");
}

/* A place, and the functions that were inlined around it. */
static void print_place(text *t, const gol_point *at, uint32_t *left)
{
	position p;
	if (at == NULL || !pc_find((uintptr_t)at, &p))
		return;
	do {
		if (*left > 0 && position_is_shown(&p)) {
			print_frame(t, &p);
			--*left;
		}
	} while (position_outer(&p));
}

static void print_stack(text *t, const gol_point *at, uint32_t context)
{
	uint32_t left = FRAMES;
	print_place(t, at, &left);
	while (context != 0 && left > 0) {
		context = race_context_caller(context, &at);
		print_place(t, at, &left);
	}
}

/* ---- the report -------------------------------------------------------------------------------------------- */

static void print_goroutine(text *t, const race_side *s)
{
	if (!s->known) {
		text_string(t, "a goroutine that has ended");
	} else if (s->is_main) {
		text_string(t, "main goroutine");
	} else {
		text_string(t, "goroutine ");
		text_uint(t, s->goroutine);
	}
}

static void print_side(text *t, const race_side *s, uintptr_t address, bool previous)
{
	static const char *const kinds[2][2][2] = {
		{{"Read", "Previous read"}, {"Atomic read", "Previous atomic read"}},
		{{"Write", "Previous write"}, {"Atomic write", "Previous atomic write"}},
	};
	text_string(t, kinds[s->write][s->atomic][previous]);
	text_string(t, " at 0x");
	for (int shift = 44; shift >= 0; shift -= 4)
		text_bytes(t, &"0123456789abcdef"[address >> shift & 15], 1);
	text_string(t, " by ");
	print_goroutine(t, s);
	text_string(t, ":\n");
	print_stack(t, s->at, s->context);
}

static void print_origin(text *t, const race_side *s)
{
	if (!s->known || s->is_main)
		return;
	text_string(t, "\nGoroutine ");
	text_uint(t, s->goroutine);
	text_string(t, s->finished ? " (finished)" : " (running)");
	if (s->created == 0) {
		text_string(t, " was started by the runtime\n");
		return;
	}
	text_string(t, " created at:\n");
	print_stack(t, NULL, s->created);
}

static void print_report(const race_found *found)
{
	text t = {0};
	text_string(&t, "==================\nWARNING: DATA RACE\n");
	print_side(&t, &found->now, found->address, false);
	text_string(&t, "\n");
	print_side(&t, &found->before, found->address, true);
	print_origin(&t, &found->now);
	if (found->before.goroutine != found->now.goroutine)
		print_origin(&t, &found->before);
	text_string(&t, "==================\n");
	write_out(&t);
	text_free(&t);
	if (report.halts)
		_Exit(report.code);
}

/* Ends a program that would have ended well. */
static int last_word(int code)
{
	uint32_t count = race_count();
	if (code != 0 || count == 0)
		return code;
	text t = {0};
	text_string(&t, "Found ");
	text_uint(&t, count);
	text_string(&t, " data race(s)\n");
	write_out(&t);
	return report.code;
}

/* ---- GORACE ------------------------------------------------------------------------------------------------ */

static bool has_key(const char *s, size_t n, const char *key, const char **value)
{
	size_t k = strlen(key);
	*value = s + k;
	return n > k && memcmp(s, key, k) == 0;
}

static void open_log(const char *value, size_t n)
{
	int error;
	text path = {0};
	if (n == 6 && memcmp(value, "stderr", 6) == 0)
		return;
	if (n == 6 && memcmp(value, "stdout", 6) == 0) {
		report.fd = 1;
		return;
	}
	text_bytes(&path, value, n);
	text_string(&path, ".");
	text_uint(&path, (uint64_t)os_process_id());
	text_bytes(&path, "", 1);
	int fd = os_create_log(path.data, &error);
	if (fd >= 0)
		report.fd = fd;
	text_free(&path);
}

static void read_setting(const char *s, size_t n)
{
	const char *value;
	if (has_key(s, n, "exitcode=", &value)) {
		report.code = atoi(value);
	} else if (has_key(s, n, "halt_on_error=", &value)) {
		report.halts = *value == '1';
	} else if (has_key(s, n, "log_path=", &value)) {
		open_log(value, n - (size_t)(value - s));
	} else if (has_key(s, n, "strip_path_prefix=", &value)) {
		report.prefix = value;
		report.prefix_size = n - (size_t)(value - s);
	}
}

void race_report_start(void)
{
	const char *s = getenv("GORACE");
	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, " \t");
		read_setting(s, n);
		s += n + strspn(s + n, " \t");
	}
	race_print = print_report;
	exit_status = last_word;
}
