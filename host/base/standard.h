/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process gets from the one that started it, and may not take for granted: the
 * three standard descriptors, and signals that are ignored.
 */
#ifndef PIGTAIL_HOST_STANDARD_H
#define PIGTAIL_HOST_STANDARD_H

#include <uv.h>

/* Before anything else is opened. Those of the descriptors 0, 1 and 2 that are closed
 * lead to /dev/null from now on: else the next file that is opened would be one of them,
 * and what is meant for a terminal would go into it. */
void standard_open(void);

/* Watches a signal that ends us, or the like; but SIGHUP that we were started to ignore
 * (nohup) stays ignored. The others may be ignored for no reason: a shell does that to
 * what it starts in the background. */
void standard_watch(uv_signal_t *signal, uv_signal_cb heard, int number);

/* Whether what was printed was taken: status, or, where that is EXIT_DONE and standard output
 * is full or its reader gone, a line that says so and EXIT_FAILED. */
int standard_printed(int status);

#endif
