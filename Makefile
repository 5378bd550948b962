# gol: `make demo` builds everything and runs a program; `make check` runs the tests.
# Both install missing Debian packages first (make deps).

CC ?= gcc
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wundef -Wmissing-prototypes -Wshadow
B = build

COMPILER_SOURCES := $(wildcard compiler/*/*.c)
COMPILER_SOURCES := $(filter-out compiler/tests/% compiler/driver/main.c,$(COMPILER_SOURCES))
COMPILER_OBJECTS := $(COMPILER_SOURCES:%.c=$(B)/%.o) $(B)/compiler/generated/lexer.o $(B)/compiler/generated/parser.o
RUNTIME_SOURCES := $(filter-out runtime/tests/%,$(wildcard runtime/*/*.c))
RUNTIME_OBJECTS := $(RUNTIME_SOURCES:%.c=$(B)/%.o)

COMPILER_FLAGS = -std=gnu11 $(WARNINGS) -Icompiler -I$(B)/compiler/generated
RUNTIME_FLAGS = -std=gnu11 $(WARNINGS) -Iruntime -Iruntime/include/gol -ffp-contract=off -fno-omit-frame-pointer

all: deps gol $(B)/libgolrt.a stdlib

gol: $(B)/compiler/driver/main.o $(B)/libgolcompiler.a
	$(CC) $(CFLAGS) -o $@ $^ -lmpfr -lgmp -lpthread

$(B)/libgolcompiler.a: $(COMPILER_OBJECTS)
	rm -f $@ && ar rcs $@ $^

# libffi's objects go along, so that programs need no library to link with; only those that reflect calls in get them.
$(B)/libgolrt.a: $(RUNTIME_OBJECTS)
	rm -f $@ && printf 'create %s\naddlib %s\naddmod %s\nsave\nend\n' $@ `$(CC) -print-file-name=libffi.a` "`echo $^ | tr ' ' ','`" | ar -M

$(B)/compiler/generated/lexer.c: compiler/syntax/lexer.l
	@mkdir -p $(@D)
	flex -o $@ --header-file=$(@D)/lexer.h $<

$(B)/compiler/generated/parser.c: compiler/syntax/parser.y
	@mkdir -p $(@D)
	bison -Werror -o $@ --defines=$(@D)/parser.h $<

$(B)/compiler/generated/unicode_tables.h: compiler/base/unicode.awk
	@mkdir -p $(@D)
	awk -f $< /usr/share/unicode/UnicodeData.txt > $@

$(B)/compiler/generated/%.o: $(B)/compiler/generated/%.c
	$(CC) $(CFLAGS) -std=gnu11 -Wall -Wextra -Wno-unused-function -Wno-sign-compare -Icompiler -Icompiler/syntax -I$(B)/compiler/generated -MMD -c -o $@ $<

$(B)/compiler/%.o: compiler/%.c | $(B)/compiler/generated/parser.c $(B)/compiler/generated/lexer.c $(B)/compiler/generated/unicode_tables.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMPILER_FLAGS) -MMD -c -o $@ $<

$(B)/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(RUNTIME_FLAGS) -MMD -c -o $@ $<

# The generated half of the standard library, then every package compiled into the cache.
$(B)/stdlib.stamp: stdlib/generate.sh $(wildcard stdlib/*/gen-*.py)
	sh stdlib/generate.sh $(B)/stdlib
	@mkdir -p $(@D) && touch $@

stdlib: gol $(B)/libgolrt.a $(B)/stdlib.stamp
	@sh stdlib/precompile.sh ./gol $(B)/precompile

# ---- demonstration, tests ----------------------------------------------------------

demo: all
	./gol run testdata/run/demo.gol

check: all unit
	testdata/check.py --gol ./gol

check-full: all unit
	sh testdata/check-full.sh ./gol

UNIT_SOURCES := $(wildcard compiler/tests/*_test.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:%.c=$(B)/%)
RUNTIME_UNIT_SOURCES := $(wildcard runtime/tests/*_test.c)
RUNTIME_UNIT_PROGRAMS := $(RUNTIME_UNIT_SOURCES:%.c=$(B)/%)

$(B)/compiler/tests/%: compiler/tests/%.c $(B)/libgolcompiler.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 -Wall -Wextra -Icompiler -I$(B)/compiler/generated -o $@ $< $(B)/libgolcompiler.a -lcriterion -lmpfr -lgmp -lpthread

$(B)/runtime/tests/%: runtime/tests/%.c $(B)/libgolrt.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(RUNTIME_FLAGS) -o $@ $< $(B)/libgolrt.a -lcriterion -lm -lpthread

unit: $(UNIT_PROGRAMS) $(RUNTIME_UNIT_PROGRAMS)
	@for t in $^; do echo "$$t"; $$t || exit 1; done
	@sh runtime/tests/intrinsics.sh $(B)/libgolrt.a

bench: all
	testdata/bench/bench.py --gol ./gol

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/gol/stdlib $(DESTDIR)$(PREFIX)/include/gol
	install gol $(DESTDIR)$(PREFIX)/bin/gol
	install -m 644 $(B)/libgolrt.a $(DESTDIR)$(PREFIX)/lib/gol/
	install -m 644 runtime/include/gol/* $(DESTDIR)$(PREFIX)/include/gol/
	cp -R stdlib/. $(DESTDIR)$(PREFIX)/lib/gol/stdlib/
	cp -R $(B)/stdlib/. $(DESTDIR)$(PREFIX)/lib/gol/stdlib/
	rm -rf $(DESTDIR)$(PREFIX)/lib/gol/stdlib/tests

# ---- dependencies ----------------------------------------------------------------

PACKAGES = gcc make flex bison libgmp-dev libmpfr-dev libffi-dev libcriterion-dev unicode-data pkg-config python3

deps:
	@missing=; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		if command -v apt-get >/dev/null; then \
			echo "installing:$$missing"; \
			s=; [ `id -u` = 0 ] || s=sudo; $$s apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$s apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
		else echo "gol needs these Debian packages, and there is no apt-get here to install them:$$missing" >&2; exit 1; fi; fi

clean:
	rm -rf $(B) gol

.PHONY: all deps clean stdlib demo check check-full unit bench install
-include $(shell find $(B) -name '*.d' 2>/dev/null)
