/* SPDX-License-Identifier: GPL-2.0-only */
/* Rate negotiation at one end, with a peer that says whatever it wants. */
#include "rate_side.h"

static void meet(struct side *side, enum ptl_role role, uint32_t caps, bool option)
{
	uint8_t hello[PTL_HELLO_BYTES + PTL_OPTION_BYTES + PTL_RATE_OPTION_BYTES] = {1, 1};
	struct ptl_info info;

	memset(side, 0, sizeof(*side));
	open_side(side, role, NULL);
	side->end.framing->info(side->end.endpoint, &info);
	hello[PTL_HELLO_FLAGS] = peer_hello(&side->end).flags;
	put_le32(hello + PTL_HELLO_NONCE, PEER_NONCE);
	put_le32(hello + PTL_HELLO_SEEN, info.session);
	put_le32(hello + PTL_HELLO_CAPS, caps);
	put_le16(hello + PTL_HELLO_MAX_PACKET, 1518);
	for (int i = 0; i < 3; i++)
		put_le16(hello + PTL_HELLO_WINDOWS + 2 * i, 64);
	hello[PTL_HELLO_BYTES] = PTL_OPTION_RATE;
	hello[PTL_HELLO_BYTES + 1] = PTL_RATE_OPTION_BYTES;
	put_le32(hello + PTL_HELLO_BYTES + 2, 80000000);
	put_le16(hello + PTL_HELLO_BYTES + 6, 16);
	put_le32(hello + PTL_HELLO_BYTES + 8, 2000000);
	hear_message(&side->end, PTL_MSG_HELLO, hello,
		     option ? sizeof(hello) : (size_t)PTL_HELLO_BYTES);
	assert_int_equal(side->end.state, PTL_STATE_UP);
}

/* The next message about rates; -1: none. */
static int says_of_rate(struct side *side, struct ref_frame *frame)
{
	while (says(&side->end, frame))
		if (frame->class == PTL_CLASS_LINK && frame->number >= PTL_MSG_PROPOSE)
			return (int)frame->number;
	return -1;
}

static void propose(struct side *side, uint8_t trial, uint32_t rate)
{
	uint8_t payload[PTL_PROPOSE_BYTES] = {trial};

	put_le32(payload + 1, rate);
	put_le16(payload + 5, 100);
	hear_message(&side->end, PTL_MSG_PROPOSE, payload, sizeof(payload));
}

static void a_host_proposes_what_both_make(void **state)
{
	uint8_t answer[PTL_ACCEPT_BYTES];
	struct ref_frame frame;
	struct side side;

	(void)state;
	meet(&side, PTL_HOST, PTL_CAP_RATE, true);
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_PROPOSE);
	assert_int_equal(frame.n, PTL_PROPOSE_BYTES);
	assert_int_equal(get_le32(frame.body + 1), 2000000);
	/* Refused: the next that an ESP8266 makes well. */
	hear_message(&side.end, PTL_MSG_REFUSE, frame.body, PTL_ACCEPT_BYTES);
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_PROPOSE);
	assert_int_equal(get_le32(frame.body + 1), 1600000);
	/* An answer to the first is none to the second. */
	memcpy(answer, frame.body, sizeof(answer));
	answer[0]--;
	hear_message(&side.end, PTL_MSG_ACCEPT, answer, sizeof(answer));
	assert_int_equal(says_of_rate(&side, &frame), -1);
	assert_int_equal(side.asked, 0);
	answer[0]++;
	hear_message(&side.end, PTL_MSG_ACCEPT, answer, sizeof(answer));
	assert_int_equal(says_of_rate(&side, &frame), -1);
	assert_int_equal(side.asked, 1600000);
	free(side.end.memory);
}

static void a_trial_that_fails_is_counted_once(void **state)
{
	struct ref_frame frame;
	struct side side;

	(void)state;
	for (int role = 0; role < 2; role++) {
		meet(&side, role ? PTL_DEVICE : PTL_HOST, PTL_CAP_RATE, true);
		if (role) {
			propose(&side, 1, 2000000);
			assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_ACCEPT);
		} else {
			assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_PROPOSE);
			hear_message(&side.end, PTL_MSG_ACCEPT, frame.body, PTL_ACCEPT_BYTES);
		}
		assert_int_equal(says_of_rate(&side, &frame), -1);
		assert_int_equal(side.asked, 2000000);
		side.asked = 0;
		ptl_link_rate_done(link_in(&side.end), side.end.now, 2000000);
		side.end.now += 1000000;
		assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_FALL);
		assert_int_equal(ptl_link_counters(link_in(&side.end))->rate_failures, 1);
		free(side.end.memory);
	}
}

static void a_device_obeys(void **state)
{
	struct ref_frame frame;
	struct side side;

	(void)state;
	meet(&side, PTL_DEVICE, PTL_CAP_RATE, true);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	propose(&side, 9, 5000000); /* more than its peer makes */
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_REFUSE);
	assert_int_equal(side.asked, 0);
	propose(&side, 10, 2000000);
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_ACCEPT);
	assert_int_equal(frame.n, PTL_ACCEPT_BYTES);
	assert_int_equal(frame.body[0], 10);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	assert_int_equal(side.asked, 2000000);
	side.asked = 0;
	ptl_link_rate_done(link_in(&side.end), side.end.now, 2000000);
	/* It is silent at the new rate until it hears the host. */
	assert_int_equal(says_of_rate(&side, &frame), -1);
	/* A copy of PROPOSE, and a probe of another trial, are nothing. */
	propose(&side, 10, 2000000);
	hear_message(&side.end, PTL_MSG_PROBE, "\x09\0\0\0\0\0\0", PTL_PROBE_HEAD);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	hear_message(&side.end, PTL_MSG_PROBE, "\x0a\0\0\0\0\0\0", PTL_PROBE_HEAD);
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_PROBE);
	assert_int_equal(frame.n, PTL_PROBE_BYTES);
	assert_int_equal(get_le16(frame.body + 3), 1);
	assert_int_equal(get_le16(frame.body + 5), 1);
	hear_message(&side.end, PTL_MSG_CONFIRM, "\x0a", 1);
	assert_int_equal(says_of_rate(&side, &frame), PTL_MSG_CONFIRMED);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	assert_int_equal(ptl_link_counters(link_in(&side.end))->rate_changes, 1);
	hear_message(&side.end, PTL_MSG_FALL, "\x0a\x02", 2);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	assert_int_equal(side.asked, BASE);
	free(side.end.memory);
}

static void without_the_capability_nothing_changes(void **state)
{
	static const struct {
		uint32_t caps;
		bool option;
	} cases[] = {{0, false}, {0, true}, {PTL_CAP_RATE, false}};
	struct ref_frame frame;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct side side;

		meet(&side, PTL_HOST, cases[i].caps, cases[i].option);
		side.end.now += 10000;
		assert_int_equal(says_of_rate(&side, &frame), -1);
		propose(&side, 1, 230400);
		assert_int_equal(says_of_rate(&side, &frame), -1);
		assert_int_equal(side.asked, 0);
		free(side.end.memory);
	}
}

static void an_end_that_does_not_negotiate_says_so(void **state)
{
	struct one_end end;
	struct ref_frame frame;

	(void)state;
	open_link(&end, PTL_DEVICE, PTL_PROFILE_MCU);
	assert_true(says(&end, &frame));
	assert_int_equal(get_le32(frame.body + PTL_HELLO_CAPS) & PTL_CAP_RATE, 0);
	meet_peer(&end);
	hear_message(&end, PTL_MSG_PROPOSE, "\1\0\x84\3\0\0\0", PTL_PROPOSE_BYTES);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_UNKNOWN);
	end_close(&end);
}

static void short_messages_are_bad(void **state)
{
	struct side side;
	struct ref_frame frame;

	(void)state;
	meet(&side, PTL_DEVICE, PTL_CAP_RATE, true);
	for (unsigned type = PTL_MSG_PROPOSE; type <= PTL_MSG_FALL; type++)
		hear_message(&side.end, type, "\0\0\0\0\0\0", type == PTL_MSG_FALL ? 1 : 0);
	assert_int_equal(ptl_link_counters(link_in(&side.end))->rx_bad_field, 7);
	assert_int_equal(says_of_rate(&side, &frame), -1);
	hear_message(&side.end, PTL_MSG_FALL + 1, "", 0);
	assert_true(says(&side.end, &frame));
	assert_int_equal(frame.number, PTL_MSG_UNKNOWN);
	free(side.end.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_proposes_what_both_make),
		cmocka_unit_test(a_trial_that_fails_is_counted_once),
		cmocka_unit_test(a_device_obeys),
		cmocka_unit_test(without_the_capability_nothing_changes),
		cmocka_unit_test(an_end_that_does_not_negotiate_says_so),
		cmocka_unit_test(short_messages_are_bad),
	};

	return cmocka_run_group_tests_name("rate_one_end", tests, NULL, NULL);
}
