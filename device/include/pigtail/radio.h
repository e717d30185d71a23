/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: what is on the other side of the device than the UART: a Wi-Fi MAC, an
 * Ethernet MAC, or an IP stack on the device itself. It takes and gives Ethernet
 * frames without FCS. Called from the main loop only; nothing blocks.
 *
 * In the other direction the target calls device_from_radio(), from its main loop
 * (poll() is the place), never from an interrupt, and not from within send() or
 * host_up().
 */
#ifndef PIGTAIL_RADIO_H
#define PIGTAIL_RADIO_H

#include <pigtail/endpoint.h>

struct ptl_radio {
	void *user;

	/* Sends a frame; it copies. false: no room now. It is offered again when
	 * device_radio_room() has been called, and dropped when that takes long. */
	bool (*send)(void *user, const uint8_t *frame, size_t n);

	/* Gives what has arrived to device_from_radio(), and runs timers of its
	 * own; returns when it wants to be called next at the latest (PTL_NEVER:
	 * when something arrives). Called in each device_poll(). */
	ptl_time (*poll)(void *user, ptl_time now);

	/* device_from_radio() said PTL_FULL, and may succeed now. May be NULL. */
	void (*room)(void *user);

	/* The host's side is there or not. mac: of the host's interface, all 0
	 * if it is gone or doesn't say. A radio that can have any address may
	 * take this one for its own. true again after true: it restarted.
	 * May be NULL. */
	void (*host_up)(void *user, bool up, const uint8_t mac[6]);
};

#endif
