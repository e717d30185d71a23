/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Another network for a device that is reached by its network only: who sets a wrong one has
 * locked himself out, unless the device comes back by itself. So it does, when the other one
 * can't be joined, and when no user has asked for anything through it before PROOF_US are over;
 * and it keeps it in the flash only then. See change.c.
 *
 * One per program, as the station is. No allocation; all runs in the main loop.
 */
#ifndef PIGTAIL_DEVICE_WIRELESS_CHANGE_H
#define PIGTAIL_DEVICE_WIRELESS_CHANGE_H

#include <pigtail/endpoint.h>
#include <pigtail/wireless_settings.h>

struct change_config {
	struct wireless_settings *settings; /* the station's; they are changed here */
	struct ptl_store *store;
	void (*log)(const char *line);
};

/* Before the station starts. */
void change_start(const struct change_config *config);

enum change_state {
	CHANGE_NONE,
	CHANGE_JOINS,  /* the other one */
	CHANGE_PROVES, /* it is in it, and nobody has asked for anything yet */
	CHANGE_LEAVES, /* what is answered still has to go out */
};

enum change_state change_state(void);

/* The last network that it came back from; NULL: none since the last change. */
const char *change_failure(const char **ssid);

/* Joins another network. It keeps other, in which name and passphrase count, for as long as
 * the state is not CHANGE_NONE, and wipes it then. keep: in the flash as well. false: one
 * change at a time. */
bool change_begin(ptl_time now, struct wireless_settings *other, bool keep);

/* Leaves, until the next start. forget: what the flash has of it as well; false: that fails. */
bool change_leave(ptl_time now, bool forget);

/* A user asks for something. */
void change_reached(ptl_time now);

/* After wireless_poll(); returns when it wants to be called next. */
ptl_time change_poll(ptl_time now);

#endif
