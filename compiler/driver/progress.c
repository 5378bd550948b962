/*
 * progress.c - what a build of over a second says of itself: on a terminal a line that is written over and over, and
 * with -progress, elsewhere, a line every ten seconds.
 *
 * The worker says what it is doing (progress_show), the main thread looks every 200 ms (progress_tick): so the
 * seconds go on while the worker waits for a C compiler. What the worker prints itself it prints after progress_clear.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 1, EVERY = 10 };         /* seconds */

void progress_start(Driver *d)
{
	Progress *p = &d->scratch->progress;
	const char *term = getenv("TERM");
	p->terminal = isatty(2) && term && strcmp(term, "dumb") != 0;
	clock_gettime(CLOCK_MONOTONIC, &p->start);
	p->next = p->start;
	p->next.tv_sec += EVERY;
}

void progress_show(Driver *d, int done, int count, const char *what)
{
	Progress *p = &d->scratch->progress;
	if (d->options.print_commands || d->options.print_packages || !(p->terminal || p->lines))
		return;
	pthread_mutex_lock(&d->scratch->lock);
	p->done = done;
	p->count = count;
	snprintf(p->what, sizeof p->what, "%s", what);
	pthread_mutex_unlock(&d->scratch->lock);
}

/* Takes the line away; with the lock held. */
void progress_erase(Scratch *s)
{
	if (s->progress.shown)
		fputs("\r\033[K", stderr);
	s->progress.shown = false;
}

void progress_clear(Driver *d)
{
	pthread_mutex_lock(&d->scratch->lock);
	d->scratch->progress.what[0] = '\0';
	progress_erase(d->scratch);
	pthread_mutex_unlock(&d->scratch->lock);
}

void progress_tick(Scratch *s)
{
	struct timespec now;
	pthread_mutex_lock(&s->lock);
	Progress *p = &s->progress;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long seconds = (long)(now.tv_sec - p->start.tv_sec) - (now.tv_nsec < p->start.tv_nsec);
	if (*p->what && p->terminal && seconds >= FIRST) {
		fprintf(stderr, "\r\033[K[%d/%d] %lds %s", p->done, p->count, seconds, p->what);
		fflush(stderr);
		p->shown = true;
	} else if (*p->what && p->lines && now.tv_sec >= p->next.tv_sec) {
		fprintf(stderr, "         %d of %d packages after %ld s\n", p->done, p->count, seconds);
		p->next.tv_sec = now.tv_sec + EVERY;
	}
	pthread_mutex_unlock(&s->lock);
}
