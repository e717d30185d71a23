/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Data of a client on their way. See client_data.c. */
#ifndef PTL_BRIDGE_CLIENT_DATA_H
#define PTL_BRIDGE_CLIENT_DATA_H

#include "state.h"

/* Returns how many were taken. */
size_t ptl_client_data(void *client, const uint8_t *bytes, size_t n);

/* What comes next may be a programmer's first bytes. */
void ptl_client_recognise(struct ptl_client *client);

/* Bytes that were held for that go on. */
void ptl_client_give_first(struct ptl_client *client);

/* It is a programmer, and there is no other. */
void ptl_client_start_programmer(struct ptl_client *client);

#endif
