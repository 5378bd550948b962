/*
 * test_json.c - gol test -json: the output of a test program, line by line, as events.
 *
 *     {"Time":"2026-11-29T13:44:05.732603294Z","Action":"run","Package":"p","Test":"TestA"}
 *
 * A program that runs with -test.v=test2json marks the lines that package testing prints with a ^V before them, so
 * that a test cannot fake them; once a marked one was seen, unmarked ones are output and nothing else. What a line
 * says:
 *
 *     === RUN   NAME, === PAUSE, === CONT ...   an event run, pause, cont, at once; lines from here on are NAME's
 *     output
 *     === NAME  NAME                            only the latter
 *     --- PASS: NAME (0.01s), FAIL, SKIP        an event pass, fail, skip; held back until the next line that is no
 *     part
 *                                               of the report, since what stands indented below it is NAME's output too
 *     PASS, FAIL, FAIL\t...                     the verdict of the package
 *
 * The line itself is an event output as well: before or after the other. Lines that are longer than the buffer come in
 * pieces, cut between characters, and are not looked at.
 */
#define _GNU_SOURCE           /* memmem */
#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { INPUT_SIZE = 4096, OUTPUT_SIZE = 1024, MARK = 0x16 };

typedef struct Report { char *test, *action, *elapsed; } Report;        /* elapsed NULL: none was said */

/* Lines out of pieces. */
typedef struct LineBuffer {
	char *text;
	size_t len, cap;
	bool inside;                /* of a line whose beginning was handed out */
} LineBuffer;

struct JsonWriter {
	char *package;
	char *test;                 /* whose output is being read; NULL: the package's */
	const char *result;
	Report *reports;            /* [n]: of a subtest n levels deep, all held back */
	int depth, cap;
	LineBuffer in, out;
	struct timespec start;
	bool needs_mark;
};

/* ---- events ------------------------------------------------------------------------------------- */

static void print_escape(unsigned char c)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *at = c ? strchr(from, c) : NULL;
	if (at)
		printf("\\%c", to[at - from]);
	else
		printf("\\u%04x", c);
}

/* As encoding/json writes strings: also < > & and the line separators as escapes, what is no UTF-8 as \ufffd. */
static void print_string(const char *s, size_t n)
{
	putchar('"');
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		int size;
		if (c < 0x80) {
			if (c < 0x20 || c == 0x7f || strchr("\"\\<>&", c)) {
				if (c == 0x7f)
					putchar(c);
				else
					print_escape(c);
			} else {
				putchar(c);
			}
			i++;
			continue;
		}
		uint32_t rune = utf8_decode(s + i, n - i, &size);
		if (rune == 0xfffd && size == 1)
			fputs("\\ufffd", stdout);
		else if (rune == 0x2028 || rune == 0x2029)
			printf("\\u%04x", (unsigned)rune);
		else
			fwrite(s + i, 1, (size_t)size, stdout);
		i += (size_t)size;
	}
	putchar('"');
}

static void print_field(const char *name, const char *value, size_t n)
{
	printf(",\"%s\":", name);
	print_string(value, n);
}

/* As time.Time writes itself: no zeros at the end of the fraction, the offset of the zone. */
static void print_time(void)
{
	struct timespec now;
	struct tm local;
	char text[64], fraction[16];
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
	size_t n = (size_t)snprintf(fraction, sizeof fraction, ".%09ld", now.tv_nsec);
	while (n > 1 && fraction[n - 1] == '0')
		n--;
	fraction[n == 1 ? 0 : n] = '\0';
	printf("{\"Time\":\"%s%s", text, fraction);
	long offset = local.tm_gmtoff / 60;
	if (offset)
		printf("%c%02ld:%02ld", offset < 0 ? '-' : '+', labs(offset) / 60, labs(offset) % 60);
	fputs(offset ? "\"" : "Z\"", stdout);
}

static void begin_event(JsonWriter *j, const char *action, const char *test)
{
	print_time();
	printf(",\"Action\":\"%s\"", action);
	print_field("Package", j->package, strlen(j->package));
	test = test ? test : j->test;
	if (test && *test)
		print_field("Test", test, strlen(test));
}

static void end_event(void)
{
	fputs("}\n", stdout);
	fflush(stdout);
}

static void output_event(JsonWriter *j, const char *text, size_t n)
{
	begin_event(j, "output", NULL);
	print_field("Output", text, n);
	end_event();
}

/* Output events are whole lines where they fit. */
static void put_output(JsonWriter *j, const char *text, size_t n);

static void set_test(JsonWriter *j, const char *name, size_t n)
{
	free(j->test);
	j->test = name && n ? strndup(name, n) : NULL;
}

/* ---- lines --------------------------------------------------------------------------------------- */

static const char *skip_prefix(const char *line, size_t n, const char *prefix)
{
	size_t m = strlen(prefix);
	return n >= m && memcmp(line, prefix, m) == 0 ? line + m : NULL;
}

static void flush_reports(JsonWriter *j, int depth)
{
	set_test(j, NULL, 0);
	while (j->depth > depth) {
		Report *r = &j->reports[--j->depth];
		begin_event(j, r->action, r->test);
		if (r->elapsed)
			printf(",\"Elapsed\":%s", r->elapsed);
		end_event();
		free(r->test), free(r->action), free(r->elapsed);
	}
}

/* 0.05 for "0.05", 0 for "0.00": as a number of JSON. */
static char *number_text(const char *s, size_t n)
{
	char *end, *copy = strndup(s, n), text[64];
	double value = strtod(copy, &end);
	bool ok = n > 0 && *end == '\0';
	free(copy);
	if (!ok)
		return NULL;
	snprintf(text, sizeof text, "%.15g", value);
	return strdup(text);
}

static const char *find_text(const char *s, size_t n, const char *wanted)
{
	return memmem(s, n, wanted, strlen(wanted));
}

/* "--- PASS: NAME (0.01s)", indent levels deep; false: it is deeper than what is known, so it is none. */
static bool take_report(JsonWriter *j, const char *line, size_t n, int indent, bool marked)
{
	const char *word = line + 4, *colon = memchr(word, ':', n - 4), *name = colon + 1, *end = line + n;
	while (end > name && isspace((unsigned char)end[-1]))
		end--;
	while (name < end && isspace((unsigned char)*name))
		name++;
	const char *open = find_text(name, (size_t)(end - name), " (");
	char *elapsed = open && end - open > 3 && memcmp(end - 2, "s)", 2) == 0 ? number_text(open + 2,
		(size_t)(end - open) - 4) : NULL;
	if (j->depth < indent) {
		free(elapsed);
		return false;
	}
	j->needs_mark = marked;
	flush_reports(j, indent);
	end = open ? open : end;
	if (j->depth == j->cap)
		j->reports = realloc(j->reports, sizeof *j->reports * (size_t)(j->cap = j->cap * 2 + 8));
	char *action = strndup(word, (size_t)(colon - word));
	for (char *p = action; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	j->reports[j->depth++] = (Report){strndup(name, (size_t)(end - name)), action, elapsed};
	set_test(j, name, (size_t)(end - name));
	return true;
}

/* "=== RUN   NAME": an event of its own, but for NAME. */
static void take_update(JsonWriter *j, const char *line, size_t n, bool marked, const char *whole, size_t whole_length)
{
	const char *word = line + 4, *end = line + n, *blank = memchr(word, ' ', (size_t)(end - word)), *rest = NULL,
		*more = NULL;
	size_t length = (size_t)(blank - word);
	char action[16] = "";
	for (size_t i = 0; i < length && i < sizeof action - 1; i++)
		action[i] = (char)tolower((unsigned char)word[i]);
	const char *name = blank;
	while (end > name && isspace((unsigned char)end[-1]))
		end--;
	while (name < end && isspace((unsigned char)*name))
		name++;
	const char *name_end = end;
	bool attribute = strcmp(action, "attr") == 0, artifacts = strcmp(action, "artifacts") == 0,
		pause = strcmp(action, "pause") == 0;
	if (attribute || artifacts) {
		const char *cut = memchr(name, ' ', (size_t)(end - name));
		name_end = cut ? cut : end;
		rest = cut ? cut + 1 : end;
		more = attribute ? memchr(rest, ' ', (size_t)(end - rest)) : NULL;
	}
	j->needs_mark = marked;
	flush_reports(j, 0);
	set_test(j, name, (size_t)(name_end - name));
	if (strcmp(action, "name") == 0)
		return;
	if (pause)
		put_output(j, whole, whole_length);
	begin_event(j, action, NULL);
	if (attribute) {
		print_field("Key", rest, (size_t)((more ? more : end) - rest));
		if (more && end > more + 1)
			print_field("Value", more + 1, (size_t)(end - more) - 1);
	} else if (artifacts && end > rest) {
		print_field("Path", rest, (size_t)(end - rest));
	}
	end_event();
	if (!pause)
		put_output(j, whole, whole_length);
}

static bool is_update(const char *line, size_t n)
{
	static const char *const prefixes[] = {"=== RUN   ", "=== PAUSE ", "=== CONT  ", "=== NAME  ", "=== PASS  ",
		"=== FAIL  ", "=== SKIP  ",
		"=== ATTR  ", "=== ARTIFACTS "};
	for (int i = 0; i < COUNT_OF(prefixes); i++)
		if (skip_prefix(line, n, prefixes[i]))
			return true;
	return false;
}

static bool is_report(const char *line, size_t n)
{
	static const char *const prefixes[] = {"--- PASS: ", "--- FAIL: ", "--- SKIP: ", "--- BENCH: "};
	for (int i = 0; i < COUNT_OF(prefixes); i++)
		if (skip_prefix(line, n, prefixes[i]))
			return true;
	return false;
}

static bool take_verdict(JsonWriter *j, const char *line, size_t n, size_t trimmed, bool marked)
{
	bool pass = trimmed == 4 && memcmp(line, "PASS", 4) == 0;
	if (!pass && !(trimmed == 4 && memcmp(line, "FAIL", 4) == 0) && !skip_prefix(line, trimmed, "FAIL\t"))
		return false;
	flush_reports(j, 0);
	j->needs_mark = marked;
	put_output(j, line, n);
	j->result = pass ? "pass" : "fail";
	return true;
}

static void take_line(JsonWriter *j, const char *line, size_t n)
{
	static const char no_tests[] = "\t[no test files]";
	bool marked = n && *line == MARK;
	if (n == 0)
		return;
	if (j->needs_mark && !marked) {
		put_output(j, line, n);
		return;
	}
	if (marked) {
		if (j->out.len) {
			output_event(j, j->out.text, j->out.len);
			j->out.len = 0;
		}
		line++, n--;
	}
	size_t trimmed = n && line[n - 1] == '\n' ? n - 1 : n;
	trimmed -= trimmed && trimmed < n && line[trimmed - 1] == '\r';
	if (trimmed == strlen("=== NAME") && memcmp(line, "=== NAME", trimmed) == 0)
		line = "=== NAME  \n", n = strlen(line);
	if (take_verdict(j, line, n, trimmed, marked))
		return;
	if (skip_prefix(line, n, "?   \t") && trimmed > strlen(no_tests) && skip_prefix(line + trimmed - strlen(no_tests),
	                                                                                strlen(no_tests), no_tests))
		j->result = "skip";
	if (is_update(line, n)) {
		take_update(j, line, n, marked, line, n);
		return;
	}
	const char *inner = line;
	int indent = 0;
	for (const char *next; (next = skip_prefix(inner, n - (size_t)(inner - line), "    ")); indent++)
		inner = next;
	size_t rest = n - (size_t)(inner - line);
	if (is_report(inner, rest))
		take_report(j, inner, rest, indent, marked);
	else if (indent > 0 && indent <= j->depth)
		set_test(j, j->reports[indent - 1].test, strlen(j->reports[indent - 1].test));
	put_output(j, line, n);
}

/* ---- pieces of lines ------------------------------------------------------------------------------ */

/* The end of the line that begins at s: behind its newline, or before a mark that does not begin it. 0: not yet. */
static size_t line_length(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			return i + 1;
		if (s[i] == MARK && i > 0)
			return i;
	}
	return 0;
}

/* A length near n that does not cut a character. */
static size_t whole_characters(const char *s, size_t n)
{
	for (size_t i = 1; i < 4 && i <= n; i++) {
		unsigned char c = (unsigned char)s[n - i];
		if ((c & 0xc0) == 0x80)
			continue;
		size_t size = (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : (c & 0xf8) == 0xf0 ? 4 : 1;
		return i < size ? n - i : n;
	}
	return n;
}

/* The name of a benchmark comes before it runs, and its result in the same line after it. */
static size_t benchmark_name_length(const char *s, size_t n)
{
	const char *tab = memchr(s, '\t', n), *name = skip_prefix(s, n, "Benchmark");
	int size;
	if (!tab || !name || name > tab)
		return 0;
	const char *end = tab;
	while (end > name && end[-1] == ' ')
		end--;
	uint32_t rune = end > name ? utf8_decode(name, (size_t)(end - name), &size) : 'A';
	bool lower = rune < 0x80 ? islower((int)rune) != 0 : unicode_is_letter(rune) && !unicode_is_upper(rune);
	return lower ? 0 : (size_t)(tab - s) + 1;
}

typedef void Taker(JsonWriter *j, const char *text, size_t n);

static void hand_out(JsonWriter *j, LineBuffer *b, Taker *line, Taker *part)
{
	size_t at = 0, n;
	while (at < b->len && (n = line_length(b->text + at, b->len - at)) > 0) {
		(b->inside ? part : line)(j, b->text + at, n);
		b->inside = false;
		at += n;
	}
	if (at < b->len && !b->inside && (n = benchmark_name_length(b->text + at, b->len - at)) > 0) {
		part(j, b->text + at, n);
		b->inside = true;
		at += n;
	}
	if (at == 0 && b->len == b->cap) {
		at = whole_characters(b->text, b->len);
		part(j, b->text, at);
		b->inside = true;
	}
	memmove(b->text, b->text + at, b->len - at);
	b->len -= at;
}

static void put(JsonWriter *j, LineBuffer *b, const char *text, size_t n, Taker *line, Taker *part)
{
	while (n > 0) {
		size_t room = b->cap - b->len, taken = n < room ? n : room;
		memcpy(b->text + b->len, text, taken);
		b->len += taken;
		text += taken, n -= taken;
		hand_out(j, b, line, part);
	}
}

static void put_output(JsonWriter *j, const char *text, size_t n)
{
	put(j, &j->out, text, n, output_event, output_event);
}

void json_write(JsonWriter *j, const char *text, size_t n) { put(j, &j->in, text, n, take_line, put_output); }

/* ---- the whole -------------------------------------------------------------------------------------- */

JsonWriter *json_new(const char *package)
{
	JsonWriter *j = calloc(1, sizeof *j);
	j->package = strdup(package);
	j->in = (LineBuffer){.text = malloc(INPUT_SIZE), .cap = INPUT_SIZE};
	j->out = (LineBuffer){.text = malloc(OUTPUT_SIZE), .cap = OUTPUT_SIZE};
	clock_gettime(CLOCK_MONOTONIC, &j->start);
	begin_event(j, "start", NULL);
	end_event();
	return j;
}

void json_close(JsonWriter *j, bool failed, const char *failed_build)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	double seconds = (double)(now.tv_sec - j->start.tv_sec) + (double)(now.tv_nsec - j->start.tv_nsec) / 1e9;
	if (failed || !j->result || strcmp(j->result, "skip") != 0)
		j->result = failed ? "fail" : "pass";
	if (j->in.len)
		put_output(j, j->in.text, j->in.len);
	if (j->out.len)
		output_event(j, j->out.text, j->out.len);
	begin_event(j, j->result, NULL);
	printf(",\"Elapsed\":%.15g", (double)(long long)(seconds * 1000 + 0.5) / 1000);
	if (failed && failed_build)
		print_field("FailedBuild", failed_build, strlen(failed_build));
	end_event();
	set_test(j, NULL, 0);
	for (int i = 0; i < j->depth; i++)
		free(j->reports[i].test), free(j->reports[i].action), free(j->reports[i].elapsed);
	free(j->reports), free(j->in.text), free(j->out.text), free(j->package);
	free(j);
}

static void build_event(const char *package, size_t n, const char *action, const char *output, size_t length)
{
	fputs("{\"ImportPath\":", stdout);
	print_string(package, n);
	printf(",\"Action\":\"%s\"", action);
	if (output)
		print_field("Output", output, length);
	end_event();
}

void json_vet_failed(const char *package, const char *text)
{
	for (const char *s = text, *end; *s; s = end) {
		end = strchr(s, '\n') ? strchr(s, '\n') + 1 : s + strlen(s);
		build_event(package, strlen(package), "build-output", s, (size_t)(end - s));
	}
	build_event(package, strlen(package), "build-fail", NULL, 0);
}

void json_build_failed(const char *text)
{
	const char *package = "", *end;
	size_t n = 0;
	for (const char *s = text; *s; s = end) {
		end = strchr(s, '\n') ? strchr(s, '\n') + 1 : s + strlen(s);
		if (strncmp(s, "# ", 2) == 0) {
			if (n)
				build_event(package, n, "build-fail", NULL, 0);
			package = s + 2;
			n = (size_t)(end - package) - (end > package && end[-1] == '\n');
		}
		build_event(package, n, "build-output", s, (size_t)(end - s));
	}
	if (*text)
		build_event(package, n, "build-fail", NULL, 0);
}
