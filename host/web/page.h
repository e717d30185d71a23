/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages of web/, which the build has packed into the program. */
#ifndef PIGTAIL_HOST_WEB_PAGE_H
#define PIGTAIL_HOST_WEB_PAGE_H

#include <stddef.h>

struct page {
	const char *path; /* "/console.js"; NULL ends the table */
	const char *type;
	const char *etag;	    /* with its quotes */
	const unsigned char *bytes; /* gzip */
	size_t n;
};

extern const struct page pages[];

#endif
