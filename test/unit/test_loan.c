/* SPDX-License-Identifier: GPL-2.0-only */
/* A UART that is lent, as the bridge and its programmer see it. */
#include "bridge_bench.h"

#include <pigtail/loan.h>

static struct bench bench;
static struct ptl_loan loan;

static void renewed(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	assert_false(bench.ended); /* all pins are let go before the end moves them */
}

static int begin(void **state)
{
	struct ptl_bridge_config config = bench_config(&bench);

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	config.programmer.renewed = renewed;
	loan = (struct ptl_loan){.serial = config.serial, .programmer = config.programmer};
	config.serial = ptl_loan_serial(&loan);
	config.programmer = ptl_loan_programmer(&loan);
	bench_start(&bench, &config);
	loan.bridge = bench.bridge;
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_stop(&bench);
	return 0;
}

static void what_clients_say_waits(void **state)
{
	unsigned a;

	(void)state;
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	loan.lent = true;
	BENCH_SAY(&bench, a, "later");
	bench_pass(&bench, 1000000);
	BENCH_WROTE(&bench, "");
	loan.lent = false;
	ptl_bridge_uart_renewed(bench.bridge, bench.now);
	ptl_bridge_uart_room(bench.bridge, bench.now);
	BENCH_WROTE(&bench, "later");
	BENCH_UART(&bench, "now");
	bench_pass(&bench, 1000000);
	BENCH_GOT(&bench, a, "now");
}

static void a_programmer_that_comes_is_hung_up_on_and_was_never_there(void **state)
{
	unsigned a;

	(void)state;
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	loan.lent = true;
	BENCH_SAY(&bench, a, "0 ");
	assert_true(bench.client[a].dropped && bench.client[a].reset);
	loan.lent = false;
	ptl_bridge_uart_renewed(bench.bridge, bench.now);
	assert_false(bench.begun || bench.ended);
}

static void a_programmer_that_leaves_meanwhile_is_told_so_afterwards(void **state)
{
	unsigned a;

	(void)state;
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "0 ");
	assert_true(bench.begun);
	loan.lent = true;
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	assert_false(bench.ended); /* it would reset the target of the flasher */
	loan.lent = false;
	ptl_bridge_uart_renewed(bench.bridge, bench.now);
	assert_true(bench.ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_clients_say_waits, begin, end),
		cmocka_unit_test_setup_teardown(
			a_programmer_that_comes_is_hung_up_on_and_was_never_there, begin, end),
		cmocka_unit_test_setup_teardown(
			a_programmer_that_leaves_meanwhile_is_told_so_afterwards, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
