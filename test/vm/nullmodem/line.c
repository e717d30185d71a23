// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes on the line. A port that has something to send runs a timer, which fires about
 * every half FIFO, as the interrupts of a UART do, and moves on all bytes whose time on
 * the line has passed meanwhile. Where each byte ends is counted in nanoseconds from the
 * first one, so a timer that fires late makes bytes late, but the line not slower.
 *
 * A byte on its way may flip, vanish or, if the ends' speeds or formats differ, turn into
 * rubbish. At the other end it enters the receive FIFO; an interrupt empties that into the tty
 * layer as soon as it is served: at once, or, when it is late, hold_us after the FIFO's first
 * byte. What finds the FIFO full then is lost, and the next byte read is marked with an
 * overrun, as by an 8250.
 *
 * With crtscts the sender stops at the next byte when its CTS (the peer's RTS) goes away.
 */
#include "nullmodem.h"

#include <linux/tty_flip.h>

/* Speeds further apart than this, in percent, are not understood. */
#define MISMATCH 5
/* Told of room below this many bytes, as serial ports do. */
#define WAKEUP_BELOW 256
#define BILLION	     1000000000u

/* xorshift32: replays from the port's seed. */
static u32 next_random(struct nm_port *port)
{
	port->random ^= port->random << 13;
	port->random ^= port->random >> 17;
	port->random ^= port->random << 5;
	return port->random;
}

static bool happens(struct nm_port *port, u32 ppb)
{
	return ppb && next_random(port) < (u32)div_u64((u64)ppb << 32, BILLION);
}

static bool understood(const struct nm_port *port)
{
	u32 theirs = port->peer->baud;
	u32 apart = port->baud > theirs ? port->baud - theirs : theirs - port->baud;

	return apart <= port->baud / (100 / MISMATCH) && port->format == port->peer->format;
}

u32 nm_line_waiting(const struct nm_port *port)
{
	u32 held = kfifo_len(&port->out);

	return held - min(held, port->set.fifo);
}

/* The receive interrupt: the FIFO goes to the tty layer. */
static void serve(struct nm_port *port)
{
	u32 taken, i;

	if (!port->in.count)
		return;
	for (i = 0; i < port->in.count; i++) {
		port->counters.framing += port->in.flag[i] == TTY_FRAME;
		port->counters.parity += port->in.flag[i] == TTY_PARITY;
		port->counters.breaks += port->in.flag[i] == TTY_BREAK;
	}
	if (port->in.overrun) {
		tty_insert_flip_char(&port->port, 0, TTY_OVERRUN);
		port->in.overrun = false;
	}
	taken = tty_insert_flip_string_flags(&port->port, port->in.byte, port->in.flag,
					     port->in.count);
	port->counters.received += taken;
	port->counters.buf_overruns += port->in.count - taken;
	port->in.count = 0;
	tty_flip_buffer_push(&port->port);
}

/* A byte arrives, at the time now. */
static void arrive(struct nm_port *port, u64 now, u8 byte, u8 flag)
{
	if (port->in.count >= port->set.fifo) {
		if (now < port->in.due) {
			port->counters.overruns++;
			port->in.overrun = true;
			return;
		}
		serve(port);
	}
	if (!port->in.count) {
		port->in.due = now;
		if (happens(port, 1000 * port->set.late_ppm))
			port->in.due += (u64)port->set.hold_us * NSEC_PER_USEC;
	}
	port->in.byte[port->in.count] = byte;
	port->in.flag[port->in.count++] = flag;
}

void nm_line_error(struct nm_port *port, u8 flag)
{
	arrive(port, ktime_get_ns(), 0, flag);
	serve(port);
}

/* A byte has left for the peer. */
static void pass(struct nm_port *port, u64 now, u8 byte)
{
	struct nm_port *peer = port->peer;
	u8 flag = TTY_NORMAL;

	port->counters.sent++;
	if (!tty_port_initialized(&peer->port)) {
		port->counters.unheard++;
		return;
	}
	if (happens(port, port->set.drop_ppb)) {
		port->counters.dropped++;
		return;
	}
	if (!understood(port)) {
		port->counters.garbled++;
		byte = (u8)next_random(port);
		flag = next_random(port) & 1 ? TTY_FRAME : TTY_NORMAL;
	}
	if (happens(port, 8 * port->set.ber_ppb)) {
		port->counters.flipped++;
		byte ^= (u8)(1 << (next_random(port) & 7));
	}
	if (happens(port, peer->set.frame_ppb))
		flag = TTY_FRAME;
	else if (happens(port, peer->set.parity_ppb))
		flag = TTY_PARITY;
	arrive(peer, now, byte, flag);
}

static bool may_send(const struct nm_port *port)
{
	return !kfifo_is_empty(&port->out) && !port->breaking &&
	       !(port->rtscts && !port->peer->rts);
}

/* When the timer is to fire: after half a FIFO, or all that is there. */
static u64 next_time(const struct nm_port *port)
{
	u32 bytes = clamp(kfifo_len(&port->out), 1u, max(port->set.fifo / 2, 1u));

	return port->done + (u64)bytes * port->byte_ns;
}

/* Moves on all bytes that have had their time. Returns how many. */
static u32 advance(struct nm_port *port, u64 now)
{
	u32 moved = 0;
	u8 byte;

	while (may_send(port) && now - port->done >= port->byte_ns &&
	       kfifo_get(&port->out, &byte)) {
		port->done += port->byte_ns;
		pass(port, port->done, byte);
		moved++;
	}
	return moved;
}

/* The peer's receive interrupt, now or, if it is late, when it is due: returns that, or 0. */
static u64 serve_peer(struct nm_port *peer, u64 now)
{
	if (now >= peer->in.due)
		serve(peer);
	return peer->in.count ? peer->in.due : 0;
}

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	struct nm_port *port = container_of(timer, struct nm_port, timer);
	u64 now = ktime_get_ns();
	unsigned long flags;
	u64 due;

	spin_lock_irqsave(&port->pair->lock, flags);
	if (advance(port, now) && nm_line_waiting(port) < WAKEUP_BELOW) {
		port->counters.wakeups++;
		tty_port_tty_wakeup(&port->port);
	}
	due = serve_peer(port->peer, now);
	if (may_send(port))
		due = next_time(port);
	port->sending = due != 0;
	if (due)
		hrtimer_set_expires(timer, ns_to_ktime(due));
	spin_unlock_irqrestore(&port->pair->lock, flags);
	return due ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

void nm_line_kick(struct nm_port *port)
{
	if (port->sending || !may_send(port))
		return;
	port->sending = true;
	port->done = max(port->done, ktime_get_ns());
	hrtimer_start(&port->timer, ns_to_ktime(next_time(port)), HRTIMER_MODE_ABS);
}

void nm_line_init(struct nm_port *port)
{
	INIT_KFIFO(port->out);
	hrtimer_init(&port->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	port->timer.function = fire;
	port->random = port->set.seed;
}

void nm_line_stop(struct nm_port *port)
{
	unsigned long flags;

	spin_lock_irqsave(&port->pair->lock, flags);
	kfifo_reset(&port->out);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	hrtimer_cancel(&port->timer);
	spin_lock_irqsave(&port->pair->lock, flags);
	port->sending = false;
	spin_unlock_irqrestore(&port->pair->lock, flags);
}
