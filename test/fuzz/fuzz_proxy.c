// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bridge with its programmer, clients that may be one, and a target that says anything.
 * The first byte chooses the target, and whether lines hold its pins; then come operations, a
 * byte each with its operands after it: clients come, say any bytes or what programmers say
 * first, leave, are dropped; the UART says any bytes or what a boot loader answers, takes bytes
 * or doesn't, goes and comes; time passes. What must hold: a client is dropped once, there is a
 * programmer as long as one is connected at most, and when all have left, the pins are let go
 * and the UART has the format that it had.
 */
#include "require.h"

#include <pigtail/proxy.h>

#include <stdlib.h>
#include <string.h>

#define CLIENTS 3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzz {
	struct ptl_bridge *bridge;
	ptl_time now;
	const uint8_t *p;
	size_t n, uart_room;
	struct ptl_serial_format format;
	bool active[PTL_TARGET_PINS], dropped[CLIENTS];
	uint32_t read;
	int begun; /* programmers that have not ended */
};

static const struct {
	uint8_t n, bytes[46];
} firsts[] = {
	{2, {0x30, 0x20}},
	{7, {0x1b, 1, 0, 1, 0x0e, 1, 0x14}},
	{1, {0x3f}},
	{1, {0x7f}},
	{46, {0xc0, 0x00, 0x08, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x07, 0x12,
	      0x20, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	      0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	      0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xc0}},
	{3, {0xff, 0xfb, 0x2c}},				   /* WILL COM-PORT-OPTION */
	{7, {0xff, 0xfa, 0x2c, 5, 8, 0xff, 0xf0}},		   /* DTR on */
	{7, {0xff, 0xfa, 0x2c, 5, 12, 0xff, 0xf0}},		   /* RTS off */
	{10, {0xff, 0xfa, 0x2c, 1, 0, 0, 0x25, 0x80, 0xff, 0xf0}}, /* 9600 baud */
};

static const struct {
	uint8_t n, bytes[14];
} answers[] = {
	{2, {0x14, 0x10}},
	{9, {0x1b, 1, 0, 3, 0x0e, 1, 0, 0, 0x16}},
	{14, "Synchronized\r\n"},
	{1, {0x79}},
	{14, {0xc0, 1, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0}},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t next(struct fuzz *fuzz)
{
	if (!fuzz->n)
		return 0;
	fuzz->n--;
	return *fuzz->p++;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	struct fuzz *fuzz = user;
	size_t taken = n < fuzz->uart_room ? n : fuzz->uart_room;

	for (size_t i = 0; i < n; i++) /* all of it can be read */
		fuzz->read += bytes[i];
	fuzz->uart_room -= taken;
	return taken;
}

static bool uart_drained(void *user)
{
	return user != NULL;
}

static void uart_format(void *user, struct ptl_serial_format *format)
{
	((struct fuzz *)user)->format = *format;
}

static void uart_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	(void)on;
	REQUIRE(line <= PTL_LINE_BREAK);
}

static unsigned uart_modem(void *user)
{
	(void)user;
	return 0;
}

static void uart_purge(void *user, unsigned what)
{
	(void)user;
	(void)what;
}

static void on_pin(void *user, enum ptl_target_pin pin, bool active)
{
	struct fuzz *fuzz = user;

	REQUIRE(pin < PTL_TARGET_PINS);
	fuzz->active[pin] = active;
}

static void on_writable(void *user, unsigned client)
{
	(void)user;
	REQUIRE(client < CLIENTS);
}

static void on_readable(void *user)
{
	(void)user;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	struct fuzz *fuzz = user;

	REQUIRE(client < CLIENTS && !fuzz->dropped[client]);
	REQUIRE(reset == (why == PTL_DROP_PROGRAMMER || why == PTL_DROP_BUSY ||
			  why == PTL_DROP_STALLED));
	fuzz->dropped[client] = true;
}

static void on_event(void *user, enum ptl_proxy_event event, enum ptl_target target)
{
	struct fuzz *fuzz = user;

	REQUIRE(target > PTL_TARGET_ANY && target < PTL_TARGETS);
	if (event == PTL_PROXY_BEGINS)
		fuzz->begun++;
	else if (event != PTL_PROXY_IN_STEP)
		fuzz->begun--;
	REQUIRE(fuzz->begun == 0 || fuzz->begun == 1);
}

static void pass(struct fuzz *fuzz, ptl_time us)
{
	ptl_time until = fuzz->now + us;

	for (unsigned i = 0; i < 3000 && ptl_bridge_deadline(fuzz->bridge) <= until; i++) {
		ptl_time due = ptl_bridge_deadline(fuzz->bridge);

		fuzz->now = due > fuzz->now ? due : fuzz->now;
		ptl_bridge_poll(fuzz->bridge, fuzz->now);
	}
	fuzz->now = until;
	ptl_bridge_poll(fuzz->bridge, fuzz->now);
}

static void leave(struct fuzz *fuzz, unsigned client)
{
	ptl_bridge_disconnect(fuzz->bridge, fuzz->now, client);
	fuzz->dropped[client] = false;
}

static void say(struct fuzz *fuzz, unsigned client, const uint8_t *bytes, size_t n)
{
	REQUIRE(ptl_bridge_receive(fuzz->bridge, fuzz->now, client, bytes, n) <= n);
}

static size_t take(struct fuzz *fuzz, size_t n)
{
	n = n > fuzz->n ? fuzz->n : n;
	fuzz->p += n;
	fuzz->n -= n;
	return n;
}

static void operate(struct fuzz *fuzz)
{
	uint8_t operation = next(fuzz), which = next(fuzz), out[64];
	unsigned client = (operation >> 4 & 3) % CLIENTS;
	const uint8_t *at = fuzz->p;

	switch (operation & 15) {
	case 0:
		(void)ptl_bridge_connect(fuzz->bridge, fuzz->now,
					 (enum ptl_service)(which % PTL_SERVICES));
		break;
	case 1:
		say(fuzz, client, at, take(fuzz, which));
		break;
	case 2:
		say(fuzz, client, firsts[which % COUNT(firsts)].bytes,
		    firsts[which % COUNT(firsts)].n);
		break;
	case 3:
		ptl_bridge_uart(fuzz->bridge, fuzz->now, at, take(fuzz, which));
		break;
	case 4:
		ptl_bridge_uart(fuzz->bridge, fuzz->now, answers[which % COUNT(answers)].bytes,
				answers[which % COUNT(answers)].n);
		break;
	case 5:
		leave(fuzz, client);
		break;
	case 6:
		fuzz->uart_room = which * 16u;
		ptl_bridge_uart_room(fuzz->bridge, fuzz->now);
		break;
	case 7:
		if (which == 0xff)
			ptl_bridge_uart_renewed(fuzz->bridge, fuzz->now);
		break;
	case 8:
		REQUIRE(ptl_bridge_transmit(fuzz->bridge, fuzz->now, client, out,
					    which % sizeof(out)) <= which % sizeof(out));
		break;
	default:
		pass(fuzz, (ptl_time)which << (operation & 15));
		break;
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		if (fuzz->dropped[i] && operation & 0x40)
			leave(fuzz, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz fuzz = {.p = data, .n = n, .now = 1000, .uart_room = 4096};
	struct ptl_serial_seam serial = {&fuzz,	    uart_write, uart_drained, uart_format,
					 uart_line, uart_modem, uart_purge};
	uint8_t kind = next(&fuzz);
	struct ptl_proxy_config of_proxy = {
		.target = (enum ptl_target)((kind & 0x7f) % PTL_TARGETS),
		.serial = serial,
		.pins = {.user = &fuzz,
			 .set = on_pin,
			 .has = {true, true},
			 .levels = kind & 0x80},
		.user = &fuzz,
		.event = on_event,
	};
	struct ptl_bridge_config config = {
		.clients = CLIENTS,
		.history = 1024,
		.output = 512,
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.signature = "fuzz",
		.serial = serial,
		.events = {&fuzz, on_writable, on_readable, on_drop, NULL, NULL},
	};
	struct ptl_proxy *proxy = ptl_proxy_init(malloc(ptl_proxy_size()), &of_proxy);
	void *memory;

	config.programmer = ptl_proxy_seam(proxy);
	memory = malloc(ptl_bridge_size(&config));
	fuzz.bridge = ptl_bridge_init(memory, &config, fuzz.now);
	ptl_proxy_attach(proxy, fuzz.bridge);
	(void)ptl_bridge_connect(fuzz.bridge, fuzz.now, PTL_SERVICE_PROGRAM);
	while (fuzz.n)
		operate(&fuzz);
	for (unsigned i = 0; i < CLIENTS; i++)
		leave(&fuzz, i);
	pass(&fuzz, 60000000);
	REQUIRE(fuzz.begun == 0);
	REQUIRE(!fuzz.active[PTL_TARGET_RESET] && !fuzz.active[PTL_TARGET_BOOT]);
	REQUIRE(!memcmp(&fuzz.format, ptl_bridge_format(fuzz.bridge), sizeof(fuzz.format)));
	free(memory);
	free(proxy);
	return 0;
}
