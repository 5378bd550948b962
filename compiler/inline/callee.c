/*
 * callee.c - who is called: the value of a variable that has but one, functions that Go's compiler knows by name,
 * and the names of functions in remarks.
 */
#include "pass.h"
#include "../lower/walk.h"

#include <string.h>

/* ---- values of variables ----------------------------------------------------------- */

static void note(Object *o, Expr *value)
{
	if (o && o->kind == OBJECT_VAR && !o->assigned && !o->is_package_level)
		o->initial = value;
}

static bool note_initial(void *arg, Stmt *s)
{
	(void)arg;
	if (s->kind == STMT_DEFINE && s->lhs.len == s->rhs.len)
		for (int i = 0; i < s->defined.len && i < s->rhs.len; i++)
			note(s->defined.items[i], s->rhs.items[i]);
	for (int i = 0; s->kind == STMT_DECL && i < s->decls.len; i++) {
		Decl *d = s->decls.items[i];
		for (int j = 0; d->kind == DECL_VAR && d->values.len == d->objects.len && j < d->objects.len; j++)
			if (d->objects.items[j] && d->values.items[j]->type && !is_interface(d->objects.items[j]->type))
				note(d->objects.items[j], d->values.items[j]);
	}
	return true;
}

/* The body of a function, with the literals in it. */
void gather_initial_values(Inliner *n, Block *body)
{
	Walker w = {.stmt = note_initial, .arg = n, .literals = true};
	walk_block(&w, body);
}

void note_initial_values(Inliner *n, FuncInfo *info) { gather_initial_values(n, body_of(info)); }

/* x, or what the variable x certainly holds. */
Expr *known_value(Expr *x)
{
	for (int steps = 0; steps < 32; steps++) {
		x = unparen(x);
		if (x->kind == EXPR_NAME && x->object && x->object->kind == OBJECT_VAR && x->object->initial && !x->object->assigned)
			x = x->object->initial;
		else if (x->kind == EXPR_CALL && x->inlined && x->inlined->returned)
			x = x->inlined->returned;
		else
			break;
	}
	return unparen(x);
}

/* ---- callees ------------------------------------------------------------------------------ */

Block *body_of(const FuncInfo *info)
{
	if (info->literal)
		return info->literal->body;
	return info->object && info->object->decl ? info->object->decl->body : NULL;
}

/* f, f[T], pkg.f: the name that denotes a declared function; NULL if it is something else. */
Expr *declared_function(Expr *fun)
{
	if (fun->kind == EXPR_INDEX && fun->type_args.len)
		fun = unparen(fun->x);
	bool named = fun->kind == EXPR_NAME || (fun->kind == EXPR_SELECTOR && !fun->selection);
	return named && fun->object && fun->object->kind == OBJECT_FUNC ? fun : NULL;
}

bool is_method_call(const Expr *fun)
{
	return fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind != SELECT_FIELD &&
			fun->selection->kind != SELECT_METHOD_EXPR;
}

static bool is_declared_method(const Selection *s)
{
	const Object *m = s->object;
	return s->kind == SELECT_METHOD_VALUE && m && m->receiver_base && m->receiver_base->kind == TYPE_NAMED &&
	       !(s->holder && (is_interface(s->holder) || is_type_param(s->holder)));
}

/* The function that a call certainly calls; *object: if it is declared. NULL: not known, or not of Go. */
FuncInfo *static_callee(const Expr *call, Object **object)
{
	*object = NULL;
	Expr *fun = unparen(call->x);
	if (is_method_call(fun)) {
		if (is_declared_method(fun->selection))
			*object = fun->selection->object;
	} else if (fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind == SELECT_METHOD_EXPR) {
		return NULL;
	} else {
		fun = known_value(fun);
		Expr *name = declared_function(fun);
		if (!name)
			return fun->kind == EXPR_FUNC ? fun->func_info : NULL;
		*object = name->object;
	}
	if (!*object)
		return NULL;
	if ((*object)->origin)
		*object = (*object)->origin;
	const Object *o = *object;
	return o->linked || !o->decl || !o->decl->body ? NULL : o->decl->func_info;
}

/* ---- what Go's compiler knows by name -------------------------------------------------------- */

static bool is_one_of(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; (p = strstr(p, name)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* Functions that are instructions on amd64. */
bool is_intrinsic(const Inliner *n, const Object *o)
{
	static const struct { const char *package, *names; } rows[] = {
		{"math", "sqrt Trunc Ceil Floor RoundToEven FMA"},
		{"math/bits",
		 "TrailingZeros64 TrailingZeros32 TrailingZeros16 TrailingZeros8 ReverseBytes64 "
		 "ReverseBytes32 ReverseBytes16 Len64 Len32 Len16 Len8 Len RotateLeft8 RotateLeft16 "
		 "RotateLeft32 RotateLeft64 RotateLeft OnesCount64 OnesCount32 OnesCount16 OnesCount8 "
		 "OnesCount Mul Mul64 Add Add64 Sub Sub64 Div Div64 TrailingZeros"},
		{"sync/atomic",
		 "LoadInt32 LoadInt64 LoadPointer LoadUint32 LoadUint64 LoadUintptr StoreInt32 StoreInt64 "
		 "StoreUint32 StoreUint64 StoreUintptr SwapInt32 SwapInt64 SwapUint32 SwapUint64 "
		 "SwapUintptr CompareAndSwapInt32 CompareAndSwapInt64 CompareAndSwapUint32 "
		 "CompareAndSwapUint64 CompareAndSwapUintptr AddInt32 AddInt64 AddUint32 AddUint64 "
		 "AddUintptr AndInt32 AndUint32 OrInt32 OrUint32 AndInt64 AndUint64 OrInt64 OrUint64 "
		 "AndUintptr OrUintptr"},
		{"runtime", "KeepAlive"},
	};
	if (o->receiver_base || !o->package)
		return false;
	if (!n->options.remarks && strcmp(o->package->path, "math") == 0 && is_one_of("Sqrt Abs Copysign", o->name))
		return true;            /* not there, but here */
	for (int i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(o->package->path, rows[i].package) == 0)
			return is_one_of(rows[i].names, o->name);
	return false;
}

/* Calls that Go counts as nothing more than a node, since they become few instructions. */
bool is_cheap_call(const Object *o)
{
	static const char sized[] =
		"Uint64 Uint32 Uint16 PutUint64 PutUint32 PutUint16 AppendUint64 AppendUint32 "
		"AppendUint16";
	static const char ordered[] =
		"LEUint64 LEUint32 LEUint16 BEUint64 BEUint32 BEUint16 LEPutUint64 LEPutUint32 "
		"LEPutUint16 BEPutUint64 BEPutUint32 BEPutUint16 LEAppendUint64 LEAppendUint32 "
		"LEAppendUint16 BEAppendUint64 BEAppendUint32 BEAppendUint16";
	if (!o->package)
		return false;
	if (strcmp(o->package->path, "encoding/binary") == 0 && o->receiver_base && o->receiver_base->kind == TYPE_NAMED &&
	    is_one_of("littleEndian bigEndian", o->receiver_base->object->name))
		return is_one_of(sized, o->name);
	return strcmp(o->package->path, "internal/byteorder") == 0 && is_one_of(ordered, o->name);
}

/* ---- names ------------------------------------------------------------------------------------------ */

/* A declared function stands behind its keyword, where a method has its receiver. */
Pos function_pos(const FuncInfo *info)
{
	enum { KEYWORD = 5 };
	if (info->literal) {
		Pos p = info->literal->pos;
		p.call = 0;             /* a copy is a function of its own */
		return p;
	}
	const Decl *d = info->object ? info->object->decl : NULL;
	if (d && !d->receiver)
		return d->pos;
	Pos p = d ? d->keyword_pos : NO_POS;
	p.col += KEYWORD;
	return p;
}

static const char *declared_name(Inliner *n, const Object *o)
{
	Arena *a = n->c->arena;
	const char *package = o->package == n->package ? "" : arena_printf(a, "%s.", o->package->name);
	for (int i = 0; o->package && !o->receiver_base && i < o->package->init_functions.len; i++)
		if (pos_compare(o->package->init_functions.items[i]->pos, o->pos) == 0 &&
		    o->package->init_functions.items[i]->pos.file == o->pos.file)
			return arena_printf(a, "%sinit.%d", package, i);
	if (!o->receiver_base)
		return arena_printf(a, "%s%s", package, o->name);
	Type *base = o->receiver_base;
	const char *text = type_remark_text(n->c, base), *args = base->type_args.len ? strchr(text, '[') : "";
	const char *type = base->kind == TYPE_NAMED ? arena_printf(a, "%s%s", base->object->name, args) : text;
	return arena_printf(a, o->pointer_receiver ? "%s(*%s).%s" : "%s%s.%s", package, type, o->name);
}

static const char *relative_name(Compiler *c, Package *package, const FuncInfo *info)
{
	return inline_name(&(Inliner){.c = c, .package = package}, info);
}

/* Copies of copies would have names of any length. */
static bool is_long(const char *name)
{
	enum { LONGEST = 200 };
	return strlen(name) > LONGEST;
}

static Package *package_of(const FuncInfo *info)
{
	while (info->outer)
		info = info->outer;
	return info->object ? info->object->package : NULL;
}

/* The functions that were inlined at a call, outermost first, joined by dots: what comes of a literal in the body of
 * the last one is named after all of them, and after the function where it stands now. */
const char *inlined_path(Compiler *c, uint32_t at)
{
	const InlinedCall *call = &c->calls.items[at];
	const char *before = call->pos.call ? inlined_path(c, call->pos.call) : NULL;
	const char *name = relative_name(c, package_of(call->callee), call->callee);
	if (is_long(name) || (before && is_long(before)))
		return before ? before : "func";
	return before ? arena_printf(c->arena, "%s.%s", before, name) : name;
}

static const char *literal_name(Inliner *n, const FuncInfo *info)
{
	Arena *a = n->c->arena;
	const FuncInfo *outer = named_after(info);
	if (!outer)
		return arena_printf(a, "init.func%d", info->number);
	const char *around = inline_name(n, outer);
	if (info->copied_from)
		around = arena_printf(a, "%s.%s", around, inlined_path(n->c, info->copied_at));
	if (info->wraps)
		return arena_printf(a, "%s.%s%d", around, info->wraps, info->number);
	return arena_printf(a, info->range_of ? "%s-range%d" : outer->object ? "%s.func%d" : "%s.%d", around, info->number);
}

/* As remarks name it. */
const char *inline_name(Inliner *n, const FuncInfo *info)
{
	if (info->object)
		return declared_name(n, info->object);
	FuncInfo *kept = (FuncInfo *)(uintptr_t)info;
	if (!info->remarked || info->remarked_in != n->package) {
		kept->remarked = literal_name(n, info);
		kept->remarked_in = n->package;
	}
	return info->remarked;
}
