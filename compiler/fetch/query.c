/*
 * query.c - which versions there are, and which one a query means.
 *
 * Versions come from @v/list, without pseudo-versions; "latest" is the newest of them that is a release, else the
 * newest preview, else what @latest says. What retract and exclude directives forbid is not known here: that is the
 * caller's.
 */
#include "fetch.h"

#include <string.h>

/* ---- lists ----------------------------------------------------------------------------------------------------- */

typedef struct Listing { const Module *m; Texts versions; Texts lines; } Listing;

static bool ask_for_list(Request *r, const char *url, void *argument)
{
	Listing *l = argument;
	Response answer;
	Version v;
	l->versions.len = l->lines.len = 0;
	if (!proxy_read(r, url, l->m, "@v/list", -1, BODY_LIMIT, &answer))
		return false;
	for (const char *p = answer.body.s ? answer.body.s : ""; *p;) {
		size_t n = strcspn(p, "\n"), start = strspn(p, " \t\r"), word = start < n ? strcspn(p + start, " \t\r\n") : 0;
		const char *version = arena_strndup(r->arena, p + start, word);
		if (word && version_parse(version, &v)) {
			vec_push(r->arena, &l->lines, arena_strndup(r->arena, p + start, n - start));
			if (!is_pseudo(version))
				vec_push(r->arena, &l->versions, version);
		}
		p += n + (p[n] == '\n');
	}
	sort_versions(l->versions.items, l->versions.len);
	return true;
}

bool fetch_list(Request *r, const char *path, Buf *out)
{
	Module m;
	Listing l = {.m = &m};
	if (!make_module(r, &m, path, NULL) || !ask_proxies(r, path, ask_for_list, &l))
		return false;
	for (int i = 0; i < l.versions.len; i++)
		buf_printf(out, "%s%s", i ? "\n" : "", l.versions.items[i]);
	return true;
}

/* ---- one version ----------------------------------------------------------------------------------------------- */

typedef struct Question { const Module *m; const char *name, *asked; Info info; } Question;

static bool ask_for_info(Request *r, const char *url, void *argument)
{
	Question *q = argument;
	Module as = *q->m;
	Response answer;
	as.version = q->asked;
	if (!proxy_read(r, url, &as, q->name, -1, BODY_LIMIT, &answer))
		return false;
	if (parse_info(r, answer.body.s, answer.body.len, &q->info))
		return true;
	fail_prefix(r, "invalid response from proxy %s: ", quoted(r, redacted(r, url)));
	return module_error(r, &as);
}

/* A proxy's word for a version goes into requests and names of files, so it must be one, and one of this module. */
static bool put_info(Request *r, const Module *m, const Info *info, Buf *out)
{
	const char *version = info->version, *should_be;
	if (!is_canonical(version))
		return fail(r, FAIL_ERROR, "non-canonical module version %s", quoted(r, version));
	if ((should_be = major_mismatch(r, m->path, version)))
		return fail(r, FAIL_ERROR, "%s@%s: invalid version: should be %s, not %.*s", m->path, version, should_be,
		            (int)strcspn(version, ".-+"), version);
	buf_printf(out, "%s %s", version, info->time);
	return true;
}

/* A version, a branch or a commit, as the proxy knows them. */
static bool find_revision(Request *r, const Module *m, const char *revision, Buf *out)
{
	const char *escaped = escape_version(r, revision);
	if (!escaped)
		return fail_prefix(r, "%s@%s: invalid version: ", m->path, revision);
	Question q = {.m = m, .name = arena_printf(r->arena, "@v/%s.info", escaped), .asked = revision};
	if (!ask_proxies(r, m->path, ask_for_info, &q))
		return false;
	return put_info(r, m, &q.info, out) &&
	       (strcmp(q.info.version, revision) == 0 || !is_canonical(revision) || major_mismatch(r, m->path, revision) ||
	        fail(r, FAIL_ERROR, "%s@%s: proxy returned info for version %s instead of requested version", m->path,
	             revision,
	             q.info.version));
}

/* Where there is no @latest: the newest line of the list that has a time, its own or a pseudo-version's. */
static bool latest_of_list(Request *r, const Module *m, Buf *out)
{
	Listing l = {.m = m};
	const char *best = NULL, *best_time = "";
	if (!ask_proxies(r, m->path, ask_for_list, &l))
		return false;
	for (int i = 0; i < l.lines.len; i++) {
		const char *line = l.lines.items[i], *version = arena_strndup(r->arena, line, strcspn(line, " \t\r"));
		const char *time = line + strlen(version) + strspn(line + strlen(version), " \t\r");
		Buf digits;
		buf_init(&digits, r->arena);
		buf_str(&digits, "");
		if (!*time && is_pseudo(version))
			time = strrchr(version, '-') - 14;
		for (const char *p = time; *p && digits.len < 14; p++)
			if (*p >= '0' && *p <= '9')
				buf_char(&digits, *p);
		if (strcmp(digits.s, best_time) > 0) {
			best = version;
			best_time = digits.s;
		}
	}
	return best ? find_revision(r, m, best, out) : fail(r, FAIL_NOT_FOUND, "module %s: no commits", m->path);
}

static bool find_latest(Request *r, const Module *m, Buf *out)
{
	Question q = {.m = m, .name = "@latest"};
	if (ask_proxies(r, m->path, ask_for_info, &q))
		return put_info(r, m, &q.info, out);
	return r->kind == FAIL_NOT_FOUND && latest_of_list(r, m, out);
}

bool fetch_latest(Request *r, const char *path, Buf *out)
{
	Module m;
	return make_module(r, &m, path, NULL) && find_latest(r, &m, out);
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

typedef struct Filter {
	const char *prefix;         /* "v1." or "v1.2."; NULL: any */
	const char *bound;          /* compared with; NULL: none */
	int low, high;              /* the comparison must lie between */
	bool want_lowest;           /* of >v and >=v the lowest is meant */
	bool previews;              /* are as good as releases */
} Filter;

static bool passes(const Filter *f, const char *version)
{
	int c = f->bound ? version_compare(version, f->bound) : 0;
	c = (c > 0) - (c < 0);
	return (!f->prefix || strncmp(version, f->prefix, strlen(f->prefix)) == 0) &&
		(!f->bound || (c >= f->low && c <= f->high));
}

/* Releases before previews; of those the highest, or the lowest. */
static const char *choose(const Listing *l, const Filter *f)
{
	const char *release = NULL, *preview = NULL;
	for (int i = 0; i < l->versions.len; i++) {
		const char *version = l->versions.items[i];
		Version v;
		if (!passes(f, version) || !version_parse(version, &v))
			continue;
		const char **place = v.pre_len && !f->previews ? &preview : &release;
		if (!*place || !f->want_lowest)
			*place = version;
	}
	return release ? release : preview;
}

static bool find_filtered(Request *r, const Module *m, const Filter *f, const char *query, Buf *out)
{
	Listing l = {.m = m};
	if (!ask_proxies(r, m->path, ask_for_list, &l))
		return false;
	const char *found = choose(&l, f);
	return found ? find_revision(r, m, found, out)
	       : fail(r, FAIL_NOT_FOUND, "module %s: no matching versions for query %s", m->path, quoted(r, query));
}

static bool find_compared(Request *r, const Module *m, const char *query, Buf *out)
{
	bool below = query[0] == '<', equal = query[1] == '=';
	Filter f = {.bound = query + 1 + equal, .want_lowest = !below};
	f.low = below ? -1 : !equal;
	f.high = below ? equal - 1 : 1;
	Version v;
	if (!version_parse(f.bound, &v))
		return fail(r, FAIL_ERROR, "invalid semantic version %s in range %s", quoted(r, f.bound), quoted(r, query));
	return find_filtered(r, m, &f, query, out);
}

/* current: what is used now; upgrade never goes below it. */
static bool find_newest(Request *r, const Module *m, const char *query, const char *current, Buf *out)
{
	Listing l = {.m = m};
	Filter f = {0};
	Version v;
	if (strcmp(query, "patch") == 0 && current && version_parse(current, &v))
		f.prefix = arena_printf(r->arena, "v%.*s.%.*s.", v.major_len, v.major, v.minor_len, v.minor);
	if (!ask_proxies(r, m->path, ask_for_list, &l))
		return false;
	const char *found = choose(&l, &f);
	if (current && strcmp(query, "latest") != 0 && (!found || version_compare(found, current) < 0))
		found = current;
	return found ? find_revision(r, m, found, out) : find_latest(r, m, out);
}

bool fetch_query(Request *r, const char *path, const char *query, const char *current, Buf *out)
{
	Module m;
	Version v;
	if (!make_module(r, &m, path, NULL))
		return false;
	if (strcmp(query, "latest") == 0 || strcmp(query, "upgrade") == 0 || strcmp(query, "patch") == 0)
		return find_newest(r, &m, query, current, out);
	if (query[0] == '<' || query[0] == '>')
		return find_compared(r, &m, query, out);
	if (version_parse(query, &v) && v.is_short) {
		Filter f = {.prefix = arena_printf(r->arena, "%s.", query)};
		return find_filtered(r, &m, &f, query, out);
	}
	return find_revision(r, &m, query, out);
}
