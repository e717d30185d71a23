/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins the core with its surroundings. The core's events only note what there is to do,
 * for they come from within it; settle() does it, until nothing is left, after each call of
 * the core: closes connections that are gone, hangs up, gives and takes bytes, and sets the
 * timer to the core's next deadline.
 */
#include "host/bridge/server.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/arming.h"
#include "host/bridge/connection.h"
#include "host/bridge/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT 4096u /* bytes that wait for the UART beyond its driver's */

struct seat {
	struct connection *connection; /* NULL: free */
	bool writable, gone, drop, reset;
	bool armed; /* by a port that is open for a while */
	uint64_t told_lost;
};

struct server {
	uv_loop_t *loop;
	struct server_config config;
	struct uart uart;
	struct target *target;
	struct programming *programming;
	struct ptl_bridge *bridge;
	struct timer *timer;
	struct access access;
	struct gate *gate; /* NULL: nobody can log in */
	struct listener *listener[SERVER_LISTENS];
	struct arming *arming;
	void (*heard)(void *user, const uint8_t *bytes, size_t n); /* NULL: nobody else */
	void *hearer;
	struct seat seat[PTL_BRIDGE_CLIENTS_MAX];
	bool readable, settling;
	ptl_time began;
};

/* ---- what the core told ---- */

static bool settle_seat(struct server *server, unsigned client)
{
	struct seat *seat = &server->seat[client];
	bool any = seat->gone || seat->drop || seat->writable;

	if (!seat->connection)
		return false;
	if (seat->drop && !seat->gone) {
		seat->drop = false;
		connection_hang_up(seat->connection, seat->reset);
	}
	if (seat->writable && !seat->gone) {
		seat->writable = false;
		connection_send(seat->connection);
	}
	if (seat->gone) {
		log_detail("client %u, %s: gone", client, connection_peer(seat->connection));
		connection_close(seat->connection);
		*seat = (struct seat){0};
		ptl_bridge_disconnect(server->bridge, timer_now(), client);
	}
	return any;
}

static void settle(void *user)
{
	struct server *server = user;
	bool any = true;

	if (server->settling)
		return;
	server->settling = true;
	while (any) {
		any = server->readable;
		server->readable = false;
		for (unsigned i = 0; i < server->config.clients && any; i++)
			if (server->seat[i].connection)
				connection_receive(server->seat[i].connection);
		for (unsigned i = 0; i < server->config.clients; i++)
			any |= settle_seat(server, i);
	}
	server->settling = false;
	timer_set(server->timer, ptl_bridge_deadline(server->bridge));
}

static void on_writable(void *user, unsigned client)
{
	((struct server *)user)->seat[client].writable = true;
}

static void on_readable(void *user)
{
	((struct server *)user)->readable = true;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	static const char *const reasons[] = {
		[PTL_DROP_SLOW] = "it is too slow",
		[PTL_DROP_IDLE] = "it is idle",
		[PTL_DROP_PROGRAMMER] = "the target cannot be programmed",
		[PTL_DROP_BUSY] = "another programmer is at work",
		[PTL_DROP_STALLED] = "it is silent, and another programmer has come",
	};
	struct seat *seat = &((struct server *)user)->seat[client];

	seat->drop = true;
	seat->reset = reset;
	log_line("client %u, %s: hung up on: %s", client,
		 seat->connection ? connection_peer(seat->connection) : "-", reasons[why]);
}

/* Told once for each client; the counters have it all. */
static void on_lost(void *user, unsigned client, uint64_t bytes)
{
	struct seat *seat = &((struct server *)user)->seat[client];

	if (!seat->told_lost && seat->connection)
		log_line("client %u, %s: is too slow and loses what the UART says", client,
			 connection_peer(seat->connection));
	seat->told_lost += bytes;
}

static void on_service(void *user, unsigned client, enum ptl_service service)
{
	const struct seat *seat = &((struct server *)user)->seat[client];

	log_detail("client %u, %s: speaks %s", client,
		   seat->connection ? connection_peer(seat->connection) : "new",
		   ptl_service_name(service));
}

static void on_time(void *user)
{
	struct server *server = user;

	ptl_bridge_poll(server->bridge, timer_now());
	settle(server);
}

/* ---- clients ---- */

static void on_gone(void *user, unsigned client)
{
	((struct server *)user)->seat[client].gone = true;
}

/* NULL: it was refused. */
static struct seat *seat_stream(struct server *server, struct stream *stream,
				enum ptl_service service, const char *peer)
{
	const struct connection_events events = {server, settle, on_gone};
	int client = ptl_bridge_connect(server->bridge, timer_now(), service);
	struct seat *seat = &server->seat[client < 0 ? 0 : client];

	if (client < 0) {
		log_detail("refused a client: there are %u", server->config.clients);
		stream_free(stream, false);
		return NULL;
	}
	seat->connection = connection_new(server->loop, stream, server->bridge,
					  (unsigned)client, peer, &events);
	if (!seat->connection) {
		log_line("cannot take a client: %s", strerror(errno));
		ptl_bridge_disconnect(server->bridge, timer_now(), (unsigned)client);
		return NULL;
	}
	log_detail("client %d, %s: on a port for %s", client, connection_peer(seat->connection),
		   ptl_service_name(service));
	seat->writable = true;
	return seat;
}

static struct seat *seat_plain(struct server *server, int fd, enum ptl_service service,
			       const char *peer)
{
	struct stream *stream = stream_new(fd, NULL);

	return stream ? seat_stream(server, stream, service, peer) : NULL;
}

void server_join(struct server *server, int fd, enum ptl_service service, const char *peer)
{
	(void)seat_plain(server, fd, service, peer);
	settle(server);
}

static void on_came(void *user, int fd, enum ptl_service service, enum listener_guard guard)
{
	struct server *server = user;
	struct seat *seat;

	if (guard == LISTENER_TLS) {
		gate_take(server->gate, fd, service);
		return;
	}
	seat = seat_plain(server, fd, service, NULL);
	if (seat)
		seat->armed = guard == LISTENER_ARMED;
	settle(server);
}

static void on_passed(void *user, const struct gate_guest *guest)
{
	struct server *server = user;
	struct seat *seat = seat_stream(server, guest->stream, guest->service, NULL);

	if (seat)
		connection_begin(seat->connection, guest->bytes, guest->n);
	settle(server);
}

/* The minutes are over, or others begin. */
static void on_disarmed(void *user)
{
	struct server *server = user;

	for (unsigned i = 0; i < server->config.clients; i++)
		if (server->seat[i].armed && server->seat[i].connection)
			connection_hang_up(server->seat[i].connection, true);
	settle(server);
}

static bool on_arm(void *user, const char *who, const struct sockaddr *address,
		   unsigned minutes, char *text, size_t size)
{
	return server_arm(user, who, address, minutes, text, size);
}

/* ---- the UART ---- */

static void on_uart_data(void *user, const uint8_t *bytes, size_t n)
{
	struct server *server = user;

	if (server->heard)
		server->heard(server->hearer, bytes, n);
	if (programming_uart(server->programming, bytes, n))
		return;
	ptl_bridge_uart(server->bridge, timer_now(), bytes, n);
	settle(server);
}

static void on_uart_room(void *user)
{
	struct server *server = user;

	if (programming_room(server->programming))
		return;
	ptl_bridge_uart_room(server->bridge, timer_now());
	settle(server);
}

static void on_uart_errors(void *user, unsigned errors)
{
	struct server *server = user;

	ptl_bridge_uart_errors(server->bridge, timer_now(), errors);
	settle(server);
}

static void on_uart_modem(void *user)
{
	struct server *server = user;

	ptl_bridge_uart_modem(server->bridge, timer_now());
	settle(server);
}

static void on_uart_opened(void *user)
{
	struct server *server = user;

	log_detail("%s: open", server->uart.kind->name(server->uart.data));
	ptl_bridge_uart_renewed(server->bridge, timer_now());
	settle(server);
}

static void on_uart_lost(void *user, const char *why)
{
	struct server *server = user;

	log_line("lost %s: %s; waiting for it", server->uart.kind->name(server->uart.data),
		 why);
	(void)programming_lost(server->programming);
}

/* The image is written: the target runs anew, and the UART is ours. */
static void on_returned(void *user)
{
	struct server *server = user;

	ptl_bridge_uart_renewed(server->bridge, timer_now());
	ptl_bridge_uart_room(server->bridge, timer_now());
	settle(server);
}

/* ---- its life ---- */

static struct ptl_bridge_config core_config(struct server *server)
{
	return (struct ptl_bridge_config){
		.clients = server->config.clients,
		.history = server->config.history,
		.output = OUTPUT,
		.idle = server->config.idle,
		.write = server->config.write,
		.slow = server->config.slow,
		.format = server->config.format,
		.signature = "pigtail " PIGTAIL_VERSION,
		.serial = programming_serial(server->programming),
		.events = {server, on_writable, on_readable, on_drop, on_lost, on_service},
		.programmer = programming_programmer(server->programming),
	};
}

static int open_uart(struct server *server, char *error, size_t error_size)
{
	const struct uart_events events = {
		server,	       on_uart_data,   on_uart_room, on_uart_errors,
		on_uart_modem, on_uart_opened, on_uart_lost,
	};

	return uart_open(server->loop, server->config.port, &events, &server->config.format,
			 &server->uart, error, error_size);
}

static int open_target(struct server *server, char *error, size_t error_size)
{
	struct ptl_serial_seam serial = uart_seam(&server->uart);
	struct programming_config config = {
		.name = server->config.port,
		.serial = serial,
		.user = server,
		.returned = on_returned,
	};
	int status = target_open(&server->config.target, &serial, &server->target, error,
				 error_size);

	if (status)
		return status;
	config.target = server->target;
	server->programming = programming_new(server->loop, &config);
	return server->programming ? 0 : complain(error, error_size, "out of memory");
}

static int open_core(struct server *server, char *error, size_t error_size)
{
	struct ptl_bridge_config config = core_config(server);
	void *memory = malloc(ptl_bridge_size(&config));

	if (!memory)
		return complain(error, error_size, "out of memory");
	server->bridge = ptl_bridge_init(memory, &config, server->began);
	target_attach(server->target, server->bridge);
	programming_attach(server->programming, server->bridge);
	server->timer = timer_new(server->loop, on_time, server);
	if (!server->timer)
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	return 0;
}

static int open_listeners(struct server *server, char *error, size_t error_size)
{
	const struct gate_events events = {server, on_passed, on_arm};
	const struct server_config *config = &server->config;
	int status =
		access_open(server->loop, &config->access, &server->access, error, error_size);

	if (!status && server->access.tls) {
		server->gate = gate_open(server->loop, &server->access, &events);
		if (!server->gate)
			status = complain(error, error_size, "out of memory");
	}
	for (size_t i = 0; i < config->listens && !status; i++)
		status =
			listener_open(server->loop, &config->listen[i], server->gate != NULL,
				      on_came, server, &server->listener[i], error, error_size);
	if (!status) {
		server->arming = arming_new(server->loop, server->listener, config->listens,
					    on_disarmed, server);
		if (!server->arming)
			status = complain(error, error_size, "cannot make a timer: %s",
					  strerror(errno));
	}
	return status;
}

int server_open(uv_loop_t *loop, const struct server_config *config, struct server **out,
		char *error, size_t error_size)
{
	struct server *server = calloc(1, sizeof(*server));
	int status;

	if (!server)
		return complain(error, error_size, "out of memory");
	server->loop = loop;
	server->config = *config;
	server->began = timer_now();
	status = open_uart(server, error, error_size);
	if (!status)
		status = open_target(server, error, error_size);
	if (!status)
		status = open_core(server, error, error_size);
	if (!status)
		status = open_listeners(server, error, error_size);
	if (status) {
		server_close(server);
		return status;
	}
	*out = server;
	return 0;
}

/* What the UART may still tell has nobody to hear it once the loop has run. */
static void on_closed(uv_handle_t *handle)
{
	struct server *server = handle->data;

	access_close(&server->access);
	free(server->bridge);
	free(server);
	free(handle);
}

void server_close(struct server *server)
{
	uv_idle_t *last;

	if (!server)
		return;
	arming_free(server->arming);
	for (size_t i = 0; i < server->config.listens; i++)
		listener_close(server->listener[i]);
	gate_close(server->gate);
	for (unsigned i = 0; i < server->config.clients; i++)
		if (server->seat[i].connection)
			connection_close(server->seat[i].connection);
	timer_free(server->timer);
	programming_free(server->programming);
	target_close(server->target);
	if (server->uart.kind)
		server->uart.kind->close(server->uart.data);
	last = malloc(sizeof(*last));
	if (!last)
		return;
	(void)uv_idle_init(server->loop, last);
	last->data = server;
	uv_close((uv_handle_t *)last, on_closed);
}

/* ---- by its owner ---- */

bool server_arm(struct server *server, const char *who, const struct sockaddr *address,
		unsigned minutes, char *text, size_t size)
{
	return arming_begin(server->arming, who, address, minutes, text, size);
}

void server_hear(struct server *server,
		 void (*heard)(void *user, const uint8_t *bytes, size_t n), void *user)
{
	server->heard = heard;
	server->hearer = user;
}

unsigned server_armed(const struct server *server, char *address, size_t size)
{
	return arming_left(server->arming, address, size);
}

const struct access *server_access(const struct server *server)
{
	return &server->access;
}

enum listener_guard server_guard(const struct server *server, size_t listen)
{
	return listener_guard(server->listener[listen]);
}

bool server_take(struct server *server, unsigned client)
{
	return ptl_bridge_take(server->bridge, client);
}

bool server_hang_up(struct server *server, unsigned client)
{
	if (client >= server->config.clients || !server->seat[client].connection)
		return false;
	connection_hang_up(server->seat[client].connection, true);
	settle(server);
	return true;
}

/* The target, of programmers; or a line in error. */
static bool is_free(const struct server *server, char *error, size_t error_size)
{
	if (!programming_is_busy(server->programming) &&
	    !ptl_bridge_is_programmed(server->bridge))
		return true;
	(void)complain(error, error_size,
		       "the target is being programmed; wait until that is done");
	return false;
}

int server_flash(struct server *server, enum ptl_target kind, struct image *image,
		 const struct flashing_events *events, char *error, size_t error_size)
{
	if (!is_free(server, error, error_size))
		return -1;
	if (!server->uart.kind->is_open(server->uart.data))
		return complain(error, error_size, "%s is not there; look at its wire",
				server->uart.kind->name(server->uart.data));
	return programming_flash(server->programming, kind, image, events, error, error_size);
}

void server_flash_abort(struct server *server)
{
	programming_abort(server->programming);
}

int server_reset(struct server *server, char *error, size_t error_size)
{
	if (!is_free(server, error, error_size))
		return -1;
	if (!programming_reset(server->programming))
		return complain(error, error_size,
				"no pin resets the target; name it by --pins reset=...");
	return 0;
}

int server_set_target(struct server *server, const struct target_config *target, char *error,
		      size_t error_size)
{
	struct ptl_programmer_seam programmer;

	if (!is_free(server, error, error_size))
		return -1;
	if (target_change(server->target, target, error, error_size) < 0)
		return -1;
	server->config.target = *target;
	programmer = programming_renew(server->programming);
	(void)ptl_bridge_set_programmer(server->bridge, timer_now(), &programmer);
	settle(server);
	return 0;
}

void server_set_line(struct server *server, enum ptl_serial_line line, bool on)
{
	ptl_bridge_set_line(server->bridge, timer_now(), line, on);
	settle(server);
}

void server_set_format(struct server *server, const struct ptl_serial_format *format)
{
	ptl_bridge_set_format(server->bridge, timer_now(), format);
	settle(server);
}

const struct ptl_serial_format *server_format(const struct server *server)
{
	return ptl_bridge_format(server->bridge);
}

const struct server_config *server_config(const struct server *server)
{
	return &server->config;
}

const struct uart *server_uart(const struct server *server)
{
	return &server->uart;
}

const struct ptl_bridge *server_bridge(const struct server *server)
{
	return server->bridge;
}

const char *server_peer(const struct server *server, unsigned client)
{
	const struct connection *connection = server->seat[client].connection;

	return connection ? connection_peer(connection) : NULL;
}

ptl_time server_began(const struct server *server)
{
	return server->began;
}
