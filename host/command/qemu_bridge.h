/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands around bridge.elf in QEMU in the place of a link: a tty for its UART, a
 * network, and a socket by which its pins and its log come to us.
 *
 *	target --- tty --- UART | bridge.elf | MAC --+-- user network --- clients
 *	   \------- pins -------------------------- report
 *
 * or, with an interface of this machine, all by the socket:
 *
 *	target --- tty --- UART | bridge.elf | MAC ------- us ------ tap --- clients
 *	   \------- pins --------------------------- report
 */
#ifndef PIGTAIL_HOST_QEMU_BRIDGE_H
#define PIGTAIL_HOST_QEMU_BRIDGE_H

#include "host/bridge/pins_options.h"
#include "host/command/argv.h"
#include "host/net/user_options.h"

#include <uv.h>

struct qemu_bridge_options {
	const char *tty;       /* NULL: it is no bridge */
	const char *interface; /* NET of this machine; NULL: a user network */
	struct user_options net;
	struct pins_options pins;
};

/* text: NET, of which user, tap and bridge will do. -2 with a line in error. */
int qemu_bridge_net(struct qemu_bridge_options *options, const char *text, char *error,
		    size_t error_size);

struct qemu_bridge;

/* folder: for sockets; nobody else's. -1 with a line in error. */
int qemu_bridge_open(uv_loop_t *loop, const struct qemu_bridge_options *options,
		     const char *folder, struct qemu_bridge **bridge, char *error,
		     size_t error_size);

/* Adds QEMU's arguments, but for -append. */
void qemu_bridge_arguments(const struct qemu_bridge *bridge, struct argv *arguments);

/* NULL does nothing. */
void qemu_bridge_close(struct qemu_bridge *bridge);

#endif
