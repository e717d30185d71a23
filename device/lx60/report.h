/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What of a bridge has no wire on this board: the pins of its target, and its log. Both
 * leave by the Ethernet MAC as frames to all, of the EtherType that is for experiments
 * (IEEE 802, 88b5); each has one line of text, without its end and filled up with NULs:
 *
 *	pin reset 1     the pin is active from now on; 0: let go. boot likewise
 *	log TEXT        for a person
 */
#ifndef PIGTAIL_LX60_REPORT_H
#define PIGTAIL_LX60_REPORT_H

#include <pigtail/target_pins.h>

/* After the MAC. Without it nothing is sent, and there are no pins. */
void report_start(const uint8_t mac[6]);

struct ptl_target_pins_seam report_pins(void);

void report_log(const char *line);

#endif
