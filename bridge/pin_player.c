// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Plays a table of steps on the pins. Every table ends with RESET let go: so whatever is
 * under way, the target runs in the end, and nobody but a player moves a pin. Who holds a pin
 * lets it go himself.
 */
#include "pin_player.h"

static void set(struct ptl_pin_player *player, enum ptl_target_pin pin, bool active)
{
	player->active[pin] = active;
	if (player->pins->set)
		player->pins->set(player->pins->user, pin, active);
}

void ptl_pin_player_init(struct ptl_pin_player *player, const struct ptl_target_pins_seam *pins)
{
	*player = (struct ptl_pin_player){.pins = pins};
	set(player, PTL_TARGET_BOOT, false);
	set(player, PTL_TARGET_RESET, false);
}

void ptl_pin_player_play(struct ptl_pin_player *player, ptl_time now,
			 const struct ptl_pin_step *steps, ptl_time pulse)
{
	player->step = steps;
	player->due = now;
	player->pulse = player->pins->pulse ? player->pins->pulse : pulse;
	(void)ptl_pin_player_poll(player, now);
}

void ptl_pin_player_hold(struct ptl_pin_player *player, const bool active[PTL_TARGET_PINS])
{
	player->step = NULL;
	for (unsigned pin = 0; pin < PTL_TARGET_PINS; pin++)
		if (player->active[pin] != active[pin])
			set(player, (enum ptl_target_pin)pin, active[pin]);
}

ptl_time ptl_pin_player_poll(struct ptl_pin_player *player, ptl_time now)
{
	while (player->step && player->step->state != PTL_PIN_STEP_END && now >= player->due) {
		const struct ptl_pin_step *step = player->step++;

		if (player->active[step->pin] != (step->state == PTL_PIN_STEP_ON))
			set(player, (enum ptl_target_pin)step->pin,
			    step->state == PTL_PIN_STEP_ON);
		player->due =
			now + (step->wait == PTL_PIN_STEP_PULSE ? player->pulse : step->wait);
	}
	if (player->step && player->step->state == PTL_PIN_STEP_END && now >= player->due)
		player->step = NULL;
	return player->step ? player->due : PTL_NEVER;
}
