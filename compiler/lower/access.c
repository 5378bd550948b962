/*
 * access.c - selectors, indices, slices, addresses: places and the checks before them.
 *
 * The expressions made here are places wherever Go's are (a field of a variable, an
 * element of a slice, what a pointer points to), so assignments and & use the same
 * functions as reads.
 *
 * Invariants. A check stands before its place as a statement of its own, and the operands of both are the same atoms:
 * nothing can change between them. Every index and bound is an int by then; a wide unsigned one is checked as it is,
 * since as an int it could look negative. One comparison does for both ends: as an unsigned number a negative index is
 * above every length. No pointer is made that leaves its object, not even one behind the end, as the collector would
 * take it for one into the next object.
 */
#include "state.h"

/* Follow fields (embedded ones, then perhaps the last), through pointers with their checks. */
IrExpr *walk_path(FuncState *f, IrExpr *x, int *path, int n)
{
	for (int i = 0; i < n; i++) {
		if (underlying(x->type)->kind == TYPE_POINTER)
			x = deref_checked(f, x);
		x = ir_field(f->c, x, path[i]);
	}
	return x;
}

IrExpr *selector_field(FuncState *f, Expr *e)
{
	return walk_path(f, value(f, e->x), e->selection->path.items, e->selection->path.len);
}

/* ---- indices -------------------------------------------------------------------- */

/* Is i certainly below n, by its type or form? table[b] of a byte and 256 elements, table[x & 15], ring[n % 64] of an
 * unsigned n. A conversion to a type as wide or wider keeps the number where it came from an unsigned one. */
static bool certainly_below(const IrExpr *i, int64_t n)
{
	int64_t k;
	TypeKind kind = underlying(i->type)->kind;
	if ((kind == TYPE_UINT8 && n >= 256) || (kind == TYPE_UINT16 && n >= 65536))
		return true;
	if (i->kind == IR_CONVERT && is_integer(i->x->type))
		return is_unsigned(i->x->type) && type_size(i->type->types->c, i->x->type) <= type_size(i->type->types->c,
			i->type)
			&& certainly_below(i->x, n);
	if (i->kind != IR_BINARY || !const_as_int(i->y, &k))
		return false;
	return (i->op == OP_AND && k >= 0 && k < n) || (i->op == OP_REM && is_unsigned(i->type) && k > 0 && k <= n);
}

static bool is_wide_unsigned(Type *t)
{
	TypeKind k = underlying(t)->kind;
	return k == TYPE_UINT || k == TYPE_UINT64 || k == TYPE_UINTPTR;
}

/* The index as an int, after its check against len. known_len: of arrays, else -1.
 *
 * That i is a constant here does not say that it is one to Go, whose checker would have refused it out of range:
 * T(-1) of a type parameter, len(f()) of an array, unsafe.Sizeof of a type parameter are values to the language, and
 * what is wrong with them is a panic. Only the range says that no check is needed. */
IrExpr *checked_index(FuncState *f, IrExpr *i, IrExpr *len, int64_t known_len)
{
	Compiler *c = f->c;
	Type *integer = basic(f, TYPE_INT), *wide = basic(f, TYPE_UINT64);
	int64_t k;
	require(is_integer(i->type) || i->kind == IR_CONST);        /* constants: of any numeric kind */
	if (const_as_int(i, &k)) {
		i = ir_int(c, k);
		if (k >= 0 && known_len < 0)
			panic_if(f, compare(f, OP_LE, len, i), RT_panic_index, 2, i, len);
		else if (k < 0 || k >= known_len) {
			panic_if(f, NULL, RT_panic_index, 2, i, len);
			i = ir_int(c, 0);       /* not reached; C compilers look at it all the same */
		}
		return i;
	}
	if (known_len >= 0 && certainly_below(i, known_len))
		return ir_convert(c, i, integer);
	i = atom(f, i);
	if (is_wide_unsigned(i->type)) {
		panic_if(f, compare(f, OP_GE, ir_convert(c, i, wide), ir_convert(c, len, wide)), RT_panic_index_unsigned, 2,
		         ir_convert(c, i, basic(f, TYPE_UINT)), len);
		return ir_convert(c, i, integer);
	}
	i = ir_convert(c, i, integer);
	panic_if(f, compare(f, OP_GE, ir_convert(c, i, wide), ir_convert(c, len, wide)), RT_panic_index, 2, i, len);
	return i;
}

static IrExpr *index_array(FuncState *f, IrExpr *array, IrExpr *i)
{
	int64_t n = underlying(array->type)->length;
	i = checked_index(f, i, ir_int(f->c, n), n);
	if (!ir_is_place(array))
		array = to_temp(f, array);
	return ir_index(f->c, array, i);
}

static IrExpr *index_slice(FuncState *f, IrExpr *s, IrExpr *i)
{
	Type *u = underlying(s->type);
	s = stable(f, s);
	i = checked_index(f, i, len_of(f, s), -1);
	Type *elem = u->kind == TYPE_SLICE ? types_canonical(f->c, u->elem) : basic(f, TYPE_UINT8);
	return ir_elem(f->c, ptr_of(f, s), i, elem);
}

static IrExpr *index_map(FuncState *f, Expr *e, IrExpr *m)
{
	IrExpr *key = value_as(f, e->list.items[0], types_canonical(f->c, underlying(m->type)->key));
	f->pos = e->pos;
	return map_lookup(f, m, key, NULL);
}

IrExpr *index_value(FuncState *f, Expr *e)
{
	IrExpr *x = value(f, e->x);
	Type *u = underlying(x->type);
	if (u->kind == TYPE_MAP)
		return index_map(f, e, x);
	if (u->kind == TYPE_POINTER)
		x = deref_checked(f, x);
	IrExpr *i = value(f, e->list.items[0]);
	f->pos = e->pos;
	if (underlying(x->type)->kind == TYPE_ARRAY)
		return index_array(f, x, i);
	return index_slice(f, x, i);
}

/* m[key]; with ok not NULL: *ok tells whether it was there, and the value is a temporary.
 *
 * map_get answers the address of a zero value where there is none, so that the common read needs no branch. The
 * runtime's zero ends after 1024 bytes: larger elements are looked for by map_find, whose NULL is looked at here. A
 * small element is copied at once, as a later statement may change the map; a large one only where it must be. */
IrExpr *map_lookup(FuncState *f, IrExpr *map, IrExpr *key, IrExpr **ok)
{
	Compiler *c = f->c;
	require(key->type == types_canonical(c, underlying(map->type)->key));
	Type *elem = types_canonical(c, underlying(map->type)->elem), *pointer = pointer_type(f, elem);
	bool large = type_size(c, elem) > 1024;
	IrExpr *address = brief_address(f, key);
	IrVar *p = call_rt(f, ok || large ? RT_map_find : RT_map_get, pointer, 3, ir_type(c, map->type), map, address);
	IrExpr *found = ir_deref(c, ir_var(c, p), elem);
	if (!ok && !large) {
		p->not_nil = true;
		return type_size(c, elem) <= 32 ? to_temp(f, found) : found;
	}
	IrExpr *present = compare(f, OP_NE, ir_var(c, p), ir_zero(c, pointer));
	IrExpr *result = to_temp(f, ir_zero(c, elem));
	IrStmt *s = emit_if(f, present);
	IrStmtList *saved = enter(f, &s->body);
	assign(f, result, found);
	leave(f, saved);
	if (ok)
		*ok = present;
	return result;
}

/* ---- slices ------------------------------------------------------------------------- */

typedef struct { IrExpr *ptr, *len, *cap; Type *elem, *result; bool is_string, is_array; } Sliced;

static IrExpr *pointer_cast(FuncState *f, IrExpr *p, Type *type)
{
	return ir_convert(f->c, ir_convert(f->c, p, word_type(f)), type);
}

static Sliced sliced_operand(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	IrExpr *x = value(f, e->x);
	Type *u = underlying(x->type);
	Sliced s = {0};
	if (u->kind == TYPE_POINTER || u->kind == TYPE_ARRAY) {
		IrExpr *array = u->kind == TYPE_POINTER ? deref_checked(f, x) : x;
		u = underlying(array->type);
		s.is_array = true;
		s.elem = types_canonical(c, u->elem);
		s.ptr = atom(f, pointer_cast(f, ir_addr(c, array), pointer_type(f, s.elem)));
		s.len = s.cap = ir_int(c, u->length);
	} else {
		x = atom(f, x);
		s.is_string = u->kind != TYPE_SLICE;
		s.elem = s.is_string ? basic(f, TYPE_UINT8) : types_canonical(c, u->elem);
		s.ptr = ptr_of(f, x);
		s.len = len_of(f, x);
		s.cap = s.is_string ? s.len : ir_part(c, x, PART_CAP, basic(f, TYPE_INT));
	}
	s.result = s.is_string ? x->type : type_in(f, e->type);
	return s;
}

static IrExpr *bound(FuncState *f, Expr *e, int *flags, int bit)
{
	if (!e)
		return NULL;
	IrExpr *i = atom(f, value(f, e));
	if (is_wide_unsigned(i->type))
		*flags |= bit;
	int64_t k;
	return const_as_int(i, &k) ? ir_int(f->c, k) : ir_convert(f->c, i, basic(f, TYPE_INT));
}

/* The condition "not a <= b" of non-negative b, as unsigned numbers; NULL when it cannot hold. A constant a may be
 * negative: T(-1) of a type parameter is no constant to Go. */
static IrExpr *above(FuncState *f, IrExpr *a, IrExpr *b)
{
	int64_t x, y;
	if (a == b || (const_as_int(a, &x) && x >= 0 && (x == 0 || (const_as_int(b, &y) && x <= y))))
		return NULL;
	Type *wide = basic(f, TYPE_UINT64);
	return compare(f, OP_GT, ir_convert(f->c, a, wide), ir_convert(f->c, b, wide));
}

static IrExpr *either(FuncState *f, IrExpr *a, IrExpr *b)
{
	return !a ? b : !b ? a : compare(f, OP_OROR, a, b);
}

static IrExpr *minus(FuncState *f, IrExpr *a, IrExpr *b)
{
	int64_t x, y;
	if (const_as_int(b, &y) && y == 0)
		return a;
	if (const_as_int(b, &y) && const_as_int(a, &x))
		return ir_int(f->c, x - y);
	return ir_binary(f->c, OP_SUB, a, b, basic(f, TYPE_INT));
}

/* base + lo, or base where nothing is left behind it: no pointer may leave its object. */
static IrExpr *advance(FuncState *f, Sliced *s, IrExpr *lo, IrExpr *room)
{
	int64_t k;
	if (const_as_int(lo, &k) && k == 0)
		return s->ptr;
	IrExpr *moved = ir_addr(f->c, ir_elem(f->c, s->ptr, lo, s->elem));
	if (const_as_int(room, &k))
		return k ? moved : s->ptr;
	IrExpr *e = ir_expr(f->c, IR_CONDITION, moved->type);
	e->x = compare(f, OP_NE, room, ir_int(f->c, 0));
	e->y = moved;
	vec_push(f->c->arena, &e->args, s->ptr);
	return e;
}

/* x[lo:hi:max]. All bounds are read before any is checked, and one check is made of all: the runtime finds out which
 * failed, in the order of Go's messages (kind: which texts; flags: which bounds were unsigned). */
IrExpr *slice_value(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	int flags = 0;
	Sliced s = sliced_operand(f, e);
	IrExpr *lo = bound(f, e->index[0], &flags, 1), *hi = bound(f, e->index[1], &flags, 2),
		*max = bound(f, e->index[2], &flags, 4);
	f->pos = e->pos;
	lo = lo ? lo : ir_int(c, 0);
	IrExpr *limit = s.is_string || s.is_array ? s.len : s.cap;
	require(!max || !s.is_string);
	IrExpr *cond = max ? above(f, max, limit) : NULL;
	bool hi_known = !hi;
	hi = hi ? hi : s.len;
	if (!hi_known)
		cond = either(f, cond, above(f, hi, max ? max : limit));
	cond = either(f, cond, above(f, lo, hi));
	int kind = max ? (s.is_array ? 3 : 2) : s.is_string || s.is_array ? 1 : 0;
	if (cond)
		panic_if(f, cond, RT_panic_slice, 6, lo, hi, max ? max : ir_int(c, 0), limit, ir_int(c, kind),
		         ir_int(c, flags));
	IrExpr *len = atom(f, minus(f, hi, lo));
	if (s.is_string)
		return ir_make(c, s.result, 2, atom(f, advance(f, &s, lo, len)), len);
	IrExpr *cap = atom(f, minus(f, max ? max : s.cap, lo));
	return ir_make(c, s.result, 3, atom(f, advance(f, &s, lo, cap)), len, cap);
}

/* ---- addresses ------------------------------------------------------------------------- */

/* &e, e addressable or a composite literal. */
IrExpr *address_of(FuncState *f, Expr *e, bool in_frame)
{
	Expr *u = unparen(e);
	if (u->kind == EXPR_COMPOSITE)
		return composite_pointer(f, u, type_in(f, u->type), in_frame);
	IrExpr *place = value(f, u);
	if (!ir_is_place(place))
		ice(f->c, e->pos, "address of something that is no place");
	return ir_addr(f->c, place);
}
