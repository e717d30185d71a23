/* SPDX-License-Identifier: GPL-2.0-only */
/* The radio's side of the control channel alone, with an owner that does as a test says. */
#include "control_way.h"

#include <pigtail/radio_side.h>

struct radio_owner {
	struct ptl_radio_control *radio;
	enum ptl_status status;
	bool twice, says_when_reset;
	struct way up;
};

static bool owner_sends(void *user, const uint8_t *message, size_t n)
{
	return put(&((struct radio_owner *)user)->up, message, n);
}

static void owner_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	ptl_put_bytes(to, PTL_F_MAC, "\2\0\0\0\0\1", 6);
}

static enum ptl_status owner_request(void *user, const struct ptl_control *message,
				     struct ptl_control_writer *answer, const char **reason)
{
	struct radio_owner *owner = user;

	(void)message;
	(void)reason;
	for (unsigned i = 0; owner->twice && i < 2; i++)
		ptl_put_uint(answer, PTL_F_HEAP, 1);
	return owner->status;
}

static bool say_something(struct ptl_radio_control *radio)
{
	struct ptl_control_writer left;

	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON, 3);
	ptl_put_uint(&left, PTL_F_BY, PTL_BY_RADIO);
	return ptl_radio_say(radio, &left);
}

static void owner_reset(void *user)
{
	struct radio_owner *owner = user;

	if (owner->says_when_reset)
		say_something(owner->radio);
}

static void begin_radio(struct radio_owner *owner, struct ptl_radio_control *radio)
{
	static struct ptl_share share;
	const struct ptl_radio_ops ops = {
		.user = owner,
		.board = "bench",
		.firmware = "none",
		.send = owner_sends,
		.info = owner_info,
		.request = owner_request,
		.reset = owner_reset,
	};

	memset(owner, 0, sizeof(*owner));
	owner->radio = radio;
	ptl_share_set(&share, 115200, false, 0);
	ptl_radio_init(radio, &ops, &share);
}

/* The first that was said; it is taken. */
static struct ptl_control heard(struct radio_owner *owner)
{
	struct way *up = &owner->up;
	struct ptl_control message = {up->bytes[up->first], up->n[up->first]};

	assert_true(up->count > 0);
	drop_first(up);
	assert_int_equal(ptl_control_check(&message), PTL_STATUS_DONE);
	return message;
}

/* SPEC 8.2: each request has one answer, which the host can read, whatever else waits. */
static void each_request_is_answered(void **state)
{
	static struct ptl_radio_control radio;
	struct ptl_control_writer stats;
	static struct radio_owner owner;
	struct ptl_control message;

	(void)state;
	begin_radio(&owner, &radio);
	owner.says_when_reset = true;
	ptl_radio_session(&radio, 0, true);
	message = heard(&owner); /* nothing of the old session comes before it */
	assert_int_equal(ptl_control_type(&message), PTL_M_READY);
	ptl_control_begin(&stats, PTL_M_STATS, 7, PTL_IF_RADIO);
	owner.twice = true;
	assert_true(ptl_radio_message(&radio, 0, stats.bytes, stats.n));
	message = heard(&owner);
	assert_int_equal(ptl_control_uint(&message, PTL_F_STATUS, 0), PTL_STATUS_FAILED);
	/* The link is full, and the outbox as far as events may fill it. */
	while (say_something(&radio))
		;
	assert_true(ptl_radio_message(&radio, 0, stats.bytes, stats.n));
	for (unsigned i = 0; i < PLACES + PTL_RADIO_OUTBOX - 1; i++) {
		message = heard(&owner);
		assert_int_equal(ptl_control_type(&message), PTL_M_LEFT);
		ptl_radio_poll(&radio);
	}
	message = heard(&owner);
	assert_int_equal(ptl_control_uint(&message, PTL_F_STATUS, 0), PTL_STATUS_FAILED);
	/* One that is answered later is not lost either. */
	owner.status = PTL_STATUS_LATER;
	assert_true(ptl_radio_message(&radio, 0, stats.bytes, stats.n));
	while (say_something(&radio))
		;
	assert_false(ptl_radio_answer(&radio, 7, PTL_IF_RADIO, PTL_STATUS_DONE, NULL));
	owner.up.count = 0;
	ptl_radio_poll(&radio);
	assert_true(ptl_radio_answer(&radio, 7, PTL_IF_RADIO, PTL_STATUS_DONE, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_answered),
	};

	return cmocka_run_group_tests_name("radio_control", tests, NULL, NULL);
}
