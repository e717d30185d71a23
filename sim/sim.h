/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual-time simulator: two endpoints of any framing, joined by a wire in
 * each direction, driven as a good driver does it in real life: paced to about
 * 2 ms of committed bytes, received in chunks of any size, timers kept to the
 * microsecond. Nothing sleeps; an hour of 115200 baud takes seconds. One seed
 * decides everything that is random, so a failure is replayed by its seed.
 *
 *	struct sim_config config;
 *	sim_config_default(&config, &framing, 921600, seed);
 *	config.wire[0].faults.ber = config.wire[1].faults.ber = 1e-4;
 *	config.hooks = my_hooks;
 *	struct sim *sim = sim_new(&config);
 *	sim_run(sim, 2 * SIM_SECOND);                 (the handshake)
 *	sim_send(sim, 0, packet, n);                  (side 0 to side 1)
 *	sim_at(sim, 5 * SIM_SECOND, restart_it, my);  (a hook at a time)
 *	sim_run(sim, 60 * SIM_SECOND);
 *
 * Times here are microseconds of ptl_time that begin at SIM_ORIGIN, since an
 * endpoint may not assume that time begins at 0. Side 0 is the host, side 1 the
 * device. Packets to send and to check come from sim/traffic.h.
 */
#ifndef PIGTAIL_SIM_SIM_H
#define PIGTAIL_SIM_SIM_H

#include <pigtail/endpoint.h>

#include "sim/wire.h"

#define SIM_SECOND UINT64_C(1000000)
#define SIM_ORIGIN (UINT64_C(3) * SIM_SECOND)

struct sim;

/* How bytes are handed to receive(), and pulled by transmit(). */
enum sim_chunks {
	SIM_CHUNKS_WHOLE,  /* all that is there, every 250 us */
	SIM_CHUNKS_BYTE,   /* each byte by itself, at its moment */
	SIM_CHUNKS_RANDOM, /* 1 to 1024 bytes, small ones as likely as large
			    * ones; none waits longer than 2 ms */
};

/*
 * What the sim tells its user. All may be NULL: packets are then accepted and
 * forgotten. packet, control, control_lost, state and frame run within a call of
 * the endpoint: only packet and control may sim_send() on the same side, and none
 * may restart it. room, of either kind, runs outside, where everything is allowed; it also
 * comes after a restart, since who waited for room from the old life waits in vain.
 */
struct sim_hooks {
	void *user;
	bool (*packet)(void *user, int side, const uint8_t *packet, size_t n);
	bool (*control)(void *user, int side, const uint8_t *message, size_t n);
	void (*control_lost)(void *user, int side, uint32_t first, uint32_t count);
	void (*state)(void *user, int side, enum ptl_state state, enum ptl_reason reason);
	void (*frame)(void *user, int side, enum ptl_direction direction, bool ok,
		      const uint8_t *frame, size_t n);
	void (*room)(void *user, int side);
};

struct sim_config {
	uint64_t seed;
	const struct ptl_framing *framing[2];
	struct ptl_config link[2];  /* a nonce of 0: drawn at every start */
	struct wire_config wire[2]; /* [i]: from side i to the other;
				     * a seed of 0: drawn */
	/* The UARTs: with link[i].rate_auto they make what their dividers can
	 * make, of a clock that is so much off, and follow events.rate. */
	struct ptl_uart uart[2];
	int32_t clock_ppm[2];
	enum sim_chunks chunks;
	bool knows_queued; /* the driver tells what it holds (TIOCOUTQ) */
	uint32_t late_us;  /* timers fire up to so much late, at random */
	struct sim_hooks hooks;
};

/* The same framing, rate and profile on both sides; a perfect wire; random
 * chunks. Adjust, then sim_new(). */
void sim_config_default(struct sim_config *config, const struct ptl_framing *framing,
			uint32_t baud, uint64_t seed);

/* NULL: a bad config, or no memory. Both endpoints are initialised. */
struct sim *sim_new(const struct sim_config *config);
void sim_free(struct sim *sim);

/* Runs until that moment, or until sim_stop(). False: an endpoint misbehaved,
 * see sim_error(). */
bool sim_run(struct sim *sim, ptl_time until);
bool sim_run_for(struct sim *sim, ptl_time duration);
/* Runs until done() says so (asked after every event); false if the limit
 * came first or an endpoint misbehaved. */
bool sim_run_until(struct sim *sim, bool (*done)(void *user), void *user, ptl_time limit);
void sim_stop(struct sim *sim);

/* What an endpoint did that no endpoint may: spinning without progress, more
 * bytes than room; NULL if nothing. One line with time and seed. */
const char *sim_error(const struct sim *sim);

/* Calls back at a moment (once). */
void sim_at(struct sim *sim, ptl_time when, void (*call)(void *user), void *user);

ptl_time sim_now(const struct sim *sim);
/* For the test's own choices, from the same seed. */
struct prng *sim_prng(struct sim *sim);

enum ptl_error sim_send(struct sim *sim, int side, const uint8_t *packet, size_t n);
enum ptl_error sim_send_control(struct sim *sim, int side, const uint8_t *message, size_t n,
				uint32_t *number);

/* Switches refusing on: events.packet returns false at that side without
 * asking the hook. Off: and resume() is called. A hook that returned false
 * itself calls sim_resume() later. */
void sim_refuse(struct sim *sim, int side, bool refuse);
void sim_resume(struct sim *sim, int side);

/*
 * The side loses all its state: init() again in the same memory, with a new
 * nonce. Its driver's buffer is lost as well, or not, by the seed. Counters
 * begin at 0; sim_total() keeps the sum.
 */
void sim_restart(struct sim *sim, int side);

/* A side that is off neither sends nor receives, until sim_restart(). */
void sim_power_off(struct sim *sim, int side);

/* Both directions. reset: what follows a reopened port, wire_reset() on both
 * sides as the line comes back. */
void sim_set_line(struct sim *sim, enum wire_line line, bool reset);
/* One direction, from that side. */
void sim_set_faults(struct sim *sim, int side, const struct fault_rates *rates);
/* Both wires, both pacers, both endpoints. */
void sim_set_baud(struct sim *sim, uint32_t baud);

/* The highest rate that the line carries from that side. */
void sim_set_max_baud(struct sim *sim, int side, uint32_t baud);
/* What a side's UART is set to. */
uint32_t sim_rate(const struct sim *sim, int side);

struct ptl_endpoint *sim_endpoint(struct sim *sim, int side);
const struct ptl_counters *sim_counters(const struct sim *sim, int side);
/* Counters of this and all earlier lives of that side. */
void sim_total(const struct sim *sim, int side, struct ptl_counters *total);
/* Of the wire that leads from that side. */
const struct wire *sim_wire(const struct sim *sim, int side);
unsigned sim_restarts(const struct sim *sim, int side);

#endif
