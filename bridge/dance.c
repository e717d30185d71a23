// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Clients of RFC 2217 set DTR and RTS as if they were wired to the target. Over a network
 * the moves come late and apart, so they are understood here and made by a table of moves.
 *
 * AVR boards: DTR goes on, and a capacitor makes a pulse of that.
 *
 * ESP boards: two transistors; RTS on and DTR off is reset, the other way round is GPIO0.
 * So RTS on with DTR off arms a reset; DTR on after that, before RTS goes off, asks for the
 * boot loader; RTS off sets it going. A mere open, which sets both on, does nothing. While
 * the client is between two of these moves, the target runs on: it can leave whenever.
 *
 * Where the board's owner wants no pulse but levels, a line holds its pin while it is on:
 * of an ESP by the two transistors, of all others DTR holds RESET, and RTS holds BOOT.
 */
#include "dance.h"

static bool avr(struct ptl_dance *dance, enum ptl_serial_line line, bool on,
		const struct ptl_pin_step **moves, ptl_time *pulse)
{
	if (line != PTL_LINE_DTR)
		return false;
	if (on && !dance->dtr) {
		*moves = ptl_loader_run;
		*pulse = ptl_loader_of(PTL_TARGET_AVR)->pulse;
	}
	dance->dtr = on;
	return true;
}

static bool esp(struct ptl_dance *dance, enum ptl_serial_line line, bool on,
		const struct ptl_pin_step **moves, ptl_time *pulse)
{
	const struct ptl_loader *loader = ptl_loader_of(PTL_TARGET_ESP);

	if (line == PTL_LINE_BREAK)
		return false;
	if (line == PTL_LINE_DTR) {
		dance->boots = dance->resets && on;
		dance->dtr = on;
	} else {
		if (!on && dance->resets) {
			*moves = dance->boots ? loader->enter[dance->entries++ % 2]
					      : ptl_loader_run;
			*pulse = loader->pulse;
			dance->resets = false;
			dance->boots = false;
		}
		dance->rts = on;
	}
	if (dance->rts && !dance->dtr)
		dance->resets = true;
	return true;
}

static bool has_transistors(enum ptl_target target, const struct ptl_target_pins_seam *pins)
{
	return target == PTL_TARGET_ESP ||
	       (target == PTL_TARGET_ANY && pins->has[PTL_TARGET_BOOT]);
}

bool ptl_dance_line(struct ptl_dance *dance, enum ptl_target target,
		    const struct ptl_target_pins_seam *pins, enum ptl_serial_line line, bool on,
		    const struct ptl_pin_step **moves, ptl_time *pulse)
{
	*moves = NULL;
	if (!pins->has[PTL_TARGET_RESET])
		return false;
	if (has_transistors(target, pins))
		return esp(dance, line, on, moves, pulse);
	if (target == PTL_TARGET_AVR || target == PTL_TARGET_MEGA || target == PTL_TARGET_ANY)
		return avr(dance, line, on, moves, pulse);
	return false;
}

bool ptl_dance_holds(struct ptl_dance *dance, enum ptl_target target,
		     const struct ptl_target_pins_seam *pins, enum ptl_serial_line line,
		     bool on, bool held[PTL_TARGET_PINS])
{
	bool transistors = has_transistors(target, pins);

	if (line == PTL_LINE_BREAK || !pins->has[PTL_TARGET_RESET])
		return false;
	*(line == PTL_LINE_DTR ? &dance->dtr : &dance->rts) = on;
	held[PTL_TARGET_RESET] = transistors ? dance->rts && !dance->dtr : dance->dtr;
	held[PTL_TARGET_BOOT] = transistors ? dance->dtr && !dance->rts : dance->rts;
	return true;
}
