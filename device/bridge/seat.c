/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * States, as of the connections of the program for Linux:
 *
 *	at the gate -- it passes --> open
 *	open -- the peer ended its side --> half: what it sent is still taken, and what the
 *	  |                                 UART answers is sent for LINGER_US
 *	  +-- drop --> what is in hand is sent, then the end; with reset at once
 *	  +-- the connection broke --> gone
 *
 * At most one piece each way is in hand. Where the core doesn't take the one, TCP holds the
 * peer back; where TCP doesn't take the other, the core is not asked for more, so the client
 * falls behind there, where that is counted.
 */
#include "seat.h"

#define LINGER_US 500000u

void seat_take(struct seat *seat, struct tcp_pcb *pcb, unsigned client, ptl_time until)
{
	*seat = (struct seat){.taken = true,
			      .open = true,
			      .client = client,
			      .ends = PTL_NEVER,
			      .until = until};
	tcp_stream_begin(&seat->stream, pcb);
}

void seat_take_at_gate(struct seat *seat, struct tcp_pcb *pcb, const struct bridge_gate *gate,
		       unsigned place, ptl_time now)
{
	*seat = (struct seat){.taken = true,
			      .gate = gate,
			      .place = place,
			      .ends = PTL_NEVER,
			      .until = PTL_NEVER};
	tcp_stream_begin(&seat->stream, pcb);
	seat->gone = !gate->begin(place, now, &seat->stream);
}

static size_t read_some(struct seat *seat, uint8_t *to, size_t room)
{
	return seat->gate ? seat->gate->read(seat->place, to, room)
			  : tcp_stream_read(&seat->stream, to, room);
}

static size_t write_some(struct seat *seat, const uint8_t *bytes, size_t n)
{
	return seat->gate ? seat->gate->write(seat->place, bytes, n)
			  : tcp_stream_write(&seat->stream, bytes, n);
}

static bool has_ended(const struct seat *seat)
{
	return seat->gate ? seat->gate->ended(seat->place) : tcp_stream_ended(&seat->stream);
}

/* Whether it is a client now. */
static bool pass(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	enum gate_state state = seat->gate->serve(seat->place, now);
	int client;

	if (state == GATE_PASSED) {
		client = ptl_bridge_connect(bridge, now, seat->gate->service);
		seat->open = client >= 0;
		seat->client = (unsigned)client;
	}
	seat->gone = !seat->open && (state != GATE_WAITS || !seat->stream.pcb);
	tcp_stream_flush(&seat->stream);
	return seat->open;
}

/* Whether any came. */
static bool receive(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	size_t taken;

	if (seat->in_at == seat->in_n) {
		seat->in_at = 0;
		seat->in_n = (uint16_t)read_some(seat, seat->in, sizeof(seat->in));
	}
	if (seat->in_at == seat->in_n)
		return false;
	taken = ptl_bridge_receive(bridge, now, seat->client, seat->in + seat->in_at,
				   (size_t)(seat->in_n - seat->in_at));
	seat->in_at = (uint16_t)(seat->in_at + taken);
	return taken > 0;
}

/* Whether any went. */
static bool transmit(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	size_t taken;

	if (seat->out_at == seat->out_n && !seat->drop) {
		seat->out_at = 0;
		seat->out_n = (uint16_t)ptl_bridge_transmit(bridge, now, seat->client,
							    seat->out, sizeof(seat->out));
	}
	if (seat->out_at == seat->out_n)
		return false;
	taken = write_some(seat, seat->out + seat->out_at,
			   (size_t)(seat->out_n - seat->out_at));
	seat->out_at = (uint16_t)(seat->out_at + taken);
	return taken > 0;
}

/* The peer has ended its side. A programmer, or one that speaks telnet, is gone then. */
static void half_close(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	struct ptl_client_state seen;

	if (!ptl_bridge_get_client(bridge, seat->client, &seen) || seen.programs ||
	    seen.service == PTL_SERVICE_TELNET || seen.service == PTL_SERVICE_RFC2217)
		seat->gone = true;
	else
		seat->ends = now + LINGER_US;
}

bool seat_serve(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	bool any = false;

	if (now >= seat->until)
		seat->gone = seat->reset = true;
	if (seat->gone || (!seat->open && !pass(seat, bridge, now)))
		return false;
	if (seat->gate && seat->gate->serve(seat->place, now) == GATE_SHUT) {
		seat->gone = true;
		return false;
	}
	while (!seat->drop && receive(seat, bridge, now))
		any = true;
	while (!seat->reset && transmit(seat, bridge, now))
		any = true;
	tcp_stream_flush(&seat->stream);
	if (!seat->stream.pcb || seat->reset || (seat->drop && seat->out_at == seat->out_n))
		seat->gone = true;
	else if (has_ended(seat) && seat->in_at == seat->in_n) {
		if (seat->ends == PTL_NEVER)
			half_close(seat, bridge, now);
		else if (now >= seat->ends)
			seat->gone = true;
	}
	return any;
}

ptl_time seat_due(const struct seat *seat)
{
	ptl_time due = seat->gate ? seat->gate->due(seat->place) : PTL_NEVER;

	if (seat->open && seat->ends < due)
		due = seat->ends;
	return seat->open && seat->until < due ? seat->until : due;
}

void seat_leave(struct seat *seat, struct ptl_bridge *bridge, ptl_time now)
{
	if (seat->gate)
		seat->gate->end(seat->place);
	tcp_stream_close(&seat->stream, seat->reset);
	if (seat->open)
		ptl_bridge_disconnect(bridge, now, seat->client);
	seat->taken = false;
}
