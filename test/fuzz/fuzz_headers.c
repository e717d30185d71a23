/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Header compression both ways, by the first byte of the input. Odd: the rest
 * describes packets, each made from an earlier one by changes, and every one
 * has to come out as it went in. Even: the rest is packets of a hostile
 * compressor, which must not be read past their end, nor give headers that a
 * decompressor could not hold. Each buffer is a block of its own, so that the
 * sanitizer sees every byte out of bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "link/headers_format.h"

#define ROOM  300
#define SLOTS 8

struct input {
	const uint8_t *next;
	size_t left;
};

static uint8_t take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->next++;
}

/* Headers of all kinds, without their lengths and checksums. */
static void first_packet(uint8_t *p, unsigned kind)
{
	static const uint8_t next[SLOTS] = {6, 6, 17, 1, 6, 6, 17, 58};
	size_t at;

	memset(p, 0, ROOM);
	ptl_put_be16(p + ETHERTYPE, kind < 4 ? 0x0800 : 0x86dd);
	p[IP4_FIRST] = kind < 4 ? 0x45 : 0x60;
	p[kind < 4 ? IP4_NEXT : IP6_NEXT] = next[kind];
	at = transport_at(p);
	if (next[kind] == NEXT_TCP) {
		p[at + TCP_OFFSET] = kind & 1 ? 0x80 : 0x50;
		memcpy(p + at + TCP_OPTIONS, "\1\1\10\12", 4);
	} else if (next[kind] == NEXT_ICMP6) {
		p[at] = 128;
	}
}

static void fix_lengths(uint8_t *p, size_t end)
{
	size_t at = transport_at(p);

	if (end < at + SHORT_BYTES)
		return;
	if (next_header(p) == NEXT_UDP)
		ptl_put_be16(p + at + UDP_LENGTH, end - at);
	if (is_ip4(p)) {
		ptl_put_be16(p + IP4_LENGTH, end - ETHER_BYTES);
		ptl_put_be16(p + IP4_CHECK, ptl_headers_ip4_checksum(p));
	} else {
		ptl_put_be16(p + IP6_LENGTH, end - IP6_END);
	}
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void one_packet(struct headers *tx, struct headers *rx, const uint8_t *p, size_t length)
{
	uint8_t *packet = malloc(length + 1), *out = malloc(HEADERS_MAX + 1);
	uint8_t *back = malloc(HEADERS_MAX), *wire;
	size_t made, consumed, rest, again;
	struct headers_update update;
	int got;

	memcpy(packet, p, length);
	made = ptl_headers_compress(tx, packet, length, length, out, &consumed);
	require(consumed <= length && made >= 1 && made <= consumed + 1);
	rest = length - consumed;
	wire = malloc(made + rest);
	memcpy(wire, out, made);
	memcpy(wire + made, packet + consumed, rest);
	got = ptl_headers_decompress(rx, wire, made + rest, made + rest, back, &again, &update);
	require(got >= 0 && (size_t)got == consumed && again == made);
	require(memcmp(back, packet, consumed) == 0);
	ptl_headers_commit(rx, &update);
	free(packet);
	free(out);
	free(back);
	free(wire);
}

static void round_trip(struct headers *tx, struct headers *rx, struct input *in)
{
	uint8_t packets[SLOTS][ROOM];

	for (unsigned i = 0; i < SLOTS; i++)
		first_packet(packets[i], i);
	while (in->left > 0) {
		uint8_t what = take(in);
		uint8_t *p = packets[what % SLOTS];
		size_t length = ETHER_BYTES + take(in);

		for (unsigned changes = what >> 3 & 3; changes > 0; changes--) {
			uint8_t at = take(in);

			p[at] = (uint8_t)(p[at] + take(in));
		}
		if (what & 0x20)
			memcpy(packets[take(in) % SLOTS], p, ROOM);
		if (what & 0x40)
			fix_lengths(p, length);
		if (what & 0x80)
			length += take(in) % 30; /* a trailer */
		one_packet(tx, rx, p, min_size(length, ROOM));
	}
}

static void hostile(struct headers *rx, struct input *in)
{
	while (in->left > 0) {
		uint8_t what = take(in);
		size_t n = min_size(in->left, what & 0x7f);
		uint8_t *wire = malloc(n + 1), *back = malloc(HEADERS_MAX);
		uint8_t whole[ROOM];
		struct headers_update update;
		size_t consumed;
		int got;

		memcpy(wire + 1, in->next, n);
		in->next += n;
		in->left -= n;
		got = ptl_headers_decompress(rx, wire + 1, n, n, back, &consumed, &update);
		if (got >= 0) {
			require(got <= HEADERS_MAX && consumed <= n);
			memcpy(whole, back, (size_t)got);
			memcpy(whole + got, wire + 1 + consumed, n - consumed);
			if (update.context != HEADERS_NO_CONTEXT)
				require(ptl_headers_shape(whole, ROOM,
							  n - consumed + (size_t)got) ==
					update.length);
			if (what & 0x80)
				ptl_headers_commit(rx, &update);
		} else {
			require(update.context == HEADERS_NO_CONTEXT);
		}
		free(wire);
		free(back);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = {data, n};
	uint8_t mode = take(&in);
	unsigned contexts = (mode >> 1) % (HEADERS_MAX_CONTEXTS + 1);
	void *tx_memory = malloc(ptl_headers_memory(contexts) + 1);
	void *rx_memory = malloc(ptl_headers_memory(contexts) + 1);
	struct headers tx, rx;

	ptl_headers_init(&tx, tx_memory, contexts);
	ptl_headers_init(&rx, rx_memory, contexts);
	if (mode & 1) {
		round_trip(&tx, &rx, &in);
	} else {
		for (unsigned i = 0; i < SLOTS; i++) {
			uint8_t p[ROOM];

			first_packet(p, i);
			fix_lengths(p, 120);
			one_packet(&tx, &rx, p, 120);
		}
		hostile(&rx, &in);
	}
	free(tx_memory);
	free(rx_memory);
	return 0;
}
