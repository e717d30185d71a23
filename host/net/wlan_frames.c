/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See wlan_frames.h. A packet socket (packet(7)) takes what the interface receives before
 * the protocols do. Those see it, too, so they are kept silent: no ARP, no IPv6, no
 * address. Without that this machine would answer in the host's name.
 *
 * While the interface is down, which is so for a moment whenever its address changes,
 * reads and writes fail; that is no loss of it.
 */
#include "host/net/wlan_frames.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/net/interface.h"

#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_packet.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define READS_A_TURN	  256 /* then others get their turn */
#define FRAME_MAX	  2304
#define ETHERTYPE_EAPOL	  0x888e
#define ETHERTYPE_PREAUTH 0x88c7

struct wlan_frames {
	struct wlan_frames_events events;
	char interface[IFNAMSIZ];
	int fd, index;
	struct poller *poller;
	bool arp, ipv6; /* were on before us */
	uint8_t frame[FRAME_MAX];
};

/* ---- frames ---- */

/* Those that belong to the keys of this radio. */
static bool is_radio_s(const uint8_t *frame, size_t n)
{
	unsigned type;

	if (n < ETHER_HDR_LEN)
		return true;
	type = (unsigned)(frame[12] << 8 | frame[13]);
	return type == ETHERTYPE_EAPOL || type == ETHERTYPE_PREAUTH;
}

static bool is_gone(const struct wlan_frames *frames)
{
	char name[IFNAMSIZ];

	return !if_indextoname((unsigned)frames->index, name);
}

static void on_ready(void *user, int events)
{
	struct wlan_frames *frames = user;
	bool failed = false;

	(void)events;
	for (int i = 0; i < READS_A_TURN; i++) {
		ssize_t n = recv(frames->fd, frames->frame, sizeof(frames->frame), MSG_TRUNC);

		failed = n < 0 && errno != EAGAIN && errno != EINTR;
		if (n < 0 && errno == ENETDOWN)
			continue;
		if (n < 0)
			break;
		if ((size_t)n <= sizeof(frames->frame) && !is_radio_s(frames->frame, (size_t)n))
			frames->events.frame(frames->events.user, frames->frame, (size_t)n);
	}
	frames->events.drained(frames->events.user);
	if (failed && is_gone(frames)) {
		poller_want(frames->poller, 0);
		frames->events.lost(frames->events.user);
		return;
	}
	poller_want(frames->poller, UV_READABLE);
}

void wlan_frames_send(struct wlan_frames *frames, const uint8_t *frame, size_t n)
{
	if (!is_radio_s(frame, n))
		(void)send(frames->fd, frame, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ---- the interface ---- */

static int silence(struct wlan_frames *frames)
{
	const char *name = frames->interface;
	bool ipv6 = !interface_ipv6_is_off(name), arp = interface_has_arp(name);

	/* Packets that the kernel has joined together are longer than a frame may be. */
	interface_join_no_packets(name);
	if (ipv6 && interface_set_ipv6(name, false) < 0)
		return -1;
	frames->ipv6 = ipv6;
	if (arp && interface_set_arp(name, false) < 0)
		return -1;
	frames->arp = arp;
	return 0;
}

int wlan_frames_set_mac(struct wlan_frames *frames, const uint8_t mac[6])
{
	int saved, status;

	if (interface_set_down(frames->interface) < 0)
		return -1;
	status = interface_set_mac(frames->interface, mac);
	saved = errno;
	if (interface_set_up(frames->interface) < 0)
		return -1;
	errno = saved;
	return status;
}

/* ---- opening ---- */

static int bind_socket(struct wlan_frames *frames)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET,
					    .sll_protocol = htons(ETH_P_ALL),
					    .sll_ifindex = frames->index};
	const struct packet_mreq groups = {.mr_ifindex = frames->index,
					   .mr_type = PACKET_MR_ALLMULTI};
	const int on = 1;

	/* Of protocol 0 until it is bound: frames of other interfaces are none of ours. */
	frames->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (frames->fd < 0 ||
	    setsockopt(frames->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(frames->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &groups, sizeof(groups)) <
		    0)
		return -1;
	return bind(frames->fd, (const struct sockaddr *)&address, sizeof(address));
}

struct wlan_frames *wlan_frames_open(uv_loop_t *loop, const char *interface,
				     const struct wlan_frames_events *events, char *error,
				     size_t error_size)
{
	struct wlan_frames *frames = calloc(1, sizeof(*frames));
	struct interface_address address;

	if (!frames) {
		(void)complain(error, error_size, "out of memory");
		return NULL;
	}
	frames->events = *events;
	frames->fd = -1;
	frames->index = (int)if_nametoindex(interface);
	(void)snprintf(frames->interface, sizeof(frames->interface), "%s", interface);
	if (interface_addresses(interface, &address, 1) > 0 && address.n == 4) {
		(void)complain(error, error_size,
			       "%s has an address of this machine, but its packets are the "
			       "host's; 'ip address flush dev %s', and let nobody give it one",
			       interface, interface);
		goto bad;
	}
	if (bind_socket(frames) < 0 || silence(frames) < 0) {
		(void)complain(error, error_size, "cannot take the frames of %s: %s; %s",
			       interface, strerror(errno),
			       errno == EPERM || errno == EACCES ? "run as root"
								 : "is it an interface?");
		goto bad;
	}
	frames->poller = poller_new(loop, frames->fd, on_ready, frames);
	if (!frames->poller) {
		(void)complain(error, error_size, "out of memory or descriptors");
		goto bad;
	}
	poller_want(frames->poller, UV_READABLE);
	return frames;

bad:
	wlan_frames_close(frames);
	return NULL;
}

void wlan_frames_close(struct wlan_frames *frames)
{
	if (!frames)
		return;
	if (frames->arp)
		(void)interface_set_arp(frames->interface, true);
	if (frames->ipv6)
		(void)interface_set_ipv6(frames->interface, true);
	poller_free(frames->poller);
	if (frames->fd >= 0)
		(void)close(frames->fd);
	free(frames);
}
