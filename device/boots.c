/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See boots.h. */
#include <pigtail/boots.h>

#define MARK_WELL  1u
#define MARK_ASKED 2u

/* No two states of memory that was never written are likely to have it. */
static uint32_t check_of(const struct device_boots *boots)
{
	uint32_t check = 0x9a61a11u;

	check = (check ^ boots->boots) * 0x9e3779b1u;
	check = (check ^ boots->failed) * 0x9e3779b1u;
	return (check ^ boots->marks) * 0x9e3779b1u;
}

static void mark(struct device_boots *boots, uint32_t marks)
{
	boots->marks = marks;
	boots->check = check_of(boots);
}

enum ptl_boot device_boots_begin(struct device_boots *boots, enum ptl_boot why)
{
	bool known = boots->check == check_of(boots);
	bool asked = known && (boots->marks & MARK_ASKED);
	bool crashed = why == PTL_BOOT_CRASH || why == PTL_BOOT_WATCHDOG;

	if (!known)
		*boots = (struct device_boots){0};
	if (!crashed || asked || (boots->marks & MARK_WELL))
		boots->failed = 0;
	if (crashed && !asked)
		boots->failed++;
	boots->boots++;
	mark(boots, 0);
	if (boots->failed >= BOOTS_FAILED)
		return PTL_BOOT_SAFE;
	return asked ? PTL_BOOT_ASKED : why;
}

void device_boots_well(struct device_boots *boots)
{
	mark(boots, boots->marks | MARK_WELL);
}

void device_boots_ask(struct device_boots *boots)
{
	mark(boots, boots->marks | MARK_ASKED);
}
