/* SPDX-License-Identifier: GPL-2.0-only */
/* Which frames to groups a station hears, by what the host has said last. */
#include "story.h"

#include <pigtail/groups.h>

static const uint8_t station[6] = {2, 0, 0, 0, 0, 1}, all[6] = {255, 255, 255, 255, 255, 255},
		     ours[6] = {1, 0, 0x5e, 0, 0, 1}, other[6] = {1, 0, 0x5e, 0, 0, 0xfb};

static struct ptl_groups groups;

static int begin(void **state)
{
	(void)state;
	ptl_groups_all(&groups);
	return 0;
}

static bool hears(const uint8_t *to)
{
	uint8_t frame[60] = {0};

	memcpy(frame, to, 6);
	return ptl_groups_pass(&groups, frame, sizeof(frame));
}

static bool tell(const void *list, size_t n, bool every)
{
	struct ptl_control_writer set;

	ptl_control_begin(&set, PTL_M_SET, 1, PTL_IF_STATION);
	if (list)
		ptl_put_bytes(&set, PTL_F_MULTICAST, list, n);
	if (every)
		ptl_put_flag(&set, PTL_F_ALL_MULTICAST);
	assert_true(ptl_control_end(&set));
	return ptl_groups_set(&groups, &(struct ptl_control){set.bytes, set.n});
}

static void all_at_first(void **state)
{
	(void)state;
	assert_true(hears(ours) && hears(other) && hears(all) && hears(station));
}

static void those_of_the_list(void **state)
{
	(void)state;
	assert_true(tell(ours, 6, false));
	assert_true(hears(ours) && hears(all) && hears(station));
	assert_false(hears(other));
	/* A SET of something else. */
	assert_true(tell(NULL, 0, false));
	assert_false(hears(other));
	assert_true(tell(other, 6, false));
	assert_false(hears(ours));
	assert_true(tell("", 0, false));
	assert_false(hears(ours) || hears(other));
	assert_true(tell(ours, 6, true));
	assert_true(hears(ours) && hears(other));
}

static void the_longest_list(void **state)
{
	uint8_t list[PTL_GROUPS_MAX + 1][6];

	(void)state;
	for (uint8_t i = 0; i <= PTL_GROUPS_MAX; i++)
		memcpy(list[i], (const uint8_t[6]){1, 0, 0x5e, 1, 1, i}, 6);
	assert_true(tell(list, PTL_GROUPS_MAX * 6, false));
	assert_true(hears(list[0]) && hears(list[PTL_GROUPS_MAX - 1]));
	assert_false(hears(list[PTL_GROUPS_MAX]));
}

static void what_is_no_list_changes_nothing(void **state)
{
	uint8_t long_list[(PTL_GROUPS_MAX + 1) * 6];

	(void)state;
	memset(long_list, 1, sizeof(long_list));
	assert_true(tell(ours, 6, false));
	assert_false(tell(other, 5, false));
	assert_false(tell(station, 6, false));
	assert_false(tell(long_list, sizeof(long_list), false));
	assert_true(hears(ours));
	assert_false(hears(other));
}

static void short_frames(void **state)
{
	(void)state;
	assert_true(tell(ours, 6, false));
	assert_true(ptl_groups_pass(&groups, other, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_at_first, begin),
		cmocka_unit_test_setup(those_of_the_list, begin),
		cmocka_unit_test_setup(the_longest_list, begin),
		cmocka_unit_test_setup(what_is_no_list_changes_nothing, begin),
		cmocka_unit_test_setup(short_frames, begin),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
