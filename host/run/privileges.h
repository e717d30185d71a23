/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a link needs of a process while it runs, for host/base/sandbox.h.
 */
#ifndef PIGTAIL_HOST_PRIVILEGES_H
#define PIGTAIL_HOST_PRIVILEGES_H

#include "host/base/sandbox.h"
#include "host/config/link_options.h"

/* Adds what this one needs; if it is opened anew (again): all that opening takes. */
void privileges_of(struct sandbox *sandbox, const struct link_options *options, bool again);

#endif
