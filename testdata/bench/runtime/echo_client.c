/*
 * echo_client.c - asks an echo server over many connections; the same client for servers of gol and of Go.
 *
 *     echo_client PORT CONNECTIONS SECONDS RATE
 *
 * First every connection has a request under way all the time, for SECONDS: requests a second. Then, for as long, RATE
 * requests a second, each at its time and over the next free connection in turn: how long an answer takes, from the time
 * at which the request was due. It checks every answer. One thread, epoll.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, EVENTS = 512 };

typedef struct connection {
	int fd;
	uint32_t got;               /* bytes of the answer that are there */
	int64_t due;                /* of the request under way; 0: none */
	uint64_t number;            /* of the request: its first bytes */
	char answer[SIZE];
} connection;

static int poll_fd;
static connection *all;
static uint64_t sent;

static void die(const char *what)
{
	fprintf(stderr, "echo_client: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void connect_one(connection *c, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = c}};
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &e) < 0)
		die("epoll_ctl");
}

static void ask(connection *c, int64_t due)
{
	char request[SIZE] = {0};

	c->due = due;
	c->got = 0;
	c->number = ++sent;
	memcpy(request, &c->number, sizeof c->number);
	if (send(c->fd, request, SIZE, MSG_NOSIGNAL) != SIZE)   /* 64 bytes into an empty buffer */
		die("send");
}

/* True: the whole answer is there. */
static int take(connection *c)
{
	ssize_t n = recv(c->fd, c->answer + c->got, SIZE - c->got, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		die("recv");
	c->got += n > 0 ? (uint32_t)n : 0;
	if (c->got < SIZE)
		return 0;
	if (memcmp(c->answer, &c->number, sizeof c->number) != 0) {
		fprintf(stderr, "echo_client: a wrong answer\n");
		exit(1);
	}
	return 1;
}

static uint64_t closed_loop(int64_t end)
{
	struct epoll_event events[EVENTS];
	uint64_t answers = 0;

	while (now() < end) {
		int n = epoll_wait(poll_fd, events, EVENTS, 100);
		for (int i = 0; i < n; i++) {
			connection *c = events[i].data.ptr;
			if (take(c)) {
				answers++;
				ask(c, now());
			}
		}
	}
	return answers;
}

static void drain(unsigned under_way)
{
	struct epoll_event events[EVENTS];

	while (under_way > 0) {
		int n = epoll_wait(poll_fd, events, EVENTS, 10000);
		if (n <= 0)
			die("answers are missing");
		for (int i = 0; i < n; i++) {
			connection *c = events[i].data.ptr;
			if (take(c)) {
				c->due = 0;
				under_way--;
			}
		}
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double quantile(const int64_t *late, size_t n, double q)
{
	size_t i = (size_t)(q * (double)n);

	return (double)late[i < n ? i : n - 1] / 1e3;
}

static void paced(unsigned count, double seconds, unsigned rate)
{
	struct epoll_event events[EVENTS];
	size_t total = (size_t)(seconds * rate), asked = 0, answered = 0;
	int64_t *took = malloc(total * sizeof *took), start = now(), step = 1000000000 / rate;
	unsigned next = 0;

	if (took == NULL || total == 0)
		die("too long, or too short");
	while (answered < total) {
		for (int64_t t = now(); asked < total && start + (int64_t)asked * step <= t && asked - answered < count; asked++) {
			while (all[next].due != 0)
				next = (next + 1) % count;
			ask(&all[next], start + (int64_t)asked * step);
			next = (next + 1) % count;
		}
		int n = epoll_wait(poll_fd, events, EVENTS, 0);
		int64_t t = now();
		for (int i = 0; i < n; i++) {
			connection *c = events[i].data.ptr;
			if (take(c)) {
				took[answered++] = t - c->due;
				c->due = 0;
			}
		}
	}
	double ran = (double)(now() - start) / 1e9;
	qsort(took, total, sizeof *took, compare);
	printf(" rate=%.0f p50_us=%.1f p99_us=%.1f p999_us=%.1f\n", (double)total / ran, quantile(took, total, 0.5),
		quantile(took, total, 0.99), quantile(took, total, 0.999));
	free(took);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: echo_client PORT CONNECTIONS SECONDS RATE\n");
		return 2;
	}
	unsigned count = (unsigned)atoi(argv[2]), rate = (unsigned)atoi(argv[4]);
	double seconds = atof(argv[3]);

	poll_fd = epoll_create1(0);
	all = calloc(count, sizeof *all);
	if (poll_fd < 0 || all == NULL || count == 0 || rate == 0)
		die("start");
	for (unsigned i = 0; i < count; i++)
		connect_one(&all[i], atoi(argv[1]));
	for (unsigned i = 0; i < count; i++)
		ask(&all[i], now());
	closed_loop(now() + (int64_t)(seconds * 0.5e9));        /* until all is warm */
	int64_t start = now();
	uint64_t answers = closed_loop(start + (int64_t)(seconds * 1e9));
	printf("connections=%u requests_s=%.0f", count, (double)answers / ((double)(now() - start) / 1e9));
	drain(count);
	paced(count, seconds, rate);
	return 0;
}
