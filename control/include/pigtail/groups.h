/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which frames to groups a station hears (SPEC 8.6). A network is full of announcements that
 * nobody behind a slow line has asked for; a host that says whose groups it is in is spared
 * the others. The radio asks this object about each frame of its station before the line.
 *
 * No allocation, no clock, no OS. The owner serialises calls.
 */
#ifndef PIGTAIL_GROUPS_H
#define PIGTAIL_GROUPS_H

#include <pigtail/control.h>

#define PTL_GROUPS_MAX 42 /* as many as MULTICAST takes */

struct ptl_groups {
	bool some; /* those of the list; else all */
	uint8_t count;
	uint8_t list[PTL_GROUPS_MAX][6];
};

/* All groups, as at each session's begin. */
void ptl_groups_all(struct ptl_groups *groups);

/* A SET with MULTICAST or ALL_MULTICAST (which wins); of one with neither nothing changes.
 * false: it is no list of groups, or a longer one than fits, and nothing has changed. */
bool ptl_groups_set(struct ptl_groups *groups, const struct ptl_control *message);

/* Whether the host hears this frame. Those to one station, and to all, it always does. */
bool ptl_groups_pass(const struct ptl_groups *groups, const uint8_t *frame, size_t n);

#endif
