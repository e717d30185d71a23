/* SPDX-License-Identifier: GPL-2.0-only */
/* How the program ends. */
#ifndef PIGTAIL_HOST_EXIT_STATUS_H
#define PIGTAIL_HOST_EXIT_STATUS_H

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* one line on standard error said why */
	EXIT_USAGE = 2,	 /* the command line makes no sense; likewise */
};

#endif
