/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a link can be told, once for the command line of `pigtail up` and `pigtail
 * device` and for their file (link_file.h): one table with a row for each option.
 */
#ifndef PIGTAIL_HOST_LINK_OPTIONS_H
#define PIGTAIL_HOST_LINK_OPTIONS_H

#include "host/config/link_config.h"
#include "host/config/wifi_secret.h"

enum link_option {
	LINK_PORT,
	LINK_NET,
	LINK_AP,
	LINK_NAME,
	LINK_FRAMING,
	LINK_CAPTURE,
	LINK_MTU,
	LINK_MAC,
	LINK_IP,
	LINK_PEER,
	LINK_GATEWAY,
	LINK_DEFAULT_ROUTE,
	LINK_WIFI_FILE,
	LINK_OPTION_COUNT,
};

struct link_options {
	struct link_options *next;	 /* of a list */
	char *values[LINK_OPTION_COUNT]; /* as given; NULL: not given */
	unsigned int line;		 /* where the link begins in it, 0: in none */

	/* What came of them. */
	struct link_config config;
	struct wifi_secret secret;
};

struct link_option_row {
	const char *name;
	int key;	      /* of its short option, or 0 */
	const char *argument; /* as --help names it; NULL: PORT or NET */
	const char *what;     /* for --help */
	bool shared;	      /* a file may give it once for many links */
	int (*set)(struct link_options *options, const char *value, char *error,
		   size_t error_size);
	const char *bare; /* the value where it stands without one, or NULL */
};

/* Entry i is option i's. */
extern const struct link_option_row link_option_rows[LINK_OPTION_COUNT];

/* NULL: out of memory. */
struct link_options *link_options_new(enum ptl_role role);

/* Copies value. Returns 0, or with a line in error -1 (failed) or -2 (the value is
 * out of its range). */
int link_options_set(struct link_options *options, enum link_option option, const char *value,
		     char *error, size_t error_size);

/* After the last one: is all there that must be, does it fit together? Reads the
 * --wifi-file. Returns as link_options_set(). */
int link_options_finish(struct link_options *options, char *error, size_t error_size);

/* Whether both make the same link. */
bool link_options_equal(const struct link_options *a, const struct link_options *b);

/* NULL does nothing. */
void link_options_free(struct link_options *options);

/* The whole list. */
void link_options_free_all(struct link_options *first);

#endif
