/* SPDX-License-Identifier: GPL-2.0-only */
/* pigtail flash FILE HOST: by the web port of a bridge. */
#ifndef PIGTAIL_HOST_FLASH_FAR_H
#define PIGTAIL_HOST_FLASH_FAR_H

#include "host/command/flash_show.h"
#include "host/web/caller.h"

struct flash_far {
	struct caller_options caller;
	const char *user;	   /* NULL: USER of the environment */
	const char *password_file; /* NULL: see bridge_password.h */
	const char *target;	   /* NULL: as the bridge knows it */
	const char *const *files;  /* FILE[@OFFSET] */
	size_t n;
};

/* The exit status. */
int flash_far(const struct flash_far *far, struct flash_show *show);

#endif
