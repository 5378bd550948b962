/*
 * syntax_test.c - the front end's first half: trees, messages, recovery, limits.
 *
 * A case of errors[] is a file without its package clause (which stands on line 1
 * before it) and the messages expected, without path, separated by '|'. The texts
 * are what the Go compiler prints.
 */
#include "syntax/ast.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const char *source, *messages; } ErrorCase;

static const ErrorCase errors[] = {
	{"func f() { a b\n c d }", "2:14: syntax error: unexpected name b at end of statement|3:4: syntax error: unexpected name d at end of statement"},
	{"func f() { f(a b) }", "2:16: syntax error: unexpected name b in argument list; possibly missing comma or )"},
	{"func f() { x := []int{1 2} }", "2:25: syntax error: unexpected literal 2 in composite literal; possibly missing comma or }"},
	{"func f(a int, string) {}", "2:21: syntax error: missing parameter type"},
	{"func f(p.T, a int) {}", "2:8: syntax error: missing parameter name"},
	{"func f(a b c) {\n a b\n}", "2:12: syntax error: unexpected name c in parameter list; possibly missing comma or )|3:4: syntax error: unexpected name b at end of statement"},
	{"type T[P any, Q] int", "2:16: syntax error: missing type constraint"},
	{"type T struct { a int, b int }", "2:22: syntax error: unexpected comma in struct type; possibly missing semicolon or newline or }"},
	{"func f() { if x := 1 { } }", "2:17: syntax error: cannot use x := 1 as value"},
	{"func f() { if x = a == b { } }", "2:17: syntax error: cannot use assignment x = (a == b) as value"},
	{"func f() { if { } }", "2:15: syntax error: missing condition in if statement"},
	{"func f() { for x := 1; x < 10 { } }", "2:31: syntax error: unexpected {, expected semicolon or newline"},
	{"func f() { for ; { } }", "2:18: syntax error: unexpected {, expected for loop condition"},
	{"func f() { for i := 0; i < 10; i++\n{ } }", "2:35: syntax error: unexpected newline, expected { after for clause"},
	{"func f() { if var i = 0; i < 10 { } }", "2:19: syntax error: var declaration not allowed in if initializer"},
	{"func f() { switch x { foo } }", "2:23: syntax error: unexpected name foo, expected case or default or }"},
	{"func f() { if x {} else x }", "2:25: syntax error: else must be followed by if or statement block"},
	{"func f() { a, b }", "2:17: syntax error: unexpected }, expected := or = or comma"},
	{"func f() { x[] }", "2:14: syntax error: unexpected ], expected operand"},
	{"func f() { x. }", "2:15: syntax error: unexpected }, expected name or ("},
	{"func f() { else }", "2:12: syntax error: unexpected keyword else, expected }"},
	{"func f() { if x == T{1} { } }", "2:25: syntax error: unexpected { at end of statement"},
	{"func f() { (T){} }", "2:15: syntax error: cannot parenthesize type in composite literal"},
	{"x := 1\nvar y int\nz()", "2:1: syntax error: non-declaration statement outside function body|4:1: syntax error: non-declaration statement outside function body"},
	{"func f()\n{ }", "3:1: syntax error: unexpected semicolon or newline before {"},
	{"import 1", "2:8: syntax error: import path must be a string"},
	{"var x int; import \"b\"", "2:12: syntax error: imports must appear before other declarations"},
	{"var x [a, b]int", "2:9: syntax error: unexpected comma; expected ]"},
	{"var x chan", "3:1: syntax error: missing channel element type"},
	{"func f() {", "3:1: syntax error: unexpected EOF, expected }"},
	{"var x = 08", "2:10: invalid digit '8' in octal literal"},
	{"var x = 1__0", "2:11: '_' must separate successive digits"},
	{"var x = 0x1.0", "2:14: hexadecimal mantissa requires a 'p' exponent"},
	{"var x = '\\uD800'", "2:16: escape is invalid Unicode code point U+D800"},
	{"var x = 'ab'", "2:9: more than one character in rune literal"},
	{"var x = \"abc", "2:13: newline in string"},
	{"var x = `abc", "2:9: string not terminated"},
	{"/* abc", "2:1: comment not terminated"},
	{"var x int // \xff", "2:14: invalid UTF-8 encoding"},
	{"var \xef\xbb\xbfx int", "2:5: invalid BOM in the middle of the file"},
};

static File *parse(Compiler *c, const char *text)
{
	return parse_file(c, source_from_text(c, "test.gol", text, strlen(text)), false);
}

static const char *all_messages(Compiler *c)
{
	Buf b;

	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (int i = 0; i < c->diagnostics.len; i++) {
		const char *text = strstr(diag_text(c, i), ".gol:");
		if (i > 0)
			buf_char(&b, '|');
		buf_str(&b, text ? text + 5 : "?");
	}
	return b.s;
}

Test(syntax, messages)
{
	for (int i = 0; i < COUNT_OF(errors); i++) {
		Compiler *c = compiler_new();
		const char *messages;

		parse(c, arena_printf(c->arena, "package p\n%s\n", errors[i].source));
		messages = all_messages(c);
		cr_expect_str_eq(messages, errors[i].messages, "%s\n  got  %s\n  want %s", errors[i].source, messages, errors[i].messages);
		compiler_free(c);
	}
}

/* The expression prints as given: what the tree says about precedence and types, checked by parentheses. */
static void expect_expr(const char *source, const char *printed)
{
	Compiler *c = compiler_new();
	File *f = parse(c, arena_printf(c->arena, "package p; var x = %s\n", source));

	cr_expect_eq(c->diagnostics.len, 0, "%s", all_messages(c));
	cr_assert_eq(f->decls.len, 1);
	cr_expect_str_eq(expr_text(c, f->decls.items[0]->values.items[0]), printed);
	compiler_free(c);
}

Test(syntax, printing)
{
	expect_expr("a+b*c", "a + b * c");
	expect_expr("map[string][]int{\"a\": {1}}", "map[string][]int{…}");
	expect_expr("func(a, b int, c ...T) (int, error) { return 0, nil }", "func(a, b int, c ...T) (int, error) {…}");
	expect_expr("<-chan int(nil)", "<-chan int(nil)");
	expect_expr("(<-chan <-chan int)(nil)", "(<-chan <-chan int)(nil)");
	expect_expr("chan (<-chan int)(nil)", "chan (<-chan int)(nil)");
	expect_expr("G[int, []string]{}.x[1:2:3]", "G[int, []string]{}.x[1:2:3]");
	expect_expr("struct{ a, b int; T }{}", "struct{a, b int; T}{}");
	expect_expr("i.(interface{ m(); ~int|U })", "i.(interface{m(); ~int | U})");
	expect_expr("f(a...)", "f(a...)");
}

static const char *dump(Compiler *c, const char *text)
{
	Buf b;

	buf_init(&b, c->arena);
	ast_dump(c, &b, parse(c, text));
	cr_expect_eq(c->diagnostics.len, 0, "%s", all_messages(c));
	return b.s;
}

Test(syntax, precedence)
{
	Compiler *c = compiler_new();

	cr_expect_str_eq(dump(c, "package p\nvar x = a || b == c+d*-e"),
	                 "package@1:9 p\nvar@2:5 x\n  value: binary@2:11 ||\n    name@2:9 a\n    binary@2:16 ==\n      name@2:14 b\n"
	                 "      binary@2:20 +\n        name@2:19 c\n        binary@2:22 *\n          name@2:21 d\n"
	                 "          unary@2:23 -\n            name@2:24 e\n");
	compiler_free(c);
}

Test(syntax, type_parameters_or_length)
{
	static const struct { const char *source; int params; } cases[] = {
		{"type T[P any] int", 1}, {"type T[P *C,] int", 1}, {"type T[P *C] int", 0}, {"type T[P *C|int] int", 0},
		{"type T[P *C|~int] int", 1}, {"type T[N * M] int", 0}, {"type T[P, Q any] int", 2}, {"type T[N] int", 0},
		{"type T[P *struct{}] int", 1}, {"type T[P interface{ m() }] int", 1}, {"type T[len(x)] int", 0},
		{"type T[P [2]int] int", 1}, {"type T[N * len([]int{})] int", 0}, {"type T[P any] = []P", 1},
	};

	for (int i = 0; i < COUNT_OF(cases); i++) {
		Compiler *c = compiler_new();
		File *f = parse(c, arena_printf(c->arena, "package p; %s", cases[i].source));

		cr_expect_eq(c->diagnostics.len, 0, "%s: %s", cases[i].source, all_messages(c));
		cr_expect_eq(f->decls.items[0]->type_params.len, cases[i].params, "%s", cases[i].source);
		compiler_free(c);
	}
}

/* Each must parse without a message. */
Test(syntax, braces)
{
	static const char *const bodies[] = {
		"for range []T{{1}, {2}} { }", "for i := range [2]int{1, 2} { }", "if x == (T{1}) { }", "if f(T{1}) { }",
		"if m[T{1}] { }", "if x := (func() T { return T{1} }()); x.ok { }", "switch x := y.(type) { case []T, func() T: }",
		"if x == struct{}{} { }", "switch T{1}.x() { }", "x := []func(){ func() { } }", "for ; ; { }", "for x { }; for { }",
		"L: for { break L }", "x := [...]map[string]T{{\"a\": {1}}}", "go func() { }()", "if x := <-c; x { } else if y { } else { }",
		"select { case x, ok := <-c: case c <- 1: default: }", "var f func(a, b int, c ...T) (r, s int)",
		"for i := 0\ni < 10\ni++ { }",
	};

	for (int i = 0; i < COUNT_OF(bodies); i++) {
		Compiler *c = compiler_new();

		parse(c, arena_printf(c->arena, "package p\nfunc f() {\n%s\n}\n", bodies[i]));
		/* T{1}.x() as a switch header is the one mistake in the list */
		cr_expect_eq(c->diagnostics.len > 0, strstr(bodies[i], "switch T{1}") != NULL, "%s: %s", bodies[i], all_messages(c));
		compiler_free(c);
	}
}

Test(syntax, declarations)
{
	Compiler *c = compiler_new();
	File *f = parse(c, "//go:build linux\n\npackage p\n\nimport m \"math\"\n\n// doc\n//go:noinline\nfunc g() {}\n"
	                   "const (\n\tA = iota\n\tB\n)\n");
	const Decl *b = f->decls.items[3];

	cr_expect_eq(c->diagnostics.len, 0, "%s", all_messages(c));
	cr_expect_eq(f->build_tags.len, 1);
	cr_expect_str_eq(f->decls.items[0]->import_path, "math");
	cr_expect_str_eq(f->decls.items[1]->doc, "// doc\n//go:noinline\n");
	cr_expect(b->inherited && b->iota == 1 && b->values.items[0] == f->decls.items[2]->values.items[0]);
	compiler_free(c);
}

Test(syntax, line_directives)
{
	Compiler *c = compiler_new();

	parse(c, "package p\n//line foo.y:40\nfunc f() { a b }\n");
	cr_expect_str_eq(diag_text(c, 0), "foo.y:40: syntax error: unexpected name b at end of statement");
	compiler_free(c);
}

static char *repeated(Compiler *c, const char *before, const char *part, int n, const char *after)
{
	Buf b;

	buf_init(&b, c->arena);
	buf_str(&b, before);
	for (int i = 0; i < n; i++)
		buf_str(&b, part);
	buf_str(&b, after);
	return b.s;
}

Test(syntax, deep_nesting)
{
	static const char *const parts[] = {"(", "[", "T{", "-", "[]", "map[int]", "chan ", "func() ", "func(a int) ", "func() { _ = "};

	for (int i = 0; i < COUNT_OF(parts); i++) {
		Compiler *c = compiler_new();

		parse(c, repeated(c, "package p\nvar x = ", parts[i], 100000, "x\n"));
		cr_expect(strstr(all_messages(c), "exceeded max nesting depth"), "%s", parts[i]);
		compiler_free(c);
	}
}

/* Truncated and mutilated text must neither crash nor hang; every prefix of a small program is tried. */
Test(syntax, every_prefix)
{
	static const char text[] =
		"package p\nimport \"fmt\"\ntype T[P any, Q ~int|string] struct { a, b []P; *U `tag` }\n"
		"func (t *T[P, Q]) m(a int, b ...string) (r map[string]func() chan<- int, err error) {\n"
		"\tfor i, x := range []int{1, 0x2p1, 'a'} { if y := f(x); y > 1 { continue } else { goto L } }\n"
		"L:\tswitch v := a.(type) { case int: return nil, nil; default: select { case c <- <-d: } }\n}\n";

	for (size_t n = 0; n <= strlen(text); n++) {
		Compiler *c = compiler_new();

		parse_file(c, source_from_text(c, "test.gol", text, n), false);
		cr_expect(n == strlen(text) || n < 2 || c->files.len == 2);
		compiler_free(c);
	}
}
