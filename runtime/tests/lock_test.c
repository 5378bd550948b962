/* lock_test.c - locks taken out of order end the program, naming both; so does allocating with one held. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"
#include "support.h"

static os_lock outer = LOCK_OF_RANK(RANK_TIMERS), inner = LOCK_OF_RANK(RANK_SCHEDULER), none;
static spin_lock channels[3] = {LOCK_OF_RANK(RANK_CHANNEL), LOCK_OF_RANK(RANK_CHANNEL), LOCK_OF_RANK(RANK_CHANNEL)};

/* f must abort; what it has written to standard error. */
static const char *last_words(void (*f)(void))
{
	static char text[500];
	int ends[2], status;
	cr_assert_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 2);
		f();
		_exit(0);
	}
	close(ends[1]);
	ssize_t n = read(ends[0], text, sizeof text - 1);
	text[n > 0 ? n : 0] = 0;
	close(ends[0]);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %x, printed %s", (unsigned)status, text);
	return text;
}

Test(lock, right_order)
{
	for (int i = 0; i < 3; i++) {
		os_acquire(&outer);
		os_acquire(&inner);
		os_release(&outer);
		os_release(&inner);
	}
	spin_acquire(&channels[0]);
	spin_acquire(&channels[1]);
	spin_acquire(&channels[2]);
	os_acquire(&outer);
	spin_release(&channels[0]);         /* in any order */
	spin_release(&channels[2]);
	spin_release(&channels[1]);
	os_release(&outer);
	lock_require_none("allocates");
	cr_assert_gt(debug_checks, 0);
}

static void take_outer_last(void) { os_acquire(&inner); os_acquire(&outer); }
static void take_twice(void) { os_acquire(&inner); os_acquire(&inner); }
static void descend(void) { spin_acquire(&channels[1]); spin_acquire(&channels[0]); }
static void take_none(void) { os_acquire(&none); }
static void give_free(void) { os_release(&inner); }
static void allocate(void) { os_acquire(&inner); heap_new_plain(40); }
static void allocate_tiny(void) { os_acquire(&inner); heap_new_plain(1); }
static void allocate_pointers(void) { spin_acquire(&channels[0]); heap_new(&type_node); }

Test(lock, wrong_order)
{
	test_start();
	cr_assert_str_eq(last_words(take_outer_last), "gol runtime: lock order: takes timers while holding scheduler\n");
	cr_assert_str_eq(last_words(take_twice), "gol runtime: lock order: takes scheduler while holding scheduler\n");
	cr_assert_str_eq(last_words(descend), "gol runtime: lock order: takes channel while holding channel\n");
	cr_assert_str_eq(last_words(allocate), "gol runtime: lock order: allocates while holding scheduler\n");
	cr_assert_str_eq(last_words(allocate_tiny), "gol runtime: lock order: allocates while holding scheduler\n");
	cr_assert_str_eq(last_words(allocate_pointers), "gol runtime: lock order: allocates while holding channel\n");
	cr_assert(strstr(last_words(take_none), "does not hold: rank > RANK_NONE"));
	cr_assert(strstr(last_words(give_free), "does not hold: held[rank].count > 0"));
}
