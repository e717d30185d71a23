// SPDX-License-Identifier: GPL-2.0-only
/* The client's side of RFC 2217 against the server's: the bridge itself. */
#include "bridge_bench.h"

#include <pigtail/com_client.h>

static struct bench bench;

struct far {
	struct ptl_com_client client;
	unsigned number;
	uint8_t out[4096], got[4096];
	size_t out_n, got_n, room;
	unsigned modem, errors, refused, refusals;
};

static size_t on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct far *far = user;
	size_t taken = n < far->room - far->got_n ? n : far->room - far->got_n;

	memcpy(far->got + far->got_n, bytes, taken);
	far->got_n += taken;
	return taken;
}

static void on_say(void *user, const uint8_t *bytes, size_t n)
{
	struct far *far = user;

	memcpy(far->out + far->out_n, bytes, n);
	far->out_n += n;
}

static void on_modem(void *user, unsigned modem)
{
	((struct far *)user)->modem = modem;
}

static void on_errors(void *user, unsigned errors)
{
	((struct far *)user)->errors |= errors;
}

static void on_refused(void *user, enum ptl_com_port what)
{
	struct far *far = user;

	far->refused = what;
	far->refusals++;
}

/* Bytes both ways until neither has any. */
static void exchange(struct far *far)
{
	size_t n;

	do {
		uint8_t in[BENCH_KEPT];
		size_t at = 0;

		n = far->out_n;
		far->out_n = 0;
		bench_say(&bench, far->number, far->out, n);
		bench_pass(&bench, 0);
		n = bench.client[far->number].got_n;
		memcpy(in, bench.client[far->number].got, n);
		bench.client[far->number].got_n = 0;
		while (at < n)
			at += ptl_com_client_receive(&far->client, in + at, n - at);
	} while (n || far->out_n);
}

static void begin(struct far *far, enum ptl_service service)
{
	struct ptl_bridge_config config;
	struct ptl_serial_format format = {
		19200, 7, PTL_PARITY_EVEN, PTL_STOP_2, PTL_FLOW_XONXOFF, PTL_FLOW_XONXOFF};
	const struct ptl_com_client_events events = {far,      on_data,	  on_say,
						     on_modem, on_errors, on_refused};

	memset(&bench, 0, sizeof(bench));
	memset(far, 0, sizeof(*far));
	far->room = sizeof(far->got);
	config = bench_config(&bench);
	bench_start(&bench, &config);
	bench.modem = PTL_MODEM_CTS;
	far->number = bench_connect(&bench, service);
	ptl_com_client_begin(&far->client, &format, &events);
}

static int end(void **state)
{
	(void)state;
	bench_stop(&bench);
	return 0;
}

static void the_uart_becomes_what_is_wanted(void **state)
{
	static const enum ptl_service ports[] = {PTL_SERVICE_AUTO, PTL_SERVICE_TELNET,
						 PTL_SERVICE_RFC2217};
	static struct far far;

	(void)state;
	for (size_t i = 0; i < COUNT(ports); i++) {
		begin(&far, ports[i]);
		assert_false(ptl_com_client_is_ready(&far.client));
		exchange(&far);
		assert_true(ptl_com_client_is_ready(&far.client));
		assert_true(far.client.com_port);
		assert_int_equal(bench.format.baud, 19200);
		assert_int_equal(bench.format.data_bits, 7);
		assert_int_equal(bench.format.parity, PTL_PARITY_EVEN);
		assert_int_equal(bench.format.stop, PTL_STOP_2);
		assert_int_equal(bench.format.flow_out, PTL_FLOW_XONXOFF);
		assert_int_equal(far.modem, PTL_MODEM_CTS);
		assert_int_equal(far.refusals, 0);
		if (i + 1 < COUNT(ports))
			bench_stop(&bench);
	}
}

static void changes_are_said_and_nothing_else(void **state)
{
	static struct far far;
	struct ptl_serial_format format;

	(void)state;
	begin(&far, PTL_SERVICE_AUTO);
	exchange(&far);
	format = far.client.format;
	ptl_com_client_set_format(&far.client, &format);
	assert_int_equal(far.out_n, 0);
	format.baud = 1000000;
	ptl_com_client_set_format(&far.client, &format);
	ptl_com_client_set_line(&far.client, PTL_LINE_DTR, false);
	ptl_com_client_set_line(&far.client, PTL_LINE_BREAK, true);
	ptl_com_client_purge(&far.client, PTL_PURGE_TX);
	exchange(&far);
	assert_int_equal(bench.format.baud, 1000000);
	assert_false(bench.line[PTL_LINE_DTR]);
	assert_true(bench.line[PTL_LINE_BREAK]);
	assert_int_equal(bench.purged, PTL_PURGE_TX);
}

static void every_byte_goes_both_ways(void **state)
{
	static struct far far;
	uint8_t all[512], out[1200];
	size_t used, n;

	(void)state;
	begin(&far, PTL_SERVICE_AUTO);
	exchange(&far);
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	n = ptl_com_client_encode(&far.client, all, sizeof(all), &used, out, sizeof(out));
	assert_int_equal(used, sizeof(all));
	bench_say(&bench, far.number, out, n);
	assert_int_equal(bench.wrote_n, sizeof(all));
	assert_memory_equal(bench.wrote, all, sizeof(all));
	bench_uart(&bench, all, sizeof(all));
	exchange(&far);
	assert_int_equal(far.got_n, sizeof(all));
	assert_memory_equal(far.got, all, sizeof(all));
}

static void what_the_uart_refuses_is_told(void **state)
{
	static struct far far;

	(void)state;
	begin(&far, PTL_SERVICE_AUTO);
	bench.stubborn = true;
	exchange(&far);
	assert_true(far.refusals > 0);
	ptl_bridge_uart_errors(bench.bridge, bench.now, PTL_SERIAL_FRAMING);
	exchange(&far);
	assert_int_equal(far.errors, PTL_SERIAL_FRAMING);
}

/* Given one that only listens, the UART and the lines that others set stay as they are. */
static void who_wants_nothing_changes_nothing(void **state)
{
	static struct far far;
	struct ptl_serial_format format;

	(void)state;
	begin(&far, PTL_SERVICE_AUTO);
	ptl_com_client_begin(&far.client, NULL,
			     &(struct ptl_com_client_events){far.client.events.user, on_data,
							     on_say, on_modem, on_errors,
							     on_refused});
	far.out_n = 15; /* the offers, once */
	bench.formats = 0;
	exchange(&far);
	assert_true(far.client.com_port);
	assert_int_equal(bench.formats, 0);
	assert_true(bench.line[PTL_LINE_DTR]);
	format = far.client.format;
	format.baud = 300;
	ptl_com_client_set_format(&far.client, &format);
	ptl_com_client_set_line(&far.client, PTL_LINE_DTR, false);
	exchange(&far);
	assert_int_equal(bench.format.baud, 300);
	assert_false(bench.line[PTL_LINE_DTR]);
}

/* Given a server that knows telnet only. */
static void without_com_port_it_is_telnet(void **state)
{
	static const uint8_t refusals[] = "\xff\xfe\x2c\xff\xfe\x00\xff\xfc\x00hello";
	static struct far far;
	size_t at = 0;

	(void)state;
	begin(&far, PTL_SERVICE_AUTO);
	far.out_n = 0;
	while (at < sizeof(refusals) - 1)
		at += ptl_com_client_receive(&far.client, refusals + at,
					     sizeof(refusals) - 1 - at);
	assert_true(ptl_com_client_is_ready(&far.client));
	ptl_com_client_set_line(&far.client, PTL_LINE_DTR, false);
	assert_int_equal(far.out_n, 0);
	assert_int_equal(far.got_n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_uart_becomes_what_is_wanted, end),
		cmocka_unit_test_teardown(changes_are_said_and_nothing_else, end),
		cmocka_unit_test_teardown(every_byte_goes_both_ways, end),
		cmocka_unit_test_teardown(what_the_uart_refuses_is_told, end),
		cmocka_unit_test_teardown(who_wants_nothing_changes_nothing, end),
		cmocka_unit_test_teardown(without_com_port_it_is_telnet, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
