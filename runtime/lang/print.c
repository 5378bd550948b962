/*
 * print.c - the predeclared functions print and println: the standard error, no
 * formatting choices. One statement is one write: the text is collected between print_begin and
 * print_end. Statements do not nest (arguments are evaluated before).
 */
#include "base/text.h"
#include "stack/g.h"

static struct { os_lock lock; text text; } out = {.lock = LOCK_OF_RANK(RANK_PRINT)};

void gol_print_begin(gol_g *g)
{
	(void)g;
	os_acquire(&out.lock);
}

void gol_print_end(gol_g *g)
{
	(void)g;
	text_flush(&out.text);
	os_release(&out.lock);
}

void gol_print_space(gol_g *g) { (void)g; text_string(&out.text, " "); }
void gol_print_newline(gol_g *g) { (void)g; text_string(&out.text, "\n"); }
void gol_print_bool(gol_g *g, bool v) { (void)g; text_string(&out.text, v ? "true" : "false"); }
void gol_print_int(gol_g *g, gol_int v) { (void)g; text_int(&out.text, v); }
void gol_print_uint(gol_g *g, gol_uint v) { (void)g; text_uint(&out.text, v); }
void gol_print_float(gol_g *g, double v) { (void)g; text_float(&out.text, v, 64); }
void gol_print_float32(gol_g *g, float v) { (void)g; text_float(&out.text, v, 32); }
void gol_print_complex(gol_g *g, gol_complex128 v) { (void)g; text_complex(&out.text, v.re, v.im, 64); }
void gol_print_complex64(gol_g *g, gol_complex64 v) { (void)g; text_complex(&out.text, v.re, v.im, 32); }
void gol_print_string(gol_g *g, gol_string v) { (void)g; text_bytes(&out.text, v.ptr, (size_t)v.len); }
void gol_print_pointer(gol_g *g, const void *v) { (void)g; text_hex(&out.text, (uintptr_t)v); }

void gol_print_slice(gol_g *g, gol_slice v)
{
	(void)g;
	text_string(&out.text, "[");
	text_int(&out.text, v.len);
	text_string(&out.text, "/");
	text_int(&out.text, v.cap);
	text_string(&out.text, "]");
	text_hex(&out.text, (uintptr_t)v.ptr);
}

static void pair(const void *a, const void *b)
{
	text_string(&out.text, "(");
	text_hex(&out.text, (uintptr_t)a);
	text_string(&out.text, ",");
	text_hex(&out.text, (uintptr_t)b);
	text_string(&out.text, ")");
}

void gol_print_eface(gol_g *g, gol_eface v) { (void)g; pair(v.type, v.data); }
void gol_print_iface(gol_g *g, gol_iface v) { (void)g; pair(v.tab, v.data); }
