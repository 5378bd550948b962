/*
 * time.c - the clocks.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <time.h>

int64_t os_nanotime(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void os_wall_clock(int64_t *seconds, int32_t *nanoseconds)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	*seconds = t.tv_sec;
	*nanoseconds = (int32_t)t.tv_nsec;
}
