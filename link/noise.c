/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See noise.h. */
#include "noise.h"
#include "arithmetic.h"
#include <pigtail/wire.h>

#define MEMORY_BYTES 65536u
#define LOSS	     16u
#define LIMIT_MIN    PTL_CELL_BYTES

void ptl_noise_init(struct noise *noise, uint16_t max)
{
	noise->bytes = MEMORY_BYTES / 4;
	noise->losses = 0;
	noise->limit = max;
	noise->max = max;
}

static void set_limit(struct noise *noise)
{
	uint32_t best;

	/* One loss in the memory may be an accident, not a rate. */
	if (noise->losses < 2 * LOSS) {
		noise->limit = noise->max;
		return;
	}
	best = root(PTL_FRAME_OVERHEAD * LOSS * (noise->bytes / noise->losses) +
		    PTL_FRAME_OVERHEAD * LOSS * (noise->bytes % noise->losses) / noise->losses);
	best = (best + PTL_CELL_BYTES / 2) & ~(PTL_CELL_BYTES - 1u);
	if (best < LIMIT_MIN)
		best = LIMIT_MIN;
	noise->limit = best >= noise->max ? noise->max : (uint16_t)best;
}

void ptl_noise_set_max(struct noise *noise, uint16_t max)
{
	noise->max = max;
	set_limit(noise);
}

static void sent(struct noise *noise, uint16_t payload, uint32_t losses)
{
	bool fade;

	noise->bytes += payload + PTL_FRAME_OVERHEAD;
	noise->losses += losses;
	fade = noise->bytes > MEMORY_BYTES;
	if (fade) {
		noise->bytes /= 2;
		noise->losses /= 2;
	}
	if (losses || (fade && noise->limit != noise->max))
		set_limit(noise);
}

void ptl_noise_delivered(struct noise *noise, uint16_t payload)
{
	sent(noise, payload, 0);
}

void ptl_noise_lost(struct noise *noise, uint16_t payload)
{
	sent(noise, payload, LOSS);
}

uint32_t ptl_noise_ppm(const struct noise *noise)
{
	return noise->losses * (1000000u / LOSS / 4) / (noise->bytes / 4 + 1);
}
