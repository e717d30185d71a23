/* SPDX-License-Identifier: GPL-2.0-only */
/* What status and stats have in common: their options, and whom they ask. */
#ifndef PIGTAIL_HOST_ASK_CMD_H
#define PIGTAIL_HOST_ASK_CMD_H

#include <cjson/cJSON.h>

struct ask {
	const char *question; /* a request, and an event if there is a print_change() */
	const char *what;     /* for --help */
	void (*print)(const cJSON *answer);				/* for humans */
	void (*print_brief)(const cJSON *answer);			/* --brief, or NULL */
	void (*print_change)(const cJSON *before, const cJSON *answer); /* --watch, or NULL */
};

/* Does the whole command; returns the exit status. */
int ask_run(const struct ask *ask, int argc, char **argv);

#endif
