/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See programming.h. */
#include "programming.h"

#define PULSE_US 100000u

static void pull(const struct programming *one, bool active)
{
	one->pins.set(one->pins.user, PTL_TARGET_RESET, active);
}

bool programming_reset(struct programming *one, ptl_time now)
{
	if (!one->pins.set || !one->pins.has[PTL_TARGET_RESET] || one->loan.lent)
		return false;
	pull(one, true);
	one->resets = true;
	one->until = now + (one->pins.pulse ? one->pins.pulse : PULSE_US);
	return true;
}

bool programming_is_busy(const struct programming *one)
{
	return one->loan.lent || one->resets;
}

bool programming_begin(struct programming *one, ptl_time now, void *memory,
		       struct ptl_flasher_config *config)
{
	config->serial = one->loan.serial;
	config->format = *ptl_bridge_format(one->loan.bridge);
	config->pins = one->pins;
	one->flasher = ptl_flasher_init(memory, config, now);
	one->loan.lent = one->flasher != NULL;
	return one->loan.lent;
}

bool programming_uart(struct programming *one, ptl_time now, const uint8_t *bytes, size_t n)
{
	if (one->loan.lent)
		ptl_flasher_uart(one->flasher, now, bytes, n);
	return one->loan.lent;
}

ptl_time programming_poll(struct programming *one, ptl_time now)
{
	if (one->loan.lent)
		return ptl_flasher_poll(one->flasher, now);
	if (!one->resets)
		return PTL_NEVER;
	if (now < one->until)
		return one->until;
	pull(one, false);
	one->resets = false;
	return PTL_NEVER;
}

void programming_end(struct programming *one, ptl_time now)
{
	one->flasher = NULL;
	one->loan.lent = false;
	ptl_bridge_uart_renewed(one->loan.bridge, now);
}
