/* SPDX-License-Identifier: GPL-2.0-only */
/* A device's responder of multicast DNS, and what others on its network do. */
#include "story.h"

#include "device/mdns/mdns.h"
#include "device/mdns/mdns_message.h"

#define SECOND 1000000u

static const char *const tls[] = {"access=tls", NULL};
static const char *const armed[] = {"ssh_upload=no", "access=armed", NULL};
static const struct mdns_service services[] = {
	{"_telnets", tls, 992},
	{"_telnet", armed, 23},
	{"_arduino", armed, 2323},
};
static const struct mdns_address four = {4, {192, 0, 2, 2}};
static const struct mdns_name host = {{"Lab", "local"}, 2};
static const struct mdns_name second_host = {{"lab-2", "local"}, 2};
static const struct mdns_name kind = {{"_telnets", "_tcp", "local"}, 3};
static const struct mdns_name kinds = {{"_services", "_dns-sd", "_udp", "local"}, 4};
static const struct mdns_name instance = {{"bridge on lab", "_telnets", "_tcp", "local"}, 4};

static uint32_t no_chance(void)
{
	return 0;
}

static const struct mdns_config config = {"lab", "bridge", services, 3, no_chance};

struct bench {
	struct mdns mdns;
	ptl_time now;
	uint8_t said[MDNS_MESSAGE];
	size_t n;
};

/* Until it has something to say, within these; whether it had. */
static bool hear(struct bench *bench, ptl_time within)
{
	ptl_time end = bench->now + within;

	bench->n = 0;
	while (!bench->n && mdns_due(&bench->mdns) <= end) {
		if (bench->now < mdns_due(&bench->mdns))
			bench->now = mdns_due(&bench->mdns);
		bench->n = mdns_next(&bench->mdns, bench->now, bench->said, MDNS_MESSAGE);
	}
	if (!bench->n)
		bench->now = end;
	return bench->n > 0;
}

/* Whether a record of this type is among what was said. */
static bool tells(const struct bench *bench, const struct mdns_name *name, uint16_t type)
{
	const struct mdns_message message = {bench->said, bench->n};
	struct mdns_question question;
	struct mdns_record record;
	size_t at = MDNS_HEADER;
	unsigned records = 0;

	if (!bench->n)
		return false;
	for (int i = 0; i < 4; i++)
		records += i ? mdns_word(bench->said + 4 + 2 * i) : 0;
	for (unsigned i = mdns_word(bench->said + 4); i > 0; i--)
		assert_true(mdns_read_question(message, &at, &question));
	for (; records > 0; records--) {
		assert_true(mdns_read_record(message, &at, &record));
		if (record.type == type && mdns_name_is(message, record.name, name))
			return true;
	}
	assert_int_equal(at, bench->n);
	return false;
}

static void start(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	bench->now = 5 * SECOND;
	mdns_init(&bench->mdns, &config);
	mdns_set_addresses(&bench->mdns, bench->now, &four, 1);
}

static void settle(struct bench *bench)
{
	start(bench);
	while (hear(bench, 3 * SECOND))
		;
	assert_int_equal(bench->mdns.state, MDNS_TELLS);
}

static struct mdns_writer ask(uint8_t *to, const struct mdns_name *name, uint16_t type)
{
	struct mdns_writer out = mdns_write(to, MDNS_MESSAGE, 7, 0);

	assert_true(mdns_write_question(&out, name, type, MDNS_IN));
	return out;
}

static uint32_t give(struct bench *bench, struct mdns_writer *out, bool legacy)
{
	size_t n = mdns_written(out);

	return mdns_receive(&bench->mdns, bench->now, out->at, n, legacy);
}

static void say_address(struct bench *bench, uint16_t flags, enum mdns_section section,
			const struct mdns_name *name, uint8_t last)
{
	uint8_t bytes[MDNS_MESSAGE], address[4] = {192, 0, 2, last};
	struct mdns_writer out = mdns_write(bytes, sizeof(bytes), 0, flags);

	mdns_write_record(&out, name, MDNS_A, MDNS_IN, 120);
	mdns_write_bytes(&out, address, 4);
	assert_true(mdns_write_end(&out, section));
	(void)give(bench, &out, false);
}

/* ---- the beginning ---- */

static void probes_then_tells_twice(void **state)
{
	struct bench bench;
	ptl_time last = 0;

	(void)state;
	start(&bench);
	for (int i = 0; i < 3; i++) {
		assert_true(hear(&bench, SECOND));
		assert_int_equal(mdns_word(bench.said + 2), 0);
		assert_true(tells(&bench, &host, MDNS_A) && tells(&bench, &instance, MDNS_SRV));
		assert_true(!i || bench.now - last == 250000);
		last = bench.now;
	}
	for (int i = 0; i < 2; i++) {
		assert_true(hear(&bench, SECOND));
		assert_true(tells(&bench, &host, MDNS_A) && tells(&bench, &kind, MDNS_PTR));
		assert_true(tells(&bench, &instance, MDNS_TXT));
		assert_true(bench.n <= MDNS_MESSAGE);
	}
	assert_false(hear(&bench, 100 * SECOND));
}

static void says_nothing_without_an_address(void **state)
{
	struct bench bench;

	(void)state;
	settle(&bench);
	mdns_set_addresses(&bench.mdns, bench.now, NULL, 0);
	assert_int_equal(bench.mdns.state, MDNS_SILENT);
	assert_false(hear(&bench, 100 * SECOND));
	mdns_set_addresses(&bench.mdns, bench.now, &four, 1);
	assert_true(hear(&bench, SECOND) && !mdns_word(bench.said + 2));
}

static void another_address_is_told(void **state)
{
	const struct mdns_address both[] = {four, {16, {0xfe, 0x80, [15] = 1}}};
	struct bench bench;

	(void)state;
	settle(&bench);
	mdns_set_addresses(&bench.mdns, bench.now, both, 2);
	assert_true(hear(&bench, SECOND) && tells(&bench, &host, MDNS_AAAA));
	mdns_set_addresses(&bench.mdns, bench.now, both, 2);
	assert_true(hear(&bench, SECOND) && tells(&bench, &host, MDNS_AAAA));
	assert_false(hear(&bench, 100 * SECOND));
}

/* ---- answers ---- */

static void a_question_is_answered_with_what_comes_next(void **state)
{
	uint8_t bytes[MDNS_MESSAGE];
	struct bench bench;
	struct mdns_writer out;

	(void)state;
	settle(&bench);
	out = ask(bytes, &kind, MDNS_PTR);
	assert_int_equal(give(&bench, &out, false), 0);
	assert_true(hear(&bench, 200000));
	assert_true(tells(&bench, &kind, MDNS_PTR) && tells(&bench, &instance, MDNS_SRV) &&
		    tells(&bench, &instance, MDNS_TXT) && tells(&bench, &host, MDNS_A));
	bench.now += 10 * SECOND;
	out = ask(bytes, &kinds, MDNS_PTR);
	(void)give(&bench, &out, false);
	assert_true(hear(&bench, 200000) && tells(&bench, &kinds, MDNS_PTR));
	assert_false(tells(&bench, &host, MDNS_A));
	out = ask(bytes, &(const struct mdns_name){{"other", "local"}, 2}, MDNS_ANY);
	(void)give(&bench, &out, false);
	assert_false(hear(&bench, 100 * SECOND));
}

static void who_knows_is_not_told_again(void **state)
{
	uint8_t bytes[MDNS_MESSAGE];
	struct bench bench;
	struct mdns_writer out;

	(void)state;
	for (uint32_t ttl = 1000; ttl <= 4500; ttl += 3500) {
		settle(&bench);
		out = ask(bytes, &kind, MDNS_PTR);
		mdns_write_record(&out, &kind, MDNS_PTR, MDNS_IN, ttl);
		mdns_write_name(&out, &instance);
		assert_true(mdns_write_end(&out, MDNS_ANSWERS));
		(void)give(&bench, &out, false);
		assert_int_equal(hear(&bench, SECOND), ttl < 2250);
	}
}

/* However often it is asked. */
static void a_record_goes_out_once_in_a_second(void **state)
{
	uint8_t bytes[MDNS_MESSAGE];
	struct bench bench;
	struct mdns_writer out;
	unsigned answers = 0;

	(void)state;
	settle(&bench);
	for (int i = 0; i < 10000; i++) {
		out = ask(bytes, i & 1 ? &host : &kind, MDNS_ANY);
		(void)give(&bench, &out, false);
		answers += hear(&bench, 1000);
	}
	assert_in_range(answers, 10, 40);
	assert_int_equal(bench.mdns.counters.asked, 10000);
}

static void who_asks_from_another_port_is_answered_alone(void **state)
{
	uint8_t bytes[MDNS_MESSAGE];
	struct bench bench;
	struct mdns_writer out;
	uint32_t asked;

	(void)state;
	settle(&bench);
	out = ask(bytes, &host, MDNS_A);
	asked = give(&bench, &out, true);
	assert_true(asked);
	bench.n = mdns_answer(&bench.mdns, bytes, out.n, asked, bench.said, MDNS_MESSAGE);
	assert_int_equal(mdns_word(bench.said), 7);
	assert_memory_equal(bench.said + MDNS_HEADER, bytes + MDNS_HEADER, out.n - MDNS_HEADER);
	assert_true(tells(&bench, &host, MDNS_A));
	assert_int_equal(give(&bench, &out, true), 0); /* too soon */
	assert_false(hear(&bench, 100 * SECOND));
}

/* ---- others ---- */

static void a_name_that_is_taken_gets_a_number(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench);
	say_address(&bench, MDNS_OURS, MDNS_ANSWERS, &host, 9); /* before the first probe */
	assert_true(hear(&bench, SECOND) && tells(&bench, &host, MDNS_A));
	say_address(&bench, MDNS_OURS, MDNS_ANSWERS, &host, 9);
	assert_true(hear(&bench, SECOND) && tells(&bench, &second_host, MDNS_A));
	while (hear(&bench, 2 * SECOND))
		assert_true(tells(&bench, &second_host, MDNS_A));
	assert_int_equal(bench.mdns.state, MDNS_TELLS);
	assert_int_equal(bench.mdns.counters.conflicts, 1);
}

static void our_own_words_are_no_conflict(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench);
	while (hear(&bench, 2 * SECOND))
		(void)mdns_receive(&bench.mdns, bench.now, bench.said, bench.n, false);
	assert_int_equal(bench.mdns.counters.conflicts, 0);
	assert_int_equal(bench.mdns.number, 0);
}

static void of_two_that_probe_the_larger_address_wins(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench);
	assert_true(hear(&bench, SECOND));
	say_address(&bench, 0, MDNS_AUTHORITIES, &host, 1); /* less than ours */
	assert_true(hear(&bench, 260000));
	say_address(&bench, 0, MDNS_AUTHORITIES, &host, 3);
	assert_false(hear(&bench, 999999));
	assert_true(hear(&bench, 1) && tells(&bench, &host, MDNS_A));
}

static void a_name_is_defended_in_time(void **state)
{
	uint8_t bytes[MDNS_MESSAGE];
	struct bench bench;
	struct mdns_writer out;

	(void)state;
	settle(&bench);
	for (int i = 0; i < 3; i++) {
		out = ask(bytes, &host, MDNS_ANY);
		mdns_write_record(&out, &host, MDNS_A, MDNS_IN, 120);
		mdns_write_bytes(&out, "\1\2\3\4", 4);
		assert_true(mdns_write_end(&out, MDNS_AUTHORITIES));
		(void)give(&bench, &out, false);
		assert_true(hear(&bench, 250000) && tells(&bench, &host, MDNS_A));
	}
	assert_int_equal(bench.mdns.counters.conflicts, 0);
}

static void who_denies_it_for_ever_is_not_followed_in_haste(void **state)
{
	struct bench bench;
	unsigned said = 0;
	ptl_time end;

	(void)state;
	start(&bench);
	end = bench.now + 100 * SECOND;
	while (bench.now < end) {
		struct mdns_name name = {{bench.mdns.host, "local"}, 2};

		said += hear(&bench, 10000);
		say_address(&bench, MDNS_OURS, MDNS_ANSWERS, &name, 9);
	}
	assert_in_range(said, 15, 50);
	assert_true(strlen(bench.mdns.host) <= MDNS_HOST);
}

/* ---- what is none ---- */

static void what_is_broken_is_counted_and_not_answered(void **state)
{
	static const char loop[] = "\0\0\0\0\0\1\0\0\0\0\0\0"
				   "\xc0\x0c\0\xff\0\1";
	static const char cut[] = "\0\0\0\0\0\1\0\0\0\0\0\0"
				  "\3lab\5local\0\0\xff\0";
	static const char lies[] = "\0\0\0\0\0\1\xff\xff\0\0\0\0"
				   "\3lab\5local\0\0\xff\0\1";
	static const char forward[] = "\0\0\0\0\0\2\0\0\0\0\0\0"
				      "\xc0\x12\0\xff\0\1\3lab\5local\0\0\1\0\2";
	static const struct {
		const char *bytes;
		size_t n;
		bool broken;
	} all[] = {
		{"", 0, true},
		{loop, 11, true},
		{loop, sizeof(loop) - 1, false}, /* whole, and of a name that is none */
		{cut, sizeof(cut) - 1, true},
		{lies, sizeof(lies) - 1, true},
		{forward, sizeof(forward) - 1, false},
	};
	struct bench bench;
	unsigned broken = 0;

	(void)state;
	settle(&bench);
	for (size_t i = 0; i < COUNT(all); i++) {
		(void)mdns_receive(&bench.mdns, bench.now, (const uint8_t *)all[i].bytes,
				   all[i].n, false);
		broken += all[i].broken;
		assert_int_equal(bench.mdns.counters.broken, broken);
		assert_false(hear(&bench, 2 * SECOND));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_then_tells_twice),
		cmocka_unit_test(says_nothing_without_an_address),
		cmocka_unit_test(another_address_is_told),
		cmocka_unit_test(a_question_is_answered_with_what_comes_next),
		cmocka_unit_test(who_knows_is_not_told_again),
		cmocka_unit_test(a_record_goes_out_once_in_a_second),
		cmocka_unit_test(who_asks_from_another_port_is_answered_alone),
		cmocka_unit_test(a_name_that_is_taken_gets_a_number),
		cmocka_unit_test(our_own_words_are_no_conflict),
		cmocka_unit_test(of_two_that_probe_the_larger_address_wins),
		cmocka_unit_test(a_name_is_defended_in_time),
		cmocka_unit_test(who_denies_it_for_ever_is_not_followed_in_haste),
		cmocka_unit_test(what_is_broken_is_counted_and_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
