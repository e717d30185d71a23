/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap, tun and bridge: an interface made through /dev/net/tun. It vanishes with
 * our descriptor, so whatever ends us leaves none behind. One that was made
 * before, by "ip tuntap add ... user ...", is used as it is and stays.
 *
 * The carrier follows the link, so that DHCP clients and routing see a cable
 * being plugged. The queue of the interface only has to hold what comes between
 * two turns of the loop: it is emptied at once.
 */
#include "host/net/announce.h"
#include "host/net/interface.h"
#include "host/base/log.h"
#include "host/net/kind.h"
#include "host/base/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#define DEFAULT_NAME  "pigtail%d"
#define QUEUE_PACKETS 512
#define READS_A_TURN  256 /* then others get their turn */
#define PACKET_MAX    9216
#define MTU_MAX	      9000

struct tun {
	int fd;
	struct poller *poller;
	struct announce *announce; /* NULL: no Ethernet */
	uint8_t packet[PACKET_MAX];
};

static void on_ready(void *user, int events)
{
	struct net *net = user;
	struct tun *tun = net->data;
	bool deleted = false;

	(void)events;
	for (int i = 0; i < READS_A_TURN; i++) {
		ssize_t n = read(tun->fd, tun->packet, sizeof(tun->packet));

		/* At once: what follows has errors of its own. */
		deleted = n < 0 && errno != EAGAIN && errno != EINTR;
		if (n <= 0)
			break;
		net->events.packet(net->events.user, tun->packet, (size_t)n);
	}
	net->events.drained(net->events.user);
	if (deleted) {
		poller_want(tun->poller, 0);
		net->events.failed(net->events.user, "the interface was deleted");
		return;
	}
	poller_want(tun->poller, UV_READABLE);
}

static void send_announcement(void *user, const uint8_t *frame, size_t n)
{
	struct net *net = user;

	if (n)
		net->events.packet(net->events.user, frame, n);
	else
		net->events.drained(net->events.user);
}

static int open_device(struct net *net, const char *name, short flags, char *error,
		       size_t error_size)
{
	struct ifreq ifr = {.ifr_flags = (short)(flags | IFF_NO_PI)};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return complain(
			error, error_size, "cannot open /dev/net/tun: %s; %s", strerror(errno),
			errno == EACCES || errno == EPERM
				? "run as root, or use the net 'user'"
				: "load the kernel's tun module, or use the net 'user'");
	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
		const char *why = strerror(errno);
		const char *advice = "choose another name";

		if (errno == EPERM)
			advice = "run as root (or under 'unshare -Urn'), or use the net 'user'";
		else if (errno == EBUSY)
			why = "the name is taken by an interface of another program";
		else if (errno == EINVAL && if_nametoindex(name))
			why = "the name is taken by an interface of another kind";
		(void)close(fd);
		return complain(error, error_size, "cannot make the interface %s: %s; %s", name,
				why, advice);
	}
	(void)snprintf(net->interface, sizeof(net->interface), "%s", ifr.ifr_name);
	return fd;
}

/* Settings of a new interface. The name of what failed, or NULL. */
static const char *configure(const struct net *net, const struct net_config *config)
{
	const char *name = net->interface;

	if (net->kind->payload == PTL_ETHERNET && interface_set_mac(name, config->mac) < 0)
		return "set the MAC address of";
	if (interface_set_mtu(name, config->mtu) < 0)
		return "set the MTU of";
	/* In a user namespace we may not; the kernel's default does as well. */
	(void)interface_set_queue(name, QUEUE_PACKETS);
	return NULL;
}

/* One that was there before us keeps what it has; what was asked for must be that. */
static int take_as_it_is(struct net *net, const struct net_config *config, char *error,
			 size_t error_size)
{
	const char *name = net->interface;
	int mtu = interface_get_mtu(name);
	uint8_t mac[6];

	if (mtu > 0 && config->mtu_asked && mtu != config->mtu)
		return complain(
			error, error_size,
			"the interface %s exists and has an MTU of %d; leave --mtu out, "
			"or 'ip link set dev %s mtu %u'",
			name, mtu, name, config->mtu);
	if (mtu > 0)
		net->mtu = (uint16_t)(mtu < MTU_MAX ? mtu : MTU_MAX);
	if (net->kind->payload == PTL_ETHERNET && config->mac_asked &&
	    !interface_get_mac(name, mac) && memcmp(mac, config->mac, sizeof(mac)) != 0)
		return complain(error, error_size,
				"the interface %s exists and has another MAC address; leave "
				"--mac out, or 'ip link set dev %s address MAC'",
				name, name);
	return 0;
}

static const char *bring_up(const struct net *net, const struct net_config *config)
{
	const char *name = net->interface;

	if (!interface_is_up(name) && interface_set_up(name) < 0)
		return "bring up";
	if (config->address && interface_set_address(name, config->address) < 0)
		return "set the address of";
	if (config->peer && interface_set_peer(name, config->peer) < 0)
		return "set the peer's address of";
	return NULL;
}

/* What to do about a setting that failed. */
static const char *advice(const struct net *net, const struct net_config *config, int why,
			  char *text, size_t size)
{
	const char *name = net->interface;

	if (why == EPERM && !interface_is_up(name)) {
		(void)snprintf(text, size, "as root: 'ip link set dev %s up'", name);
		return text;
	}
	if (why == EPERM)
		return "run as root";
	if (config->address && strchr(config->address, ':') && interface_ipv6_is_off(name)) {
		(void)snprintf(text, size,
			       "IPv6 is switched off (sysctl net.ipv6.conf.%s.disable_ipv6)",
			       name);
		return text;
	}
	return "check the address and the MTU";
}

static int open_named(struct net *net, const struct net_config *config, const char *name,
		      char *error, size_t error_size)
{
	short flags = net->kind->payload == PTL_ETHERNET ? IFF_TAP : IFF_TUN;
	bool found = if_nametoindex(name) != 0;
	struct tun *tun = calloc(1, sizeof(*tun));
	const char *failed;
	char text[80];
	int saved;

	if (!tun)
		return complain(error, error_size, "out of memory");
	tun->fd = open_device(net, name, flags, error, error_size);
	if (tun->fd < 0)
		goto bad_device;
	net->data = tun;
	if (found && take_as_it_is(net, config, error, error_size) < 0)
		goto bad_interface;
	/* Another program may have left it so that packets come without checksums and
	 * longer than the MTU. */
	(void)ioctl(tun->fd, TUNSETOFFLOAD, 0);
	failed = found ? NULL : configure(net, config);
	if (!failed) {
		net->kind->set_carrier(net, false);
		failed = bring_up(net, config);
	}
	if (failed)
		goto bad_settings;
	failed = "watch";
	if (net->kind->payload == PTL_ETHERNET) {
		(void)interface_get_mac(net->interface, net->mac);
		tun->announce = announce_new(net->loop, net->interface, send_announcement, net);
		if (!tun->announce)
			goto bad_settings;
	}
	tun->poller = poller_new(net->loop, tun->fd, on_ready, net);
	if (!tun->poller)
		goto bad_settings;
	poller_want(tun->poller, UV_READABLE);
	return 0;

bad_settings:
	saved = errno;
	(void)complain(error, error_size, "cannot %s the interface %s: %s; %s", failed,
		       net->interface, strerror(saved),
		       advice(net, config, saved, text, sizeof(text)));
bad_interface:
	announce_free(tun->announce);
	(void)close(tun->fd);
bad_device:
	free(tun);
	return -1;
}

static int check_name(const char *name, char *error, size_t error_size)
{
	if (*name && strlen(name) < IFNAMSIZ && !strpbrk(name, "/:, \t%"))
		return 0;
	return complain_usage(
		error, error_size,
		"'%s' is no name for an interface; it has 1 to %d characters, without "
		"'/', ':', ',', '%%' and blanks",
		name, IFNAMSIZ - 1);
}

static int open_tun(struct net *net, const struct net_config *config, const char *argument,
		    char *error, size_t error_size)
{
	const char *name = *argument ? argument + 1 : DEFAULT_NAME;
	int status = *argument ? check_name(name, error, error_size) : 0;

	if (status < 0)
		return status;
	if (*argument && *argument != ':')
		return complain_usage(error, error_size,
				      "net '%s' takes no options; it is %s[:IFNAME]",
				      config->spec, net->kind->name);
	return open_named(net, config, name, error, error_size);
}

static void close_tun(struct net *net);

static int open_bridge(struct net *net, const struct net_config *config, const char *argument,
		       char *error, size_t error_size)
{
	const char *bridge = *argument ? argument + 1 : argument;
	int status = check_name(bridge, error, error_size);

	if (status < 0)
		return status;
	status = open_named(net, config, DEFAULT_NAME, error, error_size);
	if (status < 0)
		return status;
	if (interface_join_bridge(net->interface, bridge) < 0) {
		status = complain(
			error, error_size,
			"cannot put %s into the bridge %s: %s; make it by 'ip link add %s "
			"type bridge'",
			net->interface, bridge, strerror(errno), bridge);
		close_tun(net);
		return status;
	}
	return 0;
}

static void write_tun(struct net *net, const uint8_t *packet, size_t n)
{
	const struct tun *tun = net->data;

	/* Fails while the interface is down: as if the cable were out. */
	if (write(tun->fd, packet, n) < 0)
		return;
}

static void set_carrier(struct net *net, bool on)
{
	const struct tun *tun = net->data;
	int carrier = on;

	/* Kernels before 5.0 can't: then it is always on. */
	(void)ioctl(tun->fd, TUNSETCARRIER, &carrier);
	if (tun->announce)
		announce_heard(tun->announce, on);
}

/* By our own descriptor, for which no privilege is needed. */
static int set_mac(struct net *net, const uint8_t mac[6])
{
	const struct tun *tun = net->data;
	struct ifreq ifr = {.ifr_hwaddr.sa_family = ARPHRD_ETHER};

	memcpy(ifr.ifr_hwaddr.sa_data, mac, 6);
	return ioctl(tun->fd, SIOCSIFHWADDR, &ifr);
}

static void close_tun(struct net *net)
{
	struct tun *tun = net->data;

	announce_free(tun->announce);
	poller_free(tun->poller);
	(void)close(tun->fd);
	free(tun);
}

const struct net_kind net_kind_tap = {
	.name = "tap",
	.payload = PTL_ETHERNET,
	.open = open_tun,
	.write = write_tun,
	.set_carrier = set_carrier,
	.set_mac = set_mac,
	.close = close_tun,
};

const struct net_kind net_kind_tun = {
	.name = "tun",
	.payload = PTL_IP,
	.open = open_tun,
	.write = write_tun,
	.set_carrier = set_carrier,
	.close = close_tun,
};

const struct net_kind net_kind_bridge = {
	.name = "bridge",
	.payload = PTL_ETHERNET,
	.open = open_bridge,
	.write = write_tun,
	.set_carrier = set_carrier,
	.set_mac = set_mac,
	.close = close_tun,
};
