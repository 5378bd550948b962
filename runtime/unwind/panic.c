/*
 * panic.c - raising panics and fatal errors, and what is printed when nobody recovers.
 *
 * A panic unwinds by returning: g->unwinding says why, each frame on the way notes its
 * position in the record (the frames are gone when a deferred function asks for a
 * trace, or when the program dies) and runs its deferred calls (defer.c). Saved frames are
 * unwound by the dispatcher (sched/run.c), which thaws only those that have defers.
 *
 * Uncaught: all deferred calls have run and the goroutine's stack is empty. Values that are
 * errors or Stringers are asked for their text by ordinary calls on that same goroutine, from a
 * frame written by hand (ask_body): they may block. A panic in there is fatal. Values of basic kinds
 * are printed from C. Then the process ends with code 2.
 */
#include "unwind/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exit.h"
#include "base/godebug.h"
#include "base/text.h"
#include "heap/heap.h"
#include "unwind/error.h"
#include "unwind/trace.h"

/* ---- records ------------------------------------------------------------------------------------- */

/* value.data, link, where.items, text.ptr */
static const uint8_t record_map[] = {
	1 << (offsetof(gol_panic_record, value.data) / 8) | 1 << (offsetof(gol_panic_record, link) / 8) |
	1 << (offsetof(gol_panic_record, where.items) / 8) | 1 << (offsetof(gol_panic_record, text.ptr) / 8)};
_Static_assert(offsetof(gol_panic_record, text.ptr) / 8 < 8, "one byte of map");

static const gol_type record_type = {
	.size = sizeof(gol_panic_record), .pointer_bytes = offsetof(gol_panic_record, text.len), .kind = GOL_KIND_STRUCT,
		.align = 8,
	.pointer_map = record_map, .text = {(const uint8_t *)"runtime.panicRecord", 19},
};

/* A panic that was recovered, of which nobody knows any more: its record is the goroutine's next one. */
void panic_retire(G *g, gol_panic_record *p)
{
	debug_require(p->recovered && p->link == NULL);
	gol_store_eface(&p->value, (gol_eface){NULL, NULL});
	gol_store_pointer(&p->text.ptr, NULL);
	p->text.len = 0;
	p->where.total = 0;
	p->recovered = p->goexit = p->has_text = p->is_fault = false;
	g->spare_panic = p;
}

/* ---- raising --------------------------------------------------------------------------------------- */

static gol_panic_record *raise(G *g, gol_eface value)
{
	debug_require(g->pub.unwinding == GOL_RUNNING);
	gol_panic_record *p = g->spare_panic;
	if (p == NULL)
		p = gol_new(&g->pub, &record_type);
	g->spare_panic = NULL;
	debug_require(p->link == NULL && !p->recovered && p->where.total == 0);
	gol_store_eface(&p->value, value);
	g->panic = p;
	g->pub.unwinding = GOL_PANIC;
	return p;
}

/* As before Go 1.21. */
static GOL_COLD bool nil_is_allowed(void) { return godebug_is("panicnil", "1"); }

void gol_panic(gol_g *gp, gol_eface value)
{
	raise(g_of(gp), value.type != NULL || nil_is_allowed() ? value : error_nil_panic(gp));
}

gol_string panic_copy_text(gol_g *g, const char *message, size_t size)
{
	(void)g;
	uint8_t *p = heap_new_bytes(size);
	memcpy(p, message, size);
	return (gol_string){p, (gol_int)size};
}

static void raise_formatted(gol_g *gp, const char *format, va_list arguments,
	gol_eface (*make)(gol_g *, const char *, size_t))
{
	char small[400], *message = small;
	va_list again;
	va_copy(again, arguments);
	int n = vsnprintf(small, sizeof small, format, arguments);
	if (n >= (int)sizeof small) {       /* names of types may be long */
		message = (char *)heap_new_bytes((size_t)n + 1);
		vsnprintf(message, (size_t)n + 1, format, again);
	}
	va_end(again);
	raise(g_of(gp), make(gp, message, (size_t)n));
}

void panic_runtime_error(gol_g *gp, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	raise_formatted(gp, format, arguments, error_runtime);
	va_end(arguments);
}

void panic_bounds_error(gol_g *gp, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	raise_formatted(gp, format, arguments, error_bounds);
	va_end(arguments);
}

void panic_plain_error(gol_g *gp, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	raise_formatted(gp, format, arguments, error_plain);
	va_end(arguments);
}

void gol_panic_nil(gol_g *gp)
{
	raise(g_of(gp), error_runtime(gp, "invalid memory address or nil pointer dereference", 49))->is_fault = true;
}

void panic_raise_value(gol_g *gp, gol_eface value) { raise(g_of(gp), value); }

void fatal_raise(gol_g *gp, const char *message)
{
	g_death_of(g_of(gp))->text = message;
	gp->unwinding = GOL_FATAL;
}

/* ---- printing values ---------------------------------------------------------------------------------- */

/* Lines after the first are indented, so that no text can look like a trace. */
static void print_indented(text *t, gol_string s)
{
	gol_int from = 0;
	for (gol_int i = 0; i < s.len; i++)
		if (s.ptr[i] == '\n') {
			text_bytes(t, s.ptr + from, (size_t)(i + 1 - from));
			text_string(t, "\t");
			from = i + 1;
		}
	text_bytes(t, s.ptr + from, (size_t)(s.len - from));
}

static bool print_number(text *t, const gol_type *type, const void *p)
{
	switch (type->kind) {
	case GOL_KIND_BOOL: text_string(t, *(const bool *)p ? "true" : "false"); return true;
	case GOL_KIND_INT: case GOL_KIND_INT64: text_int(t, *(const int64_t *)p); return true;
	case GOL_KIND_INT8: text_int(t, *(const int8_t *)p); return true;
	case GOL_KIND_INT16: text_int(t, *(const int16_t *)p); return true;
	case GOL_KIND_INT32: text_int(t, *(const int32_t *)p); return true;
	case GOL_KIND_UINT: case GOL_KIND_UINT64: case GOL_KIND_UINTPTR: text_uint(t, *(const uint64_t *)p); return true;
	case GOL_KIND_UINT8: text_uint(t, *(const uint8_t *)p); return true;
	case GOL_KIND_UINT16: text_uint(t, *(const uint16_t *)p); return true;
	case GOL_KIND_UINT32: text_uint(t, *(const uint32_t *)p); return true;
	case GOL_KIND_FLOAT32: text_float(t, *(const float *)p, 32); return true;
	case GOL_KIND_FLOAT64: text_float(t, *(const double *)p, 64); return true;
	case GOL_KIND_COMPLEX64: text_complex(t, ((const float *)p)[0], ((const float *)p)[1], 32); return true;
	case GOL_KIND_COMPLEX128: text_complex(t, ((const double *)p)[0], ((const double *)p)[1], 64); return true;
	default: return false;
	}
}

static void print_named(text *t, const gol_type *type, const void *data)
{
	bool is_string = type->kind == GOL_KIND_STRING;
	bool has_parentheses = type->kind == GOL_KIND_COMPLEX64 || type->kind == GOL_KIND_COMPLEX128;
	text_bytes(t, type->text.ptr, (size_t)type->text.len);
	text_string(t, is_string ? "(\"" : has_parentheses ? "" : "(");
	if (is_string)
		print_indented(t, *(const gol_string *)data);
	else
		print_number(t, type, data);
	text_string(t, is_string ? "\")" : has_parentheses ? "" : ")");
}

bool panic_print_basic(text *t, gol_eface value)
{
	if (value.type->kind == GOL_KIND_STRING) {
		const gol_string *s = value.data;
		text_bytes(t, s->ptr, (size_t)s->len);
		return true;
	}
	return print_number(t, value.type, value.data);
}

void panic_print_value(text *t, gol_eface value)
{
	const gol_type *type = value.type;
	bool is_basic = type != NULL && ((type->kind >= GOL_KIND_BOOL && type->kind <= GOL_KIND_COMPLEX128) ||
		type->kind == GOL_KIND_STRING);
	if (type == NULL) {
		text_string(t, "nil");
	} else if (error_print(t, value)) {
		return;
	} else if (!is_basic) {
		text_string(t, "(");
		text_bytes(t, type->text.ptr, (size_t)type->text.len);
		text_string(t, ") ");
		text_hex(t, (uintptr_t)value.data);
	} else if (type->pkg_path != NULL) {
		print_named(t, type, value.data);
	} else if (type->kind == GOL_KIND_STRING) {
		print_indented(t, *(const gol_string *)value.data);
	} else {
		print_number(t, type, value.data);
	}
}

static bool same_value(gol_eface a, gol_eface b) { return a.type == b.type && a.data == b.data; }

/* Oldest first. newer: the one raised after p, to see whether it is p's value again: `panic(recover())` shows one line,
 * not two. Values are compared by their words, so equal values made twice are two. */
static void print_chain(text *t, const gol_panic_record *p, const gol_panic_record *newer)
{
	bool repanicked = newer != NULL && p->recovered && same_value(p->value, newer->value);
	if (p->link != NULL)
		print_chain(t, p->link, p);
	if (p->link != NULL && same_value(p->link->value, p->value))
		return;
	if (p->link != NULL)
		text_string(t, "\t");
	text_string(t, "panic: ");
	if (p->has_text)
		print_indented(t, p->text);
	else
		panic_print_value(t, p->value);
	if (p->recovered)
		text_string(t, repanicked ? " [recovered, repanicked]" : " [recovered]");
	text_string(t, "\n");
}

/* ---- the end --------------------------------------------------------------------------------------------- */

void panic_die(G *g, gol_panic_record *p)
{
	text t = {0};
	exit_begin();
	print_chain(&t, p, NULL);
	if (p->is_fault)
		text_string(&t, "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]\n");
	if (gol_traceback > TRACEBACK_NONE) {
		text_string(&t, "\n");
		trace_header(&t, g, "running");
		trace_trail(&t, &p->where);
		trace_origin(&t, g);
	}
	if (gol_traceback >= TRACEBACK_ALL)
		trace_all_others(&t, g);
	text_flush(&t);
	exit_crash();
}

/* Nothing is popped: after an overflow blocks of the side stack lie above those of the frames that are left. */
static void rest_of_stack(G *g)
{
	uint32_t size = g->last;
	for (char *p = g->top; p > g->base;) {
		p -= size;
		const gol_frame *frame = (const gol_frame *)(const void *)p;
		record_in_trace(g, frame->func, frame->resume);
		size = frame->below;
	}
}

void fatal_die(G *g)
{
	text t = {0};
	exit_begin();
	if (g->overflow) {
		text_string(&t, "runtime: goroutine stack exceeds ");
		text_uint(&t, stack_set_maximum(0));
		text_string(&t, "-byte limit\nruntime: sp=");
		text_hex(&t, (uintptr_t)g->top);
		text_string(&t, " stack=[");
		text_hex(&t, (uintptr_t)g->base);
		text_string(&t, ", ");
		text_hex(&t, (uintptr_t)g->end);
		text_string(&t, "]\n");
	}
	text_string(&t, "fatal error: ");
	text_string(&t, g->overflow ? "stack overflow" : g_death_of(g)->text);
	text_string(&t, "\n");
	if (gol_traceback > TRACEBACK_NONE) {
		rest_of_stack(g);
		text_string(&t, "\n");
		trace_header(&t, g, "running");
		trace_trail(&t, &g_death_of(g)->trace);
		trace_origin(&t, g);
		trace_all_others(&t, g);
	}
	text_flush(&t);
	exit_crash();
}

/* ---- asking values for their text ---------------------------------------------------------------------------- */

/* The code of a method `name() string` of the value's type, NULL if it has none. */
static void *text_method(const gol_type *type, const char *name)
{
	for (uint32_t i = 0; i < type->method_count; i++) {
		const gol_method *m = &type->methods[i];
		if (strcmp(m->name, name) == 0 && m->type != NULL && m->type->parameter_count == 0 && m->type->result_count == 1 &&
		    m->type->parameters[0]->kind == GOL_KIND_STRING && m->type->parameters[0]->pkg_path == NULL)
			return m->code;
	}
	return NULL;
}

typedef struct ask_frame { gol_frame h; gol_panic_record *all, *current; } ask_frame;
static void ask_body(gol_g *gp, gol_frame *h);
static const gol_point ask_points[] = {{0, 0}, {0, 0}, {0, 0}};
static const uint8_t ask_map[] = {3};
static const gol_func_info ask_func = {
	.name = "runtime.printpanics", .file = "<autogenerated>", .line = 1, .frame_size = sizeof(ask_frame),
		.point_count = 3,
	.flags = GOL_FUNC_RUNTIME, .points = ask_points, .maps = ask_map, .map_bytes = 1, .body = ask_body,
};

static void keep_text(gol_panic_record *p, gol_string s)
{
	gol_store_pointer(&p->text.ptr, s.ptr);
	p->text.len = s.len;
	p->has_text = true;
}

/* Resume point 1: at the next record. 2: a method has returned. A loop written as a frame: each method may freeze, and
 * this is entered again from the dispatcher, with nothing kept but what is in the frame. */
static void ask_body(gol_g *gp, gol_frame *h)
{
	ask_frame *fr = (ask_frame *)(void *)h;
	if (h->resume == 2) {
		keep_text(fr->current, *(const gol_string *)gp->ret);
		fr->current = fr->current->link;
	}
	for (; fr->current != NULL; fr->current = fr->current->link) {
		gol_eface value = fr->current->value;
		if (value.type == NULL)         /* panic(nil), where GODEBUG=panicnil=1 lets it be */
			continue;
		void *code = text_method(value.type, "Error");
		if (code == NULL)
			code = text_method(value.type, "String");
		if (code == NULL || error_is_internal(value.type))
			continue;
		gol_string s = ((gol_string (*)(gol_g *, void *))code)(gp, value.data);
		if (gp->unwinding) {
			h->resume = 2;
			return;
		}
		keep_text(fr->current, s);
	}
	panic_die(g_of(gp), fr->all);
}

static _Noreturn void die_while_printing(G *g, gol_panic_record *p)
{
	static char message[300];
	text t = {0};
	text_string(&t, "panic while printing panic value: ");
	if (p->value.type == NULL || p->value.type->kind == GOL_KIND_STRING) {
		panic_print_value(&t, p->value);
	} else {
		text_string(&t, "type ");
		text_bytes(&t, p->value.type->text.ptr, (size_t)p->value.type->text.len);
	}
	text_bytes(&t, "", 1);
	snprintf(message, sizeof message, "%s", t.data);
	for (uint64_t i = 0; i < p->where.total && i < p->where.cap; i++)
		if (p->where.items[i].func != NULL)
			record_in_trace(g, p->where.items[i].func, p->where.items[i].point);
	g_death_of(g)->text = message;
	fatal_die(g);
}

void panic_uncaught(G *g)
{
	gol_panic_record *p = g->panic;
	debug_require(p != NULL && g->top == g->base && g->pub.unwinding == GOL_PANIC);
	if (g->printing_panics)
		die_while_printing(g, p);
	g->printing_panics = true;
	g->panic = NULL;
	g->pub.unwinding = GOL_RUNNING;
	ask_frame *fr = (ask_frame *)(void *)stack_push(g, &ask_func, 1);
	fr->all = fr->current = p;
}
