/*
 * slots.c - the limit of -p, for one gol or for several that work on one command.
 *
 * gol test forks a gol for each program that is to be built, and each of these starts C compilers. All of them together
 * run as many processes as -p says. What they share is a pipe with a byte for each process but one, as between make and
 * its children: each gol has a slot of its own, which its first process uses (it only waits meanwhile), and takes a
 * byte for each further one at the same time, to be put back when there is one less. So nobody who has started
 * something waits for a slot, and every gol gets on with one. A gol that is killed takes its bytes with it.
 *
 * gol alone has no pipe and counts.
 */
#define _GNU_SOURCE           /* pipe2 */
#include "driver.h"

#include <fcntl.h>
#include <unistd.h>

enum { MOST_BYTES = 4096 };         /* what every pipe holds */

int job_limit(Driver *d)
{
	long n = d->options.parallel ? d->options.parallel : sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (int)n : 1;
}

void share_slots(Driver *d)
{
	int bytes = job_limit(d) - 1;
	if (pipe2(d->slots, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	d->shares_slots = true;
	for (int i = 0; i < bytes && i < MOST_BYTES; i++)
		(void)!write(d->slots[1], "", 1);
}

bool take_slot(Driver *d, int running)
{
	char byte;
	if (!d->shares_slots)
		return running < job_limit(d);
	return running == 0 || read(d->slots[0], &byte, 1) == 1;
}

void give_slot(Driver *d, int running)
{
	if (d->shares_slots && running > 1)
		(void)!write(d->slots[1], "", 1);
}

int slot_descriptor(const Driver *d) { return d->shares_slots ? d->slots[0] : -1; }
