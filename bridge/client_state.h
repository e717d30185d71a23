/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a client is, may, and is to be told. See client_state.c. */
#ifndef PTL_BRIDGE_CLIENT_STATE_H
#define PTL_BRIDGE_CLIENT_STATE_H

#include "state.h"

/* How long a silent client of a port for all is told nothing: without a programmer, and with
 * one, since avrdude says its first after 0.55 to 0.6 s. */
#define PTL_QUIET_US		100000u
#define PTL_QUIET_PROGRAMMER_US 800000u

unsigned ptl_client_number(const struct ptl_client *client);

/* It is the bridge's programmer. */
bool ptl_client_has_uart(const struct ptl_client *client);

/* It is a programmer, and waits for the end of another one. */
bool ptl_client_waits(const struct ptl_client *client);
bool ptl_client_may_write(const struct ptl_client *client);
bool ptl_client_is_telnet(const struct ptl_client *client);

/* It gets what the UART says; when that begins, if it stays silent. */
bool ptl_client_is_told(const struct ptl_client *client);
ptl_time ptl_client_told_at(const struct ptl_client *client);

/* It is told nothing of what the UART said until now. */
void ptl_client_skip(struct ptl_client *client);

void ptl_client_set_service(struct ptl_client *client, enum ptl_service service);
void ptl_client_drop(struct ptl_client *client, enum ptl_drop why, bool reset);

/* Bytes that are not the UART's, as they are; beyond that room they are lost. */
size_t ptl_client_replies_room(const struct ptl_client *client);
void ptl_client_reply(void *client, const uint8_t *bytes, size_t n);

/* The same, encoded as it wants them; how many were taken. */
size_t ptl_client_say(struct ptl_client *client, const uint8_t *bytes, size_t n);

#endif
