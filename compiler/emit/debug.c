/*
 * debug.c - what a debugger sees of a program: lines, and variables by their names.
 *
 * Lines. While C is printed, set_line says which line of the program the next C lines belong to, or that they are
 * nobody's: tables, entrances of thawed frames. It leaves a mark in the text; number_lines turns the marks of the
 * finished text into #line directives, one wherever the C compiler would count differently. So every C line of a
 * statement has that statement's line, and what belongs to no line has its own in the C file (EmitOptions.c_path).
 *
 * Variables (EmitOptions.variables; without optimisation). A plain function keeps most variables in C locals of the
 * same name. Three kinds are elsewhere: those in a frame (fr->x), those in the heap (*x_2), those whose name the
 * function has more than once (x_2, x_3). Each has a *mirror*, a C local with the program's name and the variable's
 * value. Mirrors of a name that a function has once stand at its top; of the others each is declared in a C block
 * from where its variable is first mentioned to the end of its scope, and hides those further out as in the program.
 * A mirror is only written: after each statement that may have changed its variable, and where the function resumes.
 * So the program does the same with and without mirrors, and what a debugger assigns to one is lost.
 *
 * Invariant: no C local that the code itself uses has the name of a mirror in view.
 *
 * Rejected: pointers named like the variables (print x must not print an address); #define x (fr->x), which gdb
 * expands at
 * -g3 only, and by line numbers of the C file; a script for one debugger.
 */
#include "emitter.h"

#include <string.h>

/* Of a variable with a name. */
typedef struct Shown {
	bool candidate;             /* may have a mirror */
	bool repeated;              /* its name stands for several variables of the function */
	int mentions, seen;
	IrStmtList *home;           /* repeated: the innermost list with all mentions, and the first statement with one */
	int first;
	bool declared;              /* at the top of the function */
} Shown;

enum { MOST_REFRESHES = 50000, MIRROR_BYTES = 2 << 10 };

/* ---- lines ------------------------------------------------------------------------------------ */

void set_line(Emit *e, Pos pos)
{
	if (!e->options->line_directives || (pos.file == e->line.file && pos.line == e->line.line))
		return;
	e->line = pos;
	if (!pos.file) {
		buf_str(e->out, "#line 0\n");
		return;
	}
	uint32_t line;
	const char *path = pos_full_path(e->c, pos, &line);
	buf_printf(e->out, "#line %u ", line);
	emit_string_literal(e->out, path, strlen(path));
	buf_char(e->out, '\n');
}

/* Where a C line belongs, or what the C compiler takes it for. name: with quotes, [0] where it is the C file's. */
typedef struct Place { unsigned line; const char *name; size_t name_size; } Place;

static bool same_file(const Place *a, const Place *b)
{
	return a->name_size == b->name_size && memcmp(a->name, b->name, a->name_size) == 0;
}

static Place read_mark(const char *line, size_t size)
{
	static const char word[] = "#line ";
	Place p = {0, "", 0};
	const char *s = line + sizeof word - 1, *end = line + size;
	for (; s < end && *s >= '0' && *s <= '9'; s++)
		p.line = p.line * 10 + (unsigned)(*s - '0');
	if (s < end && *s == ' ')
		p.name = s + 1, p.name_size = (size_t)(end - s - 1);
	return p;
}

void number_lines(Buf *out, const char *text, size_t size, const char *c_path)
{
	Place want = {0, "", 0}, counted = {0, "?", 1};         /* the C compiler's name for it may be another */
	unsigned written = 0;       /* lines of out */
	for (const char *s = text, *end; s < text + size; s = end + 1) {
		end = memchr(s, '\n', (size_t)(text + size - s));
		size_t n = (size_t)(end - s);
		if (n > 6 && memcmp(s, "#line ", 6) == 0) {
			want = read_mark(s, n);
			continue;
		}
		bool own = want.name_size == 0, same = same_file(&want, &counted);
		unsigned line = own ? written + 1 : want.line;
		if (!same || counted.line != line) {
			line += own;        /* the directive is a line itself */
			written++;
			buf_printf(out, "#line %u", line);
			if (!same && own) {
				buf_char(out, ' ');
				emit_string_literal(out, c_path, strlen(c_path));
			} else if (!same) {
				buf_char(out, ' ');
				buf_bytes(out, want.name, want.name_size);
			}
			buf_char(out, '\n');
		}
		counted = (Place){line + 1, want.name, want.name_size};
		buf_bytes(out, s, n + 1);
		written++;
	}
}

/* ---- locals that emission needs for a moment -------------------------------------------------------- */

/*
 * A statement's own C local, mostly in a block of its own. gdb takes a breakpoint's line for several places where its C
 * stands in several blocks with variables, and would stop at each: where variables are shown these locals stand
 * at the top of the function, one for each role and type. Prints its declaration, up to an initialiser; returns its
 * name.
 */
const char *declare_scratch(Emit *e, const char *role, const char *ctype)
{
	if (!e->shown) {
		buf_printf(e->out, "%s%s%s", ctype, spaced(ctype), role);
		return role;
	}
	const char *key = arena_printf(E_ALLOC(e), "%s %s", role, ctype), *name = map_get(&e->scratch, key);
	if (!name) {
		name = arena_printf(E_ALLOC(e), "%s%d_", role, map_count(&e->scratch) + 1);
		map_put(E_ALLOC(e), &e->scratch, key, (void *)(uintptr_t)name);
		buf_printf(&e->scratch_lines, "\t%s%s%s;\n", ctype, spaced(ctype), name);
	}
	buf_str(e->out, name);
	return name;
}

Buf *begin_body(Emit *e, Buf *body)
{
	Buf *outer = e->out;
	buf_init(body, E_ALLOC(e));
	buf_init(&e->scratch_lines, E_ALLOC(e));
	e->scratch = (Map){.by_text = true};
	e->out = body;
	return outer;
}

void end_body(Emit *e, Buf *outer)
{
	Buf *body = e->out;
	e->out = outer;
	if (e->scratch_lines.s)
		buf_bytes(outer, e->scratch_lines.s, e->scratch_lines.len);
	if (body->s)
		buf_bytes(outer, body->s, body->len);
}

/* ---- which variables have mirrors ------------------------------------------------------------------ */

/* What a debugger wants to see: of a box what is in it. */
static Type *shown_type(const IrVar *v) { return v->is_box ? underlying(v->type)->elem : v->type; }

static bool is_function_prefix(Emit *e, const char *name)
{
	if (strncmp(name, "gol_", 4) == 0)
		return true;
	for (int i = 0; i < e->program->packages.len; i++) {
		const char *path = mangle_package(e->c, e->program->packages.items[i]->path);
		size_t n = strlen(path);
		if (strncmp(name, path, n) == 0 && name[n] == '_')
			return true;
	}
	return false;
}

/* The program's name, where C can have it: not one of C's words, nor what might be a function's or emission's own
 * (v_). */
const char *shown_name(Emit *e, IrVar *v)
{
	const char *name = mangle_local(e, v->shown);
	bool taken = is_reserved_name(name) || is_function_prefix(e, name) || name[strlen(name) - 1] == '_';
	return taken ? arena_printf(E_ALLOC(e), "%s_6", name) : name;
}

static void find_repeated(Emit *e)
{
	Map first = {.by_text = true};
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i], *other;
		if (!v->shown)
			continue;
		const char *name = shown_name(e, v);
		if ((other = map_get(&first, name)))
			e->shown[i].repeated = e->shown[other->id].repeated = true;
		else
			map_put(E_ALLOC(e), &first, name, v);
	}
}

/* Calls visit for each mention of a variable in the statement itself, lists in it left out. */
typedef void Visit(Emit *e, IrVar *v);

static void visit_expr(Emit *e, IrExpr *x, Visit *visit)
{
	if (!x)
		return;
	if (x->kind == IR_VAR)
		visit(e, x->var);
	visit_expr(e, x->x, visit);
	visit_expr(e, x->y, visit);
	for (int i = 0; i < x->args.len; i++)
		visit_expr(e, x->args.items[i], visit);
}

static void visit_vars(Emit *e, IrVarList *list, Visit *visit)
{
	for (int i = 0; i < list->len; i++)
		if (list->items[i])
			visit(e, list->items[i]);
}

static void visit_statement(Emit *e, IrStmt *s, Visit *visit)
{
	IrExpr *parts[] = {s->dst, s->src, s->x, s->cond};
	for (int i = 0; i < COUNT_OF(parts); i++)
		visit_expr(e, parts[i], visit);
	for (int i = 0; i < s->args.len; i++)
		visit_expr(e, s->args.items[i], visit);
	for (int i = 0; i < s->select_cases.len; i++) {
		visit_expr(e, s->select_cases.items[i]->chan, visit);
		visit_expr(e, s->select_cases.items[i]->value, visit);
	}
	visit_vars(e, &s->dsts, visit);
	visit_vars(e, &s->buffers, visit);
}

static void count_mention(Emit *e, IrVar *v) { e->shown[v->id].mentions++; }
static void see_mention(Emit *e, IrVar *v) { e->shown[v->id].seen++; }

typedef void EachList(Emit *e, IrStmtList *list, void *arg);

static void each_list(Emit *e, IrStmt *s, EachList *each, void *arg)
{
	each(e, &s->body, arg);
	each(e, &s->else_body, arg);
	each(e, &s->post, arg);
	for (int i = 0; i < s->cases.len; i++)
		each(e, &s->cases.items[i]->body, arg);
}

static void count_list(Emit *e, IrStmtList *list, void *statements)
{
	for (int i = 0; i < list->len; i++) {
		++*(int *)statements;
		visit_statement(e, list->items[i], count_mention);
		each_list(e, list->items[i], count_list, statements);
	}
}

/* What stands on one line of the program shall stand in one C block: breakpoints. */
static int start_of_line(const IrStmtList *list, int at)
{
	while (at > 0 && list->items[at - 1]->pos.line == list->items[at]->pos.line)
		at--;
	return at;
}

/* Which of the repeated variables have all their mentions in this list. */
static void find_homes(Emit *e, IrStmtList *list, void *repeated)
{
	IrVarList *vars = repeated;
	int *start = NEW_ARRAY(E_ALLOC(e), int, 2 * vars->len + 1), *first = start + vars->len;
	for (int k = 0; k < vars->len; k++)
		start[k] = e->shown[vars->items[k]->id].seen, first[k] = -1;
	for (int i = 0; i < list->len; i++) {
		visit_statement(e, list->items[i], see_mention);
		each_list(e, list->items[i], find_homes, repeated);
		for (int k = 0; k < vars->len; k++)
			if (first[k] < 0 && e->shown[vars->items[k]->id].seen > start[k])
				first[k] = i;
	}
	for (int k = 0; k < vars->len; k++) {
		Shown *s = &e->shown[vars->items[k]->id];
		if (s->home || !s->mentions || s->seen - start[k] != s->mentions)
			continue;
		s->home = list;
		s->first = start_of_line(list, first[k]);
	}
}

void choose_shown(Emit *e)
{
	IrFunc *f = e->f;
	IrVarList repeated = {0};
	int statements = 0, everywhere = 1;
	int64_t bytes = 0;
	e->in_view.len = 0;
	e->shown = NULL;
	if (!e->options->variables)
		return;
	e->shown = NEW_ARRAY(E_ALLOC(e), Shown, f->vars.len + 1);
	find_repeated(e);
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		int64_t size = v->shown ? type_size(e->c, shown_type(v)) : 0;
		if (size == 0 || v->map_iterator || is_large(e, shown_type(v)) || (bytes += size) > MIRROR_BYTES)
			continue;
		e->shown[i].candidate = true;
		everywhere += v->is_box || v->addr_taken;
		if (e->shown[i].repeated)
			vec_push(E_ALLOC(e), &repeated, v);
	}
	count_list(e, &f->body, &statements);
	if ((int64_t)statements * everywhere > MOST_REFRESHES || (int64_t)statements * repeated.len > MOST_REFRESHES * 10)
		e->shown = NULL;        /* made by a program, and of a size that no debugger is used on */
	else
		find_homes(e, &f->body, &repeated);
	f->keeps_shown = e->shown != NULL;
}

/* A name that the function has once is its variable's, if that is not a member of frames; the others are the
 * mirrors'. */
void name_shown(Emit *e)
{
	for (int i = 0; e->shown && i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		const char *name = v->shown ? shown_name(e, v) : NULL;
		if (!name || map_get(&e->names_used, name))
			continue;
		unused_name(e, name);
		if (!e->shown[i].repeated && !v->is_box && !is_frame_member(name))
			v->c_name = name;
	}
}

static bool is_c_local(Emit *e, IrVar *v)
{
	return !v->on_side && (e->style == STYLE_FRAMED ? !v->in_frame : !has_place_in_frame(e, v));
}

bool is_mirrored(Emit *e, IrVar *v)
{
	return e->shown && v->shown && e->shown[v->id].candidate && !v->on_side &&
	       (v->is_box || !is_c_local(e, v) || strcmp(v->c_name, shown_name(e, v)) != 0);
}

/* ---- printing them ------------------------------------------------------------------------------------ */

static void declare_mirror(Emit *e, IrVar *v)
{
	Type *t = shown_type(v);
	const char *ct = type_name(e, t);
	emit_line(e, "%s%s%s = %s;", ct, spaced(ct), shown_name(e, v), is_scalar(t) ? "0" : zero_braces(e, t));
	vec_push(E_ALLOC(e), &e->in_view, v);
}

static bool is_scoped(Emit *e, IrVar *v) { return e->shown[v->id].repeated && v->scope_end.line; }

/* At the top of a function. A parameter of a plain function is its own mirror. */
void declare_mirrors(Emit *e)
{
	Map names = {.by_text = true};
	e->in_view.len = 0;
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (!is_mirrored(e, v) || is_scoped(e, v) || map_get(&names, shown_name(e, v)))
			continue;
		map_put(E_ALLOC(e), &names, shown_name(e, v), v);
		if (e->style == STYLE_PLAIN && v->kind == VAR_PARAM && strcmp(v->c_name, shown_name(e, v)) == 0)
			vec_push(E_ALLOC(e), &e->in_view, v);
		else
			declare_mirror(e, v);
	}
}

static void refresh(Emit *e, IrVar *v)
{
	const char *mirror = shown_name(e, v), *from = var_name(e, v);
	if (v->is_box)
		buf_printf(e->out, "if (%s) %s = *(%s *)%s; ", from, mirror, type_name(e, shown_type(v)), from);
	else
		buf_printf(e->out, "%s = %s; ", mirror, from);
}

/* Does one further in hide it? */
static bool is_hidden(Emit *e, int at)
{
	const char *name = shown_name(e, e->in_view.items[at]);
	for (int i = at + 1; e->shown[e->in_view.items[at]->id].repeated && i < e->in_view.len; i++)
		if (strcmp(shown_name(e, e->in_view.items[i]), name) == 0)
			return true;
	return false;
}

static bool is_assigned(IrStmt *s, IrVar *v)
{
	IrExpr *root = s->dst;
	while (root && (root->kind == IR_FIELD || root->kind == IR_INDEX))
		root = root->x;
	bool assigned = root && root->kind == IR_VAR && root->var == v;
	for (int i = 0; i < s->dsts.len; i++)
		assigned |= s->dsts.items[i] == v;
	for (int i = 0; i < s->buffers.len; i++)
		assigned |= s->buffers.items[i] == v;
	return assigned;
}

void refresh_mirrors(Emit *e, IrStmt *s)
{
	bool resumes = !s || (e->style == STYLE_FRAMED && s->may_freeze), any = false;
	for (int i = 0; i < e->in_view.len; i++) {
		IrVar *v = e->in_view.items[i];
		if ((!resumes && !v->is_box && !v->addr_taken && !is_assigned(s, v)) || is_hidden(e, i))
			continue;
		if (!any)
			emit_indent(e);
		any = true;
		refresh(e, v);
	}
	if (any)
		buf_char(e->out, '\n');
}

/* What v hid may have changed meanwhile. */
static void refresh_hidden(Emit *e, const IrVar *v)
{
	for (int i = e->in_view.len; i-- > 0;) {
		IrVar *other = e->in_view.items[i];
		if (strcmp(other->shown, v->shown) != 0)
			continue;
		emit_indent(e);
		refresh(e, other);
		buf_char(e->out, '\n');
		return;
	}
}

void close_scopes(Emit *e, int down_to, Pos pos)
{
	while (e->in_view.len > down_to) {
		IrVar *v = vec_last(&e->in_view);
		if (pos.line && (v->scope_end.file != pos.file || pos_compare(pos, v->scope_end) < 0))
			break;
		(void)vec_pop(&e->in_view);
		e->indent--;
		emit_line(e, "}");
		refresh_hidden(e, v);
	}
}

void open_scopes(Emit *e, IrStmtList *list, int at)
{
	for (int i = 0; e->shown && i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (e->shown[i].home != list || e->shown[i].first != at || !is_mirrored(e, v) || !is_scoped(e, v))
			continue;
		emit_line(e, "{");
		e->indent++;
		declare_mirror(e, v);
	}
}
