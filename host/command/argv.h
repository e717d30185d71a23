/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments of a program that is to be started. */
#ifndef PIGTAIL_HOST_ARGV_H
#define PIGTAIL_HOST_ARGV_H

#include "host/base/log.h"

#include <stddef.h>

#define ARGV_MAX 64

/* An argv in the making, NULL at its end; each string is its own. */
struct argv {
	char *at[ARGV_MAX + 1];
	size_t n;
};

/* One too many ends the program. */
void argv_add(struct argv *argv, const char *format, ...) PRINTF_LIKE(2, 3);
void argv_add_two(struct argv *argv, const char *option, const char *value);
void argv_drop(struct argv *argv);

#endif
