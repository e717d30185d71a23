/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names for the other end where this machine's name servers have IPv6 addresses only,
 * which libslirp does not ask for who asks it by IPv4. See user_names.c.
 */
#ifndef PIGTAIL_HOST_NET_USER_NAMES_H
#define PIGTAIL_HOST_NET_USER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct user_names;

/* server: the IPv4 address at which the other end asks, host order. answer gets frames
 * for it, from the loop. NULL: out of memory. */
struct user_names *user_names_new(uv_loop_t *loop, uint32_t server,
				  void (*answer)(void *user, const uint8_t *frame, size_t n),
				  void *user);

/* An Ethernet frame of the other end. True: it was a question, and has been passed on;
 * libslirp is not to have it. */
bool user_names_take(struct user_names *names, const uint8_t *frame, size_t n);

/* NULL does nothing. */
void user_names_free(struct user_names *names);

#endif
