/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One side of the simulator: an endpoint and the driver under it. Belongs to
 * sim.c; tests use sim.h. Times are nanoseconds of the wire here.
 */
#ifndef PIGTAIL_SIM_SIDE_H
#define PIGTAIL_SIM_SIDE_H

#include <pigtail/pacer.h>

#include "sim/sim.h"

#define SIM_CHUNK 4096u

struct sim_side {
	int index;
	const struct ptl_framing *framing;
	struct ptl_config config;
	const struct sim_hooks *hooks;
	enum sim_chunks chunks;
	bool knows_queued;
	uint32_t late_us;

	void *memory;
	size_t size;
	struct ptl_endpoint *endpoint;
	struct ptl_pacer pacer;
	struct ptl_uart uart;
	uint32_t rate;	    /* that it is set to */
	uint32_t wanted;    /* when all has left, from switch_at on; or 0 */
	uint64_t switch_at; /* 0: not drawn yet */
	struct wire *out, *in;
	struct prng prng;

	bool off;
	bool refusing;
	bool dirty;	  /* transmit() may have something new */
	bool room;	  /* events.room came: tell the user */
	uint64_t tx_wake; /* when transmit() wants to be called */
	uint64_t rx_wait; /* from the first byte of a chunk to the call */
	uint64_t rx_late; /* of the next wake for bytes */
	size_t rx_chunk;  /* bytes to wait for */

	unsigned restarts;
	struct ptl_counters past; /* of earlier lives */
	char error[160];
};

/* init() in fresh memory; false: bad config or no memory. */
bool sim_side_start(struct sim_side *side, uint64_t now);
void sim_side_restart(struct sim_side *side, uint64_t now);
void sim_side_end(struct sim_side *side);

/* The UART is set to the config's rate. */
void sim_side_base(struct sim_side *side, uint64_t now);

/* The driver's three jobs. */
void sim_side_transmit(struct sim_side *side, uint64_t now);
void sim_side_receive(struct sim_side *side, uint64_t now);
uint64_t sim_side_rx_wake(const struct sim_side *side);

void sim_side_add_counters(const struct sim_side *side, struct ptl_counters *sum);

#endif
