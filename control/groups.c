// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See groups.h. */
#include <pigtail/groups.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define ADDRESS	  6 /* bytes; a frame begins with its destination */
#define GROUP_BIT 1 /* of its first byte */

void ptl_groups_all(struct ptl_groups *groups)
{
	memset(groups, 0, sizeof(*groups));
}

bool ptl_groups_set(struct ptl_groups *groups, const struct ptl_control *message)
{
	struct ptl_groups next = {.some = true};
	size_t n;

	if (ptl_control_has(message, PTL_F_ALL_MULTICAST)) {
		ptl_groups_all(groups);
		return true;
	}
	if (!ptl_control_has(message, PTL_F_MULTICAST))
		return true;
	n = ptl_control_long(message, PTL_F_MULTICAST, next.list[0], sizeof(next.list));
	if (n > sizeof(next.list) || n % ADDRESS)
		return false;
	next.count = (uint8_t)(n / ADDRESS);
	for (uint8_t i = 0; i < next.count; i++)
		if (!(next.list[i][0] & GROUP_BIT))
			return false;
	*groups = next;
	return true;
}

bool ptl_groups_pass(const struct ptl_groups *groups, const uint8_t *frame, size_t n)
{
	static const uint8_t all[ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (!groups->some || n < ADDRESS || !(frame[0] & GROUP_BIT) ||
	    memcmp(frame, all, ADDRESS) == 0)
		return true;
	for (uint8_t i = 0; i < groups->count; i++)
		if (memcmp(frame, groups->list[i], ADDRESS) == 0)
			return true;
	return false;
}
