/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has talked to an address of this interface has a MAC address for it in its
 * neighbour cache, and believes in it for a while: TCP stood still for 52 s when that had
 * changed. So each address is announced, by a gratuitous ARP or an unsolicited neighbour
 * advertisement,
 *
 *	all of them	when the link has come up, which is when somebody can hear it,
 *			and when the interface's MAC has changed
 *	a new one	when it appears
 *
 * The kernel can do it (arp_notify, ndisc_notify), but not when the carrier comes, nor for
 * an address that comes later. It does tell of changes, by netlink: of all interfaces, so
 * what it tells is only a reason to look. Addresses that are still being checked for a
 * duplicate are left out; the kernel tells when they are good.
 */
#include "host/net/announce.h"

#include "compat/neighbour.h"
#include "host/base/poller.h"
#include "host/base/timer.h"
#include "host/net/interface.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define ADDRESSES_MAX 32 /* announced; a link is no place for more */

struct announce {
	char interface[IFNAMSIZ];
	struct poller *poller;
	struct timer *timer; /* not from within what made us look */
	int fd;
	bool heard;
	uint8_t mac[6];
	struct interface_address known[ADDRESSES_MAX];
	size_t known_count;
	void (*send)(void *user, const uint8_t *frame, size_t n);
	void *user;
};

static bool is_known(const struct announce *announce, const struct interface_address *address)
{
	for (size_t i = 0; i < announce->known_count; i++)
		if (announce->known[i].n == address->n &&
		    !memcmp(announce->known[i].bytes, address->bytes, address->n))
			return true;
	return false;
}

static void look(void *user)
{
	struct announce *announce = user;
	struct interface_address now[ADDRESSES_MAX];
	bool router = interface_forwards_ipv6(announce->interface);
	uint8_t frame[NEIGHBOUR_FRAME_MAX];
	uint8_t mac[6];
	size_t count;
	size_t n;

	if (!announce->heard || interface_get_mac(announce->interface, mac) < 0)
		return;
	if (memcmp(mac, announce->mac, sizeof(mac)) != 0)
		announce->known_count = 0;
	memcpy(announce->mac, mac, sizeof(mac));
	count = interface_addresses(announce->interface, now, ADDRESSES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (is_known(announce, &now[i]))
			continue;
		n = neighbour_announce(now[i].bytes, now[i].n, mac, router, frame);
		announce->send(announce->user, frame, n);
	}
	memcpy(announce->known, now, count * sizeof(now[0]));
	announce->known_count = count;
	announce->send(announce->user, NULL, 0);
}

static void on_netlink(void *user, int events)
{
	struct announce *announce = user;
	uint8_t told[8192];

	(void)events;
	while (recv(announce->fd, told, sizeof(told), 0) >= 0 || errno == ENOBUFS)
		;
	poller_want(announce->poller, UV_READABLE);
	if (announce->heard)
		timer_set(announce->timer, timer_now());
}

static int open_netlink(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

struct announce *announce_new(uv_loop_t *loop, const char *interface,
			      void (*send)(void *user, const uint8_t *frame, size_t n),
			      void *user)
{
	struct announce *announce = calloc(1, sizeof(*announce));

	if (!announce)
		return NULL;
	(void)snprintf(announce->interface, sizeof(announce->interface), "%s", interface);
	announce->send = send;
	announce->user = user;
	announce->fd = open_netlink();
	if (announce->fd >= 0)
		announce->poller = poller_new(loop, announce->fd, on_netlink, announce);
	announce->timer = timer_new(loop, look, announce);
	if (!announce->poller || !announce->timer) {
		announce_free(announce);
		return NULL;
	}
	poller_want(announce->poller, UV_READABLE);
	return announce;
}

void announce_heard(struct announce *announce, bool heard)
{
	if (heard == announce->heard)
		return;
	announce->heard = heard;
	announce->known_count = 0;
	timer_set(announce->timer, heard ? timer_now() : PTL_NEVER);
}

void announce_free(struct announce *announce)
{
	if (!announce)
		return;
	timer_free(announce->timer);
	poller_free(announce->poller);
	if (announce->fd >= 0)
		(void)close(announce->fd);
	free(announce);
}
