/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's keys and values in a radio's store: it gets what it set, and never the
 * firmware's own. */
#include "story.h"

#include "nor.h"

#include <pigtail/stored.h>

static struct nor nor;
static struct ptl_store store;
static struct device_owner owner;

static int make(void **state)
{
	(void)state;
	if (!nor_open(&nor, 2 * 4096, 4096, 1) || !ptl_store_open(&store, &nor.seam, 0, 4096))
		return -1;
	owner = ptl_store_owner(&store);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	nor_close(&nor);
	return 0;
}

/* value NULL: none is given. Returns the status; answered is a message of the answer. */
static enum ptl_status ask(enum ptl_control_type type, const char *key, const void *value,
			   size_t n, struct ptl_control_writer *answer)
{
	struct ptl_control_writer request;
	struct ptl_control message = {request.bytes, 0};
	const char *reason = NULL;
	enum ptl_status status;

	ptl_control_begin(&request, type, 1, PTL_IF_RADIO);
	if (type == PTL_M_GET)
		ptl_put_uint(&request, PTL_F_SETTING, PTL_F_KEY);
	if (key)
		ptl_put_text(&request, PTL_F_KEY, key);
	if (value)
		ptl_put_bytes(&request, PTL_F_VALUE, value, n);
	assert_true(ptl_control_end(&request));
	message.n = request.n;
	ptl_control_begin(answer, PTL_M_ANSWER, 1, PTL_IF_RADIO);
	ptl_put_uint(answer, PTL_F_STATUS, PTL_STATUS_DONE);
	status = owner.request(owner.user, &message, answer, &reason);
	assert_true(ptl_control_end(answer));
	assert_true(status == PTL_STATUS_DONE || reason);
	return status;
}

static enum ptl_status set(const char *key, const void *value, size_t n)
{
	struct ptl_control_writer answer;

	return ask(PTL_M_SET, key, value, n, &answer);
}

static void expect(const char *key, const void *value, size_t n)
{
	uint8_t is[PTL_STORE_VALUE_MAX];
	struct ptl_control_writer answer;
	struct ptl_control message = {answer.bytes, 0};

	assert_int_equal(ask(PTL_M_GET, key, NULL, 0, &answer), PTL_STATUS_DONE);
	message.n = answer.n;
	assert_int_equal(ptl_control_long(&message, PTL_F_VALUE, is, sizeof(is)), n);
	assert_memory_equal(is, value, n);
}

static void a_value_comes_back(void **state)
{
	uint8_t longest[PTL_STORE_VALUE_MAX];
	struct ptl_control_writer answer;

	(void)state;
	memset(longest, 0xa5, sizeof(longest));
	assert_int_equal(ask(PTL_M_GET, "name", NULL, 0, &answer), PTL_STATUS_NO_SUCH);
	assert_int_equal(set("name", "kitchen", 7), PTL_STATUS_DONE);
	assert_int_equal(set("longest", longest, sizeof(longest)), PTL_STATUS_DONE);
	expect("name", "kitchen", 7);
	expect("longest", longest, sizeof(longest));
	/* Without a value it goes. */
	assert_int_equal(set("name", NULL, 0), PTL_STATUS_DONE);
	assert_int_equal(ask(PTL_M_GET, "name", NULL, 0, &answer), PTL_STATUS_NO_SUCH);
}

static void what_is_not_the_hosts_is_refused(void **state)
{
	uint8_t longer[PTL_STORE_VALUE_MAX + 1] = {0};
	struct ptl_control_writer answer;

	(void)state;
	assert_true(ptl_store_set(&store, ".start", "x", 1));
	assert_int_equal(set(".start", "y", 1), PTL_STATUS_DENIED);
	assert_int_equal(ask(PTL_M_GET, ".start", NULL, 0, &answer), PTL_STATUS_DENIED);
	assert_int_equal(set(NULL, "y", 1), PTL_STATUS_BAD_VALUE);
	assert_int_equal(set("longer", longer, sizeof(longer)), PTL_STATUS_BAD_VALUE);
	assert_int_equal(set("a blank", "y", 1), PTL_STATUS_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_value_comes_back, make, drop),
		cmocka_unit_test_setup_teardown(what_is_not_the_hosts_is_refused, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
