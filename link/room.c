/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Room in the queues: who was told that there is none hears when there is some again.
 * What makes room is an acknowledgement (frame_rx.c), or a session that begins with less
 * than the last one had (session.c).
 */
#include "state.h"

void ptl_frame_room(struct ptl_link *link)
{
	struct queue *queue = &link->queue;

	if (!link->session.up)
		return;
	if (queue->was_full && ptl_queue_has_room(queue)) {
		queue->was_full = false;
		if (link->events.room)
			link->events.room(link->events.user);
	}
	if (queue->messages_full && ptl_queue_has_control_room(queue)) {
		queue->messages_full = false;
		/* Ours may be the answers that found no room. */
		if (!link->events.control)
			link->resume_due = receiver_of(link, PTL_CLASS_CONTROL)->refused;
		if (link->events.control_room)
			link->events.control_room(link->events.user);
	}
}
