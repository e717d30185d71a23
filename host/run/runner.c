/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one loop that drives an endpoint (see endpoint.h), on libuv:
 *
 *	port readable ---> receive() ---> shim ---> net
 *	net's packets ---> shim ---> send()
 *	each of them, the timer, the port taking bytes again ---> the pump's turn
 *
 * The interface stays as it is when the port goes away or the peer restarts;
 * only its carrier follows.
 */
#include "host/run/runner.h"

#include "host/base/log.h"
#include "host/net/interface.h"
#include "host/run/channel.h"
#include "host/run/peer.h"
#include "host/run/radio.h"
#include "host/run/sense.h"
#include "host/run/sizing.h"
#include "host/config/wifi_secret.h"
#include "host/wifi/conceal.h"

#include <pigtail/compat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define READ_BYTES   4096
#define READS_A_TURN 64
/* To another rate: so long after the last byte should have left. */
#define SETTLE_US	2000u
#define SETTLE_BLIND_US 10000u /* where there is no driver to ask */
#define OUT_BYTES	2048u  /* as much as the pacer lets go at 10 Mbaud */
#define BOOT_US		1000000u
#define HEADER_MAX	18 /* Ethernet with a VLAN tag */

/* ---- the port, as the pump sees it ---- */

static size_t write_port(void *user, const uint8_t *bytes, size_t n)
{
	struct runner *runner = user;

	if (!runner->up)
		echo_sent(&runner->echo, bytes, n);
	return port_write(runner->port, bytes, n);
}

static size_t queued_in_port(void *user)
{
	return port_queued(((struct runner *)user)->port);
}

static bool port_has_drained(void *user)
{
	return port_drained(((struct runner *)user)->port);
}

static void discard_in_port(void *user)
{
	port_discard(((struct runner *)user)->port);
}

static uint32_t set_port_rate(void *user, uint32_t rate)
{
	struct runner *runner = user;
	bool ok = port_set_rate(runner->port, rate) == 0;

	log_detail("%s: %u baud%s", runner->name, rate, ok ? "" : " cannot be set");
	return ok ? port_baud(runner->port) : 0;
}

static const struct ptl_pump_ops port_ops = {
	.write = write_port,
	.queued = queued_in_port,
	.drained = port_has_drained,
	.discard = discard_in_port,
	.set_rate = set_port_rate,
};

static void begin_pump(struct runner *runner)
{
	bool blind = port_queued(runner->port) == PTL_PACER_UNKNOWN;
	const struct ptl_pump_config config = {
		.ops = &port_ops,
		.port = runner,
		.framing = runner->framing,
		.endpoint = runner->endpoint,
		.out = runner->out,
		.out_size = runner->out_size,
		.settle_us = blind ? SETTLE_BLIND_US : SETTLE_US,
	};

	ptl_pump_init(&runner->pump, &config);
	ptl_pump_begin(&runner->pump, port_baud(runner->port));
}

static void serve(struct runner *runner)
{
	if (runner->begun)
		timer_set(runner->timer, ptl_pump_turn(&runner->pump, timer_now()));
	channel_tell_room(runner);
}

/* After something came, from either side. */
static void serve_if_due(struct runner *runner)
{
	if (runner->begun && ptl_pump_is_due(&runner->pump))
		serve(runner);
	else
		channel_tell_room(runner);
}

/* ---- port ---- */

/* What comes while nothing good does. */
static void guess(struct runner *runner, const uint8_t *bytes, size_t n)
{
	const char *name = ptl_guess_feed(&runner->guess, bytes, n);

	if (!name || !strcasecmp(name, runner->framing->name))
		return;
	/* A board that the opening of its port has reset: no cause for alarm. */
	if (!strcmp(name, PTL_GUESS_TEXT) && timer_now() - runner->changed < BOOT_US)
		return;
	log_line("%s: the other end seems to speak %s%s", runner->name, name,
		 trouble_advice(name));
	runner->guessed = true;
}

static uint64_t bad_frames(const struct runner *runner)
{
	const struct ptl_counters *counters = runner->framing->counters(runner->endpoint);

	return (uint64_t)counters->rx_bad_crc + counters->rx_bad_framing;
}

static void on_readable(void *user)
{
	struct runner *runner = user;
	uint64_t bad;
	uint8_t bytes[READ_BYTES];
	size_t n;

	for (int i = 0; i < READS_A_TURN; i++) {
		n = port_read(runner->port, bytes, sizeof(bytes));
		if (!n)
			break;
		if (!runner->up && !runner->echo.told && echo_heard(&runner->echo, bytes, n)) {
			log_line("%s: it hears itself: TX is joined to RX, or the other end is "
				 "a tty that echoes",
				 runner->name);
			runner->echo.told = true;
		}
		if (runner->guessing && !runner->guessed)
			guess(runner, bytes, n);
		bad = bad_frames(runner);
		runner->framing->receive(runner->endpoint, timer_now(), bytes, n);
		cause_feed(&runner->cause, bytes, n, bad_frames(runner) != bad);
		if (runner->framing->counters(runner->endpoint)->rx_frames !=
		    runner->understood) {
			runner->understood =
				runner->framing->counters(runner->endpoint)->rx_frames;
			port_makes_sense(runner->port);
		}
		/* A port gives what it has: another read would find nothing. */
		if (n < sizeof(bytes))
			break;
	}
	serve_if_due(runner);
}

static bool on_newcomer(void *user, const uint8_t *bytes, size_t n)
{
	const struct runner *runner = user;
	uint16_t header = runner->framing->payload == PTL_ETHERNET ? HEADER_MAX : 0;

	return sense_in(runner->framing, runner->role, (uint16_t)(runner->mtu + header), bytes,
			n);
}

static void on_writable(void *user)
{
	struct runner *runner = user;

	ptl_pump_wakeup(&runner->pump);
	serve(runner);
}

size_t runner_memory(const struct runner *runner)
{
	return sizeof(*runner) + runner->memory_size + runner->scratch_size + runner->out_size;
}

static void update_carrier(struct runner *runner)
{
	runner_set_on_air(runner, !runner->off_air);
	runner->state_changed(runner->user);
}

static void on_opened(void *user)
{
	struct runner *runner = user;

	begin_pump(runner);
	runner->framing->wire_reset(runner->endpoint, timer_now());
	runner->changed = timer_now();
	if (runner->was_lost && !runner->port_hushed)
		log_line("%s: %s is open", runner->name, port_name(runner->port));
	runner->was_lost = false;
	runner->begun = true;
	/* From the first byte on: a telnet server negotiates at once. */
	ptl_guess_init(&runner->guess);
	runner->guessing = true;
	update_carrier(runner);
	serve(runner);
}

static void on_lost(void *user, const char *why)
{
	struct runner *runner = user;

	enum trouble_say say = trouble_flapped(&runner->port_flaps, timer_now());

	ptl_pump_stop(&runner->pump);
	runner->was_lost = true;
	runner->changed = timer_now();
	runner->port_hushed = say == TROUBLE_HUSH;
	if (!runner->port_hushed)
		log_line("%s: lost %s: %s; waiting for it%s", runner->name,
			 port_name(runner->port), why,
			 say == TROUBLE_SAY_LAST ? " (silently for a while)" : "");
	update_carrier(runner);
}

static void on_waiting(void *user, const char *why)
{
	struct runner *runner = user;

	runner->was_lost = true;
	runner->port_hushed = false;
	log_line("%s: waiting for %s: %s", runner->name, port_name(runner->port), why);
}

/* ---- net ---- */

static void on_net_packet(void *user, const uint8_t *packet, size_t n)
{
	struct runner *runner = user;

	if (!runner->begun || (runner->second.from_net &&
			       !runner->second.from_net(runner->second.user, packet, n)))
		return;
	capture_packet(runner->capture, PTL_TX, packet, n);
	ptl_ether_from_net(&runner->ether, packet, n);
}

static void on_net_drained(void *user)
{
	serve_if_due(user);
}

static void on_net_failed(void *user, const char *why)
{
	struct runner *runner = user;

	log_line("%s: %s", runner->name, why);
	runner->failed(runner->user);
}

static void shim_to_link(void *user, const uint8_t *packet, size_t n)
{
	struct runner *runner = user;

	/* What it can't take, it counts. */
	(void)runner->framing->send(runner->endpoint, timer_now(), packet, n);
}

static void shim_to_net(void *user, const uint8_t *packet, size_t n)
{
	struct runner *runner = user;

	capture_packet(runner->capture, PTL_RX, packet, n);
	net_write(runner->net, packet, n);
}

/* ---- endpoint ---- */

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct runner *runner = user;

	if (runner->second.from_link &&
	    runner->second.from_link(runner->second.user, packet, n))
		capture_packet(runner->capture, PTL_RX, packet, n);
	else
		ptl_ether_from_link(&runner->ether, packet, n);
	return true;
}

/* Of esp8266-hosted's; n is at most that of shown. */
static void conceal_hosted(const uint8_t *frame, size_t n, bool ok, uint8_t *shown)
{
	if (ok)
		wifi_secret_conceal(frame, n, shown);
	else
		memset(shown, 0, n);
}

static void on_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		     size_t n)
{
	struct runner *runner = user;
	uint8_t shown[2048];

	if (runner->framing == &ptl_framing_esp8266_hosted) {
		n = n < sizeof(shown) ? n : sizeof(shown);
		conceal_hosted(frame, n, ok, shown);
		frame = shown;
	} else if (runner->control.message &&
		   (direction == PTL_TX) == (runner->role == PTL_HOST) &&
		   conceal_frame(frame, n, ok, shown)) {
		/* Keys go from the host to the radio only. */
		frame = shown;
	}
	capture_frame(runner->capture, direction, ok, frame, n);
}

static void on_rate(void *user, uint32_t rate)
{
	struct runner *runner = user;

	ptl_pump_want_rate(&runner->pump, rate);
}

static void on_timer(void *user)
{
	serve(user);
}

/* ---- opening ---- */

static int open_endpoint(struct runner *runner, const struct link_config *config, char *error,
			 size_t error_size)
{
	const struct ptl_framing *framing = config->framing;
	const struct ptl_events events = {
		.user = runner,
		.packet = on_packet,
		.control = runner->control.message ? channel_message : NULL,
		.control_room = channel_room,
		.control_lost = channel_lost,
		.state = peer_state,
		.log = peer_log,
		.rate = on_rate,
		.frame = config->capture ? on_frame : NULL,
	};
	uint16_t header = framing->payload == PTL_ETHERNET ? HEADER_MAX : 0;
	struct ptl_config link;
	struct ptl_info info;
	enum ptl_error status = PTL_NO_MEMORY;
	size_t size;

	ptl_config_default(&link, PTL_PROFILE_HOST);
	link.role = config->role;
	memcpy(link.mac, net_mac(runner->net), sizeof(link.mac));
	link.mac_in_use = net_uses_mac(runner->net);
	while (!link.nonce)
		if (getrandom(&link.nonce, sizeof(link.nonce), 0) < 0)
			return complain(error, error_size,
					"the kernel gives no random numbers");
	link.baud = port_baud(runner->port);
	link.rate_auto = port_rate_is_auto(runner->port);
	link.uart = *port_uart(runner->port);
	link.max_packet = (uint16_t)(runner->mtu + header);
	link.ssid = config->ssid;
	link.password = config->password;
	/* Keys of networks are among the control messages. */
	runner->has_secret = config->password || runner->control.message;
	link.ip_address = config->lease_address;
	link.ip_netmask = config->lease_netmask;
	link.ip_gateway = config->lease_gateway;
	if (config->address)
		(void)interface_prefix_of(config->address, link.prefix);
	link.drop_when_full = true;
	sizing_by_rate(&link, link.rate_auto ? link.uart.max : link.baud);
	/* libslirp's TCP keeps at most 64 KB on the way and has no SACK: a drop
	 * costs it more than the delay that it would save. */
	link.codel = net_interface(runner->net) != NULL;

	size = framing->size(&link);
	if (!size)
		return complain_usage(
			error, error_size,
			"the framing %s can't work with an MTU of %u; lower it by --mtu",
			framing->name, runner->mtu);
	runner->memory = aligned_alloc(64, (size + 63) & ~(size_t)63);
	runner->memory_size = size;
	if (runner->memory)
		status = framing->init(runner->memory, size, &link, &events, timer_now(),
				       &runner->endpoint);
	if (status != PTL_OK)
		return complain(error, error_size, "cannot start the framing %s: %s",
				framing->name, ptl_error_name(status));
	framing->info(runner->endpoint, &info);
	if (info.max_packet && info.max_packet < runner->mtu + (header ? PTL_ETHER_HEADER : 0))
		return complain_usage(
			error, error_size,
			"the framing %s carries packets of at most %u bytes; lower the "
			"MTU by --mtu %u",
			framing->name, info.max_packet,
			info.max_packet - (header ? PTL_ETHER_HEADER : 0));
	return 0;
}

static int open_shim(struct runner *runner, const struct link_config *config, char *error,
		     size_t error_size)
{
	struct ptl_ether_config ether = {
		.net = net_payload(runner->net),
		.link = config->framing->payload,
		.user = runner,
		.to_net = shim_to_net,
		.to_link = shim_to_link,
	};
	size_t size = (size_t)runner->mtu + 256;

	if (!strcmp(net_kind(runner->net), "bridge") && ether.link == PTL_IP)
		return complain_usage(
			error, error_size,
			"the framing %s carries no MAC addresses, which a bridge needs; "
			"use the net 'tap' and routing",
			config->framing->name);

	memcpy(ether.own_mac, net_mac(runner->net), sizeof(ether.own_mac));
	if (ether.net == PTL_ETHERNET) {
		/* Any address that is not our own. */
		memcpy(ether.peer_mac, ether.own_mac, sizeof(ether.peer_mac));
		ether.peer_mac[5] ^= 1;
		ether.peer_mac[0] = 0x02;
	}
	runner->scratch = malloc(size);
	runner->scratch_size = size;
	if (!runner->scratch || !ptl_ether_init(&runner->ether, &ether, runner->scratch, size))
		return complain(error, error_size, "out of memory");
	return 0;
}

static int open_capture(struct runner *runner, const struct link_config *config, char *error,
			size_t error_size)
{
	const char *interface = net_interface(runner->net);
	const struct capture_config capture = {
		.path = config->capture,
		.interface = interface ? interface : "user",
		.wire = config->port,
		.payload = net_payload(runner->net),
		.snap = (uint16_t)(runner->mtu + 512),
	};

	if (!config->capture)
		return 0;
	runner->capture_path = config->capture;
	return capture_open(runner->loop, &capture, &runner->capture, error, error_size);
}

int runner_open(struct runner *runner, uv_loop_t *loop, const struct link_config *config,
		char *error, size_t error_size)
{
	const struct port_events port_events = {
		.user = runner,
		.negotiates = config->framing->rate_done != NULL,
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_opened,
		.lost = on_lost,
		.sensible = on_newcomer,
		.waiting = on_waiting,
	};
	const struct net_events net_events = {
		.user = runner,
		.packet = on_net_packet,
		.drained = on_net_drained,
		.failed = on_net_failed,
	};
	struct net_config net = {
		.spec = config->net,
		.mtu = config->mtu,
		.mac_asked = config->mac_asked,
		.mtu_asked = config->mtu_asked,
		.address = config->address,
		.peer = config->peer,
	};
	int status;

	runner->loop = loop;
	runner->framing = config->framing;
	runner->role = config->role;
	runner->route_wanted = config->default_route;
	runner->lease_wanted = config->role == PTL_HOST && !config->address;
	runner->changed = timer_now();
	memcpy(net.mac, config->mac, sizeof(net.mac));
	ptl_trouble_init(&runner->trouble);
	cause_init(&runner->cause, config->framing, config->role);
	ptl_guess_init(&runner->guess);

	status = port_open(loop, config->port, &port_events, &runner->port, error, error_size);
	if (status < 0)
		return status;
	runner->out_size = OUT_BYTES;
	runner->out = malloc(runner->out_size);
	runner->timer = timer_new(loop, on_timer, runner);
	if (!runner->out || !runner->timer) {
		status = complain(error, error_size, "out of memory or descriptors");
		goto bad;
	}
	status = net_open(loop, &net, &net_events, &runner->net, error, error_size);
	if (status < 0)
		goto bad;
	runner->mtu = net_mtu(runner->net);
	status = radio_take_control(runner, error, error_size);
	if (!status)
		status = open_endpoint(runner, config, error, error_size);
	if (!status)
		status = open_shim(runner, config, error, error_size);
	if (!status)
		status = open_capture(runner, config, error, error_size);
	if (status < 0)
		goto bad;
	return 0;

bad:
	runner_close(runner);
	return status;
}

void runner_close(struct runner *runner)
{
	radio_release(runner);
	net_close(runner->net);
	port_close(runner->port);
	timer_free(runner->timer);
	capture_close(runner->capture);
	if (runner->memory && runner->has_secret)
		explicit_bzero(runner->memory, runner->memory_size);
	free(runner->memory);
	free(runner->scratch);
	free(runner->out);
	runner->net = NULL;
	runner->port = NULL;
	runner->timer = NULL;
	runner->capture = NULL;
	runner->memory = NULL;
	runner->scratch = NULL;
	runner->out = NULL;
}

void runner_set_name(struct runner *runner, const char *name)
{
	(void)snprintf(runner->name, sizeof(runner->name), "%s", name);
}
