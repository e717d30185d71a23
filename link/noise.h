/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How long a frame should be for the noise on the line.
 *
 * With errors at a rate of e per byte, a frame of payload L and overhead h
 * delivers L bytes for L + h, exp(-e (L + h)) of the time; that is best near
 * L = sqrt(h / e). The rate is measured as frames lost over bytes sent, both
 * halved now and then, so that the past fades.
 */
#ifndef PIGTAIL_NOISE_H
#define PIGTAIL_NOISE_H

#include <pigtail/endpoint.h>

struct noise {
	uint32_t bytes;	 /* sent in frames whose fate is known */
	uint32_t losses; /* of these frames, times 16 */
	uint16_t limit;	 /* payload bytes a frame: a multiple of a cell, or max */
	uint16_t max;
};

void ptl_noise_init(struct noise *noise, uint16_t max);
/* Frames may be no longer than that, however good the line. */
void ptl_noise_set_max(struct noise *noise, uint16_t max);
void ptl_noise_delivered(struct noise *noise, uint16_t payload);
void ptl_noise_lost(struct noise *noise, uint16_t payload);

/* Measured errors per million bytes. */
uint32_t ptl_noise_ppm(const struct noise *noise);

#endif
