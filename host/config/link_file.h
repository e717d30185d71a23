/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of `pigtail up --config FILE`: many links, each a section of its own.
 *
 *	framing = pigtail       before the first section: for all links
 *
 *	[pump]                  the link's name
 *	port = /dev/ttyUSB0,baud=115200
 *	net = tap:pump
 *	ip = 10.1.0.1/24
 *
 * Keys are the long options of `pigtail up`, and port and net. '#' and ';' begin
 * comments. A line has at most 197 bytes.
 */
#ifndef PIGTAIL_HOST_LINK_FILE_H
#define PIGTAIL_HOST_LINK_FILE_H

#include "host/config/link_options.h"

/*
 * Reads all of it: at least one link, in the order of the file. Returns 0, or with a
 * line in error -1 (it can't be read) or -2 (FILE:LINE: what is wrong).
 */
int link_file_read(const char *path, enum ptl_role role, struct link_options **first,
		   char *error, size_t error_size);

#endif
