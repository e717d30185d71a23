/* SPDX-License-Identifier: GPL-2.0-only */
/* A link whose net is a radio: its control channel is the radio's. */
#ifndef PIGTAIL_HOST_RADIO_H
#define PIGTAIL_HOST_RADIO_H

#include <stddef.h>

struct runner;

/* After the net was opened, before the endpoint. Does nothing where the net is no radio.
 * Returns 0, or with a line in error -1 (failed) or -2 (such a link makes no sense). */
int radio_take_control(struct runner *runner, char *error, size_t error_size);

/* At the runner's end. */
void radio_release(struct runner *runner);

#endif
