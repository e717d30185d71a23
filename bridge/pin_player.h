/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Moves of the pins, in time. See pin_player.c. */
#ifndef PTL_BRIDGE_PIN_PLAYER_H
#define PTL_BRIDGE_PIN_PLAYER_H

#include <pigtail/target_pins.h>

struct ptl_pin_step {
	uint8_t pin;   /* enum ptl_target_pin */
	uint8_t state; /* enum ptl_pin_state */
	uint32_t wait; /* us after it, PTL_PIN_STEP_PULSE: the pulse's length */
};

enum ptl_pin_state {
	PTL_PIN_STEP_OFF,
	PTL_PIN_STEP_ON,
	PTL_PIN_STEP_END, /* there is no further step */
};

#define PTL_PIN_STEP_PULSE UINT32_MAX

struct ptl_pin_player {
	const struct ptl_target_pins_seam *pins;
	const struct ptl_pin_step *step; /* the next one; NULL: none */
	ptl_time due, pulse;
	bool active[PTL_TARGET_PINS];
};

/* All pins are let go. */
void ptl_pin_player_init(struct ptl_pin_player *player,
			 const struct ptl_target_pins_seam *pins);

/* Begins with the steps, and forgets those that were under way. pulse: us. */
void ptl_pin_player_play(struct ptl_pin_player *player, ptl_time now,
			 const struct ptl_pin_step *steps, ptl_time pulse);

/* Makes the pins so, and forgets the steps that were under way. */
void ptl_pin_player_hold(struct ptl_pin_player *player, const bool active[PTL_TARGET_PINS]);

/* Does what is due; when to be called again, PTL_NEVER: the steps are done. */
ptl_time ptl_pin_player_poll(struct ptl_pin_player *player, ptl_time now);

static inline bool ptl_pin_player_done(const struct ptl_pin_player *player)
{
	return !player->step;
}

#endif
