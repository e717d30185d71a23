/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What all gates (gate.h) share: the connections' TLS, and the check of a name and a password,
 * of which an address has only so many (pigtail/attempts.h).
 *
 * A handshake and a check each take the whole chip for as long as they take.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_ENTRANCE_H
#define PIGTAIL_DEVICE_BRIDGE_ENTRANCE_H

#include "gate.h"
#include "tls_stream.h"

/* Once, before any gate. false: the flash has no identity, or there is too little memory. */
bool entrance_start(const struct gate_config *config);

/* A connection takes a place. false: no memory. */
bool entrance_begin(unsigned place, ptl_time now, struct tcp_stream *tcp);

/* Its stream; NULL: the handshake is not done. */
struct tls_stream *entrance_serve(unsigned place);

/* When the handshake has taken too long; PTL_NEVER: it is done. */
ptl_time entrance_due(unsigned place);

/* NULL: name and password are right. Else the sentence for who said them. */
const char *entrance_refuses(unsigned place, ptl_time now, const char *name,
			     const char *password);

/* Who may come in: there is one user. */
const char *entrance_user(void);

void entrance_end(unsigned place);

#endif
