// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the programs of a rig: now and then one makes its first socket late, and its
 * places at which others look for it (what it binds, listens on or links to) later still. A
 * case that takes for granted what it has to wait for fails then.
 *
 * How late is by chance, from PIGTAIL_SEED and the process's number: in a rig's own process
 * namespace that is nearly the same each time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_OF 3u /* one of so many processes is late, at its first socket */
#define FIRST_MS 2500u
#define PLACE_OF 7u
#define PLACE_MS 800u

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static uint32_t chance(void)
{
	static uint32_t state;
	static pid_t owner;
	const char *seed = getenv("PIGTAIL_SEED");

	if (owner != getpid()) { /* of a fork, too */
		owner = getpid();
		state = (seed ? (uint32_t)strtoul(seed, NULL, 10) : 1u) * 2654435761u ^
			(uint32_t)owner * 40503u;
		state += !state;
	}
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state >> 8;
}

/* One time of so many, for less than so many ms. */
static void wait_perhaps(uint32_t of, uint32_t ms)
{
	struct timespec left = {0};
	uint32_t took;

	if (chance() % of)
		return;
	took = chance() % ms;
	left.tv_sec = took / 1000;
	left.tv_nsec = (long)(took % 1000) * 1000000;
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int socket(int domain, int type, int protocol)
{
	static pid_t begun;

	if (begun != getpid() &&
	    (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX)) {
		begun = getpid();
		wait_perhaps(FIRST_OF, FIRST_MS);
	}
	return REAL(socket)(domain, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	wait_perhaps(PLACE_OF, PLACE_MS);
	return REAL(bind)(fd, address, size);
}

int listen(int fd, int backlog)
{
	wait_perhaps(PLACE_OF, PLACE_MS);
	return REAL(listen)(fd, backlog);
}

int symlink(const char *target, const char *path)
{
	wait_perhaps(PLACE_OF, PLACE_MS);
	return REAL(symlink)(target, path);
}
