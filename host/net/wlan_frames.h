/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of a wlan interface, past this machine's own protocols: what comes is the
 * host's, and this machine's kernel has nothing to say on it. EAPOL is not passed in
 * either direction: that is wpa_supplicant's.
 */
#ifndef PIGTAIL_HOST_NET_WLAN_FRAMES_H
#define PIGTAIL_HOST_NET_WLAN_FRAMES_H

#include <pigtail/endpoint.h>
#include <uv.h>

struct wlan_frames;

struct wlan_frames_events {
	void *user;
	void (*frame)(void *user, const uint8_t *frame, size_t n);
	/* That were all for now. */
	void (*drained)(void *user);
	/* The interface is gone. */
	void (*lost)(void *user);
};

/* The interface gets no ARP and no IPv6 of ours until wlan_frames_close(); it must have
 * no address. NULL with a line in error. */
struct wlan_frames *wlan_frames_open(uv_loop_t *loop, const char *interface,
				     const struct wlan_frames_events *events, char *error,
				     size_t error_size);

/* What does not fit into the kernel's queue is dropped. */
void wlan_frames_send(struct wlan_frames *frames, const uint8_t *frame, size_t n);

/* The station's address: the interface goes down for it, and up. 0, or -1 with errno. */
int wlan_frames_set_mac(struct wlan_frames *frames, const uint8_t mac[6]);

/* NULL does nothing. */
void wlan_frames_close(struct wlan_frames *frames);

#endif
