/* order_test.c - two threads store a word and read the other's, one with the light fence, one with the heavy one: never
 * do both read what was there before. */
#include <criterion/criterion.h>
#include <pthread.h>

#include "base/order.h"

enum { ROUNDS = 100000 };

static struct { _Alignas(64) uint32_t a; _Alignas(64) uint32_t b; _Alignas(64) uint32_t turn, ended; } at;
static uint8_t seen[ROUNDS];

static void wait_for(uint32_t *word, uint32_t value)
{
	for (unsigned i = 1; load_acquire(word) != value; i++)
		if (i % 10000 == 0)
			sched_yield();
}

static void *light(void *argument)
{
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		wait_for(&at.turn, i);
		store_relaxed(&at.a, i);
		order_light();
		seen[i - 1] = load_relaxed(&at.b) == i;
		store_release(&at.ended, i);
	}
	return argument;
}

static void both_missed(void)
{
	pthread_t thread;
	uint32_t missed = 0, light_missed = 0, heavy_missed = 0;
	memset(&at, 0, sizeof at);
	cr_assert_eq(pthread_create(&thread, NULL, light, NULL), 0);
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		store_release(&at.turn, i);
		for (volatile uint32_t k = 0; k < i % 64; k++)
			;
		store_relaxed(&at.b, i);
		order_heavy();
		bool heavy_saw = load_relaxed(&at.a) == i;
		wait_for(&at.ended, i);
		missed += !heavy_saw && !seen[i - 1];
		light_missed += !seen[i - 1];
		heavy_missed += !heavy_saw;
	}
	pthread_join(thread, NULL);
	cr_assert_eq(missed, 0, "%u of %u rounds", missed, ROUNDS);
	cr_assert(light_missed > 0 || heavy_missed > 0, "no round was a race");
}

Test(order, barriers)
{
	order_init();
	both_missed();
}

Test(order, fences)
{
	order_by_fences = true;
	both_missed();
}
