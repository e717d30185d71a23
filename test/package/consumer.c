/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Somebody else's program with the library in it: two links, wired to each other, in
 * virtual time. Says "ok" when a hundred packets went across.
 */
#include <pigtail/link.h>
#include <pigtail/pacer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int arrived;

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	if (n == 200 && packet[14] == (uint8_t)arrived)
		arrived++;
	return true;
}

static struct ptl_link *make(enum ptl_role role, uint32_t nonce)
{
	const struct ptl_events events = {.packet = on_packet};
	struct ptl_config config;
	struct ptl_link *link = NULL;

	ptl_config_default(&config, PTL_PROFILE_MCU);
	config.role = role;
	config.nonce = nonce;
	if (ptl_link_init(malloc(ptl_link_size(&config)), ptl_link_size(&config), &config,
			  &events, 0, &link) != PTL_OK)
		exit(1);
	return link;
}

int main(void)
{
	struct ptl_link *ends[2] = {make(PTL_HOST, 1), make(PTL_DEVICE, 2)};
	unsigned int sent = 0;

	for (ptl_time now = 0; now < 10000000 && arrived < 100; now += 1000) {
		uint8_t packet[200] = {0}, bytes[64];

		packet[14] = (uint8_t)sent;
		if (sent < 100 && ptl_link_send(ends[0], now, packet, sizeof(packet)) == PTL_OK)
			sent++;
		for (int i = 0; i < 2; i++) {
			size_t n = ptl_link_transmit(ends[i], now, bytes, sizeof(bytes));

			ptl_link_receive(ends[1 - i], now, bytes, n);
		}
	}
	if (arrived != 100) {
		(void)printf("%u of %u packets arrived\n", arrived, sent);
		return 1;
	}
	return puts("ok") < 0;
}
