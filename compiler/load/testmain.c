/*
 * testmain.c - finds tests in parsed files, and writes the main package that hands them to package testing.
 *
 * What is a test is decided by names and the shape of the signature alone, before anything is checked, as Go decides
 * it:
 * TestX, BenchmarkX, FuzzX with one parameter *T, *B, *F of whatever package; ExampleX without parameters, and run
 * only if its last comment begins with "Output:" or "Unordered output:". X does not begin with a lower-case letter. A
 * function that has the name but not the shape is a mistake.
 *
 * The comment of an example is read as Go's doc package reads comments: marks and one blank behind // taken away, no
 * blanks at the ends of lines, empty lines joined to one, none at the beginning and end.
 */
#include "testmain.h"
#include "../cover/cover.h"
#include "files.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef struct Entry { const char *package, *name, *output; bool unordered; } Entry;
typedef VEC(Entry) EntryList;

typedef struct Tables {
	Load *l;
	EntryList tests, benchmarks, fuzz_targets, examples;
	const Entry *main;          /* func TestMain(m *testing.M) */
	bool failed;
} Tables;

/* What one package contributes: whether main imports it at all, and uses its name. */
typedef struct Use { bool imported, named; } Use;

/* ---- functions ---------------------------------------------------------------------------------- */

static bool has_test_name(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);
	int size;
	if (strncmp(name, prefix, n) != 0)
		return false;
	uint32_t rune = utf8_decode(name + n, strlen(name + n), &size);
	return !name[n] || !(rune < 0x80 ? islower((int)rune) : unicode_is_letter(rune) && !unicode_is_upper(rune));
}

/* func(x *P) or func(x *any.P), no results. */
static bool takes(const FuncType *type, const char *parameter)
{
	if (type->results.len || type->params.len != 1)
		return false;
	const Expr *star = type->params.items[0]->type;
	if (star->kind != EXPR_STAR || (star->x->kind != EXPR_NAME && star->x->kind != EXPR_SELECTOR))
		return false;
	return strcmp(star->x->name, parameter) == 0;
}

static bool check_signature(Tables *t, const File *file, const Decl *d, const char *parameter)
{
	const char *name = d->names.items[0], *why = NULL;
	if (!takes(d->func_type, parameter))
		why = arena_printf(t->l->c->arena, "must be: func %s(%c *testing.%s)", name,
		                   tolower((unsigned char)*parameter), parameter);
	if (d->func_type->type_params.len)
		why = "test functions cannot have type parameters";
	if (why)
		COMPLAIN(t->l, "%s:%u:%u: wrong signature for %s, %s", file->source->full_path, d->keyword_pos.line,
		         d->keyword_pos.col, name, why);
	t->failed |= why != NULL;
	return !why;
}

static void add_function(Tables *t, EntryList *list, const File *file, const Decl *d, const char *parameter,
                         const char *package, Use *use)
{
	if (!check_signature(t, file, d, parameter))
		return;
	vec_push(t->l->c->arena, list, (Entry){package, d->names.items[0], NULL, false});
	use->imported = use->named = true;
}

static void add_test_main(Tables *t, const File *file, const Decl *d, const char *package, Use *use)
{
	EntryList one = {0};
	if (takes(d->func_type, "T")) {         /* a test that happens to have this name */
		add_function(t, &t->tests, file, d, "T", package, use);
		return;
	}
	add_function(t, &one, file, d, "M", package, use);
	if (t->main && one.len) {
		COMPLAIN(t->l, "multiple definitions of TestMain");
		t->failed = true;
	}
	if (one.len)
		t->main = one.items;
}

/* ---- the output of an example --------------------------------------------------------------------- */

/* Does nothing but blanks stand before it in its line? */
static bool begins_line(const File *file, const Comment *comment)
{
	const char *s = file->source->text;
	for (uint32_t line = 1; line < comment->line && s; line++) {
		s = strchr(s, '\n');
		s += s != NULL;
	}
	return s && strspn(s, " \t") >= comment->col - 1;
}

/* The last group of comments in the body: [*first, *end). False if there is none. */
static bool last_group(const File *file, const Block *body, int *first, int *end)
{
	const CommentList *all = &file->comments;
	int n = 0;
	while (n < all->len && (all->items[n].line < body->end.line ||
	                        (all->items[n].line == body->end.line && all->items[n].col < body->end.col)))
		n++;
	*end = n;
	*first = n - 1;
	if (n == 0 || all->items[n - 1].line < body->pos.line || (all->items[n - 1].line == body->pos.line &&
	                                                          all->items[n - 1].col < body->pos.col))
		return false;
	while (*first > 0 && begins_line(file, &all->items[*first]) && begins_line(file, &all->items[*first - 1]) &&
	       all->items[*first - 1].end_line + 1 >= all->items[*first].line)
		--*first;
	return true;
}

/* //go:build and the like: a word of small letters and digits, a colon, one more such character; and //line,
 * //extern, //export. */
static bool is_directive(const char *s)
{
	static const char *const words[] = {"line ", "extern ", "export "};
	for (int i = 0; i < COUNT_OF(words); i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return true;
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789");
	return n > 0 && s[n] == ':' && s[n + 1] && strchr("abcdefghijklmnopqrstuvwxyz0123456789", s[n + 1]);
}

/* One comment without its marks, as lines into b. */
static void add_comment(Buf *b, const Comment *comment)
{
	const char *s = comment->text + 2;
	size_t n = comment->length - 2;
	if (comment->text[1] == '*') {
		n -= 2;
	} else if (n && *s == ' ') {
		s++, n--;
	} else if (n && is_directive(s)) {
		return;
	}
	buf_bytes(b, s, n);
	buf_char(b, '\n');
}

/* Lines without trailing blanks; of several empty ones in a row one is left, of those at both ends none. */
static const char *tidy_lines(Load *l, const char *text)
{
	Buf b;
	bool empty = false;
	buf_init(&b, l->c->arena);
	buf_str(&b, "");
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n"), kept = n;
		while (kept && strchr(" \t\r\n", s[kept - 1]))
			kept--;
		if (kept && empty && b.len)
			buf_char(&b, '\n');
		empty = kept == 0;
		if (kept) {
			buf_bytes(&b, s, kept);
			buf_char(&b, '\n');
		}
		s += n + (s[n] == '\n');
	}
	return b.s;
}

/* NULL: it is compiled, but not run. */
static const char *expected_output(Load *l, const File *file, const Decl *d, bool *unordered)
{
	static const char word[] = "output:", before[] = "unordered ";
	int first, end;
	Buf b;
	buf_init(&b, l->c->arena);
	buf_str(&b, "");
	if (!last_group(file, d->body, &first, &end))
		return NULL;
	for (int i = first; i < end; i++)
		add_comment(&b, &file->comments.items[i]);
	const char *s = tidy_lines(l, b.s);
	s += strspn(s, " \t\n\f\r");
	*unordered = strncasecmp(s, before, strlen(before)) == 0;
	s += *unordered ? strlen(before) : 0;
	if (strncasecmp(s, word, strlen(word)) != 0)
		return NULL;
	s += strlen(word);
	s += strspn(s, " ");
	return s + (*s == '\n');
}

static void add_example(Tables *t, const File *file, const Decl *d, const char *package, Use *use)
{
	bool unordered = false;
	if (d->func_type->params.len || d->func_type->results.len || !d->body)
		return;
	use->imported = true;
	const char *output = expected_output(t->l, file, d, &unordered);
	if (!output)
		return;
	use->named = true;
	vec_push(t->l->c->arena, &t->examples, (Entry){package, d->names.items[0], output, unordered});
}

/* ---- files and packages ------------------------------------------------------------------------------ */

static void add_declaration(Tables *t, const File *file, const Decl *d, const char *package, Use *use)
{
	const char *name = d->names.items[0];
	if (strcmp(name, "TestMain") == 0)
		add_test_main(t, file, d, package, use);
	else if (has_test_name(name, "Test"))
		add_function(t, &t->tests, file, d, "T", package, use);
	else if (has_test_name(name, "Benchmark"))
		add_function(t, &t->benchmarks, file, d, "B", package, use);
	else if (has_test_name(name, "Fuzz"))
		add_function(t, &t->fuzz_targets, file, d, "F", package, use);
	else if (has_test_name(name, "Example"))
		add_example(t, file, d, package, use);
}

static Use add_package(Tables *t, const Package *p, const char *name)
{
	Use use = {false, false};
	for (int i = 0; p && i < p->files.len; i++) {
		const File *file = p->files.items[i];
		if (!is_test_name(base_name(file->source->full_path)))
			continue;
		for (int k = 0; k < file->decls.len && !t->failed; k++)
			if (file->decls.items[k]->kind == DECL_FUNC && !file->decls.items[k]->receiver)
				add_declaration(t, file, file->decls.items[k], name, &use);
	}
	return use;
}

/* ---- the text -------------------------------------------------------------------------------------------- */

static void print_import(Buf *b, const char *name, const char *path)
{
	buf_printf(b, "\t%s ", name);
	buf_quote(b, path, strlen(path));
	buf_char(b, '\n');
}

static void print_table(Buf *b, const char *name, const char *type, const EntryList *list, bool outputs)
{
	buf_printf(b, "var %s = []testing.%s{\n", name, type);
	for (int i = 0; i < list->len; i++) {
		const Entry *e = &list->items[i];
		buf_printf(b, "\t{\"%s\", %s.%s", e->name, e->package, e->name);
		if (outputs) {
			buf_str(b, ", ");
			buf_quote(b, e->output, strlen(e->output));
			buf_str(b, e->unordered ? ", true" : ", false");
		}
		buf_str(b, "},\n");
	}
	buf_str(b, "}\n\n");
}

static void print_main(Buf *b, const Entry *test_main)
{
	buf_str(b, "func main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, examples)\n");
	if (test_main)          /* what m.Run returned is told by a field of m */
		buf_printf(b, "\t%s.%s(m)\n\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n}\n",
		           test_main->package,
		           test_main->name);
	else
		buf_str(b, "\tos.Exit(m.Run())\n}\n");
}

/* How package testing learns of counters: since 1.24 from TestDeps, since 1.20 from a function that is not exported,
 * before that from tables, of which it makes the profile itself. */
static void print_coverage(Buf *b, int minor)
{
	static const char hooks[] = "func init() {\n\ttestdeps.CoverTearDown = testdeps.TearDownCoverage\n"
		"\ttestdeps.CoverSnapshot = testdeps.SnapshotShare\n}\n\n";
	static const char linked[] = "//go:linkname registerCover2 testing.registerCover2\n"
		"func registerCover2(mode string, tearDown func(string, string) (string, error), snapshot func() float64)\n\n"
		"func init() { registerCover2(testdeps.CoverMode, testdeps.TearDownCoverage, testdeps.SnapshotShare) }\n\n";
	static const char tables[] =
		"func init() {\n\tc := testing.Cover{Mode: testdeps.CoverMode, Counters: map[string][]uint32{}, "
		"Blocks: map[string][]testing.CoverBlock{}}\n"
		"\tfor _, f := range testdeps.CoverFiles() {\n\t\tc.Counters[f.Name] = f.Counters\n\t\tfor _, u := range f.Units {\n"
		"\t\t\tc.Blocks[f.Name] = append(c.Blocks[f.Name], testing.CoverBlock{Line0: u[0], Col0: uint16(u[1]), "
		"Line1: u[2], Col1: uint16(u[3]), "
		"Stmts: uint16(u[4])})\n\t\t}\n\t}\n\ttesting.RegisterCover(c)\n}\n\n";
	buf_str(b, minor >= 24 ? hooks : minor >= 20 ? linked : tables);
}

/* " in p, q": what the percentage is of. */
static void print_covered(Buf *b, const TextList *patterns)
{
	buf_str(b, "\n\ttestdeps.CoverCovered = \" in \" + ");
	for (int i = 0; i < patterns->len; i++) {
		if (i > 0)
			buf_str(b, " + \", \" + ");
		buf_quote(b, patterns->items[i], strlen(patterns->items[i]));
	}
}

/* What benchmarks print of themselves: nothing for a package without a path of its own. */
static const char *printed_path(const Package *p)
{
	return strncmp(p->path, "_/", 2) == 0 || strcmp(p->path, "command-line-arguments") == 0 ? "" : p->path;
}

const char *test_main_text(Load *l, const Package *tested, const Package *beside)
{
	Tables t = {.l = l};
	Buf b;
	Use internal = add_package(&t, tested, "_test"), external = add_package(&t, beside, "_xtest");
	if (t.failed)
		return NULL;
	buf_init(&b, l->c->arena);
	buf_str(&b, "package main\n\nimport (\n\t\"os\"\n");
	if (t.main)
		buf_str(&b, "\t\"reflect\"\n");
	if (l->c->cover && l->c->tree.minor >= 20 && l->c->tree.minor < 24)
		buf_str(&b, "\t_ \"unsafe\"\n");
	buf_str(&b, "\t\"testing\"\n\t\"testing/internal/testdeps\"\n");
	if (tested->files.len)
		print_import(&b, internal.named ? "_test" : "_", tested->path);
	if (external.imported)
		print_import(&b, external.named ? "_xtest" : "_", beside->path);
	buf_str(&b, ")\n\n");
	print_table(&b, "tests", "InternalTest", &t.tests, false);
	print_table(&b, "benchmarks", "InternalBenchmark", &t.benchmarks, false);
	print_table(&b, "fuzzTargets", "InternalFuzzTarget", &t.fuzz_targets, false);
	print_table(&b, "examples", "InternalExample", &t.examples, true);
	const char *path = printed_path(tested), *module = tested->module ? tested->module->path : "";
	buf_str(&b, "func init() {\n\ttestdeps.ModulePath = ");
	buf_quote(&b, module, strlen(module));
	buf_str(&b, "\n\ttestdeps.ImportPath = ");
	buf_quote(&b, path, strlen(path));
	if (l->c->cover)
		buf_printf(&b, "\n\ttestdeps.CoverMode = \"%s\"", cover_mode_name((CoverMode)l->c->cover));
	if (l->c->cover && l->c->cover_patterns.len)
		print_covered(&b, &l->c->cover_patterns);
	buf_str(&b, "\n}\n\n");
	if (l->c->cover)
		print_coverage(&b, l->c->tree.minor);
	print_main(&b, t.main);
	return b.s;
}
