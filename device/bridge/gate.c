/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * States of a place:
 *
 *	handshake -- done --> login -- name and password are right --> passed
 *	    \------- too long, or broken -----\-- three wrong ones --> shut
 */
#include "gate.h"
#include "device_bridge.h"
#include "entrance.h"

#include <lwip/tcp.h>
#include <mbedtls/platform.h>
#include <pigtail/login.h>

#include <string.h>

#define LOGIN_US 60000000u /* people type */

/* What a place has until it has passed and all that came before that was read. */
struct visitor {
	struct ptl_login login;
	bool said;	/* all that the login had to say */
	size_t kept_at; /* of telnet's commands, for the bridge */
	uint8_t in[64], out[64];
	size_t in_at, in_n, out_at, out_n;
};

struct place {
	struct tls_stream *tls; /* NULL: the handshake goes on */
	struct visitor *visitor;
	bool passed;
	ptl_time until; /* then it is shut, unless it has passed */
};

static struct {
	struct gate_config config;
	struct place place[BRIDGE_CLIENTS];
} gate;

static bool gate_start(const struct gate_config *config)
{
	gate.config = *config;
	return entrance_start(config);
}

static bool gate_begin(unsigned which, ptl_time now, struct tcp_stream *tcp)
{
	memset(&gate.place[which], 0, sizeof(gate.place[which]));
	return entrance_begin(which, now, tcp);
}

static void forget(struct place *place)
{
	if (!place->visitor)
		return;
	ptl_login_wipe(&place->visitor->login);
	mbedtls_free(place->visitor);
	place->visitor = NULL;
}

/* ---- the login ---- */

static bool arm(const struct ptl_login *login, const struct tcp_pcb *pcb)
{
	bool own = strcmp(login->arm, "me") == 0;

	return gate.config.arm(own ? ipaddr_ntoa(&pcb->remote_ip) : login->arm, login->minutes);
}

static void check(unsigned which, ptl_time now)
{
	struct place *place = &gate.place[which];
	const struct tcp_pcb *pcb = place->tls->tcp->pcb;
	struct ptl_login *login = &place->visitor->login;
	const char *wrong = entrance_refuses(which, now, login->name, login->password);

	if (!wrong && login->minutes && !(pcb && arm(login, pcb)))
		wrong = "that is no address";
	ptl_login_answer(login, !wrong, wrong);
}

static bool hear(unsigned which, ptl_time now)
{
	struct place *place = &gate.place[which];
	struct visitor *visitor = place->visitor;
	size_t taken;

	if (visitor->login.state == PTL_LOGIN_ASKS) {
		check(which, now);
		return true;
	}
	if (visitor->login.state != PTL_LOGIN_TALKS)
		return false;
	if (visitor->in_at == visitor->in_n) {
		visitor->in_at = 0;
		visitor->in_n = tls_stream_read(place->tls, visitor->in, sizeof(visitor->in));
	}
	taken = ptl_login_receive(&visitor->login, visitor->in + visitor->in_at,
				  visitor->in_n - visitor->in_at);
	visitor->in_at += taken;
	return taken > 0;
}

static bool say(struct place *place)
{
	struct visitor *visitor = place->visitor;
	size_t taken;

	if (visitor->out_at == visitor->out_n) {
		visitor->out_at = 0;
		visitor->out_n =
			ptl_login_transmit(&visitor->login, visitor->out, sizeof(visitor->out));
		visitor->said = visitor->out_n == 0;
	}
	if (visitor->said)
		return false;
	taken = tls_stream_write(place->tls, visitor->out + visitor->out_at,
				 visitor->out_n - visitor->out_at);
	visitor->out_at += taken;
	return taken > 0;
}

/* false: no memory. */
static bool ask(struct place *place, ptl_time now)
{
	place->visitor = mbedtls_calloc(1, sizeof(*place->visitor));
	if (!place->visitor)
		return false;
	ptl_login_init(&place->visitor->login);
	place->until = now + LOGIN_US;
	return true;
}

/* What has come of the login. */
static enum gate_state outcome(struct place *place)
{
	if (place->tls->ended)
		return GATE_SHUT;
	if (!place->visitor->said)
		return GATE_WAITS;
	if (place->visitor->login.state == PTL_LOGIN_FAILED)
		return GATE_SHUT;
	place->passed = place->visitor->login.state == PTL_LOGIN_PASSED;
	return place->passed ? GATE_PASSED : GATE_WAITS;
}

static ptl_time gate_due(unsigned which)
{
	const struct place *place = &gate.place[which];

	if (!place->tls)
		return entrance_due(which);
	return place->passed ? PTL_NEVER : place->until;
}

static enum gate_state gate_serve(unsigned which, ptl_time now)
{
	struct place *place = &gate.place[which];
	bool any = true;

	if (place->passed)
		return GATE_PASSED;
	if (now >= gate_due(which))
		return GATE_SHUT;
	if (!place->tls) {
		place->tls = entrance_serve(which);
		if (place->tls && !ask(place, now))
			return GATE_SHUT;
	}
	if (!place->tls)
		return now >= entrance_due(which) ? GATE_SHUT : GATE_WAITS;
	while (any) {
		any = hear(which, now);
		any |= say(place);
	}
	return outcome(place);
}

/* ---- after it ---- */

static size_t take(uint8_t *to, size_t room, const uint8_t *from, size_t *at, size_t n)
{
	size_t part = n - *at < room ? n - *at : room;

	memcpy(to, from + *at, part);
	*at += part;
	return part;
}

/* What the login kept comes first, then what came with its last bytes. */
static size_t gate_read(unsigned which, uint8_t *to, size_t room)
{
	struct place *place = &gate.place[which];
	struct visitor *visitor = place->visitor;
	const uint8_t *kept;
	size_t kept_n, n;

	if (visitor) {
		kept = ptl_login_kept(&visitor->login, &kept_n);
		n = take(to, room, kept, &visitor->kept_at, kept_n);
		if (!n)
			n = take(to, room, visitor->in, &visitor->in_at, visitor->in_n);
		if (n)
			return n;
		forget(place);
	}
	return tls_stream_read(place->tls, to, room);
}

static size_t gate_write(unsigned which, const uint8_t *bytes, size_t n)
{
	return tls_stream_write(gate.place[which].tls, bytes, n);
}

static bool gate_ended(unsigned which)
{
	return gate.place[which].tls->ended;
}

static void gate_end(unsigned which)
{
	entrance_end(which);
	forget(&gate.place[which]);
}

const struct bridge_gate bridge_gate = {
	.service = PTL_SERVICE_AUTO,
	.start = gate_start,
	.begin = gate_begin,
	.serve = gate_serve,
	.due = gate_due,
	.read = gate_read,
	.write = gate_write,
	.ended = gate_ended,
	.end = gate_end,
};
