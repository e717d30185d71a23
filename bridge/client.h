/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One client of a bridge. See client.c. */
#ifndef PTL_BRIDGE_CLIENT_H
#define PTL_BRIDGE_CLIENT_H

#include "state.h"

/* A connection begins. */
void ptl_client_begin(struct ptl_client *client, enum ptl_service service);

/* Bytes of it; returns how many were taken. */
size_t ptl_client_receive(struct ptl_client *client, const uint8_t *bytes, size_t n);

/* Bytes for it. */
size_t ptl_client_transmit(struct ptl_client *client, uint8_t *out, size_t room);

/* There are any, as far as can be seen without making them. */
bool ptl_client_has_output(const struct ptl_client *client);

/* The UART said more than it could follow. */
void ptl_client_catch_up(struct ptl_client *client);

/* When something is to be found out by time; and does so. */
ptl_time ptl_client_due(const struct ptl_client *client);
void ptl_client_poll(struct ptl_client *client);

#endif
