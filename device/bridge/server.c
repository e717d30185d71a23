/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Joins the core with its surroundings: the UART, its programmer (bridge/proxy.c), and
 * seats with connections. The core's events come from within it and only note what there
 * is to do; bridge_poll() does it, until nothing moves any more.
 */
#include "device_bridge.h"
#include "seat.h"

#include <lwip/tcp.h>
#include <pigtail/proxy.h>
#include <string.h>

#define OUTPUT	   1024u /* bytes that wait for the UART */
#define UART_CHUNK 128u
#define TURNS	   8u /* then lwIP has its turn */
#define ALIGN	   sizeof(uint64_t)

struct door {
	uint16_t port;
	enum ptl_service service;
};

/* Not const, for lwIP's argument isn't. */
static struct door doors[] = {
	{23, PTL_SERVICE_AUTO},
	{2323, PTL_SERVICE_PROGRAM},
};

static struct {
	struct bridge_config config;
	struct ptl_bridge *bridge;
	struct ptl_proxy *proxy;
	ip_addr_t plain; /* who may come */
	struct seat seat[BRIDGE_CLIENTS];
	struct ptl_uart_errors errors; /* as they were told */
	unsigned modem;
	bool written_short; /* the UART took less than it was given */
} server;

/* ---- the core ---- */

static struct seat *seat_of(unsigned client)
{
	struct seat *seat = server.seat;

	while (seat < server.seat + BRIDGE_CLIENTS && !(seat->taken && seat->client == client))
		seat++;
	return seat < server.seat + BRIDGE_CLIENTS ? seat : NULL;
}

static void on_writable(void *user, unsigned client)
{
	(void)user; /* all are asked in each turn */
	(void)client;
}

static void on_readable(void *user)
{
	(void)user;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	struct seat *seat = seat_of(client);

	(void)user;
	(void)why;
	if (!seat)
		return;
	seat->drop = true;
	seat->reset = reset;
}

static size_t on_write(void *user, const uint8_t *bytes, size_t n)
{
	size_t taken = server.config.serial.write(user, bytes, n);

	server.written_short |= taken < n;
	return taken;
}

static void on_proxy(void *user, enum ptl_proxy_event event, enum ptl_target target)
{
	static const char *const events[] = {
		[PTL_PROXY_BEGINS] = "a programmer: the target is reset",
		[PTL_PROXY_IN_STEP] = "in step with its boot loader",
		[PTL_PROXY_ENDS] = "the programmer is done",
		[PTL_PROXY_LEFT] = "the programmer has left; the target is reset",
		[PTL_PROXY_NO_TARGET] = "no boot loader answers after reset",
	};

	(void)user;
	(void)target;
	server.config.log(events[event]);
}

static struct ptl_serial_seam serial_seam(void)
{
	struct ptl_serial_seam seam = server.config.serial;

	seam.write = on_write;
	return seam;
}

static struct ptl_bridge_config core_config(void)
{
	return (struct ptl_bridge_config){
		.clients = BRIDGE_CLIENTS,
		.history = BRIDGE_HISTORY,
		.output = OUTPUT,
		.signature = "pigtail",
	};
}

static size_t proxy_size(void)
{
	return (ptl_proxy_size() + ALIGN - 1) & ~(ALIGN - 1);
}

size_t bridge_size(void)
{
	struct ptl_bridge_config core = core_config();

	return proxy_size() + ptl_bridge_size(&core);
}

static void open_core(void *memory)
{
	struct ptl_bridge_config core = core_config();
	const struct ptl_proxy_config proxy = {
		.target = server.config.settings->target,
		.serial = serial_seam(),
		.pins = server.config.pins,
		.event = on_proxy,
	};

	server.proxy = ptl_proxy_init(memory, &proxy);
	core.format = server.config.settings->format;
	core.serial = serial_seam();
	core.events = (struct ptl_bridge_events){
		.writable = on_writable, .readable = on_readable, .drop = on_drop};
	core.programmer = ptl_proxy_seam(server.proxy);
	server.bridge = ptl_bridge_init((uint8_t *)memory + proxy_size(), &core,
					server.config.clock.now(server.config.clock.user));
	ptl_proxy_attach(server.proxy, server.bridge);
}

/* ---- clients ---- */

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const struct door *door = arg;
	struct seat *seat = server.seat;
	int client;

	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	if (!ip_addr_cmp(&pcb->remote_ip, &server.plain))
		return ERR_MEM; /* a reset */
	client = ptl_bridge_connect(server.bridge,
				    server.config.clock.now(server.config.clock.user),
				    door->service);
	if (client < 0)
		return ERR_MEM;
	while (seat->taken)
		seat++;
	seat_take(seat, pcb, (unsigned)client);
	return ERR_OK;
}

static bool listen_at(struct door *door)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	struct tcp_pcb *listener;

	if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, door->port) != ERR_OK)
		return false;
	listener = tcp_listen_with_backlog(pcb, BRIDGE_CLIENTS + 1);
	if (!listener)
		return false;
	tcp_arg(listener, door);
	tcp_accept(listener, on_accept);
	return true;
}

static bool listen_plain(void)
{
	if (!ipaddr_aton(server.config.settings->plain, &server.plain))
		return false;
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (!listen_at(&doors[i]))
			return false;
	return true;
}

bool bridge_start(void *memory, const struct bridge_config *config)
{
	const struct bridge_settings *settings = config->settings;

	server.config = *config;
	open_core(memory);
	if (!*settings->password) {
		config->log("no password is set: nobody is let in");
		return true;
	}
	return !*settings->plain || listen_plain();
}

/* ---- a turn of the loop ---- */

static bool serve_uart(ptl_time now)
{
	const struct bridge_config *config = &server.config;
	uint8_t bytes[UART_CHUNK];
	size_t n = config->uart.read(config->uart.user, bytes, sizeof(bytes));

	if (n > 0)
		ptl_bridge_uart(server.bridge, now, bytes, n);
	if (server.written_short) {
		server.written_short = false;
		ptl_bridge_uart_room(server.bridge, now);
	}
	return n > 0;
}

static void look_at_line(ptl_time now)
{
	const struct bridge_config *config = &server.config;
	struct ptl_uart_errors errors = server.errors;
	unsigned modem = config->serial.modem(config->serial.user);
	unsigned told = 0;

	config->uart.errors(config->uart.user, &errors);
	if (errors.overruns != server.errors.overruns)
		told |= PTL_SERIAL_OVERRUN;
	if (errors.parity != server.errors.parity)
		told |= PTL_SERIAL_PARITY;
	if (errors.framing != server.errors.framing)
		told |= PTL_SERIAL_FRAMING;
	server.errors = errors;
	if (told)
		ptl_bridge_uart_errors(server.bridge, now, told);
	if (modem != server.modem)
		ptl_bridge_uart_modem(server.bridge, now);
	server.modem = modem;
}

static bool serve_seats(ptl_time now, ptl_time *due)
{
	bool any = false;

	for (struct seat *seat = server.seat; seat < server.seat + BRIDGE_CLIENTS; seat++) {
		if (!seat->taken)
			continue;
		any |= seat_serve(seat, server.bridge, now);
		if (seat->gone)
			seat_leave(seat, server.bridge, now);
		else if (seat->ends < *due)
			*due = seat->ends;
	}
	return any;
}

ptl_time bridge_poll(ptl_time now)
{
	ptl_time due = PTL_NEVER, core;
	bool any = true;

	look_at_line(now);
	for (unsigned turn = 0; any && turn < TURNS; turn++) {
		any = serve_uart(now);
		ptl_bridge_poll(server.bridge, now);
		any |= serve_seats(now, &due);
	}
	if (any)
		return now;
	core = ptl_bridge_deadline(server.bridge);
	return core < due ? core : due;
}
