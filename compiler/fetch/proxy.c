/*
 * proxy.c - $GOPROXY: which servers are asked for a module, one after the other.
 *
 *     GOPROXY = entry { ( "," | "|" ) entry } .       entry = URL | "off" | "direct"
 *
 * After ',' the next one is asked where the server has no such thing (404, 410); after '|' after any error. What
 * $GONOPROXY (or $GOPRIVATE) matches goes to no server. "direct" would fetch from version control, which is not
 * there: it says so, unless a server before it already said something better.
 *
 * Of several errors the most telling one is reported: one that is more than "not found", else the last.
 */
#include "fetch.h"

#include <stdlib.h>
#include <string.h>

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	return value ? value : "";
}

/* ---- the list ------------------------------------------------------------------------------------------------ */

static const char *url_error(Arena *a, const char *url)
{
	Request shown = {.arena = a};
	const char *text = redacted(&shown, url), *scheme_end = strstr(url, ":/");
	if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
		return NULL;
	if (strncmp(url, "file://", 7) == 0)
		return url[7] == '/' && !strpbrk(url, "?#") ? NULL :
			arena_printf(a, "invalid file:// proxy URL with non-path elements: %s", text);
	return arena_printf(a, scheme_end && scheme_end > url ? "invalid proxy URL scheme (must be https, http, file): %s"
	                    : "invalid proxy URL missing scheme: %s", text);
}

/* A word without a dot or a slash is kept for meanings to come. */
static const char *complete_url(Arena *a, char *word)
{
	size_t n = strlen(word);
	while (n && word[n - 1] == '/')
		word[--n] = '\0';
	bool complete = strstr(word, ":/") || word[0] == '/' || !strpbrk(word, ".:/");
	return complete ? word : arena_printf(a, "https://%s", word);
}

void read_proxies(Settings *s, Arena *a)
{
	const char *list = setting("GOPROXY"), *private = setting("GOPRIVATE"), *none = setting("GONOPROXY");
	s->no_proxy = *none ? none : private;
	if (!*list)
		list = "https://proxy.golang.org,direct";
	if (*s->no_proxy && strcmp(list, "direct") != 0)
		vec_push(a, &s->proxies, (Proxy){.kind = PROXY_NONE, .url = "noproxy"});
	int before = s->proxies.len;
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",|");
		const char *word = p + strspn(p, " \t");
		size_t length = word < p + n ? (size_t)(p + n - word) : 0;
		while (length && (word[length - 1] == ' ' || word[length - 1] == '\t'))
			length--;
		const char *url = complete_url(a, arena_strndup(a, word, length));
		Proxy proxy = {.url = url, .after_any_error = p[n] == '|'};
		p += n + (p[n] != '\0');
		if (!length)
			continue;
		proxy.kind = strcmp(url, "off") == 0 ? PROXY_OFF : strcmp(url, "direct") == 0 ? PROXY_DIRECT : PROXY_URL;
		if (proxy.kind == PROXY_URL && (s->proxy_error = url_error(a, url)))
			return;
		vec_push(a, &s->proxies, proxy);
		if (proxy.kind != PROXY_URL)
			break;
	}
	if (s->proxies.len == before)
		s->proxy_error = "GOPROXY list is not the empty string, but contains no entries";
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

static bool version_control(Request *r, const char *path, const char *setting_name)
{
	return fail(r, FAIL_NOT_FOUND, "module %s: %s asks for version control, which gol cannot fetch from; "
	            "set GOPROXY to a module proxy that has the module", path, setting_name);
}

static bool ask_one(Request *r, const Proxy *proxy, const char *path, bool private, AskProxy ask, void *argument)
{
	if (private && proxy->kind != PROXY_NONE)
		return fail(r, FAIL_NOT_FOUND, "disabled by GOPRIVATE/GONOPROXY");
	switch (proxy->kind) {
	case PROXY_NONE: return version_control(r, path, "GOPRIVATE/GONOPROXY");
	case PROXY_OFF: return fail(r, FAIL_NOT_FOUND, "module lookup disabled by GOPROXY=off");
	case PROXY_DIRECT: return version_control(r, path, "GOPROXY=direct");
	case PROXY_URL: break;
	}
	return ask(r, proxy->url, argument);
}

/* How much an error tells. */
static int rank(const Proxy *proxy, FailKind kind)
{
	if (proxy->kind == PROXY_NONE)
		return 3;
	if (kind != FAIL_NOT_FOUND)
		return 2;
	return proxy->kind == PROXY_DIRECT ? 0 : 1;
}

bool ask_proxies(Request *r, const char *path, AskProxy ask, void *argument)
{
	const Settings *s = r->settings;
	bool private = matches_patterns(s->no_proxy, path);
	const char *best = "";
	FailKind kind = FAIL_ERROR;
	if (s->proxy_error)
		return fail(r, FAIL_ERROR, "%s", s->proxy_error);
	for (int i = 0, best_rank = -1; i < s->proxies.len; i++) {
		const Proxy *proxy = &s->proxies.items[i];
		if (proxy->kind == PROXY_NONE && !private)
			continue;
		if (ask_one(r, proxy, path, private, ask, argument))
			return true;
		int now = rank(proxy, r->kind);
		if (now >= best_rank) {
			best = r->message;
			kind = r->kind;
			best_rank = now;
		}
		if (r->kind != FAIL_NOT_FOUND && !proxy->after_any_error)
			break;
	}
	return fail(r, kind, "%s", best);
}

/* ---- one server -------------------------------------------------------------------------------------------------- */

bool module_error(Request *r, const Module *m)
{
	return m->version ? fail_prefix(r, "%s@%s: ", m->path, m->version) : fail_prefix(r, "module %s: ", m->path);
}

/* What a path may hold beyond what a URL may. */
static const char *url_path(Request *r, const char *path)
{
	Buf b;
	buf_init(&b, r->arena);
	for (; *path; path++)
		if (strchr("%?#[]^{} ", *path) || (unsigned char)*path >= 0x80)
			buf_printf(&b, "%%%02X", (unsigned char)*path);
		else
			buf_char(&b, *path);
	return b.s ? b.s : "";
}

bool proxy_read(Request *r, const char *url, const Module *m, const char *name, int file, size_t limit, Response *out)
{
	const char *full = arena_printf(r->arena, "%s/%s/%s", url, url_path(r, m->escaped_path), url_path(r, name));
	return http_read(r, full, file, limit, out) || module_error(r, m);
}
