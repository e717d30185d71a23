/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A client that speaks telnet, and perhaps RFC 2217. See client_telnet.c. */
#ifndef PTL_BRIDGE_CLIENT_TELNET_H
#define PTL_BRIDGE_CLIENT_TELNET_H

#include "state.h"

/* From now on it does; says what we want. service: TELNET or RFC2217. */
void ptl_client_begin_telnet(struct ptl_client *client, enum ptl_service service);

/* Bytes of it; returns how many were taken. */
size_t ptl_client_from_telnet(struct ptl_client *client, const uint8_t *bytes, size_t n);

/* Tells it of errors and modem lines what it could not be told at once. */
void ptl_client_say_owed(struct ptl_client *client);

void ptl_client_errors(struct ptl_client *client, unsigned errors);
void ptl_client_modem(struct ptl_client *client);

#endif
