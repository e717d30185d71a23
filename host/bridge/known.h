/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Servers whose certificate was seen and trusted before: a file of lines "HOST:PORT
 * FINGERPRINT", $XDG_CONFIG_HOME/pigtail/known_bridges, or in ~/.config.
 */
#ifndef PIGTAIL_HOST_KNOWN_H
#define PIGTAIL_HOST_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a server (HOST:PORT) may go on that has shown a certificate of this fingerprint: if
 * it is pin (in either case of letters, with or without colons), or without one, if it is the
 * known one. One that is new is asked about on the terminal. false: and why not.
 */
bool known_trust(const char *server, const char *pin, const char *fingerprint, char *why,
		 size_t why_size);

#endif
