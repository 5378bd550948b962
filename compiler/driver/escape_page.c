/*
 * escape_page.c - gol build -gcflags=-m=html: the source of a package with marks where something needs memory, as one
 * page that needs nothing else: a line with marks is a <details> that opens to what is told of it, so there is no script.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s: where it is kept</title>\n<style>\n"
	":root{color-scheme:light dark;--heap:#c22;--small:#b70;--frame:#282;--quiet:#888;--open:#8882}\n"
	"body{font:14px/1.5 system-ui,sans-serif;margin:1em 2em}\n"
	"pre,summary,.line{font:13px/1.45 ui-monospace,monospace;white-space:pre;tab-size:4;margin:0}\n"
	"summary{cursor:pointer;list-style:none}summary::-webkit-details-marker{display:none}\n"
	"summary:hover,details[open]{background:var(--open)}\n"
	".n{color:var(--quiet);display:inline-block;width:4em;text-align:right;margin-right:.6em}\n"
	".m{display:inline-block;width:1.3em;font-weight:bold}.c{display:inline-block}\n"
	".heap{color:var(--heap)}.small,.grows{color:var(--small)}.frame{color:var(--frame)}"
	".shared,.data,.none{color:var(--quiet)}\n"
	"ul{margin:.2em 0 .6em 7em}li p{margin:0}table{border-collapse:collapse}td,th{padding:0 1em 0 0;text-align:left}\n"
	"</style></head><body>\n";

static void put_html(Buf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = text[i] == '<' ? "&lt;" : text[i] == '>' ? "&gt;" : text[i] == '&' ? "&amp;" :
			text[i] == '"' ? "&quot;" : NULL;
		if (name)
			buf_str(b, name);
		else if ((unsigned char)text[i] >= ' ' || text[i] == '\t')
			buf_char(b, text[i]);
	}
}

static void put_text(Buf *b, const char *text) { put_html(b, text, strlen(text)); }

/* heap, then small, then frame: the worst of a line is its mark */
static SitePlace worst_of(SitePlace a, SitePlace b)
{
	static const int ranks[SITE_COUNT] = {[SITE_HEAP] = 6, [SITE_GROWS] = 5, [SITE_SMALL] = 4, [SITE_FRAME] = 3, [SITE_SHARED] = 2,
		[SITE_DATA] = 1};
	return ranks[a] >= ranks[b] ? a : b;
}

static void put_item(Driver *d, Buf *b, const Site *s)
{
	buf_printf(b, "<li><p><b class=\"%s\">%s</b> ", place_text(s->place), place_text(s->place));
	put_text(b, s->name);
	if (s->type) {
		buf_str(b, ", ");
		put_text(b, s->type);
	}
	if (s->place == SITE_SMALL)
		buf_printf(b, ", up to %lld bytes in the frame", (long long)s->size);
	else if (s->size > 0)
		buf_printf(b, ", %lld bytes", (long long)s->size);
	buf_str(b, s->in_loop && takes_heap(s->place) ? ", in a loop" : "");
	if (s->inlined_from) {
		buf_str(b, ", of ");
		put_text(b, s->inlined_from);
		buf_str(b, ", inlined here");
	}
	buf_str(b, "</p>\n");
	for (int i = 0; i < s->steps.len; i++) {
		Pos pos = pos_outermost(d->c, s->steps.items[i].pos);
		buf_str(b, "<p>\xe2\x86\x92 ");
		put_text(b, s->steps.items[i].text);
		if (pos.line && pos.file == s->pos.file)
			buf_printf(b, " (<a href=\"#f%ul%u\">line %u</a>)", pos.file, pos.line, pos.line);
		buf_str(b, "</p>\n");
	}
	if (s->why) {
		buf_str(b, "<p>");
		put_text(b, s->why);
		buf_str(b, "</p>\n");
	}
	if (s->without)
		buf_printf(b, "<p>Without the last step %s.</p>\n", s->without);
	buf_str(b, "</li>\n");
}

static void put_number(Buf *b, uint32_t file, uint32_t line, const char *class, const char *mark)
{
	buf_printf(b, "<span class=\"n\" id=\"f%ul%u\">%u</span><span class=\"m %s\">%s</span>", file, line, line, class, mark);
}

/* One line of source; *next: the first site that is not told of yet. */
static void put_line(Driver *d, Buf *b, const Sites *sites, int *next, Pos at, const char *text, size_t n)
{
	int first = *next;
	SitePlace worst = SITE_NONE;
	for (; *next < sites->items.len; ++*next) {
		const Site *s = sites->items.items[*next];
		if (s->pos.file != at.file || s->pos.line != at.line)
			break;
		worst = worst_of(worst, s->place);
	}
	bool marked = *next > first;
	buf_str(b, marked ? "<details><summary>" : "<div class=\"line\">");
	put_number(b, at.file, at.line, marked ? place_text(worst) : "", marked ? "\xe2\x97\x8f" : " ");
	buf_str(b, "<span class=\"c\">");      /* tabs count from its left edge */
	put_html(b, text, n);
	buf_str(b, marked ? "</span></summary><ul>\n" : "</span></div>\n");
	for (int i = first; i < *next; i++)
		put_item(d, b, sites->items.items[i]);
	buf_str(b, marked ? "</ul></details>\n" : "");
}

static void put_file(Driver *d, Buf *b, const SourceFile *source, const Sites *sites)
{
	int next = 0;
	Pos at = {(uint32_t)source->index, 1, 1, 0};
	while (next < sites->items.len && sites->items.items[next]->pos.file != at.file)
		next++;
	buf_str(b, "<h2>");
	put_text(b, source->path);
	buf_str(b, "</h2>\n");
	for (const char *line = source->text; *line; at.line++) {
		size_t n = strcspn(line, "\n");
		put_line(d, b, sites, &next, at, line, n);
		line += n + (line[n] == '\n');
	}
}

static void put_summary(Buf *b, const Sites *sites)
{
	static const char *const texts[SITE_COUNT] = {
		"in the frame of its function", "in the frame up to a few bytes, else in the heap", "an object of the heap",
		"an object of the heap where there is no room",
		"text that is not copied", "the same every time: part of the program", "without size",
	};
	buf_str(b, "<p>Lines with a mark open to what they make and why it is where it is.</p>\n<table>\n");
	for (int place = 0; place < SITE_COUNT; place++) {
		int n = 0;
		for (int i = 0; i < sites->items.len; i++)
			n += sites->items.items[i]->place == (SitePlace)place;
		buf_printf(b, "<tr><th class=\"%s\">\xe2\x97\x8f %s</th><td>%d</td><td>%s</td></tr>\n", place_text((SitePlace)place),
		           place_text((SitePlace)place), n, texts[place]);
	}
	buf_str(b, "</table>\n");
}

int print_escape_page(Driver *d, const Program *program, const Sites *sites)
{
	Buf b, name;
	buf_init(&b, d->c->arena);
	buf_init(&name, d->c->arena);
	put_text(&name, program->header);
	buf_printf(&b, head, name.s ? name.s : "");
	buf_printf(&b, "<h1>%s</h1>\n", name.s ? name.s : "");
	put_summary(&b, sites);
	for (int i = 0; i < program->root->files.len; i++)
		if (!program->root->files.items[i]->made)
			put_file(d, &b, program->root->files.items[i]->source, sites);
	buf_str(&b, "</body></html>\n");
	fwrite(b.s, 1, (size_t)b.len, stdout);
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_ERROR;
}
