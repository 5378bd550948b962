# gol: `make demo` builds everything and runs a program; `make check` runs the tests.
# What is needed from Debian is installed first (make deps). V=1 shows every command.
#
#   make            the compiler, the runtime, the standard library compiled into the cache
#   make demo       ... and a program that shows what works
#   make check      unit tests, then every program of testdata under all settings
#   make debug      compiler and runtime with all checks (GOL_DEBUG), in build/debug
#   make check-tree TREE=DIR  every package of a Go source tree that gol does not have itself must compile (default: the tree gol finds)
#   make check-tools gol mod tidy, gol get ... by cmd/go of the Go source tree, which takes minutes to compile the first time
#   make check-full the whole matrix: compilers, optimisation levels, sanitizers (hours)
#   make diff-go    the programs of testdata through an installed go, results compared
#   make fuzz       libFuzzer on the front end and on constants (clang; SECONDS=180)
#   make fuzz-pointers  programs full of pointers, a hundred in a package, compared with go (SECONDS=180, SEED=n)
#   make fuzz-diff  random programs in all versions and settings, compared with an installed go (SECONDS=180, SEED=n)
#   make soak       a program that does everything at once, under all settings (MINUTES=10 each, SEED=n)
#   make bench      benchmarks: throughput, then what bench-runtime does
#   make bench-runtime  the runtime's targets: switches, late timers, memory, stops, connections (ONLY=regex; LOADED=1 on a busy machine)
#   make install    into PREFIX (default /usr/local); DESTDIR for packagers

ifeq ($(origin CC),default)
CC = gcc
endif
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wundef -Wmissing-prototypes -Wshadow
B = build
GOL = gol
FETCH = gol-fetch

ifeq ($(V),1)
Q =
say = @:
else
Q = @
say = @printf '  %-6s %s\n'
endif

COMPILER_SOURCES := $(filter-out compiler/tests/% compiler/fetch/% compiler/driver/main.c,$(sort $(wildcard compiler/*/*.c)))
FETCH_OBJECTS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard compiler/fetch/*.c)))
COMPILER_OBJECTS := $(COMPILER_SOURCES:%.c=$(B)/%.o) $(B)/compiler/generated/lexer.o $(B)/compiler/generated/parser.o
RUNTIME_SOURCES := $(filter-out runtime/tests/%,$(sort $(wildcard runtime/*/*.c)))
RUNTIME_HEADERS := $(filter-out runtime/tests/%,$(wildcard runtime/*/*.h runtime/*/*.def)) $(wildcard runtime/include/gol/*)
RUNTIME_OBJECTS := $(RUNTIME_SOURCES:%.c=$(B)/%.o)
STDLIB_GENERATORS := $(shell find stdlib -name 'gen-*.py')
STDLIB_SOURCES := $(shell find stdlib -name '*.gol' ! -path 'stdlib/tests/*')
GENERATED = $(B)/compiler/generated/parser.c $(B)/compiler/generated/lexer.c $(B)/compiler/generated/unicode_tables.h

COMPILER_FLAGS = -std=gnu11 $(WARNINGS) -Icompiler -I$(B)/compiler/generated
GENERATED_FLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-function -Wno-sign-compare -Icompiler -Icompiler/syntax -I$(B)/compiler/generated
# As for generated C: compiler/driver/compile.c.
UNROLL := unrolled_loop:256:noalign,libcall:-1:noalign
TUNING_FLAGS := -mtune-ctrl=^sse_unaligned_load_optimal -mmemset-strategy=$(UNROLL) -mmemcpy-strategy=$(UNROLL)
TUNING := $(if $(filter x86_64-%,$(shell machine=`$(CC) $(TUNING_FLAGS) -dumpmachine 2>/dev/null` && echo $$machine)),$(TUNING_FLAGS))
RUNTIME_FLAGS = -std=gnu11 -ffunction-sections -fdata-sections $(WARNINGS) -Iruntime -Iruntime/include/gol -ffp-contract=off -fno-omit-frame-pointer $(TUNING)

all: $(GOL) $(FETCH) $(B)/libgolrt.a $(B)/amalgamation/golrt.c stdlib

$(GOL): $(B)/compiler/driver/main.o $(B)/libgolcompiler.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) -o $@.new $^ -lmpfr -lgmp -lnettle -lpthread && mv $@.new $@

# What talks to module proxies: apart, so that the compiler loads no network library.
$(FETCH): $(FETCH_OBJECTS) $(B)/libgolcompiler.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) -o $@.new $^ -lcurl -lzip -lcrypto -lpthread && mv $@.new $@

$(B)/libgolcompiler.a: $(COMPILER_OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

# libffi's objects go along, so that programs need no library to link with; only those that reflect calls in get them.
$(B)/libgolrt.a: $(RUNTIME_OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@ && printf 'create %s\naddlib %s\naddmod %s\nsave\nend\n' $@ `$(CC) -print-file-name=libffi.a` "`echo $^ | tr ' ' ','`" | ar -M

$(B)/compiler/generated/lexer.c: compiler/syntax/lexer.l | $(B)/deps.stamp
	$(say) FLEX $<
	$(Q)mkdir -p $(@D) && flex -o $@ --header-file=$(@D)/lexer.h $<

$(B)/compiler/generated/parser.c: compiler/syntax/parser.y | $(B)/deps.stamp
	$(say) BISON $<
	$(Q)mkdir -p $(@D) && bison -Werror -o $@ --defines=$(@D)/parser.h $<

$(B)/compiler/generated/unicode_tables.h: compiler/base/unicode.awk | $(B)/deps.stamp
	$(say) AWK $<
	$(Q)mkdir -p $(@D) && awk -f $< /usr/share/unicode/UnicodeData.txt > $@.new && mv $@.new $@

$(B)/compiler/trace/page.o: compiler/trace/page.html

$(B)/compiler/generated/%.o: $(B)/compiler/generated/%.c | $(GENERATED)
	$(say) CC $<
	$(Q)$(CC) $(CFLAGS) $(GENERATED_FLAGS) -MMD -MP -c -o $@ $<

$(B)/compiler/%.o: compiler/%.c | $(GENERATED)
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(COMPILER_FLAGS) -MMD -MP -c -o $@ $<

$(B)/runtime/%.o: runtime/%.c | $(B)/deps.stamp
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(RUNTIME_FLAGS) -MMD -MP -c -o $@ $<

# The runtime as one file, for gol build -emit=c.
$(B)/amalgamation/golrt.c: runtime/amalgamate.py runtime/floors.py $(RUNTIME_SOURCES) $(RUNTIME_HEADERS) | $(B)/deps.stamp
	$(say) JOIN $@
	$(Q)python3 runtime/amalgamate.py $(@D)

# The generated half of the standard library, then every package compiled into the cache.
$(B)/stdlib.stamp: stdlib/generate.sh $(STDLIB_GENERATORS) stdlib/slices/sort_func.gol | $(B)/deps.stamp
	$(say) GEN $(B)/stdlib
	$(Q)sh stdlib/generate.sh $(B)/stdlib && touch $@

$(B)/precompile.stamp: gol $(B)/libgolrt.a $(B)/stdlib.stamp stdlib/precompile.sh $(STDLIB_SOURCES) $(wildcard runtime/include/gol/*)
	$(say) GOL "the standard library (a minute or two, the first time)"
	$(Q)sh stdlib/precompile.sh ./gol $(B)/precompile && touch $@

stdlib: $(B)/precompile.stamp

# ---- demonstration, tests ----------------------------------------------------------

demo: all
	./gol run testdata/run/demo.gol

# Compiler and runtime that verify what every pass and every freeze leaves behind; objects and cache keys of their own.
debug: $(B)/stdlib.stamp
	$(Q)$(MAKE) --no-print-directory B=$(B)/debug GOL=$(B)/debug/gol CFLAGS='-O1 -g -DGOL_DEBUG' $(B)/debug/gol $(B)/debug/libgolrt.a \
		$(B)/debug/amalgamation/golrt.c

check-debug: debug
	$(Q)$(MAKE) --no-print-directory B=$(B)/debug CFLAGS='-O1 -g -DGOL_DEBUG' unit-runtime
	python3 testdata/check.py --gol $(B)/debug/gol --settings debug

check: all unit check-debug
	python3 testdata/check.py --gol ./gol
	python3 testdata/process.py --gol ./gol
	python3 testdata/driver.py --gol ./gol
	python3 testdata/fetch.py --fetch ./gol-fetch
	python3 testdata/modules.py --gol ./gol
	python3 testdata/limits.py --gol ./gol
	python3 testdata/debug.py --gol ./gol
	python3 testdata/gotest.py --gol ./gol --quick
	python3 testdata/race.py --gol ./gol
	python3 testdata/sites.py --gol ./gol
	@echo "check: all tests passed"

check-tree: all
	python3 testdata/check_tree.py --gol ./gol $(if $(TREE),--tree $(TREE))

check-tools: all
	python3 testdata/mod_verbs.py --gol ./gol

check-full: all unit
	sh testdata/check-full.sh ./gol

diff-go: all
	python3 testdata/diff-go.py --gol ./gol

UNIT_SOURCES := $(wildcard compiler/tests/*_test.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:%.c=$(B)/%)

# Heap, collector and lang are tested without the scheduler (test-lang); stress_test runs the other programs there.
include runtime/tests/lang.mk
RUNTIME_UNIT_SOURCES := $(filter-out $(LANG_TESTS:%=runtime/tests/%_test.c),$(wildcard runtime/tests/*_test.c))
RUNTIME_UNIT_PROGRAMS := $(RUNTIME_UNIT_SOURCES:%.c=$(B)/%)

$(B)/compiler/tests/%: compiler/tests/%.c $(B)/libgolcompiler.a
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -std=gnu11 -Wall -Wextra -Icompiler -I$(B)/compiler/generated -o $@ $< $(B)/libgolcompiler.a -lcriterion -lmpfr -lgmp -lnettle -lpthread

$(B)/runtime/tests/%: runtime/tests/%.c $(B)/libgolrt.a
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(RUNTIME_FLAGS) -o $@ $< $(B)/libgolrt.a -lcriterion -lm -lpthread

# The scheduler's code under every order of its steps; check-full also plants errors in it (interleave/bugs.py).
INTERLEAVE_PROGRAMS := $(B)/runtime/tests/interleave/sched_test $(B)/runtime/tests/interleave/status_test
INTERLEAVE = $(CC) -std=gnu11 -Wall -Wextra -O2 -g $(RUNTIME_FLAGS) -DGOL_STEPS -Iruntime/tests/interleave -o $@ $(filter %.c,$^)

$(B)/runtime/tests/interleave/status_test: runtime/stack/status.c
$(B)/runtime/tests/interleave/sched_test: $(addprefix runtime/,stack/status.c sched/queue.c sched/idle.c sched/procs.c sched/world.c sched/solo.c \
	sched/call.c base/lock.c)
$(INTERLEAVE_PROGRAMS): $(B)/%: %.c runtime/tests/interleave/interleave.c $(wildcard runtime/*/*.h runtime/tests/interleave/*.h)
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(INTERLEAVE)

unit-runtime: $(RUNTIME_UNIT_PROGRAMS) $(INTERLEAVE_PROGRAMS)
	$(Q)echo $(B)/runtime/tests/stress_test; $(B)/runtime/tests/stress_test

unit: $(UNIT_PROGRAMS) unit-runtime test-lang
	$(Q)for t in $(UNIT_PROGRAMS); do echo "$$t"; $$t || exit 1; done
	$(Q)sh runtime/tests/intrinsics.sh $(B)/libgolrt.a
	$(Q)python3 runtime/floors.py $(B)/runtime && python3 runtime/tests/floors_test.py $(B)/runtime
	$(Q)for t in $(INTERLEAVE_PROGRAMS); do echo "$$t"; $$t 2 3 || exit 1; done
	$(Q)python3 stdlib/tests/check-docs.py
	$(Q)python3 testdata/docs.py
	$(Q)python3 testdata/fuzz/planted.py --check && python3 runtime/tests/interleave/bugs.py --check
	$(Q)python3 compiler/inline/go_facts.py --check
	$(Q)python3 docs/drawings/draw.py --check

bench: all
	python3 testdata/bench/bench.py --gol ./gol
	python3 testdata/bench/runtime/runtime.py --gol ./gol

bench-runtime: all
	python3 testdata/bench/runtime/runtime.py --gol ./gol $(if $(ONLY),--only '$(ONLY)') $(if $(LOADED),--loaded)

# ---- fuzzing: the front end on any bytes, constants on any digits -------------------

SECONDS ?= 180
FUZZ = $(B)/fuzz
FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer-no-link,address -D__SANITIZE_ADDRESS__ -fno-omit-frame-pointer
FUZZ_OBJECTS = $(COMPILER_SOURCES:%.c=$(FUZZ)/%.o) $(FUZZ)/compiler/generated/lexer.o $(FUZZ)/compiler/generated/parser.o

$(FUZZ)/compiler/generated/%.o: $(B)/compiler/generated/%.c | $(GENERATED)
	$(say) CLANG $<
	$(Q)mkdir -p $(@D) && clang $(FUZZ_FLAGS) $(GENERATED_FLAGS) -w -MMD -MP -c -o $@ $<

$(FUZZ)/compiler/%.o: compiler/%.c | $(GENERATED)
	$(say) CLANG $<
	$(Q)mkdir -p $(@D) && clang $(FUZZ_FLAGS) $(COMPILER_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ)/%_fuzz: compiler/tests/%_fuzz.c $(FUZZ_OBJECTS)
	$(say) LD $@
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer $(COMPILER_FLAGS) -o $@ $(filter-out %.h,$^) -lmpfr -lgmp -lnettle -lpthread

$(FUZZ)/front_fuzz: compiler/tests/front_mutate.c compiler/tests/front_fuzz.h

fuzz-programs: $(FUZZ)/front_fuzz $(FUZZ)/constant_fuzz

fuzz: fuzz-programs $(B)/stdlib.stamp
	sh compiler/tests/fuzz.sh $(FUZZ) $(SECONDS)
	$(MAKE) fuzz-pointers

fuzz-pointers: all
	python3 testdata/fuzz/fuzz_pointers.py --gol ./gol --seconds $(SECONDS) --seed $(or $(SEED),0)

fuzz-diff: all
	python3 testdata/fuzz/fuzz_diff.py --gol ./gol --seconds $(SECONDS) --seed $(or $(SEED),0)

soak: all
	python3 testdata/soak.py --gol ./gol --minutes $(or $(MINUTES),10) --seed $(or $(SEED),0)

# ---- installation -------------------------------------------------------------------

LIB = $(DESTDIR)$(PREFIX)/lib

install: all
	$(say) MAKE $(DESTDIR)$(PREFIX)
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(LIB)/gol/src $(LIB)/pkgconfig $(LIB)/cmake/golrt $(DESTDIR)$(PREFIX)/include/gol
	$(Q)install gol $(DESTDIR)$(PREFIX)/bin/gol
	$(Q)install -D gol-fetch $(DESTDIR)$(PREFIX)/libexec/gol/gol-fetch
	$(Q)install -m 644 $(B)/libgolrt.a $(LIB)/
	$(Q)install -m 644 $(wildcard runtime/include/gol/*) $(DESTDIR)$(PREFIX)/include/gol/
	$(Q)install -m 644 $(B)/amalgamation/* $(LIB)/gol/src/
	$(Q)rm -rf $(LIB)/gol/stdlib && mkdir -p $(LIB)/gol/stdlib
	$(Q)(cd stdlib && find . -name '*.gol' ! -path './tests/*' -exec tar cf - {} +) | (cd $(LIB)/gol/stdlib && tar xf -)
	$(Q)(cd $(B)/stdlib && find . -name '*.gol' -exec tar cf - {} +) | (cd $(LIB)/gol/stdlib && tar xf -)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' 'Name: golrt' \
		'Description: runtime of programs compiled by gol' 'Version: 0.1' 'Libs: -L$${libdir} -lgolrt -lm -lpthread' \
		'Cflags: -I$${includedir}/gol' > $(LIB)/pkgconfig/golrt.pc
	$(Q)printf '%s\n' 'get_filename_component(_golrt_prefix "$${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)' \
		'if(NOT TARGET golrt::golrt)' '  add_library(golrt::golrt STATIC IMPORTED)' '  set_target_properties(golrt::golrt PROPERTIES' \
		'    IMPORTED_LOCATION "$${_golrt_prefix}/lib/libgolrt.a"' '    INTERFACE_INCLUDE_DIRECTORIES "$${_golrt_prefix}/include/gol"' \
		'    INTERFACE_LINK_LIBRARIES "m;pthread")' 'endif()' > $(LIB)/cmake/golrt/golrtConfig.cmake
	$(Q)printf '%s\n' 'set(PACKAGE_VERSION 0.1)' 'if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION)' \
		'  set(PACKAGE_VERSION_COMPATIBLE TRUE)' 'endif()' > $(LIB)/cmake/golrt/golrtConfigVersion.cmake
	$(Q)rm -rf $(LIB)/gol/cache && mkdir -p $(LIB)/gol/cache && cp $(B)/precompile/objects/*.o $(LIB)/gol/cache/

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/gol $(DESTDIR)$(PREFIX)/libexec/gol $(LIB)/gol $(LIB)/libgolrt.a $(LIB)/pkgconfig/golrt.pc $(LIB)/cmake/golrt $(DESTDIR)$(PREFIX)/include/gol

# ---- dependencies ----------------------------------------------------------------

PACKAGES = gcc libc6-dev make flex bison libgmp-dev libmpfr-dev libffi-dev nettle-dev libcurl4-openssl-dev libzip-dev libssl-dev libcriterion-dev unicode-data golang-src pkg-config python3 gdb

# On systems without dpkg the packages are taken to be there.
deps $(B)/deps.stamp:
	@mkdir -p $(B); \
	if command -v dpkg >/dev/null; then \
		missing=; for p in $(PACKAGES); do dpkg -s $$p 2>/dev/null | grep -q '^Status: .* installed$$' || missing="$$missing $$p"; done; \
		if [ -n "$$missing" ]; then \
			echo "installing:$$missing"; \
			s=; [ `id -u` = 0 ] || s=sudo; \
			if ! command -v apt-get >/dev/null || { [ -n "$$s" ] && ! command -v sudo >/dev/null; }; then \
				echo "gol needs these Debian packages:$$missing" >&2; exit 1; fi; \
			$$s apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$s apt-get install -y -qq --no-install-recommends $$missing >/dev/null || exit 1; \
		fi; \
	fi; touch $(B)/deps.stamp

clean:
	rm -rf $(B) gol gol-fetch

.PHONY: all deps clean stdlib demo debug check check-debug check-tools check-tree check-full diff-go unit unit-runtime bench bench-runtime soak fuzz fuzz-pointers fuzz-diff fuzz-programs install uninstall
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
