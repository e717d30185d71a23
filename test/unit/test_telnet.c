// SPDX-License-Identifier: GPL-2.0-only
/* Telnet's codec: the RFCs' examples, any cut of bytes, and peers that loop or lie. */
#include "story.h"

#include <pigtail/telnet.h>

#define IAC  PTL_TELNET_IAC
#define WILL PTL_TELNET_WILL
#define WONT PTL_TELNET_WONT
#define DO   PTL_TELNET_DO
#define DONT PTL_TELNET_DONT
#define SB   PTL_TELNET_SB
#define SE   PTL_TELNET_SE

struct end {
	struct ptl_telnet telnet;
	uint8_t data[4096], said[4096], sub[256];
	size_t data_n, said_n, sub_n, room;
	unsigned subs, commands, changes;
	uint8_t sub_option, command;
};

static size_t on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct end *end = user;
	size_t room = end->room - end->data_n;

	if (n > room)
		n = room;
	memcpy(end->data + end->data_n, bytes, n);
	end->data_n += n;
	return n;
}

static void on_command(void *user, uint8_t command)
{
	struct end *end = user;

	end->commands++;
	end->command = command;
}

static void on_subnegotiation(void *user, uint8_t option, const uint8_t *bytes, size_t n)
{
	struct end *end = user;

	end->subs++;
	end->sub_option = option;
	memcpy(end->sub, bytes, n);
	end->sub_n = n;
}

static void on_option(void *user, uint8_t option, bool ours, bool on)
{
	struct end *end = user;

	assert_true(ptl_telnet_is_on(&end->telnet, option, ours) == on);
	end->changes++;
}

static void on_say(void *user, const uint8_t *bytes, size_t n)
{
	struct end *end = user;

	assert_true(end->said_n + n <= sizeof(end->said));
	memcpy(end->said + end->said_n, bytes, n);
	end->said_n += n;
}

static const struct ptl_telnet_allowed allowed[] = {
	{PTL_TELNET_BINARY, true, true},
	{PTL_TELNET_ECHO, true, false},
	{PTL_TELNET_SGA, true, true},
	{PTL_TELNET_COM_PORT, true, true},
};

static void begin(struct end *end)
{
	const struct ptl_telnet_events events = {
		end, on_data, on_command, on_subnegotiation, on_option, on_say,
	};

	memset(end, 0, sizeof(*end));
	end->room = sizeof(end->data);
	ptl_telnet_init(&end->telnet, allowed, COUNT(allowed), &events);
	end->telnet.newline_is_cr = true;
}

/* All of it, however often the codec stops. */
static void receive(struct end *end, const uint8_t *bytes, size_t n)
{
	while (n) {
		size_t taken = ptl_telnet_receive(&end->telnet, bytes, n);

		assert_true(taken > 0 && taken <= n);
		bytes += taken;
		n -= taken;
	}
}

#define RECEIVE(end, ...)                                                                      \
	do {                                                                                   \
		const uint8_t in_[] = {__VA_ARGS__};                                           \
		receive(end, in_, sizeof(in_));                                                \
	} while (0)

#define SAID(end, ...)                                                                         \
	do {                                                                                   \
		const uint8_t want_[] = {__VA_ARGS__};                                         \
		assert_int_equal((end)->said_n, sizeof(want_));                                \
		assert_memory_equal((end)->said, want_, sizeof(want_));                        \
		(end)->said_n = 0;                                                             \
	} while (0)

#define DATA(end, text)                                                                        \
	do {                                                                                   \
		assert_int_equal((end)->data_n, sizeof(text) - 1);                             \
		assert_memory_equal((end)->data, text, sizeof(text) - 1);                      \
		(end)->data_n = 0;                                                             \
	} while (0)

/* What each client of the facts' table says first. */
static void an_allowed_option_is_agreed_on_and_others_are_refused(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, IAC, DO, PTL_TELNET_SGA);
	SAID(&end, IAC, WILL, PTL_TELNET_SGA);
	RECEIVE(&end, IAC, WILL, 31, IAC, WILL, 24, IAC, DO, 5);
	SAID(&end, IAC, DONT, 31, IAC, DONT, 24, IAC, WONT, 5);
	RECEIVE(&end, IAC, WILL, PTL_TELNET_ECHO); /* we would echo what it echoes */
	SAID(&end, IAC, DONT, PTL_TELNET_ECHO);
	RECEIVE(&end, IAC, WONT, 31, IAC, DONT, 5);
	assert_int_equal(end.said_n, 0);
	assert_int_equal(end.changes, 1);
}

static void what_changes_nothing_is_not_answered(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, IAC, DO, PTL_TELNET_SGA);
	end.said_n = 0;
	for (unsigned i = 0; i < 100; i++)
		RECEIVE(&end, IAC, DO, PTL_TELNET_SGA, IAC, DONT, PTL_TELNET_ECHO);
	assert_int_equal(end.said_n, 0);
	RECEIVE(&end, IAC, DONT, PTL_TELNET_SGA, IAC, DONT, PTL_TELNET_SGA);
	SAID(&end, IAC, WONT, PTL_TELNET_SGA);
}

static void what_we_asked_for_is_not_answered_when_it_comes(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	ptl_telnet_ask(&end.telnet, PTL_TELNET_BINARY, true);
	ptl_telnet_ask(&end.telnet, PTL_TELNET_BINARY, true);
	ptl_telnet_ask(&end.telnet, PTL_TELNET_BINARY, false);
	SAID(&end, IAC, WILL, PTL_TELNET_BINARY, IAC, DO, PTL_TELNET_BINARY);
	assert_false(ptl_telnet_is_on(&end.telnet, PTL_TELNET_BINARY, true));
	assert_false(ptl_telnet_is_answered(&end.telnet, PTL_TELNET_BINARY, true));
	RECEIVE(&end, IAC, DO, PTL_TELNET_BINARY, IAC, WONT, PTL_TELNET_BINARY);
	assert_int_equal(end.said_n, 0);
	assert_true(ptl_telnet_is_on(&end.telnet, PTL_TELNET_BINARY, true));
	assert_false(ptl_telnet_is_on(&end.telnet, PTL_TELNET_BINARY, false));
	assert_true(ptl_telnet_is_answered(&end.telnet, PTL_TELNET_BINARY, false));
}

static void two_of_us_agree_and_fall_silent(void **state)
{
	struct end a, b;
	unsigned turns = 0;

	(void)state;
	begin(&a);
	begin(&b);
	for (size_t i = 0; i < COUNT(allowed); i++) {
		ptl_telnet_ask(&a.telnet, allowed[i].option, true);
		ptl_telnet_ask(&b.telnet, allowed[i].option, true);
		ptl_telnet_ask(&a.telnet, allowed[i].option, false);
	}
	while (a.said_n || b.said_n) {
		struct end *from = a.said_n ? &a : &b, *to = a.said_n ? &b : &a;
		size_t n = from->said_n;

		from->said_n = 0;
		receive(to, from->said, n);
		assert_true(++turns < 10);
	}
	assert_true(ptl_telnet_is_on(&a.telnet, PTL_TELNET_BINARY, true));
	assert_true(ptl_telnet_is_on(&a.telnet, PTL_TELNET_COM_PORT, false));
	assert_false(ptl_telnet_is_on(&a.telnet, PTL_TELNET_ECHO, false));
}

static void enter_is_one_carriage_return(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, 'a', '\r', 0, 'b', '\r', '\n', 'c', '\r', 'd', '\n');
	DATA(&end, "a\rb\rc\rd\n");
	end.telnet.newline_is_cr = false;
	RECEIVE(&end, 'a', '\r', '\n', 'b', '\r', 0, 'c', '\r', IAC, IAC);
	DATA(&end, "a\r\nb\rc\r\xff");
	RECEIVE(&end, IAC, WILL, PTL_TELNET_BINARY, '\r', 0, '\r', '\n');
	DATA(&end, "\r\0\r\n");
}

static void text_that_ended_in_cr_may_go_on_with_its_nul(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	ptl_telnet_after_cr(&end.telnet);
	RECEIVE(&end, 0, 'x');
	DATA(&end, "x");
}

static void commands_are_told_apart_from_data(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, 'a', IAC, PTL_TELNET_BRK, 'b', IAC, IAC, 'c', IAC, PTL_TELNET_NOP);
	DATA(&end, "ab\xff"
		   "c");
	assert_int_equal(end.commands, 2);
	assert_int_equal(end.command, PTL_TELNET_NOP);
	RECEIVE(&end, IAC, 17, IAC, SE, 'd'); /* neither is one */
	DATA(&end, "d");
	assert_int_equal(end.commands, 2);
}

static void a_subnegotiation_comes_whole_with_its_ffs(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, IAC, SB, 44, 1, 0, IAC, IAC, 1, IAC, SE, 'x');
	assert_int_equal(end.subs, 1);
	assert_int_equal(end.sub_option, 44);
	assert_int_equal(end.sub_n, 4);
	assert_int_equal(end.sub[2], 0xff);
	DATA(&end, "x");
}

static void an_endless_subnegotiation_is_skipped_and_counted(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	RECEIVE(&end, IAC, SB, 44);
	for (unsigned i = 0; i < 100000; i++)
		RECEIVE(&end, 'x');
	RECEIVE(&end, IAC, SE, 'y');
	assert_int_equal(end.subs, 0);
	assert_int_equal(end.telnet.malformed, 1);
	DATA(&end, "y");
	RECEIVE(&end, IAC, SB, 44, 1, IAC, DO, PTL_TELNET_SGA, 'z'); /* broken into */
	assert_int_equal(end.telnet.malformed, 2);
	SAID(&end, IAC, WILL, PTL_TELNET_SGA);
	DATA(&end, "z");
}

static void data_that_are_not_taken_are_offered_again(void **state)
{
	const uint8_t in[] = {'a', 'b', IAC, IAC, '\r', 0, 'c', IAC, DO, PTL_TELNET_SGA, 'd'};
	struct end end;
	size_t at = 0, rounds = 0;

	(void)state;
	begin(&end);
	end.room = 0;
	while (at < sizeof(in)) {
		size_t taken = ptl_telnet_receive(&end.telnet, in + at, sizeof(in) - at);

		at += taken;
		if (!taken)
			end.room++;
		assert_true(++rounds < 100);
	}
	DATA(&end, "ab\xff\rcd");
}

/* Given random bytes, any cut of them says and means the same. */
static void cuts_do_not_matter(void **state)
{
	static const uint8_t often[] = {IAC, IAC, WILL, DO, DONT, SB, SE, 44, 0, 1, '\r', '\n'};
	struct prng prng = story_seed("cuts", 5);

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		static struct end whole, cut;
		uint8_t bytes[600];
		size_t at = 0;

		begin(&whole);
		begin(&cut);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = prng_below(&prng, 3) ? often[prng_below(&prng, COUNT(often))]
							: (uint8_t)prng_next(&prng);
		receive(&whole, bytes, sizeof(bytes));
		while (at < sizeof(bytes)) {
			size_t n = random_from(&prng, 1, 5);

			if (n > sizeof(bytes) - at)
				n = sizeof(bytes) - at;
			receive(&cut, bytes + at, n);
			at += n;
		}
		assert_int_equal(whole.data_n, cut.data_n);
		assert_memory_equal(whole.data, cut.data, whole.data_n);
		assert_int_equal(whole.said_n, cut.said_n);
		assert_memory_equal(whole.said, cut.said, whole.said_n);
		assert_int_equal(whole.subs, cut.subs);
		assert_int_equal(whole.telnet.malformed, cut.telnet.malformed);
	}
}

/* What one end encodes the other decodes, binary or not, in any room. */
static void what_is_encoded_is_decoded(void **state)
{
	struct prng prng = story_seed("encoded", 6);

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		static struct end from, to;
		uint8_t bytes[500];
		size_t at = 0;

		begin(&from);
		begin(&to);
		to.telnet.newline_is_cr = false;
		if (round % 2) {
			RECEIVE(&from, IAC, DO, PTL_TELNET_BINARY);
			RECEIVE(&to, IAC, WILL, PTL_TELNET_BINARY);
		}
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = prng_below(&prng, 2)
					   ? (uint8_t)prng_next(&prng)
					   : (uint8_t) "\r\n\xff"[prng_below(&prng, 4)];
		while (at < sizeof(bytes)) {
			uint8_t out[64];
			size_t used, n = ptl_telnet_encode(&from.telnet, bytes + at,
							   sizeof(bytes) - at, &used, out,
							   random_from(&prng, 3, sizeof(out)));

			assert_true(used > 0);
			receive(&to, out, n);
			at += used;
		}
		assert_int_equal(to.data_n, sizeof(bytes));
		assert_memory_equal(to.data, bytes, sizeof(bytes));
	}
}

static void nothing_is_cut_for_want_of_room(void **state)
{
	const uint8_t bytes[] = {1, 0xff, 2};
	uint8_t out[16];
	struct end end;
	size_t used;

	(void)state;
	begin(&end);
	assert_int_equal(ptl_telnet_encode(&end.telnet, bytes, 3, &used, out, 2), 0);
	assert_int_equal(used, 0);
	assert_int_equal(ptl_telnet_subnegotiation(44, bytes, 3, out, 8), 0);
	assert_int_equal(ptl_telnet_subnegotiation(44, bytes, 3, out, 9), 9);
	assert_memory_equal(out, "\xff\xfa\x2c\x01\xff\xff\x02\xff\xf0", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allowed_option_is_agreed_on_and_others_are_refused),
		cmocka_unit_test(what_changes_nothing_is_not_answered),
		cmocka_unit_test(what_we_asked_for_is_not_answered_when_it_comes),
		cmocka_unit_test(two_of_us_agree_and_fall_silent),
		cmocka_unit_test(enter_is_one_carriage_return),
		cmocka_unit_test(text_that_ended_in_cr_may_go_on_with_its_nul),
		cmocka_unit_test(commands_are_told_apart_from_data),
		cmocka_unit_test(a_subnegotiation_comes_whole_with_its_ffs),
		cmocka_unit_test(an_endless_subnegotiation_is_skipped_and_counted),
		cmocka_unit_test(data_that_are_not_taken_are_offered_again),
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(nothing_is_cut_for_want_of_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
