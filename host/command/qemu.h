/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the options of `pigtail qemu` (qemu.c) and its processes (qemu_run.c). */
#ifndef PIGTAIL_HOST_QEMU_H
#define PIGTAIL_HOST_QEMU_H

#include "host/base/log.h"

#define QEMU_ARGUMENTS_MAX 64

/* An argv in the making, NULL at its end; each string is its own. */
struct arguments {
	char *at[QEMU_ARGUMENTS_MAX + 1];
	size_t n;
};

/* One too many ends the program. */
void arguments_add(struct arguments *arguments, const char *format, ...) PRINTF_LIKE(2, 3);
void arguments_add_two(struct arguments *arguments, const char *option, const char *value);
void arguments_drop(struct arguments *arguments);

struct qemu_options {
	const char *image; /* NULL: it stands in more */
	const char *net;
	const char *program; /* NULL: our own machine */
	const char *append;
	unsigned int uart;
	bool flow_control;
	char **more; /* for QEMU, NULL at the end */
	struct arguments up, wire;
};

extern const char qemu_default_program[];

/* Until all has ended; the exit status. */
int qemu_run(const struct qemu_options *options);

#endif
