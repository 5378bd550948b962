/*
 * text.c - building messages.
 *
 * Floats: the shortest digits that read back as the same number are found by trying
 * 1, 2, ... 17 significant digits with the C library's correctly rounded conversion. Slow
 * and simple; this serves print and panic messages, not strconv. Exponent form for decimal
 * exponents below -4 or above 5.
 */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "os/os.h"

void text_bytes(text *t, const void *data, size_t size)
{
	if (size == 0)
		return;
	if (t->size + size > t->cap) {
		t->cap = (t->size + size) * 2 + 128;
		t->data = realloc(t->data, t->cap);
		if (t->data == NULL)
			runtime_out_of_memory();
	}
	memcpy(t->data + t->size, data, size);
	t->size += size;
}

void text_string(text *t, const char *s) { text_bytes(t, s, strlen(s)); }

static void text_based(text *t, uint64_t v, unsigned base)
{
	char digits[24];
	size_t i = sizeof digits;
	do {
		digits[--i] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	text_bytes(t, digits + i, sizeof digits - i);
}

void text_uint(text *t, uint64_t v) { text_based(t, v, 10); }

void text_int(text *t, int64_t v)
{
	if (v < 0)
		text_string(t, "-");
	text_based(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10);
}

void text_hex(text *t, uint64_t v)
{
	text_string(t, "0x");
	text_based(t, v, 16);
}

/* digits (no point) and decimal exponent of the first digit; returns how many digits. */
static int shortest_digits(double v, int bits, char digits[20], int *exponent)
{
	char buffer[40];
	for (int precision = 0; precision < 17; precision++) {
		snprintf(buffer, sizeof buffer, "%.*e", precision, v);
		bool same = bits == 32 ? strtof(buffer, NULL) == (float)v : strtod(buffer, NULL) == v;
		if (same || precision == 16)
			break;
	}
	int n = 0;
	char *p = buffer;
	for (; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	*exponent = atoi(p + 1);
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

static void exponent_form(text *t, const char *digits, int n, int exponent)
{
	text_bytes(t, digits, 1);
	if (n > 1) {
		text_string(t, ".");
		text_bytes(t, digits + 1, (size_t)n - 1);
	}
	text_string(t, exponent < 0 ? "e-" : "e+");
	unsigned e = (unsigned)abs(exponent);
	if (e < 10)
		text_string(t, "0");
	text_uint(t, e);
}

static void plain_form(text *t, const char *digits, int n, int exponent)
{
	if (exponent < 0) {
		text_string(t, "0.");
		for (int i = -1; i > exponent; i--)
			text_string(t, "0");
		text_bytes(t, digits, (size_t)n);
		return;
	}
	for (int i = 0; i <= exponent; i++)
		text_bytes(t, i < n ? &digits[i] : "0", 1);
	if (n > exponent + 1) {
		text_string(t, ".");
		text_bytes(t, digits + exponent + 1, (size_t)(n - exponent - 1));
	}
}

void text_float(text *t, double v, int bits)
{
	char digits[20];
	int exponent;
	if (isnan(v)) {
		text_string(t, "NaN");
		return;
	}
	if (isinf(v)) {
		text_string(t, v > 0 ? "+Inf" : "-Inf");
		return;
	}
	if (signbit(v))
		text_string(t, "-");
	int n = shortest_digits(fabs(v), bits, digits, &exponent);
	if (exponent < -4 || exponent >= 6)
		exponent_form(t, digits, n, exponent);
	else
		plain_form(t, digits, n, exponent);
}

void text_complex(text *t, double re, double im, int bits)
{
	text_string(t, "(");
	text_float(t, re, bits);
	if (!(signbit(im) && !isnan(im)) && !isinf(im))
		text_string(t, "+");
	text_float(t, im, bits);
	text_string(t, "i)");
}

void text_flush(text *t)
{
	os_write_all(2, t->data, t->size);
	t->size = 0;
}

void text_free(text *t)
{
	free(t->data);
	*t = (text){0};
}

const char *text_in_ms(uint64_t ns, char to[32])
{
	int decimals = 3;
	uint64_t v = ns / 1000;

	if (ns >= 10000000) {
		snprintf(to, 32, "%llu", (unsigned long long)(ns / 1000000));
		return to;
	}
	if (v == 0)
		return strcpy(to, "0");
	for (; v >= 100; decimals--)
		v /= 10;
	snprintf(to, 32, "%.*f", decimals, (double)v / (decimals == 3 ? 1e3 : decimals == 2 ? 1e2 : decimals == 1 ? 1e1 :
		1));
	return to;
}
