/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes of `pigtail qemu`. */
#ifndef PIGTAIL_HOST_QEMU_RUN_H
#define PIGTAIL_HOST_QEMU_RUN_H

#include "host/command/argv.h"
#include "host/command/qemu_bridge.h"

struct qemu_options {
	const char *image; /* NULL: it stands in more */
	const char *net;
	const char *program; /* NULL: our own machine */
	const char *append;
	const char *air;       /* the socket of one that it is in; NULL: none */
	const char *flash;     /* a file; NULL: none */
	const char *provision; /* a bridge's settings; NULL: as the flash has them */
	const char *factory;   /* the image that a new one has; NULL: none */
	struct qemu_bridge_options bridge; /* in the place of a link, if it has a tty */
	unsigned int uart;
	bool flow_control;
	char **more; /* for QEMU, NULL at the end */
	struct argv up, wire;
};

extern const char qemu_default_program[];

/* Until all has ended; the exit status. */
int qemu_run(const struct qemu_options *options);

#endif
