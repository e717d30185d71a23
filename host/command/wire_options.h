/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command line of `pigtail wire` asks for; its text for --help is in the .c. */
#ifndef PIGTAIL_HOST_WIRE_OPTIONS_H
#define PIGTAIL_HOST_WIRE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pigtail/endpoint.h>

#include "sim/wire.h"

#define WIRE_CHANGES 8

/* From then on the line carries no more than baud. */
struct wire_change {
	uint64_t after_us;
	uint32_t baud;
};

struct wire_options {
	const char *port[2];
	struct wire_config wire;
	bool fixed;  /* --baud is a number */
	bool follow; /* each end has the rate that its user sets */
	int32_t ppm[2];
	struct ptl_uart uart[2];
	struct wire_change changes[WIRE_CHANGES];
	size_t changes_n;
	bool seeded;
	bool json;
	const char *stats;
};

/* Ends the program where the command line makes no sense. */
void wire_options_parse(struct wire_options *options, int argc, char **argv);

#endif
