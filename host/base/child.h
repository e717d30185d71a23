/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of ours that does not outlive us: it gets SIGTERM when we die, however that
 * happens. (This is what libuv's own spawning cannot do.) Its standard input is
 * /dev/null; what it says on standard error becomes lines of our log. To be made by the
 * main thread.
 */
#ifndef PIGTAIL_HOST_CHILD_H
#define PIGTAIL_HOST_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

struct voice;

struct child {
	pid_t pid;   /* 0: it does not run */
	int errors;  /* where its standard error is read */
	bool hushed; /* what it says from now on is not shown */
	struct voice *voice;
};

/* Runs a subcommand of ours in it, argv as for main(), with /dev/null as its standard
 * output. The loop must not exist yet; child_listen() follows. -1: errno. */
int child_run(struct child *child, int (*command)(int argc, char **argv), char **argv);

/* Runs another program, found by PATH; its standard output goes where its standard error
 * goes. -1: errno. */
int child_spawn(struct child *child, char **argv);

/* Its lines begin with name, if that is not empty; program is what they begin with now
 * and shall not. child must stay until the loop has run dry, or child_part(). -1: errno. */
int child_listen(struct child *child, uv_loop_t *loop, const char *name, const char *program);

/* Tells what it has said by now, where the loop has no turn before child_part(). */
void child_hear(struct child *child);

/* What it says from now on is lost, and child's memory may go. */
void child_part(struct child *child);

/* Whether it has ended; *status as from waitpid(). */
bool child_reap(struct child *child, int *status);

/* Does nothing to one that does not run. */
void child_signal(const struct child *child, int number);

#endif
