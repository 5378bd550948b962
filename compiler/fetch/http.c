/*
 * http.c - one GET at a time, by libcurl, and files that file:// names.
 *
 * Errors are worded as Go's net/http has them, since they end up in the same messages: 'Get "URL": dial tcp ...' until
 * the head of the answer is there, 'read "URL": unexpected EOF' in its body, 'reading URL: 404 Not Found' for an answer
 * that is none. Nothing waits for ever: connect_seconds for a connection with its handshake, stall_seconds with less
 * than LEAST_SPEED after that, or a server that trickles would keep us, and all who wait for our locks, for years.
 * (Go has no such limit; its user has Ctrl-C.) At most 9 redirects are followed, as by Go, and none from https to
 * http.
 *
 * The threads share what is known of names and TLS sessions, under locks; connections are each thread's own, because
 * libcurl does not let threads share them.
 */
#include "fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { REDIRECT_LIMIT = 9, LEAST_SPEED = 1024 };       /* bytes a second */

typedef struct Transfer {
	Request *r;
	CURL *curl;
	const char *url;            /* shown: without password */
	Response *out;
	int file;                   /* -1: into out->body */
	size_t limit, received;
	int write_error;
	bool too_large;
	long shown_at;              /* 0: no progress was shown */
	char error[CURL_ERROR_SIZE];
} Transfer;

/* ---- shared by threads ------------------------------------------------------------------------------------- */

static pthread_mutex_t share_locks[CURL_LOCK_DATA_LAST];

static void share_lock(CURL *curl, curl_lock_data data, curl_lock_access access, void *argument)
{
	(void)curl, (void)access, (void)argument;
	pthread_mutex_lock(&share_locks[data]);
}

static void share_unlock(CURL *curl, curl_lock_data data, void *argument)
{
	(void)curl, (void)argument;
	pthread_mutex_unlock(&share_locks[data]);
}

void *http_share_new(void)
{
	for (int i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_init(&share_locks[i], NULL);
	CURLSH *share = curl_share_init();
	curl_share_setopt(share, CURLSHOPT_LOCKFUNC, share_lock);
	curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, share_unlock);
	curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return share;
}

/* ---- URLs --------------------------------------------------------------------------------------------------- */

/* The span of "user:password" in it; NULL: none. */
static const char *user_part(const char *url, size_t *length)
{
	const char *host = strstr(url, "://");
	if (!host)
		return NULL;
	host += 3;
	size_t n = strcspn(host, "/?#");
	const char *at = NULL;
	for (size_t i = 0; i < n; i++)
		if (host[i] == '@')
			at = host + i;
	*length = at ? (size_t)(at - host) : 0;
	return at ? host : NULL;
}

const char *redacted(Request *r, const char *url)
{
	size_t n;
	const char *user = user_part(url, &n), *colon = user ? memchr(user, ':', n) : NULL;
	if (!colon)
		return url;
	return arena_printf(r->arena, "%.*sxxxxx%s", (int)(colon + 1 - url), url, user + n);
}

/* host:port as Go dials it. */
static const char *dialled(Request *r, const char *url)
{
	size_t n;
	const char *user = user_part(url, &n), *host = user ? user + n + 1 : strstr(url, "://");
	if (!host)
		return url;
	host += user ? 0 : 3;
	const char *text = arena_strndup(r->arena, host, strcspn(host, "/?#"));
	const char *after = text[0] == '[' ? strchr(text, ']') : text;
	if (after && strchr(after, ':'))
		return text;
	return arena_printf(r->arena, "%s:%d", text, strncmp(url, "https", 5) == 0 ? 443 : 80);
}

/* ---- what arrives --------------------------------------------------------------------------------------------- */

static bool write_block(int file, const char *data, size_t n)
{
	while (n) {
		ssize_t k = write(file, data, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return false;
		data += k;
		n -= (size_t)k;
	}
	return true;
}

static size_t take_body(char *data, size_t size, size_t n, void *argument)
{
	Transfer *t = argument;
	n *= size;
	t->received += n;
	if (t->received > t->limit) {
		t->too_large = true;
		return 0;
	}
	long status = 0;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (t->file < 0 || status != 200) {
		buf_bytes(&t->out->body, data, n);
	} else if (!write_block(t->file, data, n)) {
		t->write_error = errno;
		return 0;
	}
	return n;
}

/* "HTTP/2 404" comes without words. */
static const char *status_words(int status)
{
	static const struct { int status; const char *words; } table[] = {
		{200, "OK"}, {204, "No Content"}, {301, "Moved Permanently"}, {302, "Found"}, {304, "Not Modified"},
			{400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
		{407, "Proxy Authentication Required"},
		{408, "Request Timeout"}, {410, "Gone"}, {429, "Too Many Requests"}, {500, "Internal Server Error"},
		{501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
	};
	for (int i = 0; i < COUNT_OF(table); i++)
		if (table[i].status == status)
			return table[i].words;
	return "";
}

/* Lines of the head; a status line begins the next answer after a redirect. */
static size_t take_header(char *data, size_t size, size_t n, void *argument)
{
	Transfer *t = argument;
	Response *out = t->out;
	n *= size;
	size_t length = n;
	while (length && (data[length - 1] == '\n' || data[length - 1] == '\r'))
		length--;
	const char *line = arena_strndup(t->r->arena, data, length);
	if (strncmp(line, "HTTP/", 5) == 0) {
		const char *status = line + strcspn(line, " ");
		status += strspn(status, " ");
		out->status = atoi(status);
		size_t k = strlen(status);
		while (k && status[k - 1] == ' ')
			k--;
		out->status_line = k > 3 ? status : arena_printf(t->r->arena, "%d %s", out->status, status_words(out->status));
		out->headers.len = 0;
	} else if (length) {
		buf_printf(&out->headers, "%s\n", line);
	}
	return n;
}

/* A line that is written over, at most five times a second. */
static int show_progress(void *argument, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	Transfer *t = argument;
	struct timespec time;
	(void)up_total, (void)up;
	clock_gettime(CLOCK_MONOTONIC, &time);
	long tick = time.tv_sec * 5 + time.tv_nsec / 200000000;
	if (tick == t->shown_at || now == 0)
		return 0;
	t->shown_at = tick;
	fprintf(stderr, total ? "\r%.1f of %.1f MB\033[K" : "\r%.1f MB\033[K", (double)now / 1e6, (double)total / 1e6);
	return 0;
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

static const char *lower_first(Request *r, const char *text)
{
	char *copy = arena_printf(r->arena, "%s", text);
	if (copy[0] >= 'A' && copy[0] <= 'Z' && !(copy[1] >= 'A' && copy[1] <= 'Z'))
		copy[0] += 'a' - 'A';
	return copy;
}

static const char *dial_error(Transfer *t, const char *what)
{
	long error = 0;
	char *address = NULL;
	curl_easy_getinfo(t->curl, CURLINFO_OS_ERRNO, &error);
	curl_easy_getinfo(t->curl, CURLINFO_PRIMARY_IP, &address);
	const char *target = dialled(t->r, t->url), *port = strrchr(target, ':');
	if (address && *address)
		target = arena_printf(t->r->arena, strchr(address, ':') ? "[%s]%s" : "%s%s", address, port);
	if (!what)
		what = error ? arena_printf(t->r->arena, "connect: %s", lower_first(t->r, strerror((int)error))) :
			"connection failed";
	return arena_printf(t->r->arena, "dial tcp %s: %s", target, what);
}

/* Before the head of the answer was there. */
static const char *no_answer(Transfer *t, CURLcode code)
{
	Request *r = t->r;
	curl_off_t connected = 0;
	const char *host = dialled(r, t->url);
	curl_easy_getinfo(t->curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return arena_printf(r->arena, "dial tcp: lookup %.*s: no such host", (int)strcspn(host, ":"), host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "proxyconnect tcp: dial tcp: lookup of the proxy: no such host";
	case CURLE_COULDNT_CONNECT:
		return dial_error(t, NULL);
	case CURLE_OPERATION_TIMEDOUT:
		return connected ? arena_printf(r->arena, "no answer in %ld seconds", r->settings->stall_seconds) :
			dial_error(t, "i/o timeout");
	case CURLE_GOT_NOTHING:
		return "EOF";
	case CURLE_TOO_MANY_REDIRECTS:
		return "stopped after 10 redirects";
	case CURLE_PEER_FAILED_VERIFICATION:
		return arena_printf(r->arena, "tls: failed to verify certificate: %s",
		                    lower_first(r, *t->error ? t->error : curl_easy_strerror(code)));
	default:
		return lower_first(r, *t->error ? t->error : curl_easy_strerror(code));
	}
}

/* Where the last redirect led, as the server wrote it. */
static const char *location(Transfer *t)
{
	for (const char *p = t->out->headers.s ? t->out->headers.s : ""; *p; p += strcspn(p, "\n") + 1)
		if (strncasecmp(p, "location:", 9) == 0) {
			p += 9 + strspn(p + 9, " ");
			return arena_strndup(t->r->arena, p, strcspn(p, "\n"));
		}
	return t->url;
}

static bool transfer_failed(Transfer *t, CURLcode code)
{
	Request *r = t->r;
	char *next = NULL;
	bool in_body = t->out->status >= 200 && (t->out->status < 300 || t->out->status >= 400);
	curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &next);
	if (t->too_large)
		return fail(r, FAIL_ERROR, "%s", t->limit == ZIP_LIMIT ? "downloaded zip file too large"
		            : arena_printf(r->arena, "reading %s: more than %zu bytes", t->url, t->limit));
	if (t->write_error)
		return fail(r, FAIL_ERROR, "read %s: write: %s", quoted(r, t->url), lower_first(r, strerror(t->write_error)));
	if (code == CURLE_UNSUPPORTED_PROTOCOL && next)
		return fail(r, FAIL_ERROR, "Get %s: redirected from secure URL %s to insecure URL %s", quoted(r, next), t->url,
		            next);
	if (in_body && code == CURLE_OPERATION_TIMEDOUT)
		return fail(r, FAIL_ERROR, "read %s: less than %d bytes a second for %ld seconds", quoted(r, t->url),
		            LEAST_SPEED,
		            r->settings->stall_seconds);
	if (in_body)
		return fail(r, FAIL_ERROR, "read %s: unexpected EOF", quoted(r, t->url));
	return fail(r, FAIL_ERROR, "Get %s: %s", quoted(r, code == CURLE_TOO_MANY_REDIRECTS ? location(t) : t->url),
	            no_answer(t, code));
}

/* ---- one request ----------------------------------------------------------------------------------------------- */

static void set_options(Transfer *t, const char *url)
{
	const Settings *s = t->r->settings;
	bool secure = strncmp(url, "https:", 6) == 0;
	const char *netrc = getenv("NETRC"), *bundle = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
	CURL *curl = t->curl;
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_SHARE, s->share);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "gol-fetch/0.1");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECT_LIMIT);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, s->connect_seconds);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)LEAST_SPEED);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, s->stall_seconds);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
	if (t->r->shows_progress) {
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
	}
	if (secure && s->use_netrc)
		curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	if (netrc && *netrc)
		curl_easy_setopt(curl, CURLOPT_NETRC_FILE, netrc);
	if (bundle && *bundle)
		curl_easy_setopt(curl, CURLOPT_CAINFO, bundle);
	if (folder && *folder)
		curl_easy_setopt(curl, CURLOPT_CAPATH, folder);
}

static bool network_get(Request *r, const char *url, int file, size_t limit, Response *out)
{
	size_t n;
	if (!r->curl)
		r->curl = curl_easy_init();
	Transfer t = {.r = r, .curl = r->curl, .url = redacted(r, url), .out = out, .file = file, .limit = limit};
	if (strncmp(url, "http:", 5) == 0 && user_part(url, &n))
		return fail(r, FAIL_ERROR, "refusing to pass credentials to insecure URL: %s", t.url);
	set_options(&t, url);
	CURLcode code = curl_easy_perform(t.curl);
	if (t.shown_at)
		fputs("\r\033[K", stderr);
	char *last = NULL;
	curl_easy_getinfo(t.curl, CURLINFO_EFFECTIVE_URL, &last);
	out->url = last ? redacted(r, arena_printf(r->arena, "%s", last)) : t.url;
	return code == CURLE_OK || transfer_failed(&t, code);
}

/* %41 is A. */
static const char *decoded(Request *r, const char *s)
{
	Buf b;
	buf_init(&b, r->arena);
	for (unsigned code; *s; s++)
		if (*s == '%' && sscanf(s + 1, "%2x", &code) == 1 && s[1] && s[2]) {
			buf_char(&b, (char)code);
			s += 2;
		} else {
			buf_char(&b, *s);
		}
	return b.s ? b.s : "";
}

static bool copy_body(Request *r, int from, const char *path, int file, size_t limit, Response *out)
{
	static _Thread_local char block[1 << 16];
	size_t total = 0;
	for (ssize_t n; (n = read(from, block, sizeof block)) != 0;) {
		if (n < 0)
			return fail_system(r, "read", path, errno);
		total += (size_t)n;
		if (total > limit)
			return fail(r, FAIL_ERROR, limit == ZIP_LIMIT ? "downloaded zip file too large" :
			            "reading %s: more than %zu bytes", path, limit);
		if (file < 0)
			buf_bytes(&out->body, block, (size_t)n);
		else if (!write_block(file, block, (size_t)n))
			return fail(r, FAIL_ERROR, "write: %s", lower_first(r, strerror(errno)));
	}
	return true;
}

/* A file that is not there is an answer as good as 404. */
static bool file_get(Request *r, const char *url, int file, size_t limit, Response *out)
{
	const char *path = decoded(r, url + strlen("file://"));
	int from = open(path, O_RDONLY | O_CLOEXEC);
	out->url = url;
	out->status = from >= 0 ? 200 : errno == ENOENT || errno == ENOTDIR ? 404 : errno == EACCES ? 403 : 500;
	out->status_line = from >= 0 ? "200 OK" : lower_first(r, strerror(errno));
	if (from < 0)
		return true;
	bool ok = copy_body(r, from, path, file, limit, out);
	close(from);
	return ok;
}

bool http_get(Request *r, const char *url, int file, size_t limit, Response *out)
{
	*out = (Response){.status_line = "", .url = url};
	buf_init(&out->headers, r->arena);
	buf_init(&out->body, r->arena);
	bool is_file = strncmp(url, "file://", 7) == 0;
	return (is_file ? file_get : network_get)(r, url, file, limit, out);
}

/* ---- answers that are none ------------------------------------------------------------------------------------- */

static bool is_plain_text(const Response *answer)
{
	const char *p = answer->headers.s ? answer->headers.s : "";
	for (; *p; p += strcspn(p, "\n") + 1)
		if (strncasecmp(p, "content-type:", 13) == 0) {
			const char *value = p + 13 + strspn(p + 13, " ");
			size_t n = strcspn(value, ";\n");
			const char *charset = value + n + strspn(value + n, "; ");
			bool known = *charset == '\n' || strncasecmp(charset, "charset=utf-8", 13) == 0 ||
			             strncasecmp(charset, "charset=us-ascii", 16) == 0;
			return n == 10 && strncasecmp(value, "text/plain", 10) == 0 && known;
		}
	return false;
}

static bool is_showable(const char *s, size_t n)
{
	int size;
	for (size_t i = 0; i < n; i += (size_t)size) {
		uint32_t rune = utf8_decode(s + i, n - i, &size);
		if ((rune == 0xFFFD && size == 1) || !(unicode_is_print(rune) || (rune >= '\t' && rune <= '\r')))
			return false;
	}
	return true;
}

/* Up to its first empty line, not too much of it, and nothing that could play with a terminal. */
static const char *server_response(Request *r, const Response *answer)
{
	enum { LINES = 8, BYTES = LINES * 81 };
	Buf out;
	buf_init(&out, r->arena);
	const char *p = answer->body.s ? answer->body.s : "";
	if (!is_plain_text(answer) || !is_showable(p, answer->body.len))
		return NULL;
	for (int i = 0;; i++) {
		size_t n = strcspn(p, "\n");
		if (strspn(p, " \t\r\f\v") >= n)
			break;
		if (i > 0)
			buf_str(&out, "\n\t");
		if (i >= LINES || out.len + n > BYTES) {
			buf_str(&out, i >= LINES ? "[Truncated: too many lines.]" : "[Truncated: too long.]");
			break;
		}
		buf_bytes(&out, p, n);
		if (!p[n])
			break;
		p += n + 1;
	}
	return out.len ? out.s : NULL;
}

bool http_read(Request *r, const char *url, int file, size_t limit, Response *out)
{
	if (!http_get(r, url, file, limit, out))
		return false;
	if (out->status == 200)
		return true;
	const char *detail = server_response(r, out);
	FailKind kind = out->status == 404 || out->status == 410 ? FAIL_NOT_FOUND : FAIL_ERROR;
	if (!detail)
		return fail(r, kind, "reading %s: %s", redacted(r, url), out->status_line);
	return fail(r, kind, "reading %s: %s\n\tserver response:%s%s", redacted(r, url), out->status_line,
	            strchr(detail, '\n') ? "\n\t" : " ", detail);
}

/* The head, an empty line, the body: for a caller that speaks HTTP through us. */
bool fetch_url(Request *r, const char *url, Buf *out)
{
	Response answer;
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0 && strncmp(url, "file:///", 8) != 0)
		return fail(r, FAIL_ERROR, "unsupported scheme: %s", redacted(r, url));
	if (!http_get(r, url, -1, ZIP_LIMIT, &answer))
		return false;
	buf_printf(out, "%s\n%s\n", answer.url, answer.status_line);
	buf_bytes(out, answer.headers.s ? answer.headers.s : "", answer.headers.len);
	buf_char(out, '\n');
	buf_bytes(out, answer.body.s ? answer.body.s : "", answer.body.len);
	return true;
}
