/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stories in which a link comes to say each message about rates, for the vectors: an
 * ESP8266's UART at the link's end, one of any rate up to 2 Mbaud at its peer's.
 */
#ifndef TEST_RATE_SAYS_H
#define TEST_RATE_SAYS_H

#include "link_end.h"

#define RATE_TRIAL_NUMBER 1 /* a host's first */

static inline struct one_end *rate_opened(enum ptl_role role)
{
	static struct one_end end;
	struct ptl_config config = link_config(role, PTL_PROFILE_MCU);

	config.baud = 115200;
	config.rate_auto = true;
	config.uart = (struct ptl_uart){80000000, 16, 5000000};
	end_open(&end, &ptl_framing_pigtail, &config);
	return &end;
}

/* Up, and nothing to say but what the rate wants. */
static inline struct one_end *rate_met(enum ptl_role role)
{
	static const uint8_t option[] = {
		PTL_OPTION_RATE, PTL_RATE_OPTION_BYTES, 0, 0, 0, 0, 1, 0, 0x80, 0x84, 0x1e, 0};
	struct one_end *end = rate_opened(role);
	struct hello hello = peer_hello(end);
	uint8_t payload[PTL_HELLO_BYTES + sizeof(option)] = {1, 1};
	struct ref_frame frame;

	payload[PTL_HELLO_FLAGS] = hello.flags;
	put_le32(payload + PTL_HELLO_NONCE, hello.nonce);
	put_le32(payload + PTL_HELLO_SEEN, hello.seen);
	put_le32(payload + PTL_HELLO_CAPS, PTL_CAP_RATE);
	put_le16(payload + PTL_HELLO_MAX_PACKET, hello.max_packet);
	for (int i = 0; i < 3; i++)
		put_le16(payload + PTL_HELLO_WINDOWS + 2 * i, hello.windows[i]);
	memcpy(payload + PTL_HELLO_BYTES, option, sizeof(option));
	/* Its first, unanswered, hello is out of the way. */
	while (says(end, &frame) && frame.number == PTL_MSG_HELLO && end->good_tx < 1)
		;
	hear_message(end, PTL_MSG_HELLO, payload, sizeof(payload));
	while (link_in(end)->session.hello_due)
		if (role == PTL_DEVICE)
			assert_true(says(end, &frame));
		else
			link_in(end)->session.hello_due = false;
	return end;
}

static inline struct one_end *says_rate_hello(void)
{
	return rate_opened(PTL_HOST);
}

static inline struct one_end *says_propose(void)
{
	struct one_end *end = rate_met(PTL_HOST);

	end_transmit(end, NULL, 0);
	return end;
}

static inline struct one_end *hears_propose(uint32_t rate)
{
	struct one_end *end = rate_met(PTL_DEVICE);
	uint8_t payload[PTL_PROPOSE_BYTES] = {RATE_TRIAL_NUMBER};
	struct ref_frame frame;

	while (says(end, &frame))
		;
	put_le32(payload + 1, rate);
	put_le16(payload + 5, PTL_PATIENCE_MS);
	hear_message(end, PTL_MSG_PROPOSE, payload, sizeof(payload));
	return end;
}

static inline struct one_end *says_accept(void)
{
	return hears_propose(2000000);
}

static inline struct one_end *says_refuse(void)
{
	return hears_propose(5000000);
}

static inline void hears_probes(struct one_end *end)
{
	uint8_t payload[PTL_PROBE_BYTES] = {RATE_TRIAL_NUMBER};

	for (unsigned i = 0; i < PTL_PROBES_GOOD; i++) {
		put_le16(payload + 1, (uint16_t)i);
		put_le16(payload + 3, (uint16_t)(i + 1));
		put_le16(payload + 5, (uint16_t)(i + 1));
		hear_message(end, PTL_MSG_PROBE, payload, sizeof(payload));
	}
}

/* A device that has heard 16 of them. */
static inline struct one_end *says_probe(void)
{
	struct one_end *end = says_accept();
	struct ref_frame frame;

	assert_true(says(end, &frame));
	assert_int_equal(end->rate, 2000000);
	ptl_link_rate_done(link_in(end), end->now, end->rate);
	hears_probes(end);
	return end;
}

static inline struct one_end *says_confirm(void)
{
	struct one_end *end = says_propose();
	struct ref_frame frame;

	assert_true(says(end, &frame));
	hear_message(end, PTL_MSG_ACCEPT, frame.body, PTL_ACCEPT_BYTES);
	end_transmit(end, NULL, 0);
	assert_int_equal(end->rate, 2000000);
	ptl_link_rate_done(link_in(end), end->now, end->rate);
	hears_probes(end);
	return end;
}

static inline struct one_end *says_confirmed(void)
{
	static const uint8_t confirm[PTL_CONFIRM_BYTES] = {RATE_TRIAL_NUMBER};
	struct one_end *end = says_probe();

	hear_message(end, PTL_MSG_CONFIRM, confirm, sizeof(confirm));
	return end;
}

/* It heard no CONFIRM in time. */
static inline struct one_end *says_fall(void)
{
	struct one_end *end = says_probe();

	end->now += 1000000;
	end_transmit(end, NULL, 0);
	return end;
}

#endif
