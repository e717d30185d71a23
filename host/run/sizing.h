/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory a link of a computer gets. */
#ifndef PIGTAIL_HOST_SIZING_H
#define PIGTAIL_HOST_SIZING_H

#include <pigtail/endpoint.h>

/*
 * Lowers what PTL_PROFILE_HOST gives to what a line of this rate (bits/s) can use.
 * baud is the highest rate that the link can come to, where it is not fixed;
 * config->max_packet has been set.
 */
void sizing_by_rate(struct ptl_config *config, uint32_t baud);

#endif
