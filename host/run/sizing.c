/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The profile is made for 921600 baud and more. A slower line needs less to be kept
 * busy: what it could only send many seconds later need not wait here, and what can be
 * on its way is bounded by its rate.
 *
 * The history of payload compression stays as it is at any rate. It is most of what is
 * left, but half of it would cost 4 to 5 % of the goodput of text.
 */
#include "host/run/sizing.h"

#include <pigtail/wire.h>

/* Long packets: eight seconds of the line. Short ones need not come near that. */
#define BAUD_A_PACKET 1800u
#define PACKETS_MIN   128u

/* Received and not yet in order, or not yet taken: half a second of the line. */
#define WINDOWS_A_SECOND 2u
#define WINDOW_MIN_BYTES 8192u

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* A power of two, enough for a packet and for n bytes; `most` is one too. */
static uint16_t window(const struct ptl_config *config, uint32_t n, uint16_t most)
{
	uint32_t bytes = WINDOW_MIN_BYTES;
	uint32_t packet = PTL_WINDOW_MIN(config->max_packet) * PTL_CELL_BYTES;

	while (bytes < most && (bytes < n || bytes < packet))
		bytes *= 2;
	return (uint16_t)least(bytes, most);
}

void sizing_by_rate(struct ptl_config *config, uint32_t baud)
{
	uint32_t packets = baud / BAUD_A_PACKET;
	uint32_t line = baud / 10 / WINDOWS_A_SECOND;

	if (packets < PACKETS_MIN)
		packets = PACKETS_MIN;
	packets = least(packets, config->tx_packets);
	/* A packet may take more than one block. */
	config->tx_blocks =
		(uint16_t)((uint32_t)config->tx_blocks * packets / config->tx_packets);
	config->tx_packets = (uint16_t)packets;
	config->rx_window[1] = window(config, line / 2, config->rx_window[1]);
	config->rx_window[2] = window(config, line, config->rx_window[2]);
}
