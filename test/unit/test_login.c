// SPDX-License-Identifier: GPL-2.0-only
/* How a client shows who it is: the dialogue, lines of users, and limits of attempts. */
#include "story.h"

#include <pigtail/attempts.h>
#include <pigtail/password.h>
#include <pigtail/telnet.h>

struct end {
	struct ptl_login login;
	char said[1024];
	size_t said_n;
};

static void hear(struct end *end)
{
	end->said_n += ptl_login_transmit(&end->login, (uint8_t *)end->said + end->said_n,
					  sizeof(end->said) - 1 - end->said_n);
	end->said[end->said_n] = 0;
}

static void begin(struct end *end)
{
	*end = (struct end){0};
	ptl_login_init(&end->login);
	hear(end);
}

static size_t type_n(struct end *end, const char *text, size_t n)
{
	size_t taken = ptl_login_receive(&end->login, (const uint8_t *)text, n);

	hear(end);
	return taken;
}

static size_t type(struct end *end, const char *text)
{
	return type_n(end, text, strlen(text));
}

static void answer(struct end *end, bool passes, const char *text)
{
	ptl_login_answer(&end->login, passes, text);
	hear(end);
}

/* ---- the dialogue ---- */

static void a_user_logs_in(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	assert_string_equal(end.said, "user: ");
	assert_int_equal(type(&end, "mary\r\n"), 6);
	assert_string_equal(end.said, "user: password: ");
	assert_int_equal(type(&end, "secret one\r\nfor the UART"), 11);
	assert_int_equal(end.login.state, PTL_LOGIN_ASKS);
	assert_string_equal(end.login.name, "mary");
	assert_string_equal(end.login.password, "secret one");
	answer(&end, true, NULL);
	assert_string_equal(end.said, "user: password: ok\r\n");
	assert_int_equal(end.login.state, PTL_LOGIN_PASSED);
	/* The LF is the Enter key's; the rest is not of the dialogue. */
	assert_int_equal(type(&end, "\nfor the UART"), 1);
	assert_string_equal(end.login.password, "");
}

static void every_end_of_a_line_and_the_keys_of_a_terminal(void **state)
{
	static const struct row {
		const char *text;
		size_t n;
	} rows[] = {
#define ROW(text) {text, sizeof(text) - 1}
		ROW("mary\npass\n"),
		ROW("mary\rpass\r"),
		ROW("mary\r\npass\r"),
		ROW("mary\r\0pass\r"),
		ROW("\r\n\nmarx\bry\b\b\x7f\x7f\x7f\x7f\x7fmary\rpasss\x7f\r"),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct end end;

		begin(&end);
		for (size_t at = 0; at < rows[i].n; at++)
			assert_int_equal(type_n(&end, rows[i].text + at, 1), 1);
		assert_int_equal(end.login.state, PTL_LOGIN_ASKS);
		assert_string_equal(end.login.name, "mary");
		assert_string_equal(end.login.password, "pass");
	}
}

static void after_three_wrong_ones_it_is_over(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	for (unsigned i = 0; i < PTL_LOGIN_TRIES; i++) {
		assert_int_equal(end.login.state, PTL_LOGIN_TALKS);
		(void)type(&end, "mary\nwrong\n");
		answer(&end, false, NULL);
	}
	assert_int_equal(end.login.state, PTL_LOGIN_FAILED);
	assert_string_equal(end.said, "user: password: wrong name or password\r\n"
				      "user: password: wrong name or password\r\n"
				      "user: password: wrong name or password\r\n");
	assert_int_equal(type(&end, "mary\n"), 5);
	assert_int_equal(end.login.state, PTL_LOGIN_FAILED);
}

static void what_is_too_long_is_wrong(void **state)
{
	char text[300];
	struct end end;

	(void)state;
	memset(text, 'a', sizeof(text));
	begin(&end);
	(void)type_n(&end, text, sizeof(text));
	(void)type(&end, "\npassword\n");
	assert_int_equal(end.login.state, PTL_LOGIN_ASKS);
	assert_string_equal(end.login.name, "");
	begin(&end);
	(void)type(&end, "mary\n");
	(void)type_n(&end, text, PTL_LOGIN_PASSWORD);
	(void)type(&end, "\n");
	assert_string_equal(end.login.name, "");
	begin(&end);
	(void)type(&end, "mary\n");
	(void)type_n(&end, text, PTL_LOGIN_PASSWORD - 1);
	(void)type(&end, "\n");
	assert_string_equal(end.login.name, "mary");
	assert_int_equal(strlen(end.login.password), PTL_LOGIN_PASSWORD - 1);
	begin(&end);
	for (unsigned i = 0; i < 1000; i++)
		(void)ptl_login_receive(&end.login, (const uint8_t *)"\n", 1);
	assert_int_equal(end.login.state, PTL_LOGIN_TALKS);
}

static void a_user_arms_a_port(void **state)
{
	static const struct row {
		const char *line, *name, *address;
		unsigned minutes;
	} rows[] = {
		{"mary arm 192.0.2.7 10\n", "mary", "192.0.2.7", 10},
		{"mary  arm   2001:db8::1 720 \n", "mary", "2001:db8::1", 720},
		{"mary arm 192.0.2.7 721\n", "", "192.0.2.7", 721},
		{"mary arm 192.0.2.7 0\n", "", "192.0.2.7", 0},
		{"mary arm 192.0.2.7\n", "", "192.0.2.7", 0},
		{"mary arm 192.0.2.7 5 5\n", "", "192.0.2.7", 5},
		{"mary harm 192.0.2.7 5\n", "", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct end end;

		begin(&end);
		(void)type(&end, rows[i].line);
		(void)type(&end, "x\n");
		assert_string_equal(end.login.name, rows[i].name);
		assert_string_equal(end.login.arm, rows[i].address);
		assert_int_equal(end.login.minutes, rows[i].minutes);
	}
}

static void telnet_s_commands_wait_for_the_bridge(void **state)
{
	static const char first[] = "\xff\xfb\x2c\xff\xfa\x2c\x01\xff\xff\x00\x00\xff\xf0";
	static const char will_echo[] = "user: \xff\xfb\x01password: ";
	struct end end;
	const uint8_t *kept;
	size_t n;

	(void)state;
	begin(&end);
	for (size_t i = 0; i < sizeof(first) - 1; i++)
		(void)type_n(&end, first + i, 1);
	(void)type_n(&end, "ma\xff\xfd\x03ry\r\0", 9);
	assert_string_equal(end.said, will_echo);
	(void)type(&end, "secret\r");
	assert_string_equal(end.login.name, "mary");
	assert_string_equal(end.login.password, "secret");
	answer(&end, true, NULL);
	kept = ptl_login_kept(&end.login, &n);
	assert_int_equal(n, sizeof(first) - 1 + 3);
	assert_memory_equal(kept, first, sizeof(first) - 1);
	assert_memory_equal(kept + sizeof(first) - 1, "\xff\xfd\x03", 3);
}

static void endless_commands_are_no_login(void **state)
{
	struct end end;

	(void)state;
	begin(&end);
	(void)type_n(&end, "\xff\xfa\x2c", 3);
	for (unsigned i = 0; i < 1000; i++)
		(void)type_n(&end, "mary", 4);
	assert_int_equal(end.login.state, PTL_LOGIN_FAILED);
}

static void nothing_stays(void **state)
{
	struct end end;
	const uint8_t *bytes = (const uint8_t *)&end.login;

	(void)state;
	begin(&end);
	(void)type(&end, "mary\nsecret");
	ptl_login_wipe(&end.login);
	for (size_t i = 0; i < sizeof(end.login); i++)
		assert_int_equal(bytes[i], 0);
}

/* ---- lines of users ---- */

#define SALT "000102030405060708090a0b0c0d0e0f"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define LINE "mary:$pbkdf2-sha256$600000$" SALT "$" HASH

static void a_line_is_read_and_written(void **state)
{
	struct ptl_password password;
	char line[PTL_PASSWORD_LINE];

	(void)state;
	assert_true(ptl_password_parse(&password, LINE, strlen(LINE)));
	assert_string_equal(password.name, "mary");
	assert_int_equal(password.iterations, 600000);
	assert_int_equal(password.salt[15], 15);
	assert_int_equal(password.hash[1], 0x11);
	ptl_password_format(&password, line);
	assert_string_equal(line, LINE);
	/* Every cut of it, and every byte changed into none of its kind. */
	for (size_t n = 0; n < strlen(LINE); n++) {
		assert_false(ptl_password_parse(&password, LINE, n));
		(void)snprintf(line, sizeof(line), "%s", LINE);
		line[n] = '!';
		assert_false(ptl_password_parse(&password, line, strlen(LINE)));
	}
	assert_false(ptl_password_parse(&password, LINE "0", strlen(LINE) + 1));
}

static void names_and_iterations_have_bounds(void **state)
{
	static const struct row {
		const char *line;
		bool good;
	} rows[] = {
		{"m:$pbkdf2-sha256$1000$" SALT "$" HASH, true},
		{"m:$pbkdf2-sha256$999$" SALT "$" HASH, false},
		{"m:$pbkdf2-sha256$10000000$" SALT "$" HASH, true},
		{"m:$pbkdf2-sha256$10000001$" SALT "$" HASH, false},
		{"m:$pbkdf2-sha256$99999999999999999999$" SALT "$" HASH, false},
		{":$pbkdf2-sha256$1000$" SALT "$" HASH, false},
		{"a b:$pbkdf2-sha256$1000$" SALT "$" HASH, false},
		{"abcdefghijabcdefghijabcdefghija:$pbkdf2-sha256$1000$" SALT "$" HASH, true},
		{"abcdefghijabcdefghijabcdefghijab:$pbkdf2-sha256$1000$" SALT "$" HASH, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ptl_password password;

		assert_int_equal(
			ptl_password_parse(&password, rows[i].line, strlen(rows[i].line)),
			rows[i].good);
	}
}

static void hashes_are_compared_in_full(void **state)
{
	uint8_t a[PTL_PASSWORD_HASH] = {1}, b[PTL_PASSWORD_HASH] = {1};

	(void)state;
	assert_true(ptl_password_same(a, b));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] ^= 0x80;
		assert_false(ptl_password_same(a, b));
		b[i] ^= 0x80;
	}
}

/* ---- attempts ---- */

#define SECOND UINT64_C(1000000)

static struct ptl_attempts_from four(uint8_t last)
{
	return (struct ptl_attempts_from){{[10] = 0xff, [11] = 0xff, 192, 0, 2, last}};
}

static void an_address_waits_longer_each_time(void **state)
{
	struct ptl_attempts_from eve = four(1), mary = four(2);
	struct ptl_attempts attempts;
	ptl_time now = 5 * SECOND, wait = 0, last = 0;

	(void)state;
	ptl_attempts_init(&attempts, now);
	for (unsigned i = 0; i < PTL_ATTEMPTS_FREE; i++)
		assert_int_equal(ptl_attempts_begin(&attempts, now, &eve), 0);
	for (unsigned i = 0; i < 12; i++) {
		wait = ptl_attempts_begin(&attempts, now, &eve);
		assert_true(wait > last || wait == PTL_ATTEMPTS_MOST_US);
		assert_int_equal(ptl_attempts_begin(&attempts, now + wait - 1, &eve), 1);
		assert_int_equal(ptl_attempts_begin(&attempts, now, &mary), 0);
		ptl_attempts_passed(&attempts, &mary);
		now += wait;
		assert_int_equal(ptl_attempts_begin(&attempts, now, &eve), 0);
		last = wait;
	}
	assert_int_equal(wait, PTL_ATTEMPTS_MOST_US);
	/* It was right, or quiet for long. */
	ptl_attempts_passed(&attempts, &eve);
	for (unsigned i = 0; i < PTL_ATTEMPTS_FREE; i++)
		assert_int_equal(ptl_attempts_begin(&attempts, now, &eve), 0);
	now += PTL_ATTEMPTS_STALE_US;
	for (unsigned i = 0; i < PTL_ATTEMPTS_FREE; i++)
		assert_int_equal(ptl_attempts_begin(&attempts, now, &eve), 0);
}

/* From ever new addresses, in an hour: no more than an hour's share. */
static void all_together_have_a_share(void **state)
{
	struct ptl_attempts attempts;
	unsigned tried = 0;

	(void)state;
	ptl_attempts_init(&attempts, 0);
	for (unsigned i = 0; i < 360000; i++) {
		struct ptl_attempts_from from = {
			{0x20, 1, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};

		tried += !ptl_attempts_begin(&attempts, i * SECOND / 100, &from);
	}
	assert_in_range(tried, 60 * PTL_ATTEMPTS_A_MINUTE, 61 * PTL_ATTEMPTS_A_MINUTE);
}

static void a_network_of_ipv6_is_one_owner(void **state)
{
	struct ptl_attempts attempts;

	(void)state;
	ptl_attempts_init(&attempts, 0);
	for (uint8_t i = 0; i < PTL_ATTEMPTS_FREE; i++) {
		struct ptl_attempts_from from = {{0x20, 1, [15] = i}};

		assert_int_equal(ptl_attempts_begin(&attempts, 0, &from), 0);
	}
	assert_int_not_equal(
		ptl_attempts_begin(&attempts, 0,
				   &(struct ptl_attempts_from){{0x20, 1, [8] = 9}}),
		0);
	assert_int_equal(
		ptl_attempts_begin(&attempts, 0, &(struct ptl_attempts_from){{0x20, 2}}), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_logs_in),
		cmocka_unit_test(every_end_of_a_line_and_the_keys_of_a_terminal),
		cmocka_unit_test(after_three_wrong_ones_it_is_over),
		cmocka_unit_test(what_is_too_long_is_wrong),
		cmocka_unit_test(a_user_arms_a_port),
		cmocka_unit_test(telnet_s_commands_wait_for_the_bridge),
		cmocka_unit_test(endless_commands_are_no_login),
		cmocka_unit_test(nothing_stays),
		cmocka_unit_test(a_line_is_read_and_written),
		cmocka_unit_test(names_and_iterations_have_bounds),
		cmocka_unit_test(hashes_are_compared_in_full),
		cmocka_unit_test(an_address_waits_longer_each_time),
		cmocka_unit_test(all_together_have_a_share),
		cmocka_unit_test(a_network_of_ipv6_is_one_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
