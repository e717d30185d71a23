/* SPDX-License-Identifier: GPL-2.0-only */
/* How the program ends. */
#ifndef PIGTAIL_HOST_EXIT_STATUS_H
#define PIGTAIL_HOST_EXIT_STATUS_H

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* one line on standard error said why */
	EXIT_USAGE = 2,	 /* the command line makes no sense; likewise */
	/* Of a radio's commands; likewise: */
	EXIT_NO_NETWORK = 3, /* no such network in reach */
	EXIT_WRONG_KEY = 4,  /* wrong password, or none where one is needed */
	EXIT_NOT_LET_IN = 5, /* refused for another reason */
	EXIT_NO_ANSWER = 6,  /* the access point or the radio said nothing */
	EXIT_NOT_READY = 7,  /* there is no radio, or it cannot do this now */
};

#endif
