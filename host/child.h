/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of ours that does not outlive us: it gets SIGTERM when we die, however that
 * happens. (This is what libuv's own spawning cannot do.) Its standard input is
 * /dev/null. To be made by the main thread.
 */
#ifndef PIGTAIL_HOST_CHILD_H
#define PIGTAIL_HOST_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

struct child {
	pid_t pid;   /* 0: it does not run */
	bool hushed; /* what it says from now on is not shown */
};

/* Runs a subcommand of ours in it, argv as for main(), with /dev/null as its standard
 * output. -1: errno. */
int child_run(struct child *child, int (*command)(int argc, char **argv), char **argv);

/*
 * Runs another program, found by PATH. What it says on standard output and standard error
 * becomes lines of our log, prefixed by name, without a prefix of its own. child must
 * stay until the loop has run dry. -1: errno.
 */
int child_spawn(struct child *child, uv_loop_t *loop, const char *name, char **argv);

/* Whether it has ended; *status as from waitpid(). */
bool child_reap(struct child *child, int *status);

/* Does nothing to one that does not run. */
void child_signal(const struct child *child, int number);

#endif
