/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an end says about rates: its option of HELLO (SPEC 12.1), and the message that
 * the state asks for (12.2), once or again and again. See rate.c for when.
 */
#include "state.h"
#include "bytes.h"

#ifndef PTL_WITHOUT_RATE

size_t ptl_rate_option(const struct ptl_link *link, uint8_t *to)
{
	const struct ptl_uart *own = &link->rate.own;

	if (link->rate.state == RATE_FIXED)
		return 0;
	to[0] = PTL_OPTION_RATE;
	to[1] = PTL_RATE_OPTION_BYTES;
	put_le32(to + 2, own->clock);
	put_le16(to + 6, own->least_divider);
	put_le32(to + 8, own->max);
	return PTL_OPTION_BYTES + PTL_RATE_OPTION_BYTES;
}

static size_t probe(struct rate *rate, uint8_t *payload)
{
	static const uint8_t pattern[] = PTL_PROBE_PATTERN;

	put_le16(payload + 1, rate->probes.sent++);
	put_le16(payload + 3, rate->probes.mine.good);
	put_le16(payload + 5, rate->probes.mine.of);
	for (size_t i = PTL_PROBE_HEAD; i < PTL_PROBE_BYTES; i++)
		payload[i] = pattern[i % sizeof(pattern)];
	return PTL_PROBE_BYTES;
}

bool ptl_rate_says(const struct ptl_link *link)
{
	return link->rate.say != 0 && (int32_t)(link->rate.say_at - (uint32_t)link->now) <= 0;
}

enum ptl_message ptl_rate_message(struct ptl_link *link, uint8_t payload[RATE_PAYLOAD_MAX],
				  size_t *n)
{
	struct rate *rate = &link->rate;
	enum ptl_message message = (enum ptl_message)rate->say;

	payload[0] = rate->trial;
	put_le32(payload + 1, rate->wanted);
	rate->said++;
	switch (message) {
	case PTL_MSG_PROPOSE:
		put_le16(payload + 5, rate->patience_ms);
		rate->say_at = (uint32_t)link->now + PTL_PROPOSE_AGAIN_US;
		*n = PTL_PROPOSE_BYTES;
		break;
	case PTL_MSG_PROBE:
		*n = probe(rate, payload);
		break;
	case PTL_MSG_CONFIRM:
		rate->say_at = (uint32_t)link->now + PTL_CONFIRM_US;
		*n = PTL_CONFIRM_BYTES;
		break;
	case PTL_MSG_FALL:
		payload[1] = rate->reason;
		if (rate->said == PTL_FALLS_SAID)
			rate->say = 0;
		*n = PTL_FALL_BYTES;
		break;
	default:
		rate->say = 0;
		*n = message == PTL_MSG_CONFIRMED ? PTL_CONFIRM_BYTES : PTL_ACCEPT_BYTES;
		break;
	}
	return message;
}

#endif
