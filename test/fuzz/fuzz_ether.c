/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shim between Ethernet and IP, in all four combinations. The input is a list of
 * packets: a byte of length and direction, then the packet. What comes out must be
 * of the right kind, and fit.
 */
#include "require.h"

#include <pigtail/ether.h>

#include <stdlib.h>
#include <string.h>

enum { SCRATCH = 256 };

struct watch {
	const struct ptl_ether_config *config;
	unsigned out;
};

static void look(enum ptl_payload kind, bool same, const uint8_t *packet, size_t n)
{
	REQUIRE(same || n >= (kind == PTL_ETHERNET ? PTL_ETHER_HEADER + 20u : 20u));
	if (!same && kind == PTL_IP)
		REQUIRE(packet[0] >> 4 == 4 || packet[0] >> 4 == 6);
	for (size_t i = 0; i < n; i++) /* all of it can be read */
		REQUIRE((unsigned)packet[i] < 256);
}

static void to_net(void *user, const uint8_t *packet, size_t n)
{
	struct watch *watch = user;

	look(watch->config->net, watch->config->net == watch->config->link, packet, n);
	watch->out++;
}

static void to_link(void *user, const uint8_t *packet, size_t n)
{
	struct watch *watch = user;

	look(watch->config->link, watch->config->net == watch->config->link, packet, n);
	watch->out++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct watch watch = {0};
	struct ptl_ether_config config = {
		.own_mac = {2, 0, 0, 0, 0, 1},
		.user = &watch,
		.to_net = to_net,
		.to_link = to_link,
	};
	struct ptl_ether *ether = malloc(sizeof(*ether));
	uint8_t *scratch = malloc(SCRATCH);

	REQUIRE(ether && scratch);
	if (n) {
		config.net = data[0] & 1 ? PTL_IP : PTL_ETHERNET;
		config.link = data[0] & 2 ? PTL_IP : PTL_ETHERNET;
		config.peer_mac[0] = data[0] & 4 ? 2 : 0;
		data++;
		n--;
	}
	watch.config = &config;
	REQUIRE(ptl_ether_init(ether, &config, scratch, SCRATCH));
	while (n--) {
		uint8_t head = *data++;
		size_t length = (size_t)(head >> 1) * 2;
		uint8_t *copy;

		if (length > n)
			length = n;
		copy = malloc(length ? length : 1);
		REQUIRE(copy);
		memcpy(copy, data, length);
		data += length;
		n -= length;
		watch.out = 0;
		if (head & 1)
			ptl_ether_from_link(ether, copy, length);
		else
			ptl_ether_from_net(ether, copy, length);
		REQUIRE(watch.out <= 2); /* a question and the packet at most */
		REQUIRE(ether->own4_count <= PTL_ETHER_OWN4);
		REQUIRE(ether->own6_count <= PTL_ETHER_OWN6);
		free(copy);
	}
	free(scratch);
	free(ether);
	return 0;
}
