/* SPDX-License-Identifier: GPL-2.0-only */
/* A tty given to the kernel driver: its line discipline, and the interface on it. */
#ifndef PIGTAIL_HOST_ATTACH_TTY_H
#define PIGTAIL_HOST_ATTACH_TTY_H

#include "host/port/tty_take.h"

#include <pigtail/endpoint.h>

struct attach_config {
	const char *path; /* of the tty */
	uint32_t baud;	  /* 0: 115200 with rate_auto, else 921600 */
	bool rate_auto;	  /* a pty has none, unless it leads into a simulated wire */
	uint32_t baud_max;
	bool rtscts;
	enum ptl_role role;
	const struct ptl_framing *framing;
	const char *name; /* NULL: ptl0, ptl1, ... */
	uint16_t mtu;
	uint8_t mac[6];
	bool mac_peer;	  /* until the peer has said its own: the interface takes that */
	const char *ssid; /* only for esp8266-hosted */
	const char *password;
};

struct attached {
	struct tty tty;
	int discipline; /* what the tty had before */
	bool rate_auto;
	uint32_t baud; /* where it begins */
	char interface[16];
};

/* Returns 0, or with a line in error -1, and errno. */
int attach_tty(const struct attach_config *config, struct attached *attached, char *error,
	       size_t error_size);

/* Has the tty hung up? Its interface is gone then. */
bool attached_is_lost(const struct attached *attached);

/* Takes the interface away, puts the tty's settings back and closes it: tty.fd is -1. */
void attach_release(struct attached *attached);

#endif
