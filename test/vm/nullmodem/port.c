// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tty layer asks of a port. The line is paced by what each side's termios says:
 * speed, and bits in a byte. Modem lines are crossed: RTS is the peer's CTS, DTR its DSR
 * and DCD, so a port that closes (with HUPCL) hangs up a peer without CLOCAL.
 */
#include "nullmodem.h"

#include <linux/delay.h>
#include <linux/serial.h>

static struct nm_port *port_of(struct tty_struct *tty)
{
	return container_of(tty->port, struct nm_port, port);
}

static void set_lines(struct nm_port *port, bool rts, bool dtr)
{
	struct nm_port *peer = port->peer;
	bool lost, found;
	unsigned long flags;

	spin_lock_irqsave(&port->pair->lock, flags);
	lost = port->dtr && !dtr;
	found = !port->dtr && dtr;
	port->rts = rts;
	port->dtr = dtr;
	nm_line_kick(peer);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	if (found)
		wake_up_interruptible(&peer->port.open_wait);
	if (lost)
		tty_port_tty_hangup(&peer->port, true);
}

static int nm_activate(struct tty_port *tty_port, struct tty_struct *tty)
{
	struct nm_port *port = container_of(tty_port, struct nm_port, port);

	tty->driver_data = port;
	port->in.count = 0;
	port->in.overrun = false;
	return 0;
}

static void nm_shutdown(struct tty_port *tty_port)
{
	nm_line_stop(container_of(tty_port, struct nm_port, port));
}

static int nm_carrier_raised(struct tty_port *tty_port)
{
	return container_of(tty_port, struct nm_port, port)->peer->dtr;
}

static void nm_dtr_rts(struct tty_port *tty_port, int on)
{
	set_lines(container_of(tty_port, struct nm_port, port), on, on);
}

const struct tty_port_operations nm_port_ops = {
	.activate = nm_activate,
	.shutdown = nm_shutdown,
	.carrier_raised = nm_carrier_raised,
	.dtr_rts = nm_dtr_rts,
};

static void nm_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	struct nm_port *port = port_of(tty);
	u32 baud = tty_termios_baud_rate(&tty->termios);
	unsigned long flags;

	if (port->set.stubborn)
		baud = port->baud;
	if (!baud)
		baud = 9600;
	tty_encode_baud_rate(tty, baud, baud);
	spin_lock_irqsave(&port->pair->lock, flags);
	port->baud = baud;
	port->byte_ns = (u32)div_u64(
		(u64)tty_get_frame_size(tty->termios.c_cflag) * NSEC_PER_SEC, baud);
	port->format = tty->termios.c_cflag & (CSIZE | PARENB | PARODD | CMSPAR);
	port->rtscts = C_CRTSCTS(tty);
	if (!port->rtscts)
		port->rts = port->dtr;
	nm_line_kick(port);
	nm_line_kick(port->peer);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	tty_port_set_check_carrier(&port->port, !C_CLOCAL(tty));
	tty_port_set_cts_flow(&port->port, port->rtscts);
}

static int nm_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct nm_pair *pairs = driver->driver_state;
	struct nm_port *port = &pairs[tty->index / 2].end[tty->index % 2];

	return tty_port_install(&port->port, driver, tty);
}

static int nm_open(struct tty_struct *tty, struct file *file)
{
	/* On a first open the tty has its termios, but the port not. */
	nm_set_termios(tty, NULL);
	return tty_port_open(tty->port, tty, file);
}

static void nm_close(struct tty_struct *tty, struct file *file)
{
	tty_port_close(tty->port, tty, file);
}

static void nm_hangup(struct tty_struct *tty)
{
	tty_port_hangup(tty->port);
}

static int nm_write(struct tty_struct *tty, const unsigned char *bytes, int n)
{
	struct nm_port *port = port_of(tty);
	unsigned long flags;
	int taken;

	spin_lock_irqsave(&port->pair->lock, flags);
	taken = port->set.stuck
			? 0
			: (int)kfifo_in(&port->out, bytes, min_t(u32, n, port->set.take));
	nm_line_kick(port);
	if (taken < n && taken == port->set.take)
		tty_port_tty_wakeup(&port->port);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	return taken;
}

static unsigned int nm_write_room(struct tty_struct *tty)
{
	return kfifo_avail(&port_of(tty)->out);
}

static unsigned int nm_chars_in_buffer(struct tty_struct *tty)
{
	struct nm_port *port = port_of(tty);
	unsigned long flags;
	unsigned int waiting;

	spin_lock_irqsave(&port->pair->lock, flags);
	waiting = nm_line_waiting(port);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	return waiting;
}

static void nm_flush_buffer(struct tty_struct *tty)
{
	struct nm_port *port = port_of(tty);
	unsigned long flags;

	spin_lock_irqsave(&port->pair->lock, flags);
	kfifo_reset(&port->out);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	tty_wakeup(tty);
}

static void nm_wait_until_sent(struct tty_struct *tty, int timeout)
{
	struct nm_port *port = port_of(tty);
	unsigned long until = jiffies + (timeout ? timeout : 10 * HZ);

	while (READ_ONCE(port->sending) && time_before(jiffies, until))
		if (msleep_interruptible(1))
			return;
}

static void nm_throttle(struct tty_struct *tty)
{
	struct nm_port *port = port_of(tty);

	if (C_CRTSCTS(tty))
		set_lines(port, false, port->dtr);
}

static void nm_unthrottle(struct tty_struct *tty)
{
	struct nm_port *port = port_of(tty);

	if (C_CRTSCTS(tty))
		set_lines(port, true, port->dtr);
}

static int nm_tiocmget(struct tty_struct *tty)
{
	struct nm_port *port = port_of(tty);

	return (port->rts ? TIOCM_RTS : 0) | (port->dtr ? TIOCM_DTR : 0) |
	       (port->peer->rts ? TIOCM_CTS : 0) |
	       (port->peer->dtr ? TIOCM_DSR | TIOCM_CAR : 0);
}

static int nm_tiocmset(struct tty_struct *tty, unsigned int set, unsigned int clear)
{
	struct nm_port *port = port_of(tty);

	set_lines(port, (port->rts || set & TIOCM_RTS) && !(clear & TIOCM_RTS),
		  (port->dtr || set & TIOCM_DTR) && !(clear & TIOCM_DTR));
	return 0;
}

static int nm_break_ctl(struct tty_struct *tty, int on)
{
	struct nm_port *port = port_of(tty);
	unsigned long flags;

	spin_lock_irqsave(&port->pair->lock, flags);
	if (on && !port->breaking && tty_port_initialized(&port->peer->port))
		nm_line_error(port->peer, TTY_BREAK);
	port->breaking = on;
	nm_line_kick(port);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	return 0;
}

static int nm_get_icount(struct tty_struct *tty, struct serial_icounter_struct *icount)
{
	const struct nm_port *port = port_of(tty);

	icount->rx = (int)port->counters.received;
	icount->tx = (int)port->counters.sent;
	icount->frame = (int)port->counters.framing;
	icount->parity = (int)port->counters.parity;
	icount->brk = (int)port->counters.breaks;
	icount->overrun = (int)port->counters.overruns;
	icount->buf_overrun = (int)port->counters.buf_overruns;
	return 0;
}

const struct tty_operations nm_tty_ops = {
	.install = nm_install,
	.open = nm_open,
	.close = nm_close,
	.hangup = nm_hangup,
	.write = nm_write,
	.write_room = nm_write_room,
	.chars_in_buffer = nm_chars_in_buffer,
	.flush_buffer = nm_flush_buffer,
	.wait_until_sent = nm_wait_until_sent,
	.set_termios = nm_set_termios,
	.throttle = nm_throttle,
	.unthrottle = nm_unthrottle,
	.tiocmget = nm_tiocmget,
	.tiocmset = nm_tiocmset,
	.break_ctl = nm_break_ctl,
	.get_icount = nm_get_icount,
};
