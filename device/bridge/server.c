/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Joins the core with its surroundings: the UART, its programmer (bridge/proxy.c), and
 * seats with connections. The core's events come from within it and only note what there
 * is to do; bridge_poll() does it, until nothing moves any more.
 */
#include "device_bridge.h"
#include "mdns_port.h"
#include "seat.h"
#include "web.h"
#include "wifi_desk.h"

#include <lwip/tcp.h>
#include <pigtail/proxy.h>
#include <string.h>

#define OUTPUT	   512u /* bytes that wait for the UART */
#define UART_CHUNK 128u
#define TURNS	   8u /* then lwIP has its turn */
#define ALIGN	   sizeof(uint64_t)

struct door {
	uint16_t port;
	enum ptl_service service;	/* of the plain ones */
	const struct bridge_gate *gate; /* of the others */
};

/* Not const, for lwIP's argument isn't. */
static struct door plain_doors[] = {
	{23, PTL_SERVICE_AUTO, NULL},
	{2323, PTL_SERVICE_PROGRAM, NULL},
};
static struct door login_door = {992, PTL_SERVICE_AUTO, NULL};
static struct door web_door = {443, PTL_SERVICE_RAW, NULL};

static struct {
	struct bridge_config config;
	struct ptl_bridge *bridge;
	struct ptl_proxy *proxy;
	ip_addr_t plain; /* who may come to the plain doors */
	ip_addr_t armed; /* and who else, until then */
	ptl_time armed_until;
	struct seat seat[BRIDGE_CLIENTS];
	struct ptl_uart_errors errors; /* as they were told */
	unsigned modem;
	bool written_short; /* the UART took less than it was given */
} server;

/* ---- the core ---- */

static struct seat *seat_of(unsigned client)
{
	struct seat *seat = server.seat;

	while (seat < server.seat + BRIDGE_CLIENTS &&
	       !(seat->taken && seat->open && seat->client == client))
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

static size_t aligned(size_t n)
{
	return (n + ALIGN - 1) & ~(ALIGN - 1);
}

static size_t proxy_size(void)
{
	return aligned(ptl_proxy_size());
}

size_t bridge_size(void)
{
	struct ptl_bridge_config core = core_config();

	return proxy_size() + aligned(ptl_bridge_size(&core));
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
	core.programmer = ptl_proxy_seam(server.proxy);
	if (server.config.web)
		server.config.web->stand_between(&core.serial, &core.programmer,
						 &server.config.pins);
	core.events = (struct ptl_bridge_events){
		.writable = on_writable, .readable = on_readable, .drop = on_drop};
	server.bridge = ptl_bridge_init((uint8_t *)memory + proxy_size(), &core,
					server.config.clock.now(server.config.clock.user));
	ptl_proxy_attach(server.proxy, server.bridge);
}

/* ---- clients ---- */

static ptl_time now_is(void)
{
	return server.config.clock.now(server.config.clock.user);
}

/* Until when somebody may come and stay in the plain; 0: not at all. */
static ptl_time welcome(const ip_addr_t *from)
{
	if (*server.config.settings->plain && ip_addr_cmp(from, &server.plain))
		return PTL_NEVER;
	if (now_is() < server.armed_until && ip_addr_cmp(from, &server.armed))
		return server.armed_until;
	return 0;
}

static bool on_arm(const char *address, unsigned minutes)
{
	ip_addr_t parsed;

	if (!ipaddr_aton(address, &parsed))
		return false;
	/* Those of the last time have had theirs. */
	for (struct seat *seat = server.seat; seat < server.seat + BRIDGE_CLIENTS; seat++)
		if (seat->taken && seat->until != PTL_NEVER)
			seat->until = 0;
	ip_addr_copy(server.armed, parsed);
	server.armed_until = now_is() + (ptl_time)minutes * 60000000u;
	server.config.log("ports 23 and 2323 are open for a user's address");
	return true;
}

/* Who only keeps a place, and the memory of its TLS, for a request that may come, makes room.
 */
static bool is_idle(const struct seat *seat, ptl_time now)
{
	return !seat->open && seat->gate->idle && seat->gate->idle(seat->place, now);
}

/* For a user's request that wants memory: strangers wait. */
static void make_room(void)
{
	ptl_time now = now_is();

	for (struct seat *seat = server.seat; seat < server.seat + BRIDGE_CLIENTS; seat++)
		if (seat->taken && (is_idle(seat, now) || (!seat->open && seat->gate->greets &&
							   seat->gate->greets(seat->place))))
			seat_leave(seat, server.bridge, now);
}

static struct seat *free_seat(void)
{
	ptl_time now = now_is();
	struct seat *found = NULL;

	for (struct seat *seat = server.seat; seat < server.seat + BRIDGE_CLIENTS; seat++) {
		if (seat->taken && is_idle(seat, now))
			seat_leave(seat, server.bridge, now);
		if (!seat->taken)
			found = seat;
	}
	return found;
}

/* Who is refused sees a reset. */
static err_t on_plain(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const struct door *door = arg;
	struct seat *seat;
	ptl_time until;
	int client;

	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	until = welcome(&pcb->remote_ip);
	seat = until ? free_seat() : NULL;
	if (!seat)
		return ERR_MEM;
	client = ptl_bridge_connect(server.bridge, now_is(), door->service);
	if (client < 0)
		return ERR_MEM;
	seat_take(seat, pcb, (unsigned)client, until);
	return ERR_OK;
}

static err_t on_gated(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const struct door *door = arg;
	struct seat *seat;

	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	seat = free_seat();
	if (!seat)
		return ERR_MEM;
	seat_take_at_gate(seat, pcb, door->gate, (unsigned)(seat - server.seat), now_is());
	return ERR_OK;
}

static bool listen_at(struct door *door, tcp_accept_fn accept)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	struct tcp_pcb *listener;

	if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, door->port) != ERR_OK)
		return false;
	listener = tcp_listen_with_backlog(pcb, BRIDGE_CLIENTS + 1);
	if (!listener)
		return false;
	tcp_arg(listener, door);
	tcp_accept(listener, accept);
	return true;
}

static bool listen_plain(void)
{
	const char *plain = server.config.settings->plain;

	if (*plain && !ipaddr_aton(plain, &server.plain))
		return false;
	for (size_t i = 0; i < sizeof(plain_doors) / sizeof(plain_doors[0]); i++)
		if (!listen_at(&plain_doors[i], on_plain))
			return false;
	return true;
}

/* ---- for the page ---- */

static const char *peer_of(unsigned client)
{
	const struct seat *seat = seat_of(client);

	return seat && seat->stream.pcb ? ipaddr_ntoa(&seat->stream.pcb->remote_ip) : NULL;
}

static bool hang_up(unsigned client)
{
	struct seat *seat = seat_of(client);

	if (seat)
		seat->drop = true;
	return seat != NULL;
}

static bool listen_web(const struct gate_config *gate)
{
	const struct web_config web = {
		.bridge = server.bridge,
		.target = server.config.settings->target,
		.wifi = server.config.wifi,
		.flash = server.config.flash,
		.peer = peer_of,
		.hang_up = hang_up,
		.make_room = make_room,
	};

	web_door.gate = server.config.web->gate;
	server.config.web->start(&web);
	return web_door.gate->start(gate) && listen_at(&web_door, on_gated);
}

/* Without an identity in the flash there is no TLS, and none of its memory is taken. */
static bool listen_gated(void *memory, size_t size)
{
	const struct bridge_config *config = &server.config;
	const struct gate_config gate = {
		.store = config->store,
		.settings = config->settings,
		.clock = config->clock,
		.memory = memory,
		.size = size,
		.arm = on_arm,
		.log = config->log,
	};

	if (!config->gate)
		return true;
	if (!config->gate->start(&gate)) {
		config->log("no TLS: the flash has no certificate, key and seed for it");
		return true;
	}
	login_door.gate = config->gate;
	return listen_at(&login_door, on_gated) && (!config->web || listen_web(&gate));
}

/* Last, when it is known who may come. */
static bool tell(void)
{
	const struct bridge_settings *settings = server.config.settings;
	const struct mdns_port_config config = {
		.name = settings->name,
		.secure = login_door.gate != NULL,
		.plain = *settings->plain != 0,
		.clock = server.config.clock,
		.log = server.config.log,
	};

	return mdns_port_start(&config);
}

bool bridge_start(void *memory, size_t size, const struct bridge_config *config)
{
	size_t own = bridge_size();

	if (size < own)
		return false;
	server.config = *config;
	open_core(memory);
	if (!*config->settings->password) {
		config->log("no password is set: nobody is let in");
		return true;
	}
	return listen_plain() && listen_gated((uint8_t *)memory + own, size - own) && tell();
}

/* ---- a turn of the loop ---- */

static bool serve_uart(ptl_time now)
{
	const struct bridge_config *config = &server.config;
	uint8_t bytes[UART_CHUNK];
	size_t n = config->uart.read(config->uart.user, bytes, sizeof(bytes));

	if (n > 0 && !(config->web && config->web->uart(now, bytes, n)))
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
		else if (seat_due(seat) < *due)
			*due = seat_due(seat);
	}
	return any;
}

ptl_time bridge_poll(ptl_time now)
{
	ptl_time due = mdns_port_poll(now), core, web = PTL_NEVER;
	bool any = true;

	look_at_line(now);
	for (unsigned turn = 0; any && turn < TURNS; turn++) {
		any = serve_uart(now);
		if (server.config.web)
			web = server.config.web->poll(now);
		ptl_bridge_poll(server.bridge, now);
		any |= serve_seats(now, &due);
	}
	if (server.config.wifi) {
		ptl_time wifi = server.config.wifi->poll(now);

		due = wifi < due ? wifi : due;
	}
	if (any)
		return now;
	core = ptl_bridge_deadline(server.bridge);
	due = web < due ? web : due;
	return core < due ? core : due;
}
