/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running link: port, pump, endpoint, shim, net and capture joined, for
 * `pigtail up` and `pigtail device` alike. links.h has those of a process.
 */
#ifndef PIGTAIL_HOST_RUNNER_H
#define PIGTAIL_HOST_RUNNER_H

#include "host/config/link_config.h"
#include "host/run/capture.h"
#include "host/run/cause.h"
#include "host/run/echo.h"
#include "host/net/net.h"
#include "host/port/port.h"
#include "host/base/timer.h"
#include "host/run/trouble.h"

#include <pigtail/endpoint.h>
#include <pigtail/ether.h>
#include <pigtail/guess.h>
#include <pigtail/pump.h>
#include <pigtail/share.h>

/*
 * Who the control channel of a link belongs to, if anybody does: what endpoint.h
 * has as control, control_lost and state, and room, which comes from the loop, where
 * runner_send_control() may be called. All but message may be NULL.
 */
struct runner_control {
	void *user;
	bool (*message)(void *user, const uint8_t *message, size_t n);
	void (*lost)(void *user, uint32_t first, uint32_t count);
	void (*room)(void *user);
	void (*state)(void *user, enum ptl_state state, enum ptl_reason reason);
};

/*
 * Who has a second net for frames of the link, if anybody does; see ap_net.h.
 */
struct runner_second {
	void *user;
	/* A frame from the link; true: it was his. */
	bool (*from_link)(void *user, const uint8_t *frame, size_t n);
	/* A frame of the first net; false: it must not be sent. */
	bool (*from_net)(void *user, const uint8_t *frame, size_t n);
};

struct runner {
	uv_loop_t *loop;
	char name[64]; /* of the link; for messages */
	enum ptl_role role;
	const struct ptl_framing *framing;

	struct port *port;
	bool begun;    /* the port was open once: the endpoint lives */
	bool was_lost; /* it is missed, and that was said */
	struct ptl_pump pump;
	struct timer *timer;
	uint64_t rates; /* changes that were told */
	uint8_t *out;	/* the pump's */
	size_t out_size;

	void *memory; /* of the endpoint */
	size_t memory_size;
	bool has_secret; /* there is a password in it */
	struct ptl_endpoint *endpoint;
	bool up;
	enum ptl_reason reason;
	ptl_time changed; /* when it went up or down last */

	/* Set by the owner before runner_open(), or the net's if that is a radio. message
	 * NULL: it is nobody's, and the other end is told so. */
	struct runner_control control;
	bool control_room; /* it is to be told */

	/* Set by the owner before runner_open(); from_link NULL: there is none. */
	struct runner_second second;

	/* Of a net that is a radio; radio.c's. */
	struct {
		struct timer *timer;
		struct ptl_share share;
		bool pending; /* the session, to be told */
		bool up;
	} radio;

	bool off_air; /* there is a radio, but no network */

	struct ptl_ether ether;
	uint8_t *scratch;
	size_t scratch_size;
	struct net *net;
	uint16_t mtu;
	bool lease_wanted; /* the interface takes the address the peer assigns */
	bool route_wanted; /* and its gateway is the default one */

	struct capture *capture;
	const char *capture_path;

	struct ptl_trouble trouble;
	struct cause cause;
	struct trouble_flaps port_flaps;
	struct trouble_flaps peer_flaps;
	bool port_hushed; /* its coming and going is not told now */
	bool peer_hushed;
	struct echo echo;
	struct ptl_guess guess;
	uint64_t good_frames; /* at the last tick */
	uint64_t understood;  /* frames, when the port was told so last */
	bool guessing;
	unsigned int logs; /* lines of the other end since the last tick */
	bool guessed;

	/* The link is of no use any more; why is on standard error already. Called
	 * from within it: close it later. */
	void (*failed)(void *user);
	/* It went up or down, or its port was opened or lost. */
	void (*state_changed)(void *user);
	/* The other end's firmware said a line; may be NULL. */
	void (*said)(void *user, const char *text);
	void *user;
};

/*
 * Opens everything; the link then lives by the loop. Strings of config must stay.
 * Returns 0, or with a line in error -1 (failed) or -2 (asked wrongly); nothing
 * is left behind then.
 */
int runner_open(struct runner *runner, uv_loop_t *loop, const struct link_config *config,
		char *error, size_t error_size);

/* At return runner itself is not in use any more, other memory of it until the loop
 * has run its close callbacks. Does nothing to one that is all zeros. */
void runner_close(struct runner *runner);

/* Sends a message of the control channel: see send_control() in endpoint.h. PTL_REFUSED:
 * this framing, or the peer, has none. From the loop, or from within message(). */
enum ptl_error runner_send_control(struct runner *runner, const uint8_t *message, size_t n,
				   uint32_t *number);

/* What message() refused is offered again. Not from within it. */
void runner_resume_control(struct runner *runner);

/* Sends an Ethernet frame of another net than the runner's own, as this would be. */
void runner_send_frame(struct runner *runner, const uint8_t *frame, size_t n);

/* Whether the radio at the other end is in a network, where there is one: the carrier
 * follows. From within the endpoint's events as well. */
void runner_set_on_air(struct runner *runner, bool on);

/* Gives the interface another address, of one station. -1 with errno: it cannot have it. */
int runner_set_mac(struct runner *runner, const uint8_t mac[6]);

/* To be called once a second while it is open: looks for trouble, and says so. */
void runner_tick(struct runner *runner);

/* Packets can pass: the port is open and the other end is there. */
static inline bool runner_is_up(const struct runner *runner)
{
	return runner->up && port_is_open(runner->port);
}

/* Bytes that it has taken for itself. Much of it is never touched, and so is not there
 * in fact, unless the link carries what needs it. */
size_t runner_memory(const struct runner *runner);

/* How it is called in messages; the control socket's name. */
void runner_set_name(struct runner *runner, const char *name);

#endif
