/* SPDX-License-Identifier: GPL-2.0-only */
/* One end that negotiates its rate, and the UART below it. */
#ifndef TEST_RATE_SIDE_H
#define TEST_RATE_SIDE_H

#include "link_end.h"

#define BASE  115200u
#define LINES 2048

struct side {
	struct one_end end;
	uint32_t rate;	  /* of its UART */
	uint32_t asked;	  /* by events.rate; 0: nothing */
	ptl_time free;	  /* its last frame has left then */
	unsigned said;	  /* frames */
	unsigned refuses; /* so many changes of the rate */
	unsigned lives;	  /* links that were made on it */
};

static inline void on_rate(void *user, uint32_t rate)
{
	struct side *side = user;

	assert_int_equal(side->asked, 0);
	side->asked = rate;
}

static inline bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct side *side = user;

	return end_packet(&side->end, packet, n);
}

static inline void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct side *side = user;

	end_state(&side->end, state, reason);
}

static inline void open_side(struct side *side, enum ptl_role role, const struct ptl_uart *uart)
{
	struct ptl_config config = link_config(role, PTL_PROFILE_MCU);
	struct ptl_events events = {
		.user = side, .packet = on_packet, .state = on_state, .rate = on_rate};
	size_t size;

	config.baud = BASE;
	config.rate_auto = true;
	config.nonce += side->lives++;
	if (uart)
		config.uart = *uart;
	size = ptl_link_size(&config);
	side->end.framing = &ptl_framing_pigtail;
	if (!side->end.memory) {
		side->end.now = 1000000;
		side->end.memory = malloc(size);
		side->rate = BASE;
	}
	assert_int_equal(side->end.framing->init(side->end.memory, size, &config, &events,
						 side->end.now, &side->end.endpoint),
			 PTL_OK);
}

#endif
