/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * States of a place:
 *
 *	handshake -- done --> login -- name and password are right --> passed
 *	    \------- too long, or broken -----\-- three wrong ones --> shut
 *
 * A handshake and a check of a password each take the whole chip for as long as they take;
 * attempts are limited (pigtail/attempts.h), by address and in all.
 */
#include "gate.h"
#include "device_bridge.h"
#include "tls_stream.h"

#include <lwip/tcp.h>
#include <mbedtls/platform.h>
#include <pigtail/attempts.h>
#include <pigtail/login.h>

#include <string.h>

#define HANDSHAKE_US 10000000u
#define LOGIN_US     60000000u /* people type */

/* What a place has until it has passed and all that came before that was read. */
struct visitor {
	struct ptl_login login;
	bool said;	/* all that the login had to say */
	size_t kept_at; /* of telnet's commands, for the bridge */
	uint8_t in[64], out[64];
	size_t in_at, in_n, out_at, out_n;
};

struct place {
	struct tls_stream tls;
	struct visitor *visitor;
	ptl_time until; /* then it is shut, unless it has passed */
};

static struct {
	struct gate_config config;
	struct ptl_attempts attempts;
	struct place place[BRIDGE_CLIENTS];
} gate;

static bool gate_start(const struct gate_config *config)
{
	gate.config = *config;
	ptl_attempts_init(&gate.attempts, config->clock.now(config->clock.user));
	return tls_stream_start(config->store, &gate.config.clock, config->memory,
				config->size);
}

static bool gate_begin(unsigned which, ptl_time now, struct tcp_stream *tcp)
{
	struct place *place = &gate.place[which];

	memset(place, 0, sizeof(*place));
	place->until = now + HANDSHAKE_US;
	return tls_stream_begin(&place->tls, tcp);
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

static struct ptl_attempts_from address_of(const struct tcp_pcb *pcb)
{
	struct ptl_attempts_from from = {.address = {[10] = 0xff, [11] = 0xff}};

	if (IP_IS_V6(&pcb->remote_ip))
		memcpy(from.address, ip_2_ip6(&pcb->remote_ip)->addr, sizeof(from.address));
	else
		memcpy(from.address + 12, &ip_2_ip4(&pcb->remote_ip)->addr, 4);
	return from;
}

static bool arm(const struct ptl_login *login, const struct tcp_pcb *pcb)
{
	bool own = strcmp(login->arm, "me") == 0;

	return gate.config.arm(own ? ipaddr_ntoa(&pcb->remote_ip) : login->arm, login->minutes);
}

/* NULL: it is right. */
static const char *wrong_with(const struct ptl_login *login, const struct tcp_pcb *pcb,
			      ptl_time now)
{
	struct ptl_attempts_from from = address_of(pcb);

	if (ptl_attempts_begin(&gate.attempts, now, &from) > 0)
		return "too many attempts; wait and try again";
	if (!tls_password_is(gate.config.settings->password, login->name, login->password))
		return "wrong name or password";
	ptl_attempts_passed(&gate.attempts, &from);
	return NULL;
}

static void check(struct place *place, ptl_time now)
{
	const struct tcp_pcb *pcb = place->tls.tcp->pcb;
	struct ptl_login *login = &place->visitor->login;
	const char *wrong = pcb ? wrong_with(login, pcb, now) : "gone";

	gate.config.log(wrong ? "a login is refused" : "a user has logged in");
	if (!wrong && login->minutes && !arm(login, pcb))
		wrong = "that is no address";
	ptl_login_answer(login, !wrong, wrong);
}

static bool hear(struct place *place, ptl_time now)
{
	struct visitor *visitor = place->visitor;
	size_t taken;

	if (visitor->login.state == PTL_LOGIN_ASKS) {
		check(place, now);
		return true;
	}
	if (visitor->login.state != PTL_LOGIN_TALKS)
		return false;
	if (visitor->in_at == visitor->in_n) {
		visitor->in_at = 0;
		visitor->in_n = tls_stream_read(&place->tls, visitor->in, sizeof(visitor->in));
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
	taken = tls_stream_write(&place->tls, visitor->out + visitor->out_at,
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

static enum gate_state gate_serve(unsigned which, ptl_time now)
{
	struct place *place = &gate.place[which];
	bool any = true;

	if (now >= place->until)
		return GATE_SHUT;
	if (!place->tls.shaken && tls_stream_shake(&place->tls) && !ask(place, now))
		return GATE_SHUT;
	while (place->tls.shaken && any) {
		any = hear(place, now);
		any |= say(place);
	}
	if (place->tls.ended)
		return GATE_SHUT;
	if (!place->tls.shaken || !place->visitor->said)
		return GATE_WAITS;
	if (place->visitor->login.state == PTL_LOGIN_PASSED)
		return GATE_PASSED;
	return place->visitor->login.state == PTL_LOGIN_FAILED ? GATE_SHUT : GATE_WAITS;
}

static ptl_time gate_due(unsigned which)
{
	return gate.place[which].until;
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
	return tls_stream_read(&place->tls, to, room);
}

static size_t gate_write(unsigned which, const uint8_t *bytes, size_t n)
{
	return tls_stream_write(&gate.place[which].tls, bytes, n);
}

static bool gate_ended(unsigned which)
{
	return gate.place[which].tls.ended;
}

static void gate_end(unsigned which)
{
	struct place *place = &gate.place[which];

	tls_stream_end(&place->tls);
	forget(place);
}

const struct bridge_gate bridge_gate = {
	.start = gate_start,
	.begin = gate_begin,
	.serve = gate_serve,
	.due = gate_due,
	.read = gate_read,
	.write = gate_write,
	.ended = gate_ended,
	.end = gate_end,
};
