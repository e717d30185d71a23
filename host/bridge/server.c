/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins the core with its surroundings: the UART, the target, the ports and who comes by
 * them. What it makes of a call is done by the seats, after each.
 */
#include "host/bridge/server.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/arming.h"
#include "host/bridge/gate.h"
#include "host/bridge/seats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT 4096u /* bytes that wait for the UART beyond its driver's */

struct server {
	uv_loop_t *loop;
	struct server_config config;
	struct uart uart;
	struct target *target;
	struct programming *programming;
	struct ptl_bridge *bridge;
	struct seats *seats;
	struct access access;
	struct gate *gate; /* NULL: nobody can log in */
	struct listener *listener[SERVER_LISTENS];
	struct arming *arming;
	void (*heard)(void *user, const uint8_t *bytes, size_t n); /* NULL: nobody else */
	void *hearer;
	ptl_time began;
};

/* ---- clients ---- */

static void seat_plain(struct server *server, int fd, enum ptl_service service,
		       const char *peer, bool armed)
{
	const struct seats_guest guest = {stream_new(fd, NULL), service, peer, armed, NULL, 0};

	if (guest.stream)
		seats_take(server->seats, &guest);
}

void server_join(struct server *server, int fd, enum ptl_service service, const char *peer)
{
	seat_plain(server, fd, service, peer, false);
}

static void on_came(void *user, int fd, enum ptl_service service, enum listener_guard guard)
{
	struct server *server = user;

	if (guard == LISTENER_TLS)
		gate_take(server->gate, fd, service);
	else
		seat_plain(server, fd, service, NULL, guard == LISTENER_ARMED);
}

static void on_passed(void *user, const struct gate_guest *passed)
{
	const struct server *server = user;
	const struct seats_guest guest = {
		passed->stream, passed->service, NULL, false, passed->bytes, passed->n,
	};

	seats_take(server->seats, &guest);
}

/* The minutes are over, or others begin. */
static void on_disarmed(void *user)
{
	seats_hang_up_armed(((struct server *)user)->seats);
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
	seats_settle(server->seats);
}

static void on_uart_room(void *user)
{
	struct server *server = user;

	if (programming_room(server->programming))
		return;
	ptl_bridge_uart_room(server->bridge, timer_now());
	seats_settle(server->seats);
}

static void on_uart_errors(void *user, unsigned errors)
{
	struct server *server = user;

	ptl_bridge_uart_errors(server->bridge, timer_now(), errors);
	seats_settle(server->seats);
}

static void on_uart_modem(void *user)
{
	struct server *server = user;

	ptl_bridge_uart_modem(server->bridge, timer_now());
	seats_settle(server->seats);
}

static void on_uart_opened(void *user)
{
	struct server *server = user;

	log_detail("%s: open", server->uart.kind->name(server->uart.data));
	ptl_bridge_uart_renewed(server->bridge, timer_now());
	seats_settle(server->seats);
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
	seats_settle(server->seats);
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
		.events = seats_events(server->seats),
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
	struct ptl_bridge_config config;
	void *memory;

	server->seats = seats_new(server->loop, server->config.clients);
	if (!server->seats)
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	config = core_config(server);
	memory = malloc(ptl_bridge_size(&config));
	if (!memory)
		return complain(error, error_size, "out of memory");
	server->bridge = ptl_bridge_init(memory, &config, server->began);
	seats_attach(server->seats, server->bridge);
	target_attach(server->target, server->bridge);
	programming_attach(server->programming, server->bridge);
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
	seats_free(server->seats);
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
	seats_end(server->seats);
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
	return seats_hang_up(server->seats, client);
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
	seats_settle(server->seats);
	return 0;
}

void server_set_line(struct server *server, enum ptl_serial_line line, bool on)
{
	ptl_bridge_set_line(server->bridge, timer_now(), line, on);
	seats_settle(server->seats);
}

void server_set_format(struct server *server, const struct ptl_serial_format *format)
{
	ptl_bridge_set_format(server->bridge, timer_now(), format);
	seats_settle(server->seats);
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
	return seats_peer(server->seats, client);
}

ptl_time server_began(const struct server *server)
{
	return server->began;
}
