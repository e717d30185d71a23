/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The pump moves an endpoint's bytes to a UART. It is the same in the kernel, in a
 * program and on a microcontroller; the owner fills a table of what its UART can do.
 *
 *	endpoint --transmit()--> out --write()--> driver, FIFO --> wire
 *
 * It pulls as late and as little as the pacer says, keeps what the UART did not take,
 * lets the line run dry before it has another rate, and says when it wants to be called
 * again. What the owner does:
 *
 *	the port works (again)		ptl_pump_begin(), then a turn
 *	the moment that a turn named	ptl_pump_turn()
 *	bytes came, a packet was sent	if ptl_pump_is_due(): ptl_pump_turn()
 *	the UART takes bytes again	ptl_pump_wakeup(), then a turn
 *	events.rate			ptl_pump_want_rate()
 *	the port is gone		ptl_pump_stop(); turns go on
 *
 * No allocation, no clock of its own: time is microseconds, passed in. No locks: calls
 * are serialised with those of the endpoint, which a turn makes; but ptl_pump_wakeup()
 * may come at any time.
 */
#ifndef PIGTAIL_PUMP_H
#define PIGTAIL_PUMP_H

#include <pigtail/pacer.h>

/* set_rate(): not yet; ptl_pump_rate_set() will tell. */
#define PTL_PUMP_LATER ((uint32_t)-1)

/* What a UART can do; port is the first argument of every call. They are called from
 * within ptl_pump_turn(), and only write() may call back: ptl_pump_wakeup(). */
struct ptl_pump_ops {
	/* Hands over at most n bytes; returns how many were taken. When not all were,
	 * the owner calls ptl_pump_wakeup() as soon as there is room for more; it may be
	 * from within write(). Where nothing tells, the pump asks again. */
	size_t (*write)(void *port, const uint8_t *bytes, size_t n);

	/* Bytes taken that have not left, the FIFO's included where that is known; or
	 * PTL_PACER_UNKNOWN. NULL: unknown. */
	size_t (*queued)(void *port);

	/* All has left, out of the shift register as well. Asked before another rate is
	 * set. NULL: queued() and the line's rate tell. */
	bool (*drained)(void *port);

	/* Drops what has not left: the line was stopped and does not go on. (What a
	 * chip's FIFO keeps for all that is noise to the peer.) NULL: it can't, and the
	 * rate then stays. */
	void (*discard)(void *port);

	/* Sets the line to a rate, bits/s, when all has left. Returns the rate that it
	 * has; 0: that could not be done, and it is as before; PTL_PUMP_LATER: it will
	 * be set where one may sleep. Only called after ptl_pump_want_rate(). */
	uint32_t (*set_rate)(void *port, uint32_t rate);
};

struct ptl_pump_config {
	const struct ptl_pump_ops *ops;
	void *port;
	const struct ptl_framing *framing;
	struct ptl_endpoint *endpoint;
	uint8_t *out; /* the pump's; best is what the pacer lets go at once */
	size_t out_size;
	uint32_t settle_us; /* to another rate: so long after the last byte should have
			     * left, it has, also where something lies between */
	bool punctual;	    /* turns are made when wanted, to some 0.1 ms: fewer then */
	uint32_t tick_us;   /* or turns are made at ticks only, so far apart: more goes down
			     * at once, at most 100 ms; 0: at any time */
};

enum ptl_pump_state {
	PTL_PUMP_STOPPED,  /* there is no port: the endpoint's timers only */
	PTL_PUMP_RUNS,	   /* bytes go */
	PTL_PUMP_DRAINS,   /* to another rate: none is pulled, the last ones leave */
	PTL_PUMP_SWITCHES, /* set_rate() is at it */
};

struct ptl_pump {
	struct ptl_pump_config config;
	struct ptl_pacer pacer;
	enum ptl_pump_state state;
	uint32_t baud;	      /* the line's rate, bits/s */
	uint32_t rate;	      /* that is wanted, in DRAINS and SWITCHES */
	ptl_time give_up;     /* the line must have run dry by then */
	ptl_time wake;	      /* what the last turn said */
	bool waits;	      /* before that, there is nothing to do */
	bool paced;	      /* because of the clock */
	volatile bool woken;  /* the UART takes bytes again */
	uint32_t look_us;     /* until the UART is asked again */
	size_t queued;	      /* what it should hold, by what it said last */
	ptl_time adapted;     /* when the pacer's limit was changed last */
	size_t out_at, out_n; /* pulled, not taken by the UART yet */

	/* Times that the line ran dry with more to send, because the turn came late;
	 * for how long, all together. */
	ptl_count dry, dry_us;
};

/* Copies config. Stopped until ptl_pump_begin(). */
void ptl_pump_init(struct ptl_pump *pump, const struct ptl_pump_config *config);

/* A wire is there, at baud bits/s: what was pulled for another one is forgotten, and so
 * is a change of rate. */
void ptl_pump_begin(struct ptl_pump *pump, uint32_t baud);

/* The wire is gone. */
void ptl_pump_stop(struct ptl_pump *pump);

/* Does all that can be done now; returns when it wants to be called next, which is now
 * or later, or PTL_NEVER. */
ptl_time ptl_pump_turn(struct ptl_pump *pump, ptl_time now);

/* After receive(), send() or resume(): a turn now would do what can't wait until the
 * moment that the last one named. */
bool ptl_pump_is_due(const struct ptl_pump *pump);

/* The UART takes bytes again: any context, at any time. A turn is to follow. */
void ptl_pump_wakeup(struct ptl_pump *pump);

/* A turn left bytes that the UART didn't take, and the UART woke us since. Who sleeps by a
 * timer that a wake-up also sets asks after having set it, or the wake-up that came in between
 * is lost. */
bool ptl_pump_was_woken(const struct ptl_pump *pump);

/* The UART did not take all that it was given. */
bool ptl_pump_is_blocked(const struct ptl_pump *pump);

/* From within events.rate. */
void ptl_pump_want_rate(struct ptl_pump *pump, uint32_t rate);

/* After PTL_PUMP_LATER: the line has this rate (0: the one of before). A turn is to
 * follow. Also when the pump was begun anew in between: the endpoint then hears that the
 * line is elsewhere. Nothing comes of it while the pump is stopped. */
void ptl_pump_rate_set(struct ptl_pump *pump, ptl_time now, uint32_t rate);

/* Somebody else has set the line to this rate; the endpoint may want to hear of it. It does
 * nothing while the pump itself changes the rate. */
void ptl_pump_set_baud(struct ptl_pump *pump, uint32_t baud);

#endif
