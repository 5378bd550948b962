/*
 * godebug.c - GODEBUG: which settings there are, and what a program starts with.
 *
 * When Go changes what programs can notice, the old way stays behind a setting, and a main module whose go line is
 * older than the change gets the old way. So a program is built with a list of settings: those that its go line
 * implies, over them the godebug lines of go.mod (or go.work), over them the lines //go:debug of its main package
 * (load/godebug.c). What the environment says counts more than any of them, when the program runs
 * (runtime/base/godebug.c).
 *
 * The table holds facts of Go 1.26. It is ours, not read from a Go source tree: what is wrong with a setting must not
 * depend on whether there is a tree, or which one.
 */
#include "private.h"

#include <stdlib.h>
#include <string.h>

/* Where the default changed: since go 1.MINOR, and the value that restores what was before. */
typedef struct Setting { const char *name; int minor; const char *old; } Setting;

static const Setting settings[] = {             /* sorted by name */
	{"allowmultiplevcs", 0, NULL}, {"asynctimerchan", 23, "1"}, {"containermaxprocs", 25, "0"},
		{"cryptocustomrand", 26, "1"},
	{"dataindependenttiming", 0, NULL}, {"decoratemappings", 25, "0"}, {"embedfollowsymlinks", 0, NULL},
	{"execerrdot", 0, NULL},
	{"fips140", 0, NULL}, {"fips140ems", 0, NULL}, {"gocachehash", 0, NULL}, {"gocachetest", 0, NULL},
	{"gocacheverify", 0, NULL},
	{"gotestjsonbuildtext", 24, "1"}, {"gotypesalias", 23, "0"}, {"htmlmetacontenturlescape", 0, NULL},
	{"http2client", 0, NULL},
	{"http2debug", 0, NULL}, {"http2server", 0, NULL}, {"httpcookiemaxnum", 24, "0"}, {"httplaxcontentlength", 22, "1"},
	{"httpmuxgo121", 22, "1"}, {"httpservecontentkeepheaders", 23, "1"}, {"installgoroot", 0, NULL},
	{"jstmpllitinterp", 0, NULL},
	{"multipartmaxheaders", 0, NULL}, {"multipartmaxparts", 0, NULL}, {"multipathtcp", 24, "0"}, {"netdns", 0, NULL},
	{"netedns0", 19, "0"},
	{"panicnil", 21, "1"}, {"randautoseed", 0, NULL}, {"randseednop", 24, "0"}, {"rsa1024min", 24, "0"},
	{"tarinsecurepath", 0, NULL},
	{"tls10server", 22, "1"}, {"tls3des", 23, "1"}, {"tlsmaxrsasize", 0, NULL}, {"tlsmlkem", 24, "0"},
	{"tlsrsakex", 22, "1"},
	{"tlssecpmlkem", 26, "0"}, {"tlssha1", 25, "1"}, {"tlsunsafeekm", 22, "1"}, {"updatemaxprocs", 25, "0"},
	{"urlmaxqueryparams", 24, "0"},
	{"urlstrictcolons", 26, "0"}, {"winreadlinkvolume", 23, "0"}, {"winsymlink", 23, "0"}, {"x509keypairleaf", 23, "0"},
	{"x509negativeserial", 23, "1"}, {"x509rsacrt", 24, "0"}, {"x509sha256skid", 25, "0"},
	{"x509usefallbackroots", 0, NULL},
	{"x509usepolicies", 24, "0"}, {"zipinsecurepath", 0, NULL},
};

/* Was there, until go 1.MINOR. */
static const Setting removed[] = {{"x509sha1", 24, NULL}};

static const Setting *find(const Setting *list, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static const char *fault_of_default(Compiler *c, const char *value)
{
	int major, minor = strncmp(value, "go", 2) == 0 ? go_version_parse(value + 2, &major) : -1;
	if (minor < 0)
		return "value for default= must be goVERSION";
	if (major > 1 || minor > NEWEST_MINOR)
		return arena_printf(c->arena, "default=%s too new (toolchain is go1.%d)", value, NEWEST_MINOR);
	return NULL;
}

const char *godebug_fault(Compiler *c, const char *what, const char *key, const char *value)
{
	static const struct { const char *of, *name; } unfit[] = {{" \t", "space"}, {",", "comma"}};
	for (int i = 0; i < COUNT_OF(unfit); i++) {
		if (strpbrk(key, unfit[i].of))
			return arena_printf(c->arena, "key contains %s", unfit[i].name);
		if (strpbrk(value, unfit[i].of))
			return arena_printf(c->arena, "value contains %s", unfit[i].name);
	}
	if (strcmp(key, "default") == 0)
		return fault_of_default(c, value);
	if (find(settings, COUNT_OF(settings), key))
		return NULL;
	Buf b;
	buf_init(&b, c->arena);
	const Setting *gone = find(removed, COUNT_OF(removed), key);
	buf_printf(&b, "%s %s ", gone ? "use of removed" : "unknown", what);
	buf_quote(&b, key, strlen(key));
	if (gone)
		buf_printf(&b, ", see https://go.dev/doc/godebug#go-1%d", gone->minor);
	return b.s;
}

/* ---- what a program starts with ------------------------------------------------------------------ */

/* The minor number that defaults go by, of "1.21" and "1.21.3"; 1.21rc1 has none, so that nothing of it is old. */
static int minor_for_defaults(const char *go)
{
	char *end;
	if (!go || strncmp(go, "1.", 2) != 0)
		return NEWEST_MINOR;
	long minor = strtol(go + 2, &end, 10);
	return end > go + 2 && (*end == '\0' || *end == '.') ? (int)minor : NEWEST_MINOR;
}

static const char *value_in(const TextList *list, const char *key)
{
	size_t n = strlen(key);
	for (int i = list->len; i-- > 0;)
		if (strncmp(list->items[i], key, n) == 0 && list->items[i][n] == '=')
			return list->items[i] + n + 1;
	return NULL;
}

const char *godebug_defaults(Compiler *c, const char *go, const TextList *given)
{
	Buf b;
	const char *least = value_in(given, "default");
	int minor = minor_for_defaults(least ? least + strlen("go") : go);
	buf_init(&b, c->arena);
	for (int i = 0; i < COUNT_OF(settings); i++) {
		const Setting *s = &settings[i];
		const char *value = value_in(given, s->name);
		if (!value && minor < s->minor)
			value = s->old;
		if (value)
			buf_printf(&b, "%s%s=%s", b.len ? "," : "", s->name, value);
	}
	return b.len ? b.s : "";
}
