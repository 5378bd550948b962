# lang.mk - the tests of heap, collector and lang. Included by the top Makefile, or used
# alone: make -f runtime/tests/lang.mk test-lang
#
#   test-lang            runs build/runtime/tests/NAME_test for each test here
#   test-lang-asan       the same under ASan and UBSan
#
# The tests stand alone, with all checks on: panics and the scheduler are replaced by tests/support.c.

LANG_FLAGS := -DGOL_DEBUG -std=gnu11 -Wall -Wextra -Wundef -Wmissing-prototypes -Wshadow -Iruntime -Iruntime/include/gol -Iruntime/tests -ffp-contract=off
LANG_TESTS := lock order cpu heap gc map string alg
LANG_UNDER_TEST := $(wildcard runtime/os/*.c runtime/base/*.c runtime/race/*.c runtime/heap/*.c runtime/gc/*.c) \
	$(addprefix runtime/lang/,string.c slice.c map.c map_iter.c map_layout.c iface.c alg.c complex.c) runtime/tests/support.c
LANG_HEADERS := $(wildcard runtime/*/*.h) $(wildcard runtime/include/gol/*)

build/runtime/tests/lang/%_test: runtime/tests/%_test.c $(LANG_UNDER_TEST) $(LANG_HEADERS)
	@mkdir -p $(@D); echo "  CC     $@"
	@$(CC) $(LANG_FLAGS) -O2 -g -o $@ $(filter %.c,$^) -lcriterion -lm -lpthread

build/runtime/tests/lang-asan/%_test: runtime/tests/%_test.c $(LANG_UNDER_TEST) $(LANG_HEADERS)
	@mkdir -p $(@D); echo "  CC     $@"
	@$(CC) $(LANG_FLAGS) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -o $@ $(filter %.c,$^) -lcriterion -lm -lpthread

.PHONY: test-lang test-lang-asan
test-lang: $(LANG_TESTS:%=build/runtime/tests/lang/%_test)
	@for t in $^; do $$t --jobs 2 || exit 1; done

test-lang-asan: $(LANG_TESTS:%=build/runtime/tests/lang-asan/%_test)
	@for t in $^; do $$t --jobs 2 || exit 1; done
