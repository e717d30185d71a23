/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_hostile TTY SECONDS SEED: a peer that means harm, for a guest. It shakes hands as
 * SPEC 7.1 wants it, and then sends what the SPEC forbids, all of it with a right check:
 * a table of kinds below, in random order. When the other end begins a new session for
 * it, it shakes hands again. It stands on link/'s COBS and CRC, and on nothing else.
 */
#include "link/bytes.h"
#include "link/cobs.h"
#include "link/crc32c.h"
#include "sim/prng.h"

#include <pigtail/wire.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONTENT_MAX 12000

static int tty;
static struct prng prng;
static uint32_t own_nonce, peer_nonce;
static bool up;
static uint16_t next_number; /* of class bulk */
static unsigned long hellos, sent;

static uint8_t decoded[4096];
static struct cobs_decoder decoder = {.out = decoded, .room = sizeof(decoded)};

static void write_all(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(tty, bytes, n);

		if (wrote <= 0) {
			perror("vm_hostile: write");
			exit(1);
		}
		bytes += wrote;
		n -= (size_t)wrote;
	}
}

/* content has room for the check. */
static void send_content(uint8_t *content, size_t n, enum ptl_ending ending)
{
	static const uint32_t xors[PTL_ENDINGS] = PTL_CHECK_XORS;
	static uint8_t wire[COBS_MAX(CONTENT_MAX) + 2];
	struct cobs_encoder encoder;
	size_t length;

	put_le32(content + n,
		 crc32c_end(ptl_crc32c_add(CRC32C_START, content, n)) ^ xors[ending]);
	ptl_cobs_begin(&encoder, wire);
	ptl_cobs_put(&encoder, content, n + PTL_CHECK_BYTES);
	length = ptl_cobs_end(&encoder);
	wire[length++] = PTL_DELIMITER;
	write_all(wire, length);
	sent++;
}

static void send_frame(enum ptl_class class, unsigned number, const uint8_t *payload, size_t n,
		       enum ptl_ending ending)
{
	static uint8_t content[CONTENT_MAX];

	put_le16(content, (uint16_t)(class << PTL_CLASS_SHIFT | (number & PTL_NUMBER_MASK)));
	memcpy(content + PTL_HEADER_BYTES, payload, n);
	send_content(content, PTL_HEADER_BYTES + n, ending);
}

static void send_hello(bool want_reply)
{
	static const uint8_t options[] = {PTL_OPTION_CONTEXTS, 2, 16, 16,
					  PTL_OPTION_HISTORY,  2, 12, 12};
	uint8_t hello[PTL_HELLO_BYTES + sizeof(options)] = {PTL_WIRE_VERSION, PTL_WIRE_VERSION};

	hello[PTL_HELLO_FLAGS] =
		(uint8_t)(PTL_HELLO_DEVICE | (want_reply ? PTL_HELLO_WANT_REPLY : 0));
	put_le32(hello + PTL_HELLO_NONCE, own_nonce);
	put_le32(hello + PTL_HELLO_SEEN, peer_nonce);
	put_le32(hello + PTL_HELLO_CAPS,
		 PTL_CAP_HEADER_COMPRESSION | PTL_CAP_PAYLOAD_COMPRESSION);
	put_le16(hello + PTL_HELLO_MAX_PACKET, 1518);
	for (size_t i = 0; i < 3; i++)
		put_le16(hello + PTL_HELLO_WINDOWS + 2 * i, 512);
	memcpy(hello + PTL_HELLO_BYTES, options, sizeof(options));
	hello[PTL_HELLO_MAC] = 2;
	hello[PTL_HELLO_MAC + 5] = 99;
	send_frame(PTL_CLASS_LINK, PTL_MSG_HELLO, hello, sizeof(hello), PTL_ENDS);
	hellos++;
}

/* ---- kinds of harm ---- */

static uint8_t noise[CONTENT_MAX];

static size_t below(size_t n)
{
	return prng_below(&prng, n);
}

static void make_noise(size_t n)
{
	for (size_t i = 0; i < n; i++)
		noise[i] = (uint8_t)below(256);
}

/* Numbered as it should be, so that it is taken for what it says. */
static void send_next(size_t n, enum ptl_ending ending)
{
	send_frame(PTL_CLASS_BULK, next_number, noise, n, ending);
	next_number = (uint16_t)((next_number + PTL_CELLS(n)) & PTL_NUMBER_MASK);
}

static void longer_than_agreed(void)
{
	make_noise(8);
	/* Not packed: the octet of SPEC 9.2 for an unchanged packet is 0. */
	noise[0] = 0;
	send_next(1520 + below(60), PTL_ENDS);
}

static void far_too_long(void)
{
	make_noise(64);
	send_next(4000 + below(6000), PTL_ENDS);
}

static void never_ending(void)
{
	for (int i = 0; i < 8; i++)
		send_next(1024, PTL_GOES_ON);
}

static void acks_of_nothing(void)
{
	uint8_t content[64];
	size_t ranges = below(16);

	put_le16(content, PTL_HEADER_ACKS | PTL_MSG_ACK);
	content[2] = (uint8_t)((1 + below(3)) << PTL_ACK_CLASS_SHIFT | ranges);
	put_le16(content + 3, (uint16_t)below(0x2000));
	for (size_t i = 0; i < 2 * ranges; i++)
		content[5 + i] = (uint8_t)below(64);
	send_content(content, 5 + 2 * ranges, PTL_ENDS);
}

static void beyond_credit(void)
{
	send_frame(PTL_CLASS_BULK, next_number + 3000u, noise, 32, PTL_ENDS);
}

static void unknown_message(void)
{
	send_frame(PTL_CLASS_LINK, (unsigned)(6 + below(250)), noise, below(64), PTL_ENDS);
}

static void unknown_control(void)
{
	static unsigned number;

	make_noise(64);
	send_frame(PTL_CLASS_CONTROL, number++, noise, 1 + below(31), PTL_ENDS);
}

static void packed_rubbish(void)
{
	size_t n = 1 + below(1000);

	make_noise(n);
	send_next(n, PTL_ENDS_PACKED);
}

static void headers_of_rubbish(void)
{
	size_t n = 1 + below(60);

	make_noise(n);
	send_next(n, PTL_ENDS);
}

static void ping_without_token(void)
{
	send_frame(PTL_CLASS_LINK, PTL_MSG_PING, noise, below(4), PTL_ENDS);
}

static void hello_cut_short(void)
{
	make_noise(64);
	send_frame(PTL_CLASS_LINK, PTL_MSG_HELLO, noise, below(PTL_HELLO_BYTES), PTL_ENDS);
}

static void nothing(void)
{
	send_frame(PTL_CLASS_BULK, next_number, noise, 0, PTL_ENDS);
}

static void anything(void)
{
	uint8_t content[300];
	size_t n = 2 + below(sizeof(content) - 8);

	for (size_t i = 0; i < n; i++)
		content[i] = (uint8_t)below(256);
	send_content(content, n, (enum ptl_ending)below(PTL_ENDINGS));
}

static void (*const harms[])(void) = {
	longer_than_agreed, far_too_long,    never_ending,	 acks_of_nothing,
	beyond_credit,	    unknown_message, unknown_control,	 packed_rubbish,
	headers_of_rubbish, hello_cut_short, ping_without_token, nothing,
	anything,
};

/* ---- the part of an honest peer ---- */

static void take_frame(const uint8_t *content, size_t n)
{
	uint32_t seen;

	if (n < PTL_HEADER_BYTES + PTL_HELLO_BYTES + PTL_CHECK_BYTES ||
	    (get_le16(content) & ~PTL_HEADER_ACKS) != PTL_MSG_HELLO)
		return;
	content += PTL_HEADER_BYTES;
	seen = get_le32(content + PTL_HELLO_SEEN);
	if (get_le32(content + PTL_HELLO_NONCE) != peer_nonce) {
		peer_nonce = get_le32(content + PTL_HELLO_NONCE);
		next_number = 0;
		up = false;
	}
	if (seen == own_nonce)
		up = true;
	if (content[PTL_HELLO_FLAGS] & PTL_HELLO_WANT_REPLY)
		send_hello(!up);
}

static void listen_for(int milliseconds)
{
	struct pollfd wait = {.fd = tty, .events = POLLIN};
	uint8_t bytes[512];
	ssize_t n;
	size_t at = 0;

	if (poll(&wait, 1, milliseconds) <= 0)
		return;
	n = read(tty, bytes, sizeof(bytes));
	while (n > 0 && at < (size_t)n) {
		at += ptl_cobs_take(&decoder, bytes + at, (size_t)n - at);
		if (at < (size_t)n && bytes[at] == PTL_DELIMITER) {
			at++;
			take_frame(decoded, decoder.n);
			ptl_cobs_reset(&decoder);
		}
	}
}

int main(int argc, char **argv)
{
	time_t until;

	if (argc != 4) {
		(void)fprintf(stderr, "Usage: vm_hostile TTY SECONDS SEED\n");
		return 2;
	}
	tty = open(argv[1], O_RDWR | O_NOCTTY);
	if (tty < 0) {
		perror(argv[1]);
		return 1;
	}
	(void)printf("seed %s\n", argv[3]);
	prng = prng_seed(strtoul(argv[3], NULL, 0), 0);
	own_nonce = 1 + (uint32_t)below(0x7fffffff);
	until = time(NULL) + atoi(argv[2]);
	ptl_cobs_reset(&decoder);
	while (time(NULL) < until) {
		if (!up) {
			send_hello(true);
			listen_for(50);
			continue;
		}
		harms[below(sizeof(harms) / sizeof(harms[0]))]();
		listen_for(0);
	}
	(void)printf("%lu frames, %lu of them hellos\n", sent, hellos);
	return 0;
}
