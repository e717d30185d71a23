/* SPDX-License-Identifier: GPL-2.0-only */
/* The store: what it says is kept is kept, whenever power goes, on a flash in which bits
 * only fall. */
#include "story.h"

#include "nor.h"

#include <pigtail/store.h>

#define SECTOR 4096u
#define SIZE   (4 * SECTOR)
#define KEYS   6

static struct nor nor;
static struct ptl_store store;

static void make(uint64_t seed)
{
	assert_true(nor_open(&nor, SIZE, SECTOR, seed));
	assert_true(ptl_store_open(&store, &nor.seam, 0, SECTOR));
}

static void restart(void)
{
	nor_power_up(&nor);
	assert_true(ptl_store_open(&store, &nor.seam, 0, SECTOR));
}

static void expect(const char *key, const char *value)
{
	char is[PTL_STORE_VALUE_MAX + 1];
	int n = ptl_store_get(&store, key, is, sizeof(is) - 1);

	if (!value) {
		assert_int_equal(n, -1);
		return;
	}
	assert_int_equal(n, strlen(value));
	assert_memory_equal(is, value, strlen(value));
}

static void a_value_is_there_after_a_restart(void **state)
{
	(void)state;
	make(1);
	expect("name", NULL);
	assert_true(ptl_store_set(&store, "name", "kitchen", 7));
	assert_true(ptl_store_set(&store, "empty", NULL, 0));
	assert_true(ptl_store_set(&store, "nam", "e", 1));
	assert_true(ptl_store_set(&store, "name", "cellar", 6));
	restart();
	expect("name", "cellar");
	expect("nam", "e");
	expect("empty", "");
	assert_true(ptl_store_remove(&store, "name"));
	assert_true(ptl_store_remove(&store, "name"));
	assert_true(ptl_store_remove(&store, "never there"));
	restart();
	expect("name", NULL);
	expect("nam", "e");
	nor_close(&nor);
}

static void bad_keys_and_long_values_are_refused(void **state)
{
	static const char *const bad[] = {"", "sixteen-letters!", "a b", "tab\t", "\xc3\xa4"};
	uint8_t value[PTL_STORE_VALUE_MAX + 1] = {0};

	(void)state;
	make(1);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(ptl_store_set(&store, bad[i], "x", 1));
	assert_false(ptl_store_set(&store, "long", value, sizeof(value)));
	assert_true(ptl_store_set(&store, "fifteen-letters", value, sizeof(value) - 1));
	assert_int_equal(ptl_store_get(&store, "fifteen-letters", value, sizeof(value)), 255);
	nor_close(&nor);
}

static void the_same_again_wears_nothing(void **state)
{
	uint64_t before;

	(void)state;
	make(1);
	assert_true(ptl_store_set(&store, "a", "b", 1));
	before = nor.operations;
	for (int i = 0; i < 1000; i++)
		assert_true(ptl_store_set(&store, "a", "b", 1));
	assert_int_equal(nor.operations, before);
	nor_close(&nor);
}

/* More does not fit, and what is there stays; room that is given back can be used. */
static void a_full_store_refuses_and_keeps(void **state)
{
	uint8_t value[200];
	char key[16];
	int n = 0, refused;

	(void)state;
	make(1);
	for (;; n++) {
		memset(value, n, sizeof(value));
		(void)snprintf(key, sizeof(key), "k%d", n);
		if (!ptl_store_set(&store, key, value, sizeof(value)))
			break;
	}
	refused = n;
	assert_in_range(refused, 15, 20);
	restart();
	for (int i = 0; i < refused; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(ptl_store_get(&store, key, value, sizeof(value)), 200);
		assert_int_equal(value[199], i);
	}
	assert_true(ptl_store_remove(&store, "k3"));
	assert_true(ptl_store_set(&store, "other", value, sizeof(value)));
	expect("k3", NULL);
	nor_close(&nor);
}

static void both_sectors_wear_alike(void **state)
{
	uint32_t value;

	(void)state;
	make(1);
	for (value = 0; value < 20000; value++)
		assert_true(ptl_store_set(&store, "counter", &value, sizeof(value)));
	/* 20 bytes a record, 4080 in a sector: one erase for 204 of them. */
	assert_in_range(nor.erases[0] + nor.erases[1], 95, 102);
	assert_in_range(nor.erases[0], nor.erases[1], nor.erases[1] + 1);
	assert_int_equal(nor.erases[0] + nor.erases[1], store.erases);
	assert_int_equal(nor.forbidden, 0);
	nor_close(&nor);
}

/* A sector of garbage with the other one empty, as a torn first start leaves them. */
static void garbage_is_no_store(void **state)
{
	struct prng prng = story_seed("garbage", 7);

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_true(nor_open(&nor, SIZE, SECTOR, 1));
		random_bytes(&prng, nor.bytes, i % 2 ? SECTOR : 2 * SECTOR);
		assert_true(ptl_store_open(&store, &nor.seam, 0, SECTOR));
		expect("a", NULL);
		assert_true(ptl_store_set(&store, "a", "b", 1));
		restart();
		expect("a", "b");
		nor_close(&nor);
	}
}

/* ---- loss of power ---- */

struct truth {
	uint8_t value[KEYS][40];
	int n[KEYS]; /* -1: none */
};

static void key_name(char name[16], unsigned key)
{
	(void)snprintf(name, 16, "key%u", key);
}

static bool holds(const struct truth *truth)
{
	for (unsigned i = 0; i < KEYS; i++) {
		uint8_t is[40];
		char name[16];
		int n;

		key_name(name, i);
		n = ptl_store_get(&store, name, is, sizeof(is));
		if (n != truth->n[i] || (n > 0 && memcmp(is, truth->value[i], (size_t)n) != 0))
			return false;
	}
	return true;
}

/* One change of one key; whether the store says that it is done. */
static bool change(struct prng *prng, struct truth *truth)
{
	unsigned key = prng_below(prng, KEYS);
	char name[16];

	key_name(name, key);
	if (prng_below(prng, 5) == 0) {
		truth->n[key] = -1;
		return ptl_store_remove(&store, name);
	}
	truth->n[key] = (int)prng_below(prng, sizeof(truth->value[key]));
	random_bytes(prng, truth->value[key], (size_t)truth->n[key]);
	return ptl_store_set(&store, name, truth->value[key], (size_t)truth->n[key]);
}

/* Given a store that is written all the time, power that goes at any moment leaves all
 * that was said to be kept, and of what was under way all or nothing. */
static void power_goes_at_any_moment(void **state)
{
	struct prng prng = story_seed("power goes", 42);
	struct truth now, then;
	unsigned torn = 0, kept = 0;

	(void)state;
	make(prng_next(&prng));
	for (unsigned i = 0; i < KEYS; i++)
		now.n[i] = -1;
	for (unsigned cut = 0; cut < 5000; cut++) {
		bool done;

		nor.power_cut_at = nor.operations + prng_below(&prng, 40);
		do {
			then = now;
			done = change(&prng, &now);
			if (done)
				assert_true(nor.dead || holds(&now));
		} while (!nor.dead);
		/* Power may go while it starts, too. */
		nor_power_up(&nor);
		if (prng_below(&prng, 4) == 0) {
			nor.power_cut_at = nor.operations;
			(void)ptl_store_open(&store, &nor.seam, 0, SECTOR);
		}
		restart();
		if (done || holds(&now)) {
			assert_true(holds(&now));
			kept++;
		} else {
			assert_true(holds(&then));
			now = then;
			torn++;
		}
	}
	assert_true(torn > 500 && kept > 500);
	assert_int_equal(nor.forbidden, 0);
	nor_close(&nor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_there_after_a_restart),
		cmocka_unit_test(bad_keys_and_long_values_are_refused),
		cmocka_unit_test(the_same_again_wears_nothing),
		cmocka_unit_test(a_full_store_refuses_and_keeps),
		cmocka_unit_test(both_sectors_wear_alike),
		cmocka_unit_test(garbage_is_no_store),
		cmocka_unit_test(power_goes_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
