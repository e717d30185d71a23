/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of the net `user`: what stands after its name, as [,OPTION]... */
#ifndef PIGTAIL_HOST_NET_USER_OPTIONS_H
#define PIGTAIL_HOST_NET_USER_OPTIONS_H

#include "host/net/hostfwd.h"

#include <stddef.h>

#define USER_FORWARDS_MAX 64

struct user_options {
	uint32_t network; /* its first address, in host order; a /24 */
	bool loopback;	  /* the router's address is this machine's 127.0.0.1 */
	struct hostfwd forwards[USER_FORWARDS_MAX];
	size_t forward_count;
};

/* text: ",net=...,hostfwd=..." or "". Returns 0, or -2 with a line in error. */
int user_options_parse(const char *text, struct user_options *options, char *error,
		       size_t error_size);

#endif
