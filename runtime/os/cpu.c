/*
 * cpu.c - what the machine gives: processors, random bits.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_processor_count(void)
{
	unsigned long set[1024];        /* more than the kernel has: 65,536 processors */
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set);
	int count = 0;
	for (long i = 0; i < bytes / (long)sizeof *set; i++)
		count += __builtin_popcountl(set[i]);
	return count > 0 ? count : 1;
}

uint64_t os_random_seed(void)
{
	uint64_t seed = 0;
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = (uint64_t)os_nanotime() * 0x9e3779b97f4a7c15u;
	return seed;
}
