/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One end of a link, and a peer that says whatever a test wants: frames made and
 * read by reference_wire.h, not by the link. Or two ends, joined by hand.
 */
#ifndef TEST_LINK_END_H
#define TEST_LINK_END_H

#include "story.h"
#include "one_end.h"
#include "reference_wire.h"

#include "link/bytes.h"
#include "link/state.h"

#define PEER_NONCE 0x0bad5eedu

static inline struct ptl_link *link_in(struct one_end *end)
{
	return (struct ptl_link *)(void *)end->endpoint;
}

static inline struct ptl_config link_config(enum ptl_role role, enum ptl_profile profile)
{
	struct ptl_config config;

	ptl_config_default(&config, profile);
	config.role = role;
	config.mac[0] = 2;
	config.mac[5] = role == PTL_HOST ? 1 : 2;
	config.nonce = role == PTL_HOST ? 0x11111111 : 0x22222222;
	config.baud = 921600;
	return config;
}

static inline void open_link(struct one_end *end, enum ptl_role role, enum ptl_profile profile)
{
	struct ptl_config config = link_config(role, profile);

	end_open(end, &ptl_framing_pigtail, &config);
}

/* What the peer says. */

static inline void hear_frame(struct one_end *end, const uint8_t *content, size_t n, bool last)
{
	uint8_t encoded[COBS_MAX(REF_MAX) + 1];

	end_receive(end, encoded, ref_frame_encode(content, n, last, encoded), 7, NULL);
}

/* acks may be NULL. */
static inline void hear(struct one_end *end, unsigned class, unsigned number,
			const uint8_t *acks, size_t acks_n, const void *payload, size_t n,
			bool last)
{
	uint8_t content[REF_MAX];

	put_le16(content,
		 (uint16_t)(class << PTL_CLASS_SHIFT | (acks ? PTL_HEADER_ACKS : 0) | number));
	if (acks)
		memcpy(content + PTL_HEADER_BYTES, acks, acks_n);
	if (n > 0)
		memcpy(content + PTL_HEADER_BYTES + acks_n, payload, n);
	hear_frame(end, content, PTL_HEADER_BYTES + acks_n + n, last);
}

static inline void hear_message(struct one_end *end, unsigned type, const void *payload,
				size_t n)
{
	hear(end, PTL_CLASS_LINK, type, NULL, 0, payload, n, true);
}

/* All before next has arrived, nothing after it. */
static inline void hear_ack(struct one_end *end, unsigned class, unsigned next)
{
	uint8_t entry[PTL_ACK_BYTES] = {(uint8_t)(class << PTL_ACK_CLASS_SHIFT), (uint8_t)next,
					(uint8_t)(next >> 8)};

	hear(end, PTL_CLASS_LINK, PTL_MSG_ACK, entry, sizeof(entry), NULL, 0, true);
}

struct hello {
	uint8_t version, version_min, flags, mac_5;
	uint32_t nonce, seen, caps;
	uint16_t max_packet, windows[3];
	size_t length; /* of the payload, options included */
	uint8_t options[16];
};

static inline struct hello peer_hello(const struct one_end *end)
{
	struct ptl_info info;

	end->framing->info(end->endpoint, &info);
	return (struct hello){.version = 1,
			      .version_min = 1,
			      .flags = link_in((struct one_end *)end)->role == PTL_HOST
					       ? PTL_HELLO_DEVICE
					       : 0,
			      .mac_5 = 0x77,
			      .nonce = PEER_NONCE,
			      .caps = PTL_CAP_CONTROL,
			      .seen = info.session,
			      .max_packet = 1518,
			      .windows = {32, 64, 64},
			      .length = PTL_HELLO_BYTES};
}

static inline void hear_hello(struct one_end *end, const struct hello *hello)
{
	uint8_t payload[256] = {0};

	payload[PTL_HELLO_VERSION] = hello->version;
	payload[PTL_HELLO_VERSION_MIN] = hello->version_min;
	payload[PTL_HELLO_FLAGS] = hello->flags;
	put_le32(payload + PTL_HELLO_NONCE, hello->nonce);
	put_le32(payload + PTL_HELLO_SEEN, hello->seen);
	put_le32(payload + PTL_HELLO_CAPS, hello->caps);
	put_le16(payload + PTL_HELLO_MAX_PACKET, hello->max_packet);
	for (int i = 0; i < 3; i++)
		put_le16(payload + PTL_HELLO_WINDOWS + 2 * i, hello->windows[i]);
	payload[PTL_HELLO_MAC] = 2;
	payload[PTL_HELLO_MAC + 5] = hello->mac_5;
	memcpy(payload + PTL_HELLO_BYTES, hello->options, sizeof(hello->options));
	hear_message(end, PTL_MSG_HELLO, payload, hello->length);
}

/* What the end says: its next frame, pulled a byte at a time. false: it is silent. */
static inline bool says(struct one_end *end, struct ref_frame *frame)
{
	uint8_t encoded[REF_MAX];
	size_t n = 0;

	for (;;) {
		assert_true(n < sizeof(encoded));
		if (end_transmit(end, encoded + n, 1) == 0) {
			assert_int_equal(n, 0); /* never half a frame */
			return false;
		}
		if (encoded[n] != PTL_DELIMITER)
			n++;
		else if (n > 0)
			break;
	}
	ref_frame_decode(frame, encoded, n);
	return true;
}

static inline unsigned says_all(struct one_end *end)
{
	struct ref_frame frame;
	unsigned n = 0;

	while (says(end, &frame)) {
		assert_int_not_equal(frame.end, REF_BROKEN);
		assert_true(n++ < 1000);
	}
	return n;
}

static inline void meet_peer(struct one_end *end)
{
	struct hello hello = peer_hello(end);

	hear_hello(end, &hello);
	assert_int_equal(end->state, PTL_STATE_UP);
	says_all(end);
}

/* Two ends: all that one has to say now, to the other. */
static inline size_t carry(struct one_end *from, struct one_end *to)
{
	uint8_t bytes[512];
	size_t all = 0, n;

	while ((n = end_transmit(from, bytes, sizeof(bytes))) > 0) {
		to->framing->receive(to->endpoint, to->now, bytes, n);
		all += n;
		assert_true(all < 10000000);
	}
	return all;
}

static inline void exchange(struct one_end *a, struct one_end *b)
{
	while (carry(a, b) + carry(b, a) > 0)
		;
}

/* Time passes at both ends, us by us as their deadlines have it. */
static inline void pass(struct one_end *a, struct one_end *b, ptl_time us)
{
	ptl_time until = a->now + us;

	exchange(a, b);
	while (a->now < until) {
		ptl_time next = a->framing->deadline(a->endpoint);
		ptl_time other = b->framing->deadline(b->endpoint);

		if (other < next)
			next = other;
		if (next <= a->now)
			next = a->now + 1;
		a->now = b->now = next < until ? next : until;
		exchange(a, b);
	}
}

static inline void open_pair(struct one_end *a, struct one_end *b, enum ptl_profile profile)
{
	open_link(a, PTL_HOST, profile);
	open_link(b, PTL_DEVICE, profile);
	exchange(a, b);
	assert_int_equal(a->state, PTL_STATE_UP);
	assert_int_equal(b->state, PTL_STATE_UP);
}

static inline void close_pair(struct one_end *a, struct one_end *b)
{
	end_close(a);
	end_close(b);
}

/* An Ethernet frame of a flow of its own: n bytes, the rest as fill. */
static inline void make_packet(uint8_t *p, size_t n, uint8_t flow, int fill)
{
	memset(p, fill, n);
	memset(p, 2, 12);
	p[5] = flow;
	p[12] = 0x88;
	p[13] = 0xb5; /* for experiments */
}

static inline size_t put_ack(uint8_t *to, unsigned class, unsigned next, const uint8_t *ranges,
			     size_t pairs, bool more)
{
	to[0] = (uint8_t)(class << PTL_ACK_CLASS_SHIFT | (more ? PTL_ACK_MORE : 0) | pairs);
	put_le16(to + 1, (uint16_t)next);
	if (pairs > 0)
		memcpy(to + PTL_ACK_BYTES, ranges, 2 * pairs);
	return PTL_ACK_BYTES + 2 * pairs;
}

#endif
