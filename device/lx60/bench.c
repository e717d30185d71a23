/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a byte costs on the lx106: two links joined in memory, of which one is the
 * device's. Only the time inside of its functions is counted, by CCOUNT. QEMU's
 * `-icount shift=5` makes an instruction 1.28 of CCOUNT's cycles, always: the numbers
 * are instructions, not cycles of a chip, and the same at each run.
 *
 * Then the parts that touch each byte, on their own. Each row is printed to the UART as JSON;
 * at the end the board resets, which with -no-reboot ends QEMU.
 */
#include "boot.h"
#include "chip.h"
#include "clock.h"
#include "memory.h"
#include <pigtail/text.h>
#include "uart.h"

#include <pigtail/link.h>

#include <string.h>

#include "link/cobs.h"
#include "link/crc32c.h"

#define PACKET 1514u
#define CHUNK  128u
#define BYTES  120000u
#define WARM   20000u
/* The other end is no part of the chip: it may lie beyond the chip's memory. */
#define OTHER_MEMORY ((uint8_t *)0x60000000u)
#define OTHER_BYTES  0x100000u

enum way {
	TRANSMIT = 1,
	RECEIVE = 2,
	BOTH = TRANSMIT | RECEIVE,
};

struct end {
	struct ptl_link *link;
	size_t taken;	   /* packet bytes given to its reader */
	uint32_t cycles;   /* inside of its functions */
	uint32_t sequence; /* of its TCP */
};

static uint8_t packet[PACKET];

static void say(const char *text, size_t n)
{
	uart_write_now((const uint8_t *)text, n);
}

/* A TCP segment, whose headers compress; text: its payload as well. */
static void make_packet(struct end *end, bool text)
{
	static const uint8_t head[54] = {2,  0,	   0,	 0,    0,    1, 2,    0, 0,  0,	   0,
					 2,  8,	   0,	 0x45, 0,    5, 0xdc, 0, 0,  0x40, 0,
					 64, 6,	   0,	 0,    10,   0, 0,    1, 10, 0,	   0,
					 2,  0x14, 0x51, 0x9c, 0x40, 0, 0,    0, 0,  0,	   0,
					 0,  1,	   0x50, 0x10, 0x10, 0, 0,    0, 0,  0};
	static uint32_t x = 1;
	uint32_t sum = 0;

	memcpy(packet, head, sizeof(head));
	packet[18] = (uint8_t)(end->sequence >> 16); /* identification: any */
	packet[19] = (uint8_t)(end->sequence >> 8);
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	packet[24] = (uint8_t)(sum >> 8);
	packet[25] = (uint8_t)sum;
	for (int i = 0; i < 4; i++)
		packet[38 + i] = (uint8_t)(end->sequence >> (24 - 8 * i));
	end->sequence += PACKET - sizeof(head);
	for (size_t i = sizeof(head); i < PACKET; i++) {
		x = x * 1664525u + 1013904223u;
		packet[i] = (uint8_t)(x >> 24);
		if (text)
			packet[i] = (uint8_t) "{\"sensor\": 17, \"celsius\": 2"[i % 27];
		if (text && i % 27 == 26)
			packet[i] = (uint8_t)('0' + (x >> 28) % 10);
	}
}

static bool on_packet(void *user, const uint8_t *bytes, size_t n)
{
	(void)bytes;
	((struct end *)user)->taken += n;
	return true;
}

static void send(struct end *end, ptl_time now, bool text)
{
	struct ptl_info info;
	uint32_t began;

	ptl_link_info(end->link, &info);
	if (info.queued >= 2)
		return;
	make_packet(end, text);
	began = chip_ccount();
	(void)ptl_link_send(end->link, now, packet, PACKET);
	end->cycles += chip_ccount() - began;
}

static void carry(struct end *from, struct end *to, ptl_time now)
{
	uint8_t chunk[CHUNK];
	uint32_t began = chip_ccount();
	size_t n = ptl_link_transmit(from->link, now, chunk, sizeof(chunk));
	uint32_t middle = chip_ccount();

	from->cycles += middle - began;
	if (n == 0)
		return;
	ptl_link_receive(to->link, now, chunk, n);
	to->cycles += chip_ccount() - middle;
}

static void move(struct end ends[2], enum way way, bool text, ptl_time *now, size_t bytes)
{
	size_t *count = way & RECEIVE ? &ends[0].taken : &ends[1].taken;
	size_t until = *count + bytes;

	while (*count < until) {
		if (way & TRANSMIT)
			send(&ends[0], *now, text);
		if (way & RECEIVE)
			send(&ends[1], *now, text);
		carry(&ends[0], &ends[1], *now);
		carry(&ends[1], &ends[0], *now);
		*now += 430; /* a chunk at 3 Mbaud */
		clock_feed_watchdog();
	}
}

static void say_row(const char *what, enum way way, bool text, size_t memory, uint32_t per_byte)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "{\"config\":\"");
	ptl_text_add(&line, what);
	ptl_text_add(&line, "\",\"way\":\"");
	ptl_text_add(&line, way == BOTH ? "both" : way == RECEIVE ? "receive" : "transmit");
	ptl_text_add(&line, text ? "\",\"data\":\"text\"" : "\",\"data\":\"random\"");
	ptl_text_add(&line, ",\"ram\":");
	ptl_text_add_number(&line, (uint32_t)memory);
	ptl_text_add(&line, ",\"instructions_100\":");
	ptl_text_add_number(&line, per_byte);
	ptl_text_add(&line, "}\n");
	say(line.at, line.n);
}

static bool open_end(struct end *end, void *memory, size_t size, struct ptl_config *config)
{
	const struct ptl_events events = {.user = end, .packet = on_packet};

	memset(end, 0, sizeof(*end));
	config->nonce++;
	return ptl_link_init(memory, size, config, &events, 1, &end->link) == PTL_OK;
}

static void run(const char *what, const struct ptl_config *wanted, enum way way, bool text)
{
	struct ptl_config config = *wanted;
	struct end ends[2];
	ptl_time now = 1000000;
	size_t before;

	config.nonce = 1;
	if (!open_end(&ends[0], memory_start, memory_bytes(), &config) ||
	    !open_end(&ends[1], OTHER_MEMORY, OTHER_BYTES, &config)) {
		say("no memory\n", 10);
		return;
	}
	move(ends, way, text, &now, WARM);
	ends[0].cycles = 0;
	before = ends[0].taken + ends[1].taken;
	move(ends, way, text, &now, BYTES);
	/* Cycles times 25/32 are instructions. */
	say_row(what, way, text, ptl_link_size(&config),
		ends[0].cycles / 32 * 25 /
			((uint32_t)(ends[0].taken + ends[1].taken - before) / 100));
}

/* ---- the parts ---- */

static uint8_t encoded[COBS_MAX(PACKET) + 1];
static uint8_t decoded[PACKET];
static size_t encoded_n;

static void part_crc(void)
{
	static volatile uint32_t sink;

	sink = ptl_crc32c_add(CRC32C_START, packet, PACKET);
	(void)sink;
}

static void part_encode(void)
{
	struct cobs_encoder encoder;

	ptl_cobs_begin(&encoder, encoded);
	ptl_cobs_put(&encoder, packet, PACKET);
	encoded_n = ptl_cobs_end(&encoder);
}

static void part_decode(void)
{
	struct cobs_decoder decoder = {.out = decoded, .room = sizeof(decoded)};

	ptl_cobs_reset(&decoder);
	for (size_t at = 0; at < encoded_n; at += CHUNK)
		ptl_cobs_take(&decoder, encoded + at,
			      encoded_n - at < CHUNK ? encoded_n - at : CHUNK);
}

static void part_copy(void)
{
	memcpy(decoded, packet, PACKET);
}

static void run_parts(struct end *end)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {{"CRC-32C", part_crc},
		     {"COBS encode", part_encode},
		     {"COBS decode", part_decode},
		     {"memcpy", part_copy}};

	make_packet(end, false);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		uint32_t cycles = chip_ccount();
		struct ptl_text line;

		parts[i].run();
		cycles = chip_ccount() - cycles;
		ptl_text_clear(&line);
		ptl_text_add(&line, "{\"part\":\"");
		ptl_text_add(&line, parts[i].name);
		ptl_text_add(&line, "\",\"instructions_100\":");
		ptl_text_add_number(&line, cycles * 25 / 32 * 100 / PACKET);
		ptl_text_add(&line, "}\n");
		say(line.at, line.n);
	}
}

void board_main(const struct boot_tag *tags)
{
	static const struct {
		const char *name;
		uint8_t contexts, history;
	} configs[] = {{"plain", 0, 0}, {"headers", 4, 0}, {"lz4", 4, 11}};

	(void)tags;
	clock_start();
	for (unsigned i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct ptl_config config;

		ptl_config_default(&config, PTL_PROFILE_MCU);
		config.baud = 3000000;
		config.contexts = configs[i].contexts;
		config.history[0] = config.history[1] = configs[i].history;
		for (enum way way = TRANSMIT; way <= BOTH; way++)
			run(configs[i].name, &config, way, false);
		if (configs[i].history)
			for (enum way way = TRANSMIT; way <= BOTH; way++)
				run(configs[i].name, &config, way, true);
	}
	run_parts(&(struct end){0});
	for (;;)
		BOARD_RESET = RESET_MAGIC;
}
