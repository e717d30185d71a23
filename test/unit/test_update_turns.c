/* SPDX-License-Identifier: GPL-2.0-only */
/* A firmware update on the radio's side: what is looked at, a signature or a whole slot, takes
 * many turns of the main loop, and what comes between them. */
#include "radio_flash.h"

static bool no_room(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	(void)message;
	(void)n;
	return false;
}

static ptl_time one_turn(void)
{
	return radio.owner.poll(radio.owner.user, radio.now);
}

/* Says it to the radio, with this id. */
static void say(struct ptl_control_writer *message, uint8_t id)
{
	message->bytes[1] = id;
	radio.answer.n = 0;
	assert_true(ptl_control_end(message));
	assert_true(ptl_radio_message(&radio.control, radio.now, message->bytes, message->n));
}

/* How many turns it takes until the radio says a word. */
static unsigned turns_to_answer(void)
{
	unsigned turns = 0;

	for (; radio.answer.n == 0; turns++)
		(void)one_turn();
	return turns;
}

static void expect_answer(uint8_t id, enum ptl_status status)
{
	struct ptl_control answer = {radio.answer.bytes, radio.answer.n};

	assert_int_equal(ptl_control_id(&answer), id);
	assert_int_equal(ptl_control_uint(&answer, PTL_F_STATUS, 0), status);
	radio.answer.n = 0;
}

/* All of the next image is there, and message is to end it. */
static void begin_to_end(struct prng *prng, struct ptl_control_writer *message)
{
	uint32_t offset;

	begin(prng, 4096);
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	send_body(&next, offset, UINT32_MAX);
	make_end(message, &next.image);
}

static void the_digest_is_looked_at_in_turns(void **state)
{
	struct prng prng = story_seed("turns", 15);
	struct ptl_control_writer message;

	(void)state;
	begin_to_end(&prng, &message);
	say(&message, 7);
	assert_int_equal(turns_to_answer(),
			 (next.image.size + PTL_LOOK_BYTES - 1) / PTL_LOOK_BYTES);
	expect_answer(7, PTL_STATUS_DONE);
	assert_int_equal(power_up(), 1);
	assert_true(slot_has(1, &next));
	nor_close(&radio.nor);
}

/* Both are answered, each once, and the second counts. */
static void a_request_ends_the_look_of_an_earlier_one(void **state)
{
	struct prng prng = story_seed("earlier", 16);
	struct ptl_control_writer message;

	(void)state;
	begin_to_end(&prng, &message);
	say(&message, 8);
	assert_int_equal(one_turn(), radio.now);
	assert_int_equal(radio.answer.n, 0);
	say(&message, 9);
	expect_answer(8, PTL_STATUS_ABORTED);
	(void)turns_to_answer();
	expect_answer(9, PTL_STATUS_DONE);
	assert_int_equal(one_turn(), PTL_NEVER);
	assert_int_equal(radio.answer.n, 0);
	nor_close(&radio.nor);
}

/* It is said when there is, and what it says was done once. */
static void an_answer_waits_for_room(void **state)
{
	struct prng prng = story_seed("room", 17);
	struct ptl_control_writer message;

	(void)state;
	begin(&prng, 4096);
	make_begin(&message, &next.image);
	say(&message, 1);
	radio.control.ops.send = no_room;
	for (int i = 0; i < PTL_RADIO_OUTBOX - 1; i++)
		assert_true(ptl_radio_answer(&radio.control, 1, PTL_IF_RADIO, PTL_STATUS_DONE,
					     NULL));
	for (int i = 0; i < 10; i++)
		assert_int_equal(one_turn(), PTL_NEVER);
	/* As long as it is not said, a new request finds none either. */
	say(&message, 2);
	radio.control.ops.send = radio_says;
	assert_true(ptl_radio_poll(&radio.control));
	expect_answer(2, PTL_STATUS_BUSY);
	(void)one_turn();
	expect_answer(1, PTL_STATUS_DONE);
	nor_close(&radio.nor);
}

static void a_session_ends_the_look(void **state)
{
	struct prng prng = story_seed("session", 18);
	struct ptl_control_writer message;

	(void)state;
	begin(&prng, 4096);
	make_begin(&message, &next.image);
	say(&message, 1);
	meet();
	radio.answer.n = 0;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(one_turn(), PTL_NEVER);
	assert_int_equal(radio.answer.n, 0);
	/* And nothing was begun. */
	assert_int_equal(ask_end(&next.image), PTL_STATUS_STATE);
	nor_close(&radio.nor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_is_looked_at_in_turns),
		cmocka_unit_test(a_request_ends_the_look_of_an_earlier_one),
		cmocka_unit_test(an_answer_waits_for_room),
		cmocka_unit_test(a_session_ends_the_look),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}
