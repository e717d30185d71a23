/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole core: two links joined in memory, both saturated, so one of each is
 * sent and received by one CPU. A byte of a packet goes through the core twice, out
 * of one end and into the other.
 */
#include <stdlib.h>
#include <string.h>

#include "micro.h"

#define CHUNK  512u /* as a tty gives and takes them */
#define CHUNKS 32

struct end {
	struct ptl_link *link;
	void *memory;
	uint32_t next; /* segment to send */
	uint8_t packet[PACKET];
};

static uint32_t delivered;
static uint64_t sending, transmitting, receiving, on_wire, packet_bytes;

static bool on_packet(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	(void)bytes;
	delivered++;
	packet_bytes += n;
	return true;
}

static void open_end(struct end *end, const struct row *row, uint32_t nonce, ptl_time now)
{
	const struct ptl_events events = {.packet = on_packet};
	struct ptl_config config;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.nonce = nonce;
	config.baud = 10000000;
	config.drop_when_full = false;
	config.codel = false;
	if (!row->compress) {
		config.contexts = 0;
		memset(config.history, 0, sizeof(config.history));
	}
	end->next = 0;
	end->memory = malloc(ptl_link_size(&config));
	if (!end->memory || ptl_link_init(end->memory, ptl_link_size(&config), &config, &events,
					  now, &end->link) != PTL_OK)
		exit(1);
	data_segment(row->content, 0, end->packet);
}

static void fill_queue(struct end *end, const struct row *row, ptl_time now)
{
	uint64_t before = cycles();

	while (ptl_link_send(end->link, now, end->packet, PACKET) == PTL_OK) {
		sending += cycles() - before;
		data_segment(row->content, ++end->next, end->packet);
		before = cycles();
	}
}

static void carry(struct end *from, struct end *to, ptl_time now)
{
	uint8_t chunk[CHUNK];

	for (int i = 0; i < CHUNKS; i++) {
		uint64_t before = cycles(), between;
		size_t n = ptl_link_transmit(from->link, now, chunk, sizeof(chunk));

		between = cycles();
		transmitting += between - before;
		if (n == 0)
			return;
		ptl_link_receive(to->link, now, chunk, n);
		receiving += cycles() - between;
		on_wire += n;
	}
}

static void turn(struct end *ends, const struct row *row, ptl_time now)
{
	for (int i = 0; i < 2; i++) {
		fill_queue(&ends[i], row, now);
		carry(&ends[i], &ends[!i], now);
	}
}

void run_core(const struct row *row, uint32_t packets, void (*start)(void))
{
	struct end ends[2];
	ptl_time now = 1000000;

	for (uint32_t i = 0; i < 2; i++)
		open_end(&ends[i], row, i + 1, now);
	delivered = 0;
	/* Up, and the first packets, which are not like the others. */
	for (; delivered < 100; now += 200)
		turn(ends, row, now);
	delivered = 0;
	sending = transmitting = receiving = on_wire = packet_bytes = 0;
	start();
	for (; delivered < packets; now += 200)
		turn(ends, row, now);
	for (int i = 0; i < 2; i++)
		free(ends[i].memory);
}

struct core_profile core_profile(void)
{
	double all = (double)(sending + transmitting + receiving);

	return (struct core_profile){.send = (double)sending / all,
				     .transmit = (double)transmitting / all,
				     .receive = (double)receiving / all,
				     .wire = (double)on_wire / (double)packet_bytes};
}
