/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Servers whose certificate was seen and trusted before: a file of lines "HOST:PORT
 * FINGERPRINT", $XDG_CONFIG_HOME/pigtail/known_bridges, or in ~/.config.
 */
#ifndef PIGTAIL_HOST_KNOWN_H
#define PIGTAIL_HOST_KNOWN_H

#include <stddef.h>

enum known {
	KNOWN,
	KNOWN_NOT,
	KNOWN_OTHERWISE, /* by another certificate */
};

enum known known_look(const char *server, const char *fingerprint);

/* -1 with a line in error. */
int known_add(const char *server, const char *fingerprint, char *error, size_t error_size);

/* The file's name. */
const char *known_file(void);

#endif
