/*
 * front_mutate.c - how front_fuzz changes a program. Bytes changed at random give syntax
 * errors nearly always; so seven times out of eight tokens, bracketed groups and whole
 * statements are exchanged, doubled or dropped here. Every change replaces one stretch of the
 * text by another one, and stays if the result still parses. Often we start from a program
 * that was compiled without errors a while ago instead: the corpus gathers errors of
 * all sorts, and would keep us away from what stands behind the checker.
 */
#include "front_fuzz.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out, size_t max_size, unsigned seed);

enum { MAX_SIZE = 1 << 16, MAX_TOKENS = 1 << 14 };
#define COUNT_OF(a) ((unsigned)(sizeof(a) / sizeof *(a)))
#define ANY_OF(list) (list)[pick(COUNT_OF(list))]

typedef enum { NAME, NUMBER, TEXT, OPERATOR, OTHER } Class;
typedef struct { const char *s; size_t n; Class class; } Token;
typedef struct { const char *s; size_t n; } Span;

static Token tokens[MAX_TOKENS];
static unsigned token_count;
static uint64_t state;

static unsigned pick(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return n ? (unsigned)(state >> 33) % n : 0;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static size_t text_length(const char *s, const char *end)
{
	const char *p = s + 1;
	while (p < end && *p != *s && (*p != '\n' || *s == '`'))
		p += *p == '\\' && *s != '`' && p + 1 < end ? 2 : 1;
	return (size_t)((p < end ? p + 1 : end) - s);
}

static Token token_at(const char *s, const char *end)
{
	const char *p = s;
	if (isalpha((unsigned char)*s) || *s == '_' || (unsigned char)*s >= 0x80) {
		while (p < end && (isalnum((unsigned char)*p) || *p == '_' || (unsigned char)*p >= 0x80))
			p++;
		return (Token){s, (size_t)(p - s), NAME};
	}
	if (isdigit((unsigned char)*s)) {
		while (p < end && (isalnum((unsigned char)*p) || *p == '_' || *p == '.'))
			p++;
		return (Token){s, (size_t)(p - s), NUMBER};
	}
	if (*s == '"' || *s == '\'' || *s == '`')
		return (Token){s, text_length(s, end), TEXT};
	if (end - s > 1 && s[0] == '/' && s[1] == '/') {
		while (p < end && *p != '\n')
			p++;
		return (Token){s, (size_t)(p - s), OTHER};
	}
	if (!strchr("+-*/%&|^<>=!:.~", *s))
		return (Token){s, 1, OTHER};
	while (p < end && p - s < 3 && *p && strchr("+-*/%&|^<>=!:.~", *p))
		p++;
	return (Token){s, (size_t)(p - s), OPERATOR};
}

static void read_tokens(const char *s, size_t size)
{
	const char *end = s + size;
	token_count = 0;
	while (s < end && token_count < MAX_TOKENS) {
		Token t = isspace((unsigned char)*s) ? (Token){s, 0, OTHER} : token_at(s, end);
		if (t.n)
			tokens[token_count++] = t;
		s += t.n ? t.n : 1;
	}
}

static bool is_open(const Token *t) { return t->n == 1 && (*t->s == '(' || *t->s == '[' || *t->s == '{'); }
static bool is_close(const Token *t) { return t->n == 1 && (*t->s == ')' || *t->s == ']' || *t->s == '}'); }

/* The first token from a random one on that is of this class, or opens with this bracket; NULL: none. */
static const Token *find_token(Class class, char bracket)
{
	unsigned from = pick(token_count);
	for (unsigned i = 0; i < token_count; i++) {
		const Token *t = &tokens[(from + i) % token_count];
		if (bracket ? *t->s == bracket : t->class == class)
			return t;
	}
	return NULL;
}

static Span span_of(const Token *t) { return t ? (Span){t->s, t->n} : (Span){NULL, 0}; }

/* What stands between a bracket and its partner, both included. */
static Span group_at(const Token *t)
{
	int depth = 0;
	for (const Token *p = t; t && p < tokens + token_count; p++) {
		depth += is_open(p) - is_close(p);
		if (depth == 0)
			return (Span){t->s, (size_t)(p->s + p->n - t->s)};
	}
	return (Span){NULL, 0};
}

/* From the start of a line to the end of that line on which all brackets opened since are closed: mostly a
 * statement or declaration. */
static Span some_lines(const char *text, size_t size)
{
	const char *s = text + pick((unsigned)size), *end = text + size, *p;
	int depth = 0;
	while (s > text && s[-1] != '\n')
		s--;
	for (p = s; p < end; p++) {
		depth += (*p == '(' || *p == '[' || *p == '{') - (*p == ')' || *p == ']' || *p == '}');
		if (*p == '\n' && depth <= 0)
			return (Span){s, (size_t)(p + 1 - s)};
	}
	return (Span){s, (size_t)(end - s)};
}

static Span line_start(const char *text, size_t size)
{
	return (Span){some_lines(text, size).s, 0};
}

/* ---- changing ----------------------------------------------------------------------------------------- */

/* The text with `old` replaced; the size stays if there is no room. */
static size_t replace(char *text, size_t size, size_t max_size, Span old, Span new)
{
	static char copy[MAX_SIZE];
	size_t before = (size_t)(old.s - text), after = size - before - old.n, result = before + new.n + after;
	if (!old.s || result > max_size || result > MAX_SIZE || !result)
		return size;
	memcpy(copy, text, before);
	memcpy(copy + before, new.s, new.n);
	memcpy(copy + before + new.n, old.s + old.n, after);
	memcpy(text, copy, result);
	return result;
}

static Span word(const char *s) { return (Span){s, strlen(s)}; }

static const char *const names[] = {"int", "uint8", "int64", "float64", "float32", "complex128", "string", "bool", "error", "any", "rune", "uintptr",
	"nil", "true", "iota", "_", "len", "cap", "append", "copy", "make", "new", "delete", "panic", "recover", "print", "println", "min", "max", "clear",
	"close", "real", "imag", "complex", "comparable", "x", "T", "main", "init", "unsafe.Pointer", "struct{}", "func()", "interface{ m() }", "[]int",
	"map[string]int", "chan int", "*int", "[3]int", "break", "continue", "return", "goto", "fallthrough", "defer", "go", "range", "const", "var", "type"};
static const char *const numbers[] = {"0", "1", "-1", "2", "63", "64", "127", "255", "1 << 31", "1 << 63", "1<<64 - 1", "1e1000", "0x1p-2", "1.5", "'a'", "1i",
	"\"s\"", "nil", "x", "len(x)", "0.1e-400", "07", "1 << 40", "-1 << 63"};
static const char *const operators[] = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "+=", "<<=", "&&", "||", "<-", "++", "==", "!=", "<", ">=", "=",
	":=", "!", "...", ".", ":", "~", "*=", "&^="};
static const char *const prefixes[] = {"[]", "*", "&", "[2]", "map[string]", "map[any]", "chan ", "<-chan ", "chan<- ", "func() ", "...", "-", "!", "^", "<-", "~",
	"func(int) ", "[...]", "(", "go ", "defer ", "[]*"};
static const char *const suffixes[] = {"()", "[0]", "[1:]", ".x", "[int]", "{}", ".(int)", ".(type)", "...", "[:1:2]", "++", ")", " + 1", ", x", "[T any]", "(nil)"};
static const char *const lines[] = {"defer func() { recover() }()\n", "for range x {\n}\n", "switch x := x.(type) {\ncase int:\n}\n", "select {\ndefault:\n}\n",
	"x := x\n", "type T[P any] struct{ f *T[P] }\n", "L: for { break L }\n", "go func() { x() }()\n", "for i := range 3 { defer func() { println(i) }() }\n",
	"var _ = func() int { return 1 }()\n", "const (\na = iota\nb\n)\n", "for x := range f { return }\n", "goto L\n", "type I interface{ ~int | string; m() }\n"};

/* One change. */
static size_t change(char *text, size_t size, size_t max_size)
{
	static const char brackets[] = "([{";
	char bracket = brackets[pick(3)];
	const Token *t;
	read_tokens(text, size);
	if (!token_count)
		return size;
	switch (pick(16)) {
	case 0:
	case 1:
	case 2:
		t = find_token(NAME, 0);
		return replace(text, size, max_size, span_of(t), span_of(find_token(NAME, 0)));
	case 3:
		return replace(text, size, max_size, span_of(find_token(NAME, 0)), word(ANY_OF(names)));
	case 4:
		return replace(text, size, max_size, span_of(find_token(NUMBER, 0)), word(ANY_OF(numbers)));
	case 5:
		return replace(text, size, max_size, span_of(find_token(OPERATOR, 0)), word(ANY_OF(operators)));
	case 6:
	case 7:
		t = find_token(OTHER, bracket);
		return replace(text, size, max_size, group_at(t), group_at(find_token(OTHER, bracket)));
	case 8:
	case 9:
		return replace(text, size, max_size, line_start(text, size), some_lines(text, size));
	case 10:
		return replace(text, size, max_size, some_lines(text, size), word(""));
	case 11:
		return replace(text, size, max_size, some_lines(text, size), some_lines(text, size));
	case 12:
		t = find_token(NAME, 0);
		return t ? replace(text, size, max_size, (Span){t->s, 0}, word(ANY_OF(prefixes))) : size;
	case 13:
		t = find_token(NAME, 0);
		return t ? replace(text, size, max_size, (Span){t->s + t->n, 0}, word(ANY_OF(suffixes))) : size;
	case 14:
		return replace(text, size, max_size, line_start(text, size), word(ANY_OF(lines)));
	default:
		t = &tokens[pick(token_count)];
		return replace(text, size, max_size, span_of(t), span_of(&tokens[pick(token_count)]));
	}
}

/* The same, taken back if it leaves no program. */
static size_t change_well(char *text, size_t size, size_t max_size)
{
	static char before[MAX_SIZE];
	memcpy(before, text, size);
	for (int tries = 0; tries < 8; tries++) {
		size_t changed = change(text, size, max_size);
		if (changed != size || memcmp(text, before, size) != 0) {
			if (front_parses(text, changed))
				return changed;
			memcpy(text, before, size);
		}
	}
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	char *text = (char *)data;
	state = seed;
	if (size == 0 || size > MAX_SIZE || pick(8) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	bool parses = front_parses(text, size);
	if (pick(8) < (parses ? 3 : 7)) {
		size_t passed_size;
		const char *passed = front_passed(pick(1 << 16), &passed_size);
		if (passed && passed_size <= max_size) {
			memcpy(text, passed, passed_size);
			size = passed_size;
			parses = true;
		}
	}
	if (!parses)
		return change(text, size, max_size);
	for (unsigned i = pick(2) ? 1 : pick(3) + 1; i > 0; i--)
		size = change_well(text, size, max_size);
	return size;
}

/* Statements or declarations of one program in another. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out, size_t max_size, unsigned seed)
{
	state = seed;
	if (one_size > max_size || one_size == 0 || two_size == 0)
		return 0;
	memcpy(out, one, one_size);
	for (unsigned i = pick(3) + 1; i > 0; i--)
		one_size = replace((char *)out, one_size, max_size, line_start((char *)out, one_size), some_lines((const char *)two, two_size));
	return one_size;
}
