/*
 * lower.c - the package: which functions there are, and the queue of bodies to
 * lower.
 *
 *   lower.c     package, queue                func.c      bodies, where variables live
 *   name.c      C symbols, Go names           generic.c   functions by symbol, instances
 *   copy.c      small functions of others     static.c    literals that are data
 *   stmt.c      statements, branches          assign.c    assignments, definitions
 *   expr.c      the two steps, arithmetic     access.c    fields, indices, slices
 *   call.c      calls                         method.c    wrappers, method values
 *   closure.c   literals, captures            defer.c     go, defer
 *   convert.c   conversions                   iface.c     interfaces, assertions
 *   compare.c   equality, order               literal.c   composite literals
 *   builtin.c append.c print.c                switch.c select.c range.c
 *   init.c      package initialisation        embed.c     contents of files
 *   emit.c      small steps
 */
#include "state.h"

#include <string.h>

Lower *lower_new(Compiler *c, Program *program, Package *package)
{
	Lower *l = NEW(c->arena, Lower);
	l->c = c;
	l->program = program;
	l->package = package;
	l->functions.by_text = true;
	l->ir = NEW(c->arena, IrPackage);
	l->ir->package = package;
	return l;
}

static bool is_generic_function(Object *o)
{
	return o->type->type_params.len || (o->receiver_base && o->receiver_base->type_params.len);
}

static void declare_functions(Lower *l)
{
	TypeList none = {0};
	ObjectList *functions = &l->package->functions;
	for (int i = 0; i < functions->len; i++) {
		Object *o = functions->items[i];
		if (strcmp(o->name, "_") == 0 || is_generic_function(o))
			continue;
		if (o->receiver_base && o->receiver_base->kind == TYPE_NAMED)
			method_for(l, types_canonical(l->c, o->receiver_base), o);
		else
			function_for(l, o, none);
	}
}

static void declare_global(Lower *l, Object *o)
{
	if (!o || strcmp(o->name, "_") == 0)
		return;
	vec_push(l->c->arena, &l->ir->globals, o);
	if (o->defined)
		map_put(l->c->arena, &l->ir->global_values, o, ir_const(l->c, o->defined, types_canonical(l->c, o->type)));
	else if (o->decl->embeds.len)
		map_put(l->c->arena, &l->ir->global_values, o, embedded_value(l, o));
}

static void declare_globals(Lower *l)
{
	for (int i = 0; i < l->package->files.len; i++) {
		File *file = l->package->files.items[i];
		for (int j = 0; j < file->decls.len; j++) {
			Decl *d = file->decls.items[j];
			for (int k = 0; d->kind == DECL_VAR && k < d->objects.len; k++)
				declare_global(l, d->objects.items[k]);
		}
	}
}

static void verify_funcs(Lower *l)
{
	for (; l->verified < l->ir->funcs.len; l->verified++)
		ir_verify(l->c, l->ir->funcs.items[l->verified]);
}

/* Lower the bodies in the queue; true if there were any. */
bool lower_pending(Lower *l)
{
	bool any = false;
	while (l->next_pending < l->queue.len) {
		Pending *p = l->queue.items[l->next_pending++];
		p->lower(l, p);
		any = true;
	}
	verify_funcs(l);
	return any;
}

IrPackage *lower_package(Lower *l)
{
	declare_globals(l);
	declare_functions(l);
	lower_package_init(l);
	lower_pending(l);
	return l->ir;
}
