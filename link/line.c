// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What follows from the line's rate: how long bytes take, how long a frame may be, how
 * long an acknowledgement may wait. */
#include "state.h"

/* At least, so that a slow line is not taken for a silent peer. */
#define FRAMES_A_SECOND 2u

uint32_t ptl_line_us(uint32_t baud, uint32_t n)
{
	return baud < 1000 ? n * (10000000u / baud) : n * 10000u / (baud / 1000);
}

uint32_t ptl_line_frame(uint32_t baud)
{
	uint32_t bytes = baud / FRAMES_A_SECOND / 10 & ~(PTL_CELL_BYTES - 1u);

	return bytes > PTL_CELL_BYTES ? bytes : PTL_CELL_BYTES;
}

void ptl_link_adopt_baud(struct ptl_link *link, uint32_t baud)
{
	uint32_t delay = ptl_line_us(baud, PTL_ACK_DELAY_BYTES);
	uint32_t longest = ptl_line_frame(baud);

	if (longest > link->own_max_packet + 1u) /* one more where it is packed */
		longest = link->own_max_packet + 1u;
	ptl_noise_set_max(&link->sending.noise, (uint16_t)longest);
	link->baud = baud;
	link->ack_delay_us = delay > PTL_ACK_DELAY_US ? delay : PTL_ACK_DELAY_US;
	/* The peer's acknowledgement may wait for its delay and then for a
	 * frame of this side's length on its own line. */
	link->sending.floor_us = 2 * link->ack_delay_us + ptl_line_us(baud, longest) + 10000;
	ptl_queue_set_baud(&link->queue, baud);
}
