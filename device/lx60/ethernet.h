/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's OpenCores Ethernet MAC. See ethernet.c. */
#ifndef PIGTAIL_LX60_ETHERNET_H
#define PIGTAIL_LX60_ETHERNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ETHERNET_FRAME 1536u /* bytes of a buffer: a multiple of 4 */

/* Called from ethernet_poll(), frame() from ethernet_resume() too. */
struct ethernet_events {
	/* A frame came, without its FCS. false: there is no room for it now; it is given
	 * again after ethernet_resume(). */
	bool (*frame)(const uint8_t *frame, size_t n);

	/* ethernet_buffer() said NULL, and may have one now. */
	void (*room)(void);

	/* Frames were lost for want of a buffer. */
	void (*missed)(void);
};

/* buffer: tx_frames and rx_frames of them, aligned for words; they stay the MAC's. */
void ethernet_start(const struct ethernet_events *events, const uint8_t mac[6],
		    uint8_t (*buffer)[ETHERNET_FRAME], uint32_t tx_frames, uint32_t rx_frames);

void ethernet_set_mac(const uint8_t mac[6]);

/* From now on frames to any address are received. */
void ethernet_hear_all(void);

/* Where the next frame is to be put, NULL: all are on their way; then its length. */
uint8_t *ethernet_buffer(void);
void ethernet_send(size_t n);

void ethernet_poll(void);
void ethernet_resume(void);

#endif
