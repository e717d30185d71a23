/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the wire and libslirp: sees all Ethernet frames of both directions, and keeps
 * from libslirp what it does not stand. See user_filter.c.
 */
#ifndef PIGTAIL_HOST_NET_USER_FILTER_H
#define PIGTAIL_HOST_NET_USER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct user_filter;

/* NULL: out of memory. */
struct user_filter *user_filter_new(void);

/* A frame of libslirp, on its way to the other end. */
void user_filter_out(struct user_filter *filter, const uint8_t *frame, size_t n);

/* A frame of the other end, which may be changed. False: libslirp must not have it. */
bool user_filter_in(struct user_filter *filter, uint8_t *frame, size_t n);

void user_filter_free(struct user_filter *filter);

#endif
