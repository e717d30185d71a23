/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small endpoint of its own hears the bytes, says nothing, and is forgotten. What
 * passes its checks (of a Pigtail frame the CRC, of others lengths and checksums) counts
 * as a frame; to the link itself, which is in the middle of another conversation, nothing
 * happens.
 */
#include "host/run/sense.h"

#include <stdlib.h>

static bool drop_packet(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	(void)packet;
	(void)n;
	return true;
}

bool sense_in(const struct ptl_framing *framing, enum ptl_role role, uint16_t max_packet,
	      const uint8_t *bytes, size_t n)
{
	const struct ptl_events events = {.packet = drop_packet};
	struct ptl_endpoint *endpoint;
	struct ptl_config config;
	bool sense = false;
	void *memory;
	size_t size;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.role = role;
	config.max_packet = max_packet;
	config.tx_packets = 4;
	config.nonce = 1;
	config.ssid = "none";
	config.password = "none none";
	size = framing->size(&config);
	memory = size ? aligned_alloc(64, (size + 63) & ~(size_t)63) : NULL;
	if (memory && framing->init(memory, size, &config, &events, 0, &endpoint) == PTL_OK) {
		framing->receive(endpoint, 0, bytes, n);
		sense = framing->counters(endpoint)->rx_frames > 0;
	}
	free(memory);
	return sense;
}
