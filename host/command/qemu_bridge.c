/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's hub joins the device's MAC, QEMU's user network, and a pair of sockets in our
 * folder, where every frame of the device arrives. Those that report (of EtherType 88b5, see
 * device/lx60/report.h) move pins or are lines of the log; who else is on the network can
 * send none, for only what the device sends is heard: its own address stands in it.
 *
 * The user network lets connections in, by hostfwd, and nothing out; no multicast passes it.
 *
 * With an interface of this machine (tap, bridge) there is no hub: all frames pass us, so that
 * none from there is taken for a report.
 */
#include "host/command/qemu_bridge.h"

#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/bridge/pins.h"
#include "host/net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define HEADER	  14u
#define FRAME_MAX 1600u
#define TYPE	  "\x88\xb5"
#define FRAMES	  64 /* at one go */
#define MTU	  1500

struct qemu_bridge {
	const struct qemu_bridge_options *options;
	char here[104], there[104]; /* sockets, ours and QEMU's */
	int fd;
	struct poller *poller;
	struct net *net; /* NULL: QEMU's user network */
	struct sockaddr_un qemu;
	struct pins *pins;
	struct ptl_target_pins_seam seam;
};

int qemu_bridge_net(struct qemu_bridge_options *options, const char *text, char *error,
		    size_t error_size)
{
	size_t n = strcspn(text, ":,");

	if ((n == 3 && !strncmp(text, "tap", n)) || (n == 6 && !strncmp(text, "bridge", n))) {
		options->interface = text;
		return 0;
	}
	if (n != 4 || strncmp(text, "user", n) != 0 || text[n] == ':')
		return complain_usage(error, error_size,
				      "--net '%s': a bridge's network in QEMU is user"
				      "[,hostfwd=tcp:[ADDR]:PORT-:23]..., tap[:IFNAME] or "
				      "bridge:BRIDGE",
				      text);
	return user_options_parse(text + 4, &options->net, error, error_size);
}

/* ---- what it reports ---- */

static void on_pin(struct qemu_bridge *bridge, const char *text)
{
	static const struct {
		const char *text;
		enum ptl_target_pin pin;
		bool active;
	} moves[] = {
		{"reset 1", PTL_TARGET_RESET, true},
		{"reset 0", PTL_TARGET_RESET, false},
		{"boot 1", PTL_TARGET_BOOT, true},
		{"boot 0", PTL_TARGET_BOOT, false},
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (strcmp(text, moves[i].text) == 0)
			bridge->seam.set(bridge->seam.user, moves[i].pin, moves[i].active);
}

static void on_line(struct qemu_bridge *bridge, char *line)
{
	for (char *at = line; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	if (strncmp(line, "pin ", 4) == 0)
		on_pin(bridge, line + 4);
	else if (strncmp(line, "log ", 4) == 0)
		log_line("device: %s", line + 4);
}

static void on_readable(void *user, int events)
{
	struct qemu_bridge *bridge = user;
	char frame[FRAME_MAX + 1];

	(void)events;
	for (int i = 0; i < FRAMES; i++) {
		ssize_t n = recv(bridge->fd, frame, FRAME_MAX, MSG_DONTWAIT);

		if (n < 0)
			break;
		frame[n] = 0;
		if ((size_t)n > HEADER && memcmp(frame + HEADER - 2, TYPE, 2) == 0)
			on_line(bridge, frame + HEADER);
		else if (bridge->net)
			net_write(bridge->net, (const uint8_t *)frame, (size_t)n);
	}
}

/* ---- an interface as its network ---- */

/* Lost while QEMU is away, as if the cable were out. */
static void on_packet(void *user, const uint8_t *frame, size_t n)
{
	struct qemu_bridge *bridge = user;

	(void)sendto(bridge->fd, frame, n, MSG_DONTWAIT, (struct sockaddr *)&bridge->qemu,
		     sizeof(bridge->qemu));
}

static void on_drained(void *user)
{
	(void)user;
}

static void on_failed(void *user, const char *why)
{
	(void)user;
	log_line("qemu: the bridge has no network any more: %s", why);
}

static int open_interface(struct qemu_bridge *bridge, uv_loop_t *loop, char *error,
			  size_t error_size)
{
	const struct net_events events = {bridge, on_packet, on_drained, on_failed};
	struct net_config config = {.spec = bridge->options->interface, .mtu = MTU};
	int status;

	if (socket_unix_address(bridge->there, &bridge->qemu) < 0 ||
	    getrandom(config.mac, sizeof(config.mac), 0) != sizeof(config.mac))
		return complain(error, error_size, "%s", strerror(errno));
	config.mac[0] = (uint8_t)((config.mac[0] & 0xfc) | 2); /* one station's, of no maker */
	status = net_open(loop, &config, &events, &bridge->net, error, error_size);
	if (!status)
		net_set_carrier(bridge->net, true);
	return status;
}

/* ---- its life ---- */

static int listen_here(struct qemu_bridge *bridge, uv_loop_t *loop)
{
	struct sockaddr_un address;

	bridge->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bridge->fd < 0 || socket_unix_address(bridge->here, &address) < 0 ||
	    bind(bridge->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	bridge->poller = poller_new(loop, bridge->fd, on_readable, bridge);
	if (!bridge->poller)
		return -1;
	poller_want(bridge->poller, UV_READABLE);
	return 0;
}

int qemu_bridge_open(uv_loop_t *loop, const struct qemu_bridge_options *options,
		     const char *folder, struct qemu_bridge **made, char *error,
		     size_t error_size)
{
	static const struct ptl_serial_seam none;
	struct qemu_bridge *bridge = calloc(1, sizeof(*bridge));
	int status;

	if (!bridge)
		return complain(error, error_size, "out of memory");
	bridge->options = options;
	bridge->fd = -1;
	(void)snprintf(bridge->here, sizeof(bridge->here), "%s/report", folder);
	(void)snprintf(bridge->there, sizeof(bridge->there), "%s/frames", folder);
	status = pins_open(&bridge->pins, &options->pins, &none, error, error_size);
	if (!status && listen_here(bridge, loop) < 0)
		status = complain(error, error_size, "cannot listen on %s: %s", bridge->here,
				  strerror(errno));
	if (!status && options->interface)
		status = open_interface(bridge, loop, error, error_size);
	if (status) {
		qemu_bridge_close(bridge);
		return status;
	}
	bridge->seam = pins_seam(bridge->pins);
	*made = bridge;
	return 0;
}

void qemu_bridge_close(struct qemu_bridge *bridge)
{
	if (!bridge)
		return;
	net_close(bridge->net);
	poller_free(bridge->poller);
	if (bridge->fd >= 0) {
		(void)close(bridge->fd);
		(void)unlink(bridge->here);
		(void)unlink(bridge->there);
	}
	if (bridge->pins)
		pins_close(bridge->pins);
	free(bridge);
}

/* ---- QEMU's arguments ---- */

static void add_forward(char *text, size_t size, const struct hostfwd *forward)
{
	char host[INET_ADDRSTRLEN], guest[INET_ADDRSTRLEN] = "";
	size_t n = strlen(text);

	(void)inet_ntop(AF_INET, &forward->host, host, sizeof(host));
	if (forward->guest.s_addr)
		(void)inet_ntop(AF_INET, &forward->guest, guest, sizeof(guest));
	(void)snprintf(text + n, size - n, ",hostfwd=%s:%s:%u-%s:%u",
		       forward->udp ? "udp" : "tcp", host, forward->host_port, guest,
		       forward->guest_port);
}

static void add_frames(const struct qemu_bridge *bridge, struct argv *arguments)
{
	argv_add(arguments, "-netdev");
	argv_add(
		arguments,
		"dgram,id=frames,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s",
		bridge->there, bridge->here);
}

static void add_hub(const struct qemu_bridge *bridge, struct argv *arguments)
{
	const struct user_options *net = &bridge->options->net;
	struct in_addr first = {htonl(net->network)};
	char network[INET_ADDRSTRLEN];
	char text[64 * USER_FORWARDS_MAX] = "";

	(void)inet_ntop(AF_INET, &first, network, sizeof(network));
	for (size_t i = 0; i < net->forward_count; i++)
		add_forward(text, sizeof(text), &net->forwards[i]);
	argv_add(arguments, "-netdev");
	argv_add(arguments, "user,id=user,restrict=on,net=%s/24%s", network, text);
	argv_add_two(arguments, "-netdev", "hubport,id=port1,hubid=0,netdev=user");
	add_frames(bridge, arguments);
	argv_add_two(arguments, "-netdev", "hubport,id=port2,hubid=0,netdev=frames");
	argv_add_two(arguments, "-nic", "hubport,hubid=0,model=open_eth");
}

void qemu_bridge_arguments(const struct qemu_bridge *bridge, struct argv *arguments)
{
	argv_add(arguments, "-chardev");
	argv_add(arguments, "serial,id=pigtail,path=%s", bridge->options->tty);
	argv_add_two(arguments, "-serial", "chardev:pigtail");
	if (!bridge->net) {
		add_hub(bridge, arguments);
		return;
	}
	add_frames(bridge, arguments);
	argv_add_two(arguments, "-net", "nic,model=open_eth,netdev=frames");
}
