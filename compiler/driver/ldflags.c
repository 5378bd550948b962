/*
 * ldflags.c - -ldflags: flags of Go's linker, and what they are to the C linker.
 *
 *     -s -w                the C linker leaves out symbols, lines for debuggers
 *     -X path.name=value   a string variable starts with another value: one that has none in the source, or a
 *     constant. Where the
 *                          initialiser is an expression that is worked out when the program starts, it wins and
 *                          nothing is said, as in Go; nor is it said that there is no such variable.
 *     -extldflags          words for the C linker
 *
 * -X is done by the compiler: the value is part of the package's C, and of its key. The main package's path is main.
 */
#include "flags.h"

#include <stdio.h>
#include <string.h>

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

static void add_definition(Driver *d, const char *text)
{
	Options *o = &d->options;
	const char *equal = strchr(text, '='), *dot = equal;
	while (dot && dot > text && *dot != '.')
		dot--;
	if (!equal || *dot != '.') {
		o->bad_linker_flag = "link: -X flag requires argument of the form importpath.name=value";
		return;
	}
	Definition definition = {arena_strndup(d->c->arena, text, (size_t)(dot - text)),
	                         arena_strndup(d->c->arena, dot + 1, (size_t)(equal - dot) - 1), equal + 1};
	vec_push(d->c->arena, &o->definitions, definition);
}

/* False: it is none that is known. The program never has a build id. */
static bool linker_flag(Driver *d, const char *word)
{
	static const struct { const char *name, *flag; } table[] = {
		{"-s", "-s"}, {"-w", "-Wl,-S"}, {"-linkmode=external", ""}, {"-linkmode=auto", ""}, {"-s=true", "-s"},
			{"-w=true", "-Wl,-S"},
		{"-s=false", ""}, {"-w=false", ""},
	};
	Options *o = &d->options;
	const char *flag = NULL;
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].name, word) == 0)
			flag = table[i].flag;
	if (has_prefix(word, "-extldflags="))
		flag = word + strlen("-extldflags=");
	if (flag)
		o->linker_flags = arena_printf(d->c->arena, "%s %s", o->linker_flags, flag);
	else if (has_prefix(word, "-X="))
		add_definition(d, word + strlen("-X="));
	else if (!has_prefix(word, "-buildid="))
		return false;
	return true;
}

static int split_flags(Driver *d, const char *flags)
{
	static const char *const with_argument[] = {"-extldflags", "-linkmode", "-buildid", "-X"};
	char *rest = arena_printf(d->c->arena, "%s", flags), *word, quote;
	d->options.linker_flags = "";
	d->options.definitions.len = 0;
	d->options.bad_linker_flag = NULL;
	while ((word = next_word(&rest, &quote))) {
		word += word[0] == '-' && word[1] == '-';
		for (int i = 0; i < COUNT_OF(with_argument); i++)
			if (strcmp(word, with_argument[i]) == 0) {
				const char *argument = next_word(&rest, &quote);
				word = arena_printf(d->c->arena, "%s=%s", word, argument ? argument : "");
				break;
			}
		if (linker_flag(d, word))
			continue;
		fprintf(stderr, "gol: -ldflags=%s is not supported yet\n", word);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

int take_linker_flags(Driver *d, const char *value, const char *flags)
{
	vec_push(d->c->arena, &d->options.linker_flag_texts, value);
	return split_flags(d, flags);
}

void apply_linker_flags(Driver *d, const Program *program)
{
	memset(&d->options.definitions, 0, sizeof d->options.definitions);      /* each program has an arena of its own */
	(void)split_flags(d, flags_for(d, &d->options.linker_flag_texts, program));
}

/* ---- -X ------------------------------------------------------------------------------------------ */

static Package *package_at(const Program *program, const char *path)
{
	for (int i = 0; i < program->packages.len; i++)
		if (strcmp(program->packages.items[i]->path, path) == 0)
			return program->packages.items[i];
	return NULL;
}

/* Is the variable's value that of the source's text, from the start on? */
static bool starts_constant(const Package *p, const Object *o)
{
	for (int i = 0; i < p->init_order.len; i++) {
		const Initializer *init = p->init_order.items[i];
		for (int k = 0; k < init->lhs.len; k++)
			if (init->lhs.items[k] == o)
				return init->lhs.len == 1 && unparen(init->rhs)->mode == MODE_CONST;
	}
	return o->decl->embeds.len == 0;
}

/* What is wrong, or NULL. Go does not look closely at variables of the standard library. */
static const char *define_variable(Driver *d, const Definition *definition, Package *p)
{
	Object *o = scope_lookup(p->scope, intern_str(d->c, definition->name));
	if (!o || o->kind != OBJECT_VAR)
		return NULL;
	if (identical(o->type, d->c->types->basic[TYPE_STRING])) {
		if (starts_constant(p, o))
			o->defined = const_string(d->c, definition->value, strlen(definition->value));
		return NULL;
	}
	if (p->is_stdlib || p->from_tree)
		return NULL;
	const char *type = o->type->kind == TYPE_NAMED ? type_path_text(d->c, o->type) : type_runtime_text(d->c, o->type);
	return arena_printf(d->c->arena, "%s.%s: cannot set with -X: not a var of type string (type:%s)", p->path, o->name,
	                    type);
}

bool define_variables(Driver *d, Program *program)
{
	const Options *o = &d->options;
	TextList faults = {0};
	if (o->bad_linker_flag)
		vec_push(d->c->arena, &faults, o->bad_linker_flag);
	for (int i = 0; !o->bad_linker_flag && i < o->definitions.len; i++) {
		Package *p = package_at(program, o->definitions.items[i].package);
		const char *fault = p ? define_variable(d, &o->definitions.items[i], p) : NULL;
		if (fault)
			vec_push(d->c->arena, &faults, fault);
	}
	for (int i = 0; i < faults.len; i++)
		fprintf(stderr, i ? "%s%s\n" : "# %s\n%s\n", i ? "" : program->header, faults.items[i]);
	return faults.len == 0;
}

uint64_t definitions_key(Driver *d, uint64_t key, const Package *p)
{
	for (int i = 0; i < d->options.definitions.len; i++) {
		const Definition *x = &d->options.definitions.items[i];
		if (strcmp(x->package, p->path) != 0)
			continue;
		key = hash_bytes(key, x->name, strlen(x->name) + 1);
		key = hash_bytes(key, x->value, strlen(x->value) + 1);
	}
	return key;
}
