/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a scripted air, which pigtail-air(5) describes: a section for each access
 * point, and for each station that comes and goes.
 *
 *	seed = 7
 *	[ap home]
 *	key = correct horse
 *	channel = 6
 *	signal = -50 -85@20 -50@40
 *	net = user
 *	[station phone]
 *	ssid = mine
 *	from = 10
 */
#ifndef PIGTAIL_HOST_AIR_FILE_H
#define PIGTAIL_HOST_AIR_FILE_H

#include "sim/air.h"

struct air_script {
	struct air air; /* of what follows */
	struct air_ap aps[AIR_APS];
	struct air_visitor visitors[AIR_VISITORS];
	char nets[AIR_APS + AIR_VISITORS][256]; /* those of visitors behind */
};

/* Returns 0, or with a line in error -1 (failed) or -2 (the file is wrong). */
int air_file_read(const char *path, struct air_script *script, char *error, size_t error_size);

#endif
