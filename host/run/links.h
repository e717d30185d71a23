/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The links of a process, on one loop: opened, told about by their control sockets,
 * and taken down by SIGINT, SIGTERM and, without a file, SIGHUP.
 */
#ifndef PIGTAIL_HOST_LINKS_H
#define PIGTAIL_HOST_LINKS_H

#include "host/config/link_options.h"

/*
 * Runs the links of the list until the end; returns the exit status. The list is
 * freed.
 *
 * Without a path there is one link, and when it fails, that is the end. With one, the
 * links are those of this file, which SIGHUP reads again; what one of them asks
 * wrongly ends all at the start; one that fails is tried again, while the others
 * live. It is an end, too, when at the start none can be opened.
 */
int links_run(struct link_options *first, enum ptl_role role, const char *path);

#endif
