/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that has set up its links gives away what it needs no more; sandbox.c says
 * what and why. There is no way back.
 */
#ifndef PIGTAIL_HOST_SANDBOX_H
#define PIGTAIL_HOST_SANDBOX_H

#include <stdbool.h>

/* What it will still do. All zeros: nothing that takes a privilege. */
struct sandbox {
	bool interfaces; /* makes or changes network interfaces */
	bool low_ports;	 /* opens ports below 1024 */
	bool pings;	 /* sends pings for the net 'user' */
	bool overrides;	 /* opens what is another user's, see below */
};

/* It will open path, or make something in it; mode as for access(2). Where that needs the
 * power to open everything, that is kept. */
void sandbox_will_open(struct sandbox *sandbox, const char *path, int mode);

/* To be called while there is one thread. 0, or -1 with errno: it is not done, or not all
 * of it. */
int sandbox_enter(const struct sandbox *sandbox);

#endif
