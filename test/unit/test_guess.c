/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guess of what the other end speaks: right for what real peers say first, for
 * every chunking and after noise; silent on noise, however long.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pigtail/guess.h>

#include <stdio.h>
#include <time.h>

#include "packets.h"

#define TEXT PTL_GUESS_TEXT

static struct ptl_guess guess;
static uint8_t stream[16384];

static const char *feed(const uint8_t *bytes, size_t n, size_t chunk)
{
	const char *name = NULL;

	while (n) {
		size_t part = chunk < n ? chunk : n;
		const char *found = ptl_guess_feed(&guess, bytes, part);

		name = found ? found : name;
		bytes += part;
		n -= part;
	}
	return name;
}

/* ---- what each kind of peer says ---- */

static size_t slip(uint8_t *out, unsigned frames, uint32_t seed)
{
	uint8_t packet[300];
	uint8_t *p = out;

	for (unsigned i = 0; i < frames; i++) {
		size_t n = seed & 1 ? make_ip6(packet, 48 + i * 7 % 200, seed + i)
				    : make_ip4(packet, 28 + i * 7 % 200, seed + i);

		*p++ = 0xc0;
		for (size_t k = 0; k < n; k++)
			if (packet[k] == 0xc0 || packet[k] == 0xdb) {
				*p++ = 0xdb;
				*p++ = packet[k] == 0xc0 ? 0xdc : 0xdd;
			} else {
				*p++ = packet[k];
			}
		*p++ = 0xc0;
	}
	return (size_t)(p - out);
}

/* An LCP configure request as pppd sends it, everything below 20h escaped. */
static size_t ppp(uint8_t *out, unsigned frames, uint32_t seed)
{
	uint8_t *p = out;

	for (unsigned i = 0; i < frames; i++) {
		uint8_t frame[22] = {0xff, 0x03, 0xc0, 0x21, 1, (uint8_t)i,    0, 16, 2, 6, 0,
				     0,	   0,	 0,    5,    6, (uint8_t)seed, 7, 8,  9};
		uint16_t fcs = 0xffff;

		for (size_t k = 0; k < 20; k++) {
			fcs ^= frame[k];
			for (int bit = 0; bit < 8; bit++)
				fcs = (uint16_t)(fcs & 1 ? fcs >> 1 ^ 0x8408 : fcs >> 1);
		}
		fcs = (uint16_t)~fcs;
		frame[20] = (uint8_t)fcs;
		frame[21] = (uint8_t)(fcs >> 8);
		*p++ = 0x7e;
		for (size_t k = 0; k < sizeof(frame); k++)
			if (frame[k] < 0x20 || frame[k] == 0x7d || frame[k] == 0x7e) {
				*p++ = 0x7d;
				*p++ = frame[k] ^ 0x20;
			} else {
				*p++ = frame[k];
			}
		*p++ = 0x7e;
	}
	return (size_t)(p - out);
}

static size_t len16(uint8_t *out, unsigned frames, uint32_t seed)
{
	static const uint8_t arp[16] = {0, 42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					2, 0,  0,    0,	   0,	 1,    8,    6};
	static const uint8_t arp_body[8] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *p = out;

	for (unsigned i = 0; i < frames; i++) {
		size_t n = 42 + (seed + i) * 13 % 200;

		if (seed % 3 == 2) {
			memset(p, 0, 44);
			memcpy(p, arp, sizeof(arp));
			memcpy(p + 16, arp_body, sizeof(arp_body));
			p += 44;
			continue;
		}
		p[0] = (uint8_t)(n >> 8);
		p[1] = (uint8_t)n;
		make_frame(p + 2, n, seed + i);
		if (seed % 3 == 1) {
			n = 80;
			p[0] = 0;
			p[1] = 80;
			p[14] = 0x86;
			p[15] = 0xdd;
			make_ip6(p + 16, 66, seed + i);
		}
		p += 2 + n;
	}
	return (size_t)(p - out);
}

static size_t hosted(uint8_t *out, unsigned frames, uint32_t seed)
{
	uint8_t *p = out;

	for (unsigned i = 0; i < frames; i++) {
		size_t n = 28 + (seed + i) * 13 % 200;

		p[0] = (uint8_t)n;
		p[1] = 0;
		make_ip4(p + 2, n, seed + i);
		p[2 + n] = 0x55;
		p += 3 + n;
	}
	return (size_t)(p - out);
}

static size_t hosted_call(uint8_t *out, unsigned frames, uint32_t seed)
{
	static const char call[] = "\x09\0workshop\0\xaa\x0e\0correct horse\0\xaa";

	(void)frames;
	(void)seed;
	memcpy(out, call, sizeof(call) - 1);
	return sizeof(call) - 1;
}

static size_t boot_log(uint8_t *out, unsigned frames, uint32_t seed)
{
	size_t n = 0;

	for (unsigned i = 0; i < 60; i++)
		n += (size_t)snprintf((char *)out + n, sizeof(stream) / 2 - n,
				      "[    %u.%06u] usb 1-1: new device number %u\r\n", i,
				      seed % 1000000, frames);
	return n;
}

static size_t login_prompt(uint8_t *out, unsigned frames, uint32_t seed)
{
	static const char prompt[] = "\r\nDebian GNU/Linux 12 board ttyS0\r\n\r\nboard login: ";

	(void)frames;
	(void)seed;
	memcpy(out, prompt, sizeof(prompt) - 1);
	return sizeof(prompt) - 1;
}

/* What Contiki's border router says until it has a prefix, once a second. */
static size_t contiki(uint8_t *out, unsigned frames, uint32_t seed)
{
	static const char ask[] = "\xc0?P\xc0";
	size_t n = sizeof(ask) - 1;

	(void)seed;
	for (unsigned i = 0; i < frames; i++)
		memcpy(out + i * n, ask, n);
	return frames * n;
}

/* What serial servers say to who connects: QEMU's chardev, ser2net. */
static size_t telnet(uint8_t *out, unsigned frames, uint32_t seed)
{
	static const char hello[2][13] = {
		"\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00",
		"\xff\xfb\x03\xff\xfb\x01\xff\xfe\x01\xff\xfd\x00",
	};

	(void)frames;
	memcpy(out, hello[seed % 2], 12);
	return 12;
}

static const struct kind {
	const char *name;
	size_t (*say)(uint8_t *out, unsigned frames, uint32_t seed);
	bool needs_two; /* one frame is no evidence */
} kinds[] = {
	{"SLIP", slip, true},
	{"PPP", ppp, true},
	{"len16", len16, true},
	{"esp8266-hosted", hosted, true},
	{"esp8266-hosted", hosted_call, false},
	{PTL_GUESS_CONTIKI, contiki, true},
	{PTL_GUESS_TELNET, telnet, false},
	{TEXT, boot_log, false},
	{TEXT, login_prompt, false},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void names_each_kind_in_every_chunking(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		for (uint32_t seed = 0; seed < 12; seed++)
			for (size_t chunk = 1; chunk < 200; chunk += 11) {
				size_t n = kinds[k].say(stream, 2, seed);
				const char *name;

				ptl_guess_init(&guess);
				name = feed(stream, n, chunk);
				assert_non_null(name);
				assert_string_equal(name, kinds[k].name);
			}
}

static void one_frame_is_no_evidence(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		for (uint32_t seed = 0; kinds[k].needs_two && seed < 50; seed++) {
			size_t n = kinds[k].say(stream, 1, seed);

			ptl_guess_init(&guess);
			assert_null(feed(stream, n, 50));
		}
}

/* A peer that reboots says garbage at another rate before. */
static void names_each_kind_after_noise(void **state)
{
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	for (size_t k = 0; k < KINDS; k++)
		for (unsigned round = 0; round < 100; round++) {
			size_t noise = next_random(&seed) % 700;
			const char *name;
			size_t n;

			ptl_guess_init(&guess);
			fill_random(stream, noise, &seed);
			assert_null(feed(stream, noise, 31));
			n = kinds[k].say(stream, 4, seed);
			name = feed(stream, n, 31);
			assert_non_null(name);
			assert_string_equal(name, kinds[k].name);
		}
}

/* Data may have two triples that look like negotiation, or FF doubled. */
static void two_negotiations_are_no_telnet(void **state)
{
	static const uint8_t two[] = {0xff, 0xfb, 1, 0xff, 0xfd, 3, 0xff, 0xff, 0xff, 0xff};

	(void)state;
	ptl_guess_init(&guess);
	for (unsigned i = 0; i < 1000; i++)
		assert_null(feed(two, sizeof(two), 7));
}

/* A web page over any of them is not taken for a boot log. */
static void text_in_packets_is_no_text(void **state)
{
	uint8_t *packet = stream + 3;
	size_t n = 1480;

	(void)state;
	for (int framing = 0; framing < 2; framing++) {
		memset(stream, 0, sizeof(stream));
		make_ip4(packet, n, 1);
		for (size_t i = 20; i < n; i++)
			packet[i] = i % 60 ? 'x' : '\n';
		stream[framing ? 0 : 2] = framing ? 0xff : 0xc0;
		stream[3 + n] = 0xff;
		ptl_guess_init(&guess);
		for (unsigned i = 0; i < 50; i++) {
			stream[3 + 20 + i] = 0xff; /* not the same packet twice */
			stream[3 + 10] ^= 0x01;	   /* and no valid one */
			assert_null(feed(stream, n + 4, 1000));
		}
	}
}

static void says_it_again(void **state)
{
	size_t n = slip(stream, 2, 0);

	(void)state;
	ptl_guess_init(&guess);
	for (unsigned i = 0; i < 10; i++)
		assert_string_equal(feed(stream, n, 7), "SLIP");
}

static void old_evidence_is_forgotten(void **state)
{
	static uint8_t zeros[70000];
	size_t n = slip(stream, 1, 0);

	(void)state;
	ptl_guess_init(&guess);
	for (unsigned i = 0; i < 10; i++) {
		assert_null(feed(stream, n, 100));
		assert_null(feed(zeros, sizeof(zeros), 1000));
	}
}

static void noise_is_nothing(void **state)
{
	static const uint8_t marks[] = {0xc0, 0x45, 0x00, 0x7e, 0xff,
					0x03, 0x60, 0xaa, 0x55, 8};
	static uint8_t noise[1 << 16];
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	ptl_guess_init(&guess);
	for (unsigned i = 0; i < 256; i++) { /* 16 MB */
		fill_random(noise, sizeof(noise), &seed);
		/* every other: noise with much of what the detectors look for */
		for (size_t k = 0; (i & 1) && k < sizeof(noise); k++)
			if (next_random(&seed) % 2)
				noise[k] = marks[next_random(&seed) % sizeof(marks)];
		assert_null(feed(noise, sizeof(noise), 4096));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_kind_in_every_chunking),
		cmocka_unit_test(one_frame_is_no_evidence),
		cmocka_unit_test(names_each_kind_after_noise),
		cmocka_unit_test(two_negotiations_are_no_telnet),
		cmocka_unit_test(text_in_packets_is_no_text),
		cmocka_unit_test(says_it_again),
		cmocka_unit_test(old_evidence_is_forgotten),
		cmocka_unit_test(noise_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
